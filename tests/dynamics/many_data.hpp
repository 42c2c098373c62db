// tests/dynamics/many_data.hpp: empirical laws of made-up points, and states near them.
#pragma once
#include "kairos/dynamics/schedule.hpp"
#include "kairos/dynamics/states.hpp"
#include "kairos/law/law.hpp"

namespace kairos::test {

// n data in d coordinates around `classes` far centres; labels of two levels where there are classes.
[[nodiscard]] law::Law data_law(Index n, Index d, int classes, unsigned seed);

// States near some of the data, at one time.
[[nodiscard]] dynamics::States states_of(const law::Law& law, const dynamics::TimePoint& time, Index lanes,
                                         unsigned seed);

}  // namespace kairos::test
