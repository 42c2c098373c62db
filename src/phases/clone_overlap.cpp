// src/phases/clone_overlap.cpp: what clones have in common, at their ends and on the way.
#include <algorithm>
#include <cmath>

#include "kairos/phases/clones.hpp"
#include "kairos/random/noise.hpp"

namespace kairos::phases {
namespace {

using random::Purpose;

// Of the angle between clones of a branch at an observation time: most_branch_times is 2^12, and the last bit is that of chi^2.
StepId angle_number(std::size_t branch, std::size_t time) {
    return StepId{static_cast<std::uint32_t>(time << 12U | branch)};
}

}  // namespace

void CloneEnsemble::compare(std::size_t index, std::vector<measure::Moments>& row) const {
    const auto& labels = exposed_.mixture.labels;
    const auto lanes = ends_.front().component.size();
    Lanes same_class = Lanes::Zero(static_cast<Index>(lanes)), same_datum = same_class;
    std::size_t pairs = 0;
    for (std::size_t a = 0; a < ends_.size(); ++a)
        for (std::size_t b = a + 1; b < ends_.size(); ++b, ++pairs) {
            for (std::size_t j = 0; j < lanes; ++j) {
                const auto first = static_cast<std::size_t>(ends_[a].component[j]);
                const auto second = static_cast<std::size_t>(ends_[b].component[j]);
                const auto lane = static_cast<Index>(j);
                same_datum[lane] += first == second ? 1.0 : 0.0;
                if (labels.any())
                    same_class[lane] +=
                        labels.classes().class_of[first] == labels.classes().class_of[second] ? 1.0 : 0.0;
            }
            if (spec_.overlap_path) continue;  // known on the way, below
            const Lanes q = overlap(ends_[a], ends_[b], angle_number(index, 0), pairs);
            row[clone_column(index, CloneQuantity::overlap)].merge(measure::moments_of({q.data(), lanes}));
        }
    if (spec_.overlap_path)
        row[clone_column(index, CloneQuantity::overlap)] =
            row[overlap_column(spec_.branch_times.size(), spec_.times.size(), index, 0)];
    same_class /= static_cast<double>(pairs);
    same_datum /= static_cast<double>(pairs);
    if (labels.any())
        row[clone_column(index, CloneQuantity::same_class)].merge(
            measure::moments_of({same_class.data(), lanes}));
    if (exposed_.empirical)
        row[clone_column(index, CloneQuantity::same_datum)].merge(
            measure::moments_of({same_datum.data(), lanes}));
}

void CloneEnsemble::follow_overlap(std::size_t index, Time t, std::vector<measure::Moments>& row) {
    const auto place = std::ranges::lower_bound(spec_.times, t);
    if (place == spec_.times.end() || t < *place) return;
    const auto time = static_cast<std::size_t>(place - spec_.times.begin());
    const std::size_t branches = spec_.branch_times.size(), count = spec_.times.size();
    std::size_t pair = 0;
    for (std::size_t a = 0; a < ends_.size(); ++a)
        for (std::size_t b = a + 1; b < ends_.size(); ++b) {
            const Lanes q = overlap(ends_[a], ends_[b], angle_number(index, time), pair++);
            const std::span<const double> values(q.data(), static_cast<std::size_t>(q.size()));
            row[overlap_column(branches, count, index, time)].merge(measure::moments_of(values));
            overlaps_.add(index * count + time, values);
        }
}

// x1.x2/d: explicit coordinates, and in the c directions left two vectors at a uniform angle,
// cos = z/sqrt(z^2 + chi^2_{c-1}) with z ~ N(0, 1).
Lanes CloneEnsemble::overlap(const End& a, const End& b, StepId step, std::size_t pair) const {
    Lanes dot = (a.states.x.array() * b.states.x.array()).colwise().sum();
    const double left = exposed_.mixture.complement;
    if (left > 0) {
        const random::Stream stream{angle_seeds_[pair / 256], Purpose::clone_angle,
                                    static_cast<std::uint8_t>(pair % 256)};
        Rows z(1, dot.size());
        random::fill_normals(stream, a.states.first, step, 0, z);
        Lanes chi2 = Lanes::Zero(dot.size());
        // Steps of the chi^2 are numbered beyond all of the angles.
        if (left > 1)
            random::fill_chi_squared(stream, a.states.first, StepId{number(step) | 0x80000000U}, left - 1,
                                     {chi2.data(), static_cast<std::size_t>(chi2.size())});
        const Lanes cosine = z.row(0).array() / (z.row(0).array().square() + chi2).sqrt();
        dot += (a.states.radius2 * b.states.radius2).sqrt() * cosine;
    }
    return dot / exposed_.mixture.dimension();
}

}  // namespace kairos::phases
