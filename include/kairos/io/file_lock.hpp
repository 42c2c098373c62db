// include/kairos/io/file_lock.hpp: of all jobs that would write a file of one name, one does.
//
// From the constructor to the destructor the root holds an advisory lock on PATH.lock, a file that the
// destructor removes. The system lifts the lock when its process ends, however it ends: of a job that was
// killed a file may be left, but no lock, and the next job takes the file over. Neither PATH nor PATH.part is
// locked: a rename would change what lies under the name, and MPI-IO locks ranges of PATH.part for itself on
// network file systems.
// Whoever finds it held waits a second for it.
//
// A file system without locks (NFS and Lustre may be mounted so) has none to give: the job goes on.
// Collective, the destructor is not. Errors: OutputError (4), the same on all ranks: another job holds the
// lock, named by process and host; or, checked once it is held, a file of that name cannot be made: its folder
// is absent or not writable, or the name is a folder. Before hours of work; leaves no trace.
#pragma once
#include <string>

#include "kairos/parallel/communicator.hpp"

namespace kairos::io {

// The file whose lock stands for that of the name.
[[nodiscard]] std::string lock_of(const std::string& path);

class FileLock {
public:
    FileLock(const parallel::Communicator& communicator, const std::string& path);
    ~FileLock();
    FileLock(const FileLock&) = delete;
    FileLock& operator=(const FileLock&) = delete;

private:
    void give_back();

    std::string name_;
    int descriptor_ = -1;  // on the root, where there are locks
};

// Who holds the lock of the file now, by process and host; empty: nobody, or that cannot be told. For one rank.
[[nodiscard]] std::string holder_of(const std::string& path);

}  // namespace kairos::io
