#include "kairos/dynamics/posterior.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "centred_data.hpp"
#include "lane_columns.hpp"
#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

void clear(Latent& latent) {
    latent.weights.resize(0, 0);
    for (Lanes* lanes : {&latent.entropy, &latent.varentropy, &latent.collision, &latent.max_weight,
                         &latent.top, &latent.top_surprisal, &latent.fourth, &latent.within}) {
        lanes->resize(0);
    }
}

void clear_unrequested(const Request& request, Posterior& out) {
    if (!request.latents) {
        clear(out.component);
        out.levels.clear();
    }
    if (!request.score) {
        out.score.resize(0, 0);
        for (Lanes* lanes : {&out.radial_rate, &out.score_norm2, &out.x_dot_score}) {
            lanes->resize(0);
        }
    }
    if (!request.spread) {
        for (Lanes* lanes : {&out.score_spread, &out.covariance_trace, &out.divergence}) {
            lanes->resize(0);
        }
    }
    if (!request.class_spread) {
        out.class_spread.resize(0);
    }
    if (!request.level_spread) {
        out.level_spread.resize(0, 0);
    }
    if (!request.top_eigenvalue) {
        out.top_eigenvalue.resize(0);
    }
    if (request.eigenvalues == 0) {
        out.eigenvalues.resize(0, 0);
    }
    if (!request.eigenvectors) {
        out.eigenvectors.clear();
    }
}

}  // namespace

void fill_norm2(const States& states, bool complement, Lanes& norm2) {
    column_squares(states.x, norm2);
    if (complement) {
        norm2 += states.radius2;
    }
}

// tr Cov(y|x) = sigma^2 sum_k w_k tr S_k C_k^-1 + (sigma^4/alpha^2) spread;   div s = -sum_k w_k tr C_k^-1 +
// spread
void fill_traces(const Components& components, Posterior& out) {
    const double sigma2 = components.time().sigma2, alpha = components.time().alpha;
    const double ratio = sigma2 / alpha;
    components.average(out.weights, &GaussianTerms::gain_trace, out.covariance_trace);
    out.covariance_trace = sigma2 * out.covariance_trace + (ratio * ratio) * out.score_spread;
    components.average(out.weights, &GaussianTerms::precision_trace, out.divergence);
    out.divergence = out.score_spread - out.divergence;
}

void Request::merge(const Request& other) {
    score |= other.score;
    spread |= other.spread;
    class_spread |= other.class_spread;
    level_spread |= other.level_spread;
    latents |= other.latents;
    fourth |= other.fourth;
    top_eigenvalue |= other.top_eigenvalue;
    eigenvalues = std::max(eigenvalues, other.eigenvalues);
    eigenvectors |= other.eigenvectors;
    weights |= other.weights;
    if (other.draw) draw = other.draw;
}

bool is_finite(const Posterior& posterior, Index lane) {
    return std::isfinite(posterior.norm2[lane]) && std::isfinite(posterior.log_density[lane]);
}

bool Request::beyond_latents() const {
    return score || spread || class_spread || level_spread || top_eigenvalue || eigenvalues > 0 || weights ||
           draw;
}

PosteriorEvaluator::Parts::Parts(const law::Law& law, const Numerics& numerics)
    : centre(distant_centre(law.mixture)), class_level(law.mixture.labels.class_level), data(law.empirical) {
    if (centre.size() > 0) {
        law::Mixture mixture = law.mixture;
        mixture.means = law.mixture.means.colwise() - centre;
        about_centre = std::make_unique<const law::Mixture>(std::move(mixture));
    }
    components = make_components(about_centre ? *about_centre : law.mixture);
    for (const law::Level& level : law.mixture.labels.levels) {
        groupings.push_back(group(level));
    }
    if (DataPosterior::serves(law.mixture)) {
        stream = DataPosterior::make(law.mixture, numerics);
    }
}

const States& PosteriorEvaluator::Parts::move(const States& states, double alpha) {
    if (centre.size() == 0) return states;
    move_states(states, alpha, centre, moved);
    return moved;
}

PosteriorEvaluator::PosteriorEvaluator(const law::Law& law, const Numerics& numerics)
    : parts_(std::make_unique<Parts>(law, numerics)) {}
bool PosteriorEvaluator::streams(const law::Mixture& mixture) { return DataPosterior::serves(mixture); }
PosteriorEvaluator::~PosteriorEvaluator() = default;
PosteriorEvaluator::PosteriorEvaluator(PosteriorEvaluator&&) noexcept = default;
PosteriorEvaluator& PosteriorEvaluator::operator=(PosteriorEvaluator&&) noexcept = default;

void PosteriorEvaluator::Parts::fill_weights(const States& states, const Request& request, Posterior& out) {
    if (centre.size() > 0) fill_norm2(states, components->mixture().complement > 0, moved_norm2);
    Rows& scratch = request.latents ? logits : out.weights;
    components->logits(states, centre.size() > 0 ? moved_norm2 : out.norm2, scratch, out.log_density);
    softmax(scratch, out.weights, summary);
    out.log_density += summary.max + summary.log_total;
    if (request.latents) fill_latents(request, out);
    out.chosen.clear();
    if (request.draw) choose(out.weights, *request.draw, states.first, out.chosen);
}

void PosteriorEvaluator::Parts::fill_latents(const Request& request, Posterior& out) {
    summarise_components(logits, out.weights, summary, request.fourth, out.component);
    out.levels.resize(groupings.size());
    for (std::size_t l = 0; l < groupings.size(); ++l) {
        summarise_classes(groupings[l], out.weights, out.component, request.fourth, out.levels[l]);
        if (data) fill_within(groupings[l], logits, out.levels[l]);
    }
}

void PosteriorEvaluator::Parts::fill_moments(const States& states, const Request& request, Posterior& out) {
    mean.setZero(states.x.rows(), states.count());
    components->add_weighted(states, out.weights, components->all(), mean);
    components->average(out.weights, &GaussianTerms::precision, kappa);
    if (request.score) {
        out.radial_rate = kappa;
        fill_score(*components, states, mean, out);
        if (centre.size() > 0)  // x.s = x'.s + alpha c.s
            out.x_dot_score += components->time().alpha * (centre.transpose() * out.score).array();
    }
    fill_spreads(states, request, out);
    if (request.top_eigenvalue || request.eigenvalues > 0) fill_eigen(states, request, out);
}

void PosteriorEvaluator::Parts::fill_spreads(const States& states, const Request& request, Posterior& out) {
    if (request.spread) {
        fill_spread(*components, states, mean, kappa, out.weights, out.score_spread);
        fill_traces(*components, out);
    }
    if (request.class_spread) {
        const Grouping& classes = groupings[class_level];
        if (classes.one_to_one && request.spread) {
            out.class_spread = out.score_spread;
        } else if (classes.one_to_one) {
            fill_spread(*components, states, mean, kappa, out.weights, out.class_spread);
        } else {
            fill_class_spread(*components, classes, states, mean, kappa, out.weights, out.class_spread);
        }
    }
    if (request.level_spread)
        fill_level_spread(*components, groupings, states, mean, kappa, out.weights, out.level_spread);
}

void PosteriorEvaluator::Parts::fill_eigen(const States& states, const Request& request, Posterior& out) {
    LanePairs leading;
    fill_eigenpairs(product, *components, {&states, &out.weights, &mean, &kappa},
                    std::max<Index>(1, request.eigenvalues), request.eigenvectors, leading);
    if (request.top_eigenvalue) out.top_eigenvalue = leading.values.row(0);
    if (request.eigenvalues > 0) out.eigenvalues = std::move(leading.values);
    if (request.eigenvectors) out.eigenvectors = std::move(leading.vectors);
}

void PosteriorEvaluator::evaluate(const States& states, const TimePoint& time, const Request& request,
                                  Posterior& out) {
    Parts& p = *parts_;
    if ((request.class_spread || request.level_spread) && p.groupings.empty())
        throw std::invalid_argument("PosteriorEvaluator: class_spread needs a law with classes");
    p.components->set_time(time);
    out.time = time;
    clear_unrequested(request, out);
    fill_norm2(states, p.components->mixture().complement > 0, out.norm2);
    if (p.stream && DataPosterior::serves(request)) {
        p.stream->evaluate(states, *p.components, request, out);
        return;
    }
    const States& here = p.move(states, time.alpha);
    p.fill_weights(here, request, out);
    if (request.score || request.spread || request.class_spread || request.level_spread ||
        request.top_eigenvalue || request.eigenvalues > 0)
        p.fill_moments(here, request, out);
}

void PosteriorEvaluator::covariance_times(const States& states, const Posterior& posterior, const Rows& v,
                                          Rows& out) const {
    Parts& p = *parts_;
    p.components->set_time(posterior.time);
    const States& here = p.move(states, posterior.time.alpha);
    // mean = score + shift
    p.mean = -posterior.score;
    p.components->subtract_shift(here, p.mean, p.mean);
    p.mean = -p.mean;
    p.product.apply(*p.components, {&here, &posterior.weights, &p.mean, &posterior.radial_rate}, false, v,
                    out);
}

}  // namespace kairos::dynamics
