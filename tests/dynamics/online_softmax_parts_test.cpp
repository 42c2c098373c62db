// Parts of the data and of the lanes: merged sums against those of the whole, draws against the weights, lanes alone and among others.
#include <gtest/gtest.h>

#include <map>

#include "dynamics/softmax_checks.hpp"
#include "support/consistent.hpp"

namespace kairos::dynamics {
namespace {

using test::expect_lane, test::feed, test::random_stream, test::Stream;

TEST(OnlineSoftmax, MergedPartsAreTheWhole) {
    const Stream stream = random_stream(240, 9, 400.0, 16, {2, 5});
    const Draw draw{{5, random::Purpose::choice}, StepId{3}};
    const auto part = [&](Index from, Index to) {
        OnlineSoftmax softmax;
        softmax.begin(9, stream.classes(), true, draw, TrajectoryId{10});
        const Lanes sum = feed<double>(softmax, stream, from, to, 20, static_cast<std::uint32_t>(from / 20));
        return std::pair(softmax, sum);
    };
    const auto whole = part(0, 240).first;
    const auto [a, sum_a] = part(0, 80);
    const auto [b, sum_b] = part(80, 140);
    const auto c = part(140, 240).first;
    OnlineSoftmax left = a, right = b, nothing;
    nothing.begin(9, stream.classes(), true, draw, TrajectoryId{10});
    left.merge(b);
    const Lanes sum = sum_a * a.factor_to(left.reference()) + sum_b * b.factor_to(left.reference());
    for (Index j = 0; j < 9; ++j) {
        const double moment = test::second_moment(stream, left, j);
        EXPECT_NEAR(sum[j] / left.total()[j], moment, 1e-12 * moment);
    }
    left.merge(nothing);
    left.merge(c);
    right.merge(c);
    nothing.merge(a);
    nothing.merge(right);
    for (const OnlineSoftmax* merged : {&left, &nothing}) {
        EXPECT_EQ(merged->chosen(), whole.chosen());
        for (Index j = 0; j < 9; ++j) {
            SCOPED_TRACE(j);
            expect_lane(stream, *merged, j, 1e-12);
            EXPECT_LE(merged->maximum()[j] - merged->reference()[j], 200.0);
        }
    }
}

// Frequencies of the drawn data against their weights: chi^2 with n - 1 degrees of freedom, within 4.5 of its deviations.
TEST(OnlineSoftmax, DrawsFollowTheWeights) {
    constexpr Index n = 12, m = 100000;
    for (const Index rows : {Index{1}, Index{5}, n}) {
        Stream stream;
        stream.norm2 = Vector::Ones(n);
        stream.logits.resize(n, m);
        for (Index k = 0; k < n; ++k) {
            stream.logits.row(k).setConstant(1e4 + std::sin(static_cast<double>(3 * k)) * 1.5);
        }
        OnlineSoftmax softmax;
        softmax.begin(m, {}, true, Draw{{7, random::Purpose::choice}, StepId{2}}, TrajectoryId{1000});
        feed<double>(softmax, stream, 0, n, rows, 0);
        std::vector<double> counts(n, 0.0);
        for (const std::int64_t datum : softmax.chosen()) {
            counts[static_cast<std::size_t>(datum)] += 1.0;
        }
        const test::ExactLatent exact = test::exact_latent(test::column(stream, 0));
        double chi2 = 0.0;
        for (std::size_t k = 0; k < n; ++k) {
            const double expected = static_cast<double>(m) * static_cast<double>(exact.weights[k]);
            chi2 += std::pow(counts[k] - expected, 2) / expected;
        }
        test::expect_consistent(chi2, std::sqrt(2.0 * (n - 1)), n - 1.0, "tiles of " + std::to_string(rows));
    }
}

TEST(OnlineSoftmax, ALaneDoesNotSeeItsNeighbours) {
    const Stream stream = random_stream(200, 40, 100.0, 17, {4});
    const Draw draw{{8, random::Purpose::choice}, StepId{1}};
    const auto summary = [&](Index from, Index count) {
        Stream part = stream;
        part.logits = stream.logits.middleCols(from, count);
        OnlineSoftmax softmax;
        softmax.begin(count, stream.classes(), true, draw, TrajectoryId{static_cast<std::uint64_t>(from)});
        feed<double>(softmax, part, 0, 200, 64, 0);
        Latent latent;
        std::vector<Latent> levels;
        softmax.summarise(latent, levels);
        return std::tuple(latent, levels[0], softmax.chosen());
    };
    const auto [whole, level, chosen] = summary(0, 40);
    for (const Index from : {0, 5, 16, 33}) {
        for (const Index count : {1, 7}) {
            const auto [part, part_level, part_chosen] = summary(from, count);
            for (Index j = 0; j < count; ++j) {
                ASSERT_EQ(part.entropy[j], whole.entropy[from + j]);
                ASSERT_EQ(part.varentropy[j], whole.varentropy[from + j]);
                ASSERT_EQ(part.collision[j], whole.collision[from + j]);
                ASSERT_EQ(part_level.entropy[j], level.entropy[from + j]);
                ASSERT_EQ(part_level.within[j], level.within[from + j]);
                ASSERT_EQ(part_chosen[static_cast<std::size_t>(j)],
                          chosen[static_cast<std::size_t>(from + j)]);
            }
        }
    }
}

}  // namespace
}  // namespace kairos::dynamics
