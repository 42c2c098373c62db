// Diagrams of symmetric laws: simplices and trees, whose critical times are bisected from equations in one unknown.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "kairos/law/models.hpp"
#include "kairos/phases/bifurcation.hpp"
#include "phases/diagram_checks.hpp"

namespace {

using namespace kairos;
using phases::BifurcationKind;
using phases::Bifurcations;
using phases::Drift;
using test::balance;
using test::bisected;
using test::of_kind;
using test::passing;

// p of K components with larger weights: on the line u = M e the weights follow from one number, and the fold is the latest time with
// a zero beside M = 0.
double simplex_fold(const dynamics::Schedule& schedule, double norm2, double variance, double K, double p) {
    // weights (a on p, b on the rest); theta = log a/b = (alpha^2/(Gamma rho)) q (a - b), q = norm2 K/(K - 1)
    const auto excess = [&](double theta) {  // of a - b over theta
        const double a = 1.0 / (p + (K - p) * std::exp(-theta)), b = a * std::exp(-theta);
        return (a - b) / theta;
    };
    double best = 0.0;
    for (int i = 1; i <= 400000; ++i) best = std::max(best, excess(i * 1e-4));
    const double q = norm2 * K / (K - 1.0);
    return bisected(
        [&](double t) {
            const auto [rho, gain] = balance(schedule, Drift::sde, variance, t);
            return gain * q / rho * best - 1.0;
        },
        0.2, 8.0);
}

// Those of all sets smaller than their complement, ascending.
std::vector<double> simplex_folds(const dynamics::Schedule& schedule, double norm2, double variance, int K) {
    std::vector<double> folds;
    double sets = 1.0;
    for (int p = 1; 2 * p < K; ++p) {
        sets *= static_cast<double>(K - p + 1) / p;
        folds.insert(folds.end(), static_cast<std::size_t>(std::lround(sets)),
                     simplex_fold(schedule, norm2, variance, K, p));
    }
    std::ranges::sort(folds);
    return folds;
}

// |mean|^2 = 64
law::Law simplex(Index components, double variance) {
    return law::build_law({.kind = law::ModelKind::simplex,
                           .dimension = 64,
                           .components = components,
                           .separation = 1.0,
                           .sigma = {std::sqrt(variance)}},
                          law::Representation::reduced);
}

class Simplex : public testing::TestWithParam<int> {};

TEST_P(Simplex, CentreIsTranscriticalAndSetsOfVerticesAppearInFolds) {
    const int K = GetParam();
    const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {.t_min = 1.2, .t_max = 5.0});
    const double norm2 = 64.0, variance = 0.5;
    const law::Law law = simplex(K, variance);
    const Bifurcations diagram = phases::find_bifurcations(law, ou, Drift::sde);
    EXPECT_TRUE(diagram.complete);
    const double centre = test::loss_of_stability(ou, norm2 / (K - 1.0), variance, 0.2, 8.0);
    const auto crossings = of_kind(diagram, BifurcationKind::transcritical);
    ASSERT_EQ(crossings.size(), 1U);
    EXPECT_NEAR(crossings[0].time.value, centre, 1e-8 * centre);
    EXPECT_LT(crossings[0].position.norm(), 1e-6);
    EXPECT_TRUE(of_kind(diagram, BifurcationKind::pitchfork).empty());

    const std::vector<double> folds = simplex_folds(ou, norm2, variance, K);
    const auto found = of_kind(diagram, BifurcationKind::saddle_node);
    ASSERT_EQ(found.size(), folds.size());
    for (std::size_t i = 0; i < folds.size(); ++i)
        EXPECT_NEAR(found[i].time.value, folds[i], 1e-8 * folds[i]);
    const auto counts = passing(diagram, 1.25, static_cast<std::size_t>(K - 1));
    EXPECT_EQ(counts[0], K);  // one stable point a vertex
    int all = 0;
    for (const int count : counts) all += count;
    EXPECT_EQ(all, (1 << K) - 1);
}

INSTANTIATE_TEST_SUITE_P(Vertices, Simplex, testing::Values(3, 4, 8));

// Next to the data of wide clusters nothing restores (rho < 0 at t_min), and one fixed point is left: the folds of all sets of vertices,
// C(K, p) for p < K/2, lie on the noisier side.
TEST(Bifurcation, WideVerticesFoldInEverySetAlthoughNothingRestoresNextToTheData) {
    struct Case {
        dynamics::ScheduleKind kind;
        Drift drift;
        int components;
        double sigma;
        std::size_t folds, crossings;
    };
    using dynamics::ScheduleKind;
    for (const Case& one : {Case{ScheduleKind::flow_matching, Drift::sde, 5, 0.5, 15, 1},
                            Case{ScheduleKind::flow_matching, Drift::ode, 5, 0.5, 15, 1},
                            Case{ScheduleKind::flow_matching, Drift::sde, 6, 0.5, 21, 1},
                            Case{ScheduleKind::flow_matching, Drift::ode, 6, 0.5, 21, 1},
                            Case{ScheduleKind::ou, Drift::sde, 5, 1.5, 15, 1},
                            Case{ScheduleKind::vp_linear, Drift::sde, 5, 1.5, 15, 1},
                            Case{ScheduleKind::vp_cosine, Drift::sde, 5, 1.5, 15, 1}}) {
        const law::Law law = law::build_law({.kind = law::ModelKind::simplex,
                                             .dimension = 8,
                                             .components = one.components,
                                             .separation = 1.0,
                                             .sigma = {one.sigma}},
                                            law::Representation::reduced);
        const Bifurcations diagram =
            phases::find_bifurcations(law, dynamics::Schedule(one.kind, {}), one.drift);
        const std::string what = std::string(dynamics::name(one.kind)) + " " + phases::name(one.drift) + " " +
                                 std::to_string(one.components);
        EXPECT_TRUE(diagram.complete) << what;
        EXPECT_EQ(of_kind(diagram, BifurcationKind::saddle_node).size(), one.folds) << what;
        EXPECT_EQ(of_kind(diagram, BifurcationKind::transcritical).size() +
                      of_kind(diagram, BifurcationKind::pitchfork).size(),
                  one.crossings)
            << what;
    }
}

// A 2 x 2 tree in 20 dimensions, by the squared norms of its shifts.
law::Law tree(double top2, double bottom2, double variance) {
    return law::build_law({.kind = law::ModelKind::hierarchical,
                           .dimension = 20,
                           .components = 4,
                           .sigma = {std::sqrt(variance)},
                           .levels = 2,
                           .branching = 2,
                           .separations = {std::sqrt(top2 / 20.0), std::sqrt(bottom2 / 20.0)}},
                          law::Representation::reduced);
}

// Weight of a child at its own fixed point u = U e, rho U = m tanh(gain m U).
double child_weight(const test::Balance& at, double top2) {
    double tanh = 1.0;
    for (int i = 0; i < 2000; ++i) tanh = std::tanh(at.gain * top2 * tanh / at.rho);
    return 0.5 * (1.0 + tanh);
}

// The root parts along the top shift; then each child along its own, with the weight that is left to it; the centre, unstable by then,
// along both lower shifts at once.
TEST(Bifurcation, ATreeBranchesLevelByLevel) {
    const dynamics::Schedule ou(dynamics::ScheduleKind::ou, {.t_min = 0.05, .t_max = 5.0});
    const double top2 = 16.0, bottom2 = 4.8, variance = 0.4;
    const double root = test::loss_of_stability(ou, top2, variance, 0.06, 5.0);
    const double centre = test::loss_of_stability(ou, 0.5 * bottom2, variance, 0.06, 5.0);
    const double child = bisected(
        [&](double t) {
            const test::Balance at = balance(ou, Drift::sde, variance, t);
            return at.gain * bottom2 * child_weight(at, top2) - at.rho;
        },
        0.06, 1.7);
    const Bifurcations diagram = phases::find_bifurcations(tree(top2, bottom2, variance), ou, Drift::sde);
    const auto forks = of_kind(diagram, BifurcationKind::pitchfork);
    const auto first = test::at_time(forks, root), second = test::at_time(forks, child);
    ASSERT_EQ(first.size(), 1U);
    EXPECT_LT(first[0].position.norm(), 1e-6);
    EXPECT_EQ(forks.back().time, first[0].time);
    ASSERT_EQ(second.size(), 2U);
    EXPECT_LT((second[0].position + second[1].position).norm(), 1e-6);
    EXPECT_GT(second[0].position.norm(), 1.0);
    EXPECT_EQ(test::at_time(forks, centre).size(), 1U);
    EXPECT_EQ(passing(diagram, 0.5 * (child + root), 3), (std::vector<int>{2, 1, 0, 0}));
    EXPECT_EQ(passing(diagram, 0.06, 3), (std::vector<int>{4, 6, 4, 1}));
}

}  // namespace
