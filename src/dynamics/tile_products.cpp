#include "tile_products.hpp"

#include <algorithm>

#define HWY_WANT_AVX3_DL  // multiplies and adds pairs of 16-bit numbers in one instruction
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/tile_products.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"
#include "register_block-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// One chunk of coordinates of the data, `rows` of them, with one panel. The last `size` - `used` coordinates are zeros.
template <class Real>
void add_logits(const Real* HWY_RESTRICT data, Index rows, Index size, Index used,
                const Real* HWY_RESTRICT panel, const TileLogits& to, Upcoming& upcoming,
                Upcoming& upcoming_panel) {
    constexpr Index width = panel_width<Real>;
    const Index step = vectors<Real> * static_cast<Index>(hn::Lanes(hn::ScalableTag<Real>()));
    const Index sixes = used / data_group * data_group;
    for (Index q = 0; q < width; q += step) {
        for (Index j = 0; j < rows; j += data_group) {
            Block<Real> block;
            block.clear();
            double* const out = to.logits + j * width + q;
            block.fetch(out);
            upcoming_panel.fetch();
            const Real* HWY_RESTRICT y = data + j * size;
            const Real* HWY_RESTRICT x = panel + q;
            for (Index k = 0; k < sixes; k += data_group) {
                upcoming.fetch();
                block.template multiply_add_six<1>(y, x);
                y += data_group * data_group;
                x += data_group * width;
            }
            upcoming.fetch();
            HWY_UNROLL(1)
            for (Index k = sixes; k < used; ++k, y += data_group, x += width)
                block.template multiply_add<1>(y, x);
            double* const largest = to.largest == nullptr ? nullptr : to.largest + q;
            if (to.constants != nullptr)
                block.begin(to.constants + j, out, from_lane<Real>(to.factors, q), largest);
            else
                block.fold(out, from_lane<Real>(to.factors, q), largest);
        }
    }
}

// Data whose weights a pass takes: 24 KiB, which stay in the first-level cache while all coordinates of a chunk pass by.
template <class Real>
constexpr Index rows_of_pass = sizeof(Real) == sizeof(double) ? 96 : 192;

// One chunk of coordinates of the data, `rows` of them, into the means of one panel.
template <class Real>
void add_means(const Real* HWY_RESTRICT data, Index rows, Index size, const Real* HWY_RESTRICT weights,
               double* HWY_RESTRICT means, Upcoming& upcoming) {
    constexpr Index width = panel_width<Real>;
    const Index step = vectors<Real> * static_cast<Index>(hn::Lanes(hn::ScalableTag<Real>()));
    for (Index q = 0; q < width; q += step) {
        for (Index first = 0; first < rows; first += rows_of_pass<Real>) {
            const Index last = std::min(rows, first + rows_of_pass<Real>);
            for (Index k = 0; k < size; k += data_group) {
                Block<Real> block;
                block.clear();
                block.fetch(means + k * width + q);
                const Real* HWY_RESTRICT y = data + first * size + k * data_group;
                const Real* HWY_RESTRICT w = weights + first * width + q;
                for (Index j = first; j < last;
                     j += data_group, y += size * data_group, w += data_group * width) {
                    upcoming.fetch();
                    block.template multiply_add_six<data_group>(y, w);
                }
                block.fold(means + k * width + q, nullptr, nullptr);
            }
        }
    }
}

// As functions, which are dispatched.
void logits_double(const double* data, Index rows, Index size, Index used, const double* panel,
                   const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    add_logits(data, rows, size, used, panel, to, next, next_panel);
}
void logits_float(const float* data, Index rows, Index size, Index used, const float* panel,
                  const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    add_logits(data, rows, size, used, panel, to, next, next_panel);
}
void logits_pairs(const NumberPair* data, Index rows, Index size, Index used, const NumberPair* panel,
                  const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    add_logits(data, rows, size, used, panel, to, next, next_panel);
}
void means_double(const double* data, Index rows, Index size, const double* weights, double* means,
                  Upcoming& upcoming) {
    add_means(data, rows, size, weights, means, upcoming);
}
void means_float(const float* data, Index rows, Index size, const float* weights, double* means,
                 Upcoming& upcoming) {
    add_means(data, rows, size, weights, means, upcoming);
}

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(logits_double);
HWY_EXPORT(logits_float);
HWY_EXPORT(logits_pairs);
HWY_EXPORT(means_double);
HWY_EXPORT(means_float);

namespace {

void logits_of(const double* data, Index rows, Index size, Index used, const double* panel,
               const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    HWY_DYNAMIC_DISPATCH(logits_double)(data, rows, size, used, panel, to, next, next_panel);
}
void logits_of(const float* data, Index rows, Index size, Index used, const float* panel,
               const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    HWY_DYNAMIC_DISPATCH(logits_float)(data, rows, size, used, panel, to, next, next_panel);
}
void logits_of(const NumberPair* data, Index rows, Index size, Index used, const NumberPair* panel,
               const TileLogits& to, Upcoming& next, Upcoming& next_panel) {
    HWY_DYNAMIC_DISPATCH(logits_pairs)(data, rows, size, used, panel, to, next, next_panel);
}
void means_of(const double* data, Index rows, Index size, const double* weights, double* means,
              Upcoming& next) {
    HWY_DYNAMIC_DISPATCH(means_double)
    (data, rows, size, weights, means, next);
}
void means_of(const float* data, Index rows, Index size, const float* weights, double* means,
              Upcoming& next) {
    HWY_DYNAMIC_DISPATCH(means_float)
    (data, rows, size, weights, means, next);
}

}  // namespace

// Panels of states that are larger in all do not wait in the second-level cache until their turn comes: each is fetched while the one
// before is multiplied.
constexpr Index near_bytes = 512 << 10;

// A panel is as wide as the block in registers (with 32 registers) or twice that (four times, of pairs): at least one share of what comes
// next for every six coordinates of every group.
template <class Real>
void tile_logits(PackedTile<Real>& tile, const Real* panels, Index count, const TileLogits& out) {
    constexpr Index width = panel_width<Real>;
    const Chunks& chunks = tile.chunks();
    const auto of_panel = [](auto* numbers, Index p) {
        return numbers == nullptr ? nullptr : numbers + p * width;
    };
    const bool far = count * chunks.coordinates() * width * static_cast<Index>(sizeof(Real)) > near_bytes;
    if (out.largest != nullptr) std::fill_n(out.largest, count * width, absent_logit);
    for (Index c = 0; c < chunks.count(); ++c) {
        const bool last = c + 1 == chunks.count();
        tile.pack(c);
        Upcoming next = last && out.means_follow ? Upcoming() : tile.after(c);
        next.divide(count * (tile.rows() / data_group) * (chunks.size(c) / data_group));
        for (Index p = 0; p < count; ++p) {
            const Real* const panel = panels + (p * chunks.coordinates() + chunks.begin(c)) * width;
            Upcoming next_panel;
            if (far && p + 1 < count)
                next_panel = Upcoming::block(panel + chunks.coordinates() * width, chunks.size(c) * width);
            else if (far && !last)
                next_panel =
                    Upcoming::block(panels + chunks.begin(c + 1) * width, chunks.size(c + 1) * width);
            next_panel.divide(tile.rows() / data_group);
            logits_of(tile.chunk(c), tile.rows(), chunks.size(c), tile.used_values(c), panel,
                      {c == 0 ? out.constants : nullptr, out.logits + p * panel_values<Real>,
                       of_panel(out.factors, p), last ? of_panel(out.largest, p) : nullptr},
                      next, next_panel);
        }
    }
}

template <class Real>
void add_tile_means(const PackedTile<Real>& tile, Index first, Index count, const Real* weights,
                    std::span<double* const> means) {
    constexpr Index width = panel_width<Real>;
    const Chunks& chunks = tile.chunks();
    for (Index c = chunks.count() - 1; c >= 0; --c) {
        Upcoming next = tile.before(c);
        next.divide(static_cast<Index>(means.size()) * (count / data_group) * (chunks.size(c) / data_group));
        for (std::size_t p = 0; p < means.size(); ++p)
            means_of(tile.chunk(c) + first * chunks.size(c), count, chunks.size(c),
                     weights + static_cast<Index>(p) * panel_values<Real> + first * width,
                     means[p] + chunks.begin(c) * width, next);
    }
}

template void tile_logits(PackedTile<double>&, const double*, Index, const TileLogits&);
template void tile_logits(PackedTile<float>&, const float*, Index, const TileLogits&);
template void tile_logits(PackedTile<NumberPair>&, const NumberPair*, Index, const TileLogits&);
template void add_tile_means(const PackedTile<double>&, Index, Index, const double*,
                             std::span<double* const>);
template void add_tile_means(const PackedTile<float>&, Index, Index, const float*, std::span<double* const>);

}  // namespace kairos::dynamics
#endif
