#include "kairos/io/result_file.hpp"

#include <hdf5_hl.h>
#include <unistd.h>

#include <algorithm>

#include "kairos/io/seal.hpp"
#include "publish.hpp"
#include "result_file_state.hpp"
#include "slices.hpp"

namespace kairos::io {
namespace {

// Values that write_rows asks for at once: 2 MiB an array.
constexpr hsize_t rows_written = hsize_t{1} << 18U;

}  // namespace

std::string hdf5_library() {
    unsigned major = 0, minor = 0, release = 0;
    if (H5get_libversion(&major, &minor, &release) < 0) return "unknown";
    std::string text = "HDF5 ";
    return text.append(std::to_string(major))
        .append(".")
        .append(std::to_string(minor))
        .append(".")
        .append(std::to_string(release));
}

ResultFile::ResultFile(const parallel::Communicator& communicator, std::string path)
    : state_(std::make_unique<State>(State{communicator, std::move(path)})) {
    quiet_hdf5();
    agree_to_write(communicator, state_->path, [&] {
        if (!communicator.is_root()) return;
        require_writable(state_->path);
        // A new file: ranks of a job that was killed may still be writing into the one it left.
        unlink(part_of(state_->path).c_str());
    });
    try {
        state_->agree([&] { state_->create_file(); });
        (void)state_->announce({}, [&] { state_->reserve(0); });
    } catch (...) {
        state_->give_up();
        throw;
    }
}

ResultFile::~ResultFile() {
    if (!state_->published) state_->give_up();
}

void ResultFile::group(const std::string& path) {
    const Place place = state_->at(path);
    state_->agree([&] {
        if (exists(state_->file.get(), path, place)) return;
        const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "H5Pcreate", place);
        check(H5Pset_create_intermediate_group(links.get(), 1), "H5Pset_create_intermediate_group", place);
        const Handle made(H5Gcreate2(state_->file.get(), path.c_str(), links.get(), H5P_DEFAULT, H5P_DEFAULT),
                          H5Gclose, "H5Gcreate2", place);
    });
}

void ResultFile::attributes(const std::string& object, const Attributes& attributes) {
    const Place place = state_->at(object);
    const Announced same = of_root(state_->communicator, {.attributes = attributes});
    state_->agree([&] {
        const Handle opened(H5Oopen(state_->file.get(), object.c_str(), H5P_DEFAULT), H5Oclose, "H5Oopen",
                            place);
        write_attributes(opened.get(), same.attributes, place);
    });
}

void ResultFile::scale(const std::string& path, const Values& values, const std::string& long_name,
                       const std::string& units, const Attributes& attributes) {
    const Place place = state_->at(path);
    Announced mine{.attributes = {{"long_name", long_name}, {"units", units}},
                   .type = values.index(),
                   .length = length_of(values)};
    mine.attributes.insert(mine.attributes.end(), attributes.begin(), attributes.end());
    const Announced same = state_->announce(mine, [&] { state_->reserve(bytes_of({length_of(values)})); });
    const Shape shape{same.length};
    state_->agree([&] {
        const Handle axis = state_->make_array({}, shape, same, place);
        const std::string name = path.substr(path.rfind('/') + 1);
        check(H5DSset_scale(axis.get(), name.c_str()), "H5DSset_scale", place);
        state_->write_whole(axis, shape, values, place);
    });
    state_->scales[path] = same.length;
}

void ResultFile::write(const std::string& path, const std::vector<std::string>& scales, const Values& values,
                       const Attributes& attributes) {
    const Place place = state_->at(path);
    const Shape shape = state_->shape_of(scales, place);
    const Announced same = state_->announce({.attributes = attributes, .type = values.index()}, [&] {
        require_count(length_of(values), elements_of(shape), place);
        state_->reserve(bytes_of(shape));
    });
    state_->make_whole(scales, shape, same, values, place);
}

void ResultFile::write(const std::string& path, double value, const Attributes& attributes) {
    write(path, {}, std::span<const double>(&value, 1), attributes);
}

// What is small, one rank writes: a collective write makes every rank wait for every other several times.
void ResultFile::write_slice(const std::string& path, const std::vector<std::string>& scales,
                             std::size_t leading, parallel::ColumnSlice range, std::span<const double> values,
                             const Attributes& attributes) {
    const Place place = state_->at(path);
    const Slice slice{state_->shape_of(scales, place), leading, range, values};
    Announced same{.attributes = attributes};
    if (is_small(slice.shape)) {
        const auto received = gathered(state_->communicator, slice);
        std::vector<double> whole;
        same = state_->announce(same, [&] {
            whole = joined(received, slice, place);
            state_->reserve(bytes_of(slice.shape));
        });
        state_->make_whole(scales, slice.shape, same, std::span<const double>(whole), place);
        return;
    }
    const auto covered = state_->communicator.sum(std::uint64_t{range.size()});
    state_->agree_first([&] { require_slice(slice, covered, place); });
    same = state_->announce(same, [&] { state_->reserve(bytes_of(slice.shape)); });
    Handle dataset;
    state_->agree([&] { dataset = state_->make_array(scales, slice.shape, same, place); });
    state_->write_part(dataset, slice.shape, slice.part(), values, place);
}

void ResultFile::write_rows(const std::vector<std::string>& paths, const std::vector<std::string>& scales,
                            parallel::ColumnSlice range, const RowSource& source) {
    const Shape shape = state_->shape_of(scales, state_->at(paths.front()));
    const hsize_t rows = shape.front();
    if (is_small(shape)) {
        const auto values = source(0, rows);
        for (std::size_t k = 0; k < paths.size(); ++k) write_slice(paths[k], scales, 1, range, values[k]);
        return;
    }
    const hsize_t columns = elements_of({shape.begin() + 1, shape.end()});
    const hsize_t together = std::max<hsize_t>(1, rows_written / std::max<hsize_t>(1, columns));
    std::vector<Handle> datasets(paths.size());
    for (std::size_t k = 0; k < paths.size(); ++k) {
        const Announced same = state_->announce({}, [&] { state_->reserve(bytes_of(shape)); });
        state_->agree([&] { datasets[k] = state_->make_array(scales, shape, same, state_->at(paths[k])); });
    }
    for (hsize_t first = 0; first < rows; first += together) {
        const hsize_t last = std::min(first + together, rows);
        const Part part{
            .leading = 1, .first_row = first, .last_row = last, .begin = range.begin, .end = range.end};
        const auto values = source(first, last);
        for (std::size_t k = 0; k < paths.size(); ++k) {
            state_->agree_first([&] { require_count(values[k].size(), part.size(), state_->at(paths[k])); });
            state_->write_part(datasets[k], shape, part, std::span<const double>(values[k]),
                               state_->at(paths[k]));
        }
    }
}

void ResultFile::link_time(const std::string& group) {
    const Place place = state_->at(group + "/time");
    state_->agree([&] {
        if (exists(state_->file.get(), place.object, place)) return;
        check(H5Lcreate_hard(state_->file.get(), "/time", state_->file.get(), place.object.c_str(),
                             H5P_DEFAULT, H5P_DEFAULT),
              "H5Lcreate_hard", place);
    });
}

void ResultFile::close() {
    state_->agree_first([&] {
        if (state_->broken) refuse(state_->at(""), "an earlier failure left it incomplete");
    });
    state_->close();
    state_->communicator.barrier();  // all have closed before one renames
}

void ResultFile::rename() {
    state_->agree([&] {
        if (state_->communicator.is_root()) publish_part(state_->path);
    });
    state_->published = true;
}

void ResultFile::publish() {
    close();
    rename();
}

void ResultFile::publish_sealed() {
    close();
    state_->failed_together = true;
    seal(part_of(state_->path), state_->communicator);
    state_->failed_together = false;
    rename();
}

}  // namespace kairos::io
