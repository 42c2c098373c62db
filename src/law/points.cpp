#include "kairos/law/points.hpp"

#include <cstdint>
#include <limits>
#include <new>
#include <stdexcept>

namespace kairos::law {
namespace {

const double* aligned(const double* values) {
    if (reinterpret_cast<std::uintptr_t>(values) % Points::alignment != 0)
        throw std::invalid_argument("points must start at a multiple of 64 bytes");
    return values;
}

}  // namespace

Points::Points(std::shared_ptr<const void> owner, const double* values, Index rows, Index columns)
    : View(aligned(values), rows, columns), owner_(std::move(owner)) {}

std::shared_ptr<double[]> Points::aligned_memory(Index rows, Index columns) {
    constexpr Index most = std::numeric_limits<Index>::max() / static_cast<Index>(sizeof(double));
    if (rows > 0 && columns > most / rows) throw std::bad_array_new_length();
    const auto count = static_cast<std::size_t>(rows * columns);
    constexpr std::align_val_t start{alignment};
    return {new (start) double[count], [](double* memory) { ::operator delete[](memory, start); }};
}

// Placement new is Eigen's way to let a Map look elsewhere.
void Points::look_at(const double* values, Index rows, Index columns) {
    new (static_cast<View*>(this)) View(values, rows, columns);
}

}  // namespace kairos::law
