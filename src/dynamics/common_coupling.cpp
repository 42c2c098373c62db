#include "kairos/dynamics/common_coupling.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

#include "combined_products.hpp"
#include "data_order.hpp"
#include "online_softmax.hpp"
#include "posterior_parts.hpp"
#include "tile_products.hpp"

namespace kairos::dynamics {
namespace {

constexpr Index width = panel_width<double>;
constexpr Index most_panels = 4;       // of a block: their products with a tile stay in a second-level cache
constexpr double memory_limit = 64e6;  // bytes of the sums of a block at all times

}  // namespace

struct CommonCoupling::Parts {
    Parts(const law::Mixture& law, std::vector<TimePoint> points, std::shared_ptr<const Shards> who);
    void begin(const Rows& y, const Rows& z);
    void take(const DataTile& tile);
    void multiply(Index rows);
    void absorb(const LogitTile<double>& logits, Index panel, std::size_t time);
    [[nodiscard]] double variance(const TimePoint& time) const {
        return time.alpha * time.alpha * mixture.covariances[0].isotropic + time.sigma2;
    }
    [[nodiscard]] OnlineSoftmax& sums(Index panel, std::size_t time) {
        return softmax[static_cast<std::size_t>(panel) * times.size() + time];
    }
    [[nodiscard]] Index panels() const { return round_up(lanes, width) / width; }
    [[nodiscard]] Index lanes_of(Index panel) const { return std::min(width, lanes - panel * width); }

    const law::Mixture& mixture;
    std::vector<TimePoint> times;
    std::shared_ptr<const Shards> shards;
    DataOrder order;
    DataConstants constants_of;
    std::vector<OnlineSoftmax> softmax;  // [panel][time]
    Index lanes = 0;
    Rows both;               // y, then z, filled up to whole panels
    Aligned<double> states;  // in panels

    // Of the tile at hand.
    PackedTile<double> packed;
    std::vector<Index> columns;
    std::vector<double> tile_norm2, tile_log_weights, constants;
    Aligned<double> products;  // P of every panel, then Q
    Aligned<double> weights;   // of one panel
    std::vector<double> rescale;
};

CommonCoupling::Parts::Parts(const law::Mixture& law, std::vector<TimePoint> points,
                             std::shared_ptr<const Shards> who)
    : mixture(law),
      times(std::move(points)),
      shards(std::move(who)),
      order(law, shards.get()),
      constants_of(law),
      packed(law.coordinates()),
      rescale(static_cast<std::size_t>(width)) {
    weights.reserve(panel_values<double>);
}

void CommonCoupling::Parts::begin(const Rows& clean, const Rows& noise) {
    lanes = clean.cols();
    both.setZero(clean.rows(), 2 * panels() * width);
    both.leftCols(lanes) = clean.colwise() - constants_of.data.centre;
    both.middleCols(panels() * width, lanes) = noise;
    pack_panels(both, 1.0, packed.coordinates(), states);
    products.reserve(static_cast<std::size_t>(2 * panels() * panel_values<double>));
    softmax.resize(static_cast<std::size_t>(panels()) * times.size());
    for (Index panel = 0; panel < panels(); ++panel) {
        for (std::size_t i = 0; i < times.size(); ++i) {
            sums(panel, i).begin(lanes_of(panel), order.classes_per_level(), true, {}, TrajectoryId{0});
        }
    }
}

void CommonCoupling::Parts::take(const DataTile& tile) {
    columns.clear(), tile_norm2.clear(), tile_log_weights.clear();
    for (const std::int64_t datum : order.data(tile)) {
        const auto k = static_cast<Index>(datum);
        columns.push_back(k);
        tile_norm2.push_back(k < 0 ? 0.0 : constants_of.norm2[k]);
        tile_log_weights.push_back(k < 0 ? absent_logit : constants_of.log_weights[k]);
    }
    packed.take(constants_of.data, columns);
}

// P and Q of all panels with the tile.
void CommonCoupling::Parts::multiply(Index rows) {
    constants.assign(static_cast<std::size_t>(rows), 0.0);
    tile_logits(packed, states.data(), 2 * panels(), {constants.data(), products.data()});
}

void CommonCoupling::Parts::absorb(const LogitTile<double>& logits, Index panel, std::size_t number) {
    const TimePoint& time = times[number];
    const double gain = time.alpha / variance(time);
    for (std::size_t k = 0; k < constants.size(); ++k)
        constants[k] = tile_log_weights[k] - 0.5 * time.alpha * gain * tile_norm2[k];
    const double* const p = products.data() + panel * panel_values<double>;
    const double* const q = p + panels() * panel_values<double>;
    combine({p, q, time.alpha * gain, std::sqrt(time.sigma2) * gain, constants.data()}, logits.rows,
            logits.logits);
    sums(panel, number).absorb(logits, rescale.data());
}

bool CommonCoupling::serves(const law::Law& law) {
    return law.empirical && law.mixture.shared_isotropic() && law.mixture.coordinates() > 0;
}

CommonCoupling::CommonCoupling(const law::Law& law, std::vector<TimePoint> times,
                               std::shared_ptr<const Shards> shards)
    : parts_(std::make_unique<Parts>(law.mixture, std::move(times), std::move(shards))) {
    assert(serves(law));
}

CommonCoupling::~CommonCoupling() = default;
CommonCoupling::CommonCoupling(CommonCoupling&&) noexcept = default;
CommonCoupling& CommonCoupling::operator=(CommonCoupling&&) noexcept = default;

Index CommonCoupling::block_size() const {
    double numbers = 16.0;  // of a lane at one time
    for (const int count : parts_->order.classes_per_level()) {
        numbers += 2.0 * count;
    }
    const double panel =
        8.0 * static_cast<double>(width) * numbers * static_cast<double>(parts_->times.size());
    const double panels = std::clamp(memory_limit / panel, 1.0, static_cast<double>(most_panels));
    return width * static_cast<Index>(std::bit_floor(static_cast<std::uint64_t>(panels)));
}

void CommonCoupling::prepare(const Rows& y, const Rows& z) {
    Parts& parts = *parts_;
    parts.begin(y, z);
    for (const DataTile& tile : parts.order.tiles()) {
        parts.take(tile);
        const LogitTile<double> logits{
            parts.weights.data(),          parts.weights.data(),    tile.rows, width, tile.number,
            parts.order.data(tile).data(), parts.tile_norm2.data(), tile.cells};
        parts.multiply(tile.rows);
        for (Index panel = 0; panel < parts.panels(); ++panel)
            for (std::size_t i = 0; i < parts.times.size(); ++i) parts.absorb(logits, panel, i);
    }
    if (parts.shards) join(*parts.shards, parts.softmax);
    for (OnlineSoftmax& softmax : parts.softmax) softmax.finish();
}

void CommonCoupling::evaluate(std::size_t time, const States& states, Posterior& out) const {
    Parts& parts = *parts_;
    const law::Mixture& mixture = parts.mixture;
    out.time = parts.times[time];
    out.weights.resize(0, parts.lanes);
    fill_norm2(states, mixture.complement > 0, out.norm2);
    const double v = parts.variance(out.time), d = mixture.dimension();
    States centred;
    move_states(states, out.time.alpha, parts.constants_of.data.centre, centred);
    Lanes norm2;
    fill_norm2(centred, mixture.complement > 0, norm2);
    out.log_density = -0.5 * (norm2 / v + d * std::log(2.0 * std::numbers::pi * v));
    out.levels.resize(mixture.labels.levels.size());
    Latent component;
    std::vector<Latent> levels;
    for (Index panel = 0; panel < parts.panels(); ++panel) {
        const OnlineSoftmax& softmax = parts.sums(panel, time);
        const Index first = panel * width;
        softmax.summarise(component, levels);
        out.log_density.segment(first, parts.lanes_of(panel)) += softmax.maximum() + component.top_surprisal;
        place(component, first, parts.lanes, out.component);
        for (std::size_t l = 0; l < levels.size(); ++l) {
            place(levels[l], first, parts.lanes, out.levels[l]);
        }
    }
}

}  // namespace kairos::dynamics
