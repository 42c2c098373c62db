#include "kairos/io/file_lock.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "agree.hpp"
#include "publish.hpp"

namespace kairos::io {
namespace {

// Of the open file description: unlike the older kind it does not end when another descriptor of the file is
// closed. Not waited for.
bool lock_whole(int descriptor) {
    struct flock whole = {};
    whole.l_type = F_WRLCK;
    whole.l_whence = SEEK_SET;
    return fcntl(descriptor, F_OFD_SETLK, &whole) == 0;
}

// Whether the file still has that name: a job that ended has taken it away together with its lock.
bool has_name(int descriptor, const std::string& name) {
    struct stat open = {}, named = {};
    return fstat(descriptor, &open) == 0 && stat(name.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
           open.st_ino == named.st_ino;
}

std::string own_signature() {
    char host[256] = {};
    (void)gethostname(host, sizeof host - 1);
    std::string text = "process ";
    text.append(std::to_string(getpid())).append(" on ").append(host);
    if (const char* const job = std::getenv("SLURM_JOB_ID")) text.append(", Slurm job ").append(job);
    return text;
}

// For others to read; a lock without it is as good.
void sign(int descriptor) {
    const std::string text = own_signature();
    if (ftruncate(descriptor, 0) == 0 && pwrite(descriptor, text.data(), text.size(), 0) > 0)
        (void)fsync(descriptor);
}

std::string signature_in(int descriptor) {
    std::string text(200, '\0');
    const ssize_t length = pread(descriptor, text.data(), text.size(), 0);
    text.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    std::ranges::replace_if(
        text, [](unsigned char letter) { return letter < ' ' || letter > '~'; }, '?');
    return text.empty() ? "which does not say where it runs" : text;
}

enum class Attempt { held, taken, stale, no_locks };

Attempt try_lock(int descriptor, const std::string& name) {
    if (lock_whole(descriptor)) return has_name(descriptor, name) ? Attempt::held : Attempt::stale;
    return errno == EAGAIN || errno == EACCES ? Attempt::taken : Attempt::no_locks;
}

// The descriptor that holds the lock; -1 where the file system has none. A holder is given a moment: ranks
// outlive a launcher that was killed until they notice.
int take_lock(const std::string& path, const std::string& name) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
    for (;;) {
        const int descriptor = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (descriptor < 0)
            throw OutputRefusal(path, name + " cannot be made: " + std::strerror(errno), choose_another);
        const Attempt attempt = try_lock(descriptor, name);
        if (attempt == Attempt::held) return descriptor;
        const std::string holder = attempt == Attempt::taken ? signature_in(descriptor) : "";
        close(descriptor);
        if (attempt == Attempt::no_locks) {
            unlink(name.c_str());
            return -1;
        }
        if (attempt == Attempt::stale) continue;
        if (std::chrono::steady_clock::now() > end)
            throw OutputRefusal(path, "another job is writing it (" + holder + ")",
                                std::string("Wait until that has ended, or end it. ") + choose_another);
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

}  // namespace

std::string lock_of(const std::string& path) { return path + ".lock"; }

FileLock::FileLock(const parallel::Communicator& communicator, const std::string& path)
    : name_(lock_of(path)) {
    try {
        agree_to_write(communicator, path, [&] {
            if (!communicator.is_root()) return;
            require_folder(path);
            descriptor_ = take_lock(path, name_);
            if (descriptor_ >= 0) sign(descriptor_);
            require_writable(path);
        });
    } catch (...) {
        give_back();
        throw;
    }
}

FileLock::~FileLock() { give_back(); }

std::string holder_of(const std::string& path) {
    const int descriptor = open((path + ".lock").c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return {};
    struct flock held = {};
    held.l_type = F_WRLCK;
    held.l_whence = SEEK_SET;
    const bool taken = fcntl(descriptor, F_OFD_GETLK, &held) == 0 && held.l_type != F_UNLCK;
    std::string holder = taken ? signature_in(descriptor) : "";
    close(descriptor);
    return holder;
}

// The name goes first: whoever opens the file in between finds that it has none, and makes another.
void FileLock::give_back() {
    if (descriptor_ < 0) return;
    unlink(name_.c_str());
    close(descriptor_);
    descriptor_ = -1;
}

}  // namespace kairos::io
