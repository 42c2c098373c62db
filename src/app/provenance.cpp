#include "provenance.hpp"

#include <unistd.h>

#include <Eigen/Core>
#include <array>
#include <boost/version.hpp>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <sstream>

#include "kairos/app/text.hpp"
#include "kairos/parallel/mpi_session.hpp"
#include "kairos/random/dispatch.hpp"
#include "kairos/random/vector_math.hpp"

namespace kairos::app {
namespace {

using parallel::Communicator;

std::string dotted(int major, int minor, int patch) {
    std::string text = std::to_string(major);
    text.append(".").append(std::to_string(minor)).append(".").append(std::to_string(patch));
    return text;
}

// "name:ranks" of every node, by its first rank.
std::string hosts_of(const Communicator& communicator) {
    constexpr std::size_t longest = 256;
    std::array<char, longest> name{};
    gethostname(name.data(), longest - 1);
    const Communicator node = communicator.node();
    std::string mine;
    if (node.is_root()) mine.append(name.data()).append(":").append(std::to_string(node.size()));
    std::vector<std::string> texts = communicator.gather_texts(mine);
    std::erase(texts, "");
    std::string all = joined(texts, ",");
    communicator.broadcast(all);
    return all;
}

constexpr const char* interruptions_group = "/interruptions";
constexpr const char* performance_group = "/performance";

struct TimeField {
    const char* name;
    double WorkTimes::*seconds;
    const char* meaning;
};
constexpr TimeField time_fields[] = {
    {"compute", &WorkTimes::compute, "time inside batches"},
    {"wait", &WorkTimes::wait, "time waiting for the next batch, and for the other ranks when none was left"},
    {"dealing", &WorkTimes::dealing, "time waiting for the next batch alone"},
    {"fold", &WorkTimes::fold, "time folding the moments of all ranks"},
    {"output", &WorkTimes::output, "time writing checkpoints, and this file up to here"}};

std::string instructions() {
    std::string name = random::dispatch_target();
    if (random::matrix_tiles_allowed()) name += ", AMX-INT8";
    return name;
}

}  // namespace

void write_machine(io::ResultFile& file, const Communicator& communicator) {
    io::Attributes attributes{
        {"hosts", hosts_of(communicator)},
        {"mpi_library", parallel::mpi_library()},
        {"hdf5_library", io::hdf5_library()},
        {"eigen_version", dotted(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
        {"boost_version", dotted(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100)},
        {"instructions", instructions()}};
    if (const char* const job = std::getenv("SLURM_JOB_ID"))
        attributes.emplace_back("slurm_job_id", std::string(job));
    file.attributes("/", attributes);
}

Interruption interruption_now(const std::string& reason, std::size_t batches_of_this_rank,
                              const Communicator& communicator) {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    double seconds = std::chrono::duration<double>(now).count();
    communicator.broadcast_value(seconds);
    const auto batches = communicator.sum(static_cast<std::uint64_t>(batches_of_this_rank));
    return {seconds, reason.empty() ? "ended without notice after a checkpoint" : reason, communicator.size(),
            static_cast<std::int64_t>(batches)};
}

void write_interruptions(io::ResultFile& file, const std::vector<Interruption>& interruptions) {
    if (interruptions.empty()) return;
    const std::string group = interruptions_group, axis = group + "/interruption";
    std::vector<std::int64_t> numbers(interruptions.size()), ranks, batches;
    std::iota(numbers.begin(), numbers.end(), 0);
    std::vector<double> times;
    std::vector<std::string> reasons;
    for (const Interruption& one : interruptions) {
        times.push_back(one.unix_time);
        ranks.push_back(one.ranks);
        batches.push_back(one.batches);
        reasons.push_back(one.reason);
    }
    file.scale(axis, std::span<const std::int64_t>(numbers), "interruption", "dimensionless");
    file.write(group + "/unix_time", {axis}, std::span<const double>(times),
               {{"long_name", "when"}, {"units", "seconds since 1970-01-01T00:00:00Z"}});
    file.write(group + "/ranks", {axis}, std::span<const std::int64_t>(ranks),
               {{"long_name", "ranks until then"}});
    file.write(group + "/batches", {axis}, std::span<const std::int64_t>(batches),
               {{"long_name", "batches finished by then"}});
    file.attributes(group, {{"reasons", joined(reasons, "\n")}});
}

std::vector<Interruption> read_interruptions(const io::ResultReader& file) {
    const std::string group = interruptions_group;
    std::vector<Interruption> interruptions;
    if (!file.has(group)) return interruptions;
    const auto times = file.vector(group + "/unix_time"), ranks = file.vector(group + "/ranks"),
               batches = file.vector(group + "/batches");
    std::istringstream reasons(file.text(group, "reasons"));
    std::string reason;
    for (std::size_t i = 0; i < times.size() && std::getline(reasons, reason); ++i)
        interruptions.push_back(
            {times[i], reason, static_cast<std::int64_t>(ranks[i]), static_cast<std::int64_t>(batches[i])});
    return interruptions;
}

void write_performance(io::ResultFile& file, const WorkTimes& mine, const Communicator& communicator) {
    const std::string group = performance_group, axis = group + "/rank";
    std::vector<std::int64_t> ranks(static_cast<std::size_t>(communicator.size()));
    std::iota(ranks.begin(), ranks.end(), 0);
    file.scale(axis, std::span<const std::int64_t>(ranks), "rank", "dimensionless");
    const auto rank = static_cast<std::size_t>(communicator.rank());
    const auto write = [&](const char* name, double value, const char* meaning, const char* units) {
        file.write_slice(group + "/" + name, {axis}, 0, {rank, rank + 1}, std::vector{value},
                         {{"long_name", meaning}, {"units", units}});
    };
    for (const TimeField& field : time_fields)
        write(field.name, mine.*field.seconds, field.meaning, "seconds");
    write("batches", static_cast<double>(mine.batches), "batches worked on", "dimensionless");
}

}  // namespace kairos::app
