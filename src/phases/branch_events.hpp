// src/phases/branch_events.hpp: where the number of unstable directions or the direction in time changes along a curve.
//
//   fold        l' changes sign and so does one eigenvalue of J: saddle-node
//   crossing    an eigenvalue changes sign, l' does not: another branch crosses
//   tangency    l' changes sign, no eigenvalue does: the curve is one that parts from another in a pitchfork
//
// Folds by bisection of l'. Crossings and tangencies by bisection down to a short interval, then by the cubic through four values around
// it: at the event J and the bordered system are singular, and closer to it rounding errors grow faster than the interval shrinks.
#pragma once
#include <vector>

#include "kairos/phases/bifurcation.hpp"
#include "kairos/phases/continuation.hpp"

namespace kairos::phases {

struct CurveEvent {
    Vector u{};
    double log_snr = 0.0;
    BifurcationKind kind = BifurcationKind::saddle_node;
    Matrix kernel{};        // r x k, orthonormal; empty at a fold
    double error = 0.0;     // how far the place found is from the event, to an order of magnitude
    std::size_t after = 0;  // the event lies between points `after` and `after` + 1 of its curve
};

[[nodiscard]] std::vector<CurveEvent> events_along(DriftField& field, Continuation& continuation,
                                                   const BranchCurve& curve);

// Whether two events are one, met along different curves (to their errors; the smaller one is nearer).
[[nodiscard]] bool same_event(const DriftField& field, const CurveEvent& a, const CurveEvent& b);

}  // namespace kairos::phases
