// tests/support/shared_folder.hpp: a fresh folder that all ranks of a test know, gone with the object.
// Collective.
#pragma once
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "kairos/parallel/communicator.hpp"

namespace kairos::support {

class SharedFolder {
public:
    explicit SharedFolder(const parallel::Communicator& communicator) : communicator_(communicator) {
        std::string name = (std::filesystem::temp_directory_path() / "kairos-test-XXXXXX").string();
        if (communicator_.is_root()) {
            EXPECT_NE(mkdtemp(name.data()), nullptr);
        }
        communicator_.broadcast(name);
        path_ = name;
    }
    ~SharedFolder() {
        communicator_.barrier();
        std::error_code ignored;
        if (communicator_.is_root()) std::filesystem::remove_all(path_, ignored);
    }
    SharedFolder(const SharedFolder&) = delete;
    SharedFolder& operator=(const SharedFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
    parallel::Communicator communicator_;
    std::filesystem::path path_;
};

}  // namespace kairos::support
