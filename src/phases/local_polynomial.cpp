#include "local_polynomial.hpp"

#include <algorithm>
#include <boost/math/tools/roots.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include "kairos/base/array.hpp"
#include "kairos/base/decompositions.hpp"

namespace kairos::phases {
namespace {

constexpr int intervals = 64;  // in which signs are looked at; polynomials here have degree 6 at most

double root_between(const Vector& coefficients, double low, double high) {
    const auto value = [&](double u) { return polynomial(coefficients, u); };
    const double at_low = value(low), at_high = value(high);
    if (at_low == 0.0) return low;
    if (at_high == 0.0) return high;
    std::uintmax_t evaluations = 60;
    const auto bracket = boost::math::tools::toms748_solve(
        value, low, high, at_low, at_high, boost::math::tools::eps_tolerance<double>(50), evaluations);
    return 0.5 * (bracket.first + bracket.second);
}

}  // namespace

LocalPolynomial::LocalPolynomial(std::span<const double> x, const Vector& weights, int degree) {
    const auto [low, high] = std::minmax_element(x.begin(), x.end());
    centre_ = 0.5 * (*low + *high);
    scale_ = 0.5 * (*high - *low);
    const auto points = static_cast<Index>(x.size());
    Matrix powers(points, degree + 1);
    for (Index i = 0; i < points; ++i) {
        powers(i, 0) = 1.0;
        for (int p = 1; p <= degree; ++p)
            powers(i, p) = powers(i, p - 1) * to_unit(x[static_cast<std::size_t>(i)]);
    }
    fit_ = least_squares(weights.asDiagonal() * powers, weights.asDiagonal());
}

double polynomial(const Vector& coefficients, double u) {
    double sum = 0.0;
    for (Index i = coefficients.size(); i-- > 0;) sum = sum * u + coefficients(i);
    return sum;
}

Vector derivative(const Vector& coefficients) {
    const Index degree = coefficients.size() - 1;
    return coefficients.tail(degree).cwiseProduct(
        Vector::LinSpaced(degree, 1.0, static_cast<double>(degree)));
}

double nearest_root(const Vector& coefficients, double start, bool falling) {
    double best = nan, before = polynomial(coefficients, -1.0);
    for (int i = 1; i <= intervals; ++i) {
        const double low = -1.0 + 2.0 * (i - 1) / intervals, high = -1.0 + 2.0 * i / intervals;
        const double after = polynomial(coefficients, high);
        const bool down = before > 0.0 && after <= 0.0, up = before <= 0.0 && after > 0.0;
        if (down || (up && !falling)) {
            const double root = root_between(coefficients, low, high);
            if (!(std::abs(root - start) >= std::abs(best - start))) best = root;
        }
        before = after;
    }
    return best;
}

}  // namespace kairos::phases
