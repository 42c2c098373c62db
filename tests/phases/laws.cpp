#include "phases/laws.hpp"

#include <cmath>

namespace kairos::test {

law::Law two_clusters(double mean_norm2, double variance, double dimension, double weight_plus) {
    law::Law law;
    law.mixture.means = Matrix{{std::sqrt(mean_norm2), -std::sqrt(mean_norm2)}};
    law.mixture.weights = Vector::Zero(2);
    law.mixture.weights << weight_plus, 1.0 - weight_plus;
    law.mixture.covariances = {
        law::Covariance{.isotropic = variance, .diagonal = {}, .directions = {}, .excess = {}}};
    law.mixture.complement = dimension - 1.0;
    law.mixture.labels.levels = {law::level_from_labels({0, 1})};
    law.mixture.origin = {0, 1};
    law.two_clusters = law::TwoClusters{mean_norm2, weight_plus, variance, variance};
    law.axis = law.mixture.means.col(0);
    law.model = "two-clusters";
    return law;
}

law::Law unequal_variances(const std::vector<double>& variances, const std::vector<double>& weights,
                           double dimension, const std::vector<std::int64_t>& labels) {
    law::Law law;
    const auto components = static_cast<Index>(variances.size());
    law.mixture.means = Matrix::Zero(1, components);
    law.mixture.weights = Eigen::Map<const Vector>(weights.data(), components);
    for (const double v : variances)
        law.mixture.covariances.push_back({.isotropic = v, .diagonal = {}, .directions = {}, .excess = {}});
    law.mixture.complement = dimension - 1.0;
    law.mixture.labels.levels = {law::level_from_labels(labels)};
    for (Index k = 0; k < components; ++k) law.mixture.origin.push_back(k);
    law.model = "unequal-variances";
    return law;
}

law::Law empirical(const law::Law& population, Index samples) {
    law::Law law;
    law.empirical = true;
    law.population = population.mixture;
    law.two_clusters = population.two_clusters;
    law.mixture.means = Matrix::Zero(1, samples);
    law.mixture.weights = Vector::Constant(samples, 1.0 / static_cast<double>(samples));
    law.mixture.covariances = {law::Covariance{}};
    law.mixture.complement = population.mixture.dimension() - 1.0;
    law.mixture.labels.levels = {
        law::level_from_labels(std::vector<std::int64_t>(static_cast<std::size_t>(samples), 0))};
    return law;
}

std::vector<dynamics::Schedule> every_schedule() {
    using dynamics::ScheduleKind;
    return {{ScheduleKind::ou, {.t_min = 1e-3, .t_max = 12.0}},
            {ScheduleKind::ve, {.t_min = 1e-3, .t_max = 1e5}},
            {ScheduleKind::ve, {.sigma_min = 0.01, .sigma_max = 300.0}},
            {ScheduleKind::vp_linear, {.t_min = 1e-3, .t_max = 1.0}},
            {ScheduleKind::vp_cosine, {.t_min = 1e-3, .t_max = 0.9999}},
            {ScheduleKind::edm, {.t_min = 1e-2, .t_max = 300.0}},
            {ScheduleKind::flow_matching, {.t_min = 1e-2, .t_max = 0.9999}}};
}

std::string name_of(const dynamics::Schedule& schedule) {
    return "schedule kind " + std::to_string(static_cast<int>(schedule.kind())) +
           (schedule.is_geometric() ? " geometric" : "");
}

}  // namespace kairos::test
