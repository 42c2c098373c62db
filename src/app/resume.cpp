#include "kairos/app/resume.hpp"

#include <filesystem>

#include "kairos/app/stored_result.hpp"
#include "kairos/base/error.hpp"
#include "kairos/io/seal.hpp"
#include "resume_result.hpp"

namespace kairos::app {
namespace {

// As the root sees it.
bool exists(const std::string& file, const parallel::Communicator& communicator) {
    std::error_code ignored;
    bool there = communicator.is_root() && std::filesystem::is_regular_file(file, ignored);
    communicator.broadcast_value(there);
    return there;
}

std::uint64_t finished(const Checkpoint& checkpoint, const parallel::Communicator& communicator) {
    return communicator.sum(static_cast<std::uint64_t>(checkpoint.ensemble.rows.size()));
}

// Whether `file` could be used; if not, `note` says why.
bool take_checkpoint(const std::string& file, const Setup& setup, const measure::ColumnPlan& plan,
                     const parallel::Communicator& communicator, Beginning& beginning) {
    std::string why;
    bool good = io::seal_holds(file, communicator);
    if (!good)
        why = "it does not have its checksum";
    else  // not before: in a damaged file HDF5 may loop
        good = belongs(file, setup.config, why);
    why = communicator.first_text(why);
    good = communicator.all(good);
    if (good) {
        try {
            beginning.from = read_checkpoint(file, setup, plan, communicator);
        } catch (const Error& error) {
            if (error.code() != ExitCode::input_file) throw;
            good = false;
            why = error.what();
        }
    }
    if (!good) {
        beginning.note += "checkpoint " + file + " is damaged and is not used: " + why + "\n";
        return false;
    }
    beginning.file = file;
    beginning.note += "resuming from " + file + ": " +
                      std::to_string(finished(beginning.from, communicator)) + " of " +
                      std::to_string(setup.batches.count()) + " batches are finished\n";
    return true;
}

}  // namespace

Beginning beginning_of(const Setup& setup, const measure::ColumnPlan& plan,
                       const parallel::Communicator& communicator) {
    Beginning beginning;
    if (setup.config.resume == ResumeChoice::never) return beginning;
    const std::string& newest = setup.config.checkpoint;
    // Without the newest, which is there at any moment, the one before has outlived a checkpoint that was removed.
    if (!newest.empty() && exists(newest, communicator)) {
        for (const std::string& file : {newest, previous_of(newest)})
            if (exists(file, communicator) && take_checkpoint(file, setup, plan, communicator, beginning))
                return beginning;
    }
    if (exists(setup.config.output, communicator)) take_result(setup, plan, communicator, beginning);
    return beginning;
}

}  // namespace kairos::app
