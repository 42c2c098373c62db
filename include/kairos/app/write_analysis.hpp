// include/kairos/app/write_analysis.hpp: an analysis -> SUMMARY.h5 (docs/result_file.md, "The summary of an analysis"), whole or not at all.
//
// For one process. Errors: OutputError (exit code 4); the file of that name, if any, is then as it was.
#pragma once
#include <string>

#include "kairos/app/analysis_text.hpp"

namespace kairos::app {

void write_analysis(const AnalysisFindings& findings, const std::string& path,
                    const std::string& command_line);

}  // namespace kairos::app
