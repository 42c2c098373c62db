// include/kairos/app/checkpoint.hpp: the finished batches of a run, in a file from which any number of ranks can go on.
//
// FILE holds the newest, FILE.previous the one before. A new one gets its name when it is whole and on disk; a crash at any moment leaves
// FILE, old or new. The file has a checksum (io/seal.hpp), and so have every batch and what batches add up to: a damaged one is found before
// it is believed.
// /config says what run it belongs to. Layout: docs/checkpoint.md. Collective.
// Errors: OutputError (4); InputError (3) for a file that is damaged or of another run, the same on every rank.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kairos/app/run_state.hpp"
#include "kairos/app/setup.hpp"

namespace kairos::app {

// Where a run ended, or would have gone on from had it ended unasked.
struct Interruption {
    double unix_time = 0;  // seconds since 1970-01-01T00:00:00Z
    std::string reason;
    std::int64_t ranks = 0, batches = 0;  // batches: finished by then
};

// What a run is when it stops, besides what it has measured.
struct Progression {
    double seconds = 0;                       // of wall time, by all its runs
    std::vector<Interruption> interruptions;  // so far
};

struct Checkpoint {
    EnsembleState ensemble;
    CloneState clones;
    Progression progression;
};

// reason: why the run ends, if it does; else the checkpoint is one of many. It becomes an interruption when a run goes on from here.
void write_checkpoint(const std::string& file, const Config& config, const EnsembleState& ensemble,
                      const CloneState& clones, const Progression& progression, const std::string& reason,
                      const parallel::Communicator& communicator);

// Whether the file is a checkpoint of this configuration; InputError naming the key in which it differs, or the version that wrote it.
// False where it is none that can be read: `why` then says so.
[[nodiscard]] bool belongs(const std::string& file, const Config& config, std::string& why);
// What it holds, each batch on one of the ranks and the sums on the root. plan: of the run.
[[nodiscard]] Checkpoint read_checkpoint(const std::string& file, const Setup& setup,
                                         const measure::ColumnPlan& plan,
                                         const parallel::Communicator& communicator);

[[nodiscard]] std::string previous_of(const std::string& file);
// Both files and what a crash left of a third, on the root.
void remove_checkpoints(const std::string& file, const parallel::Communicator& communicator);

}  // namespace kairos::app
