// Collapse times: of curves whose time is known, and of small sets of data against the large-d theory.
#include "kairos/phases/collapse.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "kairos/dynamics/time_grid.hpp"
#include "kairos/law/empirical.hpp"
#include "kairos/law/models.hpp"
#include "kairos/measure/ensemble.hpp"
#include "kairos/phases/theory.hpp"
#include "phases/laws.hpp"

namespace kairos::phases {
namespace {

using dynamics::Schedule;
using dynamics::ScheduleKind;
using measure::MomentCurve;

// Data of which the theory needs no more than their number, their dimension and the variance they were drawn with.
law::Law data_of(double dimension, Index samples, double variance = 1.0) {
    return test::empirical(test::two_clusters(dimension, variance, dimension), samples);
}

// Equal batches: no statistical error. variance: of the ensemble.
std::vector<MomentCurve> batches_of(const std::vector<double>& means, const std::vector<double>& variances) {
    MomentCurve curve(means.size());
    for (std::size_t i = 0; i < means.size(); ++i) {
        curve[i].count = 50;
        curve[i].mean = means[i];
        curve[i].m2 = 50 * variances[i];
    }
    return {curve, curve, curve};
}

BatchCurves curves_of(const std::map<std::string, std::vector<double>>& means) {
    return [means](const std::string& name) {
        const auto found = means.find(name);
        return found == means.end() ? std::vector<MomentCurve>{}
                                    : batches_of(found->second, std::vector(found->second.size(), 1.0));
    };
}

std::map<std::string, CriticalTime> collapse_of(const law::Law& law, const Schedule& schedule,
                                                const std::vector<Time>& times, const BatchCurves& curves) {
    return collapse(law, schedule, times, curves, {});
}

TEST(CollapseTheory, HasThePublishedTimes) {
    const Schedule ou(ScheduleKind::ou, {});
    for (const auto& [d, time] :
         std::map<double, double>{{256.0, 1.2988}, {1024.0, 1.9775}, {4096.0, 2.6671}})
        EXPECT_NEAR(predicted_collapse(data_of(d, 20000), ou).at("collapse_excess_entropy"), time, 5e-5);
}

TEST(CollapseTheory, IsWhereThePopulationCannotAnswerForTheDatumOnEverySchedule) {
    for (const Schedule& schedule : test::every_schedule()) {
        const law::Law law = data_of(64.0, 500, 0.7);
        const Time time{predicted_collapse(law, schedule).at("collapse_excess_entropy")};
        const double snr = std::exp(schedule.log_snr(time).value);

        EXPECT_NEAR(32.0 * std::log1p(0.7 * snr), std::log(500.0), 1e-8) << test::name_of(schedule);
    }
}

TEST(CollapseTheory, IsAbsentWhereNothingIsKnownOfThePopulation) {
    const Schedule ou(ScheduleKind::ou, {});
    law::Law given = data_of(16.0, 100);
    given.population = {};
    law::Law unequal = data_of(16.0, 100);
    unequal.population.covariances = {unequal.population.covariances[0], law::Covariance{}};

    EXPECT_TRUE(predicted_collapse(given, ou).empty());
    EXPECT_TRUE(predicted_collapse(unequal, ou).empty());
    EXPECT_TRUE(predicted_collapse(data_of(16.0, 100, 0.0), ou).empty());
    EXPECT_TRUE(predicted_collapse(data_of(16.0, 1), ou).empty());
    EXPECT_TRUE(predicted_collapse(test::two_clusters(16.0, 1.0, 16.0), ou).empty());
}

void expect_exact_zero(const law::Law& law, const Schedule& schedule, int points, const char* observable) {
    const auto times = dynamics::regular_grid(dynamics::GridKind::log_snr, schedule, points);
    const auto theory = theory_curves(law, schedule, times);
    const auto found = collapse_of(law, schedule, times, curves_of({{observable, theory.at(observable)}}))
                           .at("collapse_excess_entropy");
    const double exact = predicted_collapse(law, schedule).at("collapse_excess_entropy");

    EXPECT_NEAR(schedule.log_snr(Time{found.time}).value, schedule.log_snr(Time{exact}).value, 1e-3)
        << observable << ", d = " << law.mixture.dimension() << ", n = " << law.mixture.components() << ", "
        << points << " points, " << test::name_of(schedule);
    EXPECT_EQ(found.theory, exact);
    EXPECT_LT(found.ci95_low, exact * (1 + 1e-6));
    EXPECT_GT(found.ci95_high, exact * (1 - 1e-6));
}

TEST(CollapseExcessEntropy, OfThePopulationVanishesAtTheExactTime) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.01, .t_max = 8.0});
    for (const double d : {4.0, 16.0, 256.0, 1024.0, 4096.0})
        for (const Index n : {60, 2000, 20000})
            for (const int points : {24, 96}) expect_exact_zero(data_of(d, n), ou, points, "datum_entropy");
}

TEST(CollapseExcessEntropy, IsTheSameOnEveryScheduleAndFromEveryObservable) {
    for (const Schedule& schedule : test::every_schedule())
        for (const char* observable : {"datum_entropy", "excess_entropy", "excess_entropy_ratio"})
            expect_exact_zero(data_of(64.0, 2000, 0.8), schedule, 64, observable);
}

// Where the population is unknown, its variance is that of the data about the means of their classes, however far apart these are.
TEST(CollapseExcessEntropy, OfAnUnknownPopulationIsReadWithTheSpreadWithinClasses) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.01, .t_max = 8.0});
    const auto times = dynamics::regular_grid(dynamics::GridKind::log_snr, ou, 96);
    for (const double separation : {0.2, 1.0, 8.0}) {
        const law::Law population = law::build_law(
            {.kind = law::ModelKind::two_clusters, .dimension = 64, .separation = separation, .sigma = {0.9}},
            law::Representation::full);
        law::Law law = law::draw_empirical(population, 400, 3);
        const auto known = curves_of({{"datum_entropy", theory_curves(law, ou, times).at("datum_entropy")}});
        const double exact = predicted_collapse(law, ou).at("collapse_excess_entropy");
        law.population = {};
        const double found = collapse_of(law, ou, times, known).at("collapse_excess_entropy").time;
        EXPECT_NEAR(found, exact, 1e-3) << separation;
    }
}

// The ensemble of real data: what finite size adds to the population's curve near its foot must be in the error.
TEST(CollapseExcessEntropy, OfDataAgreesWithTheTheoryOfManyDimensions) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.02, .t_max = 5.0});
    const law::Law population = law::build_law(
        {.kind = law::ModelKind::unequal_variances, .dimension = 24, .separation = 0.0, .sigma = {1.0, 1.0}},
        law::Representation::full);
    const law::Law law = law::draw_empirical(population, 1500, 7);
    measure::EnsembleSpec spec;
    spec.setting = {&law, measure::Direction::marginal, dynamics::IntegratorKind::exact, 0};
    spec.observables = measure::select_observables({"datum_entropy", "participation"}, spec.setting);
    spec.identities = false;
    spec.times = dynamics::regular_grid(dynamics::GridKind::log_snr, ou, 30);
    spec.trajectories = 2000;
    measure::Ensemble ensemble(spec, ou);
    std::vector<std::vector<measure::Moments>> rows;
    for (std::uint64_t b = 0; b < 20; ++b) rows.push_back(ensemble.run(TrajectoryId{100 * b}, 100).moments);
    const BatchCurves curves = [&](const std::string& name) {
        std::vector<MomentCurve> out;
        const auto* column = ensemble.plan().find(measure::Quantity::observable, name);
        if (column == nullptr) return out;
        for (const auto& row : rows)
            out.emplace_back(row.begin() + static_cast<std::ptrdiff_t>(column->first),
                             row.begin() + static_cast<std::ptrdiff_t>(column->first + spec.times.size()));
        return out;
    };
    const auto found = collapse_of(law, ou, spec.times, curves);
    const CriticalTime excess = found.at("collapse_excess_entropy");

    EXPECT_LT(excess.ci95_low, excess.theory);
    EXPECT_GT(excess.ci95_high, excess.theory);
    EXPECT_LT(excess.standard_error, 0.1 * excess.theory);
    // Every criterion sees one transition, within its width.
    for (const char* other : {"collapse_participation", "collapse_entropy_variance"}) {
        EXPECT_NEAR(found.at(other).time, excess.theory, 0.5 * excess.theory) << other;
        EXPECT_LT(found.at(other).standard_error, 0.1 * excess.theory) << other;
        EXPECT_TRUE(std::isnan(found.at(other).theory)) << other;
    }
}

TEST(CollapseCriteria, AreReadOffTheirCurves) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.02, .t_max = 6.0});
    const auto times = dynamics::regular_grid(dynamics::GridKind::log_snr, ou, 60);
    std::vector<double> participation, entropy, variance;
    for (const Time t : times) {  // a step at log snr -1.3, and a peak at -1.7
        const double x = ou.log_snr(t).value;
        participation.push_back(1.0 / (1.0 + std::exp(-2.0 * (x + 1.3))));
        entropy.push_back(6.0 / (1.0 + std::exp(x + 2.0)));
        variance.push_back(3.0 * std::exp(-0.5 * (x + 1.7) * (x + 1.7)));
    }
    const auto found = collapse_of(data_of(32.0, 400), ou, times, [&](const std::string& name) {
        if (name == "participation") return batches_of(participation, variance);
        return name == "datum_entropy" ? batches_of(entropy, variance) : std::vector<MomentCurve>{};
    });

    EXPECT_NEAR(ou.log_snr(Time{found.at("collapse_participation").time}).value, -1.3, 1e-3);
    EXPECT_NEAR(ou.log_snr(Time{found.at("collapse_entropy_variance").time}).value, -1.7, 1e-3);
}

// 1, 3 and 2 paths at 0.5, 1 and 2: mean 7.5/6, variance by hand, Student's t of 5 degrees of freedom.
TEST(CollapseNearest, IsTheMeanLastChangeOfThePathsThatChanged) {
    const Schedule ou(ScheduleKind::ou, {});
    const std::vector<Time> times = {Time{0.5}, Time{1.0}, Time{2.0}};
    const std::vector<std::uint64_t> changes = {1, 3, 2};
    const auto found = collapse(data_of(8.0, 10), ou, times, curves_of({}), changes).at("collapse_nearest");
    const double mean = 1.25, squares = 0.75 * 0.75 + 3 * 0.25 * 0.25 + 2 * 0.75 * 0.75;
    const double error = std::sqrt(squares / 5.0 / 6.0);

    EXPECT_NEAR(found.time, mean, 1e-14);
    EXPECT_NEAR(found.standard_error, error, 1e-14);
    EXPECT_NEAR(found.ci95_low, mean - 2.5705818 * error, 1e-7);
    EXPECT_NEAR(found.ci95_high, mean + 2.5705818 * error, 1e-7);
    EXPECT_TRUE(std::isnan(found.theory));
}

TEST(Collapse, IsNotANumberWhereARunDidNotMeasureIt) {
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.01, .t_max = 8.0});
    const std::vector<Time> times = {Time{0.5}, Time{1.0}, Time{2.0}};
    const auto found = collapse_of(data_of(256.0, 20000), ou, times, curves_of({}));

    ASSERT_EQ(found.size(), 4U);
    for (const auto& [name, time] : found) {
        for (const double value : {time.time, time.standard_error, time.ci95_low, time.ci95_high})
            EXPECT_TRUE(std::isnan(value)) << name;
    }
    EXPECT_NEAR(found.at("collapse_excess_entropy").theory, 1.2988, 5e-5);
    EXPECT_TRUE(collapse_of(test::two_clusters(4.0, 1.0, 4.0), ou, times, curves_of({})).empty());
}

TEST(Collapse, IsNotANumberWhereTheCurveDoesNotFallFarEnough) {
    const law::Law law = data_of(256.0, 20000);
    const Schedule early(ScheduleKind::ou, {.t_min = 2.2, .t_max = 8.0});
    const auto times = dynamics::regular_grid(dynamics::GridKind::log_snr, early, 40);
    const auto theory = theory_curves(law, early, times).at("datum_entropy");
    ASSERT_GT(theory.front(), 0.7 * std::log(20000.0));

    EXPECT_TRUE(std::isnan(collapse_of(law, early, times, curves_of({{"datum_entropy", theory}}))
                               .at("collapse_excess_entropy")
                               .time));
}

}  // namespace
}  // namespace kairos::phases
