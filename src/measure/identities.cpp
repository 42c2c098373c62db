#include "kairos/measure/identities.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/base/array.hpp"
#include "kairos/measure/within.hpp"
#include "kairos/random/noise.hpp"
#include "needs.hpp"
#include "surprisal.hpp"

namespace kairos::measure {
namespace {

using Out = Eigen::Ref<Rows>;
using dynamics::Latent;
using dynamics::Request;
using dynamics::TimePoint;

const law::Mixture& mixture_of(const Sight& sight) { return sight.setting->law->mixture; }

// E[x.s] = -d
void stein(const Sight& sight, Out value, Out expected) {
    value.row(0).array() = sight.posterior->x_dot_score;
    expected.setConstant(-mixture_of(sight).dimension());
}

// A coordinate of a reduced law in which nothing but isotropic noise lives may be the frame of a trajectory's
// own y_perp (law::expose_one): E[s] = 0 does not hold along it.
bool is_plain(const law::Mixture& mixture, Index coordinate) {
    const auto isotropic = [&](const law::Covariance& covariance) {
        return (covariance.diagonal.size() == 0 || covariance.diagonal(coordinate) == 0.0) &&
               (covariance.excess.size() == 0 || covariance.directions.row(coordinate).isZero(0.0));
    };
    return mixture.means.row(coordinate).isZero(0.0) &&
           std::all_of(mixture.covariances.begin(), mixture.covariances.end(), isotropic);
}

// m/|m| where there is an axis, else a fixed random unit vector; empty where a law has no coordinate of its
// own.
Vector probe_direction(const law::Law& law) {
    const Index rows = law.mixture.coordinates();
    Vector direction = Vector::Zero(rows);
    if (law.axis.size() > 0 && law.axis.squaredNorm() > 0.0) {
        direction.head(law.axis.size()) = law.axis.normalized();
        return direction;
    }
    Rows normals(rows, 1);
    random::fill_normals({.seed = 0, .purpose = random::Purpose::probe}, TrajectoryId{0}, StepId{0}, 0,
                         normals);
    for (Index i = 0; i < rows; ++i) {
        if (!law.reduced || !is_plain(law.mixture, i)) direction(i) = normals(i, 0);
    }
    const double norm = direction.norm();
    return norm > 0.0 ? Vector(direction / norm) : Vector();
}

const char* needs_coordinate(const Setting& setting) {
    return probe_direction(*setting.law).size() > 0 ? nullptr
                                                    : "needs a coordinate that is not part of the complement";
}

// E[s.u] = 0
void score_mean(const Sight& sight, Out value, Out expected) {
    value.row(0).noalias() = probe_direction(*sight.setting->law).transpose() * sight.posterior->score;
    expected.setZero();
}

// E[div s] = -E|s|^2
void divergence_norm(const Sight& sight, Out value, Out expected) {
    value.row(0).array() = sight.posterior->divergence;
    expected.row(0).array() = -sight.posterior->score_norm2;
}

// (c): (g^2/2)(alpha^2/sigma^4) tr Cov(y|x)
void mmse_rate(const Sight& sight, Out& out) {
    const TimePoint& time = sight.posterior->time;
    const double gain = time.alpha / time.sigma2;
    out.row(0).array() = 0.5 * time.diffusion2 * gain * gain * sight.posterior->covariance_trace;
}

// (a): (g^2/2)(d/sigma^2 + div s). Where the rate is far below the two terms that cancel, rounding is all
// that is left of the difference to (c); it counts as agreement, as 1e-9 relative does elsewhere.
void rate_divergence(const Sight& sight, Out value, Out expected) {
    constexpr double rounding = 1e-12;
    const TimePoint& time = sight.posterior->time;
    const double open = mixture_of(sight).dimension() / time.sigma2;
    mmse_rate(sight, expected);
    value.row(0).array() = 0.5 * time.diffusion2 * (open + sight.posterior->divergence);
    const double undecided = rounding * time.diffusion2 * open;
    for (Index i = 0; i < value.cols(); ++i) {
        if (std::abs(value(0, i) - expected(0, i)) <= undecided) value(0, i) = expected(0, i);
    }
}

// (b): (g^2/2)(d/sigma^2 - |s|^2)
void rate_score(const Sight& sight, Out value, Out expected) {
    const TimePoint& time = sight.posterior->time;
    const double open = mixture_of(sight).dimension() / time.sigma2;
    value.row(0).array() = 0.5 * time.diffusion2 * (open - sight.posterior->score_norm2);
    mmse_rate(sight, expected);
}

// H(y|x) = H(k|x) - H(k|y) + sum_k w_k ( h_k(y) - I_k(snr) ). H(k|y) does not depend on t, nor does the
// average of sum_k w_k h_k(y), which is sum_k weight_k h_k(y): both are left out, as they drop out of
// differences between times.
void rate_derivative(const Sight& sight, Out value, Out expected) {
    const dynamics::Posterior& posterior = *sight.posterior;
    const law::Mixture& mixture = mixture_of(sight);
    value.row(0).array() = sight.path->direction() * sight.path->information();
    const Within within = within_components(mixture, std::exp(posterior.time.log_snr));
    expected.row(0).array() = posterior.component.entropy;
    if (mixture.shares_covariance()) {
        expected.array() -= within.information(0);
    } else {
        expected.row(0).noalias() -= within.information.transpose() * posterior.weights;
    }
}

const char* needs_narrow_intervals(const Setting& setting) {
    return setting.judges_increments ? nullptr
                                     : "needs neighbouring times that are less than 1.5 apart in log snr";
}

// E[p(c|x_t)] = weight of c
void tower(const Sight& sight, Out value, Out expected) {
    const law::Mixture& mixture = mixture_of(sight);
    const law::Level& level = mixture.labels.classes();
    Vector prior = Vector::Zero(level.classes());
    for (Index k = 0; k < mixture.components(); ++k) {
        prior(level.class_of[static_cast<std::size_t>(k)]) += mixture.weights(k);
    }
    value = sight.classes().weights;
    expected.colwise() = prior;
}

const char* needs_clean_latent(const Setting& setting) {
    if (const char* missing = needs::clean_data(setting)) return missing;
    return setting.law->empirical ? nullptr : needs::classes(setting);
}

const Latent& clean_latent(const Sight& sight) {
    return sight.setting->law->empirical ? sight.posterior->component : sight.classes();
}

// -log of the weight of the class behind the state
double class_surprisal(const Sight& sight, Index lane) {
    const auto component = static_cast<std::size_t>(sight.clean->component[static_cast<std::size_t>(lane)]);
    return -std::log(sight.classes().weights(mixture_of(sight).labels.classes().class_of[component], lane));
}

// E[i^2] = E[h^2] + E[v] for the surprisal i = -log p(L|x) of the class (datum) L behind the state; E[i] = E[h] is the centre
void total_variance(const Sight& sight, Out value, Out expected) {
    constexpr double rounding =
        1e-14;  // a weight that is 1 to it has a surprisal that says nothing: it counts as agreement
    const Latent& latent = clean_latent(sight);
    expected.row(0).array() = latent.entropy.square() + latent.varentropy;
    for (Index i = 0; i < value.cols(); ++i) {
        const double surprisal =
            sight.setting->law->empirical ? datum_surprisal(sight, i) : class_surprisal(sight, i);
        value(0, i) = std::abs(surprisal) > rounding ? surprisal * surprisal : expected(0, i);
    }
}

// Var(i^2 | x) = sum_L w (log w)^4 - (sum_L w (log w)^2)^2
void surprisal_noise(const Sight& sight, Out out) {
    const Latent& latent = clean_latent(sight);
    out.row(0).array() = (latent.fourth - (latent.entropy.square() + latent.varentropy).square()).max(0.0);
}

void mean_surprisal(const Sight& sight, Out out) { out.row(0).array() = clean_latent(sight).entropy; }

// H(j|x) = H(c|x) + H(j|x,c), state by state. Both sides are sums of terms of one sign: what they differ by below 1e-12 nats is
// rounding.
void chain_rule(const Sight& sight, Out value, Out expected) {
    constexpr double rounding = 1e-12;
    const Latent& classes = sight.classes();
    value.row(0).array() = sight.posterior->component.entropy;
    expected.row(0).array() = classes.entropy + classes.within;
    value = ((value - expected).array().abs() > rounding).select(value, expected);
}

const char* needs_labelled_data(const Setting& setting) {
    if (const char* missing = needs::data(setting)) return missing;
    return needs::classes(setting);
}

// The running potential of D; the ensemble makes e^-D of it
void fluctuation(const Sight& sight, Out value, Out expected) {
    value.row(0).array() = sight.path->environment() - sight.posterior->log_density;
    expected.setOnes();
}

Identity of_states(const char* name, const char* definition, const Request& request,
                   const char* (*missing)(const Setting&), void (*evaluate)(const Sight&, Out, Out)) {
    return {.name = name,
            .definition = definition,
            .request = request,
            .axis = Axis::none,
            .path_integral = false,
            .missing = missing,
            .evaluate = evaluate};
}

std::vector<Identity> make_identities() {
    constexpr Request score{.score = true}, latents{.latents = true}, spread{.spread = true};
    constexpr Request both{.score = true, .spread = true};
    std::vector<Identity> table = {
        of_states("stein", "E[x.s] = -d", score, needs::nothing, stein),
        of_states("score_mean", "E[s.u] = 0, u = m/|m| or a fixed random unit vector", score,
                  needs_coordinate, score_mean),
        of_states("divergence_norm", "E[div s] = -E|s|^2", both, needs::nothing, divergence_norm),
        of_states("rate_divergence",
                  "(g^2/2)(d/sigma^2 + E[div s]) = (g^2/2)(alpha^2/sigma^4) E[tr Cov(y|x)]", spread,
                  needs::nothing, rate_divergence),
        of_states("rate_score", "(g^2/2)(d/sigma^2 - E|s|^2) = (g^2/2)(alpha^2/sigma^4) E[tr Cov(y|x)]", both,
                  needs::nothing, rate_score)};

    Identity row = of_states("rate_derivative", "int of E[r] between neighbouring times = change of H(y|x_t)",
                             {.spread = true, .latents = true}, needs::nothing, rate_derivative);
    row.path_integral = row.increments = true;
    row.missing = needs_narrow_intervals;
    table.push_back(row);

    row = of_states("tower", "E[p(c|x_t)] = weight of class c", latents, needs::classes, tower);
    row.axis = Axis::classes;
    row.share = true;
    table.push_back(row);

    table.push_back(of_states("chain_rule",
                              "H(j|x) = H(c|x) + H(j|x,c): datum, class, datum within its class", latents,
                              needs_labelled_data, chain_rule));

    row = of_states("total_variance",
                    "Var(i) = Var(h) + E[v], i the surprisal of the class (datum) behind the state",
                    {.latents = true, .fourth = true}, needs_clean_latent, total_variance);
    row.centre = mean_surprisal;
    row.noise = surprisal_noise;
    table.push_back(row);

    row = of_states("fluctuation", "E[e^-D] = 1 from t_min to t", spread, needs::exact_path, fluctuation);
    row.path_integral = row.whole_path = true;
    table.push_back(row);
    return table;
}

}  // namespace

std::span<const Identity> identity_table() {
    static const std::vector<Identity> table = make_identities();
    return table;
}

bool judges_increments(std::span<const double> log_snr) {
    const auto narrow = [](double a, double b) { return std::abs(a - b) < widest_interval; };
    return log_snr.size() >= fewest_times && std::ranges::adjacent_find(log_snr, narrow) != log_snr.end();
}

namespace {

constexpr double fewest_expected = 15.0, fewest_carriers = 25.0;  // trajectories

// Whether a normal law holds for the mean of a share: see KnownErrors::share.
bool share_is_told(const Moments& difference, double q) {
    const double n = difference.count;
    if (n * std::min(q, 1.0 - q) < fewest_expected) return false;
    const double kurtosis = difference.m2 > 0.0 ? n * difference.m4 / (difference.m2 * difference.m2) : 1.0;
    return n >= fewest_carriers * (kurtosis - 1.0);
}

// Of the sample's variance.
double variance_factor(double p, double q) {
    return std::max({1.0, p > 0.0 ? q / p : 1.0, p < 1.0 ? (1.0 - q) / (1.0 - p) : 1.0});
}

}  // namespace

IdentityValue judge(const Moments& value, const Moments& difference, const KnownErrors& known) {
    constexpr double agreement = 1e-9;
    const double n = difference.count;
    IdentityValue result{value.mean - known.centre, nan, value.mean - difference.mean - known.centre, nan};
    if (n < 2.0) return result;
    double variance = known.noise.value_or(difference.m2 / (n - 1.0));
    if (known.share) variance *= variance_factor(result.value, result.expected);
    const double resolution = std::max(std::abs(difference.minimum), std::abs(difference.maximum)) / n;
    result.standard_error = std::hypot(std::sqrt(variance / n), resolution, known.extra);
    const double scale = std::max(std::abs(result.value), std::abs(result.expected));
    const bool agree = std::abs(difference.mean) <= agreement * scale;
    if (!agree && known.share && !share_is_told(difference, result.expected)) result.standard_error = nan;
    result.z = agree ? 0.0 : difference.mean / result.standard_error;
    return result;
}

}  // namespace kairos::measure
