#include "measure/scene.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kairos/law/order_axes.hpp"

namespace kairos::test {

law::Law full_law() {
    law::Law law;
    law.mixture.means = Matrix{{1.0, -0.6, 0.2, 0.9}, {0.1, 0.8, -1.2, -0.3}, {-0.5, 0.4, 0.3, 1.1}};
    law.mixture.weights = Vector{{0.1, 0.4, 0.3, 0.2}};
    law.mixture.covariances = {isotropic(0.4), diagonal(0.2, Vector{{0.5, 0.0, 1.0}}),
                               directed(0.3, random_orthonormal(3, 2, 5), Vector{{0.9, -0.1}}),
                               isotropic(0.7)};
    law.mixture.labels.levels = {law::level_from_labels({0, 0, 1, 1}), law::level_from_labels({0, 1, 2, 3})};
    law.mixture.origin = {0, 1, 2, 3};
    law.axis = Vector{{0.5, -1.0, 2.0}};
    return law;
}

law::Law reduced_law() {
    law::Law law;
    law.mixture.means = Matrix{{0.9, -0.9}, {0.0, 0.0}};
    law.mixture.weights = Vector{{0.35, 0.65}};
    law.mixture.covariances = {isotropic(0.5), isotropic(0.8)};
    law.mixture.complement = 3.0;
    law.mixture.labels.levels = {law::level_from_labels({0, 1})};
    law.mixture.origin = {0, 1};
    law.reduced = true;
    law.axis = Vector{{0.9}};  // the second coordinate was exposed: it is not the axis's
    return law;
}

law::Law data_law() {
    law::Law law;
    law.mixture.means = Matrix{{0.5, 0.9, -1.0, -0.7, 0.2}, {0.3, -0.2, 0.1, 0.6, -1.0}};
    law.mixture.weights = Vector::Constant(5, 0.2);
    law.mixture.covariances = {isotropic(0.0)};
    law.mixture.labels.levels = {law::level_from_labels({0, 0, 1, 1, 1})};
    law.mixture.origin = {0, 1, 2, 3, 4};
    law.empirical = true;
    return law;
}

Vector class_weights(const law::Level& level, const Vector& components) {
    Vector w = Vector::Zero(level.classes());
    for (Index k = 0; k < components.size(); ++k)
        w(level.class_of[static_cast<std::size_t>(k)]) += components(k);
    return w;
}

double entropy(const Vector& w) { return -(w.array() * (w.array() + 1e-300).log()).sum(); }

double varentropy(const Vector& w) {
    return (w.array() * ((w.array() + 1e-300).log() + entropy(w)).square()).sum();
}

double divergence(const law::Mixture& mixture, const Vector& x, const dynamics::TimePoint& time) {
    const double h = 1e-4;
    double sum = 0.0;
    for (Index i = 0; i < x.size(); ++i) {
        Vector shifted = x;
        shifted(i) += h;
        const double above = brute_force(mixture, shifted, time).score(i);
        shifted(i) -= 2.0 * h;
        sum += (above - brute_force(mixture, shifted, time).score(i)) / (2.0 * h);
    }
    return sum;
}

Scene::Scene(law::Law law_, const dynamics::Schedule& schedule, double t, measure::Direction direction,
             unsigned seed)
    : law(std::move(law_)),
      setting{&law, direction, dynamics::IntegratorKind::exact, 2},
      time(schedule.at(Time{t})),
      path(law) {
    setting.eigenvalues = 2;
    const law::Mixture& mixture = law.mixture;
    Normals normal(seed);
    clean.y = Rows::Zero(mixture.coordinates(), lanes);
    clean.radius2 = Lanes::Zero(lanes);
    clean_log_density.resize(lanes);
    for (Index j = 0; j < lanes; ++j) {
        const Index k = j % mixture.components();
        clean.component.push_back(static_cast<int>(k));
        clean.y.col(j) = mixture.means.col(k);
        if (!law.empirical) clean.y.col(j) += 0.7 * normal.matrix(mixture.coordinates(), 1);
    }
    states.x = time.alpha * clean.y + std::sqrt(time.sigma2) * normal.matrix(mixture.coordinates(), lanes);
    states.radius2 = random_states(mixture, lanes, 1.0, seed + 1).radius2;
    exponents = normal.matrix(2, lanes);
    if (law.mixture.labels.any()) between_classes = law::between_classes(mixture);
    for (Index j = 0; j < lanes && !law.empirical; ++j) {
        clean_log_density[j] = brute_force(mixture, clean_datum(j), at(1.0, 0.0)).log_density;
    }
    dynamics::Request request = everything;
    request.fourth = true;
    request.eigenvalues = std::min<Index>(
        3, static_cast<Index>(mixture.dimension()));  // one more than the columns: eigenvector_overlap
    request.eigenvectors = true;
    request.class_spread = request.level_spread = law.mixture.labels.any();
    dynamics::PosteriorEvaluator(law).evaluate(states, time, request, posterior);
    path.begin(lanes);
    path.visit(posterior);
}

Vector Scene::state(Index j) const { return full_state(law.mixture, states, j); }

Vector Scene::clean_datum(Index j) const {
    Vector y = Vector::Zero(static_cast<Index>(law.mixture.dimension()));
    y.head(law.mixture.coordinates()) = clean.y.col(j);
    return y;
}

measure::Sight Scene::sight() const {
    return {&setting, &states, &posterior, &path, &clean, &clean_log_density, &exponents, &between_classes};
}

Rows Scene::values(const measure::Observable& observable) const {
    Rows out = Rows::Constant(measure::columns(observable, setting), lanes, std::nan(""));
    observable.evaluate(sight(), out);
    return out;
}

}  // namespace kairos::test
