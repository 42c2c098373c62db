#include "result_file_state.hpp"

#include <unistd.h>

#include <hdf5_hl.h>

#include "kairos/parallel/native.hpp"
#include "publish.hpp"

namespace kairos::io {
namespace {

// Bytes: the attributes that come before any array; an array's header, attributes, scales.
constexpr std::uint64_t room_for_head = std::uint64_t{1} << 16U, room_for_metadata = std::uint64_t{1} << 14U;
constexpr hsize_t largest_write = hsize_t{1} << 27U;  // elements: 1 GiB a call, below every MPI-IO limit

}  // namespace

void require_count(std::size_t given, hsize_t expected, const Place& place) {
    if (given != expected)
        refuse(place, std::to_string(given) + " values for " + std::to_string(expected) + " places");
}

void write_attributes(hid_t object, const Attributes& attributes, const Place& place) {
    for (const auto& [name, value] : attributes)
        write_attribute(object, name, value, place.at(place.object + "@" + name));
}

void ResultFile::State::create_file() {
    const Place place = at("");
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "H5Pcreate", place);
    check(H5Pset_fapl_mpio(access.get(), parallel::native(communicator), MPI_INFO_NULL), "H5Pset_fapl_mpio",
          place);
    file = Handle(H5Fcreate(part_of(path).c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose,
                  "H5Fcreate", place);
}

// Room on the disk before HDF5 takes it: a disk that fills up in the middle of a collective write leaves ranks
// waiting for one another. Where there is none, nothing has changed and the file can be closed. What is too
// much, H5Fclose gives back.
void ResultFile::State::reserve(std::uint64_t bytes) {
    const std::uint64_t end = reserved + bytes + (reserved == 0 ? room_for_head : room_for_metadata);
    reserve_part(path, reserved, end);
    reserved = end;
}

// Every rank knows the axes: what is refused here is refused by all alike.
Shape ResultFile::State::shape_of(const std::vector<std::string>& axes, const Place& place) {
    failed_together = true;
    Shape shape;
    for (const auto& axis : axes) {
        const auto known = scales.find(axis);
        if (known == scales.end()) refuse(place, "its axis " + axis + " has not been written");
        shape.push_back(known->second);
    }
    failed_together = false;
    return shape;
}

Handle ResultFile::State::make_array(const std::vector<std::string>& axes, const Shape& shape,
                                     const Announced& announced, const Place& place) const {
    Handle dataset = create_dataset(file.get(), shape, memory_type(announced.type), place);
    attach(dataset, axes, place);
    write_attributes(dataset.get(), announced.attributes, place);
    return dataset;
}

void ResultFile::State::write_whole(const Handle& dataset, const Shape& shape, const Values& values,
                                    const Place& place) const {
    if (communicator.is_root() && elements_of(shape) > 0)
        write_alone(dataset, memory_type(values), data_of(values), place);
}

void ResultFile::State::make_whole(const std::vector<std::string>& axes, const Shape& shape,
                                   const Announced& announced, const Values& values, const Place& place) {
    agree([&] {
        const Handle dataset = make_array(axes, shape, announced, place);
        write_whole(dataset, shape, values, place);
    });
}

void ResultFile::State::write_part(const Handle& dataset, const Shape& shape, const Part& part,
                                   const Values& values, const Place& place) {
    const auto pieces = pieces_of(part, largest_write);
    // every rank takes part in every call
    const std::uint64_t calls =
        elements_of(shape) <= largest_write ? 1 : communicator.max(std::uint64_t{pieces.size()});
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
    // Metadata are written by some of the ranks; where the disk is broken these would leave the others waiting in the flush.
    agree_first([&] { probe_part(path); });
    agree([&] { check(H5Fflush(file.get(), H5F_SCOPE_GLOBAL), "H5Fflush", place); });
    agree([&] {  // a handle left open would keep the file open, and the rename would come too early
        if (H5Fget_obj_count(file.get(), H5F_OBJ_ALL) != 1) refuse(place, "a part of it is still open");
    });
    agree([&] { check(file.close(), "H5Fclose", place); });
}

// H5Fclose writes what is left. On a disk that is full or broken it would fail on some ranks and leave the others
// waiting; so it writes into memory, whatever the file is given up for. Where that cannot be had and a write has
// failed the file stays open until MPI_Finalize.
void ResultFile::State::give_up() {
    const std::string part = part_of(path);
    const bool closes = !left_alone() && (communicator.all(divert_part(path)) || !broken);
    if (closes)
        (void)file.close();
    else
        file.release();
    if (communicator.is_root() && truncate(part.c_str(), 0) == 0) unlink(part.c_str());
}

}  // namespace kairos::io
