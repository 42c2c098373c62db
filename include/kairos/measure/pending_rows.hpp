// include/kairos/measure/pending_rows.hpp: rows of numbers that wait until there are as many as moments_of_rows takes at a time.
#pragma once
#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "kairos/measure/moments.hpp"

namespace kairos::measure {

class PendingRows {
public:
    // For rows of that length.
    void begin(std::size_t length) {
        stride_ = length + rows_padding;
        numbers_.assign(stride_ * rows_together, 0.0);
        size_ = 0;
    }
    [[nodiscard]] bool full() const { return size_ == rows_together; }
    [[nodiscard]] std::size_t size() const { return size_; }
    // place: of the row's moments.
    void add(std::span<const double> row, std::size_t place) {
        std::ranges::copy(row, numbers_.begin() + static_cast<std::ptrdiff_t>(size_ * stride_));
        places_[size_++] = place;
    }
    // The moments of a part of each row go to sink(place, moments).
    template <class Sink>
    void each(std::size_t first, std::size_t count, Sink sink) const {
        const auto moments = moments_of_rows(numbers_.data() + first, stride_, count);
        for (std::size_t k = 0; k < size_; ++k) sink(places_[k], moments[k]);
    }
    void clear() { size_ = 0; }

private:
    std::size_t stride_ = 0;
    std::vector<double> numbers_;  // [row][stride]
    std::array<std::size_t, rows_together> places_{};
    std::size_t size_ = 0;
};

}  // namespace kairos::measure
