// src/io/result_file_state.hpp: what stands behind a ResultFile: the open file, and the collective steps that its methods are made of.
//
// Between two collective steps all ranks agree that the first went well: a rank that failed would leave the others waiting.
#pragma once
#include <exception>
#include <map>

#include "agree.hpp"
#include "announced.hpp"
#include "kairos/io/result_file.hpp"
#include "write_hdf5.hpp"

namespace kairos::io {

struct ResultFile::State {
    parallel::Communicator communicator;
    std::string path;
    Handle file{};
    bool published = false, broken = false;
    bool failed_together = false;                 // what was thrown last was thrown by all ranks
    int exceptions = std::uncaught_exceptions();  // in flight when the file was made
    std::uint64_t reserved = 0;                   // on the root: bytes that the disk has room for
    std::map<std::string, hsize_t> scales{};      // length of each axis

    [[nodiscard]] Place at(const std::string& object) const { return {Place::Use::writing, path, object}; }
    // For what is refused before HDF5 is called: the file stays good.
    template <class Body>
    void agree_first(Body body) {
        failed_together = true;
        agree_to_write(communicator, path, body);
        failed_together = false;
    }
    // For calls of HDF5: after a failure nothing more is possible.
    template <class Body>
    void agree(Body body) {
        broken = true;
        agree_first(body);
        broken = false;
    }
    // The root checks and makes room (body), before HDF5 is called; all ranks learn what comes, or throw what it met.
    template <class Body>
    [[nodiscard]] Announced announce(Announced mine, Body body) {
        failed_together = true;
        if (communicator.is_root()) mine.fault = output_fault_of(body);
        Announced same = of_root(communicator, mine);
        throw_output_fault(same.fault, path);
        failed_together = false;
        return same;
    }
    // Whether the file ends because of an exception that this rank may have met alone.
    [[nodiscard]] bool left_alone() const {
        return communicator.size() > 1 && !failed_together && std::uncaught_exceptions() > exceptions;
    }
    // Not published: nothing of it stays. Collective, unless left alone.
    void give_up();

    void create_file();
    void reserve(std::uint64_t bytes);  // by the root
    [[nodiscard]] Shape shape_of(const std::vector<std::string>& axes, const Place& place);
    // An array with its axes and attributes, and with the root's values.
    [[nodiscard]] Handle make_array(const std::vector<std::string>& axes, const Shape& shape,
                                    const Announced& announced, const Place& place) const;
    void write_whole(const Handle& dataset, const Shape& shape, const Values& values,
                     const Place& place) const;
    // Both, after the announcement.
    void make_whole(const std::vector<std::string>& axes, const Shape& shape, const Announced& announced,
                    const Values& values, const Place& place);
    // Collective writes of an array that is not small.
    void write_part(const Handle& dataset, const Shape& shape, const Part& part, const Values& values,
                    const Place& place);
    void attach(const Handle& dataset, const std::vector<std::string>& axes, const Place& place) const;
    void close();
};

// As many values as places.
void require_count(std::size_t given, hsize_t expected, const Place& place);
void write_attributes(hid_t object, const Attributes& attributes, const Place& place);

}  // namespace kairos::io
