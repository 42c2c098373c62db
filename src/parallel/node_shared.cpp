#include "kairos/parallel/node_shared.hpp"

#include <mpi.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <sstream>

#include "block.hpp"
#include "file_block.hpp"
#include "kairos/base/aligned.hpp"
#include "kairos/base/error.hpp"
#include "kairos/parallel/mpi_session.hpp"
#include "link.hpp"

namespace kairos::parallel {

namespace {

constexpr std::size_t alignment = 64;
constexpr char folder_variable[] = "OMPI_MCA_osc_sm_backing_directory";

struct OwnBlock : NodeShared::Block {
    explicit OwnBlock(std::size_t count) {
        memory.reserve(count);
        values = {memory.data(), count};
    }
    Aligned<double> memory;
};

std::string no_window(double bytes) {
    std::ostringstream text;
    text.precision(3);
    text << "no memory is left for the " << bytes / 1e9
         << " GB that the ranks of a node share.\n        Raise the limit (ulimit -v, --mem), or take fewer "
            "data; kairos plan tells what a job needs.";
    return text.str();
}

double* aligned(void* memory) {
    const auto at = reinterpret_cast<std::uintptr_t>(memory);
    return static_cast<double*>(memory) + (alignment - at % alignment) % alignment / sizeof(double);
}

class WindowBlock : public NodeShared::Block {
public:
    WindowBlock(const Communicator& node, std::size_t count)
        : node_(node), exceptions_(std::uncaught_exceptions()) {
        const MPI_Comm comm = node_.link().comm;
        const auto bytes =
            node_.is_root() ? static_cast<MPI_Aint>(count * sizeof(double) + alignment) : MPI_Aint{0};
        void* memory = nullptr;
        if (MPI_Win_allocate_shared(bytes, 1, MPI_INFO_NULL, comm, &memory, &window_) != MPI_SUCCESS)
            throw Error(ExitCode::other, no_window(static_cast<double>(count) * sizeof(double)));
        check(MPI_Win_set_errhandler(window_, MPI_ERRORS_RETURN), "MPI_Win_set_errhandler");
        MPI_Aint size = 0;
        int unit = 0;
        check(MPI_Win_shared_query(window_, 0, &size, &unit, &memory), "MPI_Win_shared_query");
        check(MPI_Win_lock_all(MPI_MODE_NOCHECK, window_), "MPI_Win_lock_all");
        values = {aligned(memory), count};
        if (node_.is_root()) ask_for_large_pages(values.data(), values.size_bytes());
    }
    ~WindowBlock() override {
        if (std::uncaught_exceptions() > exceptions_) return;
        MPI_Win_unlock_all(window_);
        MPI_Win_free(&window_);  // waits for all
    }
    WindowBlock(const WindowBlock&) = delete;
    WindowBlock& operator=(const WindowBlock&) = delete;
    void publish() const override {
        check(MPI_Win_sync(window_), "MPI_Win_sync");
        node_.barrier();
        check(MPI_Win_sync(window_), "MPI_Win_sync");
    }

private:
    Communicator node_;
    int exceptions_;  // in flight when the window was made
    MPI_Win window_ = MPI_WIN_NULL;
};

// MPI would end the job, or the kernel would, at the first page too many.
std::string no_room(double bytes) {
    const SharedFolder folder = shared_folder();
    if (!folder.free_bytes || *folder.free_bytes >= bytes) return {};
    std::ostringstream text;
    text.precision(3);
    text << bytes / 1e9 << " GB of memory shared by the ranks of a node do not fit into " << folder.path
         << ", which has " << *folder.free_bytes / 1e9 << " GB left.\n        " << how_to_make_room();
    return text.str();
}

std::unique_ptr<NodeShared::Block> make_block(const Communicator& communicator, const Communicator& node,
                                              std::size_t count, const std::string& folder) {
    if (!folder.empty()) return file_block(communicator, node, count, folder);
    const bool alone = node.size() == 1;
    const double bytes = static_cast<double>(count) * sizeof(double) + alignment;
    const std::string fault = communicator.first_text(!alone && node.is_root() ? no_room(bytes) : "");
    if (!fault.empty()) throw Error(ExitCode::configuration, fault);
    if (alone) return std::make_unique<OwnBlock>(count);
    return std::make_unique<WindowBlock>(node, count);
}

}  // namespace

SharedFolder shared_folder() {
    const char* named = std::getenv(folder_variable);
    return folder_at(named ? named : "/dev/shm");
}

SharedFolder folder_at(const std::string& path) {
    SharedFolder folder{path, std::nullopt};
    struct statvfs room {};
    if (statvfs(folder.path.c_str(), &room) == 0)
        folder.free_bytes = static_cast<double>(room.f_bavail) * static_cast<double>(room.f_frsize);
    return folder;
}

std::string how_to_make_room() {
    return std::string("Make it larger (--shm-size of a container), name a local folder with room by ") +
           folder_variable + "=FOLDER, or start one rank a node.";
}

NodeShared::NodeShared(const Communicator& communicator, std::size_t count, const std::string& folder)
    : node_(communicator.node()), block_(make_block(communicator, node_, count, folder)) {}

NodeShared::~NodeShared() = default;

std::span<double> NodeShared::values() const { return block_->values; }

NodeShared::Slice NodeShared::slice(std::size_t items) const {
    const auto size = static_cast<std::size_t>(node_.size()), rank = static_cast<std::size_t>(node_.rank());
    const std::size_t each = items / size, more = items % size;
    const std::size_t first = each * rank + std::min(rank, more);
    return {first, first + each + (rank < more ? 1 : 0)};
}

void NodeShared::publish() const { block_->publish(); }

}  // namespace kairos::parallel
