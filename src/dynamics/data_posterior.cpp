#include "data_posterior.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index many = 128;       // components from which on the pass pays
constexpr int most_classes = 16;  // of a level: means of every class are held for every lane

}  // namespace

bool DataPosterior::serves(const law::Mixture& mixture) {
    return mixture.shared_isotropic() && mixture.components() >= many && mixture.coordinates() > 0 &&
           std::ranges::all_of(mixture.labels.levels,
                               [](const law::Level& level) { return level.classes() <= most_classes; });
}

std::unique_ptr<DataPosterior> DataPosterior::make(const law::Mixture& mixture, const Numerics& numerics) {
    if (numerics.precision == Precision::mixed) return std::make_unique<StreamedPosterior<float>>(mixture);
    return std::make_unique<StreamedPosterior<double>>(mixture);
}

template <class Real>
StreamedPosterior<Real>::StreamedPosterior(const law::Mixture& mixture)
    : mixture_(&mixture),
      order_(mixture),
      norm2_(mixture.means.colwise().squaredNorm().transpose()),
      log_weights_(mixture.weights.array().log()),
      tile_(mixture.coordinates()) {}

template <class Real>
void StreamedPosterior<Real>::evaluate(const States& states, Components& components, const Request& request,
                                       Posterior& out) {
    const bool with_means = request.score || request.spread || request.class_spread;
    begin(states, components, request);
    stream(components, with_means);
    summarise(request, out);
    const double d = mixture_->dimension(), v = components.terms(0).variance;
    out.log_density -=
        0.5 * (out.norm2 / v + components.terms(0).log_det + d * std::log(2.0 * std::numbers::pi));
    if (with_means) fill_spreads(states, components, request, out);
}

template <class Real>
void StreamedPosterior<Real>::begin(const States& states, const Components& components,
                                    const Request& request) {
    constexpr Index width = panel_width<Real>;
    by_class_ = request.class_spread;
    const Index rows = tile_.coordinates(), lanes = states.count();
    pack_panels(states.x, components.time().alpha / components.terms(0).variance, rows, states_);
    panels_.resize(static_cast<std::size_t>(round_up(lanes, width) / width));
    for (std::size_t p = 0; p < panels_.size(); ++p) {
        const Index first = static_cast<Index>(p) * width;
        panels_[p].begin(*mixture_, by_class_, first, std::min(width, lanes - first), width, rows);
        panels_[p].softmax.begin(panels_[p].lanes, order_.classes_per_level(), request.fourth, request.draw,
                                 states.first + static_cast<std::uint64_t>(first));
    }
    logits_.reserve(static_cast<std::size_t>(tile_rows * width));
    weights_.reserve(static_cast<std::size_t>(tile_rows * width));
    rescale_.resize(static_cast<std::size_t>(width));
}

// c_j = log weight_j - (alpha^2/2v) |y_j|^2
template <class Real>
void StreamedPosterior<Real>::fill_constants(const DataTile& tile, const Components& components) {
    const double alpha = components.time().alpha, half = 0.5 * alpha * alpha / components.terms(0).variance;
    columns_.clear(), constants_.clear(), tile_norm2_.clear();
    for (const std::int64_t datum : order_.data(tile)) {
        const bool absent = datum < 0;
        columns_.push_back(static_cast<Index>(datum));
        tile_norm2_.push_back(absent ? 0.0 : norm2_[columns_.back()]);
        constants_.push_back(absent ? absent_logit
                                    : log_weights_[columns_.back()] - half * tile_norm2_.back());
    }
}

template <class Real>
void StreamedPosterior<Real>::stream(const Components& components, bool with_means) {
    const std::vector<DataTile>& tiles = order_.tiles();
    for (std::size_t number = 0; number < tiles.size(); ++number) {
        const DataTile& tile = tiles[number];
        fill_constants(tile, components);
        tile_.fill(mixture_->means, columns_);
        next_columns_.clear();
        if (number + 1 < tiles.size())
            for (const std::int64_t datum : order_.data(tiles[number + 1]))
                next_columns_.push_back(static_cast<Index>(datum));
        Upcoming upcoming(mixture_->means, next_columns_);
        upcoming.divide(logit_blocks(tile_) * static_cast<Index>(panels_.size()));
        const LogitTile<Real> logits{logits_.data(),
                                     weights_.data(),
                                     tile.rows,
                                     panel_width<Real>,
                                     static_cast<std::uint32_t>(number),
                                     order_.data(tile).data(),
                                     tile_norm2_.data(),
                                     tile.cells};
        for (DataPanel& panel : panels_) {
            tile_logits(tile_, states_.data() + panel.first * tile_.coordinates(), constants_.data(),
                        logits_.data(), &upcoming);
            const bool moved = panel.softmax.absorb(logits, rescale_.data());
            if (!with_means) continue;
            panel.follow(moved, rescale_.data());
            add_means(tile, panel);
        }
    }
}

template <class Real>
void StreamedPosterior<Real>::add_means(const DataTile& tile, DataPanel& panel) {
    if (!by_class_) return add_tile_means(tile_, 0, tile.rows, weights_.data(), panel.sums(0));
    const std::size_t level = mixture_->labels.class_level;
    for (auto cell = tile.cells.begin(); cell != tile.cells.end();) {
        const Index first = cell->first;
        const int c = cell->classes[level];
        Index count = 0;
        for (; cell != tile.cells.end() && cell->classes[level] == c; ++cell) count += cell->count;
        add_tile_means(tile_, first, count, weights_.data(), panel.sums(c));
    }
}

template <class Real>
void StreamedPosterior<Real>::summarise(const Request& request, Posterior& out) {
    const Index lanes = out.norm2.size();
    out.weights.resize(0, lanes);
    out.log_density.resize(lanes);
    out.chosen.clear();
    std::vector<Latent> levels(order_.classes_per_level().size());
    Latent component;
    if (request.latents) out.levels.resize(levels.size());
    for (const DataPanel& panel : panels_) {
        const OnlineSoftmax& softmax = panel.softmax;
        out.log_density.segment(panel.first, panel.lanes) = softmax.maximum() + softmax.log_total();
        for (const std::int64_t datum : softmax.chosen()) out.chosen.push_back(static_cast<int>(datum));
        if (!request.latents) continue;
        softmax.summarise(component, levels);
        place(component, panel.first, lanes, out.component);
        for (std::size_t l = 0; l < levels.size(); ++l) place(levels[l], panel.first, lanes, out.levels[l]);
    }
}

template <class Real>
void StreamedPosterior<Real>::fill_spreads(const States& states, Components& components,
                                           const Request& request, Posterior& out) {
    const Index lanes = states.count();
    const double kappa = 1.0 / components.terms(0).variance, scale = components.time().alpha * kappa;
    mean_.resize(states.x.rows(), lanes);
    if (request.spread) out.score_spread.resize(lanes);
    if (request.class_spread) out.class_spread.resize(lanes);
    for (DataPanel& panel : panels_) {
        for (Index lane = 0; lane < panel.lanes; ++lane) {
            const Index to = panel.first + lane;
            panel.moments_of(lane, norm2_, request.spread, request.class_spread, moments_);
            mean_.col(to) = scale * moments_.mean;
            if (request.spread) out.score_spread[to] = scale * scale * moments_.spread;
            if (request.class_spread) out.class_spread[to] = scale * scale * moments_.class_spread;
        }
    }
    if (request.score) {
        out.radial_rate.setConstant(lanes, kappa);
        fill_score(components, states, mean_, out);
    }
    if (request.spread) fill_traces(components, out);
}

template class StreamedPosterior<double>;
template class StreamedPosterior<float>;

}  // namespace kairos::dynamics
