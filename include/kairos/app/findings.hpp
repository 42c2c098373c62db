// include/kairos/app/findings.hpp: what is read off the moments of a run: theory beside them, identities, transitions.
//
// With several realisations of the disorder, transitions of the whole ensemble and of each realisation by itself; what depends on
// the draw without being read off a curve (the spectral time of random means) is absent then. Under guidance there are no identities and
// no theory: both are of the states of p_t.
//
// Units: nats for entropies, times of the forward process for transitions. Collective: every rank gets the same findings.
// Source: docs/theory.md, "Speciation", "Identities".
#pragma once
#include <map>
#include <string>
#include <vector>

#include "kairos/app/run_loop.hpp"
#include "kairos/app/setup.hpp"
#include "kairos/phases/critical.hpp"
#include "kairos/phases/symmetry.hpp"

namespace kairos::app {

struct IdentityCurve {
    std::string name, definition;
    Index components = 1;                                    // columns per time
    std::vector<double> value, standard_error, expected, z;  // [T * components]
};

struct Findings {
    std::map<std::string, std::vector<double>> theory;
    std::vector<IdentityCurve> identities;
    std::map<std::string, phases::SymmetryCurve> symmetry;
    std::map<std::string, phases::CriticalTime> transitions;
    // name -> [realisation], of those read off curves; empty for a single realisation
    std::map<std::string, std::vector<phases::CriticalTime>> realisation_transitions;
};

[[nodiscard]] Findings find(const Setup& setup, const measure::ColumnPlan& plan, const Measured& measured,
                            const parallel::Communicator& communicator);

// z-scores beyond this are reported: one in 150,000 by chance.
inline constexpr double alarming_z = 4.5;

}  // namespace kairos::app
