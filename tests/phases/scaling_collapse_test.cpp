// tests/phases/scaling_collapse_test.cpp: synthetic curves of a known exponent, exact and noisy; S against its definition by plain loops.
#include "kairos/phases/scaling_collapse.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "support/consistent.hpp"

namespace kairos::phases {
namespace {

constexpr double exponent = 0.5;
const std::vector<double> sizes = {4.0, 7.0, 10.0, 14.0};

double master(double u) { return 0.75 - 0.25 * std::tanh(u); }

// Values of F(x - exponent size) on a grid, with independent noise of the error given.
SizedCurve curve_of_size(double size, double error, std::mt19937_64& generator) {
    std::normal_distribution<double> normal;
    SizedCurve curve{size, {}, {}, {}};
    for (int j = 0; j <= 140; ++j) {
        curve.x.push_back(0.1 * j);
        curve.y.push_back(master(curve.x.back() - exponent * size) + error * normal(generator));
        curve.error.push_back(error);
    }
    return curve;
}

std::vector<SizedCurve> curves_of(double error, unsigned seed) {
    std::mt19937_64 generator(seed);
    std::vector<SizedCurve> curves;
    for (const double size : sizes) curves.push_back(curve_of_size(size, error, generator));
    return curves;
}

constexpr Heights inner{0.52, 0.98};

TEST(ScalingCollapse, FindsTheExponentOfExactCurves) {
    auto curves = curves_of(0.0, 1);
    for (SizedCurve& curve : curves) curve.error.assign(curve.error.size(), 1e-3);
    const ScalingCollapse collapse(curves, inner);
    // Cubics miss the master curve by h^4/43 of its fourth derivative, 1e-5 of a slope of 1/4 at most.
    EXPECT_NEAR(collapse.exponent(), exponent, 1e-5);
    EXPECT_LT(collapse.quality(exponent).value, 1e-3);
    EXPECT_GT(collapse.quality(exponent + 0.02).value, 10.0);
    EXPECT_GT(collapse.quality(exponent - 0.02).value, 10.0);
}

// The definition, with a cubic by Neville's scheme.
double neville(const SizedCurve& curve, std::size_t first, double x, const std::vector<double>& values) {
    std::vector<double> p(values.begin() + static_cast<std::ptrdiff_t>(first),
                          values.begin() + static_cast<std::ptrdiff_t>(first) + 4);
    for (std::size_t order = 1; order < 4; ++order)
        for (std::size_t i = 0; i + order < 4; ++i) {
            const double a = curve.x[first + i], b = curve.x[first + i + order];
            p[i] = ((x - b) * p[i] + (a - x) * p[i + 1]) / (a - b);
        }
    return p[0];
}

// Whether all lightly smoothed values from the middle to point j lie between the heights; the middle is where 0.75 is first passed.
bool around_the_middle(const SizedCurve& curve, std::size_t j) {
    std::size_t after = 1;
    while ((curve.y[after - 1] < 0.75) == (curve.y[after] < 0.75)) ++after;
    const auto inside = [&](std::size_t i) {
        const bool end = i == 0 || i + 1 == curve.y.size();
        const double smooth =
            end ? curve.y[i] : 0.25 * curve.y[i - 1] + 0.5 * curve.y[i] + 0.25 * curve.y[i + 1];
        return smooth > inner.low && smooth < inner.high;
    };
    for (std::size_t i = j; i < after; ++i)
        if (!inside(i)) return false;
    for (std::size_t i = after; i <= j; ++i)
        if (!inside(i)) return false;
    return true;
}

TEST(ScalingCollapse, QualityIsItsDefinition) {
    const auto curves = curves_of(0.01, 5);
    const ScalingCollapse collapse(curves, inner);
    const double b = 0.47;
    double sum = 0.0;
    std::size_t points = 0;
    for (const SizedCurve& mine : curves)
        for (std::size_t j = 0; j < mine.x.size(); ++j) {
            if (!around_the_middle(mine, j)) continue;
            double top = 0.0, bottom = 0.0;
            for (const SizedCurve& other : curves) {
                const double x = mine.x[j] + b * (other.size - mine.size);
                if (&other == &mine || x < other.x.front() || x > other.x.back()) continue;
                std::size_t below = 0;
                while (below + 1 < other.x.size() && other.x[below + 1] <= x) ++below;
                const std::size_t first =
                    below == 0 ? 0 : std::min<std::size_t>(below - 1, other.x.size() - 4);
                const double error = neville(other, first, x, other.error);
                top += neville(other, first, x, other.y) / (error * error);
                bottom += 1.0 / (error * error);
            }
            if (bottom == 0.0) continue;
            sum += std::pow(mine.y[j] - top / bottom, 2) / (mine.error[j] * mine.error[j] + 1.0 / bottom);
            ++points;
        }
    EXPECT_EQ(collapse.quality(b).points, points);
    EXPECT_NEAR(collapse.quality(b).value, sum / static_cast<double>(points), 1e-9);
}

// Over draws of the noise the exponent has no bias, and S is 1 up to what interpolation averages away: the variance of a cubic between two points
// is 0.64 to 1 of that of its neighbours, one part in four of the whole, so that S lies between 0.9 and 1.
TEST(ScalingCollapse, OverManyDrawsTheExponentIsUnbiasedAndQualityIsOne) {
    std::vector<double> exponents;
    double quality = 0.0;
    constexpr int draws = 60;
    for (unsigned k = 0; k < draws; ++k) {
        const ScalingCollapse collapse(curves_of(0.01, 100 + k), inner);
        exponents.push_back(collapse.exponent());
        quality += collapse.quality(exponents.back()).value / draws;
    }
    test::expect_mean_consistent(exponents, exponent, "exponent");
    EXPECT_GT(quality, 0.88);
    EXPECT_LT(quality, 1.04);
}

TEST(ScalingCollapse, CurvesOfDifferentFormDoNotCollapse) {
    auto curves = curves_of(0.005, 9);
    for (std::size_t j = 0; j < curves[1].x.size(); ++j)  // twice as steep
        curves[1].y[j] = master(2.0 * (curves[1].x[j] - exponent * curves[1].size));
    const ScalingCollapse collapse(curves, inner);
    EXPECT_GT(collapse.quality(collapse.exponent()).value, 10.0);
}

TEST(ScalingCollapse, WithoutTwoCurvesThatPassThereIsNoExponent) {
    auto curves = curves_of(0.01, 2);
    EXPECT_TRUE(std::isnan(ScalingCollapse({curves[0]}, inner).exponent()));
    EXPECT_TRUE(std::isnan(ScalingCollapse({}, inner).exponent()));
    EXPECT_TRUE(std::isnan(ScalingCollapse({curves[0], curves[0]}, inner).exponent()));  // of one size
    curves[1].y.assign(curves[1].y.size(), 0.5);
    EXPECT_TRUE(std::isnan(ScalingCollapse({curves[0], curves[1]}, inner).exponent()));
}

}  // namespace
}  // namespace kairos::phases
