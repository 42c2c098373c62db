// Paths run over all of [t_min, t_max], whichever times are observed: what is seen at some times has the bits of what is seen there among others.
#include <gtest/gtest.h>

#include "kairos/law/models.hpp"
#include "kairos/measure/ensemble.hpp"

namespace kairos::measure {
namespace {

const dynamics::Schedule& ou() {
    static const dynamics::Schedule schedule(dynamics::ScheduleKind::ou, {.t_min = 0.1, .t_max = 3.0});
    return schedule;
}

const std::vector<Time> inner{Time{0.8}, Time{1.5}, Time{2.2}},
    whole{Time{0.1}, Time{0.8}, Time{1.5}, Time{2.2}, Time{3.0}};

EnsembleSpec spec_of(const Setting& setting, const std::vector<std::string>& names,
                     const std::vector<Time>& times) {
    EnsembleSpec spec;
    spec.setting = setting;
    spec.observables = select_observables(names, setting);
    spec.times = times;
    spec.grid = dynamics::GridKind::list;
    spec.substeps = 7;
    spec.seed = 3;
    return spec;
}

struct Seen {
    Seen(const EnsembleSpec& spec) : ensemble(spec, ou()), result(ensemble.run(TrajectoryId{0}, 40)) {}
    [[nodiscard]] const Moments& at(Quantity quantity, const std::string& name, std::size_t time) const {
        return result.moments[ensemble.plan().find(quantity, name)->at(time)];
    }
    Ensemble ensemble;
    BatchResult result;
};

void expect_same(const EnsembleSpec& some, const EnsembleSpec& all, Quantity quantity,
                 const std::vector<std::string>& names) {
    const Seen few(some), many(all);
    for (const std::string& name : names)
        for (std::size_t i = 0; i < inner.size(); ++i) {
            const Moments &a = few.at(quantity, name, i), &b = many.at(quantity, name, i + 1);
            EXPECT_EQ(a.count, 40.0) << name;
            EXPECT_NE(a.m2, 0.0) << name;
            EXPECT_EQ(a.mean, b.mean) << name << " at t = " << inner[i].value;
            EXPECT_EQ(a.m2, b.m2) << name << " at t = " << inner[i].value;
        }
}

TEST(EnsembleEnds, ForwardPathsAreMeasuredFromBothEnds) {
    const law::Law law =
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 6}, law::Representation::reduced);
    const Setting setting{.law = &law, .direction = Direction::forward};
    const std::vector<std::string> names{"entropy_production", "entropy_compensator"};
    expect_same(spec_of(setting, names, inner), spec_of(setting, names, whole), Quantity::observable, names);
    expect_same(spec_of(setting, {"norm2"}, inner), spec_of(setting, {"norm2"}, whole),
                Quantity::identity_value, {"fluctuation"});
}

TEST(EnsembleEnds, StepsBeginAtTMaxFromThePriorToo) {
    const law::Law law =
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 6}, law::Representation::reduced);
    const std::vector<std::string> names{"order_parameter", "class_entropy", "accumulated_entropy",
                                         "lyapunov"};
    for (const bool prior : {false, true}) {
        const Setting setting{.law = &law,
                              .direction = Direction::reverse,
                              .integrator = dynamics::IntegratorKind::euler_maruyama,
                              .tangents = 1};
        EnsembleSpec some = spec_of(setting, names, inner), all = spec_of(setting, names, whole);
        some.start_at_prior = all.start_at_prior = prior;
        expect_same(some, all, Quantity::observable, names);
    }
}

TEST(EnsembleEnds, ExactPathsAccumulateFromTMax) {
    const law::Law law =
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 6}, law::Representation::reduced);
    const Setting setting{.law = &law, .direction = Direction::reverse};
    const std::vector<std::string> names{"accumulated_entropy", "entropy_production"};
    expect_same(spec_of(setting, names, inner), spec_of(setting, names, whole), Quantity::observable, names);
}

}  // namespace
}  // namespace kairos::measure
