// tests/measure/scene.hpp: small laws of every form, and a block of their states with all that an observable or an identity may
// read of it.
#pragma once
#include "dynamics/brute_force.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/measure/observables.hpp"

namespace kairos::test {

inline constexpr Index lanes = 9;

// Three anisotropic coordinates, four components, two levels: {0 0 1 1} and one class a component.
[[nodiscard]] law::Law full_law();

// Two coordinates and three more of the complement; unequal variances, so that the radius matters.
[[nodiscard]] law::Law reduced_law();

// Five points in the plane, two classes.
[[nodiscard]] law::Law data_law();

// Weights of the classes of one level from those of the components.
[[nodiscard]] Vector class_weights(const law::Level& level, const Vector& components);

// -sum_i w_i log w_i,  sum_i w_i (log w_i + entropy)^2
[[nodiscard]] double entropy(const Vector& w);
[[nodiscard]] double varentropy(const Vector& w);

// div s by central differences of the score itself
[[nodiscard]] double divergence(const law::Mixture& mixture, const Vector& x,
                                const dynamics::TimePoint& time);

// A law, states of it with the clean data they came from, and everything an observable may read.
struct Scene {
    explicit Scene(law::Law law_, const dynamics::Schedule& schedule, double t,
                   measure::Direction direction = measure::Direction::forward, unsigned seed = 11);
    Scene(const Scene&) = delete;  // setting and path point into it
    Scene& operator=(const Scene&) = delete;
    [[nodiscard]] Vector state(Index j) const;
    [[nodiscard]] Vector clean_datum(Index j) const;
    [[nodiscard]] measure::Sight sight() const;
    [[nodiscard]] Rows values(const measure::Observable& observable) const;

    law::Law law;
    measure::Setting setting;
    dynamics::TimePoint time;
    dynamics::States states;
    dynamics::CleanData clean;
    Lanes clean_log_density;
    Rows exponents;
    Matrix between_classes;
    dynamics::Posterior posterior;
    measure::PathIntegrals path;
};

}  // namespace kairos::test
