// The flat row of a batch: which quantities a setting has, where each stands, and what they ask of the posterior.
#include "kairos/measure/column_plan.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "measure/scene.hpp"

namespace kairos::measure {
namespace {

using dynamics::IntegratorKind;
using dynamics::Request;
using test::data_law;
using test::full_law;

constexpr std::size_t times = 5;

ColumnPlan plan_of(const Setting& setting, const std::vector<std::string>& names, bool identities = true) {
    return {setting, select_observables(names, setting), identities, times};
}

// What is kept of every identity, in the order of its columns.
std::map<std::string, std::vector<Quantity>> identities_of(const ColumnPlan& plan) {
    std::map<std::string, std::vector<Quantity>> found;
    for (const Column& column : plan.columns())
        if (column.identity != nullptr) found[column.name()].push_back(column.quantity);
    return found;
}

TEST(ColumnPlan, BlocksFollowOneAnotherWithComponentsInnermost) {
    const law::Law law = full_law();
    const Setting setting{&law, Direction::forward, IntegratorKind::exact, 0};
    const ColumnPlan plan = plan_of(setting, {"class_posterior", "level_entropy", "norm2"});
    std::size_t end = 0;
    std::set<std::size_t> places;
    for (const Column& column : plan.columns()) {
        EXPECT_EQ(column.first, end) << column.name();
        EXPECT_NE(column.observable == nullptr, column.identity == nullptr) << column.name();
        std::size_t next = end;
        for (std::size_t time = 0; time < times; ++time)
            for (Index c = 0; c < column.components; ++c) {
                EXPECT_EQ(column.at(time, c), next++) << column.name();
                places.insert(column.at(time, c));
            }
        end = next;
    }
    EXPECT_EQ(plan.size(), end);
    EXPECT_EQ(places.size(), end);
    EXPECT_EQ(plan.times(), times);
}

TEST(ColumnPlan, ObservablesComeFirstInTheirOrder) {
    const law::Law law = full_law();
    const ColumnPlan plan = plan_of({&law, Direction::forward, IntegratorKind::exact, 0},
                                    {"class_posterior", "level_entropy", "norm2"});
    const std::vector<std::pair<std::string, Index>> expected = {
        {"class_posterior", 2}, {"level_entropy", 2}, {"norm2", 1}};
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const Column& column = plan.columns().at(i);
        EXPECT_EQ(column.quantity, Quantity::observable);
        EXPECT_EQ(column.name(), expected[i].first);
        EXPECT_EQ(column.components, expected[i].second);
    }
    EXPECT_NE(plan.columns().at(expected.size()).quantity, Quantity::observable);
}

TEST(ColumnPlan, IdentitiesAreValueAndDifferenceThenCentreAndNoise) {
    using enum Quantity;
    const law::Law law = full_law();
    const std::vector<Quantity> pair = {identity_value, identity_difference},
                                four = {identity_value, identity_difference, identity_centre, identity_noise};
    const ColumnPlan plan = plan_of({&law, Direction::forward, IntegratorKind::exact, 0}, {});
    const auto found = identities_of(plan);
    for (const char* name : {"stein", "score_mean", "divergence_norm", "rate_divergence", "rate_score",
                             "rate_derivative", "tower", "fluctuation"})
        EXPECT_EQ(found.at(name), pair) << name;
    EXPECT_EQ(found.at("total_variance"), four);
    EXPECT_EQ(plan.find(identity_value, "tower")->components, 2);
    EXPECT_EQ(plan.find(identity_difference, "tower")->components, 2);
    EXPECT_EQ(plan.find(identity_value, "stein")->components, 1);
}

TEST(ColumnPlan, ClassesAreThoseOfTheChosenLevel) {
    law::Law law = full_law();
    law.mixture.labels.class_level = 1;
    const ColumnPlan plan = plan_of({.law = &law}, {"class_posterior"});
    EXPECT_EQ(plan.find(Quantity::observable, "class_posterior")->components, 4);
    EXPECT_EQ(plan.find(Quantity::identity_value, "tower")->components, 4);
}

// An identity that a run cannot test is absent.
TEST(ColumnPlan, LeavesOutWhatCannotBeTested) {
    const law::Law law = full_law(), data = data_law();
    law::Law bare = data_law(), everywhere = full_law();
    bare.mixture.labels = {};
    everywhere.mixture.labels = {};
    using enum Direction;
    constexpr auto exact = IntegratorKind::exact, heun = IntegratorKind::heun;
    const auto has = [](const law::Law& of, Direction direction, IntegratorKind integrator,
                        const char* name) {
        return identities_of(plan_of({&of, direction, integrator, 0}, {})).contains(name);
    };

    EXPECT_TRUE(has(law, reverse, exact, "fluctuation"));
    EXPECT_TRUE(has(law, forward, exact, "fluctuation"));
    EXPECT_FALSE(has(law, reverse, heun, "fluctuation"));
    EXPECT_FALSE(has(law, marginal, exact, "fluctuation"));
    EXPECT_TRUE(has(law, marginal, exact, "total_variance"));
    EXPECT_FALSE(has(law, reverse, exact, "total_variance"));
    EXPECT_FALSE(has(everywhere, marginal, exact, "total_variance"));
    EXPECT_TRUE(has(bare, marginal, exact, "total_variance"));
    EXPECT_TRUE(has(data, reverse, exact, "chain_rule"));
    EXPECT_FALSE(has(law, reverse, exact, "chain_rule"));
    EXPECT_FALSE(has(bare, reverse, exact, "chain_rule"));
    EXPECT_TRUE(has(data, reverse, heun, "tower"));
    EXPECT_FALSE(has(bare, reverse, heun, "tower"));
    for (const char* name : {"stein", "divergence_norm", "rate_divergence", "rate_score", "rate_derivative"})
        EXPECT_TRUE(has(bare, reverse, heun, name)) << name;
}

TEST(ColumnPlan, FindsWhatIsMeasuredAndNothingElse) {
    const law::Law law = full_law();
    const Setting setting{.law = &law};
    const ColumnPlan plan = plan_of(setting, {"norm2"}), without = plan_of(setting, {"norm2"}, false);
    const Column* norm2 = plan.find(Quantity::observable, "norm2");
    ASSERT_NE(norm2, nullptr);
    EXPECT_EQ(norm2, &plan.columns()[0]);
    EXPECT_EQ(norm2->observable, find_observable("norm2"));
    EXPECT_EQ(plan.find(Quantity::observable, "class_entropy"), nullptr);
    EXPECT_EQ(plan.find(Quantity::identity_value, "norm2"), nullptr);
    EXPECT_EQ(plan.find(Quantity::observable, "stein"), nullptr);
    EXPECT_EQ(plan.find(Quantity::identity_centre, "stein"), nullptr);
    EXPECT_NE(plan.find(Quantity::identity_difference, "stein"), nullptr);
    EXPECT_EQ(without.columns().size(), 1u);
    EXPECT_EQ(without.size(), times);
}

void expect_request(const Request& found, const Request& expected) {
    EXPECT_EQ(found.score, expected.score);
    EXPECT_EQ(found.spread, expected.spread);
    EXPECT_EQ(found.class_spread, expected.class_spread);
    EXPECT_EQ(found.latents, expected.latents);
    EXPECT_EQ(found.fourth, expected.fourth);
    EXPECT_EQ(found.top_eigenvalue, expected.top_eigenvalue);
    EXPECT_EQ(found.weights, expected.weights);
    EXPECT_FALSE(found.draw.has_value());
}

TEST(ColumnPlan, AsksThePosteriorForWhatItsColumnsRead) {
    const law::Law law = full_law();
    const Setting reverse{.law = &law}, marginal{&law, Direction::marginal, IntegratorKind::exact, 0};

    expect_request(plan_of(reverse, {}, false).request(), {});
    expect_request(plan_of(reverse, {"norm2"}, false).request(), {});
    expect_request(plan_of(reverse, {"score_norm2", "class_entropy"}, false).request(),
                   {.score = true, .latents = true});
    expect_request(plan_of(reverse, {"posterior_top_eigenvalue", "class_entropy_rate"}, false).request(),
                   {.class_spread = true, .top_eigenvalue = true});
    expect_request(plan_of(reverse, {"accumulated_entropy"}, false).request(), {.spread = true});
    expect_request(plan_of(reverse, {"entropy_production"}, false).request(), {.spread = true});
    expect_request(plan_of(reverse, {}).request(), {.score = true, .spread = true, .latents = true});
    expect_request(plan_of(marginal, {}).request(),
                   {.score = true, .spread = true, .latents = true, .fourth = true});
}

TEST(ColumnPlan, KnowsWhoIntegratesAlongThePath) {
    const law::Law law = full_law();
    const Setting setting{.law = &law};
    const ColumnPlan neither = plan_of(setting, {"norm2"}, false), tested = plan_of(setting, {"norm2"}),
                     observed = plan_of(setting, {"accumulated_entropy"}, false);
    EXPECT_FALSE(neither.needs_path_integrals() || neither.observes_path_integrals());
    EXPECT_TRUE(tested.needs_path_integrals() && !tested.observes_path_integrals());
    EXPECT_TRUE(observed.needs_path_integrals() && observed.observes_path_integrals());
}

}  // namespace
}  // namespace kairos::measure
