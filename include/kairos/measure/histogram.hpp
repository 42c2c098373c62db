// include/kairos/measure/histogram.hpp: the distribution of an observable at every time, on one set of edges
// for all times.
//
// Bins have equal width 2^e in u = asinh(value): linear near 0, logarithmic in the tails, so that one set of
// edges serves values that grow over decades. e starts fine and grows by 1 whenever the occupied range
// exceeds `bins`; edges lie on multiples of 2^e, so coarsening is exact and the result does not depend on the
// order of adding or merging. Values that are not finite are not counted. Source: none; the transform is the
// arcsinh scale of flow cytometry and astronomy.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace kairos::measure {

class Histogram {
public:
    static constexpr int bins = 256;  // most occupied range, in bins
    explicit Histogram(std::size_t times = 0) : times_(times) {}
    void add(std::size_t time, std::span<const double> values);
    void merge(const Histogram& other);

    // What the merge of several histograms has: of each number the largest of theirs.
    using Extent = std::array<double, 4>;  // times, exponent, -asinh at the lowest bin, asinh at the highest
    [[nodiscard]] Extent extent() const;
    // As many times and bins as the merge; afterwards its counts are the sums of those of all, place by place.
    void widen(const Extent& merged);

    [[nodiscard]] std::vector<double> edges() const;  // [bin + 1], in units of the observable
    [[nodiscard]] std::vector<double> density()
        const;  // [T * bin]; each time integrates to 1 (0 where nothing was counted)

    // Flat form for transport: [exponent, first bin, bins, T, counts...]
    static constexpr std::size_t head = 4;  // numbers before the counts
    [[nodiscard]] std::vector<std::int64_t> pack() const;
    static Histogram unpack(std::span<const std::int64_t> flat);

private:
    void cover(std::int64_t low, std::int64_t high, int exponent);
    void coarsen(int exponent);
    [[nodiscard]] std::span<std::uint64_t> ring(std::size_t time) {
        return std::span(counts_).subspan(time * bins, width_ > 0 ? bins : 0);
    }
    [[nodiscard]] std::span<const std::uint64_t> ring(std::size_t time) const {
        return std::span(counts_).subspan(time * bins, width_ > 0 ? bins : 0);
    }
    [[nodiscard]] static std::size_t cell_of(std::int64_t bin) {
        return static_cast<std::size_t>(bin) % bins;  // of a power of 2, which negative numbers wrap around
    }
    std::size_t times_;
    int exponent_ = -20;                 // bin width 2^exponent in asinh(value)
    std::int64_t first_ = 0;             // number of the first bin: it begins at first * 2^exponent
    std::int64_t width_ = 0;             // occupied bins
    std::vector<std::uint64_t> counts_;  // [T][bins], once something was counted; 0 beyond the occupied bins
};

}  // namespace kairos::measure
