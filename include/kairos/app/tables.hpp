// include/kairos/app/tables.hpp: transitions, decisions and identities of one result as text for people.
//
// The same tables end the summary of `run` and are the output of `analyze`; numbers stand beside their errors.
#pragma once
#include <string>
#include <vector>

#include "kairos/measure/decisions.hpp"
#include "kairos/phases/critical.hpp"

namespace kairos::app {

struct TransitionRow {
    std::string name;
    phases::CriticalTime found;
};
struct DecisionRow {
    std::string name;
    measure::Distribution found;
};
struct IdentityRow {
    std::string name;
    double worst_z, at_time;  // largest |z| over times (and classes), and where
};

// Where theory has a time and the curve shows none, the table ends with how to find it.
[[nodiscard]] std::string transition_table(const std::vector<TransitionRow>& rows);
[[nodiscard]] std::string decision_table(const std::vector<DecisionRow>& rows);
[[nodiscard]] std::string identity_table_text(const std::vector<IdentityRow>& rows);
// One line for every identity whose z is alarming; empty if there is none.
[[nodiscard]] std::string identity_warnings(const std::vector<IdentityRow>& rows);

// The row of an identity whose z is [T * components] on these times; NaN where it was tested at none (z are NaN, or 0 where it holds trivially).
[[nodiscard]] IdentityRow worst_of(const std::string& name, const std::vector<double>& z,
                                   const std::vector<double>& times);

}  // namespace kairos::app
