// src/io/input_file.hpp: an HDF5 file that somebody else made, read with suspicion. Serial.
//
// Errors: InputRefusal (an InputError) naming file and dataset for whatever is not there or not of the kind
// expected.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "kairos/io/hdf5_handle.hpp"
#include "kairos/io/read_result.hpp"

namespace kairos::io {

enum class ObjectKind { group, dataset };

struct IntegerArray {
    std::vector<std::size_t> shape;
    std::vector<std::int64_t> values;
};

class InputFile {
public:
    explicit InputFile(const std::string& path);

    [[nodiscard]] hid_t id() const { return file_.get(); }
    [[nodiscard]] Place at(const std::string& object) const { return {Place::Use::reading, path_, object}; }
    [[nodiscard]] bool has(const std::string& path) const;
    [[nodiscard]] bool has(const std::string& path, ObjectKind kind) const;
    // Names of that kind directly inside a group, ascending.
    [[nodiscard]] std::vector<std::string> names(const std::string& group, ObjectKind kind) const;

    [[nodiscard]] std::vector<std::size_t> shape(const std::string& dataset) const;  // of numbers
    [[nodiscard]] ResultArray read_numbers(const std::string& dataset) const;    // floating point or integer
    [[nodiscard]] IntegerArray read_integers(const std::string& dataset) const;  // integer
    // Rows from `first` on, as many as fill `values` (row-major, a row being all that has one index of the
    // first axis), straight into it.
    void read_rows(const std::string& dataset, std::size_t first, std::span<double> values) const;

private:
    struct Opened {
        Handle dataset;
        std::vector<std::size_t> shape;
        std::size_t elements;
    };
    [[nodiscard]] Opened open_dataset(const std::string& dataset, bool integers_only) const;

    std::string path_;
    Handle file_;
};

}  // namespace kairos::io
