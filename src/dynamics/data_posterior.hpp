// src/dynamics/data_posterior.hpp: the posterior of many components that share one isotropic covariance, in one streaming pass.
//
//   l_j = (alpha/v) y'_j.x' - (alpha^2/2v) |y'_j|^2 + log weight_j,   v = alpha^2 s^2 + sigma^2,   w = softmax(l)
//   y', x': about the centre of the data (centred_data.hpp)
//
// Tile by tile: logits, the online softmax, the weighted sum of the data. Nothing of size n x m is held. Where trajectories have condensed,
// a screen (screen.hpp) leaves out what cannot matter. Several workers may divide the tiles (shards.hpp). The empirical law of n points is
// the case s = 0. Shapes: posterior.hpp; Posterior::weights stays without rows. Source: docs/performance.md.
#pragma once
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "components.hpp"
#include "data_order.hpp"
#include "data_panel.hpp"
#include "kairos/dynamics/states.hpp"
#include "packed_products.hpp"
#include "screen.hpp"

namespace kairos::dynamics {

class DataPosterior {
public:
    virtual ~DataPosterior() = default;
    // Whether a mixture has so many components, and so few classes, that the pass pays.
    [[nodiscard]] static bool serves(const law::Mixture& mixture);
    [[nodiscard]] static bool serves(const Request& request) {
        return !request.weights && !request.top_eigenvalue && request.eigenvalues == 0 &&
               !request.level_spread;
    }
    [[nodiscard]] static std::unique_ptr<DataPosterior> make(const law::Mixture& mixture,
                                                             const Numerics& numerics);

    // Everything but norm2; `components` is set to the time.
    virtual void evaluate(const States& states, Components& components, const Request& request,
                          Posterior& out) = 0;
};

// Products: PackedProducts<double>, PackedProducts<float> or DigitProducts. Sums over more than a tile are doubles.
template <class Products>
class StreamedPosterior : public DataPosterior {
public:
    StreamedPosterior(const law::Mixture& mixture, const Numerics& numerics);
    void evaluate(const States& states, Components& components, const Request& request,
                  Posterior& out) override;

private:
    using Real = typename Products::Real;  // of the weights

    void begin(const States& states, const Components& components, const Request& request);
    void centre(const States& states, double alpha);
    [[nodiscard]] bool screened(const Components& components);
    void stream(bool with_means);
    void take_tile(std::size_t number);
    void stream_kept(bool with_means);
    // The logits of a panel with the rows of data_.
    void leave_out(const DataTile& tile, std::size_t panel);
    // largest: logits of the lanes, null where they are not known.
    void absorb(std::size_t panel, std::uint32_t number, const double* largest, bool with_means);
    void add_means(std::size_t first, std::size_t count);
    [[nodiscard]] double* logits_of(std::size_t panel) { return logits_.data() + panel * panel_values<Real>; }
    // Doubles take the place of their logits: half as much to keep in the caches.
    [[nodiscard]] Real* weights_of(std::size_t panel) {
        if constexpr (std::is_same_v<Real, double>)
            return logits_of(panel);
        else
            return weights_.data() + panel * panel_values<Real>;
    }
    void summarise(const Request& request, Posterior& out);
    void fill_spreads(Components& components, const Request& request, Posterior& out);

    const law::Mixture* mixture_;
    std::shared_ptr<const Shards> shards_;
    DataOrder order_;
    std::shared_ptr<const PackedData> packed_;  // of this order, or null
    const law::Labels* by_class_ = nullptr;     // whose classes have means apart
    DataConstants constants_;
    Screening screening_;
    std::unique_ptr<Screen> screen_;  // of products in doubles
    double half_ = 0;                 // alpha^2/2v

    States centred_;  // x'
    Lanes norm2_;     // |x'|^2
    std::vector<DataPanel> panels_;
    Products products_;
    Aligned<Real> weights_;  // of single precision
    Aligned<double> logits_, largest_;
    TileData data_;
    std::vector<Index> next_columns_, rows_;
    std::vector<double*> sums_;  // of some panels
    std::vector<double> rescale_;
    Rows mean_;  // r x m: (alpha/v) times the posterior mean of y'
    DataPanel::Moments moments_;
};

}  // namespace kairos::dynamics
