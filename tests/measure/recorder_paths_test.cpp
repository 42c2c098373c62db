// What a recorder keeps of single trajectories: raw paths of the first ones, and the times at which each decides.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "measure/journey.hpp"

namespace kairos::measure {
namespace {

using dynamics::Schedule;
using dynamics::ScheduleKind;
using test::data_law;
using test::full_law;
using test::Journey;
using test::lanes;
using test::reduced_law;
using test::Visits;

using Counts = std::vector<std::uint64_t>;

const std::vector<double> seen_at = {0.1, 0.3, 0.7, 1.5};

const Schedule& ou() {
    static const Schedule schedule(ScheduleKind::ou, {});
    return schedule;
}

// What the two blocks leave behind where the first 12 of 18 paths are kept.
struct Kept {
    explicit Kept(law::Law law_) : law(std::move(law_)) {
        setting.law = &law;
        const ColumnPlan plan(setting,
                              select_observables({"norm2", "class_posterior", "class_entropy"}, setting),
                              true, seen_at.size());
        Recorder recorder(setting, plan, {.histograms = {}, .paths = 12, .states = true}, blocks[0].times());
        blocks[0].show(recorder, TrajectoryId{0}, blocks[0].ends());
        blocks[1].show(recorder, TrajectoryId{lanes}, blocks[1].ends());
        observables = recorder.path_observables();
        paths = recorder.take().paths;
    }
    Kept(const Kept&) = delete;
    Kept& operator=(const Kept&) = delete;

    law::Law law;
    Setting setting;
    Journey blocks[2] = {Journey(law, ou(), seen_at, Visits::downward, 11),
                         Journey(law, ou(), seen_at, Visits::downward, 37)};
    std::vector<const Observable*> observables;
    std::vector<PathRecord> paths;
};

TEST(RecordedPaths, AreTheValuesOfTheFirstTrajectories) {
    const Kept kept(full_law());
    ASSERT_EQ(kept.observables.size(), 2u);  // scalars alone, in table order
    EXPECT_EQ(kept.observables[0]->name, "class_entropy");
    EXPECT_EQ(kept.observables[1]->name, "norm2");
    ASSERT_EQ(kept.paths.size(), 12u);
    for (std::size_t p = 0; p < kept.paths.size(); ++p) {
        const Journey& block = kept.blocks[p / lanes];
        const auto lane = static_cast<Index>(p % lanes);
        EXPECT_EQ(kept.paths[p].trajectory, p);
        ASSERT_EQ(kept.paths[p].values.size(), 2 * seen_at.size());
        for (std::size_t i = 0; i < kept.observables.size(); ++i)
            for (std::size_t time = 0; time < seen_at.size(); ++time)
                EXPECT_EQ(kept.paths[p].values[i * seen_at.size() + time],
                          block.scenes[time]->values(*kept.observables[i])(0, lane))
                    << kept.observables[i]->name << ", path " << p;
    }
}

void expect_states(const Kept& kept) {
    const auto r = static_cast<std::size_t>(kept.law.mixture.coordinates());
    for (std::size_t p = 0; p < kept.paths.size(); ++p) {
        const Journey& block = kept.blocks[p / lanes];
        const auto lane = static_cast<Index>(p % lanes);
        ASSERT_EQ(kept.paths[p].x.size(), r * seen_at.size());
        EXPECT_EQ(kept.paths[p].radius2.size(), kept.law.mixture.complement > 0 ? seen_at.size() : 0u);
        for (std::size_t time = 0; time < seen_at.size(); ++time) {
            for (std::size_t i = 0; i < r; ++i)
                EXPECT_EQ(kept.paths[p].x[time * r + i],
                          block.scenes[time]->states.x(static_cast<Index>(i), lane));
            if (kept.law.mixture.complement > 0) {
                EXPECT_EQ(kept.paths[p].radius2[time], block.scenes[time]->states.radius2[lane]);
            }
        }
    }
}

TEST(RecordedPaths, HoldStatesAndTheRadiusOfAComplement) {
    expect_states(Kept(full_law()));
    expect_states(Kept(reduced_law()));
}

// Classes by the user's labels, data by the user's numbering.
TEST(RecordedPaths, SayWhereTheyEnd) {
    law::Law law = data_law();
    law.mixture.labels.levels = {law::level_from_labels({-3, -3, 8, 8, 8})};
    law.mixture.origin = {40, 10, 30, 0, 20};
    const Kept kept(law);
    ASSERT_EQ(kept.paths.size(), 12u);
    for (std::size_t p = 0; p < kept.paths.size(); ++p) {
        const auto component = static_cast<std::size_t>(kept.blocks[p / lanes].ends()[p % lanes]);
        EXPECT_EQ(kept.paths[p].end_class, component < 2 ? -3 : 8);
        EXPECT_EQ(kept.paths[p].end_datum, law.mixture.origin[component]);
    }
}

TEST(RecordedPaths, AreOnlyAsManyAsWereAskedFor) {
    const law::Law law = full_law();
    const Setting setting{.law = &law};
    const ColumnPlan plan(setting, select_observables({"norm2"}, setting), false, seen_at.size());
    const Journey block(law, ou(), seen_at, Visits::downward, 11);
    Recorder recorder(setting, plan, {.histograms = {}, .paths = 12}, block.times());
    block.show(recorder, TrajectoryId{12}, block.ends());
    EXPECT_TRUE(recorder.take().paths.empty());
    recorder.begin_batch();
    block.show(recorder, TrajectoryId{5}, {});
    const std::vector<PathRecord> paths = recorder.take().paths;
    ASSERT_EQ(paths.size(), 7u);
    EXPECT_EQ(paths.front().trajectory, 5u);
    EXPECT_EQ(paths.back().trajectory, 11u);
    for (const PathRecord& path : paths) {
        EXPECT_TRUE(path.x.empty() && path.radius2.empty());
        EXPECT_EQ(path.end_class, -1);
        EXPECT_EQ(path.end_datum, -1);
    }
}

// From brute-force weights and the definitions: the largest time from which on, down to t_min, the leader stays what it is at the
// end (none where it was so all along), and from which on its weight stays above 0.9 (none where it is not at the end).
void count_by_hand(const std::vector<Vector>& weights, Counts& changes, Counts& commitments) {
    const auto leader = [&](std::size_t time) {
        Index top = 0;
        weights[time].maxCoeff(&top);
        return top;
    };
    std::size_t same = 0, sure = 0;
    while (same < weights.size() && leader(same) == leader(0)) ++same;
    while (sure < weights.size() && weights[sure].maxCoeff() > 0.9) ++sure;
    if (same < weights.size()) ++changes[same - 1];
    if (sure > 0) ++commitments[sure - 1];
}

TEST(RecordedDecisions, CountThePathsThatDecideAtEachTime) {
    const law::Law law = data_law();
    const Setting setting{.law = &law};
    const ColumnPlan plan(setting, {}, false, seen_at.size());
    Recorder recorder(setting, plan, {.histograms = {}, .decisions = true},
                      Journey(law, ou(), seen_at, Visits::downward, 1).times());
    Counts class_changes(4, 0), class_commitments(4, 0), datum_changes(4, 0), datum_commitments(4, 0);
    for (unsigned block = 0; block < 10; ++block) {
        const Journey journey(law, ou(), seen_at, Visits::downward, 100 + block);
        journey.show(recorder, TrajectoryId{block * std::uint64_t{lanes}}, journey.ends());
        for (Index j = 0; j < lanes; ++j) {
            std::vector<Vector> data, classes;
            for (const auto& scene : journey.scenes) {
                data.push_back(test::brute_force(law.mixture, scene->state(j), scene->time).weights);
                classes.push_back(test::class_weights(law.mixture.labels.classes(), data.back()));
            }
            count_by_hand(data, datum_changes, datum_commitments);
            count_by_hand(classes, class_changes, class_commitments);
        }
    }
    const std::map<std::string, Counts> expected = {{"class_last_change", class_changes},
                                                    {"class_commitment", class_commitments},
                                                    {"datum_last_change", datum_changes},
                                                    {"datum_commitment", datum_commitments}};
    EXPECT_EQ(recorder.take().decisions, expected);
    EXPECT_GT(class_changes[0] + class_changes[1], 0u);
    EXPECT_GT(class_commitments[1], 0u);
}

TEST(RecordedDecisions, AreThoseOfTheLatentsThatExist) {
    const auto names = [](const law::Law& law, bool decisions) {
        const Setting setting{.law = &law};
        const ColumnPlan plan(setting, {}, false, seen_at.size());
        const Recorder recorder(setting, plan, {.histograms = {}, .decisions = decisions},
                                Journey(law, ou(), seen_at, Visits::downward, 1).times());
        return recorder.undecided();
    };
    const Counts none(seen_at.size(), 0);
    law::Law bare = data_law();
    bare.mixture.labels = {};
    using Names = std::map<std::string, Counts>;

    EXPECT_EQ(names(full_law(), true), (Names{{"class_last_change", none}, {"class_commitment", none}}));
    EXPECT_EQ(names(bare, true), (Names{{"datum_last_change", none}, {"datum_commitment", none}}));
    EXPECT_TRUE(names(full_law(), false).empty());
}

}  // namespace
}  // namespace kairos::measure
