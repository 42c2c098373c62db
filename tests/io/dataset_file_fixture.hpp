// tests/io/dataset_file_fixture.hpp: one input file, made by rank 0 with HDF5's high-level calls and read by all ranks.
#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "kairos/base/error.hpp"
#include "kairos/io/dataset_file.hpp"
#include "support/hdf5_sample.hpp"
#include "support/shared_folder.hpp"

namespace kairos::io {

using parallel::Communicator;
using support::Hdf5Sample;
using support::SharedFolder;
using Make = std::function<void(const std::string&)>;
using Doubles = std::vector<double>;
using Ints = std::vector<int>;

class DatasetFileTest : public testing::Test {
protected:
    Communicator world = Communicator::world();
    SharedFolder folder{world};
    std::string path = folder.file("input.h5");

    void make(const Make& how) const {
        world.barrier();
        if (world.is_root()) {
            std::filesystem::remove_all(path);
            how(path);
        }
        world.barrier();
    }

    // Every rank is refused with the same sentence, which names file, dataset and the reason.
    void expect_refusal(const std::function<law::Law()>& read, const std::string& dataset,
                        const std::string& reason) {
        try {
            (void)read();
            ADD_FAILURE() << "accepted, but: " << reason;
        } catch (const InputError& error) {
            const std::string what = error.what();
            EXPECT_EQ(error.code(), ExitCode::input_file);
            EXPECT_EQ(error.file, path);
            EXPECT_EQ(error.dataset, dataset) << what;
            EXPECT_NE(what.find(reason), std::string::npos) << what;
            EXPECT_EQ(world.first_text(what), what);
        }
    }
    law::Law mixture(const std::vector<std::string>& labels = {}, std::size_t level = 0) const {
        return read_mixture(world, path, labels, level);
    }
    law::Law dataset(const std::string& name = "x", const std::vector<std::string>& labels = {}) const {
        return read_dataset(world, path, name, labels, 0);
    }
};

// K = 2, d = 3
inline const Doubles means = {1, 2, 3, -4, -5, -6};

}  // namespace kairos::io
