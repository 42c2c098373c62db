#include "kairos/io/result_file.hpp"

#include <hdf5_hl.h>
#include <unistd.h>

#include <algorithm>

#include "publish.hpp"
#include "result_file_state.hpp"

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
        state_->agree_first([&] { state_->reserve(0); });
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

void ResultFile::attribute(const std::string& object, const std::string& name, const Attribute& value) {
    const Place place = state_->at(object);
    const Attributes same = state_->of_root({{name, value}});
    state_->agree([&] {
        const Handle opened(H5Oopen(state_->file.get(), object.c_str(), H5P_DEFAULT), H5Oclose, "H5Oopen",
                            place);
        write_attributes(opened.get(), same, place);
    });
}

void ResultFile::scale(const std::string& path, const Values& values, const std::string& long_name,
                       const std::string& units, const Attributes& attributes) {
    const Place place = state_->at(path);
    std::uint64_t length = length_of(values);
    state_->communicator.broadcast_value(length);
    Attributes all = {{"long_name", long_name}, {"units", units}};
    all.insert(all.end(), attributes.begin(), attributes.end());
    const Part part{.end = state_->communicator.is_root() ? length : 0};
    state_->make_array({}, {length}, part, state_->of_root(values), all, place);
    state_->agree([&] {
        const Handle axis(H5Dopen2(state_->file.get(), path.c_str(), H5P_DEFAULT), H5Dclose, "H5Dopen2",
                          place);
        const std::string name = path.substr(path.rfind('/') + 1);
        check(H5DSset_scale(axis.get(), name.c_str()), "H5DSset_scale", place);
    });
    state_->scales[path] = length;
}

void ResultFile::write(const std::string& path, const std::vector<std::string>& scales, const Values& values,
                       const Attributes& attributes) {
    const Place place = state_->at(path);
    const bool root = state_->communicator.is_root();
    Shape shape;
    state_->agree_first([&] {
        shape = state_->shape_of(scales, place);
        if (root) require_count(length_of(values), elements_of(shape), place);
    });
    const Part part{.end = root ? elements_of(shape) : 0};
    state_->make_array(scales, shape, part, state_->of_root(values), attributes, place);
}

void ResultFile::write(const std::string& path, double value, const Attributes& attributes) {
    write(path, {}, std::span<const double>(&value, 1), attributes);
}

void ResultFile::write_slice(const std::string& path, const std::vector<std::string>& scales,
                             std::size_t leading, parallel::ColumnSlice range, std::span<const double> values,
                             const Attributes& attributes) {
    const Place place = state_->at(path);
    const auto covered = state_->communicator.sum(std::uint64_t{range.size()});
    Shape shape;
    Part part{.leading = leading, .begin = range.begin, .end = range.end};
    state_->agree_first([&] {
        shape = state_->shape_of(scales, place);
        if (leading > 1 || leading > shape.size()) refuse(place, "a slice has 0 or 1 leading axes");
        part.last_row = leading == 1 ? shape[0] : 1;
        const hsize_t columns =
            elements_of({shape.begin() + static_cast<std::ptrdiff_t>(leading), shape.end()});
        require_count(values.size(), part.size(), place);
        if (covered != columns || range.end > columns)
            refuse(place, "the ranks' slices hold " + std::to_string(covered) + " columns of " +
                              std::to_string(columns));
    });
    state_->make_array(scales, shape, part, values, attributes, place);
}

void ResultFile::write_rows(const std::vector<std::string>& paths, const std::vector<std::string>& scales,
                            parallel::ColumnSlice range, const RowSource& source) {
    const Place place = state_->at(paths.front());
    Shape shape;
    state_->agree_first([&] { shape = state_->shape_of(scales, place); });
    const hsize_t rows = shape.front();
    const hsize_t columns = elements_of({shape.begin() + 1, shape.end()});
    const hsize_t together = std::max<hsize_t>(1, rows_written / std::max<hsize_t>(1, columns));
    std::vector<Handle> datasets;
    datasets.reserve(paths.size());
    for (const std::string& path : paths)
        datasets.push_back(state_->begin_array(shape, H5T_NATIVE_DOUBLE, state_->at(path)));
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
    for (std::size_t k = 0; k < paths.size(); ++k)
        state_->end_array(datasets[k], scales, {}, state_->at(paths[k]));
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

void ResultFile::publish() {
    state_->agree_first([&] {
        if (state_->broken) refuse(state_->at(""), "an earlier failure left it incomplete");
    });
    state_->close();
    state_->communicator.barrier();  // all have closed before one renames
    state_->agree([&] {
        if (state_->communicator.is_root()) publish_part(state_->path);
    });
    state_->published = true;
}

}  // namespace kairos::io
