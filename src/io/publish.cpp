#include "publish.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "kairos/io/hdf5_handle.hpp"

namespace kairos::io {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse_output(const std::string& path, const std::string& problem,
                                const std::string& mend) {
    throw OutputRefusal(path, problem, mend);
}

void require(bool good, const std::string& path, const std::string& call) {
    if (!good) refuse_output(path, call + " failed: " + std::strerror(errno), "");
}

fs::path folder_of(const std::string& path) {
    const fs::path folder = fs::path(path).parent_path();
    return folder.empty() ? fs::path(".") : folder;
}

class Descriptor {
public:
    Descriptor(const std::string& name, int flags) : id_(open(name.c_str(), flags, 0666)) {}
    ~Descriptor() {
        if (good()) close(id_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] bool good() const { return id_ >= 0; }
    [[nodiscard]] int id() const { return id_; }
    [[nodiscard]] bool sync() const { return fsync(id_) == 0; }

private:
    int id_;
};

}  // namespace

std::string part_of(const std::string& path) { return path + ".part"; }

void require_folder(const std::string& path) {
    std::error_code ignored;
    if (fs::path(path).filename().empty() || fs::is_directory(path, ignored))
        refuse_output(path, "that is a folder, not a file", choose_another);
    const fs::file_status there = fs::symlink_status(path, ignored);
    if (fs::is_symlink(there))
        refuse_output(path, "that is a symbolic link, which a new file would replace",
                      "Name the file itself. " + std::string(choose_another));
    if (fs::exists(there) && !fs::is_regular_file(there))
        refuse_output(path, "that is no regular file", choose_another);
    const fs::path folder = folder_of(path);
    if (!fs::is_directory(folder, ignored))
        refuse_output(path, "there is no folder " + folder.string(),
                      std::string("Make it. ").append(choose_another));
}

void require_writable(const std::string& path) {
    require_folder(path);
    const std::string part = part_of(path);
    std::error_code ignored;
    const bool there = fs::exists(part, ignored);
    const Descriptor probe(part, O_WRONLY | O_CREAT);
    if (!probe.good()) refuse_output(path, part + " cannot be made: " + std::strerror(errno), choose_another);
    if (!there) unlink(part.c_str());
}

void reserve_part(const std::string& path, std::uint64_t begin, std::uint64_t end) {
    if (begin >= end) return;
    const Descriptor part(part_of(path), O_WRONLY);
    require(part.good(), path, "opening " + part_of(path));
    const int fault = posix_fallocate(part.id(), static_cast<off_t>(begin), static_cast<off_t>(end - begin));
    const char nothing = 0;
    const auto last = static_cast<off_t>(end - 1);
    if (fault == 0)
        return require(pwrite(part.id(), &nothing, 1, last) == 1, path, "writing to " + part_of(path));
    if (fault == EOPNOTSUPP || fault == EINVAL) return;  // a file system without reservations
    refuse_output(path, "no room for " + std::to_string(end) + " bytes: " + std::strerror(fault),
                  std::string("Make room, or raise the limit (quota, ulimit -f). ").append(choose_another));
}

void probe_part(const std::string& path) {
    const Descriptor part(part_of(path), O_RDWR);
    require(part.good(), path, "opening " + part_of(path));
    char first = 0;
    if (pread(part.id(), &first, 1, 0) == 1)
        require(pwrite(part.id(), &first, 1, 0) == 1, path, "writing to " + part_of(path));
}

void publish_part(const std::string& path) {
    const std::string part = part_of(path);
    const Descriptor file(part, O_RDONLY);
    require(file.good() && file.sync(), path, "fsync of " + part);
    require(std::rename(part.c_str(), path.c_str()) == 0, path, "renaming " + part);
    const Descriptor folder(folder_of(path).string(), O_RDONLY | O_DIRECTORY);
    require(folder.good(), path, "opening its folder");
    // Some network file systems cannot sync a folder and say EINVAL; the rename is then as durable as they
    // make it.
    require(folder.sync() || errno == EINVAL || errno == EROFS, path, "fsync of its folder");
}

}  // namespace kairos::io
