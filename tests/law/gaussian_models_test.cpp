// Models that are one Gaussian: low-rank and gaussian-process.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kairos/law/models.hpp"
#include "kairos/law/reduction.hpp"
#include "law/dense_law.hpp"

namespace kairos {
namespace {

using law::KernelKind;
using law::ModelKind;
using law::Representation;
using test::largest_difference;

law::ModelSpec low_rank(double d, Index rank) {
    law::ModelSpec spec;
    spec.kind = ModelKind::low_rank;
    spec.dimension = d;
    spec.rank = rank;
    spec.sigma = {1.5};
    spec.residual_sigma = 0.2;
    return spec;
}

law::ModelSpec process(double d, KernelKind kernel) {
    law::ModelSpec spec;
    spec.kind = ModelKind::gaussian_process;
    spec.dimension = d;
    spec.kernel = kernel;
    spec.sigma = {1.5};
    spec.length_scale = 0.3;
    return spec;
}

law::Mixture reduced(const law::ModelSpec& spec) {
    return law::build_law(spec, Representation::reduced).mixture;
}
law::Mixture full(const law::ModelSpec& spec) { return law::build_law(spec, Representation::full).mixture; }

// All d eigenvalues of the only component, ascending.
Vector spectrum(const law::Mixture& mixture) {
    Vector values =
        Vector::Constant(static_cast<Index>(mixture.dimension()), mixture.covariance(0).isotropic);
    values.head(mixture.coordinates()) = mixture.covariance(0).eigenvalues(mixture.coordinates());
    std::sort(values.begin(), values.end());
    return values;
}

TEST(LowRank, FullCovarianceIsSigmaOnAFrameAndTheResidualElsewhere) {
    const law::Mixture mixture = full(low_rank(9, 3));
    const Matrix& u = mixture.covariance(0).directions;
    const Matrix projector = u * u.transpose();

    ASSERT_EQ(u.cols(), 3);
    EXPECT_LT(largest_difference(test::gram(u), Matrix::Identity(3, 3)), 1e-14);
    EXPECT_LT(largest_difference(mixture.covariance(0).dense(9),
                                 2.25 * projector + 0.04 * (Matrix::Identity(9, 9) - projector)),
              1e-14);
    EXPECT_EQ(mixture.means, Matrix::Zero(9, 1));
    EXPECT_FALSE(mixture.labels.any());
}

TEST(LowRank, FramesAreUniform) {
    // first entry of the first direction over many seeds: mean 0, variance 1/d, and E[u^4] = 3/(d (d + 2))
    const int draws = 4000;
    double first = 0.0, second = 0.0, fourth = 0.0;
    for (int s = 0; s < draws; ++s) {
        law::ModelSpec spec = low_rank(4, 2);
        spec.seed = static_cast<std::uint64_t>(s);
        const double u = full(spec).covariance(0).directions(0, 0);
        first += u / draws;
        second += u * u / draws;
        fourth += u * u * u * u / draws;
    }
    EXPECT_LT(std::abs(first) / std::sqrt(0.25 / draws), 4.5);
    EXPECT_LT(std::abs(second - 0.25) / std::sqrt((0.125 - 0.0625) / draws), 4.5);
    EXPECT_LT(std::abs(fourth - 0.125) / std::sqrt(0.125 / draws), 4.5);
}

TEST(LowRank, ReducedHasTheSpectrumOfTheFullOne) {
    for (const Index rank : {1, 3, 9}) {
        const law::Mixture a = reduced(low_rank(9, rank)), b = full(low_rank(9, rank));
        EXPECT_EQ(a.coordinates(), rank);
        EXPECT_EQ(a.complement, 9.0 - static_cast<double>(rank));
        EXPECT_LT(largest_difference(spectrum(a), test::sorted_eigenvalues(b.covariance(0).dense(9))), 1e-13);
        EXPECT_NEAR(law::covariance_trace(a, 0), b.covariance(0).dense(9).trace(), 1e-12);
    }
}

TEST(LowRank, OfABillionDimensionsFitsInRankCoordinates) {
    const law::Mixture mixture = reduced(low_rank(1e9, 5));
    EXPECT_EQ(mixture.coordinates(), 5);
    EXPECT_NEAR(law::covariance_trace(mixture, 0) / (5 * 2.25 + (1e9 - 5) * 0.04), 1.0, 1e-14);
    EXPECT_DOUBLE_EQ(law::top_data_variance(mixture), 2.25);
}

TEST(LowRank, MayBeNarrowerThanItsResidual) {
    law::ModelSpec spec = low_rank(9, 3);
    spec.residual_sigma = 2.0;
    EXPECT_DOUBLE_EQ(law::top_data_variance(reduced(spec)), 4.0);
    EXPECT_NEAR(law::top_data_variance(full(spec)), 4.0, 1e-13);
}

class EveryKernel : public ::testing::TestWithParam<std::tuple<Index, KernelKind>> {};

Matrix kernel_matrix(const law::ModelSpec& spec) {
    const auto d = static_cast<Index>(spec.dimension);
    Matrix s(d, d);
    for (Index i = 0; i < d; ++i) {
        for (Index j = 0; j < d; ++j) {
            const double spacing = d > 1 ? 1.0 / (spec.dimension - 1.0) : 0.0;
            const double u = std::abs(static_cast<double>(i) - static_cast<double>(j)) * spacing,
                         l = spec.length_scale;
            double k = std::exp(-u / l);
            if (spec.kernel == KernelKind::rbf) k = std::exp(-u * u / (2.0 * l * l));
            if (spec.kernel == KernelKind::matern_3_2)
                k = (1.0 + std::sqrt(3.0) * u / l) * std::exp(-std::sqrt(3.0) * u / l);
            s(i, j) = 1.5 * 1.5 * k;
        }
    }
    return s;
}

TEST_P(EveryKernel, FullCovarianceIsTheKernelMatrix) {
    const auto [d, kernel] = GetParam();
    const law::ModelSpec spec = process(static_cast<double>(d), kernel);
    const law::Mixture mixture = full(spec);
    const Index q = mixture.covariance(0).excess.size();

    EXPECT_LT(largest_difference(mixture.covariance(0).dense(d), kernel_matrix(spec)), 1e-12);
    EXPECT_LT(largest_difference(test::gram(mixture.covariance(0).directions), Matrix::Identity(q, q)),
              1e-12);
    EXPECT_FALSE(mixture.labels.any());
}

TEST_P(EveryKernel, ReducedHasTheEigenvaluesOfTheKernelMatrix) {
    const auto [d, kernel] = GetParam();
    const law::ModelSpec spec = process(static_cast<double>(d), kernel);
    const law::Mixture mixture = reduced(spec);

    EXPECT_EQ(mixture.dimension(), static_cast<double>(d));
    EXPECT_EQ(mixture.covariance(0).isotropic, 0.0);
    EXPECT_LT(largest_difference(spectrum(mixture), test::sorted_eigenvalues(kernel_matrix(spec))), 1e-12);
    EXPECT_NEAR(law::covariance_trace(mixture, 0) / (2.25 * static_cast<double>(d)), 1.0, 1e-12);
    EXPECT_TRUE(std::ranges::is_sorted(mixture.covariance(0).diagonal, std::greater<>()));
}
INSTANTIATE_TEST_SUITE_P(Sizes, EveryKernel,
                         ::testing::Combine(::testing::Values<Index>(1, 2, 3, 40, 41),
                                            ::testing::Values(KernelKind::rbf, KernelKind::exponential,
                                                              KernelKind::matern_3_2)));

// Points that know nothing of each other: white noise, by every kernel.
TEST(GaussianProcess, OfAVanishingLengthIsWhite) {
    for (const KernelKind kernel : {KernelKind::rbf, KernelKind::exponential, KernelKind::matern_3_2}) {
        law::ModelSpec spec = process(7, kernel);
        spec.length_scale = 1e-310;
        EXPECT_NEAR(law::top_data_variance(reduced(spec)), 1.5 * 1.5, 1e-12);
    }
}

TEST(GaussianProcess, SmoothKernelsHaveFewerDirectionsThanPoints) {
    const law::Mixture mixture = reduced(process(200, KernelKind::rbf));
    EXPECT_LT(mixture.coordinates(), 40);
    EXPECT_GT(mixture.coordinates(), 5);
    EXPECT_EQ(reduced(process(200, KernelKind::exponential)).coordinates(), 200);
}

}  // namespace
}  // namespace kairos
