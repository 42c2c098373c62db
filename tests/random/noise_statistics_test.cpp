// tests/random/noise_statistics_test.cpp: the laws of the draws (moments, distribution function, tails) and
// their independence.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "kairos/random/noise.hpp"
#include "support/consistent.hpp"
#include "support/samples.hpp"

namespace kairos::random {
namespace {

using test::expect_consistent;

// Means of y, y^2, y^3, y^4 against exact ones, with errors from the exact moments up to the eighth (entry p:
// E[y^p]).
void expect_four_moments(const std::vector<double>& y, const std::array<double, 9>& exact,
                         const std::string& what) {
    const auto n = static_cast<double>(y.size());
    std::array<double, 5> sums{};
    for (const double value : y) {
        double power = 1.0;
        for (std::size_t p = 1; p <= 4; ++p) {
            power *= value;
            sums[p] += power;
        }
    }
    for (std::size_t p = 1; p <= 4; ++p) {
        const double error = std::sqrt((exact[2 * p] - exact[p] * exact[p]) / n);
        expect_consistent(sums[p] / n, error, exact[p], what + ", moment " + std::to_string(p));
    }
}

// sup |F_n - F| sqrt(n) exceeds 2.4 once in 50,000 tests (Kolmogorov's law: 2 exp(-2 x^2)).
void expect_distribution(std::vector<double> sample, const std::function<double(double)>& cdf,
                         const std::string& what) {
    std::sort(sample.begin(), sample.end());
    const auto n = static_cast<double>(sample.size());
    double distance = 0.0;
    for (std::size_t i = 0; i < sample.size(); ++i) {
        const double f = cdf(sample[i]);
        distance = std::max({distance, f - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - f});
    }
    EXPECT_LT(distance * std::sqrt(n), 2.4) << what;
}

const Index million = 1000000 / test::sample_divisor;

std::vector<double> normals(const Stream& stream, Index rows, Index columns, std::uint32_t step = 0) {
    Rows out(rows, columns);
    fill_normals(stream, TrajectoryId{0}, StepId{step}, 0, out);
    return {out.data(), out.data() + out.size()};
}

std::vector<double> chi_squared(const Stream& stream, double degrees, std::size_t count) {
    std::vector<double> out(count);
    fill_chi_squared(stream, TrajectoryId{0}, StepId{0}, degrees, out);
    return out;
}

TEST(NoiseStatistics, NormalsHaveTheFourMomentsOfTheNormalLaw) {
    const std::array<double, 9> exact{1, 0, 1, 0, 3, 0, 15, 0, 105};
    expect_four_moments(normals({11, Purpose::transition, 0}, 4, million), exact, "over trajectories");
    expect_four_moments(normals({12, Purpose::transition, 0}, million, 4), exact, "over components");
}

TEST(NoiseStatistics, NormalsHaveTheDistributionFunctionOfTheNormalLaw) {
    const boost::math::normal_distribution<double> law;
    const auto cdf = [&](double x) { return boost::math::cdf(law, x); };
    const std::vector<double> sample = normals({13, Purpose::transition, 0}, 2, 500000);
    const auto middle = sample.begin() + 500000;
    expect_distribution({sample.begin(), middle}, cdf, "cosine components");
    expect_distribution({middle, sample.end()}, cdf, "sine components");
}

TEST(NoiseStatistics, NormalsHaveTheTailsOfTheNormalLaw) {
    const boost::math::normal_distribution<double> law;
    constexpr std::uint32_t blocks = 100;
    constexpr std::array<double, 4> limits{3.0, 4.0, 4.5, 5.0};
    std::array<double, 4> above{}, below{};
    Rows block(16, 32768);
    for (std::uint32_t step = 0; step < blocks; ++step) {
        fill_normals({14, Purpose::transition, 0}, TrajectoryId{0}, StepId{step}, 0, block);
        for (std::size_t i = 0; i < limits.size(); ++i) {
            above[i] += static_cast<double>((block.array() > limits[i]).count());
            below[i] += static_cast<double>((block.array() < -limits[i]).count());
        }
    }
    const double n = static_cast<double>(blocks) * static_cast<double>(block.size());
    for (std::size_t i = 0; i < limits.size(); ++i) {
        const double p = boost::math::cdf(boost::math::complement(law, limits[i]));
        const double error = std::sqrt(p * (1 - p) / n);
        expect_consistent(above[i] / n, error, p, "above " + std::to_string(limits[i]));
        expect_consistent(below[i] / n, error, p, "below -" + std::to_string(limits[i]));
    }
}

TEST(NoiseStatistics, UniformsAreUniform) {
    std::vector<double> u(million);
    fill_uniforms({15, Purpose::choice, 0}, TrajectoryId{0}, StepId{0}, u);
    EXPECT_GT(*std::min_element(u.begin(), u.end()), 0.0);
    EXPECT_LT(*std::max_element(u.begin(), u.end()), 1.0);
    std::array<double, 9> exact{};
    for (std::size_t p = 0; p < exact.size(); ++p) {
        exact[p] = 1.0 / static_cast<double>(p + 1);
    }
    expect_four_moments(u, exact, "uniform");
    expect_distribution(
        u, [](double x) { return x; }, "uniform");
}

// Every bit is fair: bit k of u 2^53 for k = 1..52 (bit 0 is set, so that u is never 0 or 1).
TEST(NoiseStatistics, UniformsHaveFiftyTwoFairBits) {
    std::vector<double> u(200000);
    fill_uniforms({16, Purpose::choice, 0}, TrajectoryId{0}, StepId{0}, u);
    std::array<double, 53> ones{};
    for (const double value : u) {
        const auto bits = static_cast<std::uint64_t>(value * 0x1p53);
        for (std::size_t k = 0; k < ones.size(); ++k) {
            ones[k] += static_cast<double>(bits >> k & 1u);
        }
    }
    const auto n = static_cast<double>(u.size());
    EXPECT_EQ(ones[0], n);
    for (std::size_t k = 1; k < ones.size(); ++k) {
        expect_consistent(ones[k] / n, 0.5 / std::sqrt(n), 0.5, "bit " + std::to_string(k));
    }
}

// Moments of y = (x - k)/sqrt(2 k) from the cumulants of chi^2_k, 2^(p-1) (p-1)! k:
//   mu_p = sum_{j=2..p} binomial(p-1, j-1) kappa_j mu_{p-j}
std::array<double, 9> standardised_chi_squared_moments(double k) {
    std::array<double, 9> kappa{}, mu{1};
    for (std::size_t p = 2; p <= 8; ++p) {
        const auto power = static_cast<double>(p);
        kappa[p] = std::pow(2.0, power - 1) * std::tgamma(power) * k / std::pow(2 * k, power / 2);
    }
    for (std::size_t p = 2; p <= 8; ++p) {
        double binomial = 1.0;  // (p - 1 over j - 1)
        for (std::size_t j = 1; j <= p; ++j) {
            mu[p] += binomial * kappa[j] * mu[p - j];
            binomial *= static_cast<double>(p - j) / static_cast<double>(j);
        }
    }
    return mu;
}

class ChiSquared : public testing::TestWithParam<double> {};

TEST_P(ChiSquared, HasFourExactMoments) {
    const double k = GetParam();
    std::vector<double> y = chi_squared({21, Purpose::radial, 0}, k, 2 * million);
    for (double& value : y) {
        value = (value - k) / std::sqrt(2 * k);
    }
    expect_four_moments(y, standardised_chi_squared_moments(k), "degrees " + std::to_string(k));
}

TEST_P(ChiSquared, HasItsDistributionFunction) {
    const boost::math::chi_squared_distribution<double> law(GetParam());
    const std::vector<double> sample =
        chi_squared({22, Purpose::radial, 0}, GetParam(), GetParam() > 1e5 ? 50000 : 200000);
    expect_distribution(
        sample, [&](double x) { return boost::math::cdf(law, x); }, "degrees " + std::to_string(GetParam()));
}

TEST_P(ChiSquared, HasItsTails) {
    const boost::math::chi_squared_distribution<double> law(GetParam());
    const std::vector<double> sample = chi_squared({23, Purpose::radial, 0}, GetParam(), 4 * million);
    const auto n = static_cast<double>(sample.size());
    for (const double p : {1e-4, 1e-2}) {
        const double low = boost::math::quantile(law, p),
                     high = boost::math::quantile(boost::math::complement(law, p));
        const auto below = std::count_if(sample.begin(), sample.end(), [&](double x) { return x < low; });
        const auto above = std::count_if(sample.begin(), sample.end(), [&](double x) { return x > high; });
        const double error = std::sqrt(p * (1 - p) / n);
        expect_consistent(static_cast<double>(below) / n, error, p, "lower tail " + std::to_string(p));
        expect_consistent(static_cast<double>(above) / n, error, p, "upper tail " + std::to_string(p));
    }
}

INSTANTIATE_TEST_SUITE_P(EveryNumberOfDegrees, ChiSquared, testing::Values(0.5, 1.0, 3.0, 10.0, 1023.0, 1e6));

// Boost's distribution function gives up where the standardised law is still plainly normal.
TEST(NoiseStatistics, ChiSquaredTendsToTheNormalLawUpToTheLargestDegrees) {
    const boost::math::normal_distribution<double> law;
    for (const double k : {1e12, 1e15, 1e18}) {
        std::vector<double> y = chi_squared({24, Purpose::radial, 0}, k, million / 2);
        for (double& value : y) {
            value = (value - k) / std::sqrt(2 * k);
        }
        expect_four_moments(y, standardised_chi_squared_moments(k), "degrees " + std::to_string(k));
        expect_distribution(
            y, [&](double x) { return boost::math::cdf(law, x); }, "degrees " + std::to_string(k));
    }
}

// Correlation of two sequences with variances one, of their squares, and of one with the square of the other:
// 1/sqrt(n) each.
void expect_independent(const std::vector<double>& a, const std::vector<double>& b, const std::string& what) {
    double ab = 0.0, squares = 0.0, mixed = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += a[i] * b[i];
        squares += (a[i] * a[i] - 1) * (b[i] * b[i] - 1) / 2;
        mixed += a[i] * (b[i] * b[i] - 1) / std::sqrt(2.0);
    }
    const auto n = static_cast<double>(a.size());
    expect_consistent(ab / n, 1 / std::sqrt(n), 0.0, what);
    expect_consistent(squares / n, 1 / std::sqrt(n), 0.0, what + ", squares");
    expect_consistent(mixed / n, 1 / std::sqrt(n), 0.0, what + ", one with the square of the other");
}

TEST(NoiseStatistics, NeighbouringStreamsAreIndependent) {
    const Index n = 400000 / test::sample_divisor;
    const Stream stream{31, Purpose::transition, 0};
    const std::vector<double> base = normals(stream, 1, n);
    expect_independent(base, normals({32, Purpose::transition, 0}, 1, n), "next seed");
    expect_independent(base, normals({31 + (std::uint64_t{1} << 32), Purpose::transition, 0}, 1, n),
                       "high word of the seed");
    expect_independent(base, normals({31, Purpose::choice, 0}, 1, n), "next purpose");
    expect_independent(base, normals({31, Purpose::transition, 1}, 1, n), "next copy");
    expect_independent(base, normals(stream, 1, n, 1), "next step");
}

TEST(NoiseStatistics, ComponentsAndTrajectoriesAreIndependent) {
    const Index n = 400000 / test::sample_divisor;
    const std::vector<double> z = normals({33, Purpose::transition, 0}, 3, n);
    const std::vector<double> cosines(z.begin(), z.begin() + n), sines(z.begin() + n, z.begin() + 2 * n);
    const std::vector<double> next_pair(z.begin() + 2 * n, z.end());
    expect_independent(cosines, sines, "cosine and sine of one pair");
    expect_independent(cosines, next_pair, "neighbouring pairs");
    expect_independent({cosines.begin(), cosines.end() - 1}, {cosines.begin() + 1, cosines.end()},
                       "neighbouring trajectories");
    expect_independent({cosines.begin(), cosines.end() - 8}, {cosines.begin() + 8, cosines.end()},
                       "neighbouring vectors");
}

TEST(NoiseStatistics, ChiSquaredIsIndependentOfItsNeighboursAndOfTheNormals) {
    const std::size_t n = 400000 / test::sample_divisor;
    const auto standardised = [n](const Stream& stream, double degrees) {
        std::vector<double> y = chi_squared(stream, degrees, n);
        for (double& value : y) {
            value = (value - degrees) / std::sqrt(2 * degrees);
        }
        return y;
    };
    const std::vector<double> base = standardised({34, Purpose::radial, 0}, 1000.0);
    const auto correlation = [](const std::vector<double>& a, const std::vector<double>& b,
                                const std::string& what) {
        double sum = 0.0;
        for (std::size_t i = 0; i < b.size(); ++i) {
            sum += a[i] * b[i];
        }
        const auto count = static_cast<double>(b.size());
        expect_consistent(sum / count, 1 / std::sqrt(count), 0.0, what);
    };
    correlation(base, standardised({34, Purpose::radial, 1}, 1000.0), "next copy");
    correlation(base, normals({34, Purpose::transition, 0}, 1, static_cast<Index>(n)), "normals");
    correlation(base, {base.begin() + 1, base.end()}, "neighbouring trajectories");
    const std::vector<double> boosted = standardised({34, Purpose::radial, 0}, 0.5);
    correlation(boosted, {boosted.begin() + 1, boosted.end()}, "neighbouring trajectories, boosted");
}

}  // namespace
}  // namespace kairos::random
