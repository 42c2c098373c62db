#include "write_hdf5.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <type_traits>

namespace kairos::io {
namespace {

constexpr hsize_t element_bytes = 8, contiguous_bytes = 1U << 20U;

template <class T>
hid_t type_of() {
    if constexpr (std::is_same_v<T, double>) return H5T_NATIVE_DOUBLE;
    if constexpr (std::is_same_v<T, std::int32_t>) return H5T_NATIVE_INT32;
    return H5T_NATIVE_INT64;
}

Handle scalar_space(const Place& place) { return {H5Screate(H5S_SCALAR), H5Sclose, "H5Screate", place}; }

Handle simple_space(const Shape& shape, const Place& place) {
    if (shape.empty()) return scalar_space(place);
    return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose,
            "H5Screate_simple", place};
}

void write_attribute_as(hid_t object, const std::string& name, const Handle& space, hid_t type,
                        const void* data, const Place& place) {
    if (check(H5Aexists(object, name.c_str()), "H5Aexists", place) > 0)
        check(H5Adelete(object, name.c_str()), "H5Adelete", place);
    const Handle attribute(H5Acreate2(object, name.c_str(), type, space.get(), H5P_DEFAULT, H5P_DEFAULT),
                           H5Aclose, "H5Acreate2", place);
    if (data) check(H5Awrite(attribute.get(), type, data), "H5Awrite", place);
}

// Variable length: Python readers then see a str, not bytes.
void write_text(hid_t object, const std::string& name, const std::string& text, const Place& place) {
    const Handle type(H5Tcopy(H5T_C_S1), H5Tclose, "H5Tcopy", place);
    check(H5Tset_size(type.get(), H5T_VARIABLE), "H5Tset_size", place);
    check(H5Tset_cset(type.get(), H5T_CSET_UTF8), "H5Tset_cset", place);
    const char* characters = text.c_str();
    write_attribute_as(object, name, scalar_space(place), type.get(), &characters, place);
}

void select(const Handle& space, const std::vector<Box>& boxes, const Place& place) {
    check(H5Sselect_none(space.get()), "H5Sselect_none", place);
    H5S_seloper_t operation = H5S_SELECT_SET;
    for (const Box& box : boxes) {
        check(
            H5Sselect_hyperslab(space.get(), operation, box.start.data(), nullptr, box.count.data(), nullptr),
            "H5Sselect_hyperslab", place);
        operation = H5S_SELECT_OR;
    }
}

}  // namespace

void write_attribute(hid_t object, const std::string& name, const Attribute& value, const Place& place) {
    if (const auto* text = std::get_if<std::string>(&value)) return write_text(object, name, *text, place);
    std::visit(
        [&](const auto& numbers) {
            using T = std::decay_t<decltype(numbers)>;
            if constexpr (std::is_arithmetic_v<T>) {
                write_attribute_as(object, name, scalar_space(place), type_of<T>(), &numbers, place);
            } else if constexpr (!std::is_same_v<T, std::string>) {
                write_attribute_as(object, name, simple_space({numbers.size()}, place),
                                   type_of<typename T::value_type>(), numbers.data(), place);
            }
        },
        value);
}

hid_t memory_type(const Values& values) {
    return std::visit(
        [](auto span) { return type_of<std::remove_const_t<typename decltype(span)::element_type>>(); },
        values);
}

hid_t memory_type(std::uint64_t alternative) {
    const Values types[] = {std::span<const double>(), std::span<const std::int64_t>(),
                            std::span<const std::int32_t>()};
    return memory_type(types[alternative]);
}

const void* data_of(const Values& values) {
    return std::visit([](auto span) { return static_cast<const void*>(span.data()); }, values);
}

std::size_t length_of(const Values& values) {
    return std::visit([](auto span) { return span.size(); }, values);
}

hsize_t elements_of(const Shape& shape) {
    return std::accumulate(shape.begin(), shape.end(), hsize_t{1}, std::multiplies<>());
}

bool is_small(const Shape& shape) { return elements_of(shape) * element_bytes <= contiguous_bytes; }

Shape chunks_of(const Shape& shape) {
    if (is_small(shape)) return {};
    Shape chunk = shape;
    while (elements_of(chunk) * element_bytes > contiguous_bytes) {
        hsize_t& longest = *std::max_element(chunk.begin(), chunk.end());
        longest = (longest + 1) / 2;
    }
    return chunk;
}

std::uint64_t bytes_of(const Shape& shape) {
    constexpr hsize_t bytes_in_index = 256;  // of a chunk
    const Shape chunk = chunks_of(shape);
    if (chunk.empty()) return elements_of(shape) * element_bytes;
    hsize_t chunks = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) chunks *= (shape[i] + chunk[i] - 1) / chunk[i];
    return chunks * (elements_of(chunk) * element_bytes + bytes_in_index);
}

Handle create_dataset(hid_t file, const Shape& shape, hid_t type, const Place& place) {
    const Handle space = simple_space(shape, place);
    const Handle links(H5Pcreate(H5P_LINK_CREATE), H5Pclose, "H5Pcreate", place);
    check(H5Pset_create_intermediate_group(links.get(), 1), "H5Pset_create_intermediate_group", place);
    const Handle create(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "H5Pcreate", place);
    check(H5Pset_obj_track_times(create.get(), false), "H5Pset_obj_track_times", place);
    check(H5Pset_fill_time(create.get(), H5D_FILL_TIME_NEVER), "H5Pset_fill_time",
          place);  // everything is written
    if (const Shape chunk = chunks_of(shape); !chunk.empty())
        check(H5Pset_chunk(create.get(), static_cast<int>(chunk.size()), chunk.data()), "H5Pset_chunk",
              place);
    return {H5Dcreate2(file, place.object.c_str(), type, space.get(), links.get(), create.get(), H5P_DEFAULT),
            H5Dclose, "H5Dcreate2", place};
}

bool exists(hid_t file, const std::string& path, const Place& place) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (part.size() > 1 && check(H5Lexists(file, part.c_str(), H5P_DEFAULT), "H5Lexists", place) == 0)
            return false;
        if (end == std::string::npos) return true;
    }
}

void write_alone(const Handle& dataset, hid_t type, const void* from, const Place& place) {
    const Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "H5Pcreate", place);
    check(H5Pset_dxpl_mpio(transfer.get(), H5FD_MPIO_INDEPENDENT), "H5Pset_dxpl_mpio", place);
    check(H5Dwrite(dataset.get(), type, H5S_ALL, H5S_ALL, transfer.get(), from), "H5Dwrite", place);
}

void write_piece(const Handle& dataset, const Shape& shape, const Part& piece, hid_t type, const void* from,
                 const Place& place) {
    const Handle transfer(H5Pcreate(H5P_DATASET_XFER), H5Pclose, "H5Pcreate", place);
    check(H5Pset_dxpl_mpio(transfer.get(), H5FD_MPIO_COLLECTIVE), "H5Pset_dxpl_mpio", place);
    const Handle memory = simple_space({std::max<hsize_t>(1, piece.size())}, place);
    const Handle space = simple_space(shape, place);
    if (piece.size() == 0) {
        check(H5Sselect_none(memory.get()), "H5Sselect_none", place);
        check(H5Sselect_none(space.get()), "H5Sselect_none", place);
    } else if (!shape.empty()) {
        select(space, boxes_of(shape, piece), place);
    }
    check(H5Dwrite(dataset.get(), type, memory.get(), space.get(), transfer.get(), from), "H5Dwrite", place);
}

}  // namespace kairos::io
