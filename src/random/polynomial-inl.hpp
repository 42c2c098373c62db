// src/random/polynomial-inl.hpp: polynomials of one vector, and of several in step; included once per instruction set.
#if defined(KAIROS_RANDOM_POLYNOMIAL_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_RANDOM_POLYNOMIAL_INL
#undef KAIROS_RANDOM_POLYNOMIAL_INL
#else
#define KAIROS_RANDOM_POLYNOMIAL_INL
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::random::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Several vectors take every step in turn: one of them alone is a chain that is longer than what a processor looks ahead.
template <int n, class Step>
HWY_INLINE void each(Step step) {
    HWY_UNROLL(4)
    for (int i = 0; i < n; ++i) step(i);
}

// c_at + z (c_{at+2} + z (c_{at+4} + ...))
template <std::size_t at, class V, int n, class Coefficient, std::size_t count>
HWY_INLINE void every_second(const V (&z)[n], const Coefficient (&coefficients)[count], V (&sum)[n]) {
    const V c = hn::Set(hn::DFromV<V>(), coefficients[at]);
    if constexpr (at + 2 < count) {
        every_second<at + 2>(z, coefficients, sum);
        each<n>([&](int i) HWY_ATTR { sum[i] = hn::MulAdd(z[i], sum[i], c); });
    } else {
        each<n>([&](int i) HWY_ATTR { sum[i] = c; });
    }
}

// c0 + c1 x + c2 x^2 + ...: even and odd powers apart are two chains of half the length. z = x^2
template <class V, int n, class... Coefficients>
HWY_INLINE void polynomial(const V (&x)[n], const V (&z)[n], V (&sum)[n], Coefficients... coefficients) {
    const hn::TFromV<V> all[] = {coefficients...};
    V odd[n];
    every_second<1>(z, all, odd);
    every_second<0>(z, all, sum);
    each<n>([&](int i) HWY_ATTR { sum[i] = hn::MulAdd(x[i], odd[i], sum[i]); });
}

// c0 + x (c1 + x (c2 + ...))
template <class V, class Coefficient, class... Coefficients>
HWY_INLINE V polynomial(V x, Coefficient first, Coefficients... others) {
    const V c = hn::Set(hn::DFromV<V>(), first);
    if constexpr (sizeof...(others) == 0) {
        return c;
    } else {
        return hn::MulAdd(x, polynomial(x, others...), c);
    }
}

}  // namespace kairos::random::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
