#include "digit_products.hpp"

#include <algorithm>

#include "kairos/random/dispatch.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/digit_products.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Wide = hn::ScalableTag<double>;
using WideV = hn::Vec<Wide>;

// Of as many lanes as a vector of doubles has: the three levels in one number.
HWY_INLINE WideV together(const std::int32_t* sums) {
    const hn::Rebind<float, Wide> real;
    const hn::Rebind<std::int32_t, Wide> whole;
    const auto level = [&](Index number) HWY_ATTR {
        return hn::ConvertTo(real, hn::LoadU(whole, sums + number * sums_of_level));
    };
    const auto step = hn::Set(real, 0x1p-8F);
    return hn::PromoteTo(Wide(), hn::MulAdd(hn::MulAdd(level(2), step, level(1)), step, level(0)));
}

// What a block of 32 x 32 sums becomes: out(p, q) = start + row_scales[p] lane_scales[q] sum(p, q), the start one of each row or (null) what
// is there; largest(q) becomes the largest of out(p, q) and itself unless it is null. `rows` of the rows.
void fold(const std::int32_t* sums, Index rows, const double* row_scales, const double* lane_scales,
          const double* start, double* out, Index distance, double* largest) {
    const auto lanes = static_cast<Index>(hn::Lanes(Wide()));
    for (Index q = 0; q < sheet_lanes; q += lanes) {
        const auto scale = hn::LoadU(Wide(), lane_scales + q);
        auto most = largest == nullptr ? hn::Zero(Wide()) : hn::LoadU(Wide(), largest + q);
        for (Index p = 0; p < rows; ++p) {
            double* const at = out + p * distance + q;
            const auto from = start == nullptr ? hn::LoadU(Wide(), at) : hn::Set(Wide(), start[p]);
            const auto sum = hn::Mul(together(sums + p * sheet_lanes + q), scale);
            const auto value = hn::MulAdd(sum, hn::Set(Wide(), row_scales[p]), from);
            hn::StoreU(value, Wide(), at);
            most = hn::Max(value, most);  // a NaN stands first and is passed over
        }
        if (largest != nullptr) hn::StoreU(most, Wide(), largest + q);
    }
}

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(fold);

static_assert(DigitChunks::most_sheets_of_chunk <= most_sheets && tile_rows / sheet_values <= most_sheets,
              "sums fit");

DigitProducts::DigitProducts(Index coordinates) : tile_(coordinates), floats_(coordinates) {}

bool DigitProducts::pay() { return random::matrix_tiles_allowed(); }

void DigitProducts::set_states(const Rows& states, double factor) {
    given_ = &states;
    factor_ = factor;
    const DigitChunks& chunks = tile_.chunks();
    const Index lanes = states.cols(), d = states.rows();
    panels_ = (lanes + width - 1) / width;
    const Index distance = panels_ * width;
    rounded_.reserve(static_cast<std::size_t>(d * distance));
    for (Index k = 0; k < d; ++k) {
        float* const to = rounded_.data() + k * distance;
        for (Index q = 0; q < lanes; ++q) to[q] = static_cast<float>(factor * states(k, q));
        std::fill(to + lanes, to + distance, 0.0F);
    }
    states_.reserve(static_cast<std::size_t>(panels_ * bytes_of_sheets(chunks.coordinates())));
    state_scales_.resize(static_cast<std::size_t>(distance));
    for (Index p = 0; p < panels_; ++p) {
        const float* const values = rounded_.data() + p * width;
        double* const scales = state_scales_.data() + p * width;
        scales_of({values, distance, d, 0, d}, scales);
        for (Index chunk = 0; chunk < chunks.count(); ++chunk) {
            const Index begin = chunks.begin(chunk), size = chunks.size(chunk);
            slice_right({values + begin * distance, distance, size, 0, std::min(size, d - begin)}, scales,
                        state_sheets(chunk, p));
        }
    }
}

void DigitProducts::take(const TileSource& tile) {
    if (tile.packed != nullptr)
        tile_.look_at(tile.packed->tile<std::byte>(tile.number), static_cast<Index>(tile.columns.size()),
                      tile.next_number ? tile.packed->tile<std::byte>(*tile.next_number) : nullptr);
    else
        tile_.take(tile.data, tile.columns);
    if (tile_.even()) return;
    if (given_ != nullptr) floats_.set_states(*given_, factor_);
    given_ = nullptr;
    floats_.take({tile.data, tile.columns});
}

// One chunk of coordinates, panels first, first + 1, ... of the states.
void DigitProducts::add_chunk(Index chunk, Index first, Index panels, const MatrixTiles& tiles,
                              const TileLogits& out) {
    alignas(64) std::int32_t sums[digits * sums_of_level];
    const bool last = chunk + 1 == tile_.chunks().count();
    const Index sheets = tile_.chunks().size(chunk) / sheet_values;
    for (Index row = 0; row < tile_.rows(); row += sheet_lanes) {
        Upcoming next = tile_.data_after(chunk, row / sheet_lanes);
        next.divide(panels * MatrixTiles::products_of_block(sheets));
        for (Index p = 0; p < panels; ++p) {
            tiles.multiply(tile_.data_sheets(chunk, row / sheet_lanes), state_sheets(chunk, first + p),
                           sheets, sums, next);
            HWY_DYNAMIC_DISPATCH(fold)
            (sums, std::min(sheet_lanes, tile_.rows() - row), tile_.data_scales() + row,
             state_scales_.data() + (first + p) * width, chunk == 0 ? out.constants + row : nullptr,
             out.logits + p * panel_values<float> + row * width, width,
             last && out.largest != nullptr ? out.largest + p * width : nullptr);
        }
    }
}

void DigitProducts::logits(Index first, Index panels, const TileLogits& out) {
    if (!tile_.even()) return floats_.logits(first, panels, out);
    if (out.largest != nullptr) std::fill_n(out.largest, panels * width, absent_logit);
    const MatrixTiles tiles;
    for (Index chunk = 0; chunk < tile_.chunks().count(); ++chunk)
        add_chunk(chunk, first, panels, tiles, out);
}

void DigitProducts::add_means(Index first, Index count, const float* weights,
                              std::span<double* const> means) {
    if (!tile_.even()) return floats_.add_means(first, count, weights, means);
    const auto panels = static_cast<Index>(means.size());
    const Index bytes = bytes_of_sheets(tile_rows);
    weights_.reserve(static_cast<std::size_t>(panels * bytes));
    weight_scales_.resize(static_cast<std::size_t>(panels * width));
    for (Index p = 0; p < panels; ++p) {
        const LaneValues lanes{weights + p * panel_values<float>, width, tile_rows, first, count};
        scales_of(lanes, weight_scales_.data() + p * width);
        slice_right(lanes, weight_scales_.data() + p * width, weights_.data() + p * bytes);
    }
    alignas(64) std::int32_t sums[digits * sums_of_level];
    const MatrixTiles tiles;
    for (Index k = 0; k < rows(); k += sheet_lanes) {
        Upcoming next = tile_.coordinates_after(k / sheet_lanes);
        next.divide(panels * MatrixTiles::products_of_block(tile_rows / sheet_values));
        for (Index p = 0; p < panels; ++p) {
            tiles.multiply(tile_.coordinate_sheets(k / sheet_lanes), weights_.data() + p * bytes,
                           tile_rows / sheet_values, sums, next);
            HWY_DYNAMIC_DISPATCH(fold)
            (sums, sheet_lanes, tile_.coordinate_scales() + k, weight_scales_.data() + p * width, nullptr,
             means[static_cast<std::size_t>(p)] + k * width, width, nullptr);
        }
    }
}

}  // namespace kairos::dynamics
#endif
