// include/kairos/phases/bifurcation.hpp: the bifurcation diagram of the generative drift of a law.
//
//   b(x, t) = -f x + c g^2 s(x, t) = 0,   c = 1 (sde), 1/2 (ode),   t between t_min and t_max
//
//   saddle-node     two fixed points merge and are gone: a fold of a branch, one eigenvalue of J_b through 0
//   pitchfork       branches part from one that goes on, and v^T D^2 b(v, v) = 0 for all v in the kernel of J_b (by symmetry)
//   transcritical   they part, and that form does not vanish: branches cross, each on both sides
//
// Branches are curves of fixed points through their folds, each a list of points from its noisier end on. `unstable` counts the
// directions of all d that generation (falling t) leaves: eigenvalues of J_b above 0, the c of the complement with them.
// Critical times are bisected to 1e-8 and better. The search (fixed_points.hpp) and the following of branches end where their
// operations (multiplications, counted and not timed) pass a bound; `complete` is then false: what is there is right, more may be missing.
//
// What is found belongs to the law, the schedule and its t_min and t_max: no seed, no rank, no clock enters. Laws whose means span fewer
// coordinates than they have are reduced first. Components of different variance couple x_perp to the weights: one coordinate of the
// complement is then explicit, the last, and stands for the radius of a sphere of fixed points.
//
// Positions [r]: x in the coordinates of Law (reduced where that is possible). Times: of the forward process, events ascending.
// Source: docs/theory.md, "Bifurcations".
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "kairos/phases/drift_field.hpp"

namespace kairos::phases {

enum class BifurcationKind : std::int32_t { pitchfork = 0, transcritical = 1, saddle_node = 2 };
[[nodiscard]] const char* name(BifurcationKind kind);

struct Bifurcation {
    Time time;
    BifurcationKind kind;
    Vector position;
};

struct BranchPoint {
    Time time;
    std::int64_t branch;
    double unstable;  // a count: the complement alone may have 1e9 directions and more
    Vector position;
};

struct Bifurcations {
    Index modes = 0;  // r
    std::vector<Bifurcation> events;
    std::vector<BranchPoint> points;  // branch by branch
    std::int64_t branches = 0;
    bool complete = true;
};

// The most components (data) of a law that this serves.
inline constexpr Index most_components_traced = 1000;
// The most coordinates of traced_law.
inline constexpr Index most_coordinates_traced = 2000;

// About two minutes of one core.
inline constexpr double usual_operations = 2e12;

// The law in the coordinates of the positions.
[[nodiscard]] law::Law traced_law(const law::Law& law);

// check: between steps; may throw. Errors: std::invalid_argument beyond most_components_traced.
[[nodiscard]] Bifurcations find_bifurcations(
    const law::Law& law, const dynamics::Schedule& schedule, Drift drift,
    const std::function<void()>& check = [] {}, double most_operations = usual_operations);

}  // namespace kairos::phases
