#include "dynamics/many_data.hpp"

#include <algorithm>
#include <cmath>

#include "dynamics/brute_force.hpp"

namespace kairos::test {

law::Law data_law(Index n, Index d, int classes, unsigned seed) {
    Normals normal(seed);
    law::Mixture mixture;
    Matrix points = normal.matrix(d, n);
    std::vector<std::int64_t> fine, coarse;
    const Matrix centres = 2.0 * Matrix(normal.matrix(d, std::max(classes, 1)));
    for (Index j = 0; j < n; ++j) {
        const auto c = static_cast<int>((7 * j + j / 5) % std::max(classes, 1));
        points.col(j) += centres.col(c);
        fine.push_back(c);
        coarse.push_back(c % 2);
    }
    mixture.means = points;
    mixture.weights = Vector::Constant(n, 1.0 / static_cast<double>(n));
    mixture.covariances = {isotropic(0.0)};
    if (classes > 0) {
        mixture.labels.levels = {law::level_from_labels(coarse), law::level_from_labels(fine)};
        mixture.labels.class_level = 1;
    }
    law::Law law;
    law.mixture = std::move(mixture);
    law.empirical = true;
    return law;
}

dynamics::States states_of(const law::Law& law, const dynamics::TimePoint& time, Index lanes, unsigned seed) {
    Normals normal(seed);
    dynamics::States states{TrajectoryId{5}, Rows(law.mixture.coordinates(), lanes), Lanes::Zero(lanes)};
    const Rows noise = normal.matrix(law.mixture.coordinates(), lanes);
    for (Index q = 0; q < lanes; ++q)
        states.x.col(q) = time.alpha * law.mixture.means.col((31 * q) % law.mixture.components()) +
                          std::sqrt(time.sigma2) * noise.col(q);
    return states;
}

}  // namespace kairos::test
