// tests/measure/batched_curve_test.cpp: shares of a curve, joined, give the bits of the whole.
#include "kairos/measure/batched_curve.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "kairos/measure/jackknife.hpp"

namespace kairos::measure {
namespace {

constexpr std::size_t times = 4;

std::vector<MomentCurve> noisy_batches(std::size_t count) {
    std::mt19937_64 generator(7);
    std::normal_distribution<double> law;
    std::vector<MomentCurve> batches(count);
    for (MomentCurve& batch : batches)
        for (std::size_t t = 0; t < times; ++t) {
            std::vector<double> values(9);
            for (double& value : values) value = static_cast<double>(t) + law(generator);
            batch.push_back(moments_of(values));
        }
    return batches;
}

void expect_same(const MomentCurve& a, const MomentCurve& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t t = 0; t < a.size(); ++t) {
        EXPECT_EQ(a[t].count, b[t].count);
        EXPECT_EQ(a[t].mean, b[t].mean);
        EXPECT_EQ(a[t].m2, b[t].m2);
        EXPECT_EQ(a[t].m4, b[t].m4);
    }
}

// What a process that holds batches [begin, end) has, by hand.
BatchedCurve share_of(const std::vector<MomentCurve>& batches, std::size_t begin, std::size_t end) {
    BatchedCurve share;
    share.own.assign(batches.begin() + static_cast<std::ptrdiff_t>(begin),
                     batches.begin() + static_cast<std::ptrdiff_t>(end));
    share.before = share.after = share.all = MomentCurve(times);
    for (std::size_t b = 0; b < begin; ++b) merge_into(share.before, batches[b]);
    for (std::size_t b = batches.size(); b-- > end;) {
        MomentCurve longer = batches[b];
        merge_into(longer, share.after);
        share.after = longer;
    }
    for (const MomentCurve& batch : batches) merge_into(share.all, batch);
    share.count = batches.size();
    return share;
}

double spread(std::span<const Moments> curve) { return std::sqrt(curve[1].m2) * curve[0].mean / curve[0].m4; }

TEST(BatchedCurve, HoldsAllOfOneProcess) {
    const auto batches = noisy_batches(5);
    const BatchedCurve curve = batches;
    EXPECT_EQ(curve.count, 5U);
    EXPECT_EQ(curve.join({1.0, 2.0}), (std::vector{1.0, 2.0}));
    expect_same(curve.all, share_of(batches, 0, 5).all);
    expect_same(curve.before, MomentCurve(times));
    expect_same(curve.after, MomentCurve(times));
    EXPECT_TRUE(BatchedCurve().empty());
    EXPECT_TRUE(BatchedCurve(std::vector<MomentCurve>{}).empty());
}

// Three processes, one of them without a batch: the replicates of all are those of one process, and so is the error.
TEST(BatchedCurve, SharesJoinToTheBitsOfTheWhole) {
    const auto batches = noisy_batches(7);
    const JackknifeEstimate whole = jackknife(batches, spread);
    std::vector<double> replicates;
    for (const auto& [begin, end] :
         std::vector<std::pair<std::size_t, std::size_t>>{{0, 3}, {3, 3}, {3, 7}}) {
        BatchedCurve share = share_of(batches, begin, end);
        share.join = [&](std::vector<double> own) {
            EXPECT_EQ(own.size(), end - begin);
            replicates.insert(replicates.end(), own.begin(), own.end());
            return replicates;
        };
        EXPECT_EQ(jackknife(share, spread).value, whole.value);
    }
    EXPECT_EQ(replicates.size(), 7U);
    EXPECT_EQ(delete_one_error(replicates), whole.standard_error);
}

TEST(BatchedCurve, AWindowIsTheSameTimesOfEveryPart) {
    const auto batches = noisy_batches(6);
    const BatchedCurve share = share_of(batches, 2, 4);
    const BatchedCurve part = share.window(1, 2);
    EXPECT_EQ(part.count, 6U);
    ASSERT_EQ(part.own.size(), 2U);
    const auto middle = [](const MomentCurve& curve) { return MomentCurve{curve[1], curve[2]}; };
    for (std::size_t b = 0; b < 2; ++b) expect_same(part.own[b], middle(share.own[b]));
    expect_same(part.before, middle(share.before));
    expect_same(part.after, middle(share.after));
    expect_same(part.all, middle(share.all));
}

TEST(BatchedCurve, FoldsFromBehindBeginWithWhatLiesThere) {
    const auto batches = noisy_batches(4);
    const auto folds = folds_from_behind({batches[0], batches[1]}, share_of(batches, 0, 2).after);
    ASSERT_EQ(folds.size(), 3U);
    expect_same(folds[2], share_of(batches, 0, 2).after);
    expect_same(folds[1], share_of(batches, 0, 1).after);
    expect_same(folds[0], share_of(batches, 0, 0).after);
}

}  // namespace
}  // namespace kairos::measure
