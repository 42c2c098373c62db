#include "kairos/base/error.hpp"

#include <sstream>
#include <utility>

namespace kairos {
namespace {

std::string config_sentence(const std::string& key, const std::string& value, const std::string& problem,
                            const std::string& allowed, const std::string& mend) {
    std::string text = key;
    if (!value.empty()) text += " = " + value;
    text += " " + problem + ".";
    if (!allowed.empty()) text += "\n        Allowed: " + allowed + ".";
    if (!mend.empty()) text += (allowed.empty() ? "\n        " : " ") + mend;
    return text;
}

std::string file_sentence(const std::string& file, const std::string& dataset, const std::string& problem,
                          const std::string& mend) {
    std::string text = file;
    if (!dataset.empty()) text += ", dataset " + dataset;
    text += ": " + problem + ".";
    if (!mend.empty()) text += "\n        " + mend;
    return text;
}

std::string non_finite_sentence(std::uint64_t seed, TrajectoryId trajectory, Time time) {
    std::ostringstream text;
    text.precision(17);
    text
        << "trajectory " << number(trajectory) << " (ensemble.seed = " << seed
        << ") is not finite at t = " << time.value
        << ".\n        Of integrators in steps take smaller ones (--time.substeps), or "
           "--ensemble.integrator=exact;"
           "\n        exact ones end there where data and times reach the range of doubles (--process.t-min)."
           "\n        The same seed shows the same trajectory again on any number of ranks.";
    return text.str();
}

}  // namespace

ConfigError::ConfigError(std::string key_, std::string value_, const std::string& problem,
                         std::string allowed_, std::string mend_)
    : Error(ExitCode::configuration, config_sentence(key_, value_, problem, allowed_, mend_)),
      key(std::move(key_)),
      value(std::move(value_)),
      allowed(std::move(allowed_)),
      mend(std::move(mend_)) {}

InputError::InputError(std::string file_, std::string dataset_, const std::string& problem,
                       const std::string& mend)
    : Error(ExitCode::input_file, file_sentence(file_, dataset_, problem, mend)),
      file(std::move(file_)),
      dataset(std::move(dataset_)) {}

OutputError::OutputError(std::string file_, const std::string& problem, const std::string& mend)
    : Error(ExitCode::output, file_sentence("cannot write " + file_, "", problem, mend)),
      file(std::move(file_)) {}

NonFiniteState::NonFiniteState(std::uint64_t seed_, TrajectoryId trajectory_, Time time_)
    : Error(ExitCode::numerical, non_finite_sentence(seed_, trajectory_, time_)),
      seed(seed_),
      trajectory(trajectory_),
      time(time_) {}

}  // namespace kairos
