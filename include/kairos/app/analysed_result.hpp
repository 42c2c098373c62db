// include/kairos/app/analysed_result.hpp: what of one result file an analysis works on: transitions and decisions, in time and in log snr.
//
// In log snr: a transition of time t and error e lies at log snr(t), with error e |d log snr/dt| = e g^2/sigma^2. Times are read off curves over
// log snr, with jackknife errors over log snr that were carried to t by the same factor, so that this gives the errors of the fit themselves.
// Decisions are counted at observation times: their mean and width in log snr are those of the counts at the log snr of these times, and
// so is that of collapse_nearest, a mean of the same kind.
//
// Errors: InputError (3) naming file and dataset. Source: docs/theory.md, "Comparing schedules".
#pragma once
#include <array>
#include <map>
#include <string>
#include <vector>

#include "kairos/app/stored_result.hpp"
#include "kairos/phases/critical.hpp"

namespace kairos::app {

inline constexpr double normal_quantile = 1.959963984540054;  // 97.5 %

// On which axis a transition is placed.
enum class TransitionAxis { time, log_snr };

// Everything is read off on either axis; the field time of a CriticalTime is a place on it.
struct Readings {
    // Mean decision times of the paths among them, under their names (class_last_change, ...).
    std::map<std::string, phases::CriticalTime> transitions;
    // Of each draw by itself; what is read off no curve is that of the file.
    std::map<std::string, std::vector<phases::CriticalTime>> realised;
    // Standard deviation of the decision times of the paths, with its error (time and standard_error of these).
    std::map<std::string, std::vector<phases::CriticalTime>> widths;
};

struct AnalysedResult {
    StoredConfig stored;
    dynamics::ScheduleKind kind = dynamics::ScheduleKind::ou;
    bool disorder = false;  // whether data.seed matters
    bool exact =
        true;  // whether its states are those of p_t: no steps of an integrator, no start from the prior, no guidance
    double classes = 0;  // 0: the law has none
    double samples = 0;  // data; 0: a population
    std::vector<double> times, log_snr;
    std::size_t draws = 1;  // of the disorder, in this one file
    std::array<Readings, 2> readings;
    // [draw][block] of the observables that data collapse looks at, at most 64 blocks a draw; none without batch moments.
    std::map<std::string, std::vector<std::vector<measure::MomentCurve>>> curves;

    [[nodiscard]] const Readings& on(TransitionAxis axis) const {
        return readings[static_cast<std::size_t>(axis)];
    }
    [[nodiscard]] const std::string& key(const std::string& name) const;  // empty if absent
};

// The same place on the axis of log snr; NaN where there is none.
[[nodiscard]] phases::CriticalTime in_log_snr(const dynamics::Schedule& schedule,
                                              const phases::CriticalTime& found);

[[nodiscard]] AnalysedResult read_analysed_result(const std::string& file);

}  // namespace kairos::app
