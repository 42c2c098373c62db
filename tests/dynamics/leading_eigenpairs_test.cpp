// Block Lanczos against Eigen's dense solver: copies of an eigenvalue, exhausted lanes, restarts, and lanes that know nothing of each other.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "../../src/dynamics/lanczos.hpp"
#include "brute_force.hpp"
#include "kairos/dynamics/posterior.hpp"

namespace kairos::dynamics {
namespace {

Matrix with_spectrum(const Vector& values, unsigned seed) {
    const Matrix frame = test::random_orthonormal(values.size(), values.size(), seed);
    return frame * values.asDiagonal() * frame.transpose();
}

// Lane by lane, so that the bits of a product do not depend on the lanes beside it.
LaneProduct product_of(const std::vector<Matrix>& lanes) {
    return [&lanes](const Rows& v, Rows& out) {
        out.resize(v.rows(), v.cols());
        for (std::size_t j = 0; j < lanes.size(); ++j) {
            const Vector column = v.col(static_cast<Index>(j));
            out.col(static_cast<Index>(j)) = lanes[j] * column;
        }
    };
}

// What a product makes of a covariance that has vanished: no symmetric matrix, whose iteration would end at its bound of steps.
TEST(LargestEigenvalues, OfRoundingAloneAreNotSought) {
    const Matrix rounding = 1e-26 * test::random_matrix(70, 70, 5);
    const std::vector<Matrix> lanes{rounding, with_spectrum(Vector::LinSpaced(70, 0.0, 1e-6), 6)};
    Index products = 0;
    const LaneProduct counted = [&](const Rows& v, Rows& out) {
        ++products;
        product_of({lanes.begin(), lanes.begin() + v.cols()})(v, out);
    };
    Lanes alone, both, exact;
    largest_eigenvalues(counted, 70, 1, 1e-23, alone);
    EXPECT_LE(alone[0], 1e-23);
    EXPECT_EQ(products, 1);
    largest_eigenvalues(product_of(lanes), 70, 2, 1e-23, both);
    EXPECT_NEAR(both[1], 1e-6, 1e-16);
    EXPECT_EQ(both[0], alone[0]);
}

LanePairs pairs_of(const std::vector<Matrix>& lanes, Index k) {
    LanePairs pairs;
    leading_eigenpairs(product_of(lanes), lanes[0].rows(), std::ssize(lanes), k, true, pairs);
    return pairs;
}

Matrix vectors_of(const LanePairs& pairs, Index lane) {
    Matrix vectors(pairs.vectors[0].rows(), std::ssize(pairs.vectors));
    for (Index i = 0; i < vectors.cols(); ++i)
        vectors.col(i) = pairs.vectors[static_cast<std::size_t>(i)].col(lane);
    return vectors;
}

// The values with all their copies, and an orthonormal basis of eigenvectors.
void expect_leading(const Matrix& matrix, const LanePairs& pairs, Index lane) {
    const Vector dense = test::eigenvalues(matrix).reverse();
    const Matrix v = vectors_of(pairs, lane);
    const Index k = v.cols();
    const double top = dense[0];
    EXPECT_LE((pairs.values.col(lane) - dense.head(k)).cwiseAbs().maxCoeff(), 1e-12 * top);
    EXPECT_LE((matrix * v - v * pairs.values.col(lane).asDiagonal()).colwise().norm().maxCoeff(),
              1e-10 * top);
    EXPECT_LE((v.transpose() * v - Matrix::Identity(k, k)).norm(), 1e-12 * static_cast<double>(k));
}

Vector descending(std::initializer_list<double> first, const Vector& rest) {
    Vector all(static_cast<Index>(first.size()) + rest.size());
    Index i = 0;
    for (const double value : first) all[i++] = value;
    all.tail(rest.size()) = rest;
    return all;
}

struct Spectrum {
    std::string name;
    Vector values;
};

std::vector<Spectrum> spectra() {
    Vector squares(200);
    for (Index i = 0; i < 200; ++i) squares[i] = 1.0 / std::pow(static_cast<double>(i + 2), 2);
    const Vector line = Vector::LinSpaced(200, 1.0, 0.005), tail = squares.tail(190);
    return {{"ThreeCopiesAboveALine", descending({1.2, 1.2, 1.2}, line)},
            {"ThreeCopiesAboveADecay", descending({1, 1, 1}, squares)},
            {"CopiesBelowTheTop", descending({1, 0.5, 0.5, 0.5, 0.3, 0.2, 0.2, 0.2, 0.2}, tail)},
            {"SixCopies", descending({1, 1, 1, 1, 1, 1}, squares)},
            {"FewValues", descending({5, 5, 5, 3, 3, 2, 2, 2}, descending({}, Vector::Constant(60, 1.0)))},
            {"OneSpike", descending({1}, Vector::Constant(150, 0.2))},
            {"FewDirections", descending({1, 1, 0.5}, Vector::Zero(120))}};
}

class LeadingEigenpairs : public testing::TestWithParam<Spectrum> {};

TEST_P(LeadingEigenpairs, HaveAllCopies) {
    const std::vector<Matrix> lanes = {with_spectrum(GetParam().values, 31)};
    for (const Index k : {Index{1}, Index{2}, Index{3}, Index{4}, Index{7}, Index{20}}) {
        SCOPED_TRACE(k);
        expect_leading(lanes[0], pairs_of(lanes, k), 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Spectra, LeadingEigenpairs, testing::ValuesIn(spectra()),
                         [](const auto& of) { return of.param.name; });

TEST(LeadingEigenpairsOfLanes, MayBeAllThereAre) {
    for (const Index n : {Index{17}, Index{40}, Index{64}}) {
        const std::vector<Matrix> lanes = {with_spectrum(Vector::LinSpaced(n, 2.0, 0.0), 5)};
        for (const Index k : {n, n - 1, n / 2}) expect_leading(lanes[0], pairs_of(lanes, k), 0);
    }
}

// More vectors than are kept at once: 600 values of which the largest are close to each other.
TEST(LeadingEigenpairsOfLanes, AreFoundAcrossRestarts) {
    const std::vector<Matrix> lanes = {
        with_spectrum(descending({1.01, 1.01}, Vector::LinSpaced(600, 1.0, 0.0)), 6)};
    ASSERT_LT(iterated_vectors(602, 5), 120);
    int products = 0;
    LanePairs pairs;
    const LaneProduct product = product_of(lanes);
    const LaneProduct counted = [&](const Rows& v, Rows& out) {
        ++products;
        product(v, out);
    };
    leading_eigenpairs(counted, 602, 1, 5, true, pairs);
    EXPECT_GT(products, 150);
    expect_leading(lanes[0], pairs, 0);
}

// A product of seven digits, the others a function of v without rule: three eigenpairs, and in all other directions nothing to wait for.
TEST(LeadingEigenpairsOfLanes, AreDoneWhereTheProductHasNoMoreDigits) {
    const Vector values = descending({1, 1, 0.9}, Vector::Zero(297));
    const Matrix matrix = with_spectrum(values, 14);
    int products = 0;
    const LaneProduct product = [&](const Rows& v, Rows& out) {
        ++products;
        out = matrix * v + Matrix(1e-8 * (1e9 * v.array()).sin());
    };
    LanePairs pairs;
    leading_eigenpairs(product, 300, 1, 6, true, pairs);
    EXPECT_LT(products, 100);
    EXPECT_LT((pairs.values.col(0) - values.head(6)).cwiseAbs().maxCoeff(), 1e-5);
    const Matrix v = vectors_of(pairs, 0);
    EXPECT_LT((matrix * v - v * pairs.values.col(0).asDiagonal()).colwise().norm().maxCoeff(), 1e-4);
}

// A lane that needs restarts, one that is exhausted at once, one of two directions, one without any, in one block and alone.
TEST(LeadingEigenpairsOfLanes, DoNotDependOnEachOther) {
    const Index n = 180, k = 4;
    std::vector<Matrix> lanes = {
        with_spectrum(Vector::LinSpaced(n, 1.0, 0.0), 7),
        with_spectrum(descending({3}, Vector::Constant(n - 1, 0.5)), 8),
        with_spectrum(descending({2, 1}, Vector::Zero(n - 2)), 9), Matrix::Zero(n, n),
        with_spectrum(descending({1, 1, 1}, Vector::LinSpaced(n - 3, 0.4, 0.0)), 10)};
    const LanePairs together = pairs_of(lanes, k);
    for (std::size_t j = 0; j < lanes.size(); ++j) {
        const auto lane = static_cast<Index>(j);
        const LanePairs alone = pairs_of({lanes[j]}, k), beside = pairs_of({lanes[4], lanes[j], lanes[2]}, k);
        EXPECT_EQ(Vector(together.values.col(lane)), Vector(alone.values.col(0))) << j;
        EXPECT_EQ(Vector(together.values.col(lane)), Vector(beside.values.col(1))) << j;
        EXPECT_EQ(vectors_of(together, lane), vectors_of(alone, 0)) << j;
        EXPECT_EQ(vectors_of(together, lane), vectors_of(beside, 1)) << j;
        expect_leading(lanes[j], together, lane);
    }
}

TEST(LeadingEigenpairsOfLanes, AreTheSameWithoutVectors) {
    const std::vector<Matrix> lanes = {with_spectrum(Vector::LinSpaced(120, 1.0, 0.0), 12)};
    LanePairs values;
    leading_eigenpairs(product_of(lanes), 120, 1, 3, false, values);
    EXPECT_TRUE(values.vectors.empty());
    EXPECT_EQ(values.values, pairs_of(lanes, 3).values);
}

}  // namespace
}  // namespace kairos::dynamics
