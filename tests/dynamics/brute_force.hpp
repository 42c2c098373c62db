// tests/dynamics/brute_force.hpp: Bayes' rule in dense matrices, one state at a time, and the laws it is
// tried on.
//
//   p(k|x) ~ weight_k N(x; alpha mean_k, C_k);  y | x, k ~ N( mean_k + alpha S_k C_k^-1 (x - alpha mean_k),
//   S_k - alpha^2 S_k C_k^-1 S_k )
//
// The posterior covariance comes from these conditional moments, not from scores.
#pragma once
#include <random>
#include <vector>

#include "kairos/dynamics/posterior.hpp"
#include "law/dense_law.hpp"
#include "support/dense.hpp"

namespace kairos::test {

[[nodiscard]] law::Law law_of(law::Mixture mixture);

// Covariances; isotropic ones: law/dense_law.hpp.
[[nodiscard]] law::Covariance diagonal(double variance, const Vector& extra);
[[nodiscard]] law::Covariance directed(double variance, const Matrix& directions, const Vector& excess);

// In d coordinates, which may be more than those that the covariance's own parts have.
[[nodiscard]] Matrix dense(const law::Covariance& c, Index d);

struct BruteForce {
    Vector weights;
    std::vector<Vector> scores;  // of the components
    Vector score;
    Matrix covariance;  // of y given x
    double log_density = 0.0, spread = 0.0;
};

// All d coordinates, those of the complement last.
[[nodiscard]] BruteForce brute_force(const law::Mixture& mixture, const Vector& x,
                                     const dynamics::TimePoint& time);

// Column j of the states in all d coordinates: x_perp may point anywhere, here along its first direction.
[[nodiscard]] Vector full_state(const law::Mixture& mixture, const dynamics::States& states, Index j);

// Standard normals from a generator that has nothing to do with the program's own.
class Normals {
public:
    explicit Normals(unsigned seed);
    double operator()();
    [[nodiscard]] Matrix matrix(Index rows, Index columns);

private:
    std::mt19937_64 generator_;
    std::normal_distribution<double> normal_;
};

[[nodiscard]] Matrix random_orthonormal(Index rows, Index columns, unsigned seed);

// Labels of one level, class k of component `class_of[k]`.
[[nodiscard]] law::Labels labels_of(const std::vector<int>& class_of);

[[nodiscard]] dynamics::States random_states(const law::Mixture& mixture, Index count, double width,
                                             unsigned seed);

[[nodiscard]] dynamics::TimePoint at(double alpha, double sigma2);

[[nodiscard]] dynamics::Posterior evaluate(const law::Mixture& mixture, const dynamics::States& states,
                                           const dynamics::TimePoint& time, const dynamics::Request& request);

inline constexpr dynamics::Request everything{.score = true,
                                              .spread = true,
                                              .class_spread = true,
                                              .latents = true,
                                              .top_eigenvalue = true,
                                              .eigenvalues = 2};

}  // namespace kairos::test
