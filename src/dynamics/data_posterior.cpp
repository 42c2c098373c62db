#include "data_posterior.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "digit_products.hpp"
#include "posterior_parts.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index many = 128;  // components from which on the pass pays
// Means of every class are held for every lane, and a class fills up its last six data: few classes, or many of many data that fit into
// some 64 MB with 128 lanes.
constexpr Index few_classes = 16, least_data_of_a_class = 64, most_class_sums = 1 << 16;

}  // namespace

bool DataPosterior::serves(const law::Mixture& mixture) {
    if (!mixture.shared_isotropic() || mixture.components() < many || mixture.coordinates() == 0)
        return false;
    if (!mixture.labels.any()) return true;
    const Index classes = mixture.labels.classes().classes();
    return classes <= few_classes || (classes * least_data_of_a_class <= mixture.components() &&
                                      classes * mixture.coordinates() <= most_class_sums);
}

std::unique_ptr<DataPosterior> DataPosterior::make(const law::Mixture& mixture, const Numerics& numerics) {
    if (numerics.precision == Precision::in_double)
        return std::make_unique<StreamedPosterior<PackedProducts<double>>>(mixture, numerics);
    if (DigitProducts::pay()) return std::make_unique<StreamedPosterior<DigitProducts>>(mixture, numerics);
    return std::make_unique<StreamedPosterior<PackedProducts<float>>>(mixture, numerics);
}

template <class Products>
StreamedPosterior<Products>::StreamedPosterior(const law::Mixture& mixture, const Numerics& numerics)
    : mixture_(&mixture),
      shards_(numerics.shards),
      order_(mixture, shards_.get()),
      packed_(numerics.packed && numerics.packed->holds(mixture, numerics.precision, order_) ? numerics.packed
                                                                                             : nullptr),
      constants_(mixture),
      screening_(numerics.precision == Precision::mixed ? Screening::never : numerics.screening),
      products_(mixture.coordinates()) {
    if (order_.tiles().empty() ||
        (screening_ == Screening::automatic && !Screen::may_pay(mixture.components())))
        screening_ = Screening::never;
    if (screening_ != Screening::never)
        screen_ = std::make_unique<Screen>(mixture, order_, constants_, packed_);
}

template <class Products>
void StreamedPosterior<Products>::evaluate(const States& states, Components& components,
                                           const Request& request, Posterior& out) {
    const bool with_means = request.score || request.spread || request.class_spread;
    begin(states, components, request);
    if (screened(components)) {
        screen_->run(centred_, components.time(), components.terms(0).variance);
        stream_kept(with_means);
    } else {
        stream(with_means);
    }
    if (with_means)
        for (DataPanel& panel : panels_) panel.join_former_tops();
    if (shards_) join(*shards_, panels_);
    for (DataPanel& panel : panels_) panel.softmax.finish();
    summarise(request, out);
    const double d = mixture_->dimension(), v = components.terms(0).variance;
    out.log_density -=
        0.5 * (norm2_ / v + components.terms(0).log_det + d * std::log(2.0 * std::numbers::pi));
    if (with_means) fill_spreads(components, request, out);
}

template <class Products>
void StreamedPosterior<Products>::centre(const States& states, double alpha) {
    move_states(states, alpha, constants_.data.centre, centred_);
    fill_norm2(centred_, mixture_->complement > 0, norm2_);
}

template <class Products>
void StreamedPosterior<Products>::begin(const States& states, const Components& components,
                                        const Request& request) {
    constexpr Index width = panel_width<Real>;
    by_class_ = request.class_spread ? &mixture_->labels : nullptr;
    centre(states, components.time().alpha);
    half_ = 0.5 * components.time().alpha * components.time().alpha / components.terms(0).variance;
    const Index rows = products_.rows(), lanes = states.count();
    products_.set_states(centred_.x, components.time().alpha / components.terms(0).variance);
    panels_.resize(static_cast<std::size_t>(round_up(lanes, width) / width));
    for (std::size_t p = 0; p < panels_.size(); ++p) {
        const Index first = static_cast<Index>(p) * width;
        panels_[p].begin(constants_, by_class_, first, std::min(width, lanes - first), width, rows);
        panels_[p].softmax.begin(panels_[p].lanes, order_.classes_per_level(), request.fourth, request.draw,
                                 states.first + static_cast<std::uint64_t>(first));
    }
    logits_.reserve(panels_.size() * panel_values<Real>);
    if (!std::is_same_v<Real, double>) weights_.reserve(panels_.size() * panel_values<Real>);
    largest_.reserve(panels_.size() * width);
    rescale_.resize(static_cast<std::size_t>(width));
}

template <class Products>
bool StreamedPosterior<Products>::screened(const Components& components) {
    if (screening_ != Screening::automatic) return screening_ == Screening::always;
    return screen_->pays(components.time(), components.terms(0).variance);
}

// With what follows it, so that it is on its way while this one is multiplied.
template <class Products>
void StreamedPosterior<Products>::take_tile(std::size_t number) {
    const std::vector<DataTile>& tiles = order_.tiles();
    const DataTile* const next = number + 1 < tiles.size() ? &tiles[number + 1] : nullptr;
    data_.take_all(order_, tiles[number], constants_, half_);
    next_columns_.clear();
    if (next && !packed_)
        for (const std::int64_t datum : order_.data(*next))
            next_columns_.push_back(static_cast<Index>(datum));
    products_.take({constants_.data, data_.columns, next_columns_, packed_.get(), tiles[number].number,
                    next ? std::optional<std::size_t>(next->number) : std::nullopt});
}

template <class Products>
void StreamedPosterior<Products>::stream(bool with_means) {
    for (std::size_t number = 0; number < order_.tiles().size(); ++number) {
        take_tile(number);
        products_.logits(0, static_cast<Index>(panels_.size()),
                         {data_.constants.data(), logits_.data(), nullptr, largest_.data(), with_means});
        for (std::size_t p = 0; p < panels_.size(); ++p)
            absorb(p, order_.tiles()[number].number, largest_.data() + p * panel_width<Real>, with_means);
        if (with_means) add_means(0, panels_.size());
    }
}

// Every panel packs its own selection of a tile: few rows, or none.
template <class Products>
void StreamedPosterior<Products>::stream_kept(bool with_means) {
    for (const DataTile& tile : order_.tiles()) {
        for (std::size_t p = 0; p < panels_.size(); ++p) {
            rows_.clear();
            for (Index row = 0; row < tile.rows; ++row)
                if (screen_->lanes(tile.first + row, static_cast<Index>(p)) != 0) rows_.push_back(row);
            if (rows_.empty()) continue;
            data_.take(order_, tile, rows_, mixture_->labels.class_level, constants_, half_);
            products_.take({constants_.data, data_.columns});
            products_.logits(static_cast<Index>(p), 1,
                             {data_.constants.data(), logits_of(p), nullptr, nullptr, with_means});
            leave_out(tile, p);
            absorb(p, tile.number, nullptr, with_means);
            if (with_means) add_means(p, 1);
        }
    }
}

// Logits of the lanes that a row cannot matter to.
template <class Products>
void StreamedPosterior<Products>::leave_out(const DataTile& tile, std::size_t panel) {
    double* logits = logits_of(panel);
    auto row = rows_.begin();
    for (const Index column : data_.columns) {
        const std::uint32_t kept =
            column < 0 ? 0 : screen_->lanes(tile.first + *row++, static_cast<Index>(panel));
        for (Index q = 0; q < panel_width<Real>; ++q)
            if ((kept >> q & 1U) == 0) logits[q] = absent_logit;
        logits += panel_width<Real>;
    }
}

template <class Products>
void StreamedPosterior<Products>::absorb(std::size_t panel, std::uint32_t number, const double* largest,
                                         bool with_means) {
    DataPanel& into = panels_[panel];
    const LogitTile<Real> logits{logits_of(panel), weights_of(panel),  data_.rows(),       panel_width<Real>,
                                 number,           data_.datum.data(), data_.norm2.data(), data_.cells,
                                 largest};
    const bool moved = into.softmax.absorb(logits, rescale_.data());
    if (with_means && moved) into.rescale_sums(Eigen::Map<const Lanes>(rescale_.data(), into.lanes));
}

// Into the sums of panels first, first + 1, ...
template <class Products>
void StreamedPosterior<Products>::add_means(std::size_t first, std::size_t count) {
    const auto add = [&](Index row, Index rows, int c) {
        sums_.clear();
        for (std::size_t p = first; p < first + count; ++p) sums_.push_back(panels_[p].sums(c));
        products_.add_means(row, rows, weights_of(first), sums_);
    };
    if (!by_class_) return add(0, data_.rows(), 0);
    const std::size_t level = mixture_->labels.class_level;
    const std::vector<Cell>& cells = data_.cells;
    for (auto cell = cells.begin(); cell != cells.end();) {
        const Index row = cell->first;
        const int c = cell->classes[level];
        Index rows = 0;
        for (; cell != cells.end() && cell->classes[level] == c; ++cell) rows += cell->count;
        add(row, rows, c);
    }
}

template <class Products>
void StreamedPosterior<Products>::summarise(const Request& request, Posterior& out) {
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

template <class Products>
void StreamedPosterior<Products>::fill_spreads(Components& components, const Request& request,
                                               Posterior& out) {
    const Index lanes = centred_.count();
    const double kappa = 1.0 / components.terms(0).variance, scale = components.time().alpha * kappa;
    mean_.resize(centred_.x.rows(), lanes);
    if (request.spread) out.score_spread.resize(lanes);
    if (request.class_spread) out.class_spread.resize(lanes);
    for (DataPanel& panel : panels_) {
        for (Index from = 0; from < panel.lanes; from += DataPanel::lanes_at_once) {
            const Index to = panel.first + from,
                        count = std::min(DataPanel::lanes_at_once, panel.lanes - from);
            panel.moments_of(from, count, request.spread, request.class_spread, moments_);
            mean_.middleCols(to, count) = scale * moments_.mean;
            if (request.spread) out.score_spread.segment(to, count) = scale * scale * moments_.spread;
            if (request.class_spread)
                out.class_spread.segment(to, count) = scale * scale * moments_.class_spread;
        }
    }
    if (request.score) {
        out.radial_rate.setConstant(lanes, kappa);
        fill_score(components, centred_, mean_, out);
        // x.s = x'.s + alpha c.s
        out.x_dot_score += components.time().alpha * (constants_.data.centre.transpose() * out.score).array();
    }
    if (request.spread) fill_traces(components, out);
}

template class StreamedPosterior<PackedProducts<double>>;
template class StreamedPosterior<PackedProducts<float>>;
template class StreamedPosterior<DigitProducts>;

}  // namespace kairos::dynamics
