#include "branch_events.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>

#include "linearisation.hpp"

namespace kairos::phases {
namespace {

// Eigenvalues of the kernel at an event, in units of 1; located events have them below 1e-8.
constexpr double kernel_width = 1e-5;
// Of the segment: how near to a tangency its curve is followed.
constexpr double tangency_width = 0.01;
// Of the segment: from where on a fold is that of the cubic through four points about it, to the fourth power of this.
constexpr double fold_width = 1e-3;
constexpr double largest_error = 1e-5;  // of a place that is an event
// Of v^T dh/dl for v in the kernel: where branches cross it vanishes, at a fold it does not.
constexpr double transversality = 1e-3;

using Segment = std::pair<const CurvePoint*, const CurvePoint*>;
struct OfPoint {
    std::function<double(const CurvePoint&)> value;
    Spectrum spectrum;  // whether it reads that
    double operator()(const CurvePoint& point) const { return value(point); }
};

// A point of the curve as far from the event as a value of `of` is from 0.
struct Located {
    Vector u;
    double log_snr;
};

// Bisects the sign of `of` between the ends of a segment until the fractions or the times are `width` apart.
struct Bracket {
    double low = 0.0, high = 1.0;
    CurvePoint middle;
};
Bracket bisect(Continuation& continuation, const Segment& segment, const OfPoint& of, double width) {
    Bracket bracket;
    bracket.middle = *segment.first;
    const bool positive_first = of(*segment.first) > 0.0;
    while (bracket.high - bracket.low > width) {
        std::optional<CurvePoint> point;
        double fraction = 0.0;
        for (const double part : {0.5, 0.37, 0.63}) {  // one of them may be too near to the event
            fraction = bracket.low + part * (bracket.high - bracket.low);
            if ((point = continuation.between(*segment.first, *segment.second, fraction, of.spectrum))) break;
        }
        if (!point) break;
        bracket.middle = *point;
        ((of(*point) > 0.0) == positive_first ? bracket.low : bracket.high) = fraction;
    }
    return bracket;
}

// Coefficients of Lagrange's polynomial through the nodes, at x.
std::array<double, 4> lagrange(const std::array<double, 4>& nodes, double x) {
    std::array<double, 4> coefficients{};
    for (std::size_t i = 0; i < 4; ++i) {
        coefficients[i] = 1.0;
        for (std::size_t j = 0; j < 4; ++j)
            if (j != i) coefficients[i] *= (x - nodes[j]) / (nodes[i] - nodes[j]);
    }
    return coefficients;
}

// The zero of the cubic through four values of `of` around the middle of a bracket.
std::optional<Located> interpolate(Continuation& continuation, const Segment& segment, const OfPoint& of,
                                   const Bracket& bracket) {
    const double width = bracket.high - bracket.low, centre = bracket.low + 0.5 * width;
    constexpr std::array<double, 4> nodes = {-1.5, -0.75, 0.75, 1.5};
    std::array<CurvePoint, 4> points;
    std::array<double, 4> values{};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto point =
            continuation.between(*segment.first, *segment.second, centre + nodes[i] * width, of.spectrum);
        if (!point) return std::nullopt;
        points[i] = *point;
        values[i] = of(*point);
    }
    double low = nodes[0], high = nodes[3];
    if ((values[0] > 0.0) == (values[3] > 0.0)) return std::nullopt;
    for (int i = 0; i < 60; ++i) {
        const double middle = 0.5 * (low + high);
        const auto weights = lagrange(nodes, middle);
        double value = 0.0;
        for (std::size_t j = 0; j < 4; ++j) value += weights[j] * values[j];
        ((value > 0.0) == (values[0] > 0.0) ? low : high) = middle;
    }
    const auto weights = lagrange(nodes, 0.5 * (low + high));
    Located located{Vector::Zero(points[0].u.size()), 0.0};
    for (std::size_t j = 0; j < 4; ++j) {
        located.u += weights[j] * points[j].u;
        located.log_snr += weights[j] * points[j].log_snr;
    }
    return located;
}

Located located_crossing(Continuation& continuation, const Segment& segment, Index which) {
    const OfPoint of{[which](const CurvePoint& point) {
                         return point.eigenvalues.size() > which ? point.eigenvalues[which] : -1.0;
                     },
                     Spectrum::wanted};
    const double span = std::abs(segment.second->log_snr - segment.first->log_snr);
    const Bracket bracket = bisect(continuation, segment, of, std::min(0.5, 4e-3 / span));
    if (const auto found = interpolate(continuation, segment, of, bracket)) return *found;
    const CurvePoint closest = bisect(continuation, segment, of, 1e-12).middle;
    return {closest.u, closest.log_snr};
}

// Where l' = 0: l is known to the square of the width.
Located located_turn(Continuation& continuation, const Segment& segment, bool fold) {
    const OfPoint rate{[](const CurvePoint& point) { return point.rate; }, Spectrum::left_out};
    const Bracket bracket = bisect(continuation, segment, rate, fold ? fold_width : tangency_width);
    if (const auto found = interpolate(continuation, segment, rate, bracket)) return *found;
    const CurvePoint point = bisect(continuation, segment, rate, 1e-9).middle;
    return {point.u, point.log_snr};
}

// Eigenvectors of J whose eigenvalue vanishes at the event, the nearest to 0 at least.
Matrix kernel_at(DriftField& field, const Located& at) {
    const EigenPairs pairs = Linearisation(field, at.u, at.log_snr).leading();
    Index nearest = 0;
    pairs.values.cwiseAbs().minCoeff(&nearest);
    std::vector<Index> columns;
    for (Index i = 0; i < pairs.values.size(); ++i)
        if (i == nearest || std::abs(pairs.values[i]) < kernel_width) columns.push_back(i);
    return pairs.vectors(Eigen::all, columns);
}

// Largest |v^T D^2 h(v, v)| over directions v of the kernel in which no form that does not vanish is 0 throughout, in units in which a
// law of skewness 1 along v has 1.
double quadratic_form(DriftField& field, const Located& at, const Matrix& kernel) {
    const double unit = field.resolution(at.log_snr), step = 1e-3 * unit;
    std::vector<Vector> directions;
    Vector mixed = Vector::Zero(kernel.rows());
    for (Index i = 0; i < kernel.cols(); ++i) {
        directions.emplace_back(kernel.col(i));
        for (Index j = 0; j < i; ++j) directions.push_back((kernel.col(i) + kernel.col(j)).normalized());
        mixed += std::sqrt(1.0 + static_cast<double>(i)) * kernel.col(i);
    }
    directions.push_back(mixed.normalized());
    double largest = 0.0;
    for (const Vector& v : directions) {
        const double above = v.dot(Linearisation(field, at.u + step * v, at.log_snr).times(v));
        const double below = v.dot(Linearisation(field, at.u - step * v, at.log_snr).times(v));
        largest = std::max(largest, std::abs(above - below) / 2e-3);
    }
    return largest / std::pow(std::abs(field.restoring(at.log_snr)), 1.5);
}

// Whether but one curve passes. One that leaps from one leg of a fold close by to another branch meets such a place.
bool is_fold(DriftField& field, const Located& at, const Matrix& kernel) {
    const Vector along = kernel.transpose() * field.slope(at.u, at.log_snr);
    return along.norm() > transversality * field.resolution(at.log_snr);
}

CurveEvent branching(DriftField& field, const Located& at, std::size_t after) {
    CurveEvent event{.u = at.u, .log_snr = at.log_snr, .kernel = kernel_at(field, at), .after = after};
    const double off = field.value(at.u, at.log_snr).drift.norm() / field.resolution(at.log_snr);
    const double nearest = Linearisation(field, at.u, at.log_snr).leading_values().cwiseAbs().minCoeff();
    event.error = std::max(
        nearest, std::sqrt(off));  // next to a crossing the drift grows as the square of the distance
    if (is_fold(field, at, event.kernel)) {
        event.kernel = {};
        return event;
    }
    const bool symmetric = quadratic_form(field, at, event.kernel) < 1e-4;
    event.kind = symmetric ? BifurcationKind::pitchfork : BifurcationKind::transcritical;
    return event;
}

}  // namespace

std::vector<CurveEvent> events_along(DriftField& field, Continuation& continuation,
                                     const BranchCurve& curve) {
    std::vector<CurveEvent> events;
    if (field.mixture().components() == 1)
        return events;  // a linear drift: stability changes, nothing branches
    const auto add = [&](CurveEvent event) {
        if (event.error > largest_error)
            return;  // the curve leapt there, from one branch to another close by
        const bool known = std::ranges::any_of(
            events, [&](const CurveEvent& other) { return same_event(field, other, event); });
        if (!known) events.push_back(std::move(event));
    };
    for (std::size_t i = 0; i + 1 < curve.size(); ++i) {
        const Segment segment{&curve[i], &curve[i + 1]};
        const bool turns = (segment.first->rate > 0.0) != (segment.second->rate > 0.0);
        const auto [fewer, more] = std::minmax(segment.first->unstable, segment.second->unstable);
        if (turns) {
            const bool fold = (more - fewer) % 2 == 1;
            const Located at = located_turn(continuation, segment, fold);
            if (fold)
                add({.u = at.u, .log_snr = at.log_snr, .kernel = {}, .after = i});
            else
                add(branching(field, at, i));
            continue;
        }
        for (Index which = fewer; which < more; ++which)
            add(branching(field, located_crossing(continuation, segment, which), i));
    }
    return events;
}

bool same_event(const DriftField& field, const CurveEvent& a, const CurveEvent& b) {
    const bool folds = a.kind == BifurcationKind::saddle_node;
    if (folds != (b.kind == BifurcationKind::saddle_node)) return false;
    const double error = std::min(10.0 * (a.error + b.error), 0.05);
    return std::abs(a.log_snr - b.log_snr) < 1e-5 + error &&
           (a.u - b.u).norm() < (1e-2 + error) * field.resolution(a.log_snr) + 1e-6 * a.u.norm();
}

}  // namespace kairos::phases
