#include "slices.hpp"

#include <algorithm>
#include <string>

#include "result_file_state.hpp"

namespace kairos::io {

hsize_t Slice::columns() const {
    return elements_of({shape.begin() + static_cast<std::ptrdiff_t>(leading), shape.end()});
}

Part Slice::part() const {
    return {.leading = leading, .last_row = rows(), .begin = range.begin, .end = range.end};
}

void require_slice(const Slice& slice, std::uint64_t covered, const Place& place) {
    if (slice.leading > 1 || slice.leading > slice.shape.size())
        refuse(place, "a slice has 0 or 1 leading axes");
    require_count(slice.values.size(), slice.part().size(), place);
    if (covered != slice.columns() || slice.range.end > slice.columns())
        refuse(place, "the ranks' slices hold " + std::to_string(covered) + " columns of " +
                          std::to_string(slice.columns()));
}

std::vector<double> gathered(const parallel::Communicator& communicator, const Slice& slice) {
    if (slice.values.empty()) return communicator.gather({});
    std::vector<double> mine{static_cast<double>(slice.range.begin), static_cast<double>(slice.range.end),
                             static_cast<double>(slice.values.size())};
    mine.insert(mine.end(), slice.values.begin(), slice.values.end());
    return communicator.gather(mine);
}

std::vector<double> joined(std::span<const double> gathered, const Slice& slice, const Place& place) {
    std::vector<Slice> slices;
    std::uint64_t covered = 0;
    while (!gathered.empty()) {
        const auto count = static_cast<std::size_t>(gathered[2]);
        slices.push_back({slice.shape,
                          slice.leading,
                          {static_cast<std::size_t>(gathered[0]), static_cast<std::size_t>(gathered[1])},
                          gathered.subspan(3, count)});
        covered += slices.back().range.size();
        gathered = gathered.subspan(3 + count);
    }
    require_slice(slice, covered, place);  // also where no rank holds anything
    std::vector<double> whole(elements_of(slice.shape));
    for (const Slice& one : slices) {
        require_slice(one, covered, place);
        for (hsize_t row = 0; row < one.rows(); ++row)
            std::copy_n(one.values.begin() + static_cast<std::ptrdiff_t>(row * one.range.size()),
                        one.range.size(),
                        whole.begin() + static_cast<std::ptrdiff_t>(row * one.columns() + one.range.begin));
    }
    return whole;
}

}  // namespace kairos::io
