// include/kairos/law/labels.hpp: which class a component (or datum) belongs to, one grouping per level.
//
// Levels are numbered from 0 here (top of a tree, or the first name of data.labels); users count from 1.
// Class columns are in ascending order of label value. A law without classes has no level.
#pragma once
#include <cstdint>
#include <vector>

#include "kairos/base/array.hpp"

namespace kairos::law {

struct Level {
    std::vector<int> class_of;         // [K] class index of each component, 0 .. classes - 1
    std::vector<std::int64_t> values;  // [C] label value of each class, ascending
    [[nodiscard]] int classes() const { return static_cast<int>(values.size()); }
};

// From arbitrary integer labels: values are sorted, class indices follow.
[[nodiscard]] Level level_from_labels(const std::vector<std::int64_t>& labels);

struct Labels {
    std::vector<Level> levels;
    std::size_t class_level = 0;  // the level that class_* observables mean

    [[nodiscard]] bool any() const { return !levels.empty(); }
    [[nodiscard]] const Level& classes() const { return levels.at(class_level); }
};

// [C] the class of the level above (0-based level >= 1) that holds each class of a level; empty where some class lies in several.
[[nodiscard]] std::vector<int> parents(const Labels& labels, std::size_t level);
// Whether every class lies in one class of the level above, at all levels.
[[nodiscard]] bool nested(const Labels& labels);

// The default: one level in which component k is class k with label value k. A single component has no
// classes.
[[nodiscard]] Labels each_its_own_class(Index components);

}  // namespace kairos::law
