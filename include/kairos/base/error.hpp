// include/kairos/base/error.hpp: what can go wrong, as types that carry their data; their sentences are composed here alone.
//
// A sentence has four parts: the problem, the value, what is allowed, how to mend it.
// Exit codes are the program's promise to scripts (docs/commands.md).
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

#include "kairos/base/ids.hpp"

namespace kairos {

enum class ExitCode : int {
    complete = 0,
    other = 1,
    configuration = 2,  // bad command line or configuration
    input_file = 3,
    output = 4,
    numerical = 5,     // a state turned non-finite
    interrupted = 75,  // resumable
};

class Error : public std::runtime_error {
public:
    Error(ExitCode code, const std::string& sentence) : std::runtime_error(sentence), code_(code) {}
    [[nodiscard]] ExitCode code() const { return code_; }

private:
    ExitCode code_;
};

// A key of the configuration, its value, what is allowed and what to try.
// Sentence: "KEY = VALUE PROBLEM.\n        Allowed: ALLOWED. MEND"
class ConfigError : public Error {
public:
    ConfigError(std::string key, std::string value, const std::string& problem, std::string allowed,
                std::string mend);
    std::string key, value, allowed, mend;
};

// An input file that cannot be used: "FILE, dataset DATASET: PROBLEM. MEND" (dataset may be empty).
class InputError : public Error {
public:
    InputError(std::string file, std::string dataset, const std::string& problem, const std::string& mend);
    std::string file, dataset;
};

// Output that cannot be written: "cannot write FILE: PROBLEM. MEND"
class OutputError : public Error {
public:
    OutputError(std::string file, const std::string& problem, const std::string& mend);
    std::string file;
};

// A state that is not finite: never dropped, the run stops and says which trajectory, when, and how to see it again.
class NonFiniteState : public Error {
public:
    NonFiniteState(std::uint64_t seed, TrajectoryId trajectory, Time time);
    std::uint64_t seed;
    TrajectoryId trajectory;
    Time time;
};

}  // namespace kairos
