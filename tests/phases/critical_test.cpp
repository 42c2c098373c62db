// Critical times from synthetic batch curves: known functions of log snr plus Gaussian noise, so that bias and coverage of the
// intervals can be counted over many seeds.
#include "kairos/phases/critical.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "kairos/dynamics/time_grid.hpp"
#include "kairos/phases/theory.hpp"
#include "phases/laws.hpp"
#include "support/samples.hpp"

namespace {

using namespace kairos;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using measure::BatchedCurve;
using measure::MomentCurve;
using measure::Moments;
using phases::CriticalTime, phases::mean_of;

constexpr int batches = 20;

// A crossover as class_collision has it, steeper on one side, through 0.775 at log snr = -6.9...
double step_curve(double x) {
    return 0.5 + 0.5 / (1.0 + std::exp(-0.8 * (x + 7.4))) + 0.01 * std::tanh(x + 6.0);
}
// An asymmetric peak of width 4
double peak_curve(double x) {
    const double u = (x + 6.3) / 1.7;
    return std::exp(-0.5 * u * u + 0.12 * u * u * u / (1.0 + 0.3 * u * u));
}

Schedule ou() { return {ScheduleKind::ou, {.t_min = 0.05, .t_max = 9.0}}; }

// Noise of one batch: white, or correlated over 3 units of log snr as along paths.
std::vector<double> noise(const std::vector<double>& x, double size, bool correlated,
                          std::mt19937_64& engine) {
    std::normal_distribution<double> normal;
    std::vector<double> out;
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double memory = correlated && i > 0 ? std::exp(-std::abs(x[i] - x[i - 1]) / 3.0) : 0.0;
        const double previous = i > 0 ? out.back() : 0.0;
        out.push_back(memory * previous + std::sqrt(1.0 - memory * memory) * size * normal(engine));
    }
    return out;
}

using Estimate = std::function<CriticalTime(const std::vector<Time>&, const BatchedCurve&)>;

// A curve on a grid, its true critical time, and the standard error of all batches together.
struct Experiment {
    std::vector<Time> times;
    std::vector<double> log_snr, values;
    double truth = 0, size = 0;
    bool correlated = false;

    Experiment(int points, const std::function<double(double)>& curve, double truth_, double size_,
               bool correlated_)
        : times(dynamics::regular_grid(dynamics::GridKind::log_snr, ou(), points)),
          truth(truth_),
          size(size_),
          correlated(correlated_) {
        for (const Time t : times) {
            log_snr.push_back(ou().log_snr(t).value);
            values.push_back(curve(log_snr.back()));
        }
    }
    [[nodiscard]] std::vector<MomentCurve> draw(std::uint64_t seed, double noise_size) const {
        std::mt19937_64 engine(seed);
        std::vector<MomentCurve> all;
        for (int b = 0; b < batches; ++b) {
            const std::vector<double> extra =
                noise(log_snr, noise_size * std::sqrt(batches), correlated, engine);
            MomentCurve batch(times.size());
            for (std::size_t i = 0; i < times.size(); ++i)
                batch[i].count = 50, batch[i].mean = values[i] + extra[i];
            all.push_back(batch);
        }
        return all;
    }
    // What the estimate misses for want of points alone.
    [[nodiscard]] double miss(const Estimate& estimate) const {
        return std::abs(estimate(times, draw(0, 1e-9 * size)).time - truth);
    }
    // Whether at most three points of a peak exceed half of its height.
    [[nodiscard]] bool coarse() const {
        const double half = 0.5 * *std::max_element(values.begin(), values.end());
        return std::count_if(values.begin(), values.end(), [&](double v) { return v > half; }) < 4;
    }
    [[nodiscard]] double spacing() const {
        const auto above = std::upper_bound(times.begin(), times.end(), Time{truth});
        return above->value - (above - 1)->value;
    }
    [[nodiscard]] std::string label() const {
        return std::to_string(times.size()) + " points, noise " + std::to_string(size) +
               (correlated ? ", correlated" : ", independent");
    }
};

// Sums over seeds of shift = estimate - truth and of the stated error.
struct Tally {
    int covered = 0, found = 0;
    double shift = 0, shift2 = 0, error = 0;
    void add(const CriticalTime& estimate, double truth) {
        const double d = estimate.time - truth;
        covered += estimate.ci95_low <= truth && truth <= estimate.ci95_high;
        found += 1, shift += d, shift2 += d * d, error += estimate.standard_error;
    }
};

const int seeds = test::sample_divisor == 1 ? 200 : 20;
// Four standard deviations of a binomial below 95 %.
const double least_coverage = 0.95 - 4.0 * std::sqrt(0.95 * 0.05 / seeds);

void expect_honest(const Experiment& experiment, const Estimate& estimate) {
    Tally sum;
    for (std::uint64_t seed = 1000; seed < static_cast<std::uint64_t>(1000 + seeds); ++seed) {
        const CriticalTime found = estimate(experiment.times, experiment.draw(seed, experiment.size));
        if (std::isfinite(found.standard_error)) sum.add(found, experiment.truth);
    }
    ASSERT_EQ(sum.found, seeds) << experiment.label();
    EXPECT_GE(sum.covered, least_coverage * seeds) << experiment.label();
    const double shift = std::abs(sum.shift) / seeds, error = sum.error / seeds,
                 rms = std::sqrt(sum.shift2 / seeds);
    if (experiment.coarse()) {
        // Three points or fewer across a peak: an interval as wide as their distance at the most.
        EXPECT_LT(error, 0.25 * experiment.spacing()) << experiment.label();
    } else if (experiment.miss(estimate) < 0.5 * std::sqrt(rms * rms - shift * shift)) {
        // the mean of a few seeds is itself uncertain by more than this
        if (test::sample_divisor == 1) {
            EXPECT_LT(shift, 0.5 * error) << experiment.label();
        }
        EXPECT_LT(error, 3.0 * rms) << experiment.label() << ": covers by sheer width";
    } else {
        // The grid misses more than noise scatters. What an interpolation misses is the same for every seed, so that the interval
        // covers always or never, and nothing but an unknown curve tells how large it is: its error may exceed it, but a peak seen at
        // five points must still be placed to a small share of their distance.
        EXPECT_LT(error, 0.06 * experiment.spacing()) << experiment.label();
    }
}

void expect_honest(const std::function<double(double)>& curve, double truth, const std::vector<int>& grids,
                   const std::vector<double>& sizes, const Estimate& estimate) {
    for (const bool correlated : {false, true})
        for (const int points : grids)
            for (const double size : sizes)
                expect_honest(Experiment(points, curve, truth, size, correlated), estimate);
}

CriticalTime crossing_at(const std::vector<Time>& times, const BatchedCurve& drawn) {
    return phases::crossing(ou(), times, drawn, mean_of, 0.775);
}
CriticalTime peak_of(const std::vector<Time>& times, const BatchedCurve& drawn) {
    return phases::peak(ou(), times, drawn, mean_of);
}

TEST(Crossing, IntervalsCoverTheTruthOnCoarseAndFineGrids) {
    const double truth = phases::exact_crossing(
        ou(), [](Time t) { return step_curve(ou().log_snr(t).value); }, 0.775);
    expect_honest(step_curve, truth, {12, 20, 60, 200}, {0.001, 0.004, 0.012}, crossing_at);
}

// 95 % of Student's t with one degree of freedom less than there are batches: 2.09302 for 20. Errors so small that time is linear in log snr.
TEST(Crossing, IntervalsReachTheQuantileOfTheBatches) {
    const Experiment experiment(200, step_curve, 0.0, 1e-6, false);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const CriticalTime found = crossing_at(experiment.times, experiment.draw(seed, experiment.size));
        EXPECT_NEAR((found.ci95_high - found.ci95_low) / (2.0 * found.standard_error), 2.09302, 1e-4);
        EXPECT_NEAR((found.ci95_high + found.ci95_low) / 2.0, found.time, 1e-3 * found.standard_error);
    }
}

// The collision probability of two clusters in 1024 dimensions
double collision_curve(double x) {
    static const auto theory = phases::class_theory(test::two_clusters(1024.0, 1.0, 1024.0));
    return theory(ou().at(ou().time_of(LogSnr{x}))).collision;
}

TEST(Crossing, IntervalsCoverTheTimeOfSpeciation) {
    const double truth = phases::exact_crossing(
        ou(), [](Time t) { return collision_curve(ou().log_snr(t).value); }, 0.775);
    expect_honest(collision_curve, truth, {12, 20, 60}, {0.0005, 0.002, 0.008}, crossing_at);
}

double truth_of(const std::function<double(double)>& curve) {
    return phases::exact_peak(ou(), [&](Time t) { return curve(ou().log_snr(t).value); });
}

// Those of two clusters in 1024 dimensions, as functions of log snr
double entropy_variance_curve(double x) {
    static const auto theory = phases::class_theory(test::two_clusters(1024.0, 1.0, 1024.0));
    return 10.0 * theory(ou().at(ou().time_of(LogSnr{x}))).entropy_variance;
}
double entropy_rate_curve(double x) {
    static const auto theory = phases::class_theory(test::two_clusters(1024.0, 1.0, 1024.0));
    const auto at = ou().at(ou().time_of(LogSnr{x}));
    return 10.0 * theory(at).entropy_rate * at.sigma2 / at.diffusion2;
}

class PeakOf : public testing::TestWithParam<double (*)(double)> {};

TEST_P(PeakOf, IntervalsCoverTheTruthOnCoarseAndFineGrids) {
    const double truth = truth_of(GetParam()), height = GetParam()(ou().log_snr(Time{truth}).value);
    expect_honest(GetParam(), truth, {8, 10, 12, 14, 16, 20, 60, 200},
                  {0.001 * height, 0.01 * height, 0.03 * height}, peak_of);
}

INSTANTIATE_TEST_SUITE_P(Curves, PeakOf,
                         testing::Values(peak_curve, entropy_variance_curve, entropy_rate_curve));

// The excess entropy of 20000 data in 256 dimensions, as their population has it.
double excess_entropy_curve(double x) {
    return std::max(0.0, 1.0 - 128.0 / std::log(20000.0) * std::log1p(std::exp(x)));
}
CriticalTime zero_of(const std::vector<Time>& times, const BatchedCurve& drawn) {
    return phases::extrapolated_zero(ou(), times, drawn, mean_of, {1.0, true});
}

TEST(ExtrapolatedZero, IntervalsCoverTheTimeOfCollapse) {
    const double truth = ou().time_of(LogSnr{std::log(std::expm1(std::log(20000.0) / 128.0))}).value;
    expect_honest(excess_entropy_curve, truth, {20, 60, 200}, {0.001, 0.004, 0.012}, zero_of);
}

// A variance that is only guessed, ten times too small or too large: the rival fit knows of it.
TEST(ExtrapolatedZero, OfAGuessedVarianceCoversTheTimeOfCollapse) {
    const double rate = 0.25;  // log(n)/d: snr there is 0.65, where the variance matters
    const double truth = ou().time_of(LogSnr{std::log(std::expm1(2.0 * rate))}).value;
    const auto curve = [&](double x) { return std::max(0.0, 1.0 - 0.5 / rate * std::log1p(std::exp(x))); };
    const Experiment experiment(80, curve, truth, 0.002, false);
    for (const double variance : {0.1, 10.0}) {
        const CriticalTime found = phases::extrapolated_zero(
            ou(), experiment.times, experiment.draw(1, experiment.size), mean_of, {variance, false});
        EXPECT_LT(found.ci95_low, truth) << variance;
        EXPECT_GT(found.ci95_high, truth) << variance;
        EXPECT_LT(found.standard_error, 0.2 * truth) << variance;
    }
}

void expect_nothing(const CriticalTime& found) {
    for (const double value :
         {found.time, found.standard_error, found.ci95_low, found.ci95_high, found.theory})
        EXPECT_TRUE(std::isnan(value)) << value;
}

TEST(CriticalTimes, AreAbsentWhereACurveHasNone) {
    const Experiment rising(
        40, [](double x) { return 2.0 + 0.1 * x; }, 5.0, 1e-6, false);
    const Experiment low(
        40, [](double x) { return 0.5 * peak_curve(x); }, 5.0, 1e-6, false);
    expect_nothing(crossing_at(low.times, low.draw(1, 1e-6)));
    expect_nothing(peak_of(rising.times, rising.draw(1, 1e-6)));
    expect_nothing(zero_of(rising.times, rising.draw(1, 1e-6)));
    const Experiment nowhere(
        40, [](double) { return 0.0; }, 5.0, 0.0, false);
    expect_nothing(peak_of(nowhere.times, nowhere.draw(1, 0.0)));
}

// One batch tells a time and no error.
TEST(CriticalTimes, OfOneBatchHaveNoError) {
    const Experiment experiment(60, peak_curve, truth_of(peak_curve), 1e-6, false);
    std::vector<MomentCurve> batch = experiment.draw(1, 1e-6);
    batch.resize(1);
    const CriticalTime found = peak_of(experiment.times, batch);
    EXPECT_NEAR(found.time, experiment.truth, 0.01);
    EXPECT_TRUE(std::isnan(found.standard_error) && std::isnan(found.ci95_low) &&
                std::isnan(found.ci95_high));
}

// Equal batches leave no statistical error: what remains is what the fits differ by.
TEST(CriticalTimes, ErrorsShrinkWithTheGrid) {
    double before = 1.0;
    for (const int points : {20, 40, 80, 160}) {
        const Experiment experiment(points, entropy_rate_curve, truth_of(entropy_rate_curve), 0.0, false);
        const CriticalTime found = peak_of(experiment.times, experiment.draw(1, 0.0));
        EXPECT_LT(found.standard_error, 0.2 * before) << points;
        EXPECT_NEAR(found.time, experiment.truth, 1.96 * found.standard_error + 1e-9) << points;
        before = found.standard_error;
    }
}

}  // namespace
