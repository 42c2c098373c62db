#include "diagram.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kairos::phases {
namespace {

constexpr double off_the_branch =
    0.05;  // of the resolution: where a branch that parts from another is looked for
constexpr Index most_directions = 64;

double unstable_of(const DriftField& field, const CurvePoint& point) {
    const bool leaves = point.complement > 1e-10;
    return static_cast<double>(point.unstable) + (leaves ? field.mixture().complement : 0.0);
}

CurvePoint reversed(CurvePoint point) {
    point.direction *= -1.0;
    point.rate *= -1.0;
    return point;
}

// Whether the last segment of a curve passes its first point.
bool comes_back(const DriftField& field, const BranchCurve& curve) {
    if (curve.size() < 3) return false;
    const CurvePoint &first = curve.front(), &from = curve[curve.size() - 2], &to = curve.back();
    const double fraction = (first.log_snr - from.log_snr) / (to.log_snr - from.log_snr);
    if (!(fraction >= 0.0 && fraction <= 1.0)) return false;
    const Vector passed = from.u + fraction * (to.u - from.u);
    return (passed - first.u).norm() < 0.5 * (to.u - from.u).norm() + 0.1 * field.resolution(first.log_snr);
}

// Directions in which branches may leave an event: its kernel, or where that has several dimensions the components seen in it.
std::vector<Vector> ways_out(const DriftField& field, const CurveEvent& event) {
    if (event.kernel.cols() == 1) return {event.kernel.col(0), -event.kernel.col(0)};
    std::vector<Vector> directions;
    const auto& means = field.mixture().means;
    for (Index k = 0; k < std::min(means.cols(), most_directions); ++k) {
        const Vector seen = event.kernel.transpose() * (means.col(k) - event.u);
        if (!(seen.norm() > 1e-6 * field.resolution(event.log_snr))) continue;
        directions.emplace_back(event.kernel * seen.normalized());
        directions.push_back(-directions.back());
    }
    return directions;
}

}  // namespace

Diagram::Diagram(DriftField& field, LogSnrRange range, std::vector<double> levels,
                 std::function<void()> check)
    : field_(field),
      range_(range),
      levels_(std::move(levels)),
      visited_(levels_.size()),
      check_(std::move(check)),
      continuation_(
          field, range, levels_, [this](std::size_t level, const Vector& u) { return visit(level, u); },
          check_) {}

bool Diagram::visit(std::size_t level, const Vector& u) {
    auto& places = visited_[level];
    const bool seen = std::ranges::any_of(
        places, [&](const Vector& place) { return same_place(field_, place, u, levels_[level]); });
    if (!seen) places.push_back(u);
    return !seen;
}

void Diagram::note(const CurveEvent& event) {
    const auto seen = std::ranges::find_if(
        events_, [&](const CurveEvent& other) { return same_event(field_, other, event); });
    if (seen != events_.end()) {
        if (event.error < seen->error) *seen = event;
        return;
    }
    events_.push_back(event);
    if (event.kind != BifurcationKind::saddle_node) unexplored_.push_back(event);
}

// The curve with its events as points of their own; what follows the last event at which it became a known branch is left out.
Diagram::Half Diagram::half(const BranchCurve& curve, bool stopped) {
    Half result;
    if (curve.empty()) return result;
    result.closed = stopped && comes_back(field_, curve);
    auto events = events_along(field_, continuation_, curve);
    std::size_t last = curve.size() - 1;
    if (stopped && !result.closed) {
        const auto branching = std::find_if(events.rbegin(), events.rend(), [](const CurveEvent& event) {
            return event.kind != BifurcationKind::saddle_node;
        });
        if (branching != events.rend()) last = branching->after;
        std::erase_if(events, [&](const CurveEvent& event) { return event.after > last; });
    }
    auto event = events.begin();
    for (std::size_t i = 0; i <= last; ++i) {
        const double unstable = unstable_of(field_, curve[i]);
        result.points.push_back({curve[i].u, curve[i].log_snr, unstable});
        for (; event != events.end() && event->after == i; ++event) {
            const double beyond = i + 1 < curve.size() ? unstable_of(field_, curve[i + 1]) : unstable;
            result.points.push_back({event->u, event->log_snr, std::min(unstable, beyond), true});
            note(*event);
        }
    }
    return result;
}

// One list from the noisier end on.
void Diagram::join(const Half& backward, const Half& forward) {
    TracedBranch branch(backward.points.rbegin(), backward.points.rend());
    const auto skip = static_cast<std::ptrdiff_t>(!branch.empty() && !forward.points.empty());
    branch.insert(branch.end(), forward.points.begin() + skip, forward.points.end());
    if (branch.empty()) return;
    if (branch.front().log_snr > branch.back().log_snr) std::ranges::reverse(branch);
    branches_.push_back(std::move(branch));
}

void Diagram::trace(const Vector& u, double log_snr) {
    Half forward, backward;
    if (log_snr < range_.high) {
        const BranchCurve curve = continuation_.follow(u, log_snr, +1);
        forward = half(curve, continuation_.stopped());
    }
    if (log_snr > range_.low && !forward.closed) {
        const BranchCurve curve = continuation_.follow(u, log_snr, -1);
        backward = half(curve, continuation_.stopped());
    }
    join(backward, forward);
}

void Diagram::search(std::size_t level, Depth depth, double operations) {
    const double start = field_.operations();
    const FixedPoints points = fixed_points(field_, levels_[level], depth, start + operations, check_);
    complete_ = complete_ && !points.exhausted;
    for (const Vector& u : points.found) {
        if (field_.exhausted() || field_.operations() > start + 4.0 * operations) {
            complete_ = false;
            return;
        }
        if (visit(level, u)) trace(u, levels_[level]);
    }
}

// The plane through the place that is normal to a chord of the branch meets the branch in the place itself, if that lies on it.
bool Diagram::on_branch(const TracedBranch& branch, const Vector& u, double log_snr) {
    const double unit = field_.resolution(log_snr);
    for (std::size_t i = 0; i + 1 < branch.size(); ++i) {
        const TracedPoint &a = branch[i], &b = branch[i + 1];
        CurvePoint chord{
            .u = a.u, .log_snr = a.log_snr, .direction = b.u - a.u, .rate = b.log_snr - a.log_snr};
        chord.length = unit;
        const double length2 = chord.direction.squaredNorm() / (unit * unit) + chord.rate * chord.rate;
        const Vector off = u - a.u;
        const double along = off.dot(chord.direction) / (unit * unit) + (log_snr - a.log_snr) * chord.rate;
        const double away2 = off.squaredNorm() / (unit * unit) + std::pow(log_snr - a.log_snr, 2);
        const double fraction = along / length2;
        if (!(fraction > -0.2 && fraction < 1.2 && away2 < 4.0 * length2 + 1e-4)) continue;
        const auto there = continuation_.corrected(
            a.u + fraction * chord.direction, a.log_snr + fraction * chord.rate, chord, Spectrum::left_out);
        if (there && (there->u - u).norm() < 1e-4 * unit + 1e-8 * u.norm()) return true;
    }
    return false;
}

bool Diagram::known(const Vector& u, double log_snr) {
    return std::ranges::any_of(branches_,
                               [&](const TracedBranch& branch) { return on_branch(branch, u, log_snr); });
}

void Diagram::branch_along(const CurveEvent& event, const Vector& direction) {
    const double unit = field_.resolution(event.log_snr), distance = off_the_branch * unit;
    CurvePoint along{
        .u = event.u, .log_snr = event.log_snr, .direction = direction, .rate = 0.0, .length = unit};
    const Vector guess = event.u + distance * direction;
    const auto start = continuation_.corrected(guess, event.log_snr, along);
    if (!start || (start->u - guess).norm() > 0.5 * distance ||
        std::abs(start->log_snr - event.log_snr) > 0.5)
        return;
    const bool inside = start->log_snr > range_.low && start->log_snr < range_.high;
    if (!inside || known(start->u, start->log_snr)) return;
    const BranchCurve outward = continuation_.follow(*start);
    const Half forward = half(outward, continuation_.stopped());
    Half backward;
    if (!forward.closed) {
        const BranchCurve inward = continuation_.follow(reversed(*start));
        backward = half(inward, continuation_.stopped());
    }
    join(backward, forward);
}

void Diagram::branch_off(const CurveEvent& event) {
    for (const Vector& direction : ways_out(field_, event)) branch_along(event, direction);
    for (const double side : {-off_the_branch, off_the_branch}) {
        const double log_snr = std::clamp(event.log_snr + side, range_.low, range_.high);
        const auto u = newton(field_, event.u, log_snr);
        if (u && !known(*u, log_snr)) trace(*u, log_snr);
    }
}

void Diagram::finish() {
    while (!unexplored_.empty()) {
        if (field_.exhausted()) {
            complete_ = false;
            return;
        }
        const CurveEvent event = unexplored_.front();
        unexplored_.pop_front();
        branch_off(event);
    }
}

}  // namespace kairos::phases
