// src/measure/needs.hpp: why a setting cannot have an observable or an identity; shared by both tables.
//
// Each returns a sentence that begins with "needs", or nullptr where nothing is missing.
#pragma once
#include "kairos/measure/observables.hpp"

namespace kairos::measure::needs {

const char* nothing(const Setting& setting);
const char* classes(const Setting& setting);
const char* several_classes(const Setting& setting);
const char* levels(const Setting& setting);
const char* nested_levels(const Setting& setting);
const char* data(const Setting& setting);
const char* several_data(const Setting& setting);
const char* axis(const Setting& setting);
const char* reverse(const Setting& setting);
const char* clean_data(const Setting& setting);
const char* clean_density(
    const Setting& setting);  // of y (or, for an empirical law, of the datum that was drawn)
const char* path(const Setting& setting);
const char* exact_path(const Setting& setting);  // paths that obey the forward SDE without step-size error
const char* tangents(const Setting& setting);
const char* eigenvalues(const Setting& setting);
const char* classes_and_eigenvalues(const Setting& setting);

}  // namespace kairos::measure::needs
