#include "keeping.hpp"

#include <cstdio>

#include "kairos/app/commands.hpp"

namespace kairos::app {
namespace {

constexpr const char* next_line = "\n        ";

std::uint64_t all_rows(const EnsembleState& ensemble, const CloneState& clones,
                       const parallel::Communicator& communicator) {
    return communicator.sum(std::uint64_t{ensemble.rows.size() + clones.rows.size()});
}

}  // namespace

Keeping::Keeping(const Config& config, std::uint64_t batches, const Beginning& beginning,
                 Deadline::Clock::time_point start, const parallel::Communicator& communicator)
    : config_(config),
      batches_(batches),
      start_(start),
      communicator_(communicator),
      before_(beginning.from.progression),
      file_(beginning.file),
      finished_(communicator.sum(std::uint64_t{beginning.from.ensemble.rows.size()})),
      rows_(all_rows(beginning.from.ensemble, beginning.from.clones, communicator)) {}

double Keeping::wall_seconds() const {
    const std::chrono::duration<double> mine = Deadline::Clock::now() - start_;
    return before_.seconds + communicator_.max(mine.count());
}

bool Keeping::write(const EnsembleState& ensemble, const CloneState& clones, const std::string& reason) {
    const TimeSpent spent(times_.output);
    try {
        write_checkpoint(config_.checkpoint, config_, ensemble, clones,
                         {wall_seconds(), before_.interruptions}, reason, communicator_);
    } catch (const OutputError& error) {
        fault_ = error.what();
        return false;
    }
    file_ = config_.checkpoint;
    finished_ = communicator_.sum(std::uint64_t{ensemble.rows.size()});
    rows_ = all_rows(ensemble, clones, communicator_);
    fault_.clear();
    warned_ = false;
    return true;
}

std::string Keeping::kept() const {
    if (file_.empty()) return "No finished batch is kept";
    return file_ + " keeps " + std::to_string(finished_) + " of " + std::to_string(batches_) + " batches";
}

void Keeping::pause(const EnsembleState& ensemble, const CloneState& clones) {
    if (write(ensemble, clones, "") || warned_) return;
    warned_ = true;
    if (!communicator_.is_root()) return;
    std::fprintf(stderr, "kairos: %s%sThe run goes on, and tries again in run.checkpoint-interval. %s.\n",
                 fault_.c_str(), next_line, kept().c_str());
}

Error Keeping::interruption(const std::string& reason, const EnsembleState& ensemble,
                            const CloneState& clones) {
    const std::string how = "interrupted by " + reason;
    if (write(ensemble, clones, reason))
        return {ExitCode::interrupted, how + "; " + std::to_string(finished_) + " of " +
                                           std::to_string(batches_) + " batches are kept in " + file_ +
                                           ". The same command goes on from there."};
    return {ExitCode::output, how + ", and " + fault_ + next_line + kept() +
                                  (file_.empty() ? "." : "; the same command goes on from there.")};
}

Error Keeping::without_output(const std::string& fault, const EnsembleState& ensemble,
                              const CloneState& clones) {
    std::string text = fault;
    const bool all_there = !file_.empty() && rows_ == all_rows(ensemble, clones, communicator_);
    if (config_.checkpoint.empty())
        text.append(next_line).append("With run.checkpoint = none its work is not kept either.");
    else if (!all_there && !write(ensemble, clones, "the result cannot be written"))
        text.append(next_line)
            .append("The finished work cannot be kept either: ")
            .append(fault_.substr(0, fault_.find('\n')));
    text.append(next_line).append(kept());
    if (file_.empty()) return {ExitCode::output, text + "."};
    text.append(": the same command goes on from there");
    if (file_ != config_.output) {
        text.append(", and to another disk with").append(next_line);
        text.append("--output.file=... --run.checkpoint=").append(config_.checkpoint);
    }
    return {ExitCode::output, text + "."};
}

Error Keeping::out_of_memory() const {
    return {ExitCode::other, std::string(no_memory_left) + next_line + kept() +
                                 (file_.empty() ? "." : "; the same command goes on from there.")};
}

}  // namespace kairos::app
