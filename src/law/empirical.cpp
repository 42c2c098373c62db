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

// The first component whose cumulated weight exceeds u.
std::vector<Index> draw_components(const Mixture& population, std::uint64_t first, Index count,
                                   std::uint64_t data_seed) {
    std::vector<double> uniforms(static_cast<std::size_t>(count));
    random::fill_uniforms({.seed = data_seed, .purpose = random::Purpose::data_component},
                          TrajectoryId{first}, StepId{0}, uniforms);
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

void draw_points(const Mixture& population, std::uint64_t first, std::uint64_t data_seed,
                 Eigen::Ref<Matrix> points) {
    if (population.complement != 0.0)
        throw std::invalid_argument("draw_points: the population must be in all its coordinates");
    const Index block = block_of(population.coordinates());
    Rows normals(population.coordinates(), block);
    Matrix xi(population.coordinates(), block);
    for (Index done = 0; done < points.cols();) {
        const std::uint64_t datum = first + static_cast<std::uint64_t>(done);
        const auto skipped = static_cast<Index>(datum % static_cast<std::uint64_t>(block));
        const std::uint64_t start = datum - static_cast<std::uint64_t>(skipped);
        const std::vector<Index> component = draw_components(population, start, block, data_seed);
        random::fill_normals({.seed = data_seed, .purpose = random::Purpose::data_sample},
                             TrajectoryId{start}, StepId{0}, 0, normals);
        xi = normals;
        apply_roots(population, component, xi);
        const Index used = std::min(block - skipped, points.cols() - done);
        for (Index j = skipped; j < skipped + used; ++j, ++done)
            points.col(done) = population.means.col(component[static_cast<std::size_t>(j)]) + xi.col(j);
    }
}

Law drawn_law(const Law& population, const Points& points, std::uint64_t data_seed) {
    const std::vector<Index> component = draw_components(population.mixture, 0, points.cols(), data_seed);
    Law law = empirical_law(points, inherited(population.mixture.labels, component));
    law.population = population.mixture;
    law.axis = population.axis;
    law.two_clusters = population.two_clusters;
    law.model = population.model;
    return law;
}

Law draw_empirical(const Law& population, Index samples, std::uint64_t data_seed) {
    return drawn_law(
        population,
        Points::made(population.mixture.coordinates(), samples,
                     [&](auto points) { draw_points(population.mixture, 0, data_seed, points); }),
        data_seed);
}

Law empirical_law(const Points& points, Labels labels) {
    const Index count = points.cols();
    if (count == 0) throw std::invalid_argument("empirical_law: a law needs at least one point");
    Law law;
    law.empirical = true;
    law.model = "dataset-file";
    law.mixture.means = points;
    law.mixture.weights = Vector::Constant(count, 1.0 / static_cast<double>(count));
    law.mixture.covariances.resize(1);
    law.mixture.labels = std::move(labels);
    law.mixture.origin.resize(static_cast<std::size_t>(count));
    std::iota(law.mixture.origin.begin(), law.mixture.origin.end(), std::int64_t{0});
    return law;
}

}  // namespace kairos::law
