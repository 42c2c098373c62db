#include "lane_columns.hpp"

#include <cassert>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/lane_columns.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"
#include "lane_rows-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {

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
HWY_EXPORT(affine);
HWY_EXPORT(squares);
HWY_EXPORT(subtract_products);

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
