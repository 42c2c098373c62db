// include/kairos/io/seal.hpp: a checksum behind the end of a file, by which whatever changed it is found before HDF5 is asked to read it.
//
//   seal = "kairos-seal crc32 " + 8 hexadecimal digits + newline: CRC-32 of the length of the file and the CRC-32 of each of its blocks of 1 MiB
//
// HDF5 (its metadata are not checked) takes damaged lengths and addresses as they come: it may loop, or read another name or text. It does
// not look behind the end of its file, so that a sealed file is an HDF5 file. Blocks are divided among the ranks; their number is not part
// of the seal.
//
// Collective, unless said. Errors: OutputError (4), the same on all ranks, where it cannot be written.
#pragma once
#include <string>

#include "kairos/parallel/communicator.hpp"

namespace kairos::io {

// Appends it to a file that all ranks have closed.
void seal(const std::string& file, const parallel::Communicator& communicator);
// Whether the file is as it was sealed; false where it cannot be read.
[[nodiscard]] bool seal_holds(const std::string& file, const parallel::Communicator& communicator);
// Whether it ends with a seal, of this or another content. By one rank.
[[nodiscard]] bool bears_seal(const std::string& file);

}  // namespace kairos::io
