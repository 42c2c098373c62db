#include "kairos/law/labels.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace kairos {
namespace {

TEST(Labels, ClassesAreInAscendingOrderOfLabelValue) {
    const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
    const law::Level level = law::level_from_labels({7, -3, huge, 7, -3, 0});

    EXPECT_EQ(level.values, (std::vector<std::int64_t>{-3, 0, 7, huge}));
    EXPECT_EQ(level.class_of, (std::vector<int>{2, 0, 3, 2, 0, 1}));
    EXPECT_EQ(level.classes(), 4);
}

TEST(Labels, AClassOfANestedLevelHasOneParent) {
    law::Labels labels;
    labels.levels = {law::level_from_labels({1, 1, 2, 2}), law::level_from_labels({5, 6, 8, 7})};
    EXPECT_EQ(law::parents(labels, 1), (std::vector<int>{0, 0, 1, 1}));
    EXPECT_TRUE(law::nested(labels));
    labels.levels.push_back(law::level_from_labels({0, 1, 1, 2}));
    EXPECT_TRUE(law::parents(labels, 2).empty());
    EXPECT_FALSE(law::nested(labels));
}

TEST(Labels, EveryComponentCanBeItsOwnClass) {
    const law::Labels labels = law::each_its_own_class(3);

    ASSERT_TRUE(labels.any());
    EXPECT_EQ(labels.levels.size(), 1U);
    EXPECT_EQ(labels.classes().class_of, (std::vector<int>{0, 1, 2}));
    EXPECT_EQ(labels.classes().values, (std::vector<std::int64_t>{0, 1, 2}));
}

TEST(Labels, ASingleComponentHasNoClasses) {
    EXPECT_FALSE(law::each_its_own_class(1).any());
    EXPECT_THROW(std::ignore = law::each_its_own_class(1).classes(), std::out_of_range);
}

}  // namespace
}  // namespace kairos
