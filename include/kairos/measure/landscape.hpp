// include/kairos/measure/landscape.hpp: where an ensemble is along its order axes, and which way the drift points there.
//
//   q = v.x/sqrt(d);   per axis, time and bin of q: number of trajectories, sum of their generative drift v.b/sqrt(d),  b = -f x + g^2 s
//
// The bins of an axis are even and the same at all times. Sums are of 64-bit integers (drifts in units of 2^-31 of the largest that the bins
// allow), so that they have the same bits in any order: landscapes of blocks, batches and ranks are added. Trajectories outside of all bins
// are not counted. Shapes: numbers [axis][time][bin]. Source: docs/theory.md, "Landscape".
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kairos/dynamics/posterior.hpp"
#include "kairos/law/order_axes.hpp"

namespace kairos::measure {

struct LandscapeAxis {
    law::OrderAxis axis;
    double low, high;  // of q
};

struct LandscapeSpec {
    std::vector<LandscapeAxis> axes;
    Index bins = 0;
    double root_dimension = 1.0;  // sqrt(d)
    std::vector<dynamics::TimePoint> times;
    [[nodiscard]] double width(std::size_t axis) const {
        return (axes[axis].high - axes[axis].low) / static_cast<double>(bins);
    }
    [[nodiscard]] double centre(std::size_t axis, Index bin) const {
        return axes[axis].low + (static_cast<double>(bin) + 0.5) * width(axis);
    }
    // Of the sums of drifts at one time: a unit of q per time.
    [[nodiscard]] double drift_unit(std::size_t axis, std::size_t time) const;
};

// Order axes of the law and those given beside them, with bins that hold every component to five standard deviations at every time.
[[nodiscard]] LandscapeSpec landscape_of(const law::Law& law, std::vector<dynamics::TimePoint> times,
                                         Index bins, std::vector<law::OrderAxis> given = {});

class Landscape {
public:
    Landscape() = default;
    explicit Landscape(const LandscapeSpec& spec);

    // The states of a block at one time, and their posterior with its score: of some of its trajectories.
    struct Members {
        Index begin, end;
    };
    void add(const LandscapeSpec& spec, std::size_t time, const dynamics::States& states,
             const dynamics::Posterior& posterior, Members members);
    void merge(const Landscape& other);

    [[nodiscard]] std::int64_t count(std::size_t axis, std::size_t time, Index bin) const {
        return counts_[place(axis, time, bin)];
    }
    // In LandscapeSpec::drift_unit.
    [[nodiscard]] std::int64_t drift(std::size_t axis, std::size_t time, Index bin) const {
        return drifts_[place(axis, time, bin)];
    }
    // All of them, to be added up with those of others.
    [[nodiscard]] std::span<std::int64_t> counts() { return counts_; }
    [[nodiscard]] std::span<std::int64_t> drifts() { return drifts_; }

private:
    [[nodiscard]] std::size_t place(std::size_t axis, std::size_t time, Index bin) const {
        return (axis * times_ + time) * bins_ + static_cast<std::size_t>(bin);
    }
    std::size_t times_ = 0, bins_ = 0;
    std::vector<std::int64_t> counts_, drifts_;
};

}  // namespace kairos::measure
