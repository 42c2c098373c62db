#include "kairos/io/shared_points.hpp"

#include "kairos/parallel/node_shared.hpp"

namespace kairos::io {

law::Points shared_points(const parallel::Communicator& communicator, Index rows, Index columns,
                          const FillColumns& fill, const std::string& folder) {
    const auto memory = std::make_shared<const parallel::NodeShared>(
        communicator, static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns), folder);
    double* const values = memory->values().data();
    const auto mine = memory->slice(static_cast<std::size_t>(columns));
    const auto first = static_cast<Index>(mine.first), last = static_cast<Index>(mine.last);
    fill(first, Eigen::Map<Matrix>(values + first * rows, rows, last - first));
    memory->publish();
    return {memory, values, rows, columns};
}

}  // namespace kairos::io
