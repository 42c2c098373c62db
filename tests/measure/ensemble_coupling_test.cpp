// Marginal ensembles whose times share one (y, z): every time has the law it has with independent draws, and one pass over
// the data measures what the ordinary evaluation does.
#include <gtest/gtest.h>

#include <cmath>

#include "kairos/law/empirical.hpp"
#include "kairos/law/models.hpp"
#include "kairos/measure/ensemble.hpp"
#include "kairos/measure/estimate.hpp"
#include "support/consistent.hpp"

namespace kairos::measure {
namespace {

using test::expect_consistent;

const std::vector<Time> times{Time{0.05}, Time{0.4}, Time{1.0}, Time{2.5}};

const dynamics::Schedule& ou() {
    static const dynamics::Schedule schedule(dynamics::ScheduleKind::ou, {.t_min = 0.05, .t_max = 2.5});
    return schedule;
}

const law::Law& data() {
    static const law::Law law = law::draw_empirical(
        law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 12}, law::Representation::full),
        60, 5);
    return law;
}

EnsembleSpec spec_of(const law::Law& law, Coupling coupling, const std::vector<std::string>& names) {
    EnsembleSpec spec;
    spec.setting = {.law = &law, .direction = Direction::marginal, .coupling = coupling};
    spec.observables = select_observables(names, spec.setting);
    spec.times = times;
    spec.seed = 9;
    return spec;
}

Estimate at(const Ensemble& ensemble, const BatchResult& result, const std::string& name, std::size_t time) {
    return estimate(result.moments[ensemble.plan().find(Quantity::observable, name)->at(time)]);
}

const std::vector<std::string> cheap{"class_entropy", "class_varentropy", "class_collision",
                                     "datum_entropy", "datum_varentropy", "participation",
                                     "max_weight",    "data_surprisal",   "log_density",
                                     "norm2",         "order_parameter"};

TEST(EnsembleCoupling, OnePassMeasuresWhatTheOrdinaryEvaluationDoes) {
    std::vector<std::string> more = cheap;
    more.push_back("score_norm2");
    Ensemble one_pass(spec_of(data(), Coupling::common, cheap), ou());
    Ensemble ordinary(spec_of(data(), Coupling::common, more), ou());
    EXPECT_TRUE(one_pass.one_pass());
    EXPECT_FALSE(ordinary.one_pass());
    const auto a = one_pass.run(TrajectoryId{0}, 333);
    const auto b = ordinary.run(TrajectoryId{0}, 333);
    for (const auto& name : cheap) {
        for (std::size_t i = 0; i < times.size(); ++i) {
            SCOPED_TRACE(name + " at time index " + std::to_string(i));
            const Estimate x = at(one_pass, a, name, i), y = at(ordinary, b, name, i);
            EXPECT_NEAR(x.mean, y.mean, 1e-10 * std::max(1.0, std::abs(y.mean)));
            EXPECT_NEAR(x.variance, y.variance, 1e-9 * std::max(1.0, y.variance));
        }
    }
}

TEST(EnsembleCoupling, EveryTimeHasTheLawOfIndependentDraws) {
    for (const bool empirical : {true, false}) {
        const law::Law population = law::build_law({.kind = law::ModelKind::two_clusters, .dimension = 12},
                                                   law::Representation::reduced);
        const law::Law& law = empirical ? data() : population;
        const std::vector<std::string> names =
            empirical ? cheap : std::vector<std::string>{"class_entropy", "norm2", "order_parameter"};
        Ensemble common(spec_of(law, Coupling::common, names), ou());
        Ensemble independent(spec_of(law, Coupling::independent, names), ou());
        const auto a = common.run(TrajectoryId{0}, 20000);
        const auto b = independent.run(TrajectoryId{50000}, 20000);
        for (const auto& name : names) {
            for (std::size_t i = 0; i < times.size(); ++i) {
                SCOPED_TRACE(name + " at time index " + std::to_string(i));
                const Estimate x = at(common, a, name, i), y = at(independent, b, name, i);
                if (x.variance < 1e-24 && y.variance < 1e-24) {  // a constant, to rounding
                    EXPECT_NEAR(x.mean, y.mean, 1e-12);
                    continue;
                }
                expect_consistent(x.mean - y.mean, std::hypot(x.standard_error, y.standard_error), 0.0);
                expect_consistent(x.variance - y.variance, std::hypot(x.variance_stderr, y.variance_stderr),
                                  0.0);
            }
        }
    }
}

// E|x|^2 = alpha^2 E|y|^2 + sigma^2 d; the mean surprisal of the datum is its mean entropy.
TEST(EnsembleCoupling, MomentsAreThoseOfTheLaw) {
    Ensemble common(spec_of(data(), Coupling::common, {"norm2", "datum_entropy", "data_surprisal"}), ou());
    const auto result = common.run(TrajectoryId{0}, 20000);
    const double second = data().mixture.means.colwise().squaredNorm().mean();
    for (std::size_t i = 0; i < times.size(); ++i) {
        const auto point = ou().at(times[i]);
        const Estimate norm2 = at(common, result, "norm2", i);
        expect_consistent(norm2.mean, norm2.standard_error,
                          point.alpha * point.alpha * second + 12 * point.sigma2);
        const Estimate h = at(common, result, "datum_entropy", i),
                       surprisal = at(common, result, "data_surprisal", i);
        expect_consistent(surprisal.mean - h.mean, std::hypot(surprisal.standard_error, h.standard_error),
                          0.0);
    }
}

// x_t - alpha_t y = sigma_t z with one z: what is left of x after alpha y is the same at all times.
TEST(EnsembleCoupling, AllTimesShareOneDatumAndOneNoise) {
    for (const auto& names : {std::vector<std::string>{"norm2"}, std::vector<std::string>{"score_norm2"}}) {
        auto spec = spec_of(data(), Coupling::common, names);
        spec.recording.paths = 20;
        spec.recording.states = true;
        Ensemble ensemble(spec, ou());
        const auto result = ensemble.run(TrajectoryId{0}, 20);
        for (const auto& path : result.paths) {
            const auto x = [&](std::size_t i) { return Eigen::Map<const Vector>(&path.x[i * 12], 12); };
            const auto p = ou().at(times[0]), q = ou().at(times[1]), r = ou().at(times[2]);
            const double sp = std::sqrt(p.sigma2), sq = std::sqrt(q.sigma2), sr = std::sqrt(r.sigma2);
            const double determinant = p.alpha * sq - q.alpha * sp;
            const double w[] = {(r.alpha * sq - q.alpha * sr) / determinant,
                                (p.alpha * sr - r.alpha * sp) / determinant};
            EXPECT_LT((w[0] * x(0) + w[1] * x(1) - x(2)).norm(), 1e-12 * x(2).norm());
        }
    }
}

// Identities take what the observables need: without a score none of them is worth a second pass.
TEST(EnsembleCoupling, IdentitiesCostNoMoreThanTheObservables) {
    const Ensemble cheap_run(spec_of(data(), Coupling::common, {"datum_entropy"}), ou());
    EXPECT_NE(cheap_run.plan().find(Quantity::identity_value, "tower"), nullptr);
    EXPECT_NE(cheap_run.plan().find(Quantity::identity_value, "total_variance"), nullptr);
    for (const char* name : {"stein", "rate_derivative"}) {
        EXPECT_EQ(cheap_run.plan().find(Quantity::identity_value, name), nullptr) << name;
    }
    const Ensemble full_run(spec_of(data(), Coupling::common, {"entropy_rate"}), ou());
    for (const char* name : {"tower", "stein", "rate_derivative", "total_variance"}) {
        EXPECT_NE(full_run.plan().find(Quantity::identity_value, name), nullptr) << name;
    }
}

}  // namespace
}  // namespace kairos::measure
