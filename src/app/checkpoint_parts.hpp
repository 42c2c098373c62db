// src/app/checkpoint_parts.hpp: names and checksums that writing and reading a checkpoint share.
#pragma once
#include <boost/crc.hpp>
#include <cstdint>
#include <span>
#include <string>

namespace kairos::app {

inline constexpr const char* checkpoint_format = "kairos-checkpoint";
inline constexpr const char* ensemble_group = "/ensemble";
inline constexpr const char* clones_group = "/clones";
inline constexpr const char* counted_from_name = "counted_from";

// The path of a member of a group.
[[nodiscard]] inline std::string member(std::string group, const std::string& name) {
    group += '/';
    group += name;
    return group;
}

// CRC-32 of the bytes of numbers; below 2^32, so that a double holds it.
template <class Number>
[[nodiscard]] std::uint32_t checksum(std::span<const Number> numbers) {
    boost::crc_32_type crc;
    crc.process_bytes(numbers.data(), numbers.size_bytes());
    return crc.checksum();
}

// Of a row and the number of its batch: under another number it is damaged, too.
[[nodiscard]] inline std::uint32_t checksum_of_batch(double batch, std::span<const double> row) {
    boost::crc_32_type crc;
    crc.process_bytes(&batch, sizeof batch);
    crc.process_bytes(row.data(), row.size_bytes());
    return crc.checksum();
}

}  // namespace kairos::app
