// src/phases/diagram.hpp: all branches of fixed points of one drift field, and their events, as they are found.
//
//   search(level)     fixed points at levels[level], each traced unless a branch passes it already
//   finish()          branches that part from those known at their events, until there is no new one
//
// Both end where the field is exhausted, curves too; complete() is then false.
//
// A branch that arrives at a place which another has passed is cut back to the event at which the two became one.
#pragma once
#include <deque>
#include <functional>
#include <vector>

#include "branch_events.hpp"
#include "kairos/phases/continuation.hpp"
#include "kairos/phases/fixed_points.hpp"

namespace kairos::phases {

struct TracedPoint {
    Vector u;
    double log_snr;
    double unstable;  // of all d directions
    bool event = false;
};
using TracedBranch = std::vector<TracedPoint>;

class Diagram {
public:
    Diagram(DriftField& field, LogSnrRange range, std::vector<double> levels, std::function<void()> check);

    // operations: for the search from here on; what it finds is traced until four times as many are done.
    void search(std::size_t level, Depth depth, double operations);
    void finish();
    [[nodiscard]] const std::vector<TracedBranch>& branches() const { return branches_; }
    [[nodiscard]] const std::vector<CurveEvent>& events() const { return events_; }
    [[nodiscard]] bool complete() const { return complete_ && !field_.exhausted(); }

private:
    struct Half {
        TracedBranch points;
        bool closed = false;  // the branch came back to where it started
    };
    [[nodiscard]] bool visit(std::size_t level, const Vector& u);
    void trace(const Vector& u, double log_snr);
    [[nodiscard]] Half half(const BranchCurve& curve, bool stopped);
    void join(const Half& backward, const Half& forward);
    void note(const CurveEvent& event);
    void branch_off(const CurveEvent& event);
    void branch_along(const CurveEvent& event, const Vector& direction);
    [[nodiscard]] bool known(const Vector& u, double log_snr);
    [[nodiscard]] bool on_branch(const TracedBranch& branch, const Vector& u, double log_snr);

    DriftField& field_;
    LogSnrRange range_;
    std::vector<double> levels_;
    std::vector<std::vector<Vector>> visited_;  // [level]
    std::function<void()> check_;
    Continuation continuation_;
    std::vector<TracedBranch> branches_;
    std::vector<CurveEvent> events_;
    std::deque<CurveEvent> unexplored_;
    bool complete_ = true;
};

}  // namespace kairos::phases
