// The streamed softmax against long double sums over all data at once, however the data are cut and ordered.
#include "../../src/dynamics/online_softmax.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "dynamics/softmax_checks.hpp"
#include "hwy/targets.h"

namespace kairos::dynamics {
namespace {

using test::expect_lane, test::expect_latent, test::feed, test::random_stream, test::second_moment,
    test::Stream;

constexpr double infinity = std::numeric_limits<double>::infinity();

template <class Real>
void expect_stream(const Stream& stream, Index rows, double relative) {
    const Index n = stream.logits.rows(), m = stream.logits.cols();
    OnlineSoftmax softmax;
    softmax.begin(m, stream.classes(), true, {}, TrajectoryId{0});
    const Lanes sum = feed<Real>(softmax, stream, 0, n, rows, 0);
    const Lanes total = softmax.total();
    for (Index j = 0; j < m; ++j) {
        SCOPED_TRACE("lane " + std::to_string(j) + ", tiles of " + std::to_string(rows));
        expect_lane(stream, softmax, j, relative);
        const double moment = second_moment(stream, softmax, j);
        EXPECT_NEAR(sum[j] / total[j], moment, relative * moment);
    }
}

TEST(OnlineSoftmax, AgreesWithSumsOverAllDataHoweverTheyAreCut) {
    for (const Index m : {1, 3, 16, 17}) {
        const Stream stream = random_stream(300, m, 300.0, 11, {2, 7});
        for (const Index rows : {1, 7, 128, 300}) {
            expect_stream<double>(stream, rows, 1e-12);
        }
    }
}

TEST(OnlineSoftmax, EveryInstructionSetAgrees) {
    const Stream stream = random_stream(400, 21, 50.0, 12, {5});
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        SCOPED_TRACE(hwy::TargetName(target));
        expect_stream<double>(stream, 128, 1e-12);
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
}

// Logits of 10^9 nats: what is rounded is their distance from the reference.
TEST(OnlineSoftmax, SinglePrecisionKeepsFiveDigits) {
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        hwy::GetChosenTarget().Update(hwy::SupportedTargets());
        SCOPED_TRACE(hwy::TargetName(target));
        Stream stream = random_stream(2000, 19, 3.0, 13, {4});
        stream.logits.array() += 1e9;
        OnlineSoftmax softmax;
        softmax.begin(19, stream.classes(), true, {}, TrajectoryId{0});
        const Lanes sum = feed<float>(softmax, stream, 0, 2000, 256, 0);
        for (Index j = 0; j < 19; ++j) {
            SCOPED_TRACE(j);
            expect_lane(stream, softmax, j, 1e-5, 1e-6);
            EXPECT_NEAR(sum[j] / softmax.total()[j], second_moment(stream, softmax, j), 1e-5);
        }
    }
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().DeInit();
}

// A lane whose logits climb by `step` a datum: every new maximum is a new top.
TEST(OnlineSoftmax, TheReferenceMovesOnlyWhenTheMaximumHasRunAway) {
    for (const double step : {0.5, 30.0, 150.0, 250.0, 1e5}) {
        SCOPED_TRACE(step);
        Stream stream = random_stream(60, 2, 0.1, 14, {3});
        for (Index k = 0; k < 60; ++k) {
            stream.logits(k, 0) = step * static_cast<double>(k);
        }
        OnlineSoftmax softmax;
        softmax.begin(2, stream.classes(), true, {}, TrajectoryId{0});
        int moves = 0;
        Lanes rescale(2);
        double before = 0.0;
        for (Index k = 0; k < 60; ++k) {
            const test::Tile<double> tile(stream, k, 1, 0);
            moves += softmax.absorb(tile.get(), rescale.data()) ? 1 : 0;
            EXPECT_EQ(rescale[1], 1.0);
            if (k > 0) {
                EXPECT_EQ(rescale[0], std::exp(before - softmax.reference()[0]));
            }
            EXPECT_LE(softmax.maximum()[0] - softmax.reference()[0], 200.0);
            before = softmax.reference()[0];
        }
        EXPECT_EQ(moves, static_cast<int>(59 / (std::floor(200.0 / step) + 1)));
        expect_lane(stream, softmax, 0, 1e-12);
        expect_stream<double>(stream, 7, 1e-12);
    }
}

TEST(OnlineSoftmax, TinyEntropiesKeepTheirDigits) {
    for (const double gap : {0.1, 3.0, 20.0, 37.0, 69.0, 300.0, 690.0}) {
        for (const double first : {-150.0, -1e4, 0.0}) {
            Stream stream;
            stream.logits = (Rows(4, 1) << first - 1.0, 0.0, -gap, first).finished();
            stream.norm2 = Vector::Ones(4);
            stream.class_of = {{0, 0, 1, 1}};
            if (first == 0.0) {
                stream.logits(0, 0) = stream.logits(3, 0) = -gap;
            }
            SCOPED_TRACE(gap);
            for (const Index rows : {1, 2, 4}) {
                OnlineSoftmax softmax;
                softmax.begin(1, stream.classes(), true, {}, TrajectoryId{0});
                feed<double>(softmax, stream, 0, 4, rows, 0);
                expect_lane(stream, softmax, 0, 1e-12);
            }
        }
    }
}

TEST(OnlineSoftmax, OneDatumIsCertain) {
    Stream stream{Rows::Constant(1, 5, -1234.5), {{0}}, Vector::Constant(1, 2.5)};
    OnlineSoftmax softmax;
    softmax.begin(5, stream.classes(), true, Draw{{1, random::Purpose::choice}, StepId{0}}, TrajectoryId{0});
    feed<double>(softmax, stream, 0, 1, 1, 0);
    Latent latent;
    std::vector<Latent> levels;
    softmax.summarise(latent, levels);
    for (Index j = 0; j < 5; ++j) {
        EXPECT_EQ(latent.entropy[j], 0.0);
        EXPECT_EQ(latent.varentropy[j], 0.0);
        EXPECT_EQ(latent.max_weight[j], 1.0);
        EXPECT_EQ(latent.collision[j], 1.0);
        EXPECT_EQ(levels[0].weights(0, j), 1.0);
        EXPECT_EQ(levels[0].entropy[j], 0.0);
        EXPECT_EQ(levels[0].within[j], 0.0);
        EXPECT_EQ(second_moment(stream, softmax, j), 2.5);
        EXPECT_EQ(softmax.top(j), 0);
        EXPECT_EQ(softmax.chosen()[static_cast<std::size_t>(j)], 0);
    }
}

TEST(OnlineSoftmax, OfEqualLogitsTheFirstIsTheTop) {
    Stream stream{Rows::Constant(100, 3, 7.0), {}, Vector::Ones(100)};
    stream.logits.col(1).head(40).setConstant(6.0);
    for (const Index rows : {1, 13, 100}) {
        expect_stream<double>(stream, rows, 1e-13);
    }
    OnlineSoftmax softmax;
    softmax.begin(3, {}, true, {}, TrajectoryId{0});
    feed<double>(softmax, stream, 0, 100, 30, 0);
    EXPECT_EQ(softmax.top(0), 0);
    EXPECT_EQ(softmax.top(1), 40);
    EXPECT_NEAR(softmax.log_total()[0], std::log(100.0), 1e-14);
}

TEST(OnlineSoftmax, AbsentDataHaveNoWeightWhereverTheyStand) {
    const Stream present = random_stream(50, 4, 5.0, 15);
    for (const double absent : {-infinity, -1e300}) {
        Stream stream = present;
        stream.logits.resize(150, 4);
        stream.logits.setConstant(absent);
        stream.logits.middleRows(60, 50) = present.logits;
        stream.norm2 = Vector::Constant(150, 3.0);
        stream.norm2.segment(60, 50) = present.norm2;
        for (const Index rows : {10, 25, 150}) {
            OnlineSoftmax softmax;
            softmax.begin(4, {}, true, {}, TrajectoryId{0});
            const Lanes sum = feed<double>(softmax, stream, 0, 150, rows, 0);
            Latent latent;
            std::vector<Latent> levels;
            softmax.summarise(latent, levels);
            for (Index j = 0; j < 4; ++j) {
                test::ExactLatent exact = test::exact_latent(test::column(present, j));
                exact.top += 60;
                exact.weights.insert(exact.weights.begin(), 60, 0.0L);
                expect_latent(latent, j, exact, 1e-12);
                EXPECT_NEAR(sum[j] / softmax.total()[j], second_moment(stream, softmax, j), 1e-12);
            }
        }
    }
}

}  // namespace
}  // namespace kairos::dynamics
