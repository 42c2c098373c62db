// src/dynamics/lane_products.cpp: four vectors of lanes at a time, then one, then single lanes by the same
// instructions. Components are taken by fours, so that their sums (or weights) stay in registers.
#include "lane_products.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/lane_products.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

#ifndef KAIROS_DYNAMICS_LANE_PRODUCTS
#define KAIROS_DYNAMICS_LANE_PRODUCTS
namespace kairos::dynamics {

// Rows of lanes: row i begins at data + i * stride. Real: double or const double.
template <class Real>
struct LaneRows {
    Real* data;
    std::size_t stride, rows, lanes;
};
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

void columns(const LaneRows<const double>& a, const LaneRows<const double>& b, double* square,
             double* product) {
    over_lanes(a.lanes, [&](auto tag, auto vectors, std::size_t j) HWY_ATTR {
        const std::size_t lanes = hn::Lanes(tag);
        hn::Vec<decltype(tag)> squares[vectors.value], products[vectors.value];
        for (std::size_t v = 0; v < vectors.value; ++v) {
            squares[v] = products[v] = hn::Zero(tag);
        }
        for (std::size_t i = 0; i < a.rows; ++i) {
            const double* const left = a.data + i * a.stride + j;
            const double* const right = b.data + i * b.stride + j;
            for (std::size_t v = 0; v < vectors.value; ++v) {
                const auto value = hn::LoadU(tag, left + v * lanes);
                squares[v] = hn::MulAdd(value, value, squares[v]);
                products[v] = hn::MulAdd(value, hn::LoadU(tag, right + v * lanes), products[v]);
            }
        }
        for (std::size_t v = 0; v < vectors.value; ++v) {
            hn::StoreU(squares[v], tag, square + j + v * lanes);
            hn::StoreU(products[v], tag, product + j + v * lanes);
        }
    });
}

void squares(const LaneRows<const double>& a, double* out) {
    over_lanes(a.lanes, [&](auto tag, auto vectors, std::size_t j) HWY_ATTR {
        const std::size_t lanes = hn::Lanes(tag);
        hn::Vec<decltype(tag)> sum[vectors.value];
        for (auto& s : sum) {
            s = hn::Zero(tag);
        }
        for (std::size_t i = 0; i < a.rows; ++i) {
            const double* const row = a.data + i * a.stride + j;
            for (std::size_t v = 0; v < vectors.value; ++v) {
                const auto value = hn::LoadU(tag, row + v * lanes);
                sum[v] = hn::MulAdd(value, value, sum[v]);
            }
        }
        for (std::size_t v = 0; v < vectors.value; ++v) {
            hn::StoreU(sum[v], tag, out + j + v * lanes);
        }
    });
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

void affine(const double* keep, const double* spread, const LaneRows<const double>& xi,
            const LaneRows<double>& x) {
    over_lanes(x.lanes, [&](auto tag, auto vectors, std::size_t j) HWY_ATTR {
        const std::size_t lanes = hn::Lanes(tag);
        hn::Vec<decltype(tag)> kept[vectors.value], share[vectors.value];  // in registers: stores might alias
        for (std::size_t v = 0; v < vectors.value; ++v) {
            kept[v] = hn::LoadU(tag, keep + j + v * lanes);
            share[v] = hn::LoadU(tag, spread + j + v * lanes);
        }
        for (std::size_t i = 0; i < x.rows; ++i) {
            double* const row = x.data + i * x.stride + j;
            const double* const shock = xi.data + i * xi.stride + j;
            for (std::size_t v = 0; v < vectors.value; ++v) {
                const auto noise = hn::Mul(share[v], hn::LoadU(tag, shock + v * lanes));
                hn::StoreU(hn::MulAdd(kept[v], hn::LoadU(tag, row + v * lanes), noise), tag, row + v * lanes);
            }
        }
    });
}

void subtract_products(const LaneRows<const double>& a, double factor, const LaneRows<const double>& x,
                       const LaneRows<double>& out, double* square, double* product) {
    over_lanes(x.lanes, [&](auto tag, auto vectors, std::size_t j) HWY_ATTR {
        const std::size_t lanes = hn::Lanes(tag);
        const auto share = hn::Set(tag, factor);
        hn::Vec<decltype(tag)> squares[vectors.value], products[vectors.value];
        for (std::size_t v = 0; v < vectors.value; ++v) {
            squares[v] = products[v] = hn::Zero(tag);
        }
        for (std::size_t i = 0; i < x.rows; ++i) {
            const double* const left = a.data + i * a.stride + j;
            const double* const right = x.data + i * x.stride + j;
            double* const row = out.data + i * out.stride + j;
            for (std::size_t v = 0; v < vectors.value; ++v) {
                const auto state = hn::LoadU(tag, right + v * lanes);
                const auto value = hn::NegMulAdd(share, state, hn::LoadU(tag, left + v * lanes));
                squares[v] = hn::MulAdd(value, value, squares[v]);
                products[v] = hn::MulAdd(value, state, products[v]);
                hn::StoreU(value, tag, row + v * lanes);
            }
        }
        for (std::size_t v = 0; v < vectors.value; ++v) {
            hn::StoreU(squares[v], tag, square + j + v * lanes);
            hn::StoreU(products[v], tag, product + j + v * lanes);
        }
    });
}

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(columns);
HWY_EXPORT(project);
HWY_EXPORT(add);
HWY_EXPORT(affine);
HWY_EXPORT(squares);
HWY_EXPORT(subtract_products);

namespace {

template <class Block>
auto lanes_of(Block&& block) {
    using Real = std::remove_pointer_t<decltype(block.data())>;
    return LaneRows<Real>{block.data(), static_cast<std::size_t>(block.outerStride()),
                          static_cast<std::size_t>(block.rows()), static_cast<std::size_t>(block.cols())};
}

Factors factors_of(const Eigen::Ref<const Matrix>& a) {
    return {a.data(), static_cast<std::size_t>(a.outerStride()), static_cast<std::size_t>(a.cols())};
}

}  // namespace

void column_squares(const Rows& a, Lanes& square) {
    square.resize(a.cols());
    HWY_DYNAMIC_DISPATCH(squares)(lanes_of(a), square.data());
}

void column_products(const Rows& a, const Rows& b, Lanes& square, Lanes& product) {
    assert(a.rows() == b.rows() && a.cols() == b.cols());
    square.resize(a.cols());
    product.resize(a.cols());
    HWY_DYNAMIC_DISPATCH(columns)(lanes_of(a), lanes_of(b), square.data(), product.data());
}

void few_inner_products(const Eigen::Ref<const Matrix>& a, const Rows& x, Rows& out) {
    assert(a.rows() == x.rows() && out.rows() == a.cols() && out.cols() == x.cols());
    HWY_DYNAMIC_DISPATCH(project)(factors_of(a), lanes_of(x), lanes_of(out));
}

void add_few(double scale, const Eigen::Ref<const Matrix>& a, const Eigen::Ref<const Rows>& w,
             Eigen::Ref<Rows> out) {
    assert(a.rows() == out.rows() && a.cols() == w.rows() && w.cols() == out.cols());
    HWY_DYNAMIC_DISPATCH(add)(scale, factors_of(a), lanes_of(w), lanes_of(out));
}

void keep_and_spread(const Lanes& keep, const Lanes& spread, const Eigen::Ref<const Rows>& xi,
                     Eigen::Ref<Rows> x) {
    assert(keep.size() == x.cols() && spread.size() == x.cols());
    assert(xi.rows() == x.rows() && xi.cols() == x.cols());
    HWY_DYNAMIC_DISPATCH(affine)(keep.data(), spread.data(), lanes_of(xi), lanes_of(x));
}

void subtract_and_multiply(const Rows& a, double factor, const Rows& x, Rows& out, Lanes& square,
                           Lanes& product) {
    assert(a.rows() == x.rows() && a.cols() == x.cols());
    out.resize(x.rows(), x.cols());
    square.resize(x.cols());
    product.resize(x.cols());
    HWY_DYNAMIC_DISPATCH(subtract_products)
    (lanes_of(a), factor, lanes_of(x), lanes_of(out), square.data(), product.data());
}

}  // namespace kairos::dynamics
#endif
