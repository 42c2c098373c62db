#include "kairos/measure/observables.hpp"

#include <algorithm>

#include "kairos/base/error.hpp"
#include "kairos/base/spelling.hpp"

namespace kairos::measure {
namespace {

std::vector<std::string> known_names() {
    std::vector<std::string> names = {"default", "all"};
    for (const Observable& observable : observable_table()) names.push_back(observable.name);
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text;
}

[[noreturn]] void refuse_unknown(const std::string& name, const std::string& key) {
    const std::vector<std::string> names = known_names();
    const std::string nearest = nearest_spelling(name, names);
    throw ConfigError(key, name, "is not an observable", joined(names),
                      nearest.empty() ? "" : "Try --" + key + "=" + nearest + ".");
}

[[noreturn]] void refuse_impossible(const Observable& observable, const Setting& setting,
                                    const std::string& key) {
    std::vector<std::string> possible = {"default", "all"};
    for (const Observable& other : observable_table()) {
        if (other.missing(setting) == nullptr) possible.push_back(other.name);
    }
    throw ConfigError(key, observable.name, std::string("cannot be had: it ") + observable.missing(setting),
                      joined(possible), "Leave it out, or change what it needs.");
}

}  // namespace

const Observable* find_observable(const std::string& name) {
    const auto table = observable_table();
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const Observable& row) { return row.name == name; });
    return found == table.end() ? nullptr : &*found;
}

Index columns(const Observable& observable, const Setting& setting) {
    const law::Labels& labels = setting.law->mixture.labels;
    switch (observable.axis) {
        case Axis::none:
            return 1;
        case Axis::classes:
            return labels.any() ? labels.classes().classes() : 0;
        case Axis::levels:
            return static_cast<Index>(labels.levels.size());
        case Axis::modes:
            return setting.tangents;
        case Axis::eigenvalues:
            return static_cast<Index>(
                std::min<double>(setting.eigenvalues, setting.law->mixture.dimension()));
    }
    return 0;
}

std::vector<const Observable*> select_observables(const std::vector<std::string>& names,
                                                  const Setting& setting, const std::string& key) {
    const auto table = observable_table();
    std::vector<bool> chosen(table.size(), false);
    for (const std::string& name : names) {
        if (name == "default" || name == "all") {
            for (std::size_t i = 0; i < table.size(); ++i) {
                const bool meant = name == "all" || table[i].in_default;
                if (meant && table[i].missing(setting) == nullptr) chosen[i] = true;
            }
            continue;
        }
        const Observable* observable = find_observable(name);
        if (observable == nullptr) refuse_unknown(name, key);
        if (observable->missing(setting) != nullptr) refuse_impossible(*observable, setting, key);
        chosen[static_cast<std::size_t>(observable - table.data())] = true;
    }
    std::vector<const Observable*> selected;
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (chosen[i]) selected.push_back(&table[i]);
    }
    return selected;
}

}  // namespace kairos::measure
