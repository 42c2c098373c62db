// The life of a batch: reverse and forward ensembles have one law, blocks do not show, kept paths are the trajectories that
// the moments were made of, approximate integrators converge to the exact ensemble.
#include "kairos/measure/ensemble.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <span>

#include "kairos/law/empirical.hpp"
#include "measure/small_ensembles.hpp"

namespace kairos::measure {
namespace {

using dynamics::IntegratorKind;
using test::at;
using test::expect_consistent;
using test::expect_same_mean;
using test::ou;
using test::spec_of;
using test::two_clusters;

TEST(Ensemble, ReverseAndForwardPathsHaveOneLaw) {
    const auto law = two_clusters(16);
    const std::vector<std::string> names{"class_entropy", "order_parameter", "norm2", "entropy_rate_score",
                                         "log_density"};
    Ensemble reverse(spec_of(law, Direction::reverse, names), ou());
    Ensemble forward(spec_of(law, Direction::forward, names), ou());
    const auto a = reverse.run(TrajectoryId{0}, 40000);
    const auto b = forward.run(TrajectoryId{0}, 40000);
    for (const auto& name : names)
        for (std::size_t i = 0; i < 5; ++i) {
            SCOPED_TRACE(name + " at time index " + std::to_string(i));
            const auto x = at(reverse, a, name, i), y = at(forward, b, name, i);
            expect_same_mean(x, y);
            expect_consistent(x.variance - y.variance, std::hypot(x.variance_stderr, y.variance_stderr), 0.0);
        }
}

TEST(Ensemble, ReducedAndFullRepresentationsHaveOneLaw) {
    const auto reduced = two_clusters(24), full = two_clusters(24, law::Representation::full);
    const std::vector<std::string> names{"class_entropy", "norm2", "score_divergence", "entropy_rate_score"};
    Ensemble first(spec_of(reduced, Direction::reverse, names), ou());
    Ensemble second(spec_of(full, Direction::reverse, names), ou());
    const auto a = first.run(TrajectoryId{0}, 20000);
    const auto b = second.run(TrajectoryId{0}, 20000);
    for (const auto& name : names)
        for (std::size_t i = 0; i < 5; ++i) expect_same_mean(at(first, a, name, i), at(second, b, name, i));
}

TEST(Ensemble, TheSplitIntoBatchesChangesNoTrajectory) {
    const auto law = two_clusters(16);
    auto spec = spec_of(law, Direction::reverse, {"norm2"});
    spec.recording.paths = 100;
    Ensemble ensemble(spec, ou());
    const auto whole = ensemble.run(TrajectoryId{0}, 100);
    const auto head = ensemble.run(TrajectoryId{0}, 37);
    const auto tail = ensemble.run(TrajectoryId{37}, 63);
    for (std::size_t j = 0; j < 100; ++j) {
        const auto& part = j < 37 ? head.paths[j] : tail.paths[j - 37];
        EXPECT_EQ(whole.paths[j].trajectory, part.trajectory);
        EXPECT_EQ(whole.paths[j].values, part.values) << "trajectory " << j;
    }
}

bool same_bits(std::span<const Moments> a, std::span<const Moments> b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

// A law of many data, whose batches share blocks, with a block that ends inside a batch.
TEST(Ensemble, BatchesWorkedOnTogetherAreThoseWorkedOnApart) {
    const auto law = law::draw_empirical(two_clusters(6, law::Representation::full), 150, 3);
    ASSERT_EQ(batches_together(law.mixture, 37), 3U);
    ASSERT_EQ(batches_together(two_clusters(6).mixture, 37), 1U);
    Ensemble ensemble(spec_of(law, Direction::reverse, {"datum_entropy", "entropy_rate", "class_posterior"}),
                      ou());
    const std::size_t size = ensemble.plan().size();
    const auto together = ensemble.run(TrajectoryId{10}, {37, 100, 5});
    ASSERT_EQ(together.moments.size(), 3 * size);
    std::uint64_t first = 10;
    std::size_t at = 0;
    for (const std::uint64_t count : {37U, 100U, 5U}) {
        if (count == 100U) {  // merged from parts of two blocks: the same up to the order of merging
            const Estimate a = estimate(together.moments[at * size]),
                           b = estimate(ensemble.run(TrajectoryId{first}, count).moments[0]);
            EXPECT_NEAR(a.mean, b.mean, 1e-13);
            EXPECT_EQ(a.count, b.count);
        } else {
            const auto apart = ensemble.run(TrajectoryId{first}, count);
            EXPECT_TRUE(same_bits(apart.moments, std::span(together.moments).subspan(at * size, size)))
                << count;
        }
        first += count;
        ++at;
    }
}

TEST(Ensemble, KeptPathsAreTheTrajectoriesBehindTheMoments) {
    const auto law = two_clusters(16);
    auto spec = spec_of(law, Direction::forward, {"class_entropy", "entropy_production"});
    spec.recording.paths = 50;
    Ensemble ensemble(spec, ou());
    const auto result = ensemble.run(TrajectoryId{0}, 50);
    const auto& kept = ensemble.recorder().path_observables();
    for (std::size_t k = 0; k < kept.size(); ++k)
        for (std::size_t i = 0; i < 5; ++i) {
            double sum = 0;
            for (const auto& path : result.paths) sum += path.values[k * 5 + i];
            const auto found = at(ensemble, result, kept[k]->name, i);
            EXPECT_NEAR(sum / 50, found.mean, 1e-12 * (1 + std::abs(found.mean)))
                << kept[k]->name << " " << i;
        }
}

TEST(Ensemble, FineEulerMaruyamaApproachesTheExactEnsemble) {
    const auto law = two_clusters(8);
    const std::vector<std::string> names{"class_entropy", "norm2", "entropy_rate"};
    Ensemble exact(spec_of(law, Direction::reverse, names), ou());
    for (const auto kind :
         {IntegratorKind::euler_maruyama, IntegratorKind::heun, IntegratorKind::exponential}) {
        auto spec = spec_of(law, Direction::reverse, names);
        spec.setting.integrator = kind;
        spec.substeps = 200;
        Ensemble fine(spec, ou());
        const auto a = exact.run(TrajectoryId{0}, 8000);
        const auto b = fine.run(TrajectoryId{0}, 8000);
        for (const auto& name : names) expect_same_mean(at(exact, a, name, 0), at(fine, b, name, 0));
    }
}

TEST(Ensemble, EntropyProductionVanishesAtTheStart) {
    const auto law = two_clusters(4);
    Ensemble ensemble(spec_of(law, Direction::reverse, {"entropy_production"}), ou());
    const auto result = ensemble.run(TrajectoryId{0}, 500);
    EXPECT_EQ(at(ensemble, result, "entropy_production", 0).mean, 0.0);
    EXPECT_GT(at(ensemble, result, "entropy_production", 4).mean, 0.0);
}

}  // namespace
}  // namespace kairos::measure
