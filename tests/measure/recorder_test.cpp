// What a recorder makes of two blocks that it is shown, against the same numbers collected by hand.
#include "kairos/measure/recorder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
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

const std::vector<double> seen_at = {0.15, 0.2, 0.4, 1.1};

// Two blocks of one batch: trajectories 0..8 and 9..17.
struct Batch {
    explicit Batch(const law::Law& law_, Visits order = Visits::upward)
        : law(law_), blocks{Journey(law, ou, seen_at, order, 11), Journey(law, ou, seen_at, order, 37)} {}

    [[nodiscard]] Setting setting() const { return {&law, blocks[0].scenes[0]->setting.direction}; }
    [[nodiscard]] ColumnPlan plan(const std::vector<std::string>& names, bool identities = true) const {
        return {setting(), select_observables(names, setting()), identities, seen_at.size()};
    }
    [[nodiscard]] BatchResult recorded(const ColumnPlan& plan, const RecordingSpec& spec = {}) const {
        Recorder recorder(setting(), plan, spec, blocks[0].times());
        show(recorder);
        return recorder.take();
    }
    void show(Recorder& recorder) const {
        for (std::size_t b = 0; b < 2; ++b)
            blocks[b].show(recorder, TrajectoryId{b * lanes}, blocks[b].ends());
    }
    // Both blocks' values of an observable at one time: columns x 18.
    [[nodiscard]] Rows values(const std::string& name, std::size_t time) const {
        const Observable& row = *find_observable(name);
        Rows all(columns(row, setting()), 2 * lanes);
        all << blocks[0].scenes[time]->values(row), blocks[1].scenes[time]->values(row);
        return all;
    }
    // Both sides of an identity at one time, columns x 18.
    void sides(const Identity& row, Index count, std::size_t time, Rows& value, Rows& expected) const {
        value.resize(count, 2 * lanes);
        expected.resize(count, 2 * lanes);
        for (Index b = 0; b < 2; ++b)
            row.evaluate(blocks[static_cast<std::size_t>(b)].scenes[time]->sight(),
                         value.middleCols(b * lanes, lanes), expected.middleCols(b * lanes, lanes));
    }

    Schedule ou{ScheduleKind::ou, {}};
    law::Law law;
    Journey blocks[2];
};

// By plain sums; all but the count to rounding.
void expect_moments(const Moments& found, const Rows& values, Index column, const std::string& what) {
    const auto v = values.row(column).array();
    const double mean = v.mean(), scale = 1.0 + v.abs().maxCoeff();
    EXPECT_EQ(found.count, static_cast<double>(values.cols())) << what;
    EXPECT_NEAR(found.mean, mean, 1e-13 * scale) << what;
    EXPECT_NEAR(found.m2, (v - mean).square().sum(), 1e-12 * scale * scale) << what;
    EXPECT_NEAR(found.m4, (v - mean).square().square().sum(), 1e-11 * std::pow(scale, 4)) << what;
    EXPECT_EQ(found.minimum, v.minCoeff()) << what;
    EXPECT_EQ(found.maximum, v.maxCoeff()) << what;
}

TEST(Recorder, ObservablesHaveTheMomentsOfBothBlocks) {
    const std::vector<std::string> names = {"class_entropy", "class_posterior", "level_entropy",
                                            "log_density"};
    const Batch batch(full_law());
    const ColumnPlan plan = batch.plan(names, false);
    const BatchResult result = batch.recorded(plan);
    ASSERT_EQ(result.moments.size(), plan.size());
    for (const std::string& name : names)
        for (std::size_t time = 0; time < seen_at.size(); ++time) {
            const Rows values = batch.values(name, time);
            const Column& column = *plan.find(Quantity::observable, name);
            ASSERT_EQ(column.components, values.rows());
            for (Index c = 0; c < values.rows(); ++c)
                expect_moments(result.moments[column.at(time, c)], values, c, name);
        }
}

TEST(Recorder, IdentitiesHaveTheMomentsOfValueDifferenceCentreAndNoise) {
    const Batch batch(full_law());
    const ColumnPlan plan = batch.plan({});
    const BatchResult result = batch.recorded(plan);
    int compared = 0;
    for (const Identity& row : identity_table()) {
        if (row.increments || row.whole_path || row.missing(batch.setting()) != nullptr) continue;
        const Column& value_column = *plan.find(Quantity::identity_value, row.name);
        const Column& difference_column = *plan.find(Quantity::identity_difference, row.name);
        for (std::size_t time = 0; time < seen_at.size(); ++time) {
            Rows value, expected;
            batch.sides(row, value_column.components, time, value, expected);
            const Rows difference = value - expected;
            for (Index c = 0; c < value.rows(); ++c) {
                expect_moments(result.moments[value_column.at(time, c)], value, c, row.name);
                expect_moments(result.moments[difference_column.at(time, c)], difference, c, row.name);
            }
            for (const auto& [extra, quantity] : {std::pair{row.centre, Quantity::identity_centre},
                                                  std::pair{row.noise, Quantity::identity_noise}}) {
                if (extra == nullptr) continue;
                Rows values(1, 2 * lanes);
                for (Index b = 0; b < 2; ++b)
                    extra(batch.blocks[b].scenes[time]->sight(), values.middleCols(b * lanes, lanes));
                expect_moments(result.moments[plan.find(quantity, row.name)->at(time)], values, 0, row.name);
                ++compared;
            }
        }
        ++compared;
    }
    EXPECT_EQ(compared, 7 + 2 * 4);
}

// Decisions of the first block count up to trajectory 8, of the second from 2 of its 9 lanes on.
void expect_decisions_from(Index before, const BatchResult& rest, const BatchResult& all) {
    const auto sum = [](const std::vector<std::uint64_t>& c) {
        return std::accumulate(c.begin(), c.end(), 0U);
    };
    for (const auto& [name, counts] : rest.decisions) {
        EXPECT_LE(sum(counts), 2U * lanes - before) << name;
        EXPECT_GE(sum(counts) + before, sum(all.decisions.at(name))) << name;
    }
}

// Of a batch that goes on where a smaller ensemble ended: moments of all, everything else of trajectories 11 and on.
TEST(Recorder, TrajectoriesThatWereCountedBeforeAreInTheMomentsAlone) {
    constexpr Index before = 11;
    const Batch batch(data_law(), Visits::downward);
    const ColumnPlan plan = batch.plan({"class_entropy", "norm2"});
    RecordingSpec spec{
        .histograms = {find_observable("norm2")}, .paths = 14, .states = true, .decisions = true};
    spec.landscape = std::make_shared<LandscapeSpec>(landscape_of(batch.law, batch.blocks[0].times(), 12));
    const BatchResult all = batch.recorded(plan, spec);
    spec.counted_from = TrajectoryId{before};
    const BatchResult rest = batch.recorded(plan, spec);
    for (std::size_t i = 0; i < all.moments.size(); ++i) {
        EXPECT_EQ(rest.moments[i].count, all.moments[i].count);
        EXPECT_EQ(rest.moments[i].m2, all.moments[i].m2);
    }
    Histogram histogram(seen_at.size());
    Landscape landscape(*spec.landscape);
    for (std::size_t time = 0; time < seen_at.size(); ++time) {
        const Rows values = batch.values("norm2", time).rightCols(2 * lanes - before);
        histogram.add(time, {values.data(), static_cast<std::size_t>(values.size())});
        const auto& scene = *batch.blocks[1].scenes[time];
        landscape.add(*spec.landscape, time, scene.states, scene.posterior, {before - lanes, lanes});
    }
    EXPECT_EQ(rest.histograms.at(0).pack(), histogram.pack());
    BatchResult copy = rest;
    EXPECT_TRUE(std::ranges::equal(copy.landscape.counts(), landscape.counts()));
    EXPECT_TRUE(std::ranges::equal(copy.landscape.drifts(), landscape.drifts()));
    ASSERT_EQ(rest.paths.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(rest.paths[i].trajectory, before + i);
        EXPECT_EQ(rest.paths[i].values, all.paths[before + i].values);
        EXPECT_EQ(rest.paths[i].end_datum, all.paths[before + i].end_datum);
    }
    expect_decisions_from(before, rest, all);
}

// Trajectories 0..4, 5..5, 6..15 and 16..17 are four batches, whose borders are not those of the two blocks.
TEST(Recorder, BatchesWorkedOnTogetherKeepTheirMomentsApart) {
    const std::vector<std::uint64_t> sizes = {5, 1, 10, 2};
    const Batch batch(full_law(), Visits::downward);
    const ColumnPlan plan = batch.plan({"class_posterior", "norm2", "entropy_production"});
    Recorder recorder(batch.setting(), plan, {}, batch.blocks[0].times());
    recorder.begin_batches(sizes);
    batch.show(recorder);
    const BatchResult result = recorder.take();
    ASSERT_EQ(result.moments.size(), sizes.size() * plan.size());
    Index first = 0;
    for (std::size_t b = 0; b < sizes.size(); ++b) {
        const auto count = static_cast<Index>(sizes[b]);
        for (const char* name : {"class_posterior", "norm2", "entropy_production"})
            for (std::size_t time = 0; time < seen_at.size(); ++time) {
                const Column& column = *plan.find(Quantity::observable, name);
                Rows values = batch.values(name, time);
                if (column.observable->whole_path) values -= batch.values(name, 0);
                const Rows mine = values.middleCols(first, count);
                for (Index c = 0; c < mine.rows(); ++c)
                    expect_moments(result.moments[b * plan.size() + column.at(time, c)], mine, c, name);
            }
        const Column& increments = *plan.find(Quantity::identity_value, "rate_derivative");
        EXPECT_EQ(result.moments[b * plan.size() + increments.at(1)].count, static_cast<double>(count));
        first += count;
    }
}

// Entry i is the interval that ends at t_i, later minus earlier, and blocks do not run into one another.
TEST(Recorder, IncrementsAreDifferencesBetweenNeighbouringTimes) {
    for (const Visits order : {Visits::upward, Visits::downward}) {
        const Batch batch(full_law(), order);
        const ColumnPlan plan = batch.plan({});
        const BatchResult result = batch.recorded(plan);
        const Column& value_column = *plan.find(Quantity::identity_value, "rate_derivative");
        const Column& difference_column = *plan.find(Quantity::identity_difference, "rate_derivative");
        EXPECT_EQ(result.moments[value_column.at(0)].count, 0.0);
        EXPECT_EQ(result.moments[difference_column.at(0)].count, 0.0);
        for (std::size_t time = 1; time < seen_at.size(); ++time) {
            Rows value, expected, value_before, expected_before;
            batch.sides(*value_column.identity, 1, time, value, expected);
            batch.sides(*value_column.identity, 1, time - 1, value_before, expected_before);
            value -= value_before;
            const Rows difference = value - (expected - expected_before);
            EXPECT_GT(value.minCoeff(), 0.0);
            expect_moments(result.moments[value_column.at(time)], value, 0, "value");
            expect_moments(result.moments[difference_column.at(time)], difference, 0, "difference");
        }
    }
}

TEST(Recorder, WholePathsCountFromTheSmallestTime) {
    for (const Visits order : {Visits::upward, Visits::downward}) {
        const Batch batch(full_law(), order);
        const ColumnPlan plan = batch.plan({"entropy_production"});
        const BatchResult result = batch.recorded(plan);
        const Column& production = *plan.find(Quantity::observable, "entropy_production");
        const Column& value = *plan.find(Quantity::identity_value, "fluctuation");
        const Column& difference = *plan.find(Quantity::identity_difference, "fluctuation");
        const auto times = batch.blocks[0].times();
        for (std::size_t time = 0; time < seen_at.size(); ++time) {
            const Rows d = batch.values("entropy_production", time) - batch.values("entropy_production", 0);
            expect_moments(result.moments[production.at(time)], d, 0, "entropy_production");
            if (!fluctuation_reportable(batch.law.mixture, times.front(), times[time], 1e15)) {
                EXPECT_EQ(result.moments[value.at(time)].count, 0.0);
                continue;
            }
            const Rows weight = (-d.array()).exp(), excess = weight.array() - 1.0;
            expect_moments(result.moments[value.at(time)], weight, 0, "e^-D");
            expect_moments(result.moments[difference.at(time)], excess, 0, "e^-D - 1");
        }
    }
}

// What the path has passed between t and t_max, whichever way it was visited.
TEST(Recorder, TheCompensatorCountsFromTheLargestTime) {
    for (const Visits order : {Visits::upward, Visits::downward}) {
        const Batch batch(full_law(), order);
        const ColumnPlan plan = batch.plan({"entropy_compensator"});
        const BatchResult result = batch.recorded(plan);
        const Column& compensator = *plan.find(Quantity::observable, "entropy_compensator");
        const std::size_t last = seen_at.size() - 1;
        for (std::size_t time = 0; time <= last; ++time) {
            Rows passed(1, 2 * lanes);
            for (std::size_t b = 0; b < 2; ++b) {
                const auto& scenes = batch.blocks[b].scenes;
                const Lanes here = scenes[time]->path.information(), end = scenes[last]->path.information();
                passed.row(0).segment(static_cast<Index>(b) * lanes, lanes) =
                    order == Visits::upward ? end - here : here;
            }
            EXPECT_TRUE(time == last || passed.minCoeff() > 0.0);
            expect_moments(result.moments[compensator.at(time)], passed, 0, "entropy_compensator");
        }
    }
}

TEST(Recorder, HistogramsCountEveryValueInTheOrderAskedFor) {
    const Batch batch(full_law(), Visits::downward);
    const std::vector<std::string> names = {"norm2", "entropy_production"};
    const ColumnPlan plan = batch.plan(names, false);
    RecordingSpec spec;
    for (const std::string& name : names) spec.histograms.push_back(find_observable(name));
    const BatchResult result = batch.recorded(plan, spec);
    ASSERT_EQ(result.histograms.size(), 2u);
    for (std::size_t h = 0; h < 2; ++h) {
        Histogram expected(seen_at.size());
        for (std::size_t time = 0; time < seen_at.size(); ++time) {
            Rows values = batch.values(names[h], time);
            if (names[h] == "entropy_production") values -= batch.values(names[h], 0);
            expected.add(time, {values.data(), static_cast<std::size_t>(values.size())});
        }
        EXPECT_EQ(result.histograms[h].edges(), expected.edges()) << names[h];
        EXPECT_EQ(result.histograms[h].density(), expected.density()) << names[h];
    }
}

TEST(Recorder, ABatchBegunAnewForgetsTheOneBefore) {
    const Batch batch(data_law(), Visits::downward);
    const ColumnPlan plan = batch.plan({"class_entropy", "entropy_production"});
    RecordingSpec spec{
        .histograms = {find_observable("class_entropy")}, .paths = 12, .states = true, .decisions = true};
    const BatchResult fresh = batch.recorded(plan, spec);
    Recorder recorder(batch.setting(), plan, spec, batch.blocks[0].times());
    batch.show(recorder);
    recorder.begin_batch();
    const BatchResult empty = recorder.take();
    recorder.begin_batch();
    batch.show(recorder);
    const BatchResult again = recorder.take();

    for (const Moments& moments : empty.moments) EXPECT_EQ(moments.count, 0.0);
    EXPECT_TRUE(empty.paths.empty());
    EXPECT_EQ(empty.decisions, recorder.undecided());
    EXPECT_EQ(empty.histograms.at(0).pack(), Histogram(seen_at.size()).pack());
    ASSERT_EQ(again.moments.size(), fresh.moments.size());
    for (std::size_t i = 0; i < fresh.moments.size(); ++i) {
        EXPECT_EQ(again.moments[i].count, fresh.moments[i].count);
        EXPECT_EQ(again.moments[i].mean, fresh.moments[i].mean);
        EXPECT_EQ(again.moments[i].m2, fresh.moments[i].m2);
    }
    EXPECT_EQ(again.decisions, fresh.decisions);
    EXPECT_EQ(again.histograms.at(0).pack(), fresh.histograms.at(0).pack());
    EXPECT_EQ(again.paths.size(), fresh.paths.size());
}

}  // namespace
}  // namespace kairos::measure
