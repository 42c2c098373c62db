// src/dynamics/data_posterior.hpp: the posterior of many components that share one isotropic covariance, in one streaming pass.
//
//   l_j = (alpha/v) y_j.x - (alpha^2/2v) |y_j|^2 + log weight_j,   v = alpha^2 s^2 + sigma^2,   w = softmax(l)
//   mean = y_top + (sum_{j != top} w_j y_j - (1 - w_top) y_top)
//   sum_j w_j |y_j - mean|^2 = sum_{j != top} w_j |y_j - y_top|^2 - |mean - y_top|^2
//
// Tile by tile: logits, the online softmax, the weighted sum of the data. The top datum is left out of the sums, so that spreads of a
// posterior that has condensed keep their digits. Nothing of size n x m is held. The empirical law of n points is the case s = 0.
// Shapes: posterior.hpp; Posterior::weights stays without rows. Source: docs/performance.md.
#pragma once
#include <memory>
#include <vector>

#include "components.hpp"
#include "data_order.hpp"
#include "online_softmax.hpp"
#include "tile_products.hpp"

namespace kairos::dynamics {

class DataPosterior {
public:
    explicit DataPosterior(const law::Mixture& mixture);
    // Whether a mixture has so many components, and so few classes, that the pass pays.
    [[nodiscard]] static bool serves(const law::Mixture& mixture);
    [[nodiscard]] static bool serves(const Request& request) {
        return !request.weights && !request.top_eigenvalue;
    }

    // Everything but norm2; `components` is set to the time.
    void evaluate(const States& states, Components& components, const Request& request, Posterior& out);

private:
    // Sums of the data over one panel of lanes, [class][coordinate][lane].
    struct Panel {
        OnlineSoftmax softmax;
        Index first, lanes;
        [[nodiscard]] double* means(Index coordinates, Index c) {
            return sums.data() + c * coordinates * panel_width<double>;
        }
        Aligned<double> sums;
    };
    void begin(const States& states, const Components& components, const Request& request);
    void stream(const Components& components, bool with_means);
    void fill_constants(const DataTile& tile, const Components& components);
    void add_means(const DataTile& tile, Panel& panel, bool moved);
    void summarise(const Request& request, Posterior& out);
    void fill_spreads(const States& states, Components& components, const Request& request, Posterior& out);
    void mean_of(Panel& panel, Index lane, const Components& components, const Request& request,
                 Posterior& out);
    [[nodiscard]] Index classes() const { return by_class_ ? order_.classes_per_level()[class_level_] : 1; }

    const law::Mixture* mixture_;
    DataOrder order_;
    std::size_t class_level_;
    bool by_class_ = false;  // means of every class apart
    Vector norm2_, log_weights_;

    std::vector<Panel> panels_;
    PackedTile<double> tile_;
    Aligned<double> states_, logits_;
    std::vector<Index> columns_;
    std::vector<double> constants_, tile_norm2_, rescale_;
    Rows mean_;  // r x m: (alpha/v) times the posterior mean
    Vector away_, class_away_;
};

}  // namespace kairos::dynamics
