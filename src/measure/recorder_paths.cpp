// Raw paths of the first trajectories: states and their leading eigenpairs, and where they end.
#include <algorithm>

#include "kairos/measure/recorder.hpp"

namespace kairos::measure {

void Recorder::keep_paths(std::size_t time, const Sight& sight) {
    const Index r = sight.states->x.rows();
    const bool complement = setting_.law->mixture.complement > 0;
    const std::size_t base = result_.paths.size() - static_cast<std::size_t>(kept_);
    for (Index j = 0; j < kept_; ++j) {
        PathRecord& record = result_.paths[base + static_cast<std::size_t>(j)];
        record.x.resize(times_.size() * static_cast<std::size_t>(r));
        Eigen::Map<Vector>(record.x.data() + time * static_cast<std::size_t>(r), r) = sight.states->x.col(j);
        if (eigenpairs_ > 0) keep_eigenpairs(time, *sight.posterior, j, record);
        if (!complement) continue;
        record.radius2.resize(times_.size());
        record.radius2[time] = sight.states->radius2[j];
    }
}

void Recorder::keep_eigenpairs(std::size_t time, const dynamics::Posterior& posterior, Index lane,
                               PathRecord& record) const {
    const Index r = setting_.law->mixture.coordinates();
    const auto width = static_cast<std::size_t>(r), count = static_cast<std::size_t>(eigenpairs_);
    record.eigenvalues.resize(times_.size() * count);
    record.eigenvectors.resize(times_.size() * count * width);
    const bool complement = setting_.law->mixture.complement > 0;
    if (complement) record.eigenvectors_radial.resize(times_.size() * count);
    for (std::size_t i = 0; i < count; ++i) {
        const Rows& v = posterior.eigenvectors[i];
        const std::size_t place = time * count + i;
        record.eigenvalues[place] = posterior.eigenvalues(static_cast<Index>(i), lane);
        Eigen::Map<Vector>(record.eigenvectors.data() + place * width, r) = v.col(lane).head(r);
        if (complement) record.eigenvectors_radial[place] = v(r, lane);
    }
}

void Recorder::keep_ends(const std::vector<int>& end_components) {
    const auto& mixture = setting_.law->mixture;
    const std::size_t base = result_.paths.size() - static_cast<std::size_t>(kept_);
    for (std::size_t j = 0; j < static_cast<std::size_t>(kept_) && !end_components.empty(); ++j) {
        const auto component = static_cast<std::size_t>(end_components[j]);
        PathRecord& record = result_.paths[base + j];
        if (mixture.labels.any()) {
            const auto& level = mixture.labels.classes();
            record.end_class = level.values[static_cast<std::size_t>(level.class_of[component])];
        }
        record.end_datum = mixture.origin[component];
    }
}

void Recorder::forget_counted_paths() {
    const auto kept = static_cast<std::ptrdiff_t>(kept_);
    const auto first = result_.paths.end() - kept;
    result_.paths.erase(first, first + std::min(kept, static_cast<std::ptrdiff_t>(uncounted_)));
}

}  // namespace kairos::measure
