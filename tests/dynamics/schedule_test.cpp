// Independent of the closed forms: the definitions in 50 digits, quadrature of f and g^2, slopes by central
// difference.
#include "kairos/dynamics/schedule.hpp"

#include <gtest/gtest.h>

#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <cmath>
#include <limits>
#include <ostream>
#include <string>
#include <vector>

#include "kairos/base/error.hpp"

namespace kairos::dynamics {
namespace {

using Digits50 = boost::multiprecision::cpp_bin_float_50;

struct Case {
    std::string name;
    ScheduleKind kind;
    ScheduleLimits limits;
    std::vector<double> times;
};

void PrintTo(const Case& of, std::ostream* out) { *out << of.name; }

const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {"ou", ScheduleKind::ou, {}, {1e-6, 0.01, 0.34657, 1.0, 4.0, 10.0, 40.0}},
        {"ve", ScheduleKind::ve, {}, {1e-4, 0.3, 1.0, 17.0, 1e4}},
        {"ve_geometric",
         ScheduleKind::ve,
         {.sigma_min = 0.01, .sigma_max = 50.0},
         {0.0, 1e-3, 0.2, 0.7, 1.0}},
        {"vp_linear", ScheduleKind::vp_linear, {}, {1e-6, 1e-3, 0.1, 0.5, 0.9, 1.0}},
        {"vp_constant", ScheduleKind::vp_linear, {.beta_min = 3.0, .beta_max = 3.0}, {1e-3, 0.1, 0.5, 1.0}},
        {"vp_cosine", ScheduleKind::vp_cosine, {}, {1e-6, 1e-3, 0.3, 0.5, 0.8, 0.999, 1 - 1e-9}},
        {"edm", ScheduleKind::edm, {}, {2e-3, 0.5, 1.0, 80.0}},
        {"flow_matching", ScheduleKind::flow_matching, {}, {1e-6, 1e-3, 0.3, 0.5, 0.8, 0.999, 1 - 1e-9}},
    };
    return all;
}

// alpha and sigma as the table of kinds defines them.
struct Definition {
    Digits50 alpha, sigma2;
};
Definition definition(const Case& of, const Digits50& t) {
    const Digits50 pi = boost::math::constants::pi<Digits50>();
    switch (of.kind) {
        case ScheduleKind::ou:
            return {exp(-t), 1 - exp(-2 * t)};
        case ScheduleKind::ve: {
            if (!of.limits.sigma_min) return {1, t};
            const Digits50 low = *of.limits.sigma_min, high = *of.limits.sigma_max;
            return {1, pow(low * pow(high / low, t), 2)};
        }
        case ScheduleKind::vp_linear: {
            const Digits50 low = of.limits.beta_min.value_or(0.1), high = of.limits.beta_max.value_or(20.0);
            const Digits50 alpha = exp(-(low * t + (high - low) * t * t / 2) / 2);
            return {alpha, 1 - alpha * alpha};
        }
        case ScheduleKind::vp_cosine:
            return {cos(pi * t / 2), pow(sin(pi * t / 2), 2)};
        case ScheduleKind::edm:
            return {1, t * t};
        case ScheduleKind::flow_matching:
            break;
    }
    return {1 - t, t * t};
}

double relative_error(double value, const Digits50& exact) {
    return static_cast<double>(abs((Digits50(value) - exact) / exact));
}

class EverySchedule : public ::testing::TestWithParam<Case> {
protected:
    Schedule schedule{GetParam().kind, GetParam().limits};
};
INSTANTIATE_TEST_SUITE_P(Kinds, EverySchedule, ::testing::ValuesIn(cases()),
                         [](const auto& instance) { return instance.param.name; });

TEST_P(EverySchedule, AlphaSigmaAndSnrEqualTheirDefinitionsToFullPrecision) {
    for (const double t : GetParam().times) {
        const Definition exact = definition(GetParam(), t);
        // alpha = e^-40 has an argument whose own rounding is 40 units in the last place
        EXPECT_LT(relative_error(schedule.alpha(Time{t}), exact.alpha), 1e-14) << "t = " << t;
        EXPECT_LT(relative_error(schedule.sigma2(Time{t}), exact.sigma2), 2e-15) << "t = " << t;
        const double log_snr = static_cast<double>(log(exact.alpha * exact.alpha / exact.sigma2));
        EXPECT_NEAR(schedule.log_snr(Time{t}).value, log_snr, 1e-14 * (1 + std::abs(log_snr))) << "t = " << t;
    }
}

TEST_P(EverySchedule, DriftIntegratesToLogAlpha) {
    using Rule = boost::math::quadrature::gauss_kronrod<double, 61>;
    const Time from{0.05}, to{0.95};
    const double integral =
        Rule::integrate([&](double t) { return schedule.drift(Time{t}); }, from.value, to.value, 10, 1e-13);

    EXPECT_NEAR(integral, std::log(schedule.alpha(to) / schedule.alpha(from)), 1e-11);
}

TEST_P(EverySchedule, DiffusionIntegratesToSigma2) {
    using Rule = boost::math::quadrature::gauss_kronrod<double, 61>;
    const Time from{0.05}, to{0.95};
    // d sigma^2 = (g^2 + 2 f sigma^2) dt
    const auto growth = [&](double t) {
        return schedule.diffusion2(Time{t}) + 2 * schedule.drift(Time{t}) * schedule.sigma2(Time{t});
    };
    const double integral = Rule::integrate(growth, from.value, to.value, 10, 1e-13);
    const double exact = schedule.sigma2(to) - schedule.sigma2(from);

    EXPECT_NEAR(integral / exact, 1.0, 1e-11);
}

TEST_P(EverySchedule, DiffusionIsTheSlopeOfLogSnr) {
    const double h = 1e-4;  // error O(h^2): below 1e-6 relative at these times
    for (const double t : {0.2, 0.5, 0.8}) {
        const double slope =
            (schedule.log_snr(Time{t + h}).value - schedule.log_snr(Time{t - h}).value) / (2 * h);

        EXPECT_NEAR(schedule.diffusion2(Time{t}) / (-schedule.sigma2(Time{t}) * slope), 1.0, 1e-6)
            << "t = " << t;
    }
}

TEST_P(EverySchedule, TimeOfInvertsLogSnr) {
    for (const double t : GetParam().times) {
        const LogSnr value = schedule.log_snr(Time{t});
        // a rounding of log snr moves t by eps |log snr| sigma^2/g^2
        const double slack =
            1e-15 * (1 + std::abs(value.value)) * schedule.sigma2(Time{t}) / schedule.diffusion2(Time{t});
        EXPECT_NEAR(schedule.time_of(value).value, t, 4 * slack + 1e-14 * t) << "t = " << t;
    }
}

TEST_P(EverySchedule, TimePointHoldsTheSameNumbers) {
    const Time t{0.37};
    const TimePoint point = schedule.at(t);
    EXPECT_EQ(point.t, t);
    EXPECT_EQ(point.alpha, schedule.alpha(t));
    EXPECT_EQ(point.sigma2, schedule.sigma2(t));
    EXPECT_EQ(point.drift, schedule.drift(t));
    EXPECT_EQ(point.diffusion2, schedule.diffusion2(t));
    EXPECT_EQ(point.log_snr, schedule.log_snr(t).value);
}

TEST_P(EverySchedule, BridgeKeepsItsPrecisionForTheSmallestSteps) {
    for (const double step : {1e-9, 1e-5, 0.05, 0.3}) {
        for (const double s : {1e-3, 0.2, 0.6, 0.65}) {
            const double t = s + step;
            const Definition from = definition(GetParam(), s), to = definition(GetParam(), t);
            const Digits50 ratio = to.alpha / from.alpha;
            const auto bridge = schedule.bridge(Time{s}, Time{t});

            EXPECT_LT(relative_error(bridge.ratio, ratio), 2e-15) << "s = " << s << ", step " << step;
            EXPECT_LT(relative_error(bridge.variance, to.sigma2 - ratio * ratio * from.sigma2), 4e-15)
                << "s = " << s << ", step " << step;
        }
    }
}

TEST_P(EverySchedule, BridgesCompose) {
    const Time first{0.1}, middle{0.4}, last{0.95};
    const auto whole = schedule.bridge(first, last), early = schedule.bridge(first, middle),
               late = schedule.bridge(middle, last);

    EXPECT_NEAR(whole.ratio / (early.ratio * late.ratio), 1.0, 1e-14);
    EXPECT_NEAR(whole.variance / (late.ratio * late.ratio * early.variance + late.variance), 1.0, 1e-14);
}

TEST(VpLinear, IsOuForAConstantRateOfTwo) {
    const Schedule linear(ScheduleKind::vp_linear, {.beta_min = 2.0, .beta_max = 2.0});
    const Schedule ou(ScheduleKind::ou, {});
    for (const double t : {0.01, 0.3, 1.0}) {
        EXPECT_DOUBLE_EQ(linear.alpha(Time{t}), ou.alpha(Time{t}));
        EXPECT_DOUBLE_EQ(linear.log_snr(Time{t}).value, ou.log_snr(Time{t}).value);
        EXPECT_DOUBLE_EQ(linear.diffusion2(Time{t}), 2.0);
    }
}

TEST(Limits, HaveADefaultForEveryKind) {
    const auto expect_limits = [](ScheduleKind kind, const ScheduleLimits& limits, double t_min,
                                  double t_max) {
        const Schedule schedule(kind, limits);
        EXPECT_EQ(schedule.t_min().value, t_min) << name(kind);
        EXPECT_EQ(schedule.t_max().value, t_max) << name(kind);
    };
    expect_limits(ScheduleKind::ou, {}, 0.01, 10);
    expect_limits(ScheduleKind::ve, {}, 1e-4, 1e4);
    expect_limits(ScheduleKind::ve, {.sigma_min = 0.1, .sigma_max = 10.0}, 0, 1);
    expect_limits(ScheduleKind::vp_linear, {}, 1e-3, 1);
    expect_limits(ScheduleKind::vp_cosine, {}, 1e-3, 0.999);
    expect_limits(ScheduleKind::edm, {}, 2e-3, 80);
    expect_limits(ScheduleKind::flow_matching, {}, 1e-3, 0.999);
    expect_limits(ScheduleKind::ou, {.t_min = 0.5, .t_max = 0.75}, 0.5, 0.75);
}

// The ConfigError of a schedule that must not exist.
ConfigError refusal(ScheduleKind kind, const ScheduleLimits& limits) {
    try {
        const Schedule schedule(kind, limits);
    } catch (const ConfigError& error) {
        return error;
    }
    ADD_FAILURE() << "nothing was refused for " << name(kind);
    return {"", "", "", "", ""};
}

TEST(Limits, RefuseTimesOutsideTheDomainNamingTheKey) {
    const double nan = std::numeric_limits<double>::quiet_NaN(),
                 inf = std::numeric_limits<double>::infinity();
    const auto key = [](ScheduleKind kind, const ScheduleLimits& limits) {
        return refusal(kind, limits).key;
    };

    for (const ScheduleKind kind :
         {ScheduleKind::ou, ScheduleKind::ve, ScheduleKind::vp_linear, ScheduleKind::vp_cosine,
          ScheduleKind::edm, ScheduleKind::flow_matching}) {
        EXPECT_EQ(key(kind, {.t_min = 0.0}), "process.t-min");
        EXPECT_EQ(key(kind, {.t_min = -1.0}), "process.t-min");
        EXPECT_EQ(key(kind, {.t_min = nan}), "process.t-min");
        EXPECT_EQ(key(kind, {.t_max = inf}), "process.t-max");
        EXPECT_EQ(key(kind, {.t_min = 0.5, .t_max = 0.5}), "process.t-min");
        EXPECT_EQ(key(kind, {.t_min = 0.5, .t_max = 0.4}), "process.t-min");
        EXPECT_EQ(key(kind, {.t_max = 1e-5}), "process.t-max");
    }
    EXPECT_EQ(key(ScheduleKind::flow_matching, {.t_max = 1.0}), "process.t-max");
    EXPECT_EQ(key(ScheduleKind::vp_cosine, {.t_max = 1.0}), "process.t-max");
    EXPECT_EQ(key(ScheduleKind::vp_linear, {.t_max = 1.5}), "process.t-max");
    EXPECT_EQ(key(ScheduleKind::ve, {.t_max = 1.5, .sigma_min = 0.1, .sigma_max = 1.0}), "process.t-max");
    EXPECT_EQ(key(ScheduleKind::ou, {.t_max = 800.0}), "process.t-max");   // alpha^2 underflows
    EXPECT_EQ(key(ScheduleKind::edm, {.t_max = 1e200}), "process.t-max");  // sigma^2 overflows
    EXPECT_EQ(key(ScheduleKind::edm, {.t_min = 1e-200}), "process.t-min");
}

TEST(Limits, AcceptTheClosedEnds) {
    EXPECT_EQ(Schedule(ScheduleKind::vp_linear, {.t_max = 1.0}).t_max().value, 1.0);
    const Schedule geometric(ScheduleKind::ve,
                             {.t_min = 0.0, .t_max = 1.0, .sigma_min = 0.5, .sigma_max = 2.0});
    EXPECT_DOUBLE_EQ(geometric.sigma2(Time{0}), 0.25);
    EXPECT_DOUBLE_EQ(geometric.sigma2(Time{1}), 4.0);
}

TEST(Limits, RefuseShapesThatContradict) {
    const auto key = [](ScheduleKind kind, const ScheduleLimits& limits) {
        return refusal(kind, limits).key;
    };

    EXPECT_EQ(key(ScheduleKind::vp_linear, {.beta_min = 0.0}), "process.beta-min");
    EXPECT_EQ(key(ScheduleKind::vp_linear, {.beta_min = 30.0}), "process.beta-min");
    EXPECT_EQ(key(ScheduleKind::vp_linear, {.beta_min = 3.0, .beta_max = 2.0}), "process.beta-max");
    EXPECT_EQ(key(ScheduleKind::vp_linear, {.beta_max = 5000.0}), "process.beta-max");
    EXPECT_EQ(key(ScheduleKind::vp_linear, {.beta_max = 1e300}), "process.beta-max");
    EXPECT_EQ(key(ScheduleKind::ve, {.sigma_min = 0.1}), "process.sigma-max");
    EXPECT_EQ(key(ScheduleKind::ve, {.sigma_max = 0.1}), "process.sigma-max");
    EXPECT_EQ(key(ScheduleKind::ve, {.sigma_min = 0.0, .sigma_max = 1.0}), "process.sigma-min");
    EXPECT_EQ(key(ScheduleKind::ve, {.sigma_min = 1.0, .sigma_max = 1.0}), "process.sigma-max");
    for (const ScheduleKind kind : {ScheduleKind::ou, ScheduleKind::ve, ScheduleKind::edm}) {
        EXPECT_EQ(key(kind, {.beta_min = 0.1}), "process.beta-min");
        EXPECT_EQ(key(kind, {.beta_max = 20.0}), "process.beta-max");
    }
    EXPECT_EQ(key(ScheduleKind::ou, {.sigma_min = 0.1}), "process.sigma-min");
    EXPECT_EQ(key(ScheduleKind::edm, {.sigma_max = 80.0}), "process.sigma-max");
}

TEST(Limits, SayTheValueWhatIsAllowedAndHowToMend) {
    const ConfigError error = refusal(ScheduleKind::flow_matching, {.t_max = 1.2});

    EXPECT_EQ(std::string(error.what()),
              "process.t-max = 1.2 makes alpha(t) = 1 - t negative.\n"
              "        Allowed: 0 < t-min < t-max < 1 for process.kind = flow-matching. "
              "Try --process.t-max=0.999, or process.kind = ou.");
    EXPECT_EQ(error.code(), ExitCode::configuration);
}

}  // namespace
}  // namespace kairos::dynamics
