// Components are taken by fours, so that their sums (or weights) stay in registers.
#include "lane_products.hpp"

#include <cassert>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/lane_products.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"
#include "lane_rows-inl.hpp"

#ifndef KAIROS_DYNAMICS_LANE_PRODUCTS
#define KAIROS_DYNAMICS_LANE_PRODUCTS
namespace kairos::dynamics {

// The columns of a, by columns.
struct Factors {
    const double* data;
    std::size_t stride, columns;
};

inline constexpr std::size_t at_once = 4;  // components

}  // namespace kairos::dynamics
#endif

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {

// step(first component, their number as a constant) by fours and a rest
template <class Step>
HWY_INLINE void over_components(std::size_t count, Step step) {
    std::size_t k = 0;
    for (; k + at_once <= count; k += at_once) {
        step(k, Number<at_once>());
    }
    switch (count - k) {
        case 3:
            return step(k, Number<3>());
        case 2:
            return step(k, Number<2>());
        case 1:
            return step(k, Number<1>());
        default:
            return;
    }
}

// out(k) = sum_i a(i, k) x(i) for `terms` components from `first` on, `vectors` vectors of lanes from j on
template <class Tag, std::size_t vectors, std::size_t terms>
HWY_INLINE void project_some(Tag tag, Number<vectors>, Number<terms>, const Factors& a, std::size_t first,
                             const LaneRows<const double>& x, std::size_t j, const LaneRows<double>& out) {
    const std::size_t lanes = hn::Lanes(tag);
    hn::Vec<Tag> sum[terms][vectors];
    for (auto& line : sum) {
        for (auto& s : line) {
            s = hn::Zero(tag);
        }
    }
    for (std::size_t i = 0; i < x.rows; ++i) {
        const double* const row = x.data + i * x.stride + j;
        const double* const factor = a.data + first * a.stride + i;
        for (std::size_t v = 0; v < vectors; ++v) {
            const auto value = hn::LoadU(tag, row + v * lanes);
            for (std::size_t k = 0; k < terms; ++k) {
                sum[k][v] = hn::MulAdd(hn::Set(tag, factor[k * a.stride]), value, sum[k][v]);
            }
        }
    }
    for (std::size_t k = 0; k < terms; ++k) {
        for (std::size_t v = 0; v < vectors; ++v) {
            hn::StoreU(sum[k][v], tag, out.data + (first + k) * out.stride + j + v * lanes);
        }
    }
}

void project(const Factors& a, const LaneRows<const double>& x, const LaneRows<double>& out) {
    over_lanes(x.lanes, [&](auto tag, auto vectors, std::size_t j) HWY_ATTR {
        over_components(a.columns, [&](std::size_t first, auto terms)
                                       HWY_ATTR { project_some(tag, vectors, terms, a, first, x, j, out); });
    });
}

// out(i) += sum_k a(i, k) scale w(k), in the same pieces
template <class Tag, std::size_t vectors, std::size_t terms>
HWY_INLINE void add_some(Tag tag, Number<vectors>, Number<terms>, double scale, const Factors& a,
                         std::size_t first, const LaneRows<const double>& w, std::size_t j,
                         const LaneRows<double>& out) {
    const std::size_t lanes = hn::Lanes(tag);
    hn::Vec<Tag> weight[terms][vectors];
    for (std::size_t k = 0; k < terms; ++k) {
        for (std::size_t v = 0; v < vectors; ++v) {
            const auto plain = hn::LoadU(tag, w.data + (first + k) * w.stride + j + v * lanes);
            weight[k][v] = hn::Mul(hn::Set(tag, scale), plain);
        }
    }
    for (std::size_t i = 0; i < out.rows; ++i) {
        double* const row = out.data + i * out.stride + j;
        const double* const factor = a.data + first * a.stride + i;
        for (std::size_t v = 0; v < vectors; ++v) {
            auto sum = hn::LoadU(tag, row + v * lanes);
            for (std::size_t k = 0; k < terms; ++k) {
                sum = hn::MulAdd(hn::Set(tag, factor[k * a.stride]), weight[k][v], sum);
            }
            hn::StoreU(sum, tag, row + v * lanes);
        }
    }
}

void add(double scale, const Factors& a, const LaneRows<const double>& w, const LaneRows<double>& out) {
    over_lanes(out.lanes, [&](auto tag, auto vectors, std::size_t j) HWY_ATTR {
        over_components(a.columns, [&](std::size_t first, auto terms) HWY_ATTR {
            add_some(tag, vectors, terms, scale, a, first, w, j, out);
        });
    });
}

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(project);
HWY_EXPORT(add);

namespace {

Factors factors_of(const Eigen::Ref<const Matrix>& a) {
    return {a.data(), static_cast<std::size_t>(a.outerStride()), static_cast<std::size_t>(a.cols())};
}

}  // namespace

void few_inner_products(const Eigen::Ref<const Matrix>& a, const Rows& x, Rows& out) {
    assert(a.rows() == x.rows() && out.rows() == a.cols() && out.cols() == x.cols());
    HWY_DYNAMIC_DISPATCH(project)(factors_of(a), lanes_of(x), lanes_of(out));
}

void add_few(double scale, const Eigen::Ref<const Matrix>& a, const Eigen::Ref<const Rows>& w,
             Eigen::Ref<Rows> out) {
    assert(a.rows() == out.rows() && a.cols() == w.rows() && w.cols() == out.cols());
    HWY_DYNAMIC_DISPATCH(add)(scale, factors_of(a), lanes_of(w), lanes_of(out));
}

}  // namespace kairos::dynamics
#endif
