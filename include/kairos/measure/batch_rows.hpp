// include/kairos/measure/batch_rows.hpp: the moments of batches that are worked on together, block by block.
//
//   row of a batch = [place], one Moments each;   rows of all batches one after the other
//
// A block holds trajectories of one or several batches, and a batch may go on in the next block: what each of its blocks holds of it is
// folded by the tree of moments.hpp. In a block every place is given once, or not at all; then it has no numbers of that block.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "kairos/base/array.hpp"
#include "kairos/measure/pending_rows.hpp"
#include "kairos/measure/tree_fold.hpp"

namespace kairos::measure {

class BatchRows {
public:
    // Batches of these sizes, with rows of that length.
    void begin(std::vector<std::uint64_t> sizes, std::size_t length);
    // The next `count` trajectories.
    void begin_block(Index count);
    // One number for each of them.
    void add(std::span<const double> numbers, std::size_t place);
    void close_block();
    // Rows of all batches, also of one that is not finished. Between blocks.
    [[nodiscard]] std::vector<Moments> take();

private:
    // The trajectories of the block that belong to one batch.
    struct Segment {
        std::size_t batch, first, count;
        bool whole, last;  // the batch lies in this block; it ends here
    };
    [[nodiscard]] std::span<Moments> row(std::size_t batch);
    void cut_into_segments(std::uint64_t count);
    void settle();
    void fold_into(std::size_t batch);

    std::vector<std::uint64_t> sizes_;
    std::size_t length_ = 0;
    std::vector<Moments> rows_;
    std::uint64_t passed_ = 0;  // trajectories of earlier blocks
    std::vector<Segment> segments_;
    PendingRows pending_;
    TreeFold blocks_;  // of a batch that is not finished
};

}  // namespace kairos::measure
