#include "data_posterior.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index width = panel_width<double>;
constexpr Index many = 128;       // components from which on the pass pays
constexpr int most_classes = 16;  // of a level: means of every class are held for every lane

}  // namespace

bool DataPosterior::serves(const law::Mixture& mixture) {
    return mixture.shared_isotropic() && mixture.components() >= many && mixture.coordinates() > 0 &&
           std::ranges::all_of(mixture.labels.levels,
                               [](const law::Level& level) { return level.classes() <= most_classes; });
}

DataPosterior::DataPosterior(const law::Mixture& mixture)
    : mixture_(&mixture),
      order_(mixture),
      class_level_(mixture.labels.class_level),
      norm2_(mixture.means.colwise().squaredNorm().transpose()),
      log_weights_(mixture.weights.array().log()),
      tile_(mixture.coordinates()) {}

void DataPosterior::evaluate(const States& states, Components& components, const Request& request,
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

void DataPosterior::begin(const States& states, const Components& components, const Request& request) {
    by_class_ = request.class_spread;
    const Index rows = tile_.coordinates(), lanes = states.count();
    pack_panels(states.x, components.time().alpha / components.terms(0).variance, rows, states_);
    panels_.resize(static_cast<std::size_t>(round_up(lanes, width) / width));
    for (std::size_t p = 0; p < panels_.size(); ++p) {
        Panel& panel = panels_[p];
        panel.first = static_cast<Index>(p) * width;
        panel.lanes = std::min(width, lanes - panel.first);
        panel.softmax.begin(panel.lanes, order_.classes_per_level(), request.draw,
                            states.first + static_cast<std::uint64_t>(panel.first));
        const auto size = static_cast<std::size_t>(classes() * rows * width);
        panel.sums.reserve(size);
        std::fill_n(panel.sums.data(), size, 0.0);
    }
    logits_.reserve(static_cast<std::size_t>(tile_rows * width));
}

// c_j = log weight_j - (alpha^2/2v) |y_j|^2
void DataPosterior::fill_constants(const DataTile& tile, const Components& components) {
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

void DataPosterior::stream(const Components& components, bool with_means) {
    rescale_.resize(static_cast<std::size_t>(width));
    std::uint32_t number = 0;
    for (const DataTile& tile : order_.tiles()) {
        fill_constants(tile, components);
        tile_.fill(mixture_->means, columns_);
        const LogitTile<double> logits{logits_.data(),           tile.rows,          width,     number++,
                                       order_.data(tile).data(), tile_norm2_.data(), tile.cells};
        for (Panel& panel : panels_) {
            tile_logits(tile_, states_.data() + panel.first * tile_.coordinates(), constants_.data(),
                        logits_.data());
            const bool moved = panel.softmax.absorb(logits, rescale_.data());
            if (with_means) add_means(tile, panel, moved);
        }
    }
}

// The sums follow the reference of the weights; a datum that is no longer the top joins them.
void DataPosterior::add_means(const DataTile& tile, Panel& panel, bool moved) {
    const Index rows = tile_.coordinates();
    if (moved) {
        const Eigen::Map<const Lanes> factors(rescale_.data(), panel.lanes);
        for (Index k = 0; k < classes() * rows; ++k)
            Eigen::Map<Lanes>(panel.sums.data() + k * width, panel.lanes) *= factors;
    }
    for (const auto& [lane, datum, weight] : panel.softmax.joined()) {
        const Index c = by_class_ ? mixture_->labels.classes().class_of[static_cast<std::size_t>(datum)] : 0;
        double* const to = panel.means(rows, c) + lane;
        const double* const y = mixture_->means.col(static_cast<Index>(datum)).data();
        for (Index k = 0; k < mixture_->coordinates(); ++k) to[k * width] += weight * y[k];
    }
    if (!by_class_) return add_tile_means(tile_, 0, tile.rows, logits_.data(), panel.means(rows, 0));
    for (auto cell = tile.cells.begin(); cell != tile.cells.end();) {
        const Index first = cell->first;
        const int c = cell->classes[class_level_];
        Index count = 0;
        for (; cell != tile.cells.end() && cell->classes[class_level_] == c; ++cell) count += cell->count;
        add_tile_means(tile_, first, count, logits_.data(), panel.means(rows, c));
    }
}

void DataPosterior::summarise(const Request& request, Posterior& out) {
    const Index lanes = out.norm2.size();
    out.weights.resize(0, lanes);
    out.log_density.resize(lanes);
    out.chosen.clear();
    std::vector<Latent> levels(order_.classes_per_level().size());
    Latent component;
    if (request.latents) out.levels.resize(levels.size());
    for (Panel& panel : panels_) {
        const OnlineSoftmax& softmax = panel.softmax;
        out.log_density.segment(panel.first, panel.lanes) = softmax.maximum() + softmax.log_total();
        for (const std::int64_t datum : softmax.chosen()) out.chosen.push_back(static_cast<int>(datum));
        if (!request.latents) continue;
        softmax.summarise(component, levels);
        place(component, panel.first, lanes, out.component);
        for (std::size_t l = 0; l < levels.size(); ++l) place(levels[l], panel.first, lanes, out.levels[l]);
    }
}

void DataPosterior::fill_spreads(const States& states, Components& components, const Request& request,
                                 Posterior& out) {
    const Index lanes = states.count();
    const double kappa = 1.0 / components.terms(0).variance;
    mean_.resize(states.x.rows(), lanes);
    if (request.spread) out.score_spread.resize(lanes);
    if (request.class_spread) out.class_spread.resize(lanes);
    for (Panel& panel : panels_)
        for (Index lane = 0; lane < panel.lanes; ++lane) mean_of(panel, lane, components, request, out);
    if (request.score) {
        out.radial_rate.setConstant(lanes, kappa);
        fill_score(components, states, mean_, out);
    }
    if (request.spread) fill_traces(components, out);
}

// away = mean - y_top = (O - S y_top)/(e_top + S), O and S the sums of e y and of e without the top
void DataPosterior::mean_of(Panel& panel, Index lane, const Components& components, const Request& request,
                            Posterior& out) {
    using Column = Eigen::Map<const Vector, 0, Eigen::InnerStride<width>>;
    const Index r = mixture_->coordinates(), rows = tile_.coordinates(), to = panel.first + lane;
    const OnlineSoftmax& softmax = panel.softmax;
    const auto top = softmax.top(lane);
    const auto y_top = mixture_->means.col(static_cast<Index>(top));
    const double others = softmax.others(lane), total = others + softmax.top_weight(lane);
    const double scale = components.time().alpha / components.terms(0).variance;
    const auto sum_of = [&](Index c) { return Column(panel.means(rows, c) + lane, r); };

    away_ = -others * y_top;
    double along = 0.0;  // y_top . O
    for (Index c = 0; c < classes(); ++c) {
        away_ += sum_of(c);
        along += y_top.dot(sum_of(c));
    }
    away_ /= total;
    mean_.col(to) = scale * (y_top + away_);
    if (request.spread) {
        const double norm2 = norm2_[static_cast<Index>(top)];
        const double from_top = softmax.moment(lane) - 2.0 * along + others * norm2;
        out.score_spread[to] = scale * scale * std::max(0.0, from_top / total - away_.squaredNorm());
    }
    if (!request.class_spread) return;
    const int top_class = mixture_->labels.classes().class_of[static_cast<std::size_t>(top)];
    double spread = 0.0;
    for (int c = 0; c < classes(); ++c) {
        const double weight = softmax.class_others(class_level_, c, lane);
        const double all = weight + (c == top_class ? softmax.top_weight(lane) : 0.0);
        if (!(all > 0.0)) continue;
        class_away_ = (sum_of(c) - weight * y_top) / all;
        spread += all / total * (class_away_ - away_).squaredNorm();
    }
    out.class_spread[to] = scale * scale * spread;
}

}  // namespace kairos::dynamics
