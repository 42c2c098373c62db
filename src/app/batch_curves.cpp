#include "kairos/app/batch_curves.hpp"

#include <algorithm>

#include "result_columns.hpp"

namespace kairos::app {
namespace {

using measure::Moments;
using parallel::BatchRange;
using parallel::ColumnSlice;

constexpr std::uint64_t most_curves = 2048;
constexpr std::size_t most_known = std::size_t{1} << 21U;    // moments of curves kept at hand: 112 MiB
constexpr std::size_t most_at_once = std::size_t{1} << 18U;  // moments of batches asked for together

// Batches of one range, shared out evenly.
void add_blocks(BatchRange range, std::uint64_t count, std::vector<BatchRange>& blocks) {
    for (std::uint64_t k = 0; k < count; ++k)
        blocks.push_back(
            {range.begin + k * range.size() / count, range.begin + (k + 1) * range.size() / count});
}

// The moments of each block in some columns of this rank, [block][column].
std::vector<Moments> merged_blocks(const Measured& measured, const std::vector<BatchRange>& blocks,
                                   parallel::ColumnSlice columns) {
    std::vector<Moments> merged(blocks.size() * columns.size());
    if (columns.size() == 0) return merged;
    const std::uint64_t together = std::max<std::uint64_t>(1, most_at_once / columns.size());
    std::size_t block = 0;
    for (std::uint64_t begin = 0; begin < measured.batch_count; begin += together) {
        const std::uint64_t end = std::min(begin + together, measured.batch_count);
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
std::vector<Moments> of_component(const std::vector<Moments>& merged, const measure::Column& column,
                                  Index component, ColumnSlice columns) {
    if (column.components == 1) return merged;
    std::vector<Moments> chosen;
    for (std::size_t i = 0; i < merged.size(); ++i) {
        const std::size_t place = columns.begin + i % columns.size() - column.first;
        if (place % static_cast<std::size_t>(column.components) == static_cast<std::size_t>(component))
            chosen.push_back(merged[i]);
    }
    return chosen;
}

// Each rank holds a range of the column's times, for every block; ranges join in rank order, time by time.
std::vector<measure::MomentCurve> joined_curves(std::vector<Moments> mine, std::size_t blocks,
                                                const parallel::Communicator& communicator) {
    std::vector<double> by_time;
    const std::size_t own = mine.size() / blocks;
    by_time.reserve(mine.size() * moments_width);
    for (std::size_t q = 0; q < own; ++q)
        for (std::size_t k = 0; k < blocks; ++k) {
            const auto flat = flat_moments({&mine[k * own + q], 1});
            by_time.insert(by_time.end(), flat.begin(), flat.end());
        }
    mine.clear();
    mine.shrink_to_fit();
    const std::vector<Moments> all = moments_from(communicator.all_gather(by_time));
    std::vector<measure::MomentCurve> curves(blocks);
    for (std::size_t i = 0; i < all.size() / blocks; ++i)
        for (std::size_t k = 0; k < blocks; ++k) curves[k].push_back(all[i * blocks + k]);
    return curves;
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

const std::vector<measure::MomentCurve>& BatchCurves::known(const std::string& name) {
    const auto found = known_.find(name);
    if (found != known_.end()) return found->second;
    if ((known_.size() + 1) * blocks_.size() * plan_.times() > most_known) known_.clear();
    auto& curves = known_[name];
    const auto slash = name.find('/');
    const auto* column = plan_.find(measure::Quantity::observable, name.substr(0, slash));
    if (column == nullptr || (slash == std::string::npos && column->components != 1)) return curves;
    const Index component = slash == std::string::npos ? 0 : std::stol(name.substr(slash + 1));
    const auto part = own_part(*column, plan_.times(), measured_.slice);
    const ColumnSlice columns{column->first + part.begin, column->first + part.end};
    const auto merged = merged_blocks(measured_, blocks_, columns);
    curves = joined_curves(of_component(merged, *column, component, columns), blocks_.size(), communicator_);
    return curves;
}

std::vector<measure::MomentCurve> BatchCurves::all(const std::string& name) { return known(name); }

std::vector<measure::MomentCurve> BatchCurves::of_realisation(const std::string& name, std::size_t which) {
    const auto& curves = known(name);
    if (curves.empty()) return {};
    const BatchRange blocks = realisations_.at(which);
    return {curves.begin() + static_cast<std::ptrdiff_t>(blocks.begin),
            curves.begin() + static_cast<std::ptrdiff_t>(blocks.end)};
}

}  // namespace kairos::app
