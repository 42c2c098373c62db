// What a job writes is none of what it reads, and no file of another kind.
#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "ini_text.hpp"
#include "kairos/app/config.hpp"
#include "kairos/base/error.hpp"
#include "kairos/io/read_result.hpp"
#include "same_file.hpp"

namespace kairos::app {
namespace {

namespace fs = std::filesystem;
using NamedFile = std::pair<std::string, std::string>;  // key, file

// A result as -c names all keys, its own name too: the run that repeats or extends it takes its place.
std::vector<NamedFile> files_read(const Config& config, const std::string& config_file) {
    std::vector<NamedFile> files{{"data.file", config.file}};
    if (config.landscape_vectors) files.emplace_back("landscape.vectors", config.landscape_vectors->file);
    if (!is_hdf5(config_file)) files.emplace_back("-c", config_file);
    std::erase_if(files, [](const NamedFile& file) { return file.second.empty(); });
    return files;
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
    const fs::path whole = fs::weakly_canonical(a, ignored);  // empty where that cannot be told
    return a == b || fs::equivalent(a, b, ignored) ||
           (!whole.empty() && whole == fs::weakly_canonical(b, ignored));
}

void check_files(const Config& config, const std::string& config_file) {
    std::vector<NamedFile> taken = files_read(config, config_file);
    for (const NamedFile& written :
         {NamedFile{"output.file", config.output}, NamedFile{"run.checkpoint", config.checkpoint}}) {
        if (written.second.empty()) continue;
        for (const auto& [key, file] : taken)
            if (same_file(written.second, file))
                throw ConfigError(written.first, written.second, "is the file of " + key + " too",
                                  "a file of its own", "Choose another.");
        taken.push_back(written);
    }
}

void require_replaceable_checkpoint(const Config& config) {
    std::error_code ignored;
    const std::string& file = config.checkpoint;
    if (file.empty() || !fs::is_regular_file(file, ignored) || fs::file_size(file, ignored) == 0) return;
    if (!is_hdf5(file) || is_result(file))
        throw InputError(file, "", "is no checkpoint, and run.checkpoint would replace it",
                         "Choose another run.checkpoint, or remove it.");
}

}  // namespace kairos::app
