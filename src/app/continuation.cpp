#include "continuation.hpp"

#include <algorithm>
#include <numeric>

#include "pooled_shape.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using measure::Moments;
using Subtree = measure::TreeFold::Subtree;

constexpr const char* part_path = "/continuation/part";
constexpr const char* count_path = "/continuation/count";
constexpr const char* value_path = "/continuation/value";
constexpr const char* moments_path = "/continuation/moments";
constexpr const char* plain_number = "dimensionless";

// [value in slice][part][moment]
std::vector<double> own_values(const std::vector<Subtree>& parts, std::size_t begin, std::size_t end) {
    std::vector<Moments> values;
    values.reserve((end - begin) * parts.size());
    for (std::size_t i = begin; i < end; ++i)
        for (const Subtree& part : parts) values.push_back(part.moments[i]);
    return flat_moments(values);
}

}  // namespace

std::size_t first_identity(const measure::ColumnPlan& plan) {
    const auto found = std::ranges::find_if(plan.columns(), [](const measure::Column& column) {
        return column.quantity != measure::Quantity::observable;
    });
    return found == plan.columns().end() ? plan.size() : found->first;
}

void write_continuation(io::ResultFile& file, const Setup& setup, const measure::ColumnPlan& plan,
                        const Measured& measured) {
    if (!setup.config.batch_moments || measured.full_batches.empty()) return;
    const std::vector<Subtree>& parts = measured.full_batches;
    std::vector<std::int64_t> first, count;
    for (const Subtree& part : parts) {
        first.push_back(static_cast<std::int64_t>(part.first));
        count.push_back(static_cast<std::int64_t>(part.count));
    }
    file.scale(part_path, std::span<const std::int64_t>(first), "first batch of a part", plain_number);
    file.write(count_path, {part_path}, std::span<const std::int64_t>(count),
               {{"long_name", "batches of a part"}});
    const std::size_t start = first_identity(plan), all = plan.size() - start;
    if (all == 0) return;
    std::vector<std::int64_t> numbers(all);
    std::iota(numbers.begin(), numbers.end(), 0);
    file.scale(value_path, std::span<const std::int64_t>(numbers),
               "values of identities, one after the other", plain_number);
    const auto [from, to] = measured.slice;
    const std::size_t begin = std::clamp(start, from, to), end = std::max(begin, to);
    const std::size_t width = parts.size() * moments_width;
    const parallel::ColumnSlice own =
        begin < end ? parallel::ColumnSlice{(begin - start) * width, (end - start) * width}
                    : parallel::ColumnSlice{0, 0};
    file.write_slice(moments_path, {value_path, part_path, "/moment"}, 0, own,
                     own_values(parts, begin - from, end - from));
}

std::optional<std::vector<Subtree>> read_continuation(const io::ResultReader& result,
                                                      const measure::ColumnPlan& plan) {
    if (!result.has(part_path)) return std::nullopt;
    const auto first = result.vector(part_path), count = result.vector(count_path);
    if (first.size() != count.size()) refuse_shape(result, count_path);
    const std::size_t columns = plan.size() - first_identity(plan);
    std::vector<Moments> values;
    if (columns > 0) values = moments_from(result.array(moments_path).values);
    if (values.size() != columns * first.size()) refuse_shape(result, moments_path);
    std::vector<Subtree> parts;
    for (std::size_t p = 0; p < first.size(); ++p) {
        Subtree part{static_cast<std::uint64_t>(first[p]), static_cast<std::uint64_t>(count[p]), {}};
        for (std::size_t i = 0; i < columns; ++i) part.moments.push_back(values[i * first.size() + p]);
        parts.push_back(std::move(part));
    }
    return parts;
}

}  // namespace kairos::app
