// include/kairos/io/read_result.hpp: reads what ResultFile wrote (docs/result_file.md), for analyze and
// merge.
//
// Serial: for one rank. Paths are absolute inside the file ("/transitions/speciation_stability/time").
// Arrays of any number type arrive as doubles. Errors: InputError naming file and dataset; a file that is
// HDF5 but not from kairos, or of another major format version, is refused by the constructor.
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kairos::io {

struct ResultArray {
    std::vector<std::size_t> shape;
    std::vector<double> values;  // row-major
};

class ResultReader {
public:
    // format: the attribute of that name that the file must have.
    explicit ResultReader(const std::string& file, const std::string& format = "kairos");
    ~ResultReader();
    ResultReader(ResultReader&&) noexcept;
    ResultReader(const ResultReader&) = delete;
    ResultReader& operator=(ResultReader&&) = delete;
    ResultReader& operator=(const ResultReader&) = delete;

    [[nodiscard]] const std::string& file() const;
    [[nodiscard]] bool has(const std::string& path) const;  // group or dataset
    [[nodiscard]] std::vector<std::string> groups(
        const std::string& path) const;  // names inside a group, ascending;
    [[nodiscard]] std::vector<std::string> datasets(
        const std::string& path) const;  // none if there is no such group
    [[nodiscard]] double scalar(const std::string& path) const;
    [[nodiscard]] std::vector<double> vector(const std::string& path) const;  // exactly one axis
    [[nodiscard]] ResultArray array(const std::string& path) const;
    [[nodiscard]] std::vector<std::size_t> shape(const std::string& path) const;
    // Entries first .. last - 1 of the first axis, with all of the others.
    [[nodiscard]] std::vector<double> rows(const std::string& path, std::size_t first,
                                           std::size_t last) const;
    [[nodiscard]] bool has_attribute(const std::string& object, const std::string& name) const;
    [[nodiscard]] std::string text(const std::string& object,
                                   const std::string& name) const;  // a string attribute
    [[nodiscard]] double number(const std::string& object,
                                const std::string& name) const;  // a scalar numeric attribute
    [[nodiscard]] std::vector<double> numbers(
        const std::string& object,
        const std::string& name) const;  // a numeric attribute of any length
    // All string attributes of an object, by name ascending: /config.
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> texts(const std::string& object) const;

    struct State;

private:
    std::unique_ptr<State> state_;
};

}  // namespace kairos::io
