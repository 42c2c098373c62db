// include/kairos/phases/fixed_points.hpp: fixed points of the generative drift at one time, by Newton from many starts.
//
//   h(u) = 0  <=>  u = u(w),  w = p(component|alpha u):  every fixed point is the point u(w) = sum_k w_k mean_k/rho of its own weights
//
// so the search starts from u(w) of many weights w: those of the law, one component alone, the classes of every level, sets of
// components (all of them for few components, pairs and neighbours for more) and random ones. The starts do not depend on the machine,
// the number of ranks or the seed of an ensemble: a list of fixed points belongs to the law. It is complete where the drift has no
// fixed point that attracts Newton from none of the starts: certain in one dimension, likely for few components, a sample of the
// (exponentially many) saddles between many.
//
// Shapes: u [r], in the frame of drift_field.hpp. Source: docs/theory.md, "Bifurcations".
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "kairos/phases/drift_field.hpp"

namespace kairos::phases {

// The zero that Newton reaches from here; nothing where it does not converge.
[[nodiscard]] std::optional<Vector> newton(DriftField& field, Vector u, double log_snr);

// Whether two zeros found numerically are one.
[[nodiscard]] bool same_place(const DriftField& field, const Vector& a, const Vector& b, double log_snr);

// How many starts: `deep` next to the data and before rho vanishes, where most fixed points are; `shallow` at other times.
enum class Depth { shallow, deep };

// Points to start from, the centre first.
[[nodiscard]] std::vector<Vector> search_starts(const DriftField& field, double log_snr, Depth depth);

// Different zeros in the order in which they are found. Stops where field.operations() passes `most_operations` or the field is exhausted;
// `exhausted` says so. check: between starts; may throw.
struct FixedPoints {
    std::vector<Vector> found;
    bool exhausted = false;
};
[[nodiscard]] FixedPoints fixed_points(
    DriftField& field, double log_snr, Depth depth, double most_operations,
    const std::function<void()>& check = [] {});

}  // namespace kairos::phases
