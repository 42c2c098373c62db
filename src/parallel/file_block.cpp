#include "file_block.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "block.hpp"
#include "kairos/base/error.hpp"

namespace kairos::parallel {
namespace {

// A file with a name until it is hidden, open until it goes.
class NamedFile {
public:
    NamedFile() = default;
    ~NamedFile() {
        hide();
        if (number_ >= 0) close(number_);
    }
    NamedFile(const NamedFile&) = delete;
    NamedFile& operator=(const NamedFile&) = delete;

    // These return what the system says, or nothing.
    std::string make(const std::string& folder, std::size_t bytes) {
        name = folder + "/kairos-data-XXXXXX";
        number_ = mkstemp(name.data());
        if (number_ < 0) {
            name.clear();
            return std::strerror(errno);
        }
        made_ = true;
        const int fault = posix_fallocate(number_, 0, static_cast<off_t>(bytes));
        return fault == 0 ? "" : std::strerror(fault);
    }
    std::string open_it() {
        if (!made_) number_ = ::open(name.c_str(), O_RDWR | O_CLOEXEC);
        return number_ < 0 ? std::strerror(errno) : "";
    }
    void hide() {
        if (made_) unlink(name.c_str());
        made_ = false;
    }
    [[nodiscard]] int number() const { return number_; }

    std::string name;

private:
    int number_ = -1;
    bool made_ = false;  // by this rank, and not hidden yet
};

class FileBlock : public NodeShared::Block {
public:
    explicit FileBlock(const Communicator& node) : node_(node) {}
    ~FileBlock() override {
        if (memory_ != MAP_FAILED) munmap(memory_, bytes_);
    }
    FileBlock(const FileBlock&) = delete;
    FileBlock& operator=(const FileBlock&) = delete;

    std::string map(const NamedFile& file, std::size_t count, std::size_t bytes) {
        bytes_ = bytes;
        memory_ = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
        if (memory_ == MAP_FAILED) return std::strerror(errno);
        values = {static_cast<double*>(memory_), count};
        return "";
    }
    void publish() const override { node_.barrier(); }

private:
    Communicator node_;
    void* memory_ = MAP_FAILED;
    std::size_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<NodeShared::Block> file_block(const Communicator& all, const Communicator& node,
                                              std::size_t count, const std::string& folder) {
    const std::size_t bytes = (count + 1) * sizeof(double);  // a file of nothing cannot be mapped
    NamedFile file;
    const auto require = [&](const std::string& problem) {
        const std::string fault = all.first_text(problem.empty() ? "" : folder + ": " + problem);
        if (!fault.empty())
            throw Error(ExitCode::configuration,
                        "the data cannot be held in a file of " + fault +
                            ".\n        Name a folder on a disk of every node that has room for them.");
    };
    require(node.is_root() ? file.make(folder, bytes) : "");
    node.broadcast(file.name);
    require(file.open_it());
    auto block = std::make_unique<FileBlock>(node);
    require(block->map(file, count, bytes));  // all have it
    file.hide();
    return block;
}

}  // namespace kairos::parallel
