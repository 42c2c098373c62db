// include/kairos/law/points.hpp: a fixed set of points, one column each, in memory that copies share.
//
//   points.col(j) = y_j,   j = 0 .. n - 1
//
// Reads like any constant Eigen matrix (it is a Map). The numbers never change once the points exist, so that
// copies of a law share them: a dataset is held once, by this process or by all processes of a node. Other
// points are assigned, never written. Whoever holds a copy keeps the memory; the last one releases it by its
// owner's deleter.
//
// Shapes: d x n, column-major: a point is contiguous and the first starts at a multiple of 64 bytes, whatever
// the processor, so that sums over aligned packets have the same bits everywhere. Units: data.
// Errors: std::invalid_argument for memory that is not aligned; std::bad_alloc.
#pragma once
#include <cstddef>
#include <memory>
#include <utility>

#include "kairos/base/array.hpp"

namespace kairos::law {

class Points : public Eigen::Map<const Matrix, Eigen::Aligned64> {
public:
    using View = Eigen::Map<const Matrix, Eigen::Aligned64>;
    static constexpr std::size_t alignment = 64;

    Points() : View(nullptr, 0, 0) {}
    // Memory of somebody else, alive as long as `owner` is.
    Points(std::shared_ptr<const void> owner, const double* values, Index rows, Index columns);
    // The values of any matrix or expression.
    template <class Derived>
    Points(const Eigen::DenseBase<Derived>& values)  // NOLINT(google-explicit-constructor): as a Matrix
        : Points(made(values.rows(), values.cols(),
                      [&](Eigen::Map<Matrix, Eigen::Aligned64> columns) { columns = values.derived(); })) {}
    Points(const Points& other) = default;
    ~Points() = default;
    Points& operator=(const Points& other) {
        if (this != &other) {
            owner_ = other.owner_;
            look_at(other.data(), other.rows(), other.cols());
        }
        return *this;
    }

    // Points that `fill` writes in place: fill(Eigen::Map<Matrix, Eigen::Aligned64>).
    template <class Fill>
    [[nodiscard]] static Points made(Index rows, Index columns, Fill&& fill) {
        const std::shared_ptr<double[]> memory = aligned_memory(rows, columns);
        std::forward<Fill>(fill)(Eigen::Map<Matrix, Eigen::Aligned64>(memory.get(), rows, columns));
        return {memory, memory.get(), rows, columns};
    }

private:
    [[nodiscard]] static std::shared_ptr<double[]> aligned_memory(Index rows, Index columns);
    void look_at(const double* values, Index rows, Index columns);

    std::shared_ptr<const void> owner_;
};

}  // namespace kairos::law
