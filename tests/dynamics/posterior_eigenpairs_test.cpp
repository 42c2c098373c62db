// Leading eigenvectors of Cov(y|x) against Eigen's dense solver, for every form of covariance, complement and size.
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "brute_force.hpp"

namespace kairos::dynamics {
namespace {

using test::at, test::diagonal, test::isotropic;

Matrix directions_of(Index d, Index q, unsigned seed) { return test::random_orthonormal(d, q, seed); }

struct Form {
    std::string name;
    std::vector<law::Covariance> covariances;
};

std::vector<Form> forms_in(Index d) {
    const Vector two{{0.7, 2.0}}, all = Vector::LinSpaced(d, 0.1, 1.4);
    const auto directed = [&](double variance, unsigned seed) {
        return test::directed(variance, directions_of(d, 2, seed), two);
    };
    const auto full = [&](double variance, unsigned seed) {
        return test::directed(variance, directions_of(d, d, seed), all);
    };
    return {
        {"SharedIsotropic", {isotropic(0.5)}},
        {"Points", {isotropic(0.0)}},
        {"SharedDiagonal", {diagonal(0.3, all)}},
        {"SharedFactored", {directed(0.2, 1)}},
        {"SharedFull", {full(0.4, 2)}},
        {"Isotropic", {isotropic(0.5), isotropic(1.5), isotropic(0.1), isotropic(0.5)}},
        {"Diagonal", {diagonal(0.3, all), isotropic(0.4), diagonal(0.1, all.reverse()), diagonal(0.2, all)}},
        {"Factored", {directed(0.2, 1), directed(0.4, 3), directed(0.0, 4), directed(0.1, 5)}},
        {"Full", {full(0.4, 2), full(0.6, 5), full(0.35, 6), full(0.2, 7)}},
        {"Mixed", {isotropic(0.5), diagonal(0.3, all), directed(0.4, 2), full(0.1, 8)}}};
}

law::Mixture mixture_of(Index d, const Form& form, Index components, double complement) {
    law::Mixture mixture;
    mixture.means = 1.3 * test::Normals(9).matrix(d, components);
    mixture.weights = Vector::LinSpaced(components, 1.0, 2.0);
    mixture.weights /= mixture.weights.sum();
    mixture.covariances = form.covariances;
    mixture.complement = complement;
    return mixture;
}

// Column j of an eigenvector in all d coordinates; x_perp points along the first of the complement (test::full_state).
Vector embedded(const Rows& v, Index j, Index d) {
    Vector out = Vector::Zero(d);
    out.head(v.rows()) = v.col(j);
    return out;
}

// Every group of equal eigenvalues that lies among the columns of `vectors` spans what the dense eigenvectors span.
void expect_same_spaces(const Matrix& covariance, const Matrix& vectors) {
    const Vector values = test::eigenvalues(covariance).reverse();
    const Matrix dense = test::eigenvectors(covariance).rowwise().reverse();
    const double gap = 1e-6 * values[0];
    for (Index first = 0; first < vectors.cols();) {
        Index last = first + 1;
        while (last < values.size() && values[last - 1] - values[last] <= gap) ++last;
        if (last > vectors.cols()) return;
        const auto ours = vectors.middleCols(first, last - first),
                   theirs = dense.middleCols(first, last - first);
        // the largest sine of an angle between the two spaces
        EXPECT_LT((ours - theirs * (theirs.transpose() * ours)).norm(), 1e-3) << first << " to " << last;
        first = last;
    }
}

void expect_eigenpairs(const law::Mixture& mixture, Index k, const TimePoint& time) {
    const States states = test::random_states(mixture, 5, 1.2, 11);
    const Posterior p = test::evaluate(mixture, states, time, {.eigenvalues = k, .eigenvectors = true});
    ASSERT_EQ(std::ssize(p.eigenvectors), k);
    const auto d = static_cast<Index>(mixture.dimension());
    for (Index j = 0; j < states.count(); ++j) {
        const Matrix covariance =
            test::brute_force(mixture, test::full_state(mixture, states, j), time).covariance;
        const double top = test::eigenvalues(covariance).maxCoeff();
        const double rounding = 1e-29;  // of the reference, where a datum is certain
        Matrix found(d, 0);
        bool anywhere = false;  // in the complement, where no direction is meant
        for (Index i = 0; i < k; ++i) {
            const Rows& each = p.eigenvectors[static_cast<std::size_t>(i)];
            ASSERT_EQ(each.rows(), mixture.coordinates() + (mixture.complement > 0 ? 1 : 0));
            const Vector v = embedded(each, j, d);
            if (v.isZero(0.0)) {
                EXPECT_GT(mixture.complement, 0.0);
                anywhere = true;
                continue;
            }
            EXPECT_LE((covariance * v - p.eigenvalues(i, j) * v).norm(), 1e-8 * top + rounding) << i;
            Index largest = 0;
            v.cwiseAbs().maxCoeff(&largest);
            EXPECT_GT(v[largest], 0.0);
            found.conservativeResize(d, found.cols() + 1);
            found.col(found.cols() - 1) = v;
        }
        EXPECT_LT((found.transpose() * found - Matrix::Identity(found.cols(), found.cols())).norm(),
                  1e-12 * static_cast<double>(d));
        if (!anywhere && top > 1e12 * rounding) expect_same_spaces(covariance, found);
    }
}

class EigenpairsOfEveryForm : public testing::TestWithParam<Index> {};

TEST_P(EigenpairsOfEveryForm, EqualTheDenseOnes) {
    const Index d = GetParam();
    for (const Form& form : forms_in(d))
        for (const double complement : {0.0, 1.0, 3.0})
            for (const TimePoint& time : {at(0.8, 0.36), at(0.2, 0.96), at(1.0, 0.05)}) {
                SCOPED_TRACE(form.name + ", complement " + std::to_string(complement));
                const law::Mixture mixture = mixture_of(d, form, 4, complement);
                for (const Index k : {Index{1}, std::min<Index>(d, 7)}) expect_eigenpairs(mixture, k, time);
            }
}

TEST_P(EigenpairsOfEveryForm, OfOneGaussianAreThoseOfItsCovariance) {
    const Index d = GetParam();
    for (const Form& form : forms_in(d))
        for (const double complement : {0.0, 3.0}) {
            SCOPED_TRACE(form.name);
            const law::Mixture mixture = mixture_of(d, {"", {form.covariances[0]}}, 1, complement);
            for (const Index k : {Index{1}, d, std::min<Index>(d, 7)})
                expect_eigenpairs(mixture, k, at(0.8, 0.36));
        }
}

INSTANTIATE_TEST_SUITE_P(Coordinates, EigenpairsOfEveryForm, testing::Values(2, 3, 40),
                         [](const auto& of) { return std::string("Of").append(std::to_string(of.param)); });

// 150 points of 40 coordinates: many components that share no variance.
TEST(Eigenpairs, OfManyDataEqualTheDenseOnes) {
    const law::Mixture mixture = mixture_of(40, {"", {isotropic(0.0)}}, 150, 0.0);
    for (const TimePoint& time : {at(0.3, 0.91), at(0.9, 0.19)}) expect_eigenpairs(mixture, 5, time);
}

// The leading direction of undecided clusters is the axis between them; beside it all directions have one variance.
TEST(Eigenpairs, TwoClustersAreOpenAlongTheirAxis) {
    const Index d = 64;
    law::Mixture mixture;
    const Vector m = Vector::LinSpaced(d, -0.3, 1.0);
    Matrix means(d, 2);
    means << m, -m;
    mixture.means = means;
    mixture.weights = Vector::Constant(2, 0.5);
    mixture.covariances = {isotropic(0.25)};
    States states{{}, Rows::Zero(d, 1), Lanes::Zero(1)};
    const Posterior p =
        test::evaluate(mixture, states, at(0.6, 0.64), {.eigenvalues = 4, .eigenvectors = true});
    const double gamma = 0.64 + 0.36 * 0.25, within = 0.64 * 0.25 / gamma;
    EXPECT_NEAR(p.eigenvalues(0, 0), within + std::pow(0.64 / gamma, 2) * m.squaredNorm(), 1e-10);
    EXPECT_LT((p.eigenvectors[0].col(0) - m.normalized()).norm(), 1e-8);
    for (std::size_t i = 1; i < 4; ++i) {
        EXPECT_NEAR(p.eigenvalues(static_cast<Index>(i), 0), within, 1e-10);
        EXPECT_LT(std::abs(p.eigenvectors[i].col(0).dot(m)), 1e-8);
    }
}

// x_perp of components of unequal variance: its part of the eigenvector is the last row, and the other directions of the complement have none.
TEST(Eigenpairs, ReachIntoTheComplementAlongTheState) {
    law::Mixture mixture;
    mixture.means = Matrix{{0.6, -0.6}};
    mixture.weights = Vector::Constant(2, 0.5);
    mixture.covariances = {isotropic(0.2), isotropic(1.4)};
    mixture.complement = 2.0;
    const States states{{}, Rows::Constant(1, 1, 0.3), Lanes::Constant(1, 4.0)};
    const Posterior p =
        test::evaluate(mixture, states, at(0.8, 0.36), {.eigenvalues = 3, .eigenvectors = true});
    EXPECT_GT(std::abs(p.eigenvectors[0](1, 0)), 0.1);
    Index none = 0;
    for (const Rows& v : p.eigenvectors) none += v.isZero(0.0) ? 1 : 0;
    EXPECT_EQ(none, 1);
}

TEST(Eigenpairs, AreLeftOutUnlessAskedFor) {
    const law::Mixture mixture = mixture_of(3, forms_in(3)[8], 4, 0.0);
    const States states = test::random_states(mixture, 4, 1.0, 12);
    const law::Law law = test::law_of(mixture);
    PosteriorEvaluator evaluator(law);
    Posterior with, without;
    evaluator.evaluate(states, at(0.8, 0.36), {.eigenvalues = 3, .eigenvectors = true}, with);
    evaluator.evaluate(states, at(0.8, 0.36), {.eigenvalues = 3}, without);
    EXPECT_EQ(with.eigenvectors.size(), 3);
    EXPECT_TRUE(without.eigenvectors.empty());
    EXPECT_EQ(with.eigenvalues, without.eigenvalues);
    evaluator.evaluate(states, at(0.8, 0.36), {}, with);
    EXPECT_TRUE(with.eigenvectors.empty());
    Request request{.eigenvalues = 2};
    request.merge({.eigenvalues = 1, .eigenvectors = true});
    EXPECT_TRUE(request.eigenvectors && request.eigenvalues == 2);
}

}  // namespace
}  // namespace kairos::dynamics
