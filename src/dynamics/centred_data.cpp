#include "centred_data.hpp"

#include <algorithm>

namespace kairos::dynamics {
namespace {

constexpr Index most_of_centre = 1024;

Vector middle_of(const law::Points& points) {
    const Index n = points.cols(), count = std::min(n, most_of_centre);
    Vector sum = Vector::Zero(points.rows());
    for (Index i = 0; i < count; ++i) sum += points.col(i * n / count);
    return sum / static_cast<double>(std::max<Index>(count, 1));
}

}  // namespace

CentredData::CentredData(const law::Points& data) : CentredData(data, middle_of(data)) {}

}  // namespace kairos::dynamics
