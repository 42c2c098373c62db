// Both sides of every identity against dense Bayes, one state at a time. That they agree on average: identity_averages_test.cpp.
#include "kairos/measure/identities.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "measure/scene.hpp"

namespace kairos::measure {
namespace {

using dynamics::IntegratorKind;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using dynamics::TimePoint;
using test::data_law;
using test::entropy;
using test::full_law;
using test::isotropic;
using test::lanes;
using test::reduced_law;
using test::Scene;
using test::varentropy;

const Identity& identity(const std::string& name) {
    for (const Identity& row : identity_table())
        if (row.name == name) return row;
    throw std::out_of_range(name);
}

double half_gain(const TimePoint& time) {
    return 0.5 * time.diffusion2 * time.alpha * time.alpha / (time.sigma2 * time.sigma2);
}

// One state of a scene, by brute force.
struct State {
    State(const Scene& scene, Index j)
        : law(scene.law),
          time(scene.time),
          x(scene.state(j)),
          b(test::brute_force(law.mixture, x, time)),
          component(scene.clean.component[static_cast<std::size_t>(j)]),
          dimension(static_cast<double>(x.size())) {}

    [[nodiscard]] const law::Level& level() const { return law.mixture.labels.classes(); }
    [[nodiscard]] Vector classes() const { return test::class_weights(level(), b.weights); }
    // p(L|x) of the latent whose surprisal is tested, and that of the one behind the state
    [[nodiscard]] Vector latent() const { return law.empirical ? b.weights : classes(); }
    [[nodiscard]] double surprisal() const {
        const auto k = static_cast<std::size_t>(component);
        return -std::log(latent()(law.empirical ? component : level().class_of[k]));
    }
    // H(j|x,c) = sum_c w_c H(j|x, class c alone)
    [[nodiscard]] double entropy_within_classes() const {
        const Vector w = classes();
        double sum = 0.0;
        for (Index k = 0; k < b.weights.size(); ++k)
            sum -= b.weights(k) *
                   std::log((b.weights(k) + 1e-300) / w(level().class_of[static_cast<std::size_t>(k)]));
        return sum;
    }
    [[nodiscard]] double divergence() const { return test::divergence(law.mixture, x, time); }
    [[nodiscard]] double mmse_rate() const { return half_gain(time) * b.covariance.trace(); }
    [[nodiscard]] double score_along_axis() const {
        return law.axis.dot(b.score.head(law.axis.size())) / law.axis.norm();
    }
    // sum_k w_k I_k,  I_k = 1/2 log det(1 + snr S_k)
    [[nodiscard]] double information_within() const {
        const double snr = time.alpha * time.alpha / time.sigma2;
        double sum = 0.0;
        for (Index k = 0; k < b.weights.size(); ++k) {
            const Matrix filter =
                Matrix::Identity(x.size(), x.size()) + snr * test::dense(law.mixture.covariance(k), x.size());
            sum += 0.5 * b.weights(k) * test::log_determinant(filter);
        }
        return sum;
    }

    const law::Law& law;
    TimePoint time;
    Vector x;
    test::BruteForce b;
    int component;
    double dimension;
};

struct Sides {
    Vector value, expected;
};
using Reference = std::function<Sides(const State&)>;
Sides sides(double value, double expected) { return {Vector{{value}}, Vector{{expected}}}; }

std::map<std::string, Reference> references() {
    return {
        {"stein", [](const State& s) { return sides(s.x.dot(s.b.score), -s.dimension); }},
        {"score_mean", [](const State& s) { return sides(s.score_along_axis(), 0.0); }},
        {"divergence_norm", [](const State& s) { return sides(s.divergence(), -s.b.score.squaredNorm()); }},
        {"rate_divergence",
         [](const State& s) {
             return sides(0.5 * s.time.diffusion2 * (s.dimension / s.time.sigma2 + s.divergence()),
                          s.mmse_rate());
         }},
        {"rate_score",
         [](const State& s) {
             return sides(0.5 * s.time.diffusion2 * (s.dimension / s.time.sigma2 - s.b.score.squaredNorm()),
                          s.mmse_rate());
         }},
        {"tower",
         [](const State& s) {
             return Sides{s.classes(), test::class_weights(s.level(), s.law.mixture.weights)};
         }},
        {"chain_rule",
         [](const State& s) {
             return sides(entropy(s.b.weights), entropy(s.classes()) + s.entropy_within_classes());
         }},
        {"total_variance", [](const State& s) {
             const double h = entropy(s.latent());
             return sides(s.surprisal() * s.surprisal(), h * h + varentropy(s.latent()));
         }}};
}

void expect_near(const Rows& found, Index lane, const Vector& expected, const std::string& what) {
    ASSERT_EQ(found.rows(), expected.size()) << what;
    for (Index i = 0; i < expected.size(); ++i)
        EXPECT_NEAR(found(i, lane), expected(i), 2e-7 * (1.0 + std::abs(expected(i))))
            << what << ", state " << lane << ", column " << i;
}

// Rows of the table that were compared.
std::set<std::string> expect_both_sides(const Scene& scene) {
    const std::map<std::string, Reference> known = references();
    std::set<std::string> compared;
    for (const Identity& row : identity_table()) {
        if (row.path_integral || row.missing(scene.setting) != nullptr) continue;
        if (row.name == "score_mean" && scene.law.axis.size() == 0) continue;  // below
        if (!known.contains(row.name)) {
            ADD_FAILURE() << row.name << " has no reference";
            continue;
        }
        const Index columns = row.axis == Axis::classes ? scene.law.mixture.labels.classes().classes() : 1;
        Rows value(columns, lanes), expected(columns, lanes);
        row.evaluate(scene.sight(), value, expected);
        for (Index j = 0; j < lanes; ++j) {
            const Sides reference = known.at(row.name)(State(scene, j));
            expect_near(value, j, reference.value, row.name + " value");
            expect_near(expected, j, reference.expected, row.name + " expected");
        }
        compared.insert(row.name);
    }
    return compared;
}

TEST(Identities, BothSidesEqualDenseBayes) {
    const std::set<std::string> all = {"stein",      "score_mean", "divergence_norm", "rate_divergence",
                                       "rate_score", "tower",      "total_variance"};
    std::set<std::string> of_data = all;  // these have no axis
    of_data.erase("score_mean");
    of_data.insert("chain_rule");
    law::Law finest = full_law();
    finest.mixture.labels.class_level = 1;

    EXPECT_EQ(expect_both_sides(Scene(full_law(), Schedule(ScheduleKind::ou, {}), 0.4)), all);
    EXPECT_EQ(expect_both_sides(Scene(full_law(), Schedule(ScheduleKind::edm, {}), 1.1)), all);
    EXPECT_EQ(expect_both_sides(Scene(finest, Schedule(ScheduleKind::ou, {}), 0.4)), all);
    EXPECT_EQ(expect_both_sides(Scene(reduced_law(), Schedule(ScheduleKind::flow_matching, {}), 0.6)), all);
    EXPECT_EQ(expect_both_sides(Scene(data_law(), Schedule(ScheduleKind::ve, {}), 0.25)), of_data);
}

TEST(Identities, CentreAndNoiseOfTheSurprisalAreItsMomentsGivenTheState) {
    const Identity& row = identity("total_variance");
    for (const Scene& scene : {Scene(full_law(), Schedule(ScheduleKind::ou, {}), 0.4),
                               Scene(data_law(), Schedule(ScheduleKind::ve, {}), 0.25)}) {
        Rows centre(1, lanes), noise(1, lanes);
        row.centre(scene.sight(), centre);
        row.noise(scene.sight(), noise);
        for (Index j = 0; j < lanes; ++j) {
            const Vector w = State(scene, j).latent();
            const auto squares = (w.array() + 1e-300).log().square();
            const double mean = (w.array() * squares).sum(), second = (w.array() * squares.square()).sum();
            expect_near(centre, j, Vector{{entropy(w)}}, "centre");
            expect_near(noise, j, Vector{{second - mean * mean}}, "noise");
        }
    }
}

// Without an axis u is fixed, of unit length, and reaches no coordinate that is like those of the complement.
TEST(Identities, ScoreIsProbedAlongAUnitVectorThatIsAlwaysTheSame) {
    const Scene first(data_law(), Schedule(ScheduleKind::ve, {}), 0.25);
    const Scene second(data_law(), Schedule(ScheduleKind::ou, {}), 0.4);
    Vector u[2];
    for (int i = 0; i < 2; ++i) {
        const Scene& scene = i == 0 ? first : second;
        Rows value(1, lanes), expected(1, lanes);
        identity("score_mean").evaluate(scene.sight(), value, expected);
        Matrix scores(2, 2);
        for (Index j = 0; j < 2; ++j) scores.row(j) = State(scene, j).b.score;
        u[i] = test::inverse(scores) * value.row(0).head(2).transpose();
        for (Index j = 0; j < lanes; ++j) EXPECT_NEAR(value(0, j), u[i].dot(State(scene, j).b.score), 1e-9);
        EXPECT_NEAR(u[i].norm(), 1.0, 1e-9);
    }
    EXPECT_NEAR((u[0] - u[1]).norm(), 0.0, 1e-9);

    law::Law exposed = reduced_law();
    exposed.axis = {};
    const Scene scene(exposed, Schedule(ScheduleKind::ou, {}), 0.3);
    Rows value(1, lanes), expected(1, lanes);
    identity("score_mean").evaluate(scene.sight(), value, expected);
    for (Index j = 0; j < lanes; ++j)
        EXPECT_NEAR(std::abs(value(0, j)), std::abs(State(scene, j).b.score(0)), 1e-9);

    exposed.mixture.means = Matrix::Zero(2, 2);
    EXPECT_NE(identity("score_mean").missing({.law = &exposed}), nullptr);
}

// Visits both scenes in the order given, the path of one going on in the other.
void chain(Scene& first, Scene& second) {
    first.path.begin(lanes);
    first.path.visit(first.posterior);
    second.path = first.path;
    second.path.visit(second.posterior);
}

Rows value_of(const Identity& row, const Scene& scene, Rows& expected) {
    Rows value(1, lanes);
    expected.resize(1, lanes);
    row.evaluate(scene.sight(), value, expected);
    return value;
}

// Later minus earlier, whichever way the path was visited.
TEST(Identities, RateDerivativeComparesTheSummedRateWithTheEntropy) {
    const Identity& row = identity("rate_derivative");
    ASSERT_TRUE(row.increments && row.path_integral && !row.whole_path);
    const Schedule ou(ScheduleKind::ou, {});
    for (const auto& law : {full_law(), reduced_law(), data_law()}) {
        Scene early(law, ou, 0.3), late(law, ou, 0.302);
        for (const bool upward : {true, false}) {
            chain(upward ? early : late, upward ? late : early);
            Rows entropy_early, entropy_late;
            const Rows sum_early = value_of(row, early, entropy_early),
                       sum_late = value_of(row, late, entropy_late);
            for (Index j = 0; j < lanes; ++j) {
                const State a(early, j), b(late, j);
                const double change = entropy(b.b.weights) - b.information_within() - entropy(a.b.weights) +
                                      a.information_within();
                EXPECT_NEAR(entropy_late(0, j) - entropy_early(0, j), change, 1e-10);
                // by the trapezoid in t: what it misses over so short a step is of second order
                const double summed = 0.001 * (a.mmse_rate() + b.mmse_rate());
                EXPECT_NEAR(sum_late(0, j) - sum_early(0, j), summed, 1e-3 * summed);
            }
        }
    }
}

TEST(Identities, FluctuationIsMadeOfTheEntropyProductionOfAPath) {
    const Identity& row = identity("fluctuation");
    ASSERT_TRUE(row.whole_path && row.path_integral && !row.increments);
    const Schedule ou(ScheduleKind::ou, {});
    Scene early(full_law(), ou, 0.2), late(full_law(), ou, 0.5);
    for (const bool upward : {true, false}) {
        chain(upward ? early : late, upward ? late : early);
        Rows expected;
        const Rows production = value_of(row, late, expected) - value_of(row, early, expected);
        EXPECT_TRUE((expected.array() == 1.0).all());
        for (Index j = 0; j < lanes; ++j) {
            const State a(early, j), b(late, j);
            const double environment = -0.5 * (b.x.squaredNorm() - a.x.squaredNorm());
            EXPECT_NEAR(production(0, j), a.b.log_density - b.b.log_density + environment, 1e-10);
        }
    }
}

}  // namespace
}  // namespace kairos::measure
