// include/kairos/io/hdf5_handle.hpp: owners of HDF5 identifiers, and HDF5 calls whose failure says what,
// where and why.
//
// For the inside of this room: no other header of kairos shows an HDF5 type.
// Errors: a failing call throws InputError or OutputError by what the place is for, naming call, file and
// object, with the innermost message of HDF5's error stack. HDF5 itself prints nothing after quiet_hdf5().
#pragma once
#include <hdf5.h>

#include <string>
#include <utility>

#include "kairos/base/error.hpp"

namespace kairos::io {

// The same errors with their parts, so that every rank can throw what one rank met.
struct InputRefusal : InputError {
    InputRefusal(std::string file_, std::string dataset_, std::string problem_, std::string mend_);
    std::string problem, mend;
};
struct OutputRefusal : OutputError {
    OutputRefusal(std::string file_, std::string problem_, std::string mend_);
    std::string problem, mend;
};

struct Place {
    enum class Use { reading, writing };
    Use use;
    std::string file, object;  // object: path inside the file, may be empty
    [[nodiscard]] Place at(std::string path) const { return {use, file, std::move(path)}; }
};

// Throws by place.use.
[[noreturn]] void refuse(const Place& place, const std::string& problem, const std::string& mend = "");

void quiet_hdf5();
[[nodiscard]] std::string innermost_hdf5_message();

// value if it is not negative; else throws.
template <class T>
T check(T value, const char* call, const Place& place) {
    if (value < 0) refuse(place, std::string(call) + " failed: " + innermost_hdf5_message());
    return value;
}

class Handle {
public:
    using Closer = herr_t (*)(hid_t);

    Handle() = default;
    // Owns a checked identifier: Handle(H5Dopen2(...), H5Dclose, "H5Dopen2", place)
    Handle(hid_t id, Closer closer, const char* call, const Place& place)
        : id_(check(id, call, place)), closer_(closer) {}
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), closer_(other.closer_) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(id_, other.id_);
        std::swap(closer_, other.closer_);
        return *this;
    }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() {
        if (id_ >= 0) closer_(id_);
    }
    [[nodiscard]] hid_t get() const { return id_; }
    [[nodiscard]] bool open() const { return id_ >= 0; }
    // Closes now and reports failure, which a destructor cannot.
    [[nodiscard]] herr_t close() { return id_ >= 0 ? closer_(std::exchange(id_, -1)) : 0; }

    void release() { id_ = -1; }  // stays open, without an owner

private:
    hid_t id_ = -1;
    Closer closer_ = nullptr;
};

}  // namespace kairos::io
