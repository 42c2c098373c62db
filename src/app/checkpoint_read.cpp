#include <algorithm>
#include <utility>

#include "checkpoint_parts.hpp"
#include "kairos/app/checkpoint.hpp"
#include "kairos/app/realisations.hpp"
#include "kairos/app/stored_result.hpp"
#include "kairos/app/version.hpp"
#include "kairos/base/error.hpp"
#include "kairos/io/read_result.hpp"
#include "provenance.hpp"
#include "result_columns.hpp"

namespace kairos::app {
namespace {

using io::ResultReader;
using parallel::BatchRow;

constexpr const char* how_to_mend = "Go on from an older one, or run anew with run.resume = never.";

[[noreturn]] void damaged(const ResultReader& file, const std::string& path, const std::string& problem) {
    throw InputError(file.file(), path, problem, how_to_mend);
}

// This rank's share of the finished batches.
std::vector<BatchRow> read_rows(const ResultReader& file, const std::string& group, std::size_t length,
                                const parallel::Communicator& communicator) {
    const std::vector<double> batches = file.vector(group + "/batch");
    const auto slice = parallel::slice_of(communicator.rank(), communicator.size(), batches.size());
    std::vector<BatchRow> rows;
    if (slice.size() == 0) return rows;
    const auto values = file.rows(group + "/moments", slice.begin, slice.end);
    const auto sums = file.rows(group + "/checksum", slice.begin, slice.end);
    if (values.size() != slice.size() * length) damaged(file, group + "/moments", "has another shape");
    for (std::size_t i = 0; i < slice.size(); ++i) {
        const std::span row(values.data() + i * length, length);
        if (checksum_of_batch(batches[slice.begin + i], row) != sums[i])
            damaged(file, group + "/moments", "does not have its checksum");
        rows.emplace_back(BatchId{static_cast<std::uint64_t>(batches[slice.begin + i])},
                          std::vector<double>(row.begin(), row.end()));
    }
    return rows;
}

template <class Number>
std::vector<Number> read_sum(const ResultReader& file, const std::string& path) {
    const std::vector<double> values = file.vector(path);
    std::vector<Number> numbers(values.begin(), values.end());
    if (checksum(std::span<const Number>(numbers)) != file.number(path, "checksum"))
        damaged(file, path, "does not have its checksum");
    return numbers;
}

void read_landscape(const ResultReader& file, const Setup& setup, measure::Landscape& landscape) {
    const auto& spec = setup.ensemble.recording.landscape;
    if (!spec) return;
    landscape = measure::Landscape(*spec);
    const auto read = [&](const char* name, std::span<std::int64_t> into) {
        const std::string path = std::string(ensemble_group) + name;
        const auto values = read_sum<std::int64_t>(file, path);
        if (values.size() != into.size()) damaged(file, path, "has another shape");
        std::ranges::copy(values, into.begin());
    };
    read("/landscape_counts", landscape.counts());
    read("/landscape_drifts", landscape.drifts());
}

// On the root, which alone restores sums. What no batch has added to need not be there.
void read_sums(const ResultReader& file, const Setup& setup, Checkpoint& checkpoint) {
    const std::string group = ensemble_group;
    if (file.vector(group + "/batch").empty()) return;
    EnsembleState& state = checkpoint.ensemble;
    const measure::RecordingSpec& recording = setup.ensemble.recording;
    for (const std::string& name : measure::decision_names(setup.ensemble.setting, recording)) {
        const std::string path = member(group + "/decisions", name);
        const auto counts = read_sum<std::int64_t>(file, path);
        if (counts.size() != setup.ensemble.times.size()) damaged(file, path, "has another shape");
        state.decisions[name].assign(counts.begin(), counts.end());
    }
    for (std::size_t h = 0; h < recording.histograms.size(); ++h)
        state.histograms.push_back(measure::Histogram::unpack(
            read_sum<std::int64_t>(file, member(group + "/histograms", std::to_string(h)))));
    read_landscape(file, setup, state.landscape);
    state.paths = paths_from(read_sum<double>(file, group + "/paths"));
    checkpoint.clones.overlaps =
        measure::Histogram::unpack(read_sum<std::int64_t>(file, std::string(clones_group) + "/overlaps"));
}

Checkpoint read_own(const std::string& name, const Setup& setup, const measure::ColumnPlan& plan,
                    const parallel::Communicator& communicator) {
    const ResultReader file(name, checkpoint_format);
    Checkpoint checkpoint;
    checkpoint.progression = {file.number("/", "wall_seconds"), read_interruptions(file)};
    checkpoint.ensemble.rows = read_rows(file, ensemble_group, plan.size() * moments_width, communicator);
    checkpoint.ensemble.counted_from =
        TrajectoryId{static_cast<std::uint64_t>(file.number(ensemble_group, counted_from_name))};
    if (!setup.config.clone_times.empty())
        checkpoint.clones.rows = read_rows(
            file, clones_group, phases::clone_columns(clone_spec(setup)) * moments_width, communicator);
    if (communicator.is_root()) read_sums(file, setup, checkpoint);
    return checkpoint;
}

}  // namespace

bool belongs(const std::string& file, const Config& config, std::string& why) {
    Keys now, then;
    for (const auto& [key, value] : config.resolved) now[key] = value;
    std::string written_by;
    try {
        const ResultReader reader(file, checkpoint_format);
        then = keys_of(reader);
        written_by = reader.text("/", "kairos_version");
    } catch (const InputError& error) {
        why = error.what();
        return false;
    }
    const std::string anew = "Remove it, or run anew with run.resume = never.";
    if (written_by != version())
        throw InputError(file, "", "was written by kairos " + written_by + ", and this is " + version(),
                         "Go on with that version. " + anew);
    require_same_physics({"the configuration", now}, {file, then}, may_change_between_runs(), anew);
    return true;
}

Checkpoint read_checkpoint(const std::string& file, const Setup& setup, const measure::ColumnPlan& plan,
                           const parallel::Communicator& communicator) {
    Checkpoint checkpoint;
    std::string fault;
    try {
        checkpoint = read_own(file, setup, plan, communicator);
    } catch (const InputError& error) {
        fault = error.what();
    }
    fault = communicator.first_text(fault);
    if (!fault.empty()) throw Error(ExitCode::input_file, fault);
    return checkpoint;
}

}  // namespace kairos::app
