// src/app/write_crossings.hpp: where curves of neighbouring dimensions cross, in the summary of an analysis.
//
//   /crossings/OBSERVABLE/VARIABLE/{place,height,inverse_dimension,smaller,larger,series_of}   [crossing]
//   /crossings/OBSERVABLE/VARIABLE/{limit,slope}                                               [series]
#pragma once
#include "kairos/app/analysis_text.hpp"
#include "kairos/io/result_file.hpp"

namespace kairos::app {

void write_crossings(io::ResultFile& file, const AnalysisFindings& findings);

}  // namespace kairos::app
