#include "kairos/io/seal.hpp"

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "agree.hpp"
#include "kairos/parallel/transpose.hpp"

namespace kairos::io {
namespace {

constexpr const char* seal_head = "kairos-seal crc32 ";
constexpr std::size_t seal_length = 27;  // of head, digits and newline
constexpr std::uint64_t block_length = std::uint64_t{1} << 20U;

std::string seal_text(std::uint32_t checksum) {
    char text[seal_length + 1];
    std::snprintf(text, sizeof text, "%s%08x\n", seal_head, checksum);
    return text;
}

// Of the blocks begin to end; less where they cannot be read.
std::vector<double> block_checksums(const std::string& file, std::uint64_t length, std::uint64_t begin,
                                    std::uint64_t end) {
    std::vector<double> checksums;
    std::ifstream stream(file, std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(begin * block_length));
    std::vector<char> block(block_length);
    for (std::uint64_t i = begin; i < end; ++i) {
        const std::uint64_t size = std::min(block_length, length - i * block_length);
        if (!stream.read(block.data(), static_cast<std::streamsize>(size))) break;
        boost::crc_32_type crc;
        crc.process_bytes(block.data(), size);
        checksums.push_back(crc.checksum());  // below 2^32, so that a double holds it
    }
    return checksums;
}

// The seal of the first `length` bytes, on the root; empty where they cannot be read.
std::string seal_of(const std::string& file, std::uint64_t length,
                    const parallel::Communicator& communicator) {
    communicator.broadcast_value(length);
    const std::uint64_t blocks = (length + block_length - 1) / block_length;
    const auto own = parallel::slice_of(communicator.rank(), communicator.size(), blocks);
    const auto all = communicator.gather(block_checksums(file, length, own.begin, own.end));
    if (!communicator.is_root() || all.size() != blocks) return {};
    boost::crc_32_type crc;
    crc.process_bytes(&length, sizeof length);
    crc.process_bytes(all.data(), all.size() * sizeof(double));
    return seal_text(crc.checksum());
}

std::uint64_t length_on_root(const std::string& file, const parallel::Communicator& communicator) {
    std::error_code fault;
    const std::uint64_t length = communicator.is_root() ? std::filesystem::file_size(file, fault) : 0;
    return fault ? 0 : length;
}

// The last bytes of a file that is long enough; else empty.
std::string end_of(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    std::string text(seal_length, '\0');
    stream.seekg(-static_cast<std::streamoff>(seal_length), std::ios::end);
    return stream.read(text.data(), static_cast<std::streamsize>(seal_length)) ? text : std::string();
}

}  // namespace

void seal(const std::string& file, const parallel::Communicator& communicator) {
    const std::string text = seal_of(file, length_on_root(file, communicator), communicator);
    agree_to_write(communicator, file, [&] {
        if (!communicator.is_root()) return;
        if (text.empty()) throw OutputRefusal(file, "what was written cannot be read again", "");
        std::ofstream stream(file, std::ios::binary | std::ios::app);
        if (!(stream << text << std::flush))
            throw OutputRefusal(file, std::string("its checksum cannot be written: ") + std::strerror(errno),
                                "");
    });
}

bool seal_holds(const std::string& file, const parallel::Communicator& communicator) {
    const std::uint64_t length = length_on_root(file, communicator);
    const std::string text =
        seal_of(file, length - std::min<std::uint64_t>(length, seal_length), communicator);
    bool holds = communicator.is_root() && !text.empty() && text == end_of(file);
    communicator.broadcast_value(holds);
    return holds;
}

bool bears_seal(const std::string& file) { return end_of(file).starts_with(seal_head); }

}  // namespace kairos::io
