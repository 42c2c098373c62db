#include "tile_products.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/tile_products.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
constexpr int vectors = 4;  // of a row of the block in registers
#else
constexpr int vectors = 2;
#endif

// The 6 x `vectors` results in registers.
template <class Real>
struct Block {
    using Tag = hn::ScalableTag<Real>;
    using V = hn::Vec<Tag>;
    static constexpr Index width = panel_width<Real>;
    V sum[data_group][vectors];

    HWY_INLINE void clear() {
        for (auto& row : sum)
            for (V& value : row) value = hn::Zero(Tag());
    }
    // sum(r, v) += y[r stride] x(v)
    template <Index stride>
    HWY_INLINE void multiply_add(const Real* HWY_RESTRICT y, const Real* HWY_RESTRICT x) {
        const Tag tag;
        const auto lanes = static_cast<Index>(hn::Lanes(tag));
        V row[vectors];
        HWY_UNROLL(4)
        for (int v = 0; v < vectors; ++v) row[v] = hn::Load(tag, x + v * lanes);
        HWY_UNROLL(6)
        for (int r = 0; r < data_group; ++r) {
            const V factor = hn::Set(tag, y[r * stride]);
            HWY_UNROLL(4)
            for (int v = 0; v < vectors; ++v) sum[r][v] = hn::MulAdd(factor, row[v], sum[r][v]);
        }
    }
    // out(r, v) += sum(r, v), in double
    HWY_INLINE void fold(double* HWY_RESTRICT out) const {
        const Tag tag;
        const auto lanes = static_cast<Index>(hn::Lanes(tag));
        for (int r = 0; r < data_group; ++r)
            for (int v = 0; v < vectors; ++v) add(sum[r][v], out + r * width + v * lanes);
    }

private:
    static HWY_INLINE void add(V value, double* HWY_RESTRICT out) {
        if constexpr (sizeof(Real) == sizeof(double)) {
            hn::Store(hn::Add(value, hn::Load(Tag(), out)), Tag(), out);
        } else {
#if HWY_TARGET == HWY_SCALAR  // has no halves
            *out += static_cast<double>(hn::GetLane(value));
#else
            const hn::ScalableTag<double> wide;
            const hn::Half<Tag> half;
            const auto lanes = static_cast<Index>(hn::Lanes(wide));
            const auto low = hn::PromoteTo(wide, hn::LowerHalf(half, value));
            const auto high = hn::PromoteTo(wide, hn::UpperHalf(half, value));
            hn::Store(hn::Add(low, hn::Load(wide, out)), wide, out);
            hn::Store(hn::Add(high, hn::Load(wide, out + lanes)), wide, out + lanes);
#endif
        }
    }
};

// The product of one chunk of coordinates with one panel.
template <class Real>
HWY_INLINE void add_chunk(const Real* HWY_RESTRICT data, Index stride, Index rows, Index count,
                          const Real* HWY_RESTRICT panel, double* HWY_RESTRICT logits, Upcoming* upcoming) {
    constexpr Index width = panel_width<Real>;
    const Index step = vectors * static_cast<Index>(hn::Lanes(hn::ScalableTag<Real>()));
    for (Index q = 0; q < width; q += step) {
        for (Index j = 0; j < rows; j += data_group) {
            Block<Real> block;
            block.clear();
            const Real* HWY_RESTRICT y = data + j / data_group * stride;
            const Real* HWY_RESTRICT x = panel + q;
            for (Index k = 0; k < count; ++k, y += data_group, x += width)
                block.template multiply_add<1>(y, x);
            block.fold(logits + j * width + q);
            if (upcoming != nullptr) upcoming->fetch();
        }
    }
}

template <class Real>
void logits_of(const Real* HWY_RESTRICT data, Index stride, Index rows, Index coordinates,
               const Real* HWY_RESTRICT panels, Index panel_count, const double* constants,
               double* HWY_RESTRICT logits, Upcoming* upcoming) {
    constexpr Index width = panel_width<Real>;
    for (Index p = 0; p < panel_count; ++p)
        for (Index j = 0; j < rows; ++j)
            std::fill_n(logits + p * panel_values<Real> + j * width, width, constants[j]);
    for (Index from = 0; from < coordinates; from += chunk)
        for (Index p = 0; p < panel_count; ++p)
            add_chunk(data + from * data_group, stride, rows, std::min(chunk, coordinates - from),
                      panels + (p * coordinates + from) * width, logits + p * panel_values<Real>, upcoming);
}

// The coordinates from, from + 1, ... of one panel's means.
template <class Real>
HWY_INLINE void add_means_of_chunk(const Real* HWY_RESTRICT data, Index stride, Index first, Index count,
                                   Index from, Index to, const Real* HWY_RESTRICT weights,
                                   double* HWY_RESTRICT means) {
    constexpr Index width = panel_width<Real>;
    const Index step = vectors * static_cast<Index>(hn::Lanes(hn::ScalableTag<Real>()));
    for (Index q = 0; q < width; q += step) {
        for (Index k = from; k < to; k += data_group) {
            Block<Real> block;
            block.clear();
            for (Index j = first; j < first + count; j += data_group) {
                const Real* HWY_RESTRICT y = data + j / data_group * stride + k * data_group;
                const Real* HWY_RESTRICT w = weights + j * width + q;
                for (Index b = 0; b < data_group; ++b)
                    block.template multiply_add<data_group>(y + b, w + b * width);
            }
            block.fold(means + k * width + q);
        }
    }
}

template <class Real>
void means_of(const Real* HWY_RESTRICT data, Index stride, Index first, Index count, Index coordinates,
              const Real* HWY_RESTRICT weights, std::span<double* const> means) {
    constexpr Index at_once = chunk / data_group * data_group;
    for (Index from = 0; from < coordinates; from += at_once)
        for (std::size_t p = 0; p < means.size(); ++p)
            add_means_of_chunk(data, stride, first, count, from, std::min(from + at_once, coordinates),
                               weights + static_cast<Index>(p) * panel_values<Real>, means[p]);
}

#define KAIROS_PRODUCTS(Real, suffix)                                                                       \
    void logits_##suffix(const Real* data, Index stride, Index rows, Index coordinates, const Real* panels, \
                         Index count, const double* constants, double* logits, Upcoming* upcoming) {        \
        logits_of(data, stride, rows, coordinates, panels, count, constants, logits, upcoming);             \
    }                                                                                                       \
    void means_##suffix(const Real* data, Index stride, Index first, Index count, Index coordinates,        \
                        const Real* weights, std::span<double* const> means) {                              \
        means_of(data, stride, first, count, coordinates, weights, means);                                  \
    }
KAIROS_PRODUCTS(double, double)
KAIROS_PRODUCTS(float, float)
#undef KAIROS_PRODUCTS

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(logits_double);
HWY_EXPORT(logits_float);
HWY_EXPORT(means_double);
HWY_EXPORT(means_float);

template <>
void tile_logits(const PackedTile<double>& tile, const double* panels, Index count, const double* constants,
                 double* logits, Upcoming* upcoming) {
    HWY_DYNAMIC_DISPATCH(logits_double)
    (tile.data(), tile.stride(), tile.rows(), tile.coordinates(), panels, count, constants, logits, upcoming);
}
template <>
void tile_logits(const PackedTile<float>& tile, const float* panels, Index count, const double* constants,
                 double* logits, Upcoming* upcoming) {
    HWY_DYNAMIC_DISPATCH(logits_float)
    (tile.data(), tile.stride(), tile.rows(), tile.coordinates(), panels, count, constants, logits, upcoming);
}

// A panel is as wide as the block in registers (with 32 registers) or twice that: one block at least a group, chunk and panel.
template <class Real>
Index logit_blocks(const PackedTile<Real>& tile, Index panels) {
    return panels * (tile.rows() / data_group) * ((tile.coordinates() + chunk - 1) / chunk);
}
template Index logit_blocks(const PackedTile<double>&, Index);
template Index logit_blocks(const PackedTile<float>&, Index);
template <>
void add_tile_means(const PackedTile<double>& tile, Index first, Index count, const double* weights,
                    std::span<double* const> means) {
    HWY_DYNAMIC_DISPATCH(means_double)
    (tile.data(), tile.stride(), first, count, tile.coordinates(), weights, means);
}
template <>
void add_tile_means(const PackedTile<float>& tile, Index first, Index count, const float* weights,
                    std::span<double* const> means) {
    HWY_DYNAMIC_DISPATCH(means_float)
    (tile.data(), tile.stride(), first, count, tile.coordinates(), weights, means);
}

}  // namespace kairos::dynamics
#endif
