// The rows of the table of observables.
// s = score, w_c = p(class c | x), w_j = p(datum j | x), F = (alpha^2/sigma^2) Cov(y|x).
#include <cassert>
#include <cmath>
#include <numbers>

#include "eigenvector_overlap.hpp"
#include "kairos/measure/observables.hpp"
#include "needs.hpp"
#include "observable_rows.hpp"
#include "surprisal.hpp"

namespace kairos::measure {
namespace {

using dynamics::Latent;
using dynamics::Posterior;

// One number a trajectory.
template <class Values>
void fill(Out out, const Values& values) {
    out.row(0).array() = values;
}

template <Lanes Latent::*member>
void of_class(const Sight& sight, Out out) {
    fill(out, sight.classes().*member);
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

void class_posterior(const Sight& sight, Out out) { out = sight.classes().weights; }

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

// A potential that falls with t by what the path passes: A over [t, t_max] is its difference
void entropy_compensator(const Sight& sight, Out out) {
    fill(out, -sight.path->direction() * sight.path->information());
}

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
    fill(out, (classes * sight.classes().max_weight - 1.0) / (classes - 1.0));
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

void posterior_eigenvalues(const Sight& sight, Out out) {
    out = sight.posterior->eigenvalues.topRows(out.rows());
}

// F = (alpha^2/sigma^2) Cov(y|x)
void filter_eigenvalues(const Sight& sight, Out out) {
    const dynamics::TimePoint& time = sight.posterior->time;
    out = time.alpha * time.alpha / time.sigma2 * sight.posterior->eigenvalues.topRows(out.rows());
}

void eigenvector_overlap(const Sight& sight, Out out) {
    fill_eigenvector_overlap(*sight.posterior, *sight.between_classes,
                             sight.setting->law->mixture.dimension(), out);
}

void lyapunov(const Sight& sight, Out out) { out = *sight.exponents; }

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
    table.push_back(of_the_whole_path(
        PathEnd::t_max, plain("entropy_compensator", "nats", "compensator of the conditional entropy",
                              "A = int from t to t_max of r(x_u) du of paths in either direction", spread,
                              needs::path, entropy_compensator)));
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
    add(of_the_whole_path(
        PathEnd::t_min,
        plain("entropy_production", "nats", "total entropy production from t_min to t along the path",
              "D = log p_tmin(x_tmin) - log p_t(x_t) + int (2/g^2) f x o dx", nothing_more, needs::exact_path,
              entropy_production)));
    add(along(Axis::modes, plain("lyapunov", "1/time", "finite-time Lyapunov exponents of generation",
                                 "log growth of each tangent from t_max down to t, over t_max - t",
                                 nothing_more, needs::tangents, lyapunov)));
}

void add_spectrum_rows(std::vector<Observable>& table) {
    const auto add = [&](const Observable& row) { table.push_back(along(Axis::eigenvalues, row)); };
    add(plain("posterior_eigenvalues", "data^2", "largest variances of the clean datum given the state",
              "leading eigenvalues of Cov(y|x)", {.eigenvalues = 1}, needs::eigenvalues,
              posterior_eigenvalues));
    add(plain("filter_eigenvalues", "dimensionless", "how far the leading directions are still open",
              "leading eigenvalues of F = (alpha^2/sigma^2) Cov(y|x), whose trace is active_dimensions",
              {.eigenvalues = 1}, needs::eigenvalues, filter_eigenvalues));
    add(plain(
        "eigenvector_overlap", "dimensionless",
        "how far the leading directions of the posterior lie between the classes",
        "|P v|^2, v the eigenvectors of posterior_eigenvalues, P onto the span of the differences of class "
        "means; of eigenvalues that are equal the average over their eigenspace",
        {.eigenvalues = 1, .eigenvectors = true}, needs::classes_and_eigenvalues, eigenvector_overlap));
}

std::vector<Observable> make_observables() {
    std::vector<Observable> table;
    add_class_rows(table);
    add_level_rows(table);
    add_datum_rows(table);
    add_rate_rows(table);
    add_state_rows(table);
    add_spectrum_rows(table);
    return table;
}

}  // namespace

std::span<const Observable> observable_table() {
    static const std::vector<Observable> table = make_observables();
    return table;
}

}  // namespace kairos::measure
