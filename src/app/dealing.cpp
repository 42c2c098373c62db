#include "dealing.hpp"

#include <algorithm>

#include "kairos/app/progress.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using parallel::BatchRange;
using parallel::BatchRow;
using parallel::BatchSeries;
using parallel::Halt;

// Thrown by the pause hook, caught here.
struct Abandoned {};

// Whether each batch of a part is finished, the same on every rank.
std::vector<std::int64_t> finished_batches(const parallel::Communicator& all,
                                           const std::vector<BatchRow>& rows, const BatchSeries& part) {
    std::vector<std::int64_t> finished(part.count, 0);
    for (const auto& row : rows) {
        const std::uint64_t batch = number(row.first), i = (batch - part.first) / part.stride;
        if (batch >= part.first && i < part.count && row.first == part[i]) finished[i] = 1;
    }
    all.max(std::span(finished));
    return finished;
}

void add_rows(const std::vector<measure::Moments>& moments, const BatchSeries& part, BatchRange group,
              std::vector<BatchRow>& rows) {
    const std::vector<double> all = flat_moments(moments);
    const auto length = static_cast<std::ptrdiff_t>(all.size() / group.size());
    auto row = all.begin();
    for (std::uint64_t i = group.begin; i < group.end; ++i, row += length)
        rows.emplace_back(part[i], std::vector<double>(row, row + length));
}

Halt deal_groups(const RunContext& context, const BatchSeries& part, const std::vector<BatchRange>& groups,
                 const BatchWork& work, std::vector<BatchRow>& rows, WorkTimes& times) {
    const auto& batches = context.batches;
    const auto& teams = context.teams;
    const Watch& watch = context.watch;
    Progress progress(watch.show_progress && teams.all().is_root(), batches,
                      part.place + groups.front().begin);
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
            progress.dealt(part.place + group.begin);
            std::vector<std::uint64_t> sizes;
            for (std::uint64_t i = group.begin; i < group.end; ++i) sizes.push_back(batches.size_of(part[i]));
            const auto moments =
                timed(times.compute, [&] { return work.run(batches.first(part[group.begin]), sizes); });
            times.batches += group.size();
            if (teams.leads()) add_rows(moments, part, group, rows);
        }
    } catch (const Abandoned&) {
    }
    const Halt halt = timed(times.wait, [&] { return counter.finish(); });
    work.pause = [] {};
    return halt;
}

}  // namespace

void deal(const RunContext& context, const BatchSeries& part, const BatchWork& work,
          std::vector<BatchRow>& rows, WorkTimes& times) {
    for (;;) {
        const auto finished = finished_batches(context.teams.all(), rows, part);
        const std::uint64_t together = part.stride == 1 ? work.together : 1;
        const auto groups = parallel::groups_to_do(finished, together, context.teams.count());
        if (groups.empty()) return;
        const Halt halt = deal_groups(context, part, groups, work, rows, times);
        if (halt != Halt::none) context.watch.halted(halt);
    }
}

}  // namespace kairos::app
