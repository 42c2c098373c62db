// include/kairos/app/analysis_points.hpp: result files as points of a sweep, each with its realisations of the disorder.
//
// Files belong together when they differ only in what a sweep may vary (may_vary); otherwise they are refused. Of those,
// point_keys make a point: dimension, samples, separation, components and the observation times. At one point
//
//   different data.seed                      realisations of the disorder (where the law has any)
//   the same data.seed, another ensemble.seed   independent runs of one realisation, pooled
//   the same of both                         refused: the same run twice
//
// Points stand in the order of their series (separation, components), then of dimension, samples, times.
// Errors: InputError (3) naming file and key.
#pragma once
#include <string>
#include <vector>

#include "kairos/app/stored_result.hpp"
#include "kairos/phases/critical.hpp"

namespace kairos::app {

inline constexpr double normal_quantile = 1.959963984540054;  // 97.5 %

// What of one file an analysis works on.
struct AnalysedResult {
    StoredConfig stored;
    bool disorder = false;  // whether data.seed matters
    double classes = 0;     // 0: the law has none
    std::vector<double> times, log_snr;
    std::size_t draws = 1;  // of the disorder, in this one file
    // Mean decision times of the paths among them, under their names (class_last_change, ...).
    std::map<std::string, phases::CriticalTime> transitions;
    // Of each draw by itself; what is read off no curve is that of the file.
    std::map<std::string, std::vector<phases::CriticalTime>> realised;
    // Standard deviation of the decision times of the paths, with its error (time and standard_error of these).
    std::map<std::string, std::vector<phases::CriticalTime>> widths;
    // [draw][block] of the observables that data collapse looks at, at most 64 blocks a draw; none without batch moments.
    std::map<std::string, std::vector<std::vector<measure::MomentCurve>>> curves;
};

struct AnalysisPoint {
    Keys keys;  // of point_keys
    double dimension, samples, separation, components;
    std::vector<std::vector<std::size_t>> realisations;  // [data.seed] -> results
    std::size_t draws = 0;                               // of the disorder, those within files included
    [[nodiscard]] std::size_t files() const;
};

struct Analysis {
    std::vector<AnalysedResult> results;
    std::vector<AnalysisPoint> points;
    std::vector<std::string> varied;  // point_keys in which points differ
    std::vector<std::string> notes;   // what the reader should know
};

[[nodiscard]] std::span<const std::string> may_vary();
[[nodiscard]] std::span<const std::string> point_keys();

[[nodiscard]] Analysis read_analysis(const std::vector<std::string>& files);

}  // namespace kairos::app
