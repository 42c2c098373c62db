// src/app/analysis_laws.hpp: which points of a sweep are one law under several noise schedules.
#pragma once
#include "kairos/app/analysis_points.hpp"

namespace kairos::app {

// Analysis::schedules in the order of process.kind, and AnalysisPoint::schedule.
void name_schedules(Analysis& analysis);

// Analysis::laws in the order of the points, and AnalysisPoint::law: points that agree in every key of [data] and [guidance].
void number_laws(Analysis& analysis);

// Keys in which points differ; those of [process] and [time] that have one value for every schedule are said by its name.
[[nodiscard]] std::vector<std::string> varied_keys(const std::vector<AnalysisPoint>& points);

// Refuses (InputError) an interval of guidance under two schedules: equal times are not equal snr.
void require_same_guidance(const AnalysedResult& first, const AnalysedResult& other);

}  // namespace kairos::app
