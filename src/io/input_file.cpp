#include "input_file.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>
#include <stdexcept>

namespace kairos::io {
namespace {

namespace fs = std::filesystem;

// What HDF5's own words would not make clear.
void require_readable(const Place& place) {
    std::error_code error;
    const auto status = fs::status(place.file, error);
    if (status.type() == fs::file_type::not_found) refuse(place, "there is no such file");
    if (fs::is_directory(status)) refuse(place, "that is a folder, not a file");
    if (error) refuse(place, "it cannot be read: " + error.message());
    if (!fs::is_regular_file(status)) refuse(place, "that is not a regular file");
    if (access(place.file.c_str(), R_OK) != 0)
        refuse(place, std::string("it cannot be read: ") + std::strerror(errno));
    if (fs::file_size(place.file, error) == 0 && !error) refuse(place, "the file is empty");
    const htri_t format = H5Fis_hdf5(place.file.c_str());
    if (format < 0) refuse(place, "it cannot be read: " + innermost_hdf5_message());
    if (format == 0) refuse(place, "it is not an HDF5 file");
}

Handle open_file(const Place& place) {
    quiet_hdf5();
    require_readable(place);
    return {H5Fopen(place.file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose, "H5Fopen", place};
}

std::string class_name(H5T_class_t type) {
    switch (type) {
        case H5T_STRING:
            return "text";
        case H5T_FLOAT:
            return "floating-point numbers";
        case H5T_INTEGER:
            return "integers";
        case H5T_ENUM:
            return "an enumeration";
        case H5T_COMPOUND:
            return "compound values";
        default:
            return "values of another kind";
    }
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < std::min<std::size_t>(names.size(), 12); ++i)
        text += (i ? ", " : "") + names[i];
    return names.size() > 12 ? text + ", ..." : text;
}

// Values that a damaged or absurd shape would ask for may not exist in memory.
template <class T>
std::vector<T> make_room(std::size_t elements, const Place& place) {
    try {
        return std::vector<T>(elements);
    } catch (const std::bad_alloc&) {
    } catch (const std::length_error&) {
    }
    refuse(place, std::to_string(elements) + " values do not fit into memory");
}

}  // namespace

InputFile::InputFile(const std::string& path) : path_(path), file_(open_file(at(""))) {}

bool InputFile::has(const std::string& path) const {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (part != "/" && !part.empty() && H5Lexists(id(), part.c_str(), H5P_DEFAULT) <= 0) return false;
        if (end == std::string::npos) break;
    }
    return path == "/" || H5Oexists_by_name(id(), path.c_str(), H5P_DEFAULT) > 0;  // no dangling link
}

bool InputFile::has(const std::string& path, ObjectKind kind) const {
    if (!has(path)) return false;
    H5O_info_t info;
    if (H5Oget_info_by_name2(id(), path.c_str(), &info, H5O_INFO_BASIC, H5P_DEFAULT) < 0) return false;
    return info.type == (kind == ObjectKind::group ? H5O_TYPE_GROUP : H5O_TYPE_DATASET);
}

std::vector<std::string> InputFile::names(const std::string& group, ObjectKind kind) const {
    std::vector<std::string> all, wanted;
    if (!has(group, ObjectKind::group)) return wanted;
    const auto take = [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
        static_cast<std::vector<std::string>*>(list)->emplace_back(name);
        return 0;
    };
    check(
        H5Literate_by_name(id(), group.c_str(), H5_INDEX_NAME, H5_ITER_INC, nullptr, take, &all, H5P_DEFAULT),
        "H5Literate_by_name", at(group));
    const std::string prefix = group == "/" ? group : group + "/";
    std::copy_if(all.begin(), all.end(), std::back_inserter(wanted),
                 [&](const std::string& name) { return has(prefix + name, kind); });
    return wanted;
}

InputFile::Opened InputFile::open_dataset(const std::string& dataset, bool integers_only) const {
    const Place place = at(dataset);
    if (dataset.empty() || !has(dataset)) {
        const std::string others = listed(names("/", ObjectKind::dataset));
        refuse(
            place, dataset.empty() ? "no dataset was named" : "there is no such dataset",
            others.empty() ? "The file's root holds no dataset." : "The file's root holds " + others + ".");
    }
    if (!has(dataset, ObjectKind::dataset)) refuse(place, "that is a group, not a dataset");
    Opened opened{Handle(H5Dopen2(id(), dataset.c_str(), H5P_DEFAULT), H5Dclose, "H5Dopen2", place), {}, 1};
    const Handle type(H5Dget_type(opened.dataset.get()), H5Tclose, "H5Dget_type", place);
    const H5T_class_t kind = H5Tget_class(type.get());
    if (kind != H5T_INTEGER && (integers_only || kind != H5T_FLOAT))
        refuse(place,
               "it holds " + class_name(kind) + " instead of " + (integers_only ? "integers" : "numbers"));
    const Handle space(H5Dget_space(opened.dataset.get()), H5Sclose, "H5Dget_space", place);
    if (H5Sget_simple_extent_type(space.get()) == H5S_NULL) refuse(place, "it holds nothing");
    const int rank = check(H5Sget_simple_extent_ndims(space.get()), "H5Sget_simple_extent_ndims", place);
    std::vector<hsize_t> extent(static_cast<std::size_t>(rank));
    check(H5Sget_simple_extent_dims(space.get(), extent.data(), nullptr), "H5Sget_simple_extent_dims", place);
    opened.shape.assign(extent.begin(), extent.end());
    opened.elements = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.get()));
    return opened;
}

std::vector<std::size_t> InputFile::shape(const std::string& dataset) const {
    return open_dataset(dataset, false).shape;
}

ResultArray InputFile::read_numbers(const std::string& dataset) const {
    const Opened opened = open_dataset(dataset, false);
    ResultArray array{opened.shape, make_room<double>(opened.elements, at(dataset))};
    check(
        H5Dread(opened.dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()),
        "H5Dread", at(dataset));
    return array;
}

// HDF5 would make the largest signed integer of all that are larger: classes would become one.
static void require_int64(hid_t dataset, std::size_t elements, const Place& place) {
    const Handle type(H5Dget_type(dataset), H5Tclose, "H5Dget_type", place);
    if (H5Tget_sign(type.get()) != H5T_SGN_NONE || H5Tget_size(type.get()) < sizeof(std::int64_t)) return;
    auto values = make_room<std::uint64_t>(elements, place);
    check(H5Dread(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), "H5Dread",
          place);
    if (std::ranges::any_of(values, [](std::uint64_t value) { return value > INT64_MAX; }))
        refuse(place, "it holds numbers above 2^63 - 1");
}

IntegerArray InputFile::read_integers(const std::string& dataset) const {
    const Opened opened = open_dataset(dataset, true);
    IntegerArray array{opened.shape, make_room<std::int64_t>(opened.elements, at(dataset))};
    require_int64(opened.dataset.get(), opened.elements, at(dataset));
    check(H5Dread(opened.dataset.get(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()),
          "H5Dread", at(dataset));
    return array;
}

// One call for all rows: HDF5 then reads every chunk once, and converts in a small buffer of its own.
void InputFile::read_rows(const std::string& dataset, std::size_t first, std::span<double> values) const {
    const Place place = at(dataset);
    const Opened opened = open_dataset(dataset, false);
    const std::size_t rows_there = opened.shape.empty() ? 0 : opened.shape[0];
    const std::size_t length = rows_there == 0 ? 0 : opened.elements / rows_there;
    if (length == 0 || values.size() % length != 0 || first + values.size() / length > rows_there)
        refuse(place, "it changed while it was read");
    std::vector<hsize_t> start(opened.shape.size(), 0), count(opened.shape.begin(), opened.shape.end());
    start[0] = first;
    count[0] = values.size() / length;
    const Handle rows(H5Dget_space(opened.dataset.get()), H5Sclose, "H5Dget_space", place);
    check(H5Sselect_hyperslab(rows.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr),
          "H5Sselect_hyperslab", place);
    const Handle memory(H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr), H5Sclose,
                        "H5Screate_simple", place);
    check(H5Dread(opened.dataset.get(), H5T_NATIVE_DOUBLE, memory.get(), rows.get(), H5P_DEFAULT,
                  values.data()),
          "H5Dread", place);
}

}  // namespace kairos::io
