#include "kairos/phases/continuation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "linearisation.hpp"

namespace kairos::phases {
namespace {

constexpr double longest_step = 0.3, shortest_step = 1e-9, first_step = 0.02;
constexpr double narrowest_gap = 1e-5;  // step below which no other curve is expected
constexpr std::size_t most_points = 5000;
constexpr int most_corrections = 12;

double distance(const Vector& a, const Vector& b) { return (a - b).lpNorm<1>(); }

// Tangent of the curve: null vector of (J, dh/dl) along the border, of unit length in the metric of `point`.
bool set_tangent(const Linearisation& near, const Border& border, CurvePoint& point) {
    const Index r = point.u.size();
    const Vector tangent = near.solve(border, Vector::Unit(r + 1, r));
    const double norm = std::hypot(tangent.head(r).norm() / point.length, tangent[r]);
    point.direction = tangent.head(r) / norm;
    point.rate = tangent[r] / norm;
    return std::isfinite(norm) && norm > 0.0;
}

void rescale(CurvePoint& point, double length) {
    point.length = length;
    const double norm = std::hypot(point.direction.norm() / length, point.rate);
    point.direction /= norm;
    point.rate /= norm;
}

}  // namespace

Continuation::Continuation(DriftField& field, LogSnrRange range, std::vector<double> levels, Visit visit,
                           std::function<void()> check)
    : field_(field),
      range_(range),
      levels_(std::move(levels)),
      visit_(std::move(visit)),
      check_(std::move(check)),
      scale_(field.mixture().means.colwise().norm().maxCoeff()) {}

std::optional<CurvePoint> Continuation::corrected(Vector u, double log_snr, const CurvePoint& along,
                                                  Spectrum spectrum) {
    const Index r = u.size();
    const double length2 = along.length * along.length;
    const double norm = std::hypot(along.direction.norm() / length2, along.rate);
    Border border{{}, along.direction / (length2 * norm), along.rate / norm};
    double before = std::numeric_limits<double>::infinity();
    for (int i = 0; i < most_corrections; ++i) {
        border.column = field_.slope(u, log_snr);
        const FieldValue here =
            field_.value(u, log_snr);  // after the slope: J is looked at in the same place
        const Linearisation near(field_, u, log_snr);
        Vector right = Vector::Zero(r + 1);
        right.head(r) = -here.drift;
        const Vector step = near.solve(border, right);
        const double unit = u.norm() + field_.resolution(log_snr);
        const double size = std::max(step.head(r).norm() / unit, std::abs(step[r]));
        if (!std::isfinite(size) || size > 2.0 || (size > 0.5 * before && size > 1e-8)) return std::nullopt;
        u += step.head(r);
        log_snr += step[r];
        if (size <= 1e-12 || (size <= 1e-8 && size >= 0.2 * before)) {
            CurvePoint point{.u = u, .log_snr = log_snr, .length = along.length};
            point.complement = field_.value(u, log_snr).complement;
            const Linearisation there(field_, u, log_snr);
            if (!set_tangent(there, border, point)) return std::nullopt;
            if (spectrum == Spectrum::wanted) point.eigenvalues = there.leading_values();
            point.unstable = positive(point.eigenvalues);
            return point;
        }
        before = size;
    }
    return std::nullopt;
}

// Hermite's cubic through both ends with their tangents is the predictor: near a crossing the chord itself may lie nearer to the other
// branch.
std::optional<CurvePoint> Continuation::between(const CurvePoint& from, const CurvePoint& to, double fraction,
                                                Spectrum spectrum) {
    CurvePoint chord = from;
    chord.direction = to.u - from.u;
    chord.rate = to.log_snr - from.log_snr;
    const double arc = std::hypot(chord.direction.norm() / from.length, chord.rate);
    const double end = arc / std::hypot(to.direction.norm() / from.length, to.rate);
    const double p = fraction, q = 1.0 - fraction;
    const double forth = p * p * (3.0 - 2.0 * p), leaving = arc * p * q * q, arriving = -end * p * p * q;
    return corrected(from.u + forth * chord.direction + leaving * from.direction + arriving * to.direction,
                     from.log_snr + forth * chord.rate + leaving * from.rate + arriving * to.rate, chord,
                     spectrum);
}

std::optional<CurvePoint> Continuation::at_level(const CurvePoint& from, const CurvePoint& to, double level,
                                                 Spectrum spectrum) {
    const double fraction = (level - from.log_snr) / (to.log_snr - from.log_snr);
    CurvePoint natural = from;
    natural.direction.setZero();
    natural.rate = to.log_snr > from.log_snr ? 1.0 : -1.0;
    const Vector guess = from.u + fraction * (to.u - from.u);
    auto point = corrected(guess, level, natural, spectrum);
    if (!point) return std::nullopt;
    const Vector expected = field_.value(guess, level).weights;
    if (distance(expected, field_.value(point->u, level).weights) > 0.3) return std::nullopt;
    return point;
}

bool Continuation::pass_levels(const CurvePoint& from, const CurvePoint& to) {
    const double sign = to.log_snr > from.log_snr ? 1.0 : -1.0;
    for (std::size_t i = 0; i < levels_.size(); ++i) {
        const bool passed =
            sign * (levels_[i] - from.log_snr) > 0.0 && sign * (levels_[i] - to.log_snr) <= 0.0;
        if (!passed) continue;
        const auto point = at_level(from, to, levels_[i], Spectrum::left_out);
        if (point && !visit_(i, point->u)) return false;
    }
    return true;
}

// Far beyond all data in the frame of x: the fixed point leaves for infinity (where the restoring force vanishes).
bool Continuation::ran_away(const CurvePoint& point) const {
    const auto at = field_.at(point.log_snr);
    const double natural = at.alpha * scale_ + std::sqrt(at.sigma2) + scale_;
    return !(at.alpha * point.u.norm() < 1e8 * natural);
}

// Judges a step, chooses the length of the next one and the metric at its end.
bool Continuation::accept(const CurvePoint& from, const Vector& predicted, const CurvePoint& next,
                          double predicted_log_snr, double& step) {
    const Vector old = field_.value(from.u, from.log_snr).weights;
    const Vector weights = field_.value(next.u, next.log_snr).weights;
    const double missed = distance(field_.value(predicted, predicted_log_snr).weights, weights);
    const double turned = distance(old, weights), moved = (next.u - from.u).norm();
    const double cosine =
        from.direction.dot(next.direction) / (from.length * from.length) + from.rate * next.rate;
    if (missed > 0.1 || turned > 0.5 || cosine < 0.8) return false;
    const double unit = field_.resolution(next.log_snr);
    const double wanted = moved > 1e-9 * (next.u.norm() + unit) ? 0.5 * moved / std::max(turned, 1e-9) : unit;
    next_length_ = std::clamp(wanted, 0.25 * from.length, 4.0 * from.length);
    next_length_ = std::clamp(next_length_, 1e-3 * unit, 1e3 * (next.u.norm() + unit));
    if (missed < 0.02 && turned < 0.2 && cosine > 0.95) step = std::min(1.6 * step, longest_step);
    return true;
}

// A step may leap over a narrow gap to a curve that passes close by. Along one smooth curve the number of unstable directions changes by
// an odd number exactly where the curve turns, but for crossings, where an eigenvalue (or l', where the curve parts from another) passes
// through 0 continuously: bisected six times, its values at both ends of the interval have come close to each other.
bool Continuation::leaps(const CurvePoint& from, const CurvePoint& next) {
    const bool turns = (from.rate > 0.0) != (next.rate > 0.0);
    const Index fewer = std::min(from.unstable, next.unstable), more = std::max(from.unstable, next.unstable);
    if (turns == ((more - fewer) % 2 == 1)) return false;
    const auto value = [&](const CurvePoint& point) {
        if (turns) return point.rate;
        return point.eigenvalues.size() > fewer ? point.eigenvalues[fewer] : -1.0;
    };
    double low = 0.0, high = 1.0, at_low = value(from), at_high = value(next);
    double last = from.log_snr;
    const double change = std::abs(at_high - at_low);
    for (int i = 0; i < 6; ++i) {
        double middle = 0.0;
        std::optional<CurvePoint> point;
        for (const double part : {0.47, 0.35, 0.6}) {  // one of them may be too near to a crossing
            middle = low + part * (high - low);
            if ((point = between(from, next, middle, turns ? Spectrum::left_out : Spectrum::wanted))) break;
        }
        if (!point) return true;
        last = point->log_snr;
        const double at_middle = value(*point);
        const bool first = (at_middle > 0.0) == (at_low > 0.0);
        (first ? low : high) = middle;
        (first ? at_low : at_high) = at_middle;
    }
    // Where a curve turns, it is beyond both ends.
    const double beyond = (from.rate > 0.0 ? 1.0 : -1.0) * (last - next.log_snr);
    if (turns && beyond < -0.05 * std::abs(next.log_snr - from.log_snr)) return true;
    return std::abs(at_high - at_low) > 0.25 * change;
}

std::optional<CurvePoint> Continuation::advance(const CurvePoint& from, double& step) {
    for (; step > shortest_step; step *= 0.5) {
        const Vector predicted = from.u + step * from.direction;
        const double log_snr = from.log_snr + step * from.rate;
        auto next = corrected(predicted, log_snr, from);
        double taken = step;
        if (!next || !accept(from, predicted, *next, log_snr, taken)) continue;
        if (step > narrowest_gap && leaps(from, *next)) continue;
        const double end = std::clamp(next->log_snr, range_.low, range_.high);
        if (end != next->log_snr) {
            next = at_level(from, *next, end, Spectrum::wanted);
            if (!next) continue;
            next->log_snr = end;
        }
        step = taken;
        rescale(*next, next_length_);
        return next;
    }
    return std::nullopt;
}

BranchCurve Continuation::follow(const CurvePoint& start) {
    BranchCurve curve{start};
    stopped_ = false;
    double step = first_step;
    while (curve.size() < most_points && !field_.exhausted()) {
        check_();
        const auto next = advance(curve.back(), step);
        if (!next) break;
        if (ran_away(*next)) break;
        stopped_ = !pass_levels(curve.back(), *next);
        curve.push_back(*next);
        const bool ended = next->log_snr <= range_.low || next->log_snr >= range_.high;
        if (stopped_ || ended) break;
    }
    return curve;
}

BranchCurve Continuation::follow(const Vector& u, double log_snr, int sign) {
    CurvePoint natural{
        .u = u, .log_snr = log_snr, .direction = Vector::Zero(u.size()), .rate = static_cast<double>(sign)};
    natural.length = field_.resolution(log_snr);
    const auto start = corrected(u, log_snr, natural);
    if (!start) return {};
    return follow(*start);
}

}  // namespace kairos::phases
