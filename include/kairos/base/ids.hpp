// include/kairos/base/ids.hpp: numbers that must not be mistaken for one another.
//
//   trajectory  an independent draw of the ensemble, numbered from 0, whatever rank integrates it
//   batch       a numbered run of consecutive trajectories: the unit of work, randomness, statistics and restart
//   step        one integrator step of a trajectory, numbered from its start
//   Time        t of the forward process: grows from data (t_min) to noise (t_max); units of the process
//   LogSnr      log(alpha^2/sigma^2), dimensionless; strictly decreasing in t
#pragma once
#include <compare>
#include <cstdint>
#include <type_traits>

namespace kairos {

enum class BatchId : std::uint64_t {};
enum class TrajectoryId : std::uint64_t {};
enum class StepId : std::uint32_t {};

template <class Id>
[[nodiscard]] constexpr auto number(Id id) {
    return static_cast<std::underlying_type_t<Id>>(id);
}

// The id `count` places further on.
[[nodiscard]] constexpr TrajectoryId operator+(TrajectoryId first, std::uint64_t count) {
    return TrajectoryId{number(first) + count};
}

// NOLINT below: clang-tidy takes the 0 that a comparison is rewritten with for a pointer.
struct Time {
    double value = 0.0;
    auto operator<=>(const Time&) const = default;  // NOLINT(modernize-use-nullptr)
};

struct LogSnr {
    double value = 0.0;
    auto operator<=>(const LogSnr&) const = default;  // NOLINT(modernize-use-nullptr)
};

}  // namespace kairos
