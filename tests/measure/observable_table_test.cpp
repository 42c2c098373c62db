// The table of observables itself: its rows, what they ask of the posterior, and how a run chooses among them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kairos/base/error.hpp"
#include "kairos/measure/observables.hpp"
#include "measure/scene.hpp"

namespace kairos::measure {
namespace {

using dynamics::IntegratorKind;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using test::data_law;
using test::full_law;
using test::lanes;
using test::Scene;

TEST(ObservableTable, HasEveryRowOnceWithItsMeaning) {
    const std::vector<std::string> names = {"class_entropy",
                                            "class_varentropy",
                                            "class_collision",
                                            "class_posterior",
                                            "class_entropy_rate",
                                            "level_entropy",
                                            "level_varentropy",
                                            "level_collision",
                                            "level_entropy_rate",
                                            "level_split_entropy",
                                            "level_split_collision",
                                            "level_split_rate",
                                            "potts_order_parameter",
                                            "datum_entropy",
                                            "datum_varentropy",
                                            "participation",
                                            "max_weight",
                                            "excess_entropy",
                                            "excess_entropy_ratio",
                                            "entropy_rate",
                                            "entropy_rate_score",
                                            "accumulated_entropy",
                                            "entropy_compensator",
                                            "data_surprisal",
                                            "log_density",
                                            "score_norm2",
                                            "score_divergence",
                                            "posterior_variance",
                                            "posterior_top_eigenvalue",
                                            "active_dimensions",
                                            "order_parameter",
                                            "order_parameter_modulus",
                                            "x_dot_score",
                                            "norm2",
                                            "entropy_production",
                                            "lyapunov",
                                            "posterior_eigenvalues",
                                            "filter_eigenvalues",
                                            "eigenvector_overlap"};
    ASSERT_EQ(observable_table().size(), names.size());
    for (const std::string& name : names) {
        const Observable* observable = find_observable(name);
        ASSERT_NE(observable, nullptr) << name;
        EXPECT_FALSE(observable->units.empty() || observable->long_name.empty() ||
                     observable->definition.empty())
            << name;
    }
    EXPECT_EQ(find_observable("entropy"), nullptr);
}

TEST(ObservableTable, AsksThePosteriorForWhatItReads) {
    for (const Scene& scene : {Scene(full_law(), Schedule(ScheduleKind::ou, {}), 0.4),
                               Scene(data_law(), Schedule(ScheduleKind::ou, {}), 0.4)}) {
        for (const Observable& observable : observable_table()) {
            if (observable.path_integral || observable.missing(scene.setting) != nullptr) continue;
            dynamics::Posterior posterior;
            dynamics::Request request = observable.request;
            if (observable.axis == Axis::eigenvalues)
                request.eigenvalues = scene.posterior.eigenvalues.rows();
            dynamics::PosteriorEvaluator(scene.law).evaluate(scene.states, scene.time, request, posterior);
            Sight sight = scene.sight();
            sight.setting = &scene.setting;
            sight.posterior = &posterior;
            Rows out(columns(observable, scene.setting), lanes);
            observable.evaluate(sight, out);

            EXPECT_TRUE(out.isApprox(scene.values(observable), 1e-9)) << observable.name;
        }
    }
}

std::vector<std::string> names_of(const std::vector<const Observable*>& observables) {
    std::vector<std::string> names;
    for (const Observable* observable : observables) names.push_back(observable->name);
    return names;
}

using Names = std::vector<std::string>;

TEST(Selection, IsInTheOrderOfTheTableWithoutRepetition) {
    const law::Law law = full_law();
    const Setting setting{.law = &law};

    EXPECT_EQ(names_of(select_observables({"norm2", "class_entropy", "norm2"}, setting)),
              (Names{"class_entropy", "norm2"}));
    EXPECT_TRUE(select_observables({}, setting).empty());
}

TEST(Selection, DefaultHoldsWhatTheDocumentsPromise) {
    const law::Law classes = full_law(), data = data_law();
    law::Law bare = full_law();
    bare.mixture.labels = {};
    bare.axis = {};

    EXPECT_EQ(names_of(select_observables({"default"}, {.law = &classes})),
              (Names{"class_entropy", "class_varentropy", "class_collision", "class_posterior",
                     "class_entropy_rate", "entropy_rate", "entropy_rate_score", "score_divergence",
                     "order_parameter"}));
    EXPECT_EQ(names_of(select_observables({"default"}, {.law = &data})),
              (Names{"class_entropy", "class_varentropy", "class_collision", "class_posterior",
                     "class_entropy_rate", "datum_entropy", "datum_varentropy", "participation", "max_weight",
                     "entropy_rate", "entropy_rate_score", "score_divergence"}));
    EXPECT_EQ(names_of(select_observables({"default"}, {.law = &bare})),
              (Names{"entropy_rate", "entropy_rate_score", "score_divergence"}));
}

TEST(Selection, AllHoldsExactlyWhatTheSettingPermits) {
    const law::Law law = full_law(), data = data_law();
    for (const Setting& setting : {Setting{&law, Direction::reverse, IntegratorKind::exact, 0},
                                   Setting{&law, Direction::reverse, IntegratorKind::heun, 2},
                                   Setting{&data, Direction::forward, IntegratorKind::exact, 0},
                                   Setting{&data, Direction::marginal, IntegratorKind::exact, 0}}) {
        const Names all = names_of(select_observables({"all"}, setting));
        for (const Observable& observable : observable_table()) {
            const bool chosen = std::ranges::find(all, observable.name) != all.end();
            EXPECT_EQ(chosen, observable.missing(setting) == nullptr) << observable.name;
        }
    }
}

// Where each observable with a condition exists: direction and integrator by the contract.
TEST(Selection, PathQuantitiesNeedTheirPaths) {
    const law::Law law = full_law();
    const auto has = [&](const char* name, Direction direction, IntegratorKind integrator, int tangents = 0) {
        return find_observable(name)->missing({&law, direction, integrator, tangents}) == nullptr;
    };
    constexpr auto exact = IntegratorKind::exact, heun = IntegratorKind::heun;

    EXPECT_TRUE(has("accumulated_entropy", Direction::reverse, heun));
    EXPECT_FALSE(has("accumulated_entropy", Direction::forward, exact));
    EXPECT_TRUE(has("entropy_compensator", Direction::reverse, heun));
    EXPECT_TRUE(has("entropy_compensator", Direction::forward, exact));
    EXPECT_FALSE(has("entropy_compensator", Direction::marginal, exact));
    EXPECT_TRUE(has("entropy_production", Direction::forward, exact));
    EXPECT_TRUE(has("entropy_production", Direction::reverse, exact));
    EXPECT_FALSE(has("entropy_production", Direction::reverse, heun));
    EXPECT_FALSE(has("entropy_production", Direction::marginal, exact));
    EXPECT_TRUE(has("data_surprisal", Direction::marginal, exact));
    EXPECT_FALSE(has("data_surprisal", Direction::reverse, exact));
    EXPECT_TRUE(has("lyapunov", Direction::reverse, heun, 1));
    EXPECT_FALSE(has("lyapunov", Direction::reverse, heun, 0));
    EXPECT_FALSE(has("lyapunov", Direction::reverse, exact, 1));
    EXPECT_FALSE(has("lyapunov", Direction::forward, heun, 1));
}

ConfigError refusal(const Names& names, const Setting& setting) {
    try {
        (void)select_observables(names, setting);
    } catch (const ConfigError& error) {
        return error;
    }
    ADD_FAILURE() << "nothing was refused";
    return {"", "", "", "", ""};
}

TEST(Selection, RefusesUnknownNamesWithTheNearestOne) {
    const law::Law law = full_law();
    const ConfigError error = refusal({"class_entropy", "scor_norm2"}, {.law = &law});

    EXPECT_EQ(error.key, "observe.observables");
    EXPECT_EQ(error.value, "scor_norm2");
    EXPECT_NE(error.mend.find("score_norm2"), std::string::npos) << error.mend;
    for (const Observable& observable : observable_table())
        EXPECT_NE(error.allowed.find(observable.name), std::string::npos) << observable.name;
}

TEST(Selection, RefusesWhatCannotBeHadAndSaysWhatItNeeds) {
    const law::Law law = full_law();
    const ConfigError error = refusal({"datum_entropy"}, {.law = &law});

    EXPECT_EQ(error.value, "datum_entropy");
    EXPECT_NE(std::string(error.what()).find("needs data"), std::string::npos) << error.what();
    EXPECT_EQ(error.allowed.find("datum_entropy"), std::string::npos) << error.allowed;
    EXPECT_NE(error.allowed.find("class_entropy"), std::string::npos) << error.allowed;
}

}  // namespace
}  // namespace kairos::measure
