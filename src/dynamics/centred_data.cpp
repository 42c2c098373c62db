#include "centred_data.hpp"

#include <algorithm>

namespace kairos::dynamics {
namespace {

constexpr Index most_of_centre = 1024;
constexpr double far = 64.0;

Index seen(const law::Points& points) { return std::min(points.cols(), most_of_centre); }

Vector middle_of(const law::Points& points) {
    const Index n = points.cols(), count = seen(points);
    Vector sum = Vector::Zero(points.rows());
    for (Index i = 0; i < count; ++i) sum += points.col(i * n / count);
    return sum / static_cast<double>(std::max<Index>(count, 1));
}

// Mean square distance from c of those that the centre is made of, their own variances included.
double width2(const law::Mixture& mixture, const Vector& centre) {
    const Index n = mixture.components(), count = seen(mixture.means);
    double sum = 0.0;
    for (Index i = 0; i < count; ++i) {
        const Index k = i * n / count;
        sum += (mixture.means.col(k) - centre).squaredNorm() + law::covariance_trace(mixture, k);
    }
    return sum / static_cast<double>(std::max<Index>(count, 1));
}

}  // namespace

CentredData::CentredData(const law::Points& data) : CentredData(data, middle_of(data)) {}

Vector distant_centre(const law::Mixture& mixture) {
    Vector centre = middle_of(mixture.means);
    if (!(centre.squaredNorm() > far * far * width2(mixture, centre))) centre.resize(0);
    return centre;
}

void move_states(const States& states, double alpha, const Vector& centre, States& out) {
    out.first = states.first;
    out.x = states.x.colwise() - alpha * centre;
    out.radius2 = states.radius2;
}

}  // namespace kairos::dynamics
