// src/app/same_file.hpp: whether two names are of one file, which need not be there yet, and the names that a job takes for a file that it
// writes.
#pragma once
#include <span>
#include <string>
#include <vector>

namespace kairos::app {

[[nodiscard]] bool same_file(const std::string& a, const std::string& b);

// The file itself first, then those that come and go beside it: what has one of these names is replaced or removed.
[[nodiscard]] std::vector<std::string> names_of_output(const std::string& file);
[[nodiscard]] std::vector<std::string> names_of_checkpoint(const std::string& file);
// The first of `names` that is one of `others`; empty: none.
[[nodiscard]] std::string shared_name(std::span<const std::string> names,
                                      std::span<const std::string> others);
// What is wrong with a file that takes the name, which is `other` already: the second part of a sentence.
[[nodiscard]] std::string meets(const std::string& file, const std::string& name, const std::string& other);

}  // namespace kairos::app
