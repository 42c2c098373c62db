// What ensembles measure along their paths against closed forms and quadratures: entropies that are produced and accumulated, compensators,
// surprisals, Lyapunov exponents.
#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <cmath>

#include "kairos/law/empirical.hpp"
#include "measure/small_ensembles.hpp"

namespace kairos::measure {
namespace {

using dynamics::IntegratorKind;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using test::at;
using test::expect_consistent;
using test::expect_same_mean;
using test::ou;
using test::spec_of;
using test::two_clusters;

// dE[D]/dt = (2/g^2) E|f x - g^2 s/2|^2 = (2 d/(g^2 v)) (f v + g^2/2)^2 of one Gaussian with variance v = alpha^2 + sigma^2 in all d
// directions; on eight times, where the trapezoid of |x|^2 alone gives a quarter more.
TEST(EnsembleClosedForms, MeanEntropyProductionOfFlowMatchingHasNoErrorOfTheTimes) {
    law::Law law;
    law.mixture.means = Matrix::Zero(1, 1);
    law.mixture.weights = Vector::Ones(1);
    law::Covariance unit;
    unit.isotropic = 1.0;
    law.mixture.covariances = {unit};
    law.mixture.complement = 63.0;
    const Schedule schedule(ScheduleKind::flow_matching, {.t_min = 0.01, .t_max = 0.99});
    const auto rate = [&](double t) {
        const dynamics::TimePoint now = schedule.at(Time{t});
        const double v = now.alpha * now.alpha + now.sigma2;
        return 128.0 / (now.diffusion2 * v) * std::pow(now.drift * v + 0.5 * now.diffusion2, 2);
    };
    for (const Direction direction : {Direction::forward, Direction::reverse}) {
        auto spec = spec_of(law, direction, {"entropy_production"});
        spec.times.clear();
        for (int i = 0; i < 8; ++i)
            spec.times.push_back(i == 0   ? schedule.t_min()
                                 : i == 7 ? schedule.t_max()
                                          : schedule.time_of(LogSnr{schedule.log_snr(schedule.t_min()).value *
                                                                    (1.0 - i / 3.5)}));
        Ensemble ensemble(spec, schedule);
        const auto result = ensemble.run(TrajectoryId{0}, 10000);
        for (std::size_t i = 1; i < 8; ++i) {
            const double exact = boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
                rate, 0.01, spec.times[i].value, 10, 1e-12);
            const auto found = at(ensemble, result, "entropy_production", i);
            expect_consistent(found.mean, found.standard_error, exact);
        }
    }
}

// At the exact law the mean surprisal of the data given x is H(y|x_t): for one Gaussian 1/2 log(2 pi e S
// sigma^2/C) a dimension.
TEST(EnsembleClosedForms, MeanDataSurprisalIsTheConditionalEntropy) {
    const auto law = law::build_law({.kind = law::ModelKind::low_rank, .dimension = 6, .residual_sigma = 1.0},
                                    law::Representation::full);
    Ensemble ensemble(spec_of(law, Direction::marginal, {"data_surprisal"}), ou());
    const auto result = ensemble.run(TrajectoryId{0}, 20000);
    for (std::size_t i = 0; i < 5; ++i) {
        const double sigma2 = ou().sigma2(spec_of(law, Direction::marginal, {}).times[i]);
        const double expected =
            0.5 * 6 * std::log(2 * M_PI * M_E * sigma2);  // C = 1 for ou and unit variance
        const auto found = at(ensemble, result, "data_surprisal", i);
        expect_consistent(found.mean, found.standard_error, expected);
    }
}

TEST(EnsembleClosedForms, DataOfUnequalClassesObeyTheChainRuleInEveryState) {
    const auto law = law::draw_empirical(law::build_law({.kind = law::ModelKind::random_clusters,
                                                         .dimension = 5,
                                                         .components = 3,
                                                         .weights = {1.0, 2.0, 5.0}},
                                                        law::Representation::full),
                                         90, 4);
    Ensemble ensemble(spec_of(law, Direction::reverse, {"datum_entropy", "class_entropy"}), ou());
    const auto result = ensemble.run(TrajectoryId{0}, 400);
    const auto* value = ensemble.plan().find(Quantity::identity_value, "chain_rule");
    const auto* difference = ensemble.plan().find(Quantity::identity_difference, "chain_rule");
    ASSERT_NE(value, nullptr);
    for (std::size_t i = 0; i < 5; ++i) {
        const Moments& apart = result.moments[difference->at(i)];

        EXPECT_LT(std::max(-apart.minimum, apart.maximum), 1e-13) << i;
        EXPECT_NEAR(result.moments[value->at(i)].mean, at(ensemble, result, "datum_entropy", i).mean, 1e-12);
        EXPECT_LT(at(ensemble, result, "class_entropy", i).mean,
                  at(ensemble, result, "datum_entropy", i).mean);
        EXPECT_EQ(judge(result.moments[value->at(i)], apart).z, 0.0);
    }
    const auto mixture = two_clusters(4);
    EXPECT_EQ(Ensemble(spec_of(mixture, Direction::reverse, {}), ou())
                  .plan()
                  .find(Quantity::identity_value, "chain_rule"),
              nullptr);
}

TEST(EnsembleClosedForms, AccumulatedEntropyIsTheIntegralOfTheRate) {
    const auto law = two_clusters(16);
    auto spec = spec_of(law, Direction::reverse, {"accumulated_entropy", "class_entropy"});
    spec.substeps = 60;
    Ensemble ensemble(spec, ou());
    const auto result = ensemble.run(TrajectoryId{0}, 20000);
    const auto a = at(ensemble, result, "accumulated_entropy", 0);
    // H(y|x) between the ends: class entropy plus the Gaussian part, 1/2 d log(sigma^2/C), C = 1.
    const auto early = at(ensemble, result, "class_entropy", 0),
               late = at(ensemble, result, "class_entropy", 4);
    const double change =
        late.mean - early.mean + 8 * std::log(ou().sigma2(Time{3.0}) / ou().sigma2(Time{0.1}));
    expect_consistent(a.mean, std::hypot(a.standard_error, late.standard_error) + 2e-3, change);
}

// H(c|x_t) of two clusters of d coordinates under ou with unit variances: E log(1 + e^-2L), L ~ N(snr_c, snr_c), snr_c = alpha^2 d.
double class_entropy_of_two_clusters(double dimension, double time) {
    const double snr = dimension * std::exp(-2.0 * time), step = 1e-3;
    double sum = 0.0;
    for (double z = -12.0; z <= 12.0; z += step)
        sum += std::exp(-0.5 * z * z) * std::log1p(std::exp(-2.0 * (snr + std::sqrt(snr) * z)));
    return sum * step / std::sqrt(2.0 * M_PI);
}

TEST(EnsembleClosedForms, TheCompensatorOfForwardPathsIsThatOfReverseOnes) {
    const auto law = two_clusters(16);
    auto spec = spec_of(law, Direction::forward, {"entropy_compensator"});
    auto backwards = spec_of(law, Direction::reverse, {"accumulated_entropy", "entropy_compensator"});
    spec.substeps = backwards.substeps = 60;
    Ensemble forward(spec, ou()), reverse(backwards, ou());
    const auto a = forward.run(TrajectoryId{0}, 40000), b = reverse.run(TrajectoryId{0}, 40000);
    const auto change = [](double t) {
        return class_entropy_of_two_clusters(16, 3.0) - class_entropy_of_two_clusters(16, t) +
               8 * std::log(ou().sigma2(Time{3.0}) / ou().sigma2(Time{t}));
    };
    for (std::size_t i = 0; i < 5; ++i) {
        SCOPED_TRACE(i);
        const auto x = at(forward, a, "entropy_compensator", i), y = at(reverse, b, "entropy_compensator", i);
        const auto summed = at(reverse, b, "accumulated_entropy", i);
        EXPECT_EQ(y.mean, summed.mean);
        EXPECT_EQ(y.variance, summed.variance);
        if (i == 4) {
            EXPECT_EQ(std::max({x.minimum, x.maximum, y.minimum, y.maximum}), 0.0);
            continue;
        }
        expect_consistent(x.mean, x.standard_error, change(spec.times[i].value));
        expect_same_mean(x, y);
        expect_consistent(x.variance - y.variance, std::hypot(x.variance_stderr, y.variance_stderr), 0.0);
        EXPECT_LT(x.variance_stderr, 0.02 * x.variance);
    }
}

// All paths of one Gaussian have one rate, 1/2 tr F, and one compensator, the change of 1/2 d log sigma^2.
TEST(EnsembleClosedForms, TheCompensatorOfOneGaussianDoesNotFluctuate) {
    const auto law = law::build_law({.kind = law::ModelKind::low_rank, .dimension = 6, .residual_sigma = 1.0},
                                    law::Representation::full);
    const auto spec = spec_of(law, Direction::forward, {"entropy_compensator"});
    Ensemble ensemble(spec, ou());
    const auto result = ensemble.run(TrajectoryId{0}, 100);
    for (std::size_t i = 0; i < 5; ++i) {
        const auto found = at(ensemble, result, "entropy_compensator", i);
        const double expected = 3 * std::log(ou().sigma2(Time{3.0}) / ou().sigma2(spec.times[i]));
        EXPECT_NEAR(found.minimum, expected, 1e-12);
        EXPECT_NEAR(found.maximum, expected, 1e-12);
    }
}

TEST(EnsembleClosedForms, LyapunovExponentsOfOneGaussianAreItsDriftRate) {
    const auto law = law::build_law({.kind = law::ModelKind::low_rank, .dimension = 3, .residual_sigma = 1.0},
                                    law::Representation::full);
    auto spec = spec_of(law, Direction::reverse, {});
    spec.setting.integrator = IntegratorKind::euler_maruyama;
    spec.setting.tangents = 2;
    spec.observables = {find_observable("lyapunov")};
    spec.substeps = 200;
    Ensemble ensemble(spec, ou());
    const auto result = ensemble.run(TrajectoryId{0}, 4);
    const auto* column = ensemble.plan().find(Quantity::observable, "lyapunov");
    // Unit variance under ou: J_b = 1 - 2 = -1 at every time and in every direction.
    for (Index mode = 0; mode < 2; ++mode)
        EXPECT_NEAR(estimate(result.moments[column->at(0, mode)]).mean, -1.0, 5e-3);
    EXPECT_TRUE(std::isnan(estimate(result.moments[column->at(4, 0)]).mean));
}

}  // namespace
}  // namespace kairos::measure
