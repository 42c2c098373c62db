// src/measure/surprisal.hpp: the surprisal of the datum that a state was made from, for a law of data.
//
//   i_j = -log w_j(x) = (|x - alpha y_j|^2 - |x - alpha y_top|^2)/(2 sigma^2) - log w_top
//
// The difference of squares is alpha (y_top - y_j).(2 x - alpha (y_top + y_j)): it vanishes exactly for j = top, so that the surprisal of a datum
// of weight near 1 keeps its digits. Forward and marginal ensembles only. Units: nats. Source: docs/theory.md, "Entropies".
#pragma once
#include "kairos/measure/observables.hpp"

namespace kairos::measure {

[[nodiscard]] double datum_surprisal(const Sight& sight, Index lane);

}  // namespace kairos::measure
