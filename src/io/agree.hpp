// src/io/agree.hpp: every rank tries; if any fails, every rank throws the error of the lowest that did.
//
// Between a failure on one rank and the agreement there must be no collective call: keep bodies to one
// collective call at most, or to calls that fail alike on all ranks.
#pragma once
#include <exception>
#include <string>

#include "kairos/io/hdf5_handle.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::io {

inline constexpr char part_separator = '\x1f';

template <class Body>
void agree_to_write(const parallel::Communicator& communicator, const std::string& file, Body body) {
    std::string fault;
    try {
        body();
    } catch (const OutputRefusal& refusal) {
        fault = refusal.problem + part_separator + refusal.mend;
    } catch (const std::exception& error) {
        fault = std::string(error.what()) + part_separator;
    }
    fault = communicator.first_text(fault);
    if (fault.empty()) return;
    const auto cut = fault.find(part_separator);
    throw OutputRefusal(file, fault.substr(0, cut), fault.substr(cut + 1));
}

// The root alone tries; the others throw what it threw. Errors other than InputRefusal keep their sentence
// and code.
template <class Body>
void root_reads(const parallel::Communicator& communicator, Body body) {
    std::string dataset, problem, mend, file, other;
    if (communicator.is_root()) {
        try {
            body();
        } catch (const InputRefusal& refusal) {
            file = refusal.file, dataset = refusal.dataset, problem = refusal.problem, mend = refusal.mend;
        } catch (const std::exception& error) {
            other = error.what();
        }
    }
    for (std::string* text : {&file, &dataset, &problem, &mend, &other}) communicator.broadcast(*text);
    if (!problem.empty()) throw InputRefusal(file, dataset, problem, mend);
    if (!other.empty()) throw Error(ExitCode::other, other);
}

}  // namespace kairos::io
