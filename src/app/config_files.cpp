// What a job writes is none of what it reads, and no file of another kind.
#include <algorithm>
#include <filesystem>
#include <vector>

#include "ini_text.hpp"
#include "kairos/app/checkpoint.hpp"
#include "kairos/app/config.hpp"
#include "kairos/base/error.hpp"
#include "kairos/io/file_lock.hpp"
#include "kairos/io/read_result.hpp"
#include "kairos/io/result_file.hpp"
#include "kairos/io/seal.hpp"
#include "same_file.hpp"

namespace kairos::app {
namespace {

namespace fs = std::filesystem;

struct Taken {
    std::string key;
    std::vector<std::string> names;
};

std::vector<Taken> files_read(const Config& config, const std::string& config_file) {
    std::vector<Taken> files{{"data.file", {config.file}}, {"-c", {config_file}}};
    if (config.landscape_vectors) files.push_back({"landscape.vectors", {config.landscape_vectors->file}});
    std::erase_if(files, [](const Taken& file) { return file.names.front().empty(); });
    return files;
}

// A result as -c names all keys, its own name too: the run that repeats or extends it takes its place.
bool repeats(const Config& config, const std::string& config_file) {
    return is_hdf5(config_file) && same_file(config.output, config_file);
}

// Empty where it cannot be told. From the root: a relative name of which nothing exists would stay as it is.
fs::path whole_name(const std::string& file) {
    std::error_code ignored;
    return fs::weakly_canonical(fs::absolute(file, ignored), ignored);
}

bool is_result(const std::string& file) {
    try {
        const io::ResultReader reader(file);
        return true;
    } catch (const InputError&) {
        return false;
    }
}

}  // namespace

bool same_file(const std::string& a, const std::string& b) {
    std::error_code ignored;
    const fs::path whole = whole_name(a);
    return a == b || fs::equivalent(a, b, ignored) || (!whole.empty() && whole == whole_name(b));
}

std::vector<std::string> names_of_output(const std::string& file) {
    return {file, io::part_of(file), io::lock_of(file)};
}

std::vector<std::string> names_of_checkpoint(const std::string& file) {
    std::vector<std::string> names = names_of_output(file);
    names.push_back(previous_of(file));
    return names;
}

std::string shared_name(std::span<const std::string> names, std::span<const std::string> others) {
    for (const std::string& name : names)
        for (const std::string& other : others)
            if (same_file(name, other)) return name;
    return {};
}

std::string meets(const std::string& file, const std::string& name, const std::string& other) {
    return (name == file ? "is " : "takes the name " + name + " beside it, which is ") + other;
}

void check_files(const Config& config, const std::string& config_file) {
    std::vector<Taken> taken = files_read(config, repeats(config, config_file) ? "" : config_file);
    std::vector<Taken> written{{"output.file", names_of_output(config.output)}};
    if (!config.checkpoint.empty())
        written.push_back({"run.checkpoint", names_of_checkpoint(config.checkpoint)});
    for (const Taken& file : written) {
        for (const Taken& other : taken) {
            const std::string name = shared_name(file.names, other.names);
            if (!name.empty())
                throw ConfigError(file.key, file.names.front(),
                                  meets(file.names.front(), name, "taken by " + other.key + " too"),
                                  "a file of its own", "Choose another.");
        }
        taken.push_back(file);
    }
}

void require_replaceable_checkpoint(const Config& config) {
    std::error_code ignored;
    const std::string& file = config.checkpoint;
    if (file.empty() || !fs::is_regular_file(file, ignored) || fs::file_size(file, ignored) == 0) return;
    if (io::bears_seal(file)) return;  // a checkpoint, perhaps a damaged one, which HDF5 may not survive
    if (!is_hdf5(file) || is_result(file))
        throw InputError(file, "", "is no checkpoint, and run.checkpoint would replace it",
                         "Choose another run.checkpoint, or remove it.");
}

}  // namespace kairos::app
