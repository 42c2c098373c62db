// src/dynamics/lane_rows-inl.hpp: rows of lanes, and steps over them: four vectors at a time, then one, then single lanes by the same
// instructions. Compiled for every instruction set that Highway knows.
#ifndef KAIROS_LANE_ROWS
#define KAIROS_LANE_ROWS
#include <cstddef>
#include <type_traits>

namespace kairos::dynamics {

// Row i begins at data + i * stride. Real: double or const double.
template <class Real>
struct LaneRows {
    Real* data;
    std::size_t stride, rows, lanes;
};

template <class Block>
auto lanes_of(Block&& block) {
    using Real = std::remove_pointer_t<decltype(block.data())>;
    return LaneRows<Real>{block.data(), static_cast<std::size_t>(block.outerStride()),
                          static_cast<std::size_t>(block.rows()), static_cast<std::size_t>(block.cols())};
}

}  // namespace kairos::dynamics
#endif

#if defined(KAIROS_LANE_ROWS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_LANE_ROWS_INL
#undef KAIROS_LANE_ROWS_INL
#else
#define KAIROS_LANE_ROWS_INL
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <std::size_t number>
using Number = std::integral_constant<std::size_t, number>;

// step(tag, number of vectors, first lane) over all lanes
template <class Step>
HWY_INLINE void over_lanes(std::size_t count, Step step) {
    const hn::ScalableTag<double> tag;
    const hn::CappedTag<double, 1> single;
    const std::size_t lanes = hn::Lanes(tag);
    std::size_t j = 0;
    for (; j + 4 * lanes <= count; j += 4 * lanes) {
        step(tag, Number<4>(), j);
    }
    for (; j + lanes <= count; j += lanes) {
        step(tag, Number<1>(), j);
    }
    for (; j < count; ++j) {
        step(single, Number<1>(), j);
    }
}

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
