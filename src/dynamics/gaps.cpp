#include "gaps.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/gaps.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr Index width = 64;

void gaps(const double* logits, Index rows, const double* highest, const double* steps, std::uint8_t* out) {
    const hn::ScalableTag<double> real;
    const hn::Rebind<std::int32_t, decltype(real)> whole;
    const hn::Rebind<std::uint8_t, decltype(real)> byte;
    const auto lanes = static_cast<Index>(hn::Lanes(real));
    for (Index row = 0; row < rows; ++row) {
        for (Index q = 0; q < width; q += lanes) {
            const auto below =
                hn::Sub(hn::LoadU(real, highest + q), hn::Load(real, logits + row * width + q));
            const auto gap = hn::MulAdd(below, hn::LoadU(real, steps + q), hn::Set(real, 1.0));
            const auto known = hn::IfThenElseZero(hn::Eq(gap, gap), hn::Min(gap, hn::Set(real, 255.0)));
            hn::StoreU(hn::DemoteTo(byte, hn::DemoteTo(whole, known)), byte, out + row * width + q);
        }
    }
}

void within(const std::uint8_t* gaps_in, Index rows, const std::uint8_t* limits, std::uint64_t* kept) {
    const hn::ScalableTag<std::uint8_t> byte;
    const auto lanes = static_cast<Index>(hn::Lanes(byte));
    for (Index row = 0; row < rows; ++row) {
        std::uint64_t bits = 0;
        for (Index q = 0; q < width; q += lanes) {
            std::uint8_t some[8] = {};
            const auto beyond =
                hn::Gt(hn::LoadU(byte, gaps_in + row * width + q), hn::LoadU(byte, limits + q));
            hn::StoreMaskBits(byte, hn::Not(beyond), some);
            for (Index b = 0; b < (lanes + 7) / 8; ++b)
                bits |= static_cast<std::uint64_t>(some[b]) << (q + 8 * b);
        }
        kept[row] = bits;
    }
}

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(gaps);
HWY_EXPORT(within);

void gaps_of(const double* logits, Index rows, const double* highest, const double* steps,
             std::uint8_t* out) {
    HWY_DYNAMIC_DISPATCH(gaps)(logits, rows, highest, steps, out);
}

void within_limits(const std::uint8_t* gaps, Index rows, const std::uint8_t* limits, std::uint64_t* kept) {
    HWY_DYNAMIC_DISPATCH(within)(gaps, rows, limits, kept);
}

}  // namespace kairos::dynamics
#endif
