// Failing HDF5 calls are provoked and the sentences looked at; open handles are counted by HDF5 itself.
#include "kairos/io/hdf5_handle.hpp"

#include <gtest/gtest.h>

namespace kairos::io {
namespace {

const Place reading{Place::Use::reading, "some.h5", "means"};
const Place writing{Place::Use::writing, "some.h5", "/time"};

ssize_t open_handles() { return H5Fget_obj_count(static_cast<hid_t>(H5F_OBJ_ALL), H5F_OBJ_ALL); }

TEST(Hdf5Handle, AFailingCallNamesCallFileObjectAndReason) {
    quiet_hdf5();
    try {
        const Handle file(H5Fopen("/nowhere/at/all.h5", H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "H5Fopen",
                          reading);
        FAIL();
    } catch (const InputError& error) {
        const std::string what = error.what();
        EXPECT_EQ(error.code(), ExitCode::input_file);
        EXPECT_EQ(error.file, "some.h5");
        EXPECT_EQ(error.dataset, "means");
        EXPECT_NE(what.find("H5Fopen failed"), std::string::npos) << what;
        EXPECT_NE(what.find("No such file"), std::string::npos) << what;
    }
}

TEST(Hdf5Handle, WritingFailsWithTheExitCodeOfOutput) {
    quiet_hdf5();
    try {
        check(H5Dclose(-1), "H5Dclose", writing);
        FAIL();
    } catch (const OutputError& error) {
        EXPECT_EQ(error.code(), ExitCode::output);
        EXPECT_NE(std::string(error.what()).find("/time: H5Dclose failed"), std::string::npos)
            << error.what();
    }
}

TEST(Hdf5Handle, ClosesOnceHoweverItIsMoved) {
    const auto make_space = [] { return Handle(H5Screate(H5S_SCALAR), H5Sclose, "H5Screate", writing); };
    hid_t id = -1;
    {
        Handle first = make_space();
        id = first.get();
        Handle second(std::move(first));
        EXPECT_FALSE(first.open());
        Handle third;
        third = std::move(second);
        EXPECT_EQ(third.get(), id);
        EXPECT_GT(H5Iis_valid(id), 0);
    }
    EXPECT_EQ(H5Iis_valid(id), 0);
    Handle closed = make_space();
    EXPECT_GE(closed.close(), 0);
    EXPECT_GE(closed.close(), 0);
    EXPECT_EQ(open_handles(), 0);
}

}  // namespace
}  // namespace kairos::io
