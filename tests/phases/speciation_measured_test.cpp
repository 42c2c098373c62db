// Times read off curves: noiseless batches of the class theory must give back the roots and peaks of that theory, which are found here
// by plain sums and by bisection.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

#include "kairos/dynamics/time_grid.hpp"
#include "kairos/phases/speciation.hpp"
#include "kairos/phases/theory.hpp"
#include "phases/class_brute_force.hpp"

namespace {

using namespace kairos;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using measure::MomentCurve;
using phases::CriticalTime;
using phases::predicted_speciation;
using phases::speciation;

using Found = std::map<std::string, CriticalTime>;

const std::set<std::string> measured_names = {"speciation_clones", "speciation_entropy_rate",
                                              "speciation_entropy_variance"};

// Batches of 100 trajectories whose moments are those of theory.
struct Curves {
    law::Law law;
    Schedule schedule;
    std::vector<Time> times;

    [[nodiscard]] std::vector<MomentCurve> operator()(const std::string& name) const {
        const auto theory = phases::class_theory(law);
        MomentCurve curve;
        for (const Time t : times) {
            const phases::ClassTheory at = theory(schedule.at(t));
            measure::Moments moments{.count = 100};
            if (name == "class_collision") moments.mean = at.collision;
            if (name == "class_entropy_rate") moments.mean = at.entropy_rate;
            if (name == "class_entropy") moments.mean = at.entropy, moments.m2 = 99.0 * at.entropy_variance;
            curve.push_back(moments);
        }
        return std::vector<MomentCurve>(8, curve);
    }
    [[nodiscard]] Found found() const { return speciation(law, schedule, times, *this); }
};

Curves curves_of(const law::Law& law, const Schedule& schedule, int points) {
    return {law, schedule, dynamics::regular_grid(dynamics::GridKind::log_snr, schedule, points)};
}

std::vector<Schedule> schedules() {
    return {{ScheduleKind::ou, {.t_min = 0.05, .t_max = 9.0}},
            {ScheduleKind::edm, {.t_min = 0.1, .t_max = 2000.0}},
            {ScheduleKind::vp_linear, {.t_min = 0.05, .t_max = 1.0}}};
}

TEST(SpeciationMeasured, OnNoiselessCurvesIsWhatTheTheorySays) {
    const std::vector<law::Law> laws = {test::two_clusters(100.0, 1.0, 100.0),
                                        test::two_clusters(60.0, 0.4, 60.0, 0.3),
                                        test::unequal_variances({0.5, 2.0}, {0.5, 0.5}, 200.0, {0, 1})};
    for (const law::Law& law : laws)
        for (const Schedule& schedule : schedules()) {
            const Found found = curves_of(law, schedule, 160).found();
            for (const std::string& name : measured_names) {
                const CriticalTime& time = found.at(name);
                SCOPED_TRACE(law.model + ", " + test::name_of(schedule) + ", " + name);
                ASSERT_TRUE(std::isfinite(time.theory));
                EXPECT_NEAR(time.time, time.theory, 3.0 * time.standard_error + 1e-5 * time.theory);
                EXPECT_LE(time.ci95_low, time.time);
                EXPECT_GE(time.ci95_high, time.time);
                EXPECT_LT(time.standard_error, 2e-3 * time.time);
            }
        }
}

// phi = 1/2 int (G+^2 + G-^2)/(G+ + G-) dy = 0.775, and the tops of the two other curves, by plain sums.
TEST(SpeciationMeasured, TheoryIsTheRootAndThePeaksOfPlainSums) {
    const law::Law law = test::two_clusters(100.0, 1.0, 100.0);
    const Schedule ou(ScheduleKind::ou, {.t_min = 0.05, .t_max = 9.0});
    const Found found = curves_of(law, ou, 40).found();
    const auto at = [&](double t) {
        return test::two_clusters_by_brute_force(100.0, 1.0, 0.5, ou.at(Time{t}));
    };
    double low = 1.0, high = 5.0;
    while (high - low > 1e-9) {
        const double middle = 0.5 * (low + high);
        (at(middle).collision > 0.775 ? low : high) = middle;
    }
    EXPECT_NEAR(found.at("speciation_clones").theory, low, 2e-9);

    // A smooth top bends away on both sides: by central differences its slope changes sign within +-0.001.
    const auto rate = [&](double t) {
        return at(t).spread * ou.sigma2(Time{t});
    };  // per log snr, up to a factor
    const auto variance = [&](double t) {
        const auto sums = at(t);
        return sums.entropy2 - sums.entropy * sums.entropy;
    };
    const auto expect_top = [](const auto& curve, double t) {
        const double h = 1e-3;
        EXPECT_GT(curve(t), curve(t - 2.0 * h));
        EXPECT_GT(curve(t), curve(t + 2.0 * h));
        EXPECT_GT(curve(t), curve(t - h));
        EXPECT_GT(curve(t), curve(t + h));
    };
    expect_top(rate, found.at("speciation_entropy_rate").theory);
    expect_top(variance, found.at("speciation_entropy_variance").theory);
}

TEST(SpeciationMeasured, HasNoTimeForWhatWasNotMeasured) {
    const Curves curves = curves_of(test::two_clusters(100.0, 1.0, 100.0), schedules()[0], 60);
    const Found found = speciation(curves.law, curves.schedule, curves.times, [&](const std::string& name) {
        return name == "class_collision" ? curves(name) : std::vector<MomentCurve>();
    });
    std::set<std::string> names;
    for (const auto& [name, time] : found) names.insert(name);
    EXPECT_EQ(names, (std::set<std::string>{"speciation_clones", "speciation_spectral",
                                            "speciation_stability", "speciation_stability_ode"}));
}

// All five numbers of a time that the grid does not reach, or that no law of these classes has.
TEST(SpeciationMeasured, IsNotANumberWhereACurveDoesNotGetThere) {
    const Schedule late(ScheduleKind::ou, {.t_min = 5.0, .t_max = 9.0});
    const Found beyond = curves_of(test::two_clusters(100.0, 1.0, 100.0), late, 40).found();
    const Found unequal = curves_of(test::two_clusters(100.0, 1.0, 100.0, 0.1), schedules()[0], 60)
                              .found();  // phi > 0.82 always
    for (const std::string& name : measured_names) {
        const CriticalTime& time = beyond.at(name);
        for (const double value :
             {time.time, time.standard_error, time.ci95_low, time.ci95_high, time.theory})
            EXPECT_TRUE(std::isnan(value)) << name;
    }
    EXPECT_TRUE(std::isnan(unequal.at("speciation_clones").time));
    EXPECT_TRUE(std::isnan(unequal.at("speciation_clones").theory));
    EXPECT_TRUE(std::isfinite(unequal.at("speciation_entropy_rate").time));
}

TEST(SpeciationMeasured, OfALawWithoutClassesHasOnlyItsSpectrum) {
    law::Law law = test::unequal_variances({2.0}, {1.0}, 5.0, {0});
    law.mixture.labels = {};
    const Schedule ve(ScheduleKind::ve, {});
    const Found found =
        speciation(law, ve, std::vector<Time>{Time{1.0}}, [](const std::string&) -> std::vector<MomentCurve> {
            ADD_FAILURE() << "a curve of classes was asked for";
            return {};
        });
    ASSERT_EQ(found.size(), 1u);
    EXPECT_NEAR(found.at("speciation_spectral").time, 2.0, 1e-12);
}

TEST(PredictedSpeciation, HoldsTheTimesThatARunWouldCompareWith) {
    const law::Law law = test::two_clusters(100.0, 1.0, 100.0);
    for (const Schedule& schedule : schedules()) {
        const Found found = curves_of(law, schedule, 40).found();
        const auto predicted = predicted_speciation(law, schedule);
        for (const auto& [name, time] : found) {
            EXPECT_EQ(predicted.contains(name), std::isfinite(time.theory)) << name;
            if (predicted.contains(name)) {
                EXPECT_EQ(predicted.at(name), time.theory) << name;
            }
        }
        for (const auto& [name, time] : predicted) EXPECT_TRUE(found.contains(name)) << name;
    }
}

// The theory of classes knows no data, but their population has its spectrum and its fixed points.
TEST(PredictedSpeciation, OfDataIsThatOfTheirPopulation) {
    const Schedule ou(ScheduleKind::ou, {});
    const law::Law population = test::two_clusters(256.0, 1.0, 256.0);
    const auto of_data = predicted_speciation(test::empirical(population, 20000), ou);
    const auto of_population = predicted_speciation(population, ou);
    for (const char* name : {"speciation_spectral", "speciation_stability"})
        EXPECT_EQ(of_data.at(name), of_population.at(name)) << name;
    EXPECT_TRUE(of_population.contains("speciation_clones"));
    EXPECT_EQ(of_data.size(), 2u);
}

}  // namespace
