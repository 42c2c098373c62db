// src/dynamics/posterior_parts.hpp: what an evaluator keeps between evaluations, and the pieces an evaluation
// is made of.
#pragma once
#include <memory>
#include <vector>

#include "components.hpp"
#include "covariance_product.hpp"
#include "data_posterior.hpp"
#include "kairos/dynamics/posterior.hpp"
#include "lanczos.hpp"
#include "softmax.hpp"

namespace kairos::dynamics {

// One level of the labels: the components of every class, as runs of consecutive ones (a single run where
// they are sorted).
struct Grouping {
    std::vector<std::vector<Run>> classes;
    bool one_to_one = false;  // every component is a class of its own
};
[[nodiscard]] Grouping group(const law::Level& level);

struct PosteriorEvaluator::Parts {
    Parts(const law::Law& law, const Numerics& numerics);

    // About the centre, where the law has one far from the origin.
    const States& move(const States& states, double alpha);
    void fill_weights(const States& states, const Request& request, Posterior& out);
    void fill_latents(const Request& request, Posterior& out);
    void fill_moments(const States& states, const Request& request, Posterior& out);
    void fill_spreads(const States& states, const Request& request, Posterior& out);
    void fill_eigen(const States& states, const Request& request, Posterior& out);

    Vector centre;  // empty: of a law about the origin
    std::unique_ptr<const law::Mixture> about_centre;
    States moved;
    Lanes moved_norm2;
    std::unique_ptr<Components> components;
    std::vector<Grouping> groupings;  // one per level
    std::size_t class_level;
    bool data;        // components are data
    Softmax summary;  // of the softmax over components
    Rows logits;
    Rows mean;    // sum_k w_k u_k
    Lanes kappa;  // sum_k w_k/v_k
    CovarianceProduct product;
    std::unique_ptr<DataPosterior> stream;  // where there are many components of one isotropic covariance
};

// |x|^2 over all d: the complement's share is R2.
void fill_norm2(const States& states, bool complement, Lanes& norm2);

// Latent of the components, from logits shifted by their maximum and the weights they gave.
void summarise_components(const Rows& shifted_logits, const Rows& weights, const Softmax& softmax,
                          bool fourth, Latent& out);
// Latent of one level: from the weights of the components, and their summary where every component is a class
// of its own.
void summarise_classes(const Grouping& grouping, const Rows& weights, const Latent& component, bool fourth,
                       Latent& out);
// Lanes first, first + 1, ... of `out`, which holds `lanes` of them.
void place(const Latent& part, Index first, Index lanes, Latent& out);

// H(j|x,c) of data, from logits shifted by any constant and the class weights in `out`; independent of H(j|x).
void fill_within(const Grouping& grouping, const Rows& logits, Latent& out);

// Everything that reads the score. radius2 counts only where the law has a complement.
void fill_score(Components& components, const States& states, const Rows& mean, Posterior& out);
void fill_spread(Components& components, const States& states, const Rows& mean, const Lanes& kappa,
                 const Rows& weights, Lanes& spread);
void fill_class_spread(Components& components, const Grouping& grouping, const States& states,
                       const Rows& mean, const Lanes& kappa, const Rows& weights, Lanes& spread);
void fill_level_spread(Components& components, const std::vector<Grouping>& levels, const States& states,
                       const Rows& mean, const Lanes& kappa, const Rows& weights, Rows& spread);
// covariance_trace and divergence, from the spread
void fill_traces(const Components& components, Posterior& out);
// The k largest eigenvalues of Cov(y|x), descending, and their eigenvectors as in Posterior; k is at most d.
void fill_eigenpairs(CovarianceProduct& product, Components& components, const CovarianceTerms& terms,
                     Index k, bool vectors, LanePairs& out);
// Those of one Gaussian, signs as they come; out.values has as many columns as there are lanes.
void gaussian_eigenpairs(const law::Mixture& mixture, const TimePoint& time, Index k, bool vectors,
                         LanePairs& out);

}  // namespace kairos::dynamics
