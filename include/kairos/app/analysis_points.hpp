// include/kairos/app/analysis_points.hpp: result files as points of a sweep, each with its realisations of the disorder.
//
// Files belong together when they differ only in what a sweep may vary (may_vary); otherwise they are refused. Of those, point_keys make a
// point: dimension, samples, separation, components, the weight of guidance, the noise schedule and the observation times. At one point
//
//   different data.seed                      realisations of the disorder (where the law has any)
//   the same data.seed, another ensemble.seed   independent runs of one realisation, pooled
//   the same of both                         refused: the same run twice
//
// Points of one law differ in the schedule and what hangs on it (process.*, time.*) alone: at equal snr they say the same.
// Points stand in the order of their series (separation, components, weight of guidance, schedule), then of dimension, samples, times.
// Errors: InputError (3) naming file and key. Source of the comparison: docs/theory.md, "Comparing schedules".
#pragma once
#include <string>
#include <vector>

#include "kairos/app/analysed_result.hpp"

namespace kairos::app {

struct AnalysisPoint {
    Keys keys;  // of point_keys
    double dimension, samples, separation, components;
    double guidance = 0;                                 // its weight
    std::size_t schedule = 0, law = 0;                   // numbers of these in the analysis
    std::vector<std::vector<std::size_t>> realisations;  // [data.seed] -> results
    std::size_t draws = 0;                               // of the disorder, those within files included
    [[nodiscard]] std::size_t files() const;
};

struct Analysis {
    std::vector<AnalysedResult> results;
    std::vector<AnalysisPoint> points;
    std::vector<std::string> schedules;          // "edm"; with the parameters in which two of one kind differ
    std::vector<std::vector<std::size_t>> laws;  // the points of each
    std::vector<std::string>
        varied;                      // point_keys in which points differ; not those that the schedule settles
    std::vector<std::string> notes;  // what the reader should know
};

[[nodiscard]] std::span<const std::string> may_vary();
[[nodiscard]] std::span<const std::string> point_keys();

// The first result at a point.
[[nodiscard]] const AnalysedResult& first_result(const Analysis& analysis, const AnalysisPoint& point);

[[nodiscard]] Analysis read_analysis(const std::vector<std::string>& files);

}  // namespace kairos::app
