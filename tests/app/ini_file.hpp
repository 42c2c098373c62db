// tests/app/ini_file.hpp: a configuration file that lives as long as the object.
#pragma once
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace kairos::test {

class IniFile {
public:
    explicit IniFile(const std::string& text)
        : path_((std::filesystem::temp_directory_path() / "kairos-XXXXXX").string()) {
        const int handle = mkstemp(path_.data());
        if (handle < 0) throw std::runtime_error("no temporary file");
        close(handle);
        std::ofstream(path_, std::ios::binary) << text;
    }
    ~IniFile() { std::filesystem::remove(path_); }
    IniFile(const IniFile&) = delete;
    IniFile& operator=(const IniFile&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

}  // namespace kairos::test
