// Independent of the eigenspaces: determinants and traces of dense matrices in all d dimensions, complement
// written out.
#include "kairos/measure/within.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "dynamics/brute_force.hpp"
#include "support/dense.hpp"

namespace kairos::measure {
namespace {

using test::diagonal;
using test::isotropic;

constexpr Index explicit_coordinates = 4, complement = 3;

law::Covariance with_diagonal() { return diagonal(0.3, Vector{{0.0, 1.7, -0.3, 0.9}}); }

law::Covariance with_directions() {
    const Matrix factors{{1.0, 0.5}, {-0.4, 2.0}, {0.3, 0.3}, {1.5, -1.0}};
    return law::factored(0.7, factors);
}

law::Mixture mixture_of(std::vector<law::Covariance> covariances) {
    law::Mixture mixture;
    const Index k = static_cast<Index>(covariances.size());
    Matrix means(explicit_coordinates, std::max<Index>(k, 2));
    for (Index i = 0; i < means.size(); ++i) means.data()[i] = std::sin(1.0 + 2.0 * static_cast<double>(i));
    mixture.means = means;
    mixture.weights = Vector::LinSpaced(mixture.means.cols(), 1.0, 3.0);
    mixture.weights /= mixture.weights.sum();
    mixture.covariances = std::move(covariances);
    mixture.complement = complement;
    return mixture;
}

Matrix dense(const law::Covariance& covariance) {
    Matrix s = covariance.isotropic *
               Matrix::Identity(explicit_coordinates + complement, explicit_coordinates + complement);
    if (covariance.diagonal.size() > 0)
        s.topLeftCorner(explicit_coordinates, explicit_coordinates) +=
            Matrix(covariance.diagonal.asDiagonal());
    if (covariance.excess.size() > 0)
        s.topLeftCorner(explicit_coordinates, explicit_coordinates) +=
            covariance.directions * covariance.excess.asDiagonal() * covariance.directions.transpose();
    return s;
}

Vector dense_mean(const law::Mixture& mixture, Index k) {
    Vector mean = Vector::Zero(explicit_coordinates + complement);
    mean.head(explicit_coordinates) = mixture.means.col(k);
    return mean;
}

TEST(Within, EqualsDeterminantAndTraceOfDenseMatrices) {
    const law::Mixture mixture = mixture_of({isotropic(0.8), with_diagonal(), with_directions()});
    const Matrix identity =
        Matrix::Identity(explicit_coordinates + complement, explicit_coordinates + complement);
    for (const double snr : {1e-3, 0.4, 7.0}) {
        const Within within = within_components(mixture, snr);
        ASSERT_EQ(within.information.size(), 3);
        double mean_information = 0.0, mean_filter = 0.0;
        for (Index k = 0; k < 3; ++k) {
            const Matrix s = snr * dense(mixture.covariance(k));
            const double information = 0.5 * test::log_determinant(identity + s);
            const double filter = (s * test::inverse(identity + s)).trace();

            EXPECT_NEAR(within.information(k) / information, 1.0, 1e-11)
                << "component " << k << ", snr " << snr;
            EXPECT_NEAR(within.filter(k) / filter, 1.0, 1e-11) << "component " << k << ", snr " << snr;
            mean_information += mixture.weights(k) * information;
            mean_filter += mixture.weights(k) * filter;
        }
        EXPECT_NEAR(within.mean_information, mean_information, 1e-11 * mean_information);
        EXPECT_NEAR(within.mean_filter, mean_filter, 1e-11 * mean_filter);
    }
}

TEST(Within, FilterIsTwiceTheSlopeOfTheInformation) {
    const law::Mixture mixture = mixture_of({isotropic(0.8), with_diagonal(), with_directions()});
    const double h = 1e-4, log_snr = 0.3;
    const Within above = within_components(mixture, std::exp(log_snr + h));
    const Within below = within_components(mixture, std::exp(log_snr - h));
    const Vector slope = (above.information - below.information) / (2.0 * h);

    EXPECT_TRUE(slope.isApprox(0.5 * within_components(mixture, std::exp(log_snr)).filter, 1e-7));
}

TEST(Within, KeepsOneEntryForASharedCovariance) {
    const law::Mixture shared = mixture_of({with_diagonal()});
    const law::Mixture repeated = mixture_of({with_diagonal(), with_diagonal()});
    const Within one = within_components(shared, 2.0);
    const Within two = within_components(repeated, 2.0);

    EXPECT_EQ(one.information.size(), 1);
    EXPECT_EQ(two.information.size(), 2);
    EXPECT_NEAR(one.mean_information, two.mean_information, 1e-14);
    EXPECT_NEAR(one.mean_filter, two.mean_filter, 1e-14);
}

TEST(Within, OfPointsIsZeroAndOfInfiniteSnrIsTheDimension) {
    const Within points = within_components(mixture_of({isotropic(0.0)}), 5.0);
    EXPECT_EQ(points.mean_information, 0.0);
    EXPECT_EQ(points.mean_filter, 0.0);

    const Within wide = within_components(mixture_of({isotropic(2.0)}), 1e300);
    EXPECT_DOUBLE_EQ(wide.mean_filter, static_cast<double>(explicit_coordinates + complement));
}

TEST(Within, CountsABillionDimensions) {
    law::Mixture mixture = mixture_of({isotropic(0.25)});
    mixture.complement = 1e9 - 4.0;

    EXPECT_NEAR(within_components(mixture, 4.0).mean_information / (0.5e9 * std::log(2.0)), 1.0, 1e-14);
}

TEST(Eigenspaces, SplitDimensionTraceAndMean) {
    const law::Mixture mixture = mixture_of({isotropic(0.8), with_diagonal(), with_directions()});
    std::vector<Eigenspace> spaces;
    for (Index k = 0; k < 3; ++k) {
        eigenspaces(mixture, k, spaces);
        double dimension = 0.0, trace = 0.0, norm2 = 0.0, form = 0.0;
        for (const Eigenspace& space : spaces) {
            dimension += space.multiplicity;
            trace += space.multiplicity * space.value;
            norm2 += space.mean_norm2;
            form += space.value * space.mean_norm2;
        }
        const Matrix s = dense(mixture.covariance(k));
        const Vector mean = dense_mean(mixture, k);

        EXPECT_DOUBLE_EQ(dimension, explicit_coordinates + complement);
        EXPECT_NEAR(trace, s.trace(), 1e-12);
        EXPECT_NEAR(norm2, mean.squaredNorm(), 1e-12);
        EXPECT_NEAR(form, mean.dot(s * mean), 1e-12);
    }
}

}  // namespace
}  // namespace kairos::measure
