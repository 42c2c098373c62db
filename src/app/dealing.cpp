#include "dealing.hpp"

#include <algorithm>

#include "kairos/app/progress.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using parallel::BatchRange;
using parallel::BatchRow;
using parallel::Halt;

// Thrown by the pause hook, caught here.
struct Abandoned {};

// Unfinished batches of a range, the same on every rank: at most `together` that follow one another.
std::vector<BatchRange> unfinished(const parallel::Communicator& all, const std::vector<BatchRow>& rows,
                                   BatchRange range, std::uint64_t together) {
    std::vector<std::int64_t> finished(range.size(), 0);
    for (const auto& row : rows) {
        const std::uint64_t batch = number(row.first);
        if (batch >= range.begin && batch < range.end) finished[batch - range.begin] = 1;
    }
    all.max(std::span(finished));
    std::vector<BatchRange> groups;
    for (std::uint64_t batch = range.begin; batch < range.end; ++batch) {
        if (finished[batch - range.begin] != 0) continue;
        if (groups.empty() || groups.back().end != batch || groups.back().size() == together)
            groups.push_back({batch, batch});
        ++groups.back().end;
    }
    return groups;
}

void add_rows(const std::vector<measure::Moments>& moments, BatchRange group, std::vector<BatchRow>& rows) {
    const std::vector<double> all = flat_moments(moments);
    const auto length = static_cast<std::ptrdiff_t>(all.size() / group.size());
    auto row = all.begin();
    for (std::uint64_t batch = group.begin; batch < group.end; ++batch, row += length)
        rows.emplace_back(BatchId{batch}, std::vector<double>(row, row + length));
}

Halt deal_groups(const RunContext& context, const std::vector<BatchRange>& groups, const BatchWork& work,
                 std::vector<BatchRow>& rows, WorkTimes& times) {
    const auto& batches = context.batches;
    const auto& teams = context.teams;
    const Watch& watch = context.watch;
    Progress progress(watch.show_progress && teams.all().is_root(), batches,
                      {groups.front().begin, groups.back().end});
    parallel::TeamCounter counter(teams, groups.size());
    Halt known = Halt::none;
    work.pause = [&] {
        known = counter.serve(watch.wanted(known));
        if (known == Halt::abandon) throw Abandoned{};
    };
    try {
        const auto dealt = [&] { return timed(times.dealing, [&] { return counter.next(); }); };
        while (const auto next = timed(times.wait, dealt)) {
            const BatchRange group = groups[number(*next)];
            progress.dealt(group.begin);
            std::vector<std::uint64_t> sizes;
            for (std::uint64_t b = group.begin; b < group.end; ++b)
                sizes.push_back(batches.size_of(BatchId{b}));
            const auto moments =
                timed(times.compute, [&] { return work.run(batches.first(BatchId{group.begin}), sizes); });
            times.batches += group.size();
            if (teams.leads()) add_rows(moments, group, rows);
        }
    } catch (const Abandoned&) {
    }
    const Halt halt = timed(times.wait, [&] { return counter.finish(); });
    work.pause = [] {};
    return halt;
}

}  // namespace

void deal(const RunContext& context, BatchRange range, const BatchWork& work, std::vector<BatchRow>& rows,
          WorkTimes& times) {
    for (;;) {
        const auto groups = unfinished(context.teams.all(), rows, range, work.together);
        if (groups.empty()) return;
        const Halt halt = deal_groups(context, groups, work, rows, times);
        if (halt != Halt::none) context.watch.halted(halt);
    }
}

}  // namespace kairos::app
