// include/kairos/io/result_file.hpp: the result file, written in parallel and published whole.
//
// Everything goes to PATH.part; publish() gives it its name once it is complete and on disk. A crash at any
// moment leaves the previous file. Without publish() the destructor removes PATH.part.
//
// All methods are collective: every rank calls them with the same arguments (values excepted), in the same
// order. Attributes and lengths are taken from the root.
//
// Axes are dimension scales made by scale(); an array names the scale of each of its axes, and has their
// shape. There is no way to write an array with a bare axis, which netCDF readers would refuse. No string
// datasets: text goes into attributes (UTF-8). Groups on the way to an object are made.
//
// The same calls give the same bytes on any number of ranks: no clocks in the file, and layouts that depend
// on shapes alone (contiguous up to 1 MB, then chunks of about 1 MB).
//
// What is small (1 MB at most) the root writes alone, whoever holds it; what is larger all ranks write together.
//
// Room on the disk is reserved before anything is written: a full disk is found by one rank, in one place,
// before data are lost.
// Errors: OutputError, the same on all ranks (exit code 4). After a failure the file is given up: it cannot
// be published; its space on the disk is free again once the destructor, then collective, has run.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "kairos/parallel/communicator.hpp"
#include "kairos/parallel/transpose.hpp"

namespace kairos::io {

using Attribute = std::variant<std::string, double, std::int64_t, std::vector<double>,
                               std::vector<std::int64_t>, std::vector<std::int32_t>>;
using Attributes = std::vector<std::pair<std::string, Attribute>>;
using Values =
    std::variant<std::span<const double>, std::span<const std::int64_t>, std::span<const std::int32_t>>;

// Version of the HDF5 library that is loaded.
[[nodiscard]] std::string hdf5_library();

// The name that a file has until it is complete.
[[nodiscard]] std::string part_of(const std::string& path);

class ResultFile {
public:
    ResultFile(const parallel::Communicator& communicator, std::string path);
    ~ResultFile();
    ResultFile(const ResultFile&) = delete;
    ResultFile& operator=(const ResultFile&) = delete;

    void group(const std::string& path);
    // On a group or dataset that exists; "/" is the root.
    void attributes(const std::string& object, const Attributes& attributes);

    // A one-dimensional array that is an axis of others: "/time", "/class", "/histograms/NAME/edges". Length
    // 0 is allowed.
    void scale(const std::string& path, const Values& values, const std::string& long_name,
               const std::string& units, const Attributes& attributes = {});

    // An array whose axes are these scales; none: one number. The root's values are written; other ranks may
    // pass none.
    void write(const std::string& path, const std::vector<std::string>& scales, const Values& values,
               const Attributes& attributes = {});
    void write(const std::string& path, double value, const Attributes& attributes = {});

    // Every rank writes its own piece. The first `leading` axes (0 or 1) are whole on every rank; the others,
    // flattened, are cut into the ranks' ranges, which do not overlap and together cover everything. values:
    // [leading][range], as transpose gives them (width 1).
    void write_slice(const std::string& path, const std::vector<std::string>& scales, std::size_t leading,
                     parallel::ColumnSlice range, std::span<const double> values,
                     const Attributes& attributes = {});

    // Several arrays of the same axes, by ranges of the first axis, so that no rank holds them whole. source(first, last) gives the
    // values [last - first][range] of each; it is asked in ascending order, the same on every rank.
    using RowSource = std::function<std::vector<std::vector<double>>(std::size_t first, std::size_t last)>;
    void write_rows(const std::vector<std::string>& paths, const std::vector<std::string>& scales,
                    parallel::ColumnSlice range, const RowSource& source);

    // A hard link `time` in the group to /time: xarray opens one group at a time and would lose the
    // coordinate.
    void link_time(const std::string& group);

    // Flush, close, wait for all, fsync, rename, fsync the folder. Nothing may follow.
    void publish();
    // The same of a file that io/seal.hpp has sealed.
    void publish_sealed();

    struct State;

private:
    void close();
    void rename();

    std::unique_ptr<State> state_;
};

}  // namespace kairos::io
