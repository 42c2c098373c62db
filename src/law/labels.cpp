#include "kairos/law/labels.hpp"

#include <algorithm>
#include <numeric>

namespace kairos::law {

Level level_from_labels(const std::vector<std::int64_t>& labels) {
    Level level;
    level.values = labels;
    std::ranges::sort(level.values);
    level.values.erase(std::ranges::unique(level.values).begin(), level.values.end());
    level.class_of.reserve(labels.size());
    for (const std::int64_t label : labels) {
        const auto place = std::ranges::lower_bound(level.values, label);
        level.class_of.push_back(static_cast<int>(place - level.values.begin()));
    }
    return level;
}

Labels each_its_own_class(Index components) {
    if (components < 2) return {};
    std::vector<std::int64_t> values(static_cast<std::size_t>(components));
    std::iota(values.begin(), values.end(), std::int64_t{0});
    return {.levels = {level_from_labels(values)}};
}

}  // namespace kairos::law
