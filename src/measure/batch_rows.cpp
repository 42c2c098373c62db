#include "kairos/measure/batch_rows.hpp"

#include <algorithm>
#include <utility>

namespace kairos::measure {

void BatchRows::begin(std::vector<std::uint64_t> sizes, std::size_t length) {
    sizes_ = std::move(sizes);
    length_ = length;
    rows_.assign(sizes_.size() * length_, Moments{});
    passed_ = 0;
    blocks_ = {};
}

void BatchRows::begin_block(Index count) {
    cut_into_segments(static_cast<std::uint64_t>(count));
    pending_.begin(static_cast<std::size_t>(count));
}

void BatchRows::cut_into_segments(std::uint64_t count) {
    segments_.clear();
    std::uint64_t begin = 0;  // of a batch
    const std::uint64_t from = passed_, to = passed_ + count;
    for (std::size_t batch = 0; batch < sizes_.size() && begin < to; ++batch) {
        const bool last = sizes_[batch] <= to - begin;
        const std::uint64_t end = last ? begin + sizes_[batch] : to;
        if (end > from) {
            const std::uint64_t first = std::max(begin, from);
            segments_.push_back({batch, first - from, end - first, last && first == begin, last});
        }
        begin = end;
    }
    passed_ = to;
}

std::span<Moments> BatchRows::row(std::size_t batch) {
    return std::span(rows_).subspan(batch * length_, length_);
}

void BatchRows::add(std::span<const double> numbers, std::size_t place) {
    constexpr std::size_t long_row = 256;  // eight of them would not stay in the first cache
    if (numbers.size() > long_row) {
        for (const Segment& segment : segments_)
            row(segment.batch)[place] = moments_of(numbers.subspan(segment.first, segment.count));
        return;
    }
    if (pending_.full()) settle();
    pending_.add(numbers, place);
}

void BatchRows::settle() {
    for (const Segment& segment : segments_)
        pending_.each(
            segment.first, segment.count,
            [own = row(segment.batch)](std::size_t place, const Moments& moments) { own[place] = moments; });
    pending_.clear();
}

void BatchRows::close_block() {
    settle();
    for (const Segment& segment : segments_) {
        if (segment.whole) continue;
        const std::span<Moments> own = row(segment.batch);
        blocks_.add(own);
        std::ranges::fill(own, Moments{});
        if (segment.last) fold_into(segment.batch);
    }
}

void BatchRows::fold_into(std::size_t batch) { std::ranges::copy(blocks_.take(), row(batch).begin()); }

std::vector<Moments> BatchRows::take() {
    if (blocks_.rows() > 0) fold_into(segments_.back().batch);
    return std::move(rows_);
}

}  // namespace kairos::measure
