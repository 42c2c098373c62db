// include/kairos/dynamics/posterior.hpp: the one computation that feeds everything, for a block of states at one time.
//
//   w_k(x)  = softmax_k( log weight_k + log N(x; alpha mean_k, C_k) ),   C_k = alpha^2 S_k + sigma^2 I
//   s       = sum_k w_k s_k,  s_k = -C_k^-1 (x - alpha mean_k);      complement: s_perp = -radial_rate x_perp
//   spread  = sum_k w_k |s_k - s|^2       (full d, complement included)
//   tr Cov(y|x) = sum_k w_k tr(sigma^2 S_k C_k^-1) + (sigma^4/alpha^2) spread
//   div s   = -sum_k w_k tr C_k^-1 + spread
//   class_spread = sum_c w_c |s_c - s|^2,  s_c the score of class c alone;  level_spread: the classes of every level
//   h_L = -sum_l w_l log w_l,  v_L = sum_l w_l (log w_l + h_L)^2,  collision_L = sum_l w_l^2    for every latent L
//   H(k|x,c) = -sum_k w_k log(w_k/w_c(k))                          what is left of the component (datum) given the class
//
// Eigenvectors v_i of Cov(y|x) are orthonormal and have their largest entry (of equal ones the first) positive. Of an eigenvalue of several copies
// they are some orthonormal basis. The complement: v_i may have a part along x_perp/|x_perp|; in its other directions Cov(y|x) is
// isotropic, and an eigenvector there, of which no direction is meant, has r + 1 zeros.
//
// The request says what is needed; what is not asked for is left empty. Entropies in nats; log_density is that of x in all d
// dimensions. Shapes: one column a trajectory. Weights underflow to 0 far from the best component, never to NaN.
// Errors: std::invalid_argument where class_spread (level_spread) is asked of a law without classes.
// Source: docs/theory.md, "Exact posteriors"; Robbins 1956, Efron 2011 (Tweedie).
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "kairos/dynamics/choice.hpp"
#include "kairos/dynamics/packed_data.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/dynamics/shards.hpp"
#include "kairos/dynamics/states.hpp"
#include "kairos/law/law.hpp"

namespace kairos::dynamics {

// Of the products over many data and of their weights: doubles, or single precision folded into doubles (logits and entropies off by
// about 1e-5 nats where kappa |x| |y| is of the order of d). Laws of few components are always evaluated in doubles.
enum class Precision { in_double, mixed };

// Whether single precision has the range for a law at a time: data, (alpha/v) x of states up to ten deviations off, and their products stay
// below 1e37. Laws that it does not serve need none.
[[nodiscard]] bool single_precision_holds(const law::Mixture& mixture, const TimePoint& time);

// Of products in doubles over many data: whether data that cannot matter are found from numbers of 16 bits first and left out. What is left
// out weighs less than e^-40 altogether. automatic: at times when a few states of the law show that it pays.
enum class Screening { automatic, never, always };

struct Numerics {
    Precision precision = Precision::in_double;
    Screening screening = Screening::automatic;
    std::shared_ptr<const Shards> shards{};  // who else works on the same states; none: nobody
    std::shared_ptr<const PackedData>
        packed{};  // the data once more, packed; none: they are packed in every pass
};

struct Request {
    bool score = false;           // score [r x m], radial_rate; score_norm2, x_dot_score
    bool spread = false;          // score_spread, covariance_trace, divergence
    bool class_spread = false;    // needs classes
    bool level_spread = false;    // the same for every level
    bool latents = false;         // entropies and the like of components (data) and of every level
    bool fourth = false;          // Latent::fourth too
    bool top_eigenvalue = false;  // of Cov(y|x)
    Index eigenvalues = 0;        // so many of the largest of Cov(y|x), at most d
    bool eigenvectors = false;    // those of these eigenvalues
    bool weights = false;         // Posterior::weights also where there are many components
    std::optional<Draw> draw{};   // chosen
    void merge(const Request& other);
    // Whether it asks for more than latents, log_density and norm2.
    [[nodiscard]] bool beyond_latents() const;
};

// p(l|x) of one discrete latent, summarised.
struct Latent {
    Rows weights;  // C x m (for the component latent: see Posterior::weights)
    Lanes entropy, varentropy, collision, max_weight;
    Lanes top;            // index of the largest weight, the first of equal ones; kept as a double
    Lanes top_surprisal;  // -log of the largest weight, to full accuracy where it is near 1
    Lanes fourth;         // sum_l w_l (log w_l)^4, where asked for
    Lanes within;         // levels of a law of data: H(j|x,c) = sum_c w_c H(j|x, class c)
};

struct Posterior {
    TimePoint time;
    Rows weights;                // K x m: p(component|x); present where asked for and for few components
    Lanes log_density;           // always
    Lanes norm2;                 // |x|^2, always
    Latent component;            // of components or data; its .weights stays empty (they are `weights`)
    std::vector<Latent> levels;  // one per level of the labels
    Rows score;                  // r x m
    Lanes radial_rate;           // [m]
    Lanes score_norm2, x_dot_score;
    Rows level_spread;  // L x m
    Lanes score_spread, covariance_trace, divergence, class_spread, top_eigenvalue;
    Rows eigenvalues;                // k x m, descending
    std::vector<Rows> eigenvectors;  // k times r x m, r + 1 with a complement: the last row along x_perp
    std::vector<int> chosen;         // [m] a component drawn by its weight
};

// Whether a state and its density are numbers in the range of doubles.
[[nodiscard]] bool is_finite(const Posterior& posterior, Index lane);

// How many vectors of n numbers a lane, at most, the iteration for the k largest eigenvalues of a large covariance keeps.
[[nodiscard]] Index iterated_vectors(Index n, Index k);

// Evaluates into `out`, reusing its memory. `law` must outlive the object.
class PosteriorEvaluator {
public:
    explicit PosteriorEvaluator(const law::Law& law, const Numerics& numerics = {});
    ~PosteriorEvaluator();
    PosteriorEvaluator(const PosteriorEvaluator&) = delete;
    PosteriorEvaluator& operator=(const PosteriorEvaluator&) = delete;
    PosteriorEvaluator(PosteriorEvaluator&&) noexcept;
    PosteriorEvaluator& operator=(PosteriorEvaluator&&) noexcept;

    void evaluate(const States& states, const TimePoint& time, const Request& request, Posterior& out);
    // Whether the components of a mixture are so many that they stream by, and weights are not held unless asked for.
    [[nodiscard]] static bool streams(const law::Mixture& mixture);

    // out = Cov(y|x) v per column, explicit coordinates only, for a posterior evaluated with score at these states.
    void covariance_times(const States& states, const Posterior& posterior, const Rows& v, Rows& out) const;

private:
    struct Parts;  // the components at the current time, and memory that is used again
    std::unique_ptr<Parts> parts_;
};

}  // namespace kairos::dynamics
