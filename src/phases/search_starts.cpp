// Where the search for fixed points starts: points u(w) = sum_k w_k mean_k/rho of chosen weights w.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "kairos/base/decompositions.hpp"
#include "kairos/phases/fixed_points.hpp"
#include "kairos/random/noise.hpp"

namespace kairos::phases {
namespace {

constexpr Index largest_set = 8;      // of which the equidistant point is a start
constexpr Index every_set = 8;        // components up to which every set of them is a start
constexpr Index every_pair = 32;      // and every pair
constexpr Index neighbours = 4;       // pairs with so many nearest neighbours beyond
constexpr Index shallow_alone = 128;  // components that are starts by themselves at a shallow search
constexpr std::uint64_t random_starts = 32;

using Set = std::vector<Index>;

class Starts {
public:
    Starts(const DriftField& field, double log_snr)
        : field_(field), means_(field.mixture().means), unit_(field.resolution(log_snr)) {
        const double rho = field.restoring(log_snr);
        factor_ = 1.0 / std::copysign(std::max(std::abs(rho), 1e-3), rho);
    }

    void add(const Vector& weights) {
        Vector sum = Vector::Zero(means_.rows());
        for (Index k = 0; k < weights.size(); ++k)
            if (weights[k] != 0.0) sum += weights[k] * means_.col(k);
        points_.emplace_back(factor_ * sum);
    }
    // With the weights of the law, and where its members are equally likely (if that is between them): the fixed point of the set where
    // noise is small.
    void add_set(const Set& set) {
        if (set.empty()) return;
        Vector weights = Vector::Zero(means_.cols());
        for (const Index k : set) weights[k] = field_.mixture().weights[k];
        add(weights / weights.sum());
        if (set.size() > 1 && std::ssize(set) <= largest_set) add_equidistant(set);
    }
    // Weights of an exponential law each, and a normal shift of the size of a component: from concentrated to even.
    void add_random(std::uint64_t number) {
        const random::Stream stream{.seed = 0, .purpose = random::Purpose::fixed_points};
        Vector weights(means_.cols());
        std::array<double, 1> uniform{};
        for (Index k = 0; k < weights.size(); ++k) {
            random::fill_uniforms(stream, TrajectoryId{number}, StepId{2}, uniform,
                                  static_cast<std::uint32_t>(k));
            weights[k] = std::pow(-std::log(uniform[0]), 1.0 + static_cast<double>(number % 4));
        }
        Rows noise(means_.rows(), 1);
        random::fill_normals(stream, TrajectoryId{number}, StepId{3}, 0, noise);
        add(weights / weights.sum());
        points_.back() += 0.3 * unit_ * noise.col(0);
    }
    void add_equidistant(const Set& set);
    [[nodiscard]] std::vector<Vector> take() { return std::move(points_); }

private:
    const DriftField& field_;
    const law::Points& means_;
    double unit_, factor_;
    std::vector<Vector> points_;
};

// u = M a/rho, sum a = 1, with log pi_k + (mean_k.u - |mean_k|^2/2)/l^2 the same for all k of the set, l the resolution.
void Starts::add_equidistant(const Set& set) {
    const Vector first = means_.col(set[0]);
    const Matrix apart = means_(Eigen::all, Set(set.begin() + 1, set.end())).colwise() - first;
    Vector right(apart.cols());
    for (Index i = 0; i < right.size(); ++i) {
        const Index k = set[static_cast<std::size_t>(i) + 1];
        right[i] = 0.5 * (means_.col(k).squaredNorm() - first.squaredNorm()) -
                   unit_ * unit_ * std::log(field_.mixture().weights[k] / field_.mixture().weights[set[0]]) -
                   factor_ * apart.col(i).dot(first);
    }
    const Vector part = smallest_solution(factor_ * apart.transpose() * apart, right);
    if (!(part.minCoeff() >= 0.0 && part.sum() <= 1.0)) return;
    points_.push_back(factor_ * (first + apart * part));
}

void add_classes(const law::Labels& labels, Starts& starts) {
    for (const law::Level& level : labels.levels) {
        std::vector<Set> classes(level.values.size());
        for (std::size_t k = 0; k < level.class_of.size(); ++k)
            classes[static_cast<std::size_t>(level.class_of[k])].push_back(static_cast<Index>(k));
        for (const Set& one : classes) starts.add_set(one);
    }
}

void add_every_set(Index components, Starts& starts) {
    for (std::uint32_t bits = 1; bits < (1U << static_cast<unsigned>(components)); ++bits) {
        Set set;
        for (Index k = 0; k < components; ++k)
            if ((bits >> static_cast<unsigned>(k)) & 1U) set.push_back(k);
        starts.add_set(set);
    }
}

// Those nearest to component k, nearest first.
Set nearest(const law::Points& means, Index k, Index count) {
    const Vector distance = (means.colwise() - means.col(k)).colwise().squaredNorm();
    Set order(static_cast<std::size_t>(means.cols()));
    std::iota(order.begin(), order.end(), Index{0});
    std::erase(order, k);
    const auto last = order.begin() + std::min<std::ptrdiff_t>(count, std::ssize(order));
    std::partial_sort(order.begin(), last, order.end(), [&](Index a, Index b) {
        return std::pair(distance[a], a) < std::pair(distance[b], b);
    });
    return {order.begin(), last};
}

void add_pairs(const law::Points& means, Starts& starts) {
    const Index components = means.cols();
    const Index others = components <= every_pair ? components - 1 : neighbours;
    for (Index k = 0; k < components; ++k) {
        const Set near = nearest(means, k, others);
        for (const Index other : near)
            if (other > k || components > every_pair) starts.add_set({k, other});
        if (near.size() >= 2) starts.add_set({k, near[0], near[1]});
    }
}

}  // namespace

std::vector<Vector> search_starts(const DriftField& field, double log_snr, Depth depth) {
    const law::Mixture& mixture = field.mixture();
    const Index components = mixture.components();
    Starts starts(field, log_snr);
    starts.add(mixture.weights);
    const Index alone = depth == Depth::deep ? components : std::min(components, shallow_alone);
    for (Index i = 0; i < alone; ++i) starts.add_set({i * components / alone});
    if (mixture.labels.any() && mixture.labels.levels[0].classes() < components)
        add_classes(mixture.labels, starts);
    if (depth == Depth::deep && components <= every_set) add_every_set(components, starts);
    if (depth == Depth::deep && components > every_set) add_pairs(mixture.means, starts);
    for (std::uint64_t i = 0; i < (components > 1 ? random_starts : 1); ++i) starts.add_random(i);
    return starts.take();
}

}  // namespace kairos::phases
