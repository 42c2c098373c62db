// src/app/resume_result.hpp: a complete result as the beginning of a larger ensemble.
#pragma once
#include "kairos/app/resume.hpp"

namespace kairos::app {

// Leaves the beginning as it is where output.file holds something else.
void take_result(const Setup& setup, const measure::ColumnPlan& plan,
                 const parallel::Communicator& communicator, Beginning& beginning);

}  // namespace kairos::app
