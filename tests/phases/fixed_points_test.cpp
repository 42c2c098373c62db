// Zeros of the drift against every zero that a fine grid finds, in one and two dimensions.
#include "kairos/phases/fixed_points.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kairos/law/models.hpp"
#include "phases/plain_drift.hpp"

namespace {

using namespace kairos;
using phases::Depth;
using phases::Drift;
using phases::DriftField;

constexpr double unbounded = 1e300;
const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {});

double log_snr(double t) { return ou.log_snr(Time{t}).value; }

// Sign changes of the drift on a fine grid of x, bisected.
std::vector<double> zeros_on_the_line(const law::Law& law, double t, double strength, double reach) {
    const test::PlainDrift field(test::plain(law.mixture), ou.at(Time{t}), strength);
    const auto drift = [&](double x) { return field(Vector::Constant(1, x))[0]; };
    std::vector<double> zeros;
    constexpr int cells = 3001;  // narrow next to the data, wide where the flow has its zeros far out
    const auto edge = [&](int i) {
        return reach * std::sinh(7.0 * (2.0 * i / cells - 1.0)) / std::sinh(7.0);
    };
    for (int i = 0; i < cells; ++i) {
        double low = edge(i), high = edge(i + 1);
        if ((drift(low) > 0.0) == (drift(high) > 0.0)) continue;
        const bool rises = drift(high) > 0.0;
        for (int k = 0; k < 60; ++k) {
            const double middle = 0.5 * (low + high);
            ((drift(middle) > 0.0) == rises ? high : low) = middle;
        }
        zeros.push_back(0.5 * (low + high));
    }
    return zeros;
}

TEST(FixedPoints, OnTheLineAreAllSignChangesOfTheDrift) {
    law::Law law = test::isotropic_law(Matrix{{-3.0, 0.5, 2.0, 4.5}}, 0.3);
    law.mixture.weights << 0.4, 0.1, 0.3, 0.2;
    for (const Drift drift : {Drift::sde, Drift::ode})
        for (const double t : {0.05, 0.3, 0.6, 1.0, 2.0}) {
            DriftField field(law, ou, drift);
            const double scale = std::exp(-t);
            const auto expected = zeros_on_the_line(law, t, drift == Drift::sde ? 1.0 : 0.5, scale * 800.0);
            auto found = phases::fixed_points(field, log_snr(t), Depth::deep, unbounded).found;
            std::ranges::sort(found, {}, [](const Vector& u) { return u[0]; });
            ASSERT_EQ(found.size(), expected.size()) << "t = " << t;
            for (std::size_t i = 0; i < found.size(); ++i)
                EXPECT_NEAR(scale * found[i][0], expected[i], 1e-9) << "t = " << t;
        }
}

TEST(FixedPoints, InThePlaneAreAllThatAGridFinds) {
    const law::Law law = test::isotropic_law(Matrix{{1.5, -1.0, 0.3, 2.2}, {0.4, 1.3, -1.4, -2.0}}, 0.0);
    for (const double t : {0.15, 0.4, 0.8}) {
        DriftField field(law, ou, Drift::sde);
        const auto expected =
            test::zeros_in_the_plane({test::plain(law.mixture), ou.at(Time{t}), 1.0}, 4.0, 25);
        const auto found = phases::fixed_points(field, log_snr(t), Depth::deep, unbounded).found;
        EXPECT_EQ(found.size(), expected.size()) << "t = " << t;
        for (const Vector& u : found)
            EXPECT_TRUE(std::ranges::any_of(
                expected, [&](const Vector& x) { return (x - std::exp(-t) * u).norm() < 1e-7; }))
                << "t = " << t;
    }
}

TEST(FixedPoints, ASimplexNextToItsDataHasOneForEverySetOfItsVertices) {
    for (const Index components : {3, 4, 5}) {
        const auto law = law::build_law(
            {.kind = law::ModelKind::simplex, .dimension = 64, .components = components, .separation = 1.0},
            law::Representation::reduced);
        DriftField field(law, ou, Drift::sde);
        EXPECT_EQ(phases::fixed_points(field, log_snr(0.2), Depth::deep, unbounded).found.size(),
                  (std::size_t{1} << static_cast<unsigned>(components)) - 1);
        EXPECT_EQ(phases::fixed_points(field, log_snr(6.0), Depth::deep, unbounded).found.size(), 1U);
    }
}

TEST(FixedPoints, OfAGaussianIsItsMeanEvenWhereTheDriftVanishesEverywhere) {
    const law::Law unit =
        test::isotropic_law(Matrix::Zero(2, 1), 1.0);  // under ou the flow of N(0, I) is at rest
    for (const Drift drift : {Drift::sde, Drift::ode}) {
        DriftField field(unit, ou, drift);
        const auto found = phases::fixed_points(field, 0.4, Depth::deep, unbounded).found;
        ASSERT_EQ(found.size(), 1U);
        EXPECT_LT(found[0].norm(), 1e-12);
    }
}

TEST(FixedPoints, TheSearchEndsAtItsBound) {
    DriftField field(test::isotropic_law(Matrix{{1.0, -1.0}}, 0.1), ou, Drift::sde);
    const auto points = phases::fixed_points(field, 0.4, Depth::deep, 1.0);
    EXPECT_TRUE(points.exhausted);
    EXPECT_LE(points.found.size(), 1U);
}

}  // namespace
