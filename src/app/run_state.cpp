#include "kairos/app/run_state.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

namespace kairos::app {
namespace {

void append(std::vector<double>& flat, const std::vector<double>& part) {
    flat.push_back(static_cast<double>(part.size()));
    flat.insert(flat.end(), part.begin(), part.end());
}

std::vector<double> cut(const std::vector<double>& flat, std::size_t& at) {
    const auto length = static_cast<std::ptrdiff_t>(flat[at++]);
    const auto begin = flat.begin() + static_cast<std::ptrdiff_t>(at);
    at += static_cast<std::size_t>(length);
    return {begin, begin + length};
}

}  // namespace

void EnsembleState::keep(measure::BatchResult& batch) {
    for (const auto& [name, counts] : batch.decisions) {
        auto& total = decisions[name];
        for (std::size_t i = 0; i < counts.size(); ++i) total[i] += counts[i];
    }
    for (std::size_t h = 0; h < histograms.size(); ++h) histograms[h].merge(batch.histograms[h]);
    landscape.merge(batch.landscape);
    std::move(batch.paths.begin(), batch.paths.end(), std::back_inserter(paths));
}

// Ranks agree on the bins and add their counts place by place: none holds more than its own histogram and the sum.
measure::Histogram sum_of(const measure::Histogram& mine, const parallel::Communicator& communicator) {
    measure::Histogram::Extent extent = mine.extent();
    communicator.max(std::span<double>(extent));
    measure::Histogram total = mine;
    total.widen(extent);
    std::vector<std::int64_t> packed = total.pack();
    communicator.sum(std::span(packed).subspan(measure::Histogram::head));
    return communicator.is_root() ? measure::Histogram::unpack(packed) : measure::Histogram();
}

std::vector<double> flat_paths(const std::vector<measure::PathRecord>& paths) {
    std::vector<double> flat;
    for (const auto& path : paths) {
        flat.insert(flat.end(), {static_cast<double>(path.trajectory), static_cast<double>(path.end_class),
                                 static_cast<double>(path.end_datum)});
        append(flat, path.values);
        append(flat, path.x);
        append(flat, path.radius2);
        append(flat, path.eigenvalues);
        append(flat, path.eigenvectors);
        append(flat, path.eigenvectors_radial);
    }
    return flat;
}

std::vector<measure::PathRecord> paths_from(const std::vector<double>& flat) {
    std::vector<measure::PathRecord> paths;
    for (std::size_t at = 0; at < flat.size();) {
        measure::PathRecord path;
        path.trajectory = static_cast<std::uint64_t>(flat[at]);
        path.end_class = static_cast<std::int64_t>(flat[at + 1]);
        path.end_datum = static_cast<std::int64_t>(flat[at + 2]);
        at += 3;
        path.values = cut(flat, at);
        path.x = cut(flat, at);
        path.radius2 = cut(flat, at);
        path.eigenvalues = cut(flat, at);
        path.eigenvectors = cut(flat, at);
        path.eigenvectors_radial = cut(flat, at);
        paths.push_back(std::move(path));
    }
    return paths;
}

EnsembleState sum_of(const EnsembleState& mine, const parallel::Communicator& communicator) {
    EnsembleState sum;
    sum.decisions = mine.decisions;
    for (auto& entry : sum.decisions) communicator.sum(std::span<std::uint64_t>(entry.second));
    sum.landscape = mine.landscape;
    communicator.sum(sum.landscape.counts());
    communicator.sum(sum.landscape.drifts());
    for (const auto& histogram : mine.histograms) sum.histograms.push_back(sum_of(histogram, communicator));
    sum.paths = paths_from(communicator.gather(flat_paths(mine.paths)));
    std::ranges::sort(sum.paths, {}, &measure::PathRecord::trajectory);
    return sum;
}

}  // namespace kairos::app
