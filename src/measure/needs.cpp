#include "needs.hpp"

#include <algorithm>

#include "kairos/measure/within.hpp"

namespace kairos::measure::needs {
namespace {

bool has_density(const law::Mixture& mixture) {
    std::vector<Eigenspace> spaces;
    for (Index k = 0; k < static_cast<Index>(mixture.covariances.size()); ++k) {
        eigenspaces(mixture, k, spaces);
        if (std::any_of(spaces.begin(), spaces.end(), [](const Eigenspace& s) { return !(s.value > 0.0); })) {
            return false;
        }
    }
    return true;
}

}  // namespace

const char* nothing(const Setting&) { return nullptr; }

const char* classes(const Setting& setting) {
    if (setting.law->mixture.labels.any()) return nullptr;
    return setting.law->empirical ? "needs classes: data.labels for the points of a dataset-file"
                                  : "needs classes, of which a law of one component has none";
}

const char* several_classes(const Setting& setting) {
    if (const char* missing = classes(setting)) return missing;
    return setting.law->mixture.labels.classes().classes() > 1 ? nullptr : "needs two classes or more";
}

const char* levels(const Setting& setting) {
    return setting.law->mixture.labels.levels.size() >= 2
               ? nullptr
               : "needs at least two levels of classes: data.model = hierarchical, or several names in "
                 "data.labels";
}

const char* nested_levels(const Setting& setting) {
    if (const char* missing = levels(setting)) return missing;
    return law::nested(setting.law->mixture.labels)
               ? nullptr
               : "needs levels of which each refines the one above: data.labels from coarse to fine";
}

const char* data(const Setting& setting) {
    return setting.law->empirical ? nullptr : "needs data: data.samples > 0, or data.model = dataset-file";
}

const char* several_data(const Setting& setting) {
    if (const char* missing = data(setting)) return missing;
    return setting.law->mixture.components() > 1 ? nullptr : "needs two data or more: data.samples > 1";
}

const char* axis(const Setting& setting) {
    return setting.law->axis.size() > 0 ? nullptr : "needs an order parameter: data.model = two-clusters";
}

const char* reverse(const Setting& setting) {
    return setting.direction == Direction::reverse ? nullptr : "needs ensemble.direction = reverse";
}

const char* clean_data(const Setting& setting) {
    return setting.direction != Direction::reverse
               ? nullptr
               : "needs the clean data behind every state: ensemble.direction = forward or marginal";
}

const char* clean_density(const Setting& setting) {
    if (const char* missing = clean_data(setting)) return missing;
    return setting.law->empirical || has_density(setting.law->mixture)
               ? nullptr
               : "needs data with a density: a positive variance in every direction of every component";
}

const char* path(const Setting& setting) {
    return setting.direction != Direction::marginal ? nullptr
                                                    : "needs paths: ensemble.direction = reverse or forward";
}

const char* exact_path(const Setting& setting) {
    const bool exact =
        setting.direction == Direction::forward ||
        (setting.direction == Direction::reverse && setting.integrator == dynamics::IntegratorKind::exact);
    return exact ? nullptr
                 : "needs exact paths: ensemble.direction = forward, or reverse with ensemble.integrator = "
                   "exact";
}

const char* tangents(const Setting& setting) {
    if (setting.tangents <= 0) return "needs observe.tangents > 0";
    if (const char* missing = reverse(setting)) return missing;
    return setting.integrator != dynamics::IntegratorKind::exact
               ? nullptr
               : "needs steps that can be differentiated: an ensemble.integrator other than exact";
}

const char* eigenvalues(const Setting& setting) {
    return setting.eigenvalues > 0 ? nullptr : "needs observe.eigenvalues > 0";
}

const char* classes_and_eigenvalues(const Setting& setting) {
    const char* missing = classes(setting);
    return missing != nullptr ? missing : eigenvalues(setting);
}

}  // namespace kairos::measure::needs
