// src/measure/decisions.cpp: one look at the leaders per observation time; the last one to write is the one that counts.
#include "kairos/measure/decisions.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "kairos/base/array.hpp"

namespace kairos::measure {
namespace {

constexpr double committed_above = 0.9;
constexpr int none = -1;

}  // namespace

void DecisionTracker::begin(Index count) {
    const auto paths = static_cast<std::size_t>(count);
    leader_.assign(paths, none);
    last_change_.assign(paths, none);
    commitment_.assign(paths, none);
}

void DecisionTracker::visit(std::size_t index, const Lanes& leader, const Lanes& weight) {
    assert(static_cast<std::size_t>(leader.size()) == leader_.size() && weight.size() == leader.size());
    const int now = static_cast<int>(index);
    for (std::size_t j = 0; j < leader_.size(); ++j) {
        const auto column = static_cast<Index>(j);
        const int label = static_cast<int>(leader[column]);
        if (leader_[j] != none && leader_[j] != label) {
            last_change_[j] = now;
        }
        leader_[j] = label;
        if (weight[column] <= committed_above) {
            commitment_[j] = none;
        } else if (commitment_[j] == none) {
            commitment_[j] = now;
        }
    }
}

namespace {

// Midpoints between neighbours, closed by the first and the last time themselves: no path decides outside the
// grid.
std::vector<double> bin_edges(std::span<const Time> times) {
    std::vector<double> edges{times.front().value};
    for (std::size_t i = 1; i < times.size(); ++i) {
        edges.push_back(0.5 * (times[i - 1].value + times[i].value));
    }
    edges.push_back(times.back().value);
    return edges;
}

}  // namespace

Distribution distribution_of(std::span<const Time> times, std::span<const std::uint64_t> counts,
                             std::uint64_t total) {
    assert(times.size() == counts.size() && !times.empty());
    double decided = 0.0, sum = 0.0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        decided += static_cast<double>(counts[i]);
        sum += static_cast<double>(counts[i]) * times[i].value;
    }
    Distribution out{bin_edges(times),
                     std::vector<double>(times.size(), 0.0),
                     nan,
                     nan,
                     total == 0 ? nan : decided / static_cast<double>(total),
                     nan,
                     nan};
    if (decided == 0.0) {
        return out;
    }
    out.mean = sum / decided;
    double squares = 0.0, fourth = 0.0;
    for (std::size_t i = 0; i < times.size(); ++i) {
        const auto count = static_cast<double>(counts[i]);
        const double width = out.edges[i + 1] - out.edges[i];
        out.density[i] = width > 0.0 ? count / (decided * width) : 0.0;
        const double square = (times[i].value - out.mean) * (times[i].value - out.mean);
        squares += count * square;
        fourth += count / decided * square * square;
    }
    const double variance = squares / (decided - 1.0);
    out.width = std::sqrt(variance);
    out.width_error = std::sqrt(std::max(0.0, fourth - variance * variance) / decided) / (2.0 * out.width);
    out.standard_error = std::sqrt(variance / decided);  // NaN for a single path
    return out;
}

}  // namespace kairos::measure
