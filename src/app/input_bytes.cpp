#include "input_bytes.hpp"

#include <boost/crc.hpp>
#include <cstdio>
#include <fstream>
#include <vector>

#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

// Eight hexadecimal digits; empty for a file that cannot be read, which its reader refuses.
std::string crc32_of(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    boost::crc_32_type crc;
    std::vector<char> part(std::size_t{1} << 20U);
    while (stream.read(part.data(), static_cast<std::streamsize>(part.size())) || stream.gcount() > 0)
        crc.process_bytes(part.data(), static_cast<std::size_t>(stream.gcount()));
    if (!stream.eof()) return "";
    char digits[9];
    std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(crc.checksum()));
    return digits;
}

void identify(Config& config, const std::string& file, const std::string& key,
              const parallel::Communicator& communicator) {
    std::string found = communicator.is_root() ? crc32_of(file) : "";
    communicator.broadcast(found);
    if (found.empty()) return;
    const std::string wanted = config.value(key);
    if (!wanted.empty() && wanted != found)
        throw InputError(file, "",
                         "has the CRC-32 " + found + ", and " + key + " = " + wanted + " is asked for",
                         "Its bytes are not those of then. For the file as it is: --" + key + "= (empty).");
    config.set_resolved(key, found);
}

}  // namespace

void identify_inputs(Config& config, const parallel::Communicator& communicator) {
    if (!config.file.empty()) identify(config, config.file, "data.crc32", communicator);
    if (config.landscape_vectors)
        identify(config, config.landscape_vectors->file, "landscape.crc32", communicator);
}

}  // namespace kairos::app
