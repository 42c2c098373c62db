// tests/phases/scaling_fit_test.cpp: against the normal equations solved by Cramer's rule, against the scatter of fits over many draws of noise,
// and with a bend that no line has.
#include "kairos/phases/scaling_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "support/consistent.hpp"

namespace kairos::phases {
namespace {

// Sums of powers and Cramer's rule.
struct Plain {
    double slope, intercept, slope_variance, intercept_variance, covariance, chi2;
};
Plain normal_equations(const std::vector<LinePoint>& points) {
    double s = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (const auto& [x, y, error] : points) {
        const double w = 1.0 / (error * error);
        s += w, sx += w * x, sy += w * y, sxx += w * x * x, sxy += w * x * y;
    }
    const double determinant = s * sxx - sx * sx;
    Plain fit{(s * sxy - sx * sy) / determinant,
              (sxx * sy - sx * sxy) / determinant,
              s / determinant,
              sxx / determinant,
              -sx / determinant,
              0.0};
    for (const auto& [x, y, error] : points)
        fit.chi2 += std::pow((y - fit.intercept - fit.slope * x) / error, 2);
    return fit;
}

TEST(ScalingFit, EqualsTheNormalEquations) {
    const std::vector<LinePoint> points = {{1.0, 2.2, 0.1}, {2.5, 2.9, 0.3}, {7.0, 5.4, 0.2}};
    const Plain expected = normal_equations(points);
    const LineFit fit = fit_line(points);
    EXPECT_NEAR(fit.slope.value, expected.slope, 1e-13);
    EXPECT_NEAR(fit.intercept.value, expected.intercept, 1e-13);
    EXPECT_NEAR(fit.slope.statistical, std::sqrt(expected.slope_variance), 1e-13);
    EXPECT_NEAR(fit.intercept.statistical, std::sqrt(expected.intercept_variance), 1e-13);
    EXPECT_NEAR(fit.covariance, expected.covariance, 1e-13);
    EXPECT_NEAR(fit.chi2, expected.chi2, 1e-11);
    EXPECT_EQ(fit.dof, 1U);
    EXPECT_EQ(fit.slope.systematic, 0.0);  // too few points for a rival
    EXPECT_NEAR(fit.at(3.0), expected.intercept + 3.0 * expected.slope, 1e-13);
}

std::vector<LinePoint> noisy_line(std::mt19937_64& generator, double bend) {
    std::normal_distribution<double> normal;
    std::vector<LinePoint> points;
    for (int i = 0; i < 7; ++i) {
        const double x = 4.0 + 2.5 * i, error = 0.002 * (1 + i % 3);
        points.push_back({x, 0.3 + 0.5 * x + bend * std::exp(-0.5 * x) + error * normal(generator), error});
    }
    return points;
}

TEST(ScalingFit, ErrorsAreTheScatterOverManyDraws) {
    std::mt19937_64 generator(11);
    constexpr int draws = 4000;
    std::vector<double> slopes, chi2, pulls, both;
    for (int k = 0; k < draws; ++k) {
        const LineFit fit = fit_line(noisy_line(generator, 0.0));
        slopes.push_back(fit.slope.value);
        chi2.push_back(fit.chi2);
        pulls.push_back(std::pow((fit.slope.value - 0.5) / fit.slope.statistical, 2));
        both.push_back(std::abs(fit.slope.value - 0.5) < fit.slope.standard_error() ? 1.0 : 0.0);
    }
    test::expect_mean_consistent(slopes, 0.5, "slope");
    test::expect_mean_consistent(pulls, 1.0, "variance of the slope in units of its error");
    test::expect_mean_consistent(chi2, 5.0, "chi^2 of 7 points and 2 parameters");
    double covered = 0.0;
    for (const double one : both) covered += one / draws;
    // 68.3 % by the noise alone; the rival only adds: a systematic error appears where noise makes it look like one
    EXPECT_GT(covered, 0.683 - 4.5 * std::sqrt(0.683 * 0.317 / draws));
    EXPECT_LT(covered, 0.80);
}

// A correction that dies out with size bends the line at its near end: the plain error misses it, that of the rival does not.
TEST(ScalingFit, ACorrectionToScalingShowsAsSystematicError) {
    std::mt19937_64 generator(3);
    constexpr int draws = 400;
    int by_noise = 0, by_both = 0;
    for (int k = 0; k < draws; ++k) {
        const LineFit fit = fit_line(noisy_line(generator, 0.3));
        by_noise += std::abs(fit.slope.value - 0.5) < 2.0 * fit.slope.statistical ? 1 : 0;
        by_both += std::abs(fit.slope.value - 0.5) < 2.0 * fit.slope.standard_error() ? 1 : 0;
    }
    EXPECT_LT(by_noise, draws / 10);
    EXPECT_GT(by_both, draws * 9 / 10);
}

TEST(ScalingFit, ClosedFormsAreFittedByTheirScatter) {
    const std::vector<LinePoint> points = {{1.0, 1.0, 0.0}, {2.0, 1.6, 0.0}, {3.0, 2.0, 0.0}};
    // by hand: slope 0.5, residuals -1/30, 1/15, -1/30: variance (1/150)/1, divided by sum (x - 2)^2 = 2
    const LineFit fit = fit_line(points);
    EXPECT_NEAR(fit.slope.value, 0.5, 1e-14);
    EXPECT_NEAR(fit.slope.statistical, std::sqrt(1.0 / 150.0 / 2.0), 1e-14);
    EXPECT_TRUE(std::isnan(fit.chi2));
}

TEST(ScalingFit, TooLittleForALineIsNaN) {
    EXPECT_TRUE(std::isnan(fit_line({}).slope.value));
    EXPECT_TRUE(std::isnan(fit_line(std::vector<LinePoint>{{1.0, 2.0, 0.1}}).slope.value));
    EXPECT_TRUE(std::isnan(fit_line(std::vector<LinePoint>{{1.0, 2.0, 0.1}, {1.0, 3.0, 0.1}}).slope.value));
    const LineFit two = fit_line(std::vector<LinePoint>{{1.0, 2.0, 0.1}, {3.0, 3.0, 0.1}});
    EXPECT_NEAR(two.slope.value, 0.5, 1e-14);
    EXPECT_EQ(two.dof, 0U);
    EXPECT_TRUE(std::isnan(two.chi2));
}

}  // namespace
}  // namespace kairos::phases
