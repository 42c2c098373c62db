#include "kairos/law/labels.hpp"

#include <algorithm>
#include <numeric>

namespace kairos::law {

Level level_from_labels(const std::vector<std::int64_t>& labels) {
    Level level;
    level.values = labels;
    std::ranges::sort(level.values);
    level.values.erase(std::unique(level.values.begin(), level.values.end()), level.values.end());
    level.class_of.reserve(labels.size());
    for (const std::int64_t label : labels) {
        const auto place = std::ranges::lower_bound(level.values, label);
        level.class_of.push_back(static_cast<int>(place - level.values.begin()));
    }
    return level;
}

std::vector<int> parents(const Labels& labels, std::size_t level) {
    const Level& child = labels.levels.at(level);
    const Level& parent = labels.levels.at(level - 1);
    std::vector<int> found(static_cast<std::size_t>(child.classes()), -1);
    for (std::size_t k = 0; k < child.class_of.size(); ++k) {
        int& of = found[static_cast<std::size_t>(child.class_of[k])];
        if (of >= 0 && of != parent.class_of[k]) return {};
        of = parent.class_of[k];
    }
    return found;
}

bool nested(const Labels& labels) {
    for (std::size_t l = 1; l < labels.levels.size(); ++l)
        if (parents(labels, l).empty()) return false;
    return true;
}

Labels each_its_own_class(Index components) {
    if (components < 2) return {};
    std::vector<std::int64_t> values(static_cast<std::size_t>(components));
    std::iota(values.begin(), values.end(), std::int64_t{0});
    return {.levels = {level_from_labels(values)}};
}

}  // namespace kairos::law
