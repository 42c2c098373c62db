// src/io/agree.hpp: every rank tries; if any fails, every rank throws the error of the lowest that did.
//
// Between a failure on one rank and the agreement there must be no collective call: keep bodies to one
// collective call at most, or to calls that fail alike on all ranks.
#pragma once
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "kairos/io/hdf5_handle.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::io {

inline constexpr char part_separator = '\x1f';

// What an attempt to write met, as a text that throw_output_fault turns back into the same error; empty: nothing.
template <class Body>
std::string output_fault_of(Body body) {
    try {
        body();
    } catch (const OutputRefusal& refusal) {
        return refusal.problem + part_separator + refusal.mend;
    } catch (const std::bad_alloc&) {
        return std::string("no memory is left") + part_separator + "Start fewer ranks a node.";
    } catch (const std::exception& error) {
        return std::string(error.what()) + part_separator;
    }
    return {};
}

inline void throw_output_fault(const std::string& fault, const std::string& file) {
    if (fault.empty()) return;
    const auto cut = fault.find(part_separator);
    throw OutputRefusal(file, fault.substr(0, cut), fault.substr(cut + 1));
}

template <class Body>
void agree_to_write(const parallel::Communicator& communicator, const std::string& file, Body body) {
    throw_output_fault(communicator.first_text(output_fault_of(body)), file);
}

// What an attempt to read met, as a text that throw_fault turns back into the same error; empty: nothing.
// Errors other than InputRefusal keep their sentence.
template <class Body>
std::string fault_of(Body body) {
    try {
        body();
    } catch (const InputRefusal& refusal) {
        return refusal.file + part_separator + refusal.dataset + part_separator + refusal.problem +
               part_separator + refusal.mend;
    } catch (const std::exception& error) {
        return error.what();
    }
    return {};
}

inline void throw_fault(const std::string& fault) {
    if (fault.empty()) return;
    std::vector<std::string> parts(1);
    for (const char letter : fault) {
        if (letter == part_separator)
            parts.emplace_back();
        else
            parts.back() += letter;
    }
    if (parts.size() == 4) throw InputRefusal(parts[0], parts[1], parts[2], parts[3]);
    throw Error(ExitCode::other, fault);
}

// The root alone tries; the others throw what it threw.
template <class Body>
void root_reads(const parallel::Communicator& communicator, Body body) {
    std::string fault = communicator.is_root() ? fault_of(body) : "";
    communicator.broadcast(fault);
    throw_fault(fault);
}

// Every rank reads a part of its own.
template <class Body>
void agree_to_read(const parallel::Communicator& communicator, Body body) {
    throw_fault(communicator.first_text(fault_of(body)));
}

}  // namespace kairos::io
