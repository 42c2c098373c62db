#include "file_head.hpp"

#include <chrono>
#include <ctime>

#include "kairos/app/version.hpp"

namespace kairos::app {
namespace {

std::string now_utc() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

}  // namespace

void write_head(io::ResultFile& file, const std::string& format) {
    file.attributes("/", {{"format", format},
                          {"format_version", "1.0"},
                          {"kairos_version", version()},
                          {"git_revision", git_revision()},
                          {"compiler", compiler()},
                          {"created_utc", now_utc()}});
}

}  // namespace kairos::app
