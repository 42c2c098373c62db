#include "file_parts.hpp"

#include <algorithm>

#include "kairos/base/error.hpp"

namespace kairos::io {
namespace {

std::string shape_text(const std::vector<std::size_t>& shape) {
    std::string text;
    for (const std::size_t length : shape) {
        text += text.empty() ? '[' : ',';
        text += std::to_string(length);
    }
    return text.empty() ? "[]" : text + ']';
}

}  // namespace

void require_shape(const std::vector<std::size_t>& shape, const std::vector<std::size_t>& expected,
                   const std::string& meaning, const Place& place) {
    bool good = shape.size() == expected.size();
    for (std::size_t i = 0; good && i < shape.size(); ++i)
        good = shape[i] > 0 && (expected[i] == 0 || expected[i] == shape[i]);
    if (!good) refuse(place, "its shape is " + shape_text(shape) + " instead of " + meaning);
}

FileLabels read_labels(const InputFile& file, const std::vector<std::string>& names, std::size_t count,
                       const char* axis) {
    FileLabels labels;
    for (const auto& name : names) {
        IntegerArray array = file.read_integers(name);
        require_shape(array.shape, {count}, std::string("[") + axis + "] = [" + std::to_string(count) + "]",
                      file.at(name));
        labels.push_back(std::move(array.values));
    }
    return labels;
}

void broadcast(const parallel::Communicator& communicator, FileLabels& labels) {
    std::uint64_t levels = labels.size();
    communicator.broadcast_value(levels);
    labels.resize(levels);
    for (auto& level : labels) {
        std::uint64_t length = level.size();
        communicator.broadcast_value(length);
        level.resize(length);
        communicator.broadcast(std::span(level));
    }
}

law::Labels labels_of(const FileLabels& labels, std::size_t class_level) {
    law::Labels result;
    for (const auto& level : labels) result.levels.push_back(law::level_from_labels(level));
    result.class_level = class_level;
    return result;
}

void require_level(const std::vector<std::string>& names, std::size_t class_level) {
    const std::size_t levels = std::max<std::size_t>(1, names.size());
    if (class_level < levels) return;
    throw ConfigError("data.class-level", std::to_string(class_level + 1),
                      "is a level that data.labels does not have", "1 to " + std::to_string(levels),
                      "Name one dataset a level in data.labels.");
}

}  // namespace kairos::io
