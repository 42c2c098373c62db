// The rows of the table of observables.
// s = score, w_c = p(class c | x), w_j = p(datum j | x), F = (alpha^2/sigma^2) Cov(y|x).
#include <cassert>
#include <cmath>
#include <numbers>

#include "kairos/measure/observables.hpp"
#include "needs.hpp"
#include "surprisal.hpp"

namespace kairos::measure {
namespace {

using Out = Eigen::Ref<Rows>;
using dynamics::Latent;
using dynamics::Posterior;
using dynamics::Request;

constexpr Request nothing_more{};
constexpr Request score{.score = true};
constexpr Request spread{.spread = true};
constexpr Request latents{.latents = true};

// One number a trajectory.
template <class Values>
void fill(Out out, const Values& values) {
    out.row(0).array() = values;
}

const Latent& class_latent(const Sight& sight) {
    return sight.posterior->levels[sight.setting->law->mixture.labels.class_level];
}

template <Lanes Latent::*member>
void of_class(const Sight& sight, Out out) {
    fill(out, class_latent(sight).*member);
}

template <Lanes Latent::*member>
void of_datum(const Sight& sight, Out out) {
    fill(out, sight.posterior->component.*member);
}

template <Lanes Posterior::*member>
void of_posterior(const Sight& sight, Out out) {
    fill(out, sight.posterior->*member);
}

// f = h_j/d
void excess_entropy(const Sight& sight, Out out) {
    fill(out, sight.posterior->component.entropy / sight.setting->law->mixture.dimension());
}

// f/a = h_j/log n
void excess_entropy_ratio(const Sight& sight, Out out) {
    const auto samples = static_cast<double>(sight.setting->law->mixture.components());
    fill(out, sight.posterior->component.entropy / std::log(samples));
}

void class_posterior(const Sight& sight, Out out) { out = class_latent(sight).weights; }

template <Lanes Latent::*member>
void of_levels(const Sight& sight, Out out) {
    for (Index l = 0; l < out.rows(); ++l) {
        out.row(l).array() = sight.posterior->levels[static_cast<std::size_t>(l)].*member;
    }
}

// (g^2/2) sum_c w_c |s_c - s|^2 over the classes of every level
void level_entropy_rate(const Sight& sight, Out out) {
    out = 0.5 * sight.posterior->time.diffusion2 * sight.posterior->level_spread;
}

// (g^2/2) sum_c w_c |s_c - s|^2
void class_entropy_rate(const Sight& sight, Out out) {
    fill(out, 0.5 * sight.posterior->time.diffusion2 * sight.posterior->class_spread);
}

// (g^2/2)(alpha^2/sigma^4) tr Cov(y|x)
void entropy_rate(const Sight& sight, Out out) {
    const dynamics::TimePoint& time = sight.posterior->time;
    const double gain = time.alpha / time.sigma2;
    fill(out, 0.5 * time.diffusion2 * gain * gain * sight.posterior->covariance_trace);
}

// (g^2/2)(d/sigma^2 - |s|^2)
void entropy_rate_score(const Sight& sight, Out out) {
    const dynamics::TimePoint& time = sight.posterior->time;
    const double dimension = sight.setting->law->mixture.dimension();
    fill(out, 0.5 * time.diffusion2 * (dimension / time.sigma2 - sight.posterior->score_norm2));
}

// tr F = (alpha^2/sigma^2) tr Cov(y|x)
void active_dimensions(const Sight& sight, Out out) {
    const dynamics::TimePoint& time = sight.posterior->time;
    fill(out, time.alpha * time.alpha / time.sigma2 * sight.posterior->covariance_trace);
}

void accumulated_entropy(const Sight& sight, Out out) { fill(out, sight.path->information()); }

// M = m.x/(alpha |m|^2); a coordinate of the complement that was made explicit after m lies beyond it
void order_parameter(const Sight& sight, Out out) {
    const Vector& axis = sight.setting->law->axis;
    const double scale = 1.0 / (sight.posterior->time.alpha * axis.squaredNorm());
    out.row(0).noalias() = (scale * axis).transpose() * sight.states->x.topRows(axis.size());
}

void order_parameter_modulus(const Sight& sight, Out out) {
    order_parameter(sight, out);
    out = out.cwiseAbs().eval();
}

// (K max_c w_c - 1)/(K - 1): 0 where all classes are equally likely, 1 where one is certain
void potts_order_parameter(const Sight& sight, Out out) {
    const auto classes = static_cast<double>(sight.setting->law->mixture.labels.classes().classes());
    fill(out, (classes * class_latent(sight).max_weight - 1.0) / (classes - 1.0));
}

// What is left of each level's class once that of the level above is known: differences of pathwise averages (the top level's own are
// those of the class).
template <class Rows>
void by_split(const Rows& of_level, Out out) {
    out.row(0) = of_level.row(0);
    for (Index l = 1; l < out.rows(); ++l) out.row(l) = of_level.row(l) - of_level.row(l - 1);
}

// H(c_l|x, c_{l-1}) = h_l - h_{l-1}
void level_split_entropy(const Sight& sight, Out out) {
    Rows whole(out.rows(), out.cols());
    of_levels<&Latent::entropy>(sight, whole);
    by_split(whole, out);
}

void level_split_rate(const Sight& sight, Out out) {
    Rows whole(out.rows(), out.cols());
    level_entropy_rate(sight, whole);
    by_split(whole, out);
}

// sum_p w_p sum_{c in p} (w_c/w_p)^2, p the classes of the level above
void level_split_collision(const Sight& sight, Out out) {
    const law::Labels& labels = sight.setting->law->mixture.labels;
    const auto& levels = sight.posterior->levels;
    out.row(0).array() = levels[0].collision;
    for (std::size_t l = 1; l < levels.size(); ++l) {
        const std::vector<int> parent = law::parents(labels, l);
        auto sum = out.row(static_cast<Index>(l)).array();
        sum.setZero();
        for (Index c = 0; c < levels[l].weights.rows(); ++c) {
            const auto w = levels[l].weights.row(c).array();
            const auto of = levels[l - 1].weights.row(parent[static_cast<std::size_t>(c)]).array();
            sum += (of > 0.0).select(w * w / of, 0.0);
        }
    }
}

// i_y = -log p_0(y) + log p_t(x) - log N(x; alpha y, sigma^2 I); y has no part in the complement, whose share
// of |x - alpha y|^2 is R2
void data_surprisal(const Sight& sight, Out out) {
    const law::Law& law = *sight.setting->law;
    if (law.empirical) {
        for (Index i = 0; i < out.cols(); ++i) out(0, i) = datum_surprisal(sight, i);
        return;
    }
    assert(law.mixture.complement <= 0.0 || (sight.clean->radius2 == 0.0).all());
    const dynamics::TimePoint& time = sight.posterior->time;
    const double constant = 0.5 * law.mixture.dimension() * std::log(2.0 * std::numbers::pi * time.sigma2);
    auto surprisal = out.row(0).array();
    surprisal = constant + sight.posterior->log_density - *sight.clean_log_density;
    if (law.mixture.complement > 0.0) surprisal += sight.states->radius2 / (2.0 * time.sigma2);
    for (Index i = 0; i < sight.states->x.rows(); ++i) {
        const auto distance = sight.states->x.row(i) - time.alpha * sight.clean->y.row(i);
        surprisal += distance.array().square() / (2.0 * time.sigma2);
    }
}

// G(t) = -log p_t(x_t) + D_env accumulated; D over [t_1, t_2] is G(t_2) - G(t_1)
void entropy_production(const Sight& sight, Out out) {
    fill(out, sight.path->environment() - sight.posterior->log_density);
}

void lyapunov(const Sight& sight, Out out) { out = *sight.exponents; }

// What most rows have: one column, nothing along the path, not in `default`.
Observable plain(const char* name, const char* units, const char* long_name, const char* definition,
                 const Request& request, const char* (*missing)(const Setting&),
                 void (*evaluate)(const Sight&, Out)) {
    return {.name = name,
            .units = units,
            .long_name = long_name,
            .definition = definition,
            .request = request,
            .axis = Axis::none,
            .path_integral = false,
            .whole_path = false,
            .missing = missing,
            .evaluate = evaluate,
            .in_default = false};
}

Observable by_default(Observable row) {
    row.in_default = true;
    return row;
}

Observable along(Axis axis, Observable row) {
    row.axis = axis;
    return row;
}

Observable summed_along_the_path(Observable row) {
    row.path_integral = true;
    row.request.spread = true;
    return row;
}

Observable of_the_whole_path(Observable row) {
    row.whole_path = true;
    return summed_along_the_path(row);
}

void add_class_rows(std::vector<Observable>& table) {
    const auto add = [&](const Observable& row) { table.push_back(by_default(row)); };
    add(plain("class_entropy", "nats", "entropy of the class given the state",
              "h = -sum_c w_c log w_c, w_c = p(c|x)", latents, needs::classes, of_class<&Latent::entropy>));
    add(plain("class_varentropy", "nats^2", "variance of the class surprisal given the state",
              "sum_c w_c (log w_c + h)^2, h the class entropy", latents, needs::classes,
              of_class<&Latent::varentropy>));
    add(plain("class_collision", "dimensionless",
              "probability that two clones from here end in the same class", "sum_c w_c^2", latents,
              needs::classes, of_class<&Latent::collision>));
    add(along(Axis::classes, plain("class_posterior", "dimensionless", "posterior probability of each class",
                                   "w_c = p(c|x)", latents, needs::classes, class_posterior)));
    add(plain("class_entropy_rate", "nats per time", "rate of the class entropy",
              "(g^2/2) sum_c w_c |s_c - s|^2, s_c the score of class c alone", {.class_spread = true},
              needs::classes, class_entropy_rate));
    table.push_back(plain("potts_order_parameter", "dimensionless", "Potts order parameter of the classes",
                          "(K max_c w_c - 1)/(K - 1), K the number of classes", latents,
                          needs::several_classes, potts_order_parameter));
    const auto of_every_level = [&](const Observable& row) { table.push_back(along(Axis::levels, row)); };
    of_every_level(plain("level_entropy", "nats", "entropy of the class of each level given the state",
                         "-sum_c w_c log w_c over the classes of the level", latents, needs::levels,
                         of_levels<&Latent::entropy>));
    of_every_level(plain("level_varentropy", "nats^2",
                         "variance of the surprisal of the class of each level given the state",
                         "sum_c w_c (log w_c + h)^2 over the classes of the level, h its entropy", latents,
                         needs::levels, of_levels<&Latent::varentropy>));
    of_every_level(plain("level_collision", "dimensionless",
                         "probability that two clones from here end in the same class of each level",
                         "sum_c w_c^2 over the classes of the level", latents, needs::levels,
                         of_levels<&Latent::collision>));
    of_every_level(plain("level_entropy_rate", "nats per time", "rate of the entropy of each level's class",
                         "(g^2/2) sum_c w_c |s_c - s|^2 over the classes of the level",
                         {.level_spread = true}, needs::levels, level_entropy_rate));
    of_every_level(
        plain("level_split_entropy", "nats",
              "entropy of the class of each level given the state and the class of the level above",
              "H(c_l|x, c_{l-1}) = h_l - h_{l-1}", latents, needs::nested_levels, level_split_entropy));
    of_every_level(plain("level_split_collision", "dimensionless",
                         "probability that two clones which end in one class of the level above end in the "
                         "same class of this level",
                         "sum_p w_p sum_{c in p} (w_c/w_p)^2, p the classes of the level above", latents,
                         needs::nested_levels, level_split_collision));
    of_every_level(plain("level_split_rate", "nats per time", "rate of the split entropy of each level",
                         "level_entropy_rate of this level less that of the level above",
                         {.level_spread = true}, needs::nested_levels, level_split_rate));
}

void add_datum_rows(std::vector<Observable>& table) {
    const auto add = [&](const Observable& row) { table.push_back(by_default(row)); };
    add(plain("datum_entropy", "nats", "entropy of the datum given the state",
              "h = -sum_j w_j log w_j, w_j = p(j|x)", latents, needs::data, of_datum<&Latent::entropy>));
    add(plain("datum_varentropy", "nats^2", "variance of the datum surprisal given the state",
              "sum_j w_j (log w_j + h)^2, h the datum entropy", latents, needs::data,
              of_datum<&Latent::varentropy>));
    add(plain("participation", "dimensionless", "probability that two clones from here end on the same datum",
              "sum_j w_j^2", latents, needs::data, of_datum<&Latent::collision>));
    add(plain("max_weight", "dimensionless", "weight of the likeliest datum", "max_j w_j", latents,
              needs::data, of_datum<&Latent::max_weight>));
    table.push_back(plain("excess_entropy", "nats", "excess entropy: entropy of the datum per dimension",
                          "f = h/d, h the datum entropy", latents, needs::data, excess_entropy));
    table.push_back(plain("excess_entropy_ratio", "dimensionless",
                          "excess entropy over that of independent data, a = log(n)/d", "f/a = h/log n",
                          latents, needs::several_data, excess_entropy_ratio));
}

void add_rate_rows(std::vector<Observable>& table) {
    table.push_back(by_default(
        plain("entropy_rate", "nats per time", "pathwise rate of the conditional entropy H(y|x_t)",
              "r(x) = (g^2/2)(alpha^2/sigma^4) tr Cov(y|x)", spread, needs::nothing, entropy_rate)));
    table.push_back(
        by_default(plain("entropy_rate_score", "nats per time",
                         "rate of the conditional entropy H(y|x_t) from the norm of the score",
                         "(g^2/2)(d/sigma^2 - |s|^2)", score, needs::nothing, entropy_rate_score)));
    table.push_back(summed_along_the_path(
        plain("accumulated_entropy", "nats", "entropy rate summed along the path",
              "A = int from t to t_max of r(x_u) du", spread, needs::reverse, accumulated_entropy)));
    table.push_back(plain("data_surprisal", "nats", "surprisal of the clean datum given the state",
                          "-log p_0(y) + log p_t(x) - log N(x; alpha y, sigma^2 I); for a finite dataset "
                          "-log p(j|x) of its datum j",
                          latents, needs::clean_density, data_surprisal));
}

void add_state_rows(std::vector<Observable>& table) {
    const auto add = [&](const Observable& row) { table.push_back(row); };
    add(plain("log_density", "nats", "log density of the state", "log p_t(x)", nothing_more, needs::nothing,
              of_posterior<&Posterior::log_density>));
    add(plain("score_norm2", "1/data^2", "squared norm of the score", "|s|^2", score, needs::nothing,
              of_posterior<&Posterior::score_norm2>));
    add(by_default(plain("score_divergence", "1/data^2", "divergence of the score",
                         "div s = -d/sigma^2 + (alpha^2/sigma^4) tr Cov(y|x)", spread, needs::nothing,
                         of_posterior<&Posterior::divergence>)));
    add(plain("posterior_variance", "data^2", "total variance of the clean datum given the state",
              "tr Cov(y|x)", spread, needs::nothing, of_posterior<&Posterior::covariance_trace>));
    add(plain("posterior_top_eigenvalue", "data^2", "largest variance of the clean datum given the state",
              "largest eigenvalue of Cov(y|x)", {.top_eigenvalue = true}, needs::nothing,
              of_posterior<&Posterior::top_eigenvalue>));
    add(plain("active_dimensions", "dimensionless", "number of directions still open",
              "tr F = (alpha^2/sigma^2) tr Cov(y|x) = d + sigma^2 div s", spread, needs::nothing,
              active_dimensions));
    add(by_default(plain("order_parameter", "dimensionless", "order parameter of two clusters",
                         "M = m.x/(alpha |m|^2)", nothing_more, needs::axis, order_parameter)));
    add(plain("order_parameter_modulus", "dimensionless", "modulus of the order parameter of two clusters",
              "|M|, M = m.x/(alpha |m|^2)", nothing_more, needs::axis, order_parameter_modulus));
    add(plain("x_dot_score", "dimensionless", "state times score", "x.s", score, needs::nothing,
              of_posterior<&Posterior::x_dot_score>));
    add(plain("norm2", "data^2", "squared norm of the state", "|x|^2", nothing_more, needs::nothing,
              of_posterior<&Posterior::norm2>));
    add(of_the_whole_path(plain("entropy_production", "nats",
                                "total entropy production from t_min to t along the path",
                                "D = log p_tmin(x_tmin) - log p_t(x_t) + int (2/g^2) f x o dx", nothing_more,
                                needs::exact_path, entropy_production)));
    add(along(Axis::modes, plain("lyapunov", "1/time", "finite-time Lyapunov exponents of generation",
                                 "log growth of each tangent from t_max down to t, over t_max - t",
                                 nothing_more, needs::tangents, lyapunov)));
}

std::vector<Observable> make_table() {
    std::vector<Observable> table;
    add_class_rows(table);
    add_datum_rows(table);
    add_rate_rows(table);
    add_state_rows(table);
    return table;
}

}  // namespace

std::span<const Observable> observable_table() {
    static const std::vector<Observable> table = make_table();
    return table;
}

}  // namespace kairos::measure
