// include/kairos/app/target.hpp: an ensemble that grows until the standard error of an observable is small enough (ensemble.target).
//
//   batches B_1 = 32,  B_{k+1} = min(2 B_k, ceil(B_k r^2)),  r = largest standard error over times and components / error asked for
//
// until r <= 1, or all batches of ensemble.trajectories are done. Of a result that is extended B_1 is all that it has, if that is more.
// Errors shrink like 1/sqrt(B), so few rounds are needed. Rounds depend on the moments of whole rounds alone: ranks, schedules and
// interruptions do not show in where an ensemble ends. Errors that are not numbers (an observable that is not defined at a time) do not
// count.
#pragma once
#include <cstdint>
#include <vector>

#include "kairos/measure/column_plan.hpp"
#include "kairos/parallel/communicator.hpp"
#include "kairos/parallel/transpose.hpp"

namespace kairos::app {

class Target {
public:
    // column: of the observable, in `times` times.
    Target(const measure::Column& column, std::size_t times, double error, std::uint64_t most)
        : column_(column), times_(times), error_(error), most_(most) {}

    // Batches to have next, of 0 .. have - 1 that are finished; `have` itself: enough. Collective; rows: of this rank.
    [[nodiscard]] std::uint64_t next(std::uint64_t have, const std::vector<parallel::BatchRow>& rows,
                                     const parallel::Communicator& communicator) const;

private:
    [[nodiscard]] double largest_error(std::uint64_t have, const std::vector<parallel::BatchRow>& rows,
                                       const parallel::Communicator& communicator) const;

    measure::Column column_;
    std::size_t times_;
    double error_;
    std::uint64_t most_;
};

}  // namespace kairos::app
