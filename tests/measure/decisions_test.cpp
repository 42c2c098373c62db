// tests/measure/decisions_test.cpp: against the definitions, path by path, on random weights.
#include "kairos/measure/decisions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

namespace kairos::measure {
namespace {

// weights[i] at observation time i, C x m; sharpness decides how often one label leads by far.
std::vector<Rows> random_paths(std::size_t times, Index labels, Index paths, double sharpness,
                               unsigned seed) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> law;
    std::vector<Rows> out(times, Rows(labels, paths));
    Rows logits = Rows::Zero(labels, paths);
    for (std::size_t i = times; i-- > 0;) {
        for (Index j = 0; j < paths; ++j) {
            for (Index c = 0; c < labels; ++c) {
                logits(c, j) += sharpness * law(generator);
            }
            const Vector exps = (logits.col(j).array() - logits.col(j).maxCoeff()).exp();
            out[i].col(j) = exps / exps.sum();
        }
    }
    return out;
}

Index leader(const Rows& weights, Index path) {
    Index where = 0;
    for (Index c = 1; c < weights.rows(); ++c) {
        where = weights(c, path) > weights(where, path) ? c : where;
    }
    return where;
}

// The largest index from which on, down to 0, `holds` is true; -1 if it does not hold at 0.
template <class Condition>
int largest_from_which(std::size_t times, Condition holds) {
    int found = -1;
    for (std::size_t i = 0; i < times && holds(i); ++i) {
        found = static_cast<int>(i);
    }
    return found;
}

void see(DecisionTracker& tracker, std::size_t time, const Rows& weights) {
    Lanes leaders(weights.cols());
    for (Index j = 0; j < weights.cols(); ++j) leaders[j] = static_cast<double>(leader(weights, j));
    tracker.visit(time, leaders, weights.colwise().maxCoeff().array());
}

DecisionTracker track(const std::vector<Rows>& weights) {
    DecisionTracker tracker;
    tracker.begin(weights.front().cols());
    for (std::size_t i = weights.size(); i-- > 0;) {
        see(tracker, i, weights[i]);
    }
    return tracker;
}

TEST(Decisions, FollowTheirDefinitionsOnRandomPaths) {
    constexpr std::size_t times = 12;
    int decided = 0, undecided = 0, committed = 0, uncommitted = 0;
    for (const Index labels : {1, 2, 3, 7}) {
        const std::vector<Rows> weights =
            random_paths(times, labels, 501, 1.2, static_cast<unsigned>(labels));
        const DecisionTracker tracker = track(weights);
        for (Index j = 0; j < 501; ++j) {
            const Index last = leader(weights[0], j);
            int change =
                largest_from_which(times, [&](std::size_t i) { return leader(weights[i], j) == last; });
            change = change == static_cast<int>(times) - 1 ? -1 : change;  // final from the start
            const int commitment =
                largest_from_which(times, [&](std::size_t i) { return weights[i].col(j).maxCoeff() > 0.9; });
            const auto path = static_cast<std::size_t>(j);
            ASSERT_EQ(tracker.last_change()[path], change) << labels << " labels, path " << j;
            ASSERT_EQ(tracker.commitment()[path], commitment) << labels << " labels, path " << j;
            ++(change < 0 ? undecided : decided);
            ++(commitment < 0 ? uncommitted : committed);
        }
    }
    EXPECT_GT(std::min({decided, undecided, committed, uncommitted}), 100);  // every case occurred
}

TEST(Decisions, BeginForgetsThePathsBefore) {
    const std::vector<Rows> first = random_paths(6, 3, 40, 2.0, 20), second = random_paths(6, 3, 17, 2.0, 21);
    DecisionTracker tracker = track(first);
    tracker.begin(17);
    for (std::size_t i = 6; i-- > 0;) {
        see(tracker, i, second[i]);
    }
    EXPECT_EQ(tracker.last_change(), track(second).last_change());
    EXPECT_EQ(tracker.commitment(), track(second).commitment());
}

TEST(Decisions, OfEqualWeightsTheFirstLeads) {
    Rows even(2, 1), second(2, 1);
    even << 0.5, 0.5;
    second << 0.4, 0.6;
    std::vector<Rows> weights(3, even);
    EXPECT_EQ(track(weights).last_change()[0], -1);
    weights[2] = second;
    EXPECT_EQ(track(weights).last_change()[0], 1);
}

TEST(Decisions, DistributionByHand) {
    const std::vector<Time> times{{0.0}, {1.0}, {3.0}, {4.0}};
    const std::vector<std::uint64_t> counts{1, 0, 3, 4};
    const Distribution d = distribution_of(times, counts, 16);
    EXPECT_EQ(d.edges, (std::vector<double>{0.0, 0.5, 2.0, 3.5, 4.0}));
    EXPECT_DOUBLE_EQ(d.density[0], 1.0 / 8 / 0.5);
    EXPECT_DOUBLE_EQ(d.density[1], 0.0);
    EXPECT_DOUBLE_EQ(d.density[2], 3.0 / 8 / 1.5);
    EXPECT_DOUBLE_EQ(d.density[3], 4.0 / 8 / 0.5);
    EXPECT_DOUBLE_EQ(d.mean, 25.0 / 8);
    const double variance = (0.0 + 3 * 9.0 + 4 * 16.0 - 8 * (25.0 / 8) * (25.0 / 8)) / 7;
    EXPECT_NEAR(d.standard_error, std::sqrt(variance / 8), 1e-14);
    EXPECT_DOUBLE_EQ(d.fraction, 0.5);
    EXPECT_NEAR(d.width, std::sqrt(variance), 1e-14);
    const auto fourth = [](double t) { return std::pow(t - 25.0 / 8, 4); };
    const double m4 = (fourth(0.0) + 3 * fourth(3.0) + 4 * fourth(4.0)) / 8;
    EXPECT_NEAR(d.width_error, std::sqrt((m4 - variance * variance) / 8) / (2 * d.width), 1e-14);
}

TEST(Decisions, DistributionIntegratesToOne) {
    std::vector<Time> times;
    std::vector<std::uint64_t> counts;
    for (int i = 0; i < 20; ++i) {
        times.push_back({0.01 * std::pow(1.4, i)});
        counts.push_back(static_cast<std::uint64_t>(i * i % 13));
    }
    const Distribution d = distribution_of(times, counts, 1000);
    double integral = 0.0;
    for (std::size_t i = 0; i < d.density.size(); ++i) {
        integral += d.density[i] * (d.edges[i + 1] - d.edges[i]);
    }
    EXPECT_NEAR(integral, 1.0, 1e-12);
}

TEST(Decisions, NobodyDecidedIsNotZero) {
    const std::vector<Time> times{{1.0}, {2.0}};
    const std::vector<std::uint64_t> nobody{0, 0}, one{0, 1};
    const Distribution d = distribution_of(times, nobody, 10);
    EXPECT_TRUE(std::isnan(d.mean) && std::isnan(d.standard_error) && std::isnan(d.width));
    EXPECT_EQ(d.fraction, 0.0);
    EXPECT_EQ(d.density, (std::vector<double>{0.0, 0.0}));
    EXPECT_TRUE(std::isnan(distribution_of(times, nobody, 0).fraction));
    EXPECT_EQ(distribution_of(times, one, 10).mean, 2.0);
    EXPECT_TRUE(std::isnan(distribution_of(times, one, 10).standard_error));
}

}  // namespace
}  // namespace kairos::measure
