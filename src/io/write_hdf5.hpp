// src/io/write_hdf5.hpp: the HDF5 side of ResultFile: attributes, new datasets, writes. Everything here but write_alone is collective.
#pragma once
#include "kairos/io/hdf5_handle.hpp"
#include "kairos/io/result_file.hpp"
#include "kairos/parallel/communicator.hpp"
#include "selection.hpp"

namespace kairos::io {

// Replaces an attribute of that name.
void write_attribute(hid_t object, const std::string& name, const Attribute& value, const Place& place);

[[nodiscard]] hid_t memory_type(const Values& values);
[[nodiscard]] hid_t memory_type(std::uint64_t alternative);  // of Values
[[nodiscard]] const void* data_of(const Values& values);
[[nodiscard]] std::size_t length_of(const Values& values);

[[nodiscard]] hsize_t elements_of(const Shape& shape);

// Up to 1 MB: contiguous, and written by one rank.
[[nodiscard]] bool is_small(const Shape& shape);
// Shape of the chunks: empty (contiguous) up to 1 MB, then halves of the longest axis until a chunk is at
// most 1 MB.
[[nodiscard]] Shape chunks_of(const Shape& shape);
// On the disk, at most.
[[nodiscard]] std::uint64_t bytes_of(const Shape& shape);

[[nodiscard]] Handle create_dataset(hid_t file, const Shape& shape, hid_t type, const Place& place);

[[nodiscard]] bool exists(hid_t file, const std::string& path, const Place& place);

// The whole of a dataset, by the caller alone.
void write_alone(const Handle& dataset, hid_t type, const void* from, const Place& place);

// One collective call; from points to the piece's values, row-major.
void write_piece(const Handle& dataset, const Shape& shape, const Part& piece, hid_t type, const void* from,
                 const Place& place);

}  // namespace kairos::io
