// include/kairos/app/observation_times.hpp: the times of a run, an entropic grid's pilot ensemble included.
//
// entropic: equal decrements of H(y|x_t) (time.entropy = data) or of H(c|x_t) (class); from theory where it is closed, else from a pilot:
// a marginal ensemble on a fine log-snr grid with streams of its own, run by all ranks together, the same on any number of them.
// Units: times of the forward process. Collective. Errors: ConfigError (time.*).
// Source: Stancevic et al., arXiv 2504.13612.
#pragma once
#include <vector>

#include "kairos/app/config.hpp"
#include "kairos/law/law.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::app {

[[nodiscard]] std::vector<Time> observation_times(const Config& config, const law::Law& law,
                                                  const dynamics::Schedule& schedule,
                                                  const parallel::Communicator& communicator);

}  // namespace kairos::app
