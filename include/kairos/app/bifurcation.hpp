// include/kairos/app/bifurcation.hpp: bifurcation.drift -> the diagrams it asks for, traced, told and written.
//
// A diagram belongs to the law and the process alone, so every rank traces the same one and rank 0 writes it: the same bits on any number
// of ranks. Layout: docs/result_file.md. Errors: ConfigError (2) for a law that is too large to trace.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "kairos/app/setup.hpp"
#include "kairos/io/result_file.hpp"
#include "kairos/phases/bifurcation.hpp"

namespace kairos::app {

using Diagrams = std::vector<std::pair<phases::Drift, phases::Bifurcations>>;

// The drifts that bifurcation.drift names; none: no drift.
[[nodiscard]] std::vector<phases::Drift> drifts_of(const Config& config);

// Throws unless the fixed points of this law can be traced, or none are asked for.
void require_traceable(const Config& config, const law::Law& law);

// Between steps `check` is called, and may throw.
[[nodiscard]] Diagrams trace_bifurcations(const Setup& setup, const std::function<void()>& check);

// What a run would trace: one line, empty where nothing is asked for.
[[nodiscard]] std::string bifurcation_plan(const Setup& setup);
// Events as text for people, one line each.
[[nodiscard]] std::string bifurcation_table(const Diagrams& diagrams);

void write_bifurcation(io::ResultFile& file, const Diagrams& diagrams);

}  // namespace kairos::app
