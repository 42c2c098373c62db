// Critical times from synthetic batch curves: known functions of log snr plus Gaussian noise, so that bias
// and coverage of the intervals can be counted over many seeds.
#include "kairos/phases/critical.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "kairos/dynamics/time_grid.hpp"
#include "kairos/phases/theory.hpp"
#include "phases/laws.hpp"

namespace {

using namespace kairos;
using dynamics::Schedule;
using dynamics::ScheduleKind;
using measure::MomentCurve;
using measure::Moments;
using phases::CriticalTime;

constexpr int batches = 20;

double mean_of(const Moments& moments, std::size_t) { return moments.mean; }

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

// A curve on a grid, its true critical time, and the standard error of all batches together.
struct Experiment {
    std::vector<Time> times;
    std::vector<double> log_snr, values;
    double truth = 0, size = 0;
    bool correlated = false;

    template <class F>
    Experiment(int points, const F& curve, double truth_, double size_, bool correlated_)
        : times(dynamics::regular_grid(dynamics::GridKind::log_snr, ou(), points)),
          truth(truth_),
          size(size_),
          correlated(correlated_) {
        for (const Time t : times) {
            log_snr.push_back(ou().log_snr(t).value);
            values.push_back(curve(log_snr.back()));
        }
    }
    [[nodiscard]] std::vector<MomentCurve> draw(std::uint64_t seed) const {
        std::mt19937_64 engine(seed);
        std::vector<MomentCurve> all;
        for (int b = 0; b < batches; ++b) {
            const std::vector<double> extra = noise(log_snr, size * std::sqrt(batches), correlated, engine);
            MomentCurve batch(times.size());
            for (std::size_t i = 0; i < times.size(); ++i)
                batch[i].count = 50, batch[i].mean = values[i] + extra[i];
            all.push_back(batch);
        }
        return all;
    }
    [[nodiscard]] std::string label() const {
        return std::to_string(times.size()) + " points, noise " + std::to_string(size) +
               (correlated ? ", correlated" : ", independent");
    }
};

struct Tally {
    int covered = 0, found = 0;
    double shift = 0, shift2 = 0, error = 0;
};

constexpr int seeds = 200;

template <class Estimate>
void expect_honest(const Experiment& experiment, const Estimate& estimate) {
    const Schedule schedule = ou();
    Tally sum;
    for (std::uint64_t seed = 1000; seed < 1000 + seeds; ++seed) {
        const CriticalTime found = estimate(schedule, experiment.times, experiment.draw(seed));
        if (!std::isfinite(found.standard_error)) continue;
        const double shift = found.time - experiment.truth;
        sum.found += 1;
        sum.covered += found.ci95_low <= experiment.truth && experiment.truth <= found.ci95_high;
        sum.shift += shift / seeds, sum.shift2 += shift * shift / seeds,
            sum.error += found.standard_error / seeds;
    }
    EXPECT_EQ(sum.found, seeds) << experiment.label();
    EXPECT_GE(sum.covered, 0.88 * seeds) << experiment.label();
    EXPECT_LT(std::abs(sum.shift), 0.5 * sum.error) << experiment.label();
    EXPECT_LT(sum.error, 3.0 * std::sqrt(sum.shift2)) << experiment.label() << ": covers by sheer width";
    if (std::getenv("SHOW"))
        std::printf("%s: cover %d bias %.4g rms %.4g err %.4g\n", experiment.label().c_str(), sum.covered,
                    sum.shift, std::sqrt(sum.shift2), sum.error);
}

TEST(Crossing, IntervalsCoverTheTruthOnCoarseAndFineGrids) {
    const double truth = phases::exact_crossing(
        ou(), [](Time t) { return step_curve(ou().log_snr(t).value); }, 0.775);
    for (const bool correlated : {false, true}) {
        for (const int points : {20, 60, 200}) {
            for (const double size : {0.001, 0.004, 0.012}) {
                const Experiment experiment(points, step_curve, truth, size, correlated);
                expect_honest(experiment, [](const auto& s, const auto& t, const auto& c) {
                    return phases::crossing(s, t, c, mean_of, 0.775);
                });
            }
        }
    }
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
    for (const bool correlated : {false, true}) {
        for (const int points : {20, 60, 200}) {
            for (const double size : {0.001, 0.01, 0.03}) {
                const Experiment experiment(points, GetParam(), truth, size * height, correlated);
                expect_honest(experiment, [](const auto& s, const auto& t, const auto& c) {
                    return phases::peak(s, t, c, mean_of);
                });
            }
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Curves, PeakOf,
                         testing::Values(peak_curve, entropy_variance_curve, entropy_rate_curve));

}  // namespace
