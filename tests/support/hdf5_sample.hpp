// tests/support/hdf5_sample.hpp: small HDF5 files made with HDF5's own high-level calls, independently of
// kairos' writer.
#pragma once
#include <gtest/gtest.h>
#include <hdf5.h>
#include <hdf5_hl.h>

#include <string>
#include <vector>

namespace kairos::support {

class Hdf5Sample {
public:
    explicit Hdf5Sample(const std::string& path)
        : file_(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)) {
        EXPECT_GE(file_, 0);
    }
    ~Hdf5Sample() { EXPECT_GE(H5Fclose(file_), 0); }
    Hdf5Sample(const Hdf5Sample&) = delete;
    Hdf5Sample& operator=(const Hdf5Sample&) = delete;

    [[nodiscard]] hid_t id() const { return file_; }

    Hdf5Sample& add(const std::string& name, const std::vector<hsize_t>& shape,
                    const std::vector<double>& values) {
        return add_as(name, shape, H5T_NATIVE_DOUBLE, values.data());
    }
    Hdf5Sample& add(const std::string& name, const std::vector<hsize_t>& shape,
                    const std::vector<float>& values) {
        return add_as(name, shape, H5T_NATIVE_FLOAT, values.data());
    }
    Hdf5Sample& add(const std::string& name, const std::vector<hsize_t>& shape,
                    const std::vector<int>& values) {
        return add_as(name, shape, H5T_NATIVE_INT, values.data());
    }
    Hdf5Sample& add_text(const std::string& name, const std::string& text) {
        EXPECT_GE(H5LTmake_dataset_string(file_, name.c_str(), text.c_str()), 0);
        return *this;
    }
    Hdf5Sample& add_group(const std::string& name) {
        EXPECT_GE(H5Gclose(H5Gcreate2(file_, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)), 0);
        return *this;
    }
    Hdf5Sample& set_text(const std::string& object, const std::string& name, const std::string& text) {
        EXPECT_GE(H5LTset_attribute_string(file_, object.c_str(), name.c_str(), text.c_str()), 0);
        return *this;
    }

private:
    Hdf5Sample& add_as(const std::string& name, const std::vector<hsize_t>& shape, hid_t type,
                       const void* values) {
        EXPECT_GE(
            H5LTmake_dataset(file_, name.c_str(), static_cast<int>(shape.size()), shape.data(), type, values),
            0);
        return *this;
    }

    hid_t file_;
};

}  // namespace kairos::support
