#include "kairos/law/empirical.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "kairos/random/noise.hpp"

namespace kairos::law {
namespace {

// Data are drawn in whole blocks, whose size follows from d alone: the same arithmetic for datum j whatever
// else is drawn.
Index block_of(Index coordinates) {
    return std::clamp<Index>((Index{1} << 22) / std::max<Index>(coordinates, 1), 1, 256);
}

// xi <- S^{1/2} xi, one column a draw
void apply_root(const Covariance& covariance, Matrix& xi) {
    const double s = std::sqrt(covariance.isotropic);
    if (covariance.diagonal.size() > 0) {
        const Vector root = (covariance.diagonal.array() + covariance.isotropic).max(0.0).sqrt();
        xi = Matrix(root.asDiagonal() * xi);
    } else if (covariance.excess.size() > 0) {
        const Vector root = (covariance.excess.array() + covariance.isotropic).max(0.0).sqrt() - s;
        const Matrix along = root.asDiagonal() * (covariance.directions.transpose() * xi);
        xi *= s;
        xi.noalias() += covariance.directions * along;
    } else {
        xi *= s;
    }
}

// xi column j <- S_k^{1/2} xi, k = component[j]; the draws of one component together.
void apply_roots(const Mixture& population, const std::vector<Index>& component, Matrix& xi) {
    if (population.shares_covariance()) return apply_root(population.covariance(0), xi);
    std::vector<Index> order(component.size());
    std::iota(order.begin(), order.end(), Index{0});
    std::ranges::stable_sort(order, {}, [&](Index j) { return component[static_cast<std::size_t>(j)]; });
    for (auto first = order.begin(); first != order.end();) {
        const Index k = component[static_cast<std::size_t>(*first)];
        const auto last = std::find_if(first, order.end(),
                                       [&](Index j) { return component[static_cast<std::size_t>(j)] != k; });
        const std::vector<Index> columns(first, last);
        Matrix part = xi(Eigen::all, columns);
        apply_root(population.covariance(k), part);
        xi(Eigen::all, columns) = part;
        first = last;
    }
}

// Component by its weight: the first whose cumulated weight exceeds u.
std::vector<Index> draw_components(const Mixture& population, std::uint64_t first, Index count,
                                   std::uint64_t seed) {
    std::vector<double> uniforms(static_cast<std::size_t>(count));
    random::fill_uniforms({.seed = seed, .purpose = random::Purpose::data_component}, TrajectoryId{first},
                          StepId{0}, uniforms);
    std::vector<double> cumulated(population.weights.begin(), population.weights.end());
    std::partial_sum(cumulated.begin(), cumulated.end(), cumulated.begin());
    std::vector<Index> component;
    component.reserve(uniforms.size());
    for (const double u : uniforms) {
        const auto place = std::ranges::upper_bound(cumulated, u * cumulated.back());
        component.push_back(std::min<Index>(place - cumulated.begin(), population.components() - 1));
    }
    return component;
}

Labels inherited(const Labels& population, const std::vector<Index>& component) {
    Labels labels = population;
    for (Level& level : labels.levels) {
        std::vector<int> class_of;
        class_of.reserve(component.size());
        for (const Index k : component) class_of.push_back(level.class_of[static_cast<std::size_t>(k)]);
        level.class_of = std::move(class_of);
    }
    return labels;
}

}  // namespace

DrawnData draw_data(const Mixture& population, std::uint64_t first, Index count, std::uint64_t data_seed) {
    if (population.complement != 0.0)
        throw std::invalid_argument("draw_data: the population must be in all its coordinates");
    const Index d = population.coordinates();
    const Index block = block_of(d);
    DrawnData data{.points = Matrix(d, count), .component = {}};
    data.component.reserve(static_cast<std::size_t>(count));
    Rows normals(d, block);
    Matrix xi(d, block);
    for (Index done = 0; done < count;) {
        const Index skipped = static_cast<Index>((first + static_cast<std::uint64_t>(done)) %
                                                 static_cast<std::uint64_t>(block));
        const std::uint64_t start =
            first + static_cast<std::uint64_t>(done) - static_cast<std::uint64_t>(skipped);
        const Index used = std::min(block - skipped, count - done);
        const std::vector<Index> component = draw_components(population, start, block, data_seed);
        random::fill_normals({.seed = data_seed, .purpose = random::Purpose::data_sample},
                             TrajectoryId{start}, StepId{0}, 0, normals);
        xi = normals;
        apply_roots(population, component, xi);
        for (Index j = skipped; j < skipped + used; ++j, ++done) {
            const Index k = component[static_cast<std::size_t>(j)];
            data.points.col(done) = population.means.col(k) + xi.col(j);
            data.component.push_back(k);
        }
    }
    return data;
}

Law draw_empirical(const Law& population, Index samples, std::uint64_t data_seed) {
    DrawnData data = draw_data(population.mixture, 0, samples, data_seed);
    Law law = empirical_law(std::move(data.points), inherited(population.mixture.labels, data.component));
    law.population = population.mixture;
    law.axis = population.axis;
    law.two_clusters = population.two_clusters;
    law.model = population.model;
    return law;
}

Law empirical_law(Matrix points, Labels labels) {
    const Index count = points.cols();
    if (count == 0) throw std::invalid_argument("empirical_law: a law needs at least one point");
    Law law;
    law.empirical = true;
    law.model = "dataset-file";
    law.mixture.means = std::move(points);
    law.mixture.weights = Vector::Constant(count, 1.0 / static_cast<double>(count));
    law.mixture.covariances.resize(1);
    law.mixture.labels = std::move(labels);
    sort_by_class(law.mixture);
    return law;
}

}  // namespace kairos::law
