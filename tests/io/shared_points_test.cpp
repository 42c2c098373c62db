#include "kairos/io/shared_points.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "kairos/law/empirical.hpp"
#include "kairos/law/models.hpp"

namespace kairos::io {
namespace {

using parallel::Communicator;

const Communicator& world() {
    static const Communicator communicator = Communicator::world();
    return communicator;
}

TEST(SharedPoints, HoldWhatEveryRankWrote) {
    for (const Index columns : {1, 2, 500}) {
        double writers = 0;
        const law::Points points =
            shared_points(world(), 3, columns, [&](Index first, Eigen::Map<Matrix> mine) {
                writers += static_cast<double>(mine.cols());
                for (Index j = 0; j < mine.cols(); ++j)
                    for (Index i = 0; i < 3; ++i) mine(i, j) = static_cast<double>(10 * (first + j) + i);
            });
        ASSERT_EQ(points.rows(), 3);
        ASSERT_EQ(points.cols(), columns);
        for (Index j = 0; j < columns; ++j)
            for (Index i = 0; i < 3; ++i) ASSERT_EQ(points(i, j), static_cast<double>(10 * j + i));
        EXPECT_EQ(world().sum(static_cast<std::int64_t>(writers)), columns);  // none twice on this node
    }
}

TEST(SharedPoints, OutliveTheCallAndAreSharedByCopies) {
    std::vector<law::Points> kept;
    {
        const law::Points points = shared_points(world(), 2, 9, [](Index first, Eigen::Map<Matrix> mine) {
            mine.setConstant(1.0 + 0.0 * static_cast<double>(first));
        });
        kept = {points, points};
    }
    EXPECT_EQ(kept[0].data(), kept[1].data());
    EXPECT_EQ(kept[1], Matrix::Constant(2, 9, 1.0));
}

TEST(SharedPoints, DrawnInSlicesAreTheDataOfOneRankAlone) {
    law::ModelSpec spec;
    spec.kind = law::ModelKind::random_clusters;
    spec.dimension = 7;
    spec.components = 3;
    const law::Law population = law::build_law(spec, law::Representation::full);
    const law::Law alone = law::draw_empirical(population, 1001, 5);
    const law::Points points = shared_points(world(), 7, 1001, [&](Index first, Eigen::Map<Matrix> mine) {
        law::draw_points(population.mixture, static_cast<std::uint64_t>(first), 5, mine);
    });
    const law::Law together = law::drawn_law(population, points, 5);
    EXPECT_EQ(together.mixture.means, alone.mixture.means);
    EXPECT_EQ(together.mixture.labels.classes().class_of, alone.mixture.labels.classes().class_of);
    EXPECT_EQ(together.mixture.means.data(), points.data());
}

}  // namespace
}  // namespace kairos::io
