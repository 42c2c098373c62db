#include "kairos/phases/scaling_crossing.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "curve_meeting.hpp"
#include "reading.hpp"
#include "size_replicates.hpp"

namespace kairos::phases {
namespace {

using LeftOut = std::vector<std::vector<double>>;  // replicates of one size: [part left out][T]

struct Size {
    SizedCurve curve;
    LeftOut replicates;
};

// A crossing with its replicates: those of the one size and of the other.
struct Replicated {
    SizeCrossing found;
    std::vector<double> smaller, larger;
};

double noise_of(const std::vector<double>& smaller, const std::vector<double>& larger) {
    return std::hypot(measure::delete_one_error(smaller), measure::delete_one_error(larger));
}

// A number read off both curves, for every replicate of either.
template <class Read>
void read_replicates(const Size& a, const Size& b, const Read& read, std::vector<double>& smaller,
                     std::vector<double>& larger) {
    for (const auto& y : a.replicates) smaller.push_back(read(y, b.curve.y));
    for (const auto& y : b.replicates) larger.push_back(read(a.curve.y, y));
}

// Half of what noise does not explain of the difference to a fit of lower order, the worse one.
double missed_by_fit(const Size& a, const Size& b, const MeetingFit& plain, const MeetingFit& rival,
                     double place) {
    const auto difference = [&](const std::vector<double>& low, const std::vector<double>& high) {
        return rival(low, high, place) - plain(low, high, place);
    };
    std::vector<double> smaller, larger;
    read_replicates(a, b, difference, smaller, larger);
    const double all = difference(a.curve.y, b.curve.y), noise = noise_of(smaller, larger);
    if (!std::isfinite(all)) return 0.0;
    const double rest2 = all * all - (std::isfinite(noise) ? noise * noise : 0.0);
    return rest2 > 0.0 ? by_worse_fit * std::sqrt(rest2) : 0.0;
}

// L, from the logarithms of both.
double mean_inverse(const SizedCurve& a, const SizedCurve& b) {
    const double low = std::abs(a.size), high = std::abs(b.size);
    return (std::exp(-low) - std::exp(-high)) / (high - low);
}

// By a fit of one degree; without an error where one of the replicates has no crossing.
Replicated read_crossing(const Size& a, const Size& b, const Meeting& about, int degree) {
    Replicated pair{{0, 0, nan, {nan, nan, nan}, about.height}, {}, {}};
    const MeetingFit plain(a.curve, b.curve, about, degree), rival(a.curve, b.curve, about, degree - 2);
    const double place = plain(a.curve.y, b.curve.y, about.place);
    if (!std::isfinite(place)) return pair;
    const auto read = [&](const std::vector<double>& low, const std::vector<double>& high) {
        return plain(low, high, place);
    };
    read_replicates(a, b, read, pair.smaller, pair.larger);
    pair.found.place = {place, noise_of(pair.smaller, pair.larger), missed_by_fit(a, b, plain, rival, place)};
    return pair;
}

// Noise may leave the curves too little difference for the better fit; without an error a crossing is none.
Replicated crossing_of(const Size& a, const Size& b, Heights compared) {
    Replicated found{{0, 0, nan, {nan, nan, nan}, nan}, {}, {}};
    if (const auto about = meeting_of(a.curve, b.curve, compared))
        for (const int degree : {5, 3}) {
            Replicated pair = read_crossing(a, b, *about, degree);
            if (!std::isfinite(pair.found.place.statistical)) continue;
            found = std::move(pair);
            break;
        }
    found.found.inverse_dimension = mean_inverse(a.curve, b.curve);
    return found;
}

LineFit line_through(const std::vector<Replicated>& pairs) {
    std::vector<LinePoint> points;
    for (const auto& [found, smaller, larger] : pairs)
        if (std::isfinite(found.place.value))
            points.push_back({found.inverse_dimension, found.place.value, found.place.standard_error()});
    return fit_line(points);
}

// The error of the line from the noise of every size, whose replicates move both crossings it takes part in.
void replace_noise(const std::vector<Replicated>& pairs, std::size_t systems, LineFit& line) {
    double slope2 = 0.0, intercept2 = 0.0;
    for (std::size_t i = 0; i < systems; ++i) {
        std::size_t parts = 0;
        for (const Replicated& pair : pairs) {
            if (pair.found.smaller == i) parts = std::max(parts, pair.smaller.size());
            if (pair.found.larger == i) parts = std::max(parts, pair.larger.size());
        }
        std::vector<double> slopes, intercepts;
        for (std::size_t r = 0; r < parts; ++r) {
            std::vector<Replicated> moved = pairs;
            for (Replicated& pair : moved) {
                if (pair.found.smaller == i && r < pair.smaller.size())
                    pair.found.place.value = pair.smaller[r];
                if (pair.found.larger == i && r < pair.larger.size()) pair.found.place.value = pair.larger[r];
            }
            const LineFit replicate = line_through(moved);
            slopes.push_back(replicate.slope.value);
            intercepts.push_back(replicate.intercept.value);
        }
        if (parts == 0) continue;
        slope2 += std::pow(measure::delete_one_error(slopes), 2);
        intercept2 += std::pow(measure::delete_one_error(intercepts), 2);
    }
    line.slope.statistical = std::sqrt(slope2);
    line.intercept.statistical = std::sqrt(intercept2);
}

}  // namespace

ScalingCrossings scaling_crossings(std::span<const MeasuredSystem> systems, const CurveValue& value,
                                   Heights compared) {
    std::vector<Size> sizes;
    for (const MeasuredSystem& system : systems)
        sizes.push_back({curve_of(system, value), replicates_of(system, value)});
    std::vector<Replicated> pairs;
    for (std::size_t i = 0; i + 1 < sizes.size(); ++i) {
        const double low = std::abs(sizes[i].curve.size), high = std::abs(sizes[i + 1].curve.size);
        if (!(low > 0.0) || !(high > low)) continue;
        pairs.push_back(crossing_of(sizes[i], sizes[i + 1], compared));
        pairs.back().found.smaller = i;
        pairs.back().found.larger = i + 1;
    }
    ScalingCrossings all{{}, line_through(pairs)};
    if (std::isfinite(all.line.slope.value)) {
        replace_noise(pairs, sizes.size(), all.line);
        // What fits miss of the curves they miss alike at every pair, so that no average over pairs helps.
        double shared = 0.0;
        for (const Replicated& pair : pairs)
            if (std::isfinite(pair.found.place.value)) shared = std::max(shared, pair.found.place.systematic);
        all.line.intercept.systematic = std::hypot(all.line.intercept.systematic, shared);
    }
    for (Replicated& pair : pairs) all.pairs.push_back(pair.found);
    return all;
}

}  // namespace kairos::phases
