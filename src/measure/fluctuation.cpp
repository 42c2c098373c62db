// Where E[e^-D] can be estimated: the second moment of e^-D in closed form.
//
// Of one Gaussian component k, along an eigenvector of S_k with eigenvalue S and mean m there, with v =
// alpha^2 S + sigma^2, phi = f/g^2 the same at both times, x_i = alpha_i m + u_i, u_2 = A u_1 + sqrt(q2) xi:
//   D = u_2^2/(2 v_2) - u_1^2/(2 v_1) + 1/2 log(v_2/v_1) + phi (x_2^2 - x_1^2)
//   E[e^-2D] = int exp( -1/2 u.M u - b.u - c ) du / (2 pi sqrt(v_1 q2) v_2/v_1)
//            = exp( 1/2 b.M^-1 b - c ) / ( sqrt(v_1 q2 det M) v_2/v_1 ),
//   M = [ a + A^2/q2, -A/q2; -A/q2, e + 1/q2 ],  a = -1/v_1 - 4 phi,  e = 2/v_2 + 4 phi,
//   b = 4 phi m (-alpha_1, alpha_2),  c = 2 phi m^2 (alpha_2^2 - alpha_1^2),
// finite where M is positive definite. q2 det M = a e q2 + a + A^2 e does not cancel for neighbouring times.
// For f = 0 this is q2 < v_1/3. Directions of a component multiply. Of a mixture, with T the transition
// kernel times e^{-2 D_env} and p_i = sum_k weight_k N_{k,i}, by Cauchy-Schwarz:
//   E[e^-2D] = int T p_2^2/p_1 <= sum_k weight_k int T N_{k,2}^2/N_{k,1} = sum_k weight_k E_k[e^-2D_k].
#include <cmath>
#include <limits>

#include "kairos/measure/identities.hpp"
#include "kairos/measure/within.hpp"

namespace kairos::measure {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

struct Interval {
    dynamics::TimePoint begin, end;
    double ratio, variance, phi;  // A, q2, f/g^2
};

// log E[e^-2D] of all dimensions of one eigenspace.
double log_second_moment(const Interval& interval, const Eigenspace& space) {
    const auto& [begin, end, ratio, variance, phi] = interval;
    const double v1 = begin.alpha * begin.alpha * space.value + begin.sigma2;
    const double v2 = end.alpha * end.alpha * space.value + end.sigma2;
    const double a = -1.0 / v1 - 4.0 * phi;
    const double e = 2.0 / v2 + 4.0 * phi;
    const double ratio2 = ratio * ratio;
    const double determinant = a * e * variance + a + ratio2 * e;  // q2 det M
    if (!(determinant > 0.0) || !(1.0 + e * variance > 0.0)) return infinity;
    const double b1 = -4.0 * phi * begin.alpha;
    const double b2 = 4.0 * phi * end.alpha;
    const double form =
        (1.0 + e * variance) * b1 * b1 + 2.0 * ratio * b1 * b2 + (ratio2 + a * variance) * b2 * b2;
    const double c = 2.0 * phi * (end.alpha * end.alpha - begin.alpha * begin.alpha);
    return -space.multiplicity * (0.5 * std::log(v1 * determinant) + std::log(v2 / v1)) +
           space.mean_norm2 * (0.5 * form / determinant - c);
}

}  // namespace

bool fluctuation_reportable(const law::Mixture& mixture, const dynamics::TimePoint& t_min,
                            const dynamics::TimePoint& t, double trajectories) {
    if (t.t == t_min.t) return true;  // D = 0
    const double phi = t_min.drift / t_min.diffusion2;
    if (std::abs(t.drift / t.diffusion2 - phi) > 1e-9 * std::abs(phi)) return false;
    const Interval interval{t_min, t, t.alpha / t_min.alpha,
                            -t.sigma2 * std::expm1(t.log_snr - t_min.log_snr), phi};
    const double log_limit = std::log(trajectories / 100.0);
    std::vector<Eigenspace> spaces;
    double share = 0.0;  // of the limit
    for (Index k = 0; k < mixture.components(); ++k) {
        eigenspaces(mixture, k, spaces);
        double log_moment = 0.0;
        for (const Eigenspace& space : spaces) log_moment += log_second_moment(interval, space);
        share += mixture.weights(k) * std::exp(log_moment - log_limit);
        if (!(share < 1.0)) return false;
    }
    return true;
}

}  // namespace kairos::measure
