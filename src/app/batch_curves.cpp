#include "kairos/app/batch_curves.hpp"

#include <algorithm>
#include <span>

#include "result_columns.hpp"

namespace kairos::app {
namespace {

using measure::BatchedCurve;
using measure::MomentCurve;
using measure::Moments;
using parallel::BatchRange;
using parallel::ColumnSlice;

constexpr std::uint64_t most_curves = 2048;
constexpr std::size_t most_known = std::size_t{1}
                                   << 21U;  // moments of curves kept at hand, of all ranks together: 112 MiB
constexpr std::size_t most_at_once = std::size_t{1} << 14U;  // moments of batches asked for together: 0.9 MiB

// Batches of one range, as evenly as they can be.
void add_blocks(BatchRange range, std::uint64_t count, std::vector<BatchRange>& blocks) {
    for (std::uint64_t k = 0; k < count; ++k)
        blocks.push_back(
            {range.begin + k * range.size() / count, range.begin + (k + 1) * range.size() / count});
}

// The moments of each block in some columns of this rank, [block][column].
std::vector<Moments> merged_blocks(const Measured& measured, std::span<const BatchRange> blocks,
                                   ColumnSlice columns) {
    std::vector<Moments> merged(blocks.size() * columns.size());
    if (columns.size() == 0) return merged;
    const std::uint64_t together = std::max<std::uint64_t>(1, most_at_once / columns.size());
    std::size_t block = 0;
    for (std::uint64_t begin = blocks.front().begin; begin < blocks.back().end; begin += together) {
        const std::uint64_t end = std::min(begin + together, blocks.back().end);
        const auto rows = measured.batches({begin, end}, columns);
        auto next = rows.begin();
        for (std::uint64_t b = begin; b < end; ++b) {
            while (b >= blocks[block].end) ++block;
            for (std::size_t q = 0; q < columns.size(); ++q)
                merged[block * columns.size() + q].merge(*next++);
        }
    }
    return merged;
}

// Those of one component, [block][time].
std::vector<Moments> of_component(std::vector<Moments> merged, const measure::Column& column, Index component,
                                  ColumnSlice columns) {
    if (column.components == 1) return merged;
    std::vector<Moments> chosen;
    for (std::size_t i = 0; i < merged.size(); ++i) {
        const std::size_t place = columns.begin + i % columns.size() - column.first;
        if (place % static_cast<std::size_t>(column.components) == static_cast<std::size_t>(component))
            chosen.push_back(merged[i]);
    }
    return chosen;
}

// What each rank needs of the times that are held here, time by time: the folds of all blocks, of those before its own and of those behind,
// and its own ones. merged: [block][time]
std::vector<std::vector<double>> shares_of(const std::vector<Moments>& merged, std::size_t blocks,
                                           int ranks) {
    std::vector<std::vector<double>> shares(static_cast<std::size_t>(ranks));
    const std::size_t times = merged.size() / blocks;
    std::vector<MomentCurve> column(blocks, MomentCurve(1)), before(blocks + 1, MomentCurve(1));
    for (std::size_t t = 0; t < times; ++t) {
        for (std::size_t k = 0; k < blocks; ++k) {
            column[k].front() = merged[k * times + t];
            before[k + 1] = before[k];
            measure::merge_into(before[k + 1], column[k]);
        }
        const std::vector<MomentCurve> behind = measure::folds_from_behind(column, MomentCurve(1));
        for (int rank = 0; rank < ranks; ++rank) {
            const auto own = parallel::slice_of(rank, ranks, blocks);
            std::vector<Moments> part = {before.back().front(), before[own.begin].front(),
                                         behind[own.end].front()};
            for (std::size_t k = own.begin; k < own.end; ++k) part.push_back(column[k].front());
            const std::vector<double> flat = flat_moments(part);
            auto& share = shares[static_cast<std::size_t>(rank)];
            share.reserve(times * flat.size());
            share.insert(share.end(), flat.begin(), flat.end());
        }
    }
    return shares;
}

// Each rank had a range of the column's times, in rank order.
BatchedCurve joined_share(const std::vector<std::vector<double>>& parts, std::size_t own) {
    BatchedCurve curve;
    curve.own.resize(own);
    for (const auto& part : parts) {
        const std::vector<Moments> share = moments_from(part);
        for (auto next = share.begin(); next != share.end();) {
            curve.all.push_back(*next++);
            curve.before.push_back(*next++);
            curve.after.push_back(*next++);
            for (MomentCurve& block : curve.own) block.push_back(*next++);
        }
    }
    return curve;
}

}  // namespace

BatchCurves::BatchCurves(const measure::ColumnPlan& plan, const Measured& measured,
                         const parallel::Communicator& communicator)
    : plan_(plan), measured_(measured), communicator_(communicator) {
    const bool each = measured.batch_count <= most_curves;
    for (const BatchRange range : measured.realisations) {
        const std::uint64_t share =
            std::max<std::uint64_t>(1, most_curves * range.size() / measured.batch_count);
        const std::uint64_t begin = blocks_.size();
        add_blocks(range, each ? range.size() : share, blocks_);
        realisations_.push_back({begin, blocks_.size()});
    }
}

BatchedCurve BatchCurves::measured_curve(const std::string& name, BatchRange blocks) const {
    const auto slash = name.find('/');
    const auto* column = plan_.find(measure::Quantity::observable, name.substr(0, slash));
    if (column == nullptr || (slash == std::string::npos && column->components != 1)) return {};
    const Index component = slash == std::string::npos ? 0 : std::stol(name.substr(slash + 1));
    const auto part = own_part(*column, plan_.times(), measured_.slice);
    const ColumnSlice columns{column->first + part.begin, column->first + part.end};
    auto merged = of_component(
        merged_blocks(measured_, std::span(blocks_).subspan(blocks.begin, blocks.size()), columns), *column,
        component, columns);
    const int ranks = communicator_.size();
    auto shares = shares_of(merged, blocks.size(), ranks);
    merged = {};
    BatchedCurve curve = joined_share(communicator_.all_to_all(std::move(shares)),
                                      parallel::slice_of(communicator_.rank(), ranks, blocks.size()).size());
    curve.count = blocks.size();
    curve.join = [this](std::vector<double> own) { return communicator_.all_gather(own); };
    return curve;
}

const BatchedCurve& BatchCurves::known(const std::string& name, BatchRange blocks) {
    const std::tuple key{name, blocks.begin, blocks.end};
    const auto found = known_.find(key);
    if (found != known_.end()) return found->second;
    if ((known_.size() + 1) * blocks_.size() * plan_.times() > most_known) known_.clear();
    return known_[key] = measured_curve(name, blocks);
}

BatchedCurve BatchCurves::all(const std::string& name) { return known(name, {0, blocks_.size()}); }

BatchedCurve BatchCurves::of_realisation(const std::string& name, std::size_t which) {
    return known(name, realisations_.at(which));
}

}  // namespace kairos::app
