#include "combined_products.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/combined_products.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

void combine_rows(const CombinedProducts& products, Index rows, double* HWY_RESTRICT out) {
    const hn::ScalableTag<double> real;
    const auto lanes = static_cast<Index>(hn::Lanes(real));
    const auto a = hn::Set(real, products.a), b = hn::Set(real, products.b);
    for (Index k = 0; k < rows; ++k) {
        const auto c = hn::Set(real, products.c[k]);
        const Index row = k * panel_width<double>;
        for (Index at = row; at < row + panel_width<double>; at += lanes) {
            const auto rest = hn::MulAdd(b, hn::Load(real, products.q + at), c);
            hn::Store(hn::MulAdd(a, hn::Load(real, products.p + at), rest), real, out + at);
        }
    }
}

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(combine_rows);

void combine(const CombinedProducts& products, Index rows, double* out) {
    HWY_DYNAMIC_DISPATCH(combine_rows)(products, rows, out);
}

}  // namespace kairos::dynamics
#endif
