#include "kairos/io/read_result.hpp"

#include <algorithm>

#include "input_file.hpp"

namespace kairos::io {
namespace {

constexpr const char* readable_major = "1.";

Handle open_object(const InputFile& file, const std::string& object) {
    const Place place = file.at(object);
    if (!file.has(object)) refuse(place, "there is no such object");
    return {H5Oopen(file.id(), object.c_str(), H5P_DEFAULT), H5Oclose, "H5Oopen", place};
}

Handle open_attribute(const Handle& object, const std::string& name, const Place& place) {
    if (H5Aexists(object.get(), name.c_str()) <= 0) refuse(place, "there is no attribute " + name);
    return {H5Aopen(object.get(), name.c_str(), H5P_DEFAULT), H5Aclose, "H5Aopen", place};
}

bool is_one_text(const Handle& attribute, const Place& place) {
    const Handle type(H5Aget_type(attribute.get()), H5Tclose, "H5Aget_type", place);
    const Handle space(H5Aget_space(attribute.get()), H5Sclose, "H5Aget_space", place);
    return H5Tget_class(type.get()) == H5T_STRING && H5Sget_simple_extent_npoints(space.get()) == 1;
}

std::string read_text(const Handle& attribute, const Place& place) {
    const Handle type(H5Aget_type(attribute.get()), H5Tclose, "H5Aget_type", place);
    if (H5Tis_variable_str(type.get()) > 0) {
        char* characters = nullptr;
        check(H5Aread(attribute.get(), type.get(), static_cast<void*>(&characters)), "H5Aread", place);
        std::string text = characters ? characters : "";
        H5free_memory(characters);
        return text;
    }
    std::string text(H5Tget_size(type.get()), '\0');
    check(H5Aread(attribute.get(), type.get(), text.data()), "H5Aread", place);
    return text.substr(0, text.find('\0'));
}

void require_format(const InputFile& file, const std::string& format) {
    const Place place = file.at("");
    const std::string mend = "kairos reads what `kairos run` and `kairos merge` wrote.";
    const Handle root = open_object(file, "/");
    const auto text = [&](const char* name) -> std::string {
        if (H5Aexists(root.get(), name) <= 0) return "";
        const Handle attribute = open_attribute(root, name, place);
        return is_one_text(attribute, place) ? read_text(attribute, place) : "";
    };
    if (text("format") != format)
        refuse(place,
               format == "kairos" ? "it is HDF5 but not a kairos result" : "it is HDF5 but no " + format,
               mend);
    const std::string version = text("format_version");
    if (version.rfind(readable_major, 0) != 0)
        refuse(place, "its format_version is '" + version + "', and this program reads 1.x",
               "Use a newer kairos.");
}

}  // namespace

struct ResultReader::State {
    std::string name;
    InputFile file;
};

ResultReader::ResultReader(const std::string& file, const std::string& format)
    : state_(std::make_unique<State>(State{file, InputFile(file)})) {
    require_format(state_->file, format);
}

ResultReader::~ResultReader() = default;
ResultReader::ResultReader(ResultReader&&) noexcept = default;

const std::string& ResultReader::file() const { return state_->name; }

bool ResultReader::has(const std::string& path) const { return state_->file.has(path); }

std::vector<std::string> ResultReader::groups(const std::string& path) const {
    return state_->file.names(path, ObjectKind::group);
}

std::vector<std::string> ResultReader::datasets(const std::string& path) const {
    return state_->file.names(path, ObjectKind::dataset);
}

double ResultReader::scalar(const std::string& path) const {
    const ResultArray array = state_->file.read_numbers(path);
    if (!array.shape.empty()) refuse(state_->file.at(path), "it is an array, not one number");
    return array.values.front();
}

std::vector<double> ResultReader::vector(const std::string& path) const {
    ResultArray array = state_->file.read_numbers(path);
    if (array.shape.size() != 1)
        refuse(state_->file.at(path),
               "it has " + std::to_string(array.shape.size()) + " axes instead of one");
    return std::move(array.values);
}

ResultArray ResultReader::array(const std::string& path) const { return state_->file.read_numbers(path); }

std::vector<std::size_t> ResultReader::shape(const std::string& path) const {
    return state_->file.shape(path);
}

std::vector<double> ResultReader::rows(const std::string& path, std::size_t first, std::size_t last) const {
    const auto extent = state_->file.shape(path);
    std::size_t length = 1;
    for (std::size_t axis = 1; axis < extent.size(); ++axis) length *= extent[axis];
    std::vector<double> values((last - first) * length);
    if (!values.empty()) state_->file.read_rows(path, first, values);
    return values;
}

bool ResultReader::has_attribute(const std::string& object, const std::string& name) const {
    return state_->file.has(object) && H5Aexists(open_object(state_->file, object).get(), name.c_str()) > 0;
}

std::string ResultReader::text(const std::string& object, const std::string& name) const {
    const Place place = state_->file.at(object);
    const Handle opened = open_object(state_->file, object), attribute = open_attribute(opened, name, place);
    if (!is_one_text(attribute, place)) refuse(place, "attribute " + name + " is not one text");
    return read_text(attribute, place);
}

std::vector<double> ResultReader::numbers(const std::string& object, const std::string& name) const {
    const Place place = state_->file.at(object);
    const Handle opened = open_object(state_->file, object), attribute = open_attribute(opened, name, place);
    const Handle type(H5Aget_type(attribute.get()), H5Tclose, "H5Aget_type", place);
    const Handle space(H5Aget_space(attribute.get()), H5Sclose, "H5Aget_space", place);
    const H5T_class_t kind = H5Tget_class(type.get());
    const hssize_t count = H5Sget_simple_extent_npoints(space.get());
    if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || count < 1)
        refuse(place, "attribute " + name + " is not one number, nor several");
    std::vector<double> values(static_cast<std::size_t>(count));
    check(H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, values.data()), "H5Aread", place);
    return values;
}

double ResultReader::number(const std::string& object, const std::string& name) const {
    const auto values = numbers(object, name);
    if (values.size() != 1) refuse(state_->file.at(object), "attribute " + name + " is not one number");
    return values.front();
}

std::vector<std::pair<std::string, std::string>> ResultReader::texts(const std::string& object) const {
    const Place place = state_->file.at(object);
    const Handle opened = open_object(state_->file, object);
    std::vector<std::string> names;
    const auto take = [](hid_t, const char* name, const H5A_info_t*, void* list) -> herr_t {
        static_cast<std::vector<std::string>*>(list)->emplace_back(name);
        return 0;
    };
    check(H5Aiterate2(opened.get(), H5_INDEX_NAME, H5_ITER_INC, nullptr, take, &names), "H5Aiterate2", place);
    std::sort(names.begin(), names.end());
    std::vector<std::pair<std::string, std::string>> texts;
    for (const auto& name : names) {
        const Handle attribute = open_attribute(opened, name, place);
        if (is_one_text(attribute, place)) texts.emplace_back(name, read_text(attribute, place));
    }
    return texts;
}

}  // namespace kairos::io
