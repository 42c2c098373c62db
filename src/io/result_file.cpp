#include "kairos/io/result_file.hpp"

#include <hdf5_hl.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "agree.hpp"
#include "kairos/parallel/native.hpp"
#include "publish.hpp"
#include "write_hdf5.hpp"

namespace kairos::io {

struct ResultFile::State {
    parallel::Communicator communicator;
    std::string path;
    Handle file{};
    bool published = false, broken = false;
    std::uint64_t reserved = 0;               // bytes that the disk has room for
    std::map<std::string, hsize_t> scales{};  // length of each axis

    [[nodiscard]] Place at(const std::string& object) const { return {Place::Use::writing, path, object}; }
    // For what is refused before HDF5 is called: the file stays good.
    template <class Body>
    void agree_first(Body body) const {
        agree_to_write(communicator, path, body);
    }
    // For calls of HDF5: after a failure nothing more is possible.
    template <class Body>
    void agree(Body body) {
        broken = true;
        agree_to_write(communicator, path, body);
        broken = false;
    }
    void abandon();

    void create_file();
    void reserve(std::uint64_t bytes);
    [[nodiscard]] Shape shape_of(const std::vector<std::string>& axes, const Place& place) const;
    void make_array(const std::vector<std::string>& axes, const Shape& shape, const Part& part,
                    const Values& values, const Attributes& attributes, const Place& place);
    void write_part(const Handle& dataset, const Shape& shape, const Part& part, const Values& values,
                    const Place& place);
    void attach(const Handle& dataset, const std::vector<std::string>& axes, const Place& place) const;
    // The root's values on every rank: attributes must be the same everywhere, or the metadata would
    // contradict itself.
    [[nodiscard]] Attributes of_root(Attributes attributes) const;
    // The root's values; on other ranks nothing, of the same type.
    [[nodiscard]] Values of_root(const Values& values) const;
    void close();
};

namespace {

constexpr std::uint64_t room_for_metadata = std::uint64_t{1}
                                            << 14U;   // bytes an array: header, attributes, scales
constexpr hsize_t largest_write = hsize_t{1} << 27U;  // elements: 1 GiB a call, below every MPI-IO limit

void require_count(std::size_t given, hsize_t expected, const Place& place) {
    if (given != expected)
        refuse(place, std::to_string(given) + " values for " + std::to_string(expected) + " places");
}

void write_attributes(hid_t object, const Attributes& attributes, const Place& place) {
    for (const auto& [name, value] : attributes)
        write_attribute(object, name, value, place.at(place.object + "@" + name));
}

}  // namespace

void ResultFile::State::create_file() {
    const Place place = at("");
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "H5Pcreate", place);
    check(H5Pset_fapl_mpio(access.get(), parallel::native(communicator), MPI_INFO_NULL), "H5Pset_fapl_mpio",
          place);
    check(H5Pset_coll_metadata_write(access.get(), true), "H5Pset_coll_metadata_write", place);
    file = Handle(H5Fcreate(part_of(path).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose,
                  "H5Fcreate", place);
}

// Room on the disk before anything is written there: a disk that fills up in the middle of a collective write
// leaves ranks waiting for one another. What is too much, H5Fclose gives back.
void ResultFile::State::reserve(std::uint64_t bytes) {
    const std::uint64_t end = reserved + bytes + room_for_metadata;
    if (communicator.is_root()) reserve_part(path, reserved, end);
    reserved = end;
}

Shape ResultFile::State::shape_of(const std::vector<std::string>& axes, const Place& place) const {
    Shape shape;
    for (const auto& axis : axes) {
        const auto known = scales.find(axis);
        if (known == scales.end()) refuse(place, "its axis " + axis + " has not been written");
        shape.push_back(known->second);
    }
    return shape;
}

Attributes ResultFile::State::of_root(Attributes attributes) const {
    for (auto& attribute : attributes) attribute.second = root_value(communicator, attribute.second);
    return attributes;
}

Values ResultFile::State::of_root(const Values& values) const {
    std::uint64_t kind = values.index();
    communicator.broadcast_value(kind);
    if (communicator.is_root()) return values;
    const Values kinds[] = {std::span<const double>(), std::span<const std::int64_t>(),
                            std::span<const std::int32_t>()};
    return kinds[kind];
}

// Between two collective steps all ranks agree that the first went well: a rank that failed would leave the
// others waiting.
void ResultFile::State::make_array(const std::vector<std::string>& axes, const Shape& shape, const Part& part,
                                   const Values& values, const Attributes& attributes, const Place& place) {
    const Attributes same = of_root(attributes);
    Handle dataset;
    agree([&] { dataset = create_dataset(file.get(), shape, memory_type(values), place); });
    agree([&] { reserve(H5Dget_storage_size(dataset.get())); });
    if (elements_of(shape) > 0) write_part(dataset, shape, part, values, place);
    agree([&] {
        attach(dataset, axes, place);
        write_attributes(dataset.get(), same, place);
    });
}

void ResultFile::State::write_part(const Handle& dataset, const Shape& shape, const Part& part,
                                   const Values& values, const Place& place) {
    const auto pieces = pieces_of(part, largest_write);
    const std::uint64_t calls =
        communicator.max(std::uint64_t{pieces.size()});  // every rank takes part in every call
    const auto* from = static_cast<const std::byte*>(data_of(values));
    for (std::uint64_t i = 0; i < calls; ++i) {
        const Part piece = i < pieces.size() ? pieces[i] : Part{};
        agree([&] { write_piece(dataset, shape, piece, memory_type(values), from, place); });
        if (piece.size() > 0) from += piece.size() * H5Tget_size(memory_type(values));
    }
}

void ResultFile::State::attach(const Handle& dataset, const std::vector<std::string>& axes,
                               const Place& place) const {
    for (std::size_t i = 0; i < axes.size(); ++i) {
        const Handle axis(H5Dopen2(file.get(), axes[i].c_str(), H5P_DEFAULT), H5Dclose, "H5Dopen2",
                          at(axes[i]));
        check(H5DSattach_scale(dataset.get(), axis.get(), static_cast<unsigned>(i)), "H5DSattach_scale",
              place);
    }
}

void ResultFile::State::close() {
    const Place place = at("");
    agree([&] { check(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), "H5Fflush", place); });
    agree([&] {  // a handle left open would keep the file open, and the rename would come too early
        if (H5Fget_obj_count(file.get(), H5F_OBJ_ALL) != 1) refuse(place, "a part of it is still open");
    });
    agree([&] { check(file.close(), "H5Fclose", place); });
}

// H5Fclose would write again, fail again on some ranks and leave the others waiting. So the file stays open
// until MPI_Finalize, where HDF5 closes what is left; its space on a disk that may be full is given back now.
void ResultFile::State::abandon() {
    file.release();
    const std::string part = part_of(path);
    if (communicator.is_root() && truncate(part.c_str(), 0) == 0) unlink(part.c_str());
}

void check_writable(const parallel::Communicator& communicator, const std::string& path) {
    agree_to_write(communicator, path, [&] {
        if (communicator.is_root()) require_writable(path);
    });
}

ResultFile::ResultFile(const parallel::Communicator& communicator, std::string path)
    : state_(std::make_unique<State>(State{communicator, std::move(path)})) {
    quiet_hdf5();
    check_writable(communicator, state_->path);
    state_->agree([&] { state_->create_file(); });
}

ResultFile::~ResultFile() {
    if (state_->published) return;
    if (state_->broken) {
        state_->abandon();
        return;
    }
    (void)state_->file.close();
    if (state_->communicator.is_root()) unlink(part_of(state_->path).c_str());
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
