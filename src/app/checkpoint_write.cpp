#include <filesystem>
#include <numeric>

#include "checkpoint_parts.hpp"
#include "file_head.hpp"
#include "kairos/app/checkpoint.hpp"
#include "kairos/io/result_file.hpp"
#include "provenance.hpp"

namespace kairos::app {
namespace {

namespace fs = std::filesystem;
using io::ResultFile;
using parallel::BatchRow;

constexpr const char* plain = "dimensionless";

struct Shares {
    std::size_t before = 0, all = 0;  // rows of lower ranks, of all ranks
};

Shares shares_of(std::size_t mine, const parallel::Communicator& communicator) {
    const auto counts = communicator.all_gather(std::vector{static_cast<double>(mine)});
    Shares shares;
    for (std::size_t rank = 0; rank < counts.size(); ++rank) {
        if (rank < static_cast<std::size_t>(communicator.rank()))
            shares.before += static_cast<std::size_t>(counts[rank]);
        shares.all += static_cast<std::size_t>(counts[rank]);
    }
    return shares;
}

// Rows in rank order, [finished batch][value], each with its checksum.
void write_rows(ResultFile& file, const std::string& group, const std::vector<BatchRow>& rows,
                const parallel::Communicator& communicator) {
    std::vector<double> mine, values, sums;
    for (const auto& [batch, row] : rows) {
        mine.push_back(static_cast<double>(number(batch)));
        values.insert(values.end(), row.begin(), row.end());
        sums.push_back(checksum_of_batch(mine.back(), row));
    }
    const std::vector<double> all = communicator.gather(mine);
    const std::vector<std::int64_t> batches(all.begin(), all.end());
    const std::string axis = group + "/batch", across = group + "/value";
    file.scale(axis, std::span<const std::int64_t>(batches), "finished batch", plain);
    const Shares shares = shares_of(rows.size(), communicator);
    if (shares.all == 0) return;
    const auto length = static_cast<std::size_t>(
        communicator.max(static_cast<std::uint64_t>(rows.empty() ? 0 : rows.front().second.size())));
    std::vector<std::int64_t> numbers(length);
    std::iota(numbers.begin(), numbers.end(), 0);
    file.scale(across, std::span<const std::int64_t>(numbers), "moments, column by column", plain);
    const std::size_t end = shares.before + rows.size();
    file.write_slice(group + "/moments", {axis, across}, 0, {shares.before * length, end * length}, values);
    file.write_slice(group + "/checksum", {axis}, 0, {shares.before, end}, sums);
}

// Numbers of the root, with their checksum.
template <class Number>
void write_sum(ResultFile& file, const std::string& path, std::span<const Number> values) {
    file.scale(path, values, "sum over finished batches", plain);
    file.attributes(path, {{"checksum", static_cast<std::int64_t>(checksum(values))}});
}

void write_sum(ResultFile& file, const std::string& path, const measure::Histogram& histogram) {
    const std::vector<std::int64_t> packed = histogram.pack();
    write_sum(file, path, std::span<const std::int64_t>(packed));
}

void write_ensemble(ResultFile& file, const EnsembleState& mine, const parallel::Communicator& communicator) {
    const std::string group = ensemble_group;
    write_rows(file, group, mine.rows, communicator);
    file.attributes(group, {{counted_from_name, static_cast<std::int64_t>(number(mine.counted_from))}});
    EnsembleState sum = sum_of(mine, communicator);
    for (const auto& [name, counts] : sum.decisions) {
        const std::vector<std::int64_t> numbers(counts.begin(), counts.end());
        write_sum(file, member(group + "/decisions", name), std::span<const std::int64_t>(numbers));
    }
    for (std::size_t h = 0; h < mine.histograms.size(); ++h)
        write_sum(file, member(group + "/histograms", std::to_string(h)),
                  communicator.is_root() ? sum.histograms[h] : measure::Histogram());
    write_sum(file, group + "/landscape_counts", std::span<const std::int64_t>(sum.landscape.counts()));
    write_sum(file, group + "/landscape_drifts", std::span<const std::int64_t>(sum.landscape.drifts()));
    const std::vector<double> paths = flat_paths(sum.paths);
    write_sum(file, group + "/paths", std::span<const double>(paths));
}

// The file of that name becomes the previous one, and keeps its name until a new one takes it: that one is absent means that it was removed, and
// a previous one is then of a run that nobody goes on with. So where there are no hard links it is copied, not renamed; and where that
// fails (no room) there is none.
void keep_previous(const std::string& file) {
    std::error_code fault;
    fs::remove(previous_of(file), fault);
    if (!fs::exists(file, fault)) return;
    fs::create_hard_link(file, previous_of(file), fault);
    if (fault) fs::copy_file(file, previous_of(file), fault);
    if (fault) fs::remove(previous_of(file), fault);
}

}  // namespace

std::string previous_of(const std::string& file) { return file + ".previous"; }

void write_checkpoint(const std::string& file, const Config& config, const EnsembleState& ensemble,
                      const CloneState& clones, const Progression& progression, const std::string& reason,
                      const parallel::Communicator& communicator) {
    ResultFile out(communicator, file);
    write_head(out, checkpoint_format);
    out.attributes("/", {{"wall_seconds", progression.seconds}});
    std::vector<Interruption> interruptions = progression.interruptions;
    interruptions.push_back(interruption_now(reason, ensemble.rows.size(), communicator));
    write_interruptions(out, interruptions);
    out.group("/config");
    out.attributes("/config", {config.resolved.begin(), config.resolved.end()});
    write_ensemble(out, ensemble, communicator);
    write_rows(out, clones_group, clones.rows, communicator);
    write_sum(out, std::string(clones_group) + "/overlaps", sum_of(clones.overlaps, communicator));
    if (communicator.is_root()) keep_previous(file);
    out.publish_sealed();
}

void remove_checkpoints(const std::string& file, const parallel::Communicator& communicator) {
    if (!communicator.is_root() || file.empty()) return;
    std::error_code ignored;
    fs::remove(file, ignored);
    fs::remove(io::part_of(file), ignored);  // of a run that was killed while it wrote
    fs::remove(previous_of(file), ignored);
}

}  // namespace kairos::app
