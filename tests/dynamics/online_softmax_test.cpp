// The streamed softmax against long double sums over all data at once, however the data are cut, ordered and merged.
#include "../../src/dynamics/online_softmax.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "hwy/targets.h"
#include "stream_of_tiles.hpp"
#include "support/consistent.hpp"

namespace kairos::dynamics {
namespace {

using test::Stream, test::feed;

constexpr double infinity = std::numeric_limits<double>::infinity();

// Logits of a lane spread over `width` nats times a factor that differs from lane to lane.
Stream random_stream(Index n, Index m, double width, unsigned seed, std::vector<int> classes = {}) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    Stream stream;
    stream.logits.resize(n, m);
    stream.norm2.resize(n);
    for (Index k = 0; k < n; ++k) {
        for (Index j = 0; j < m; ++j) {
            stream.logits(k, j) = 1000.0 * static_cast<double>(j % 3) +
                                  width * std::pow(10.0, -static_cast<double>(j % 4)) * normal(generator);
        }
        stream.norm2[k] = std::exp(normal(generator));
    }
    for (const int count : classes) {
        std::vector<int> level;
        for (Index k = 0; k < n; ++k) {
            level.push_back(static_cast<int>(k * count / n));
        }
        stream.class_of.push_back(level);
    }
    return stream;
}

// log_error: of the logarithms of weights, which shows where weights are so even that their logarithms hardly differ.
void expect_latent(const Latent& latent, Index j, const test::ExactLatent& exact, double relative,
                   double log_error = 0.0) {
    const auto h = static_cast<double>(exact.entropy), v = static_cast<double>(exact.varentropy);
    EXPECT_NEAR(latent.entropy[j], h, relative * h);
    EXPECT_NEAR(latent.varentropy[j], v,
                10 * relative * v + 2 * log_error * std::sqrt(v) + log_error * log_error + 1e-18 * relative);
    EXPECT_NEAR(latent.collision[j], static_cast<double>(exact.collision), relative);
    EXPECT_NEAR(latent.max_weight[j], static_cast<double>(exact.weights[static_cast<std::size_t>(exact.top)]),
                relative);
    EXPECT_NEAR(latent.top_surprisal[j], static_cast<double>(exact.top_surprisal),
                relative * static_cast<double>(exact.top_surprisal));
    EXPECT_EQ(latent.top[j], static_cast<double>(exact.top));
}

void expect_lane(const Stream& stream, const OnlineSoftmax& softmax, Index j, double relative,
                 double log_error = 0.0) {
    Latent component;
    std::vector<Latent> levels;
    softmax.summarise(component, levels);
    const test::ExactLatent exact = test::exact_latent(test::column(stream, j));
    expect_latent(component, j, exact, relative, log_error);
    EXPECT_EQ(softmax.maximum()[j], stream.logits.col(j).maxCoeff());
    EXPECT_NEAR(softmax.log_total()[j], static_cast<double>(exact.top_surprisal),
                relative * static_cast<double>(exact.top_surprisal));
    long double moment = 0;
    for (Index k = 0; k < stream.logits.rows(); ++k) {
        moment += exact.weights[static_cast<std::size_t>(k)] * static_cast<long double>(stream.norm2[k]);
    }
    EXPECT_NEAR(softmax.second_moment()[j], static_cast<double>(moment),
                relative * static_cast<double>(moment));
    ASSERT_EQ(levels.size(), stream.class_of.size());
    for (std::size_t l = 0; l < levels.size(); ++l) {
        const test::ExactLatent level = test::exact_level(stream, l, j);
        expect_latent(levels[l], j, level, relative, log_error);
        const auto class_of_top =
            static_cast<std::size_t>(stream.class_of[l][static_cast<std::size_t>(exact.top)]);
        long double other_classes = 0;
        for (std::size_t c = 0; c < level.weights.size(); ++c) {
            other_classes += c == class_of_top ? 0 : level.weights[c];
        }
        EXPECT_NEAR(
            levels[l].within[j], static_cast<double>(level.within),
            relative * static_cast<double>(level.within) + 1e-13 * static_cast<double>(other_classes));
        for (std::size_t c = 0; c < level.weights.size(); ++c) {
            const auto w = static_cast<double>(level.weights[c]);
            EXPECT_NEAR(levels[l].weights(static_cast<Index>(c), j), w, relative * w + 1e-300);
        }
    }
}

template <class Real>
void expect_stream(const Stream& stream, Index rows, double relative) {
    const Index n = stream.logits.rows(), m = stream.logits.cols();
    OnlineSoftmax softmax;
    softmax.begin(m, stream.classes(), true, {}, TrajectoryId{0});
    const Lanes sum = feed<Real>(softmax, stream, 0, n, rows, 0);
    const Lanes total = softmax.total(), moment = softmax.second_moment();
    for (Index j = 0; j < m; ++j) {
        SCOPED_TRACE("lane " + std::to_string(j) + ", tiles of " + std::to_string(rows));
        expect_lane(stream, softmax, j, relative);
        EXPECT_NEAR(sum[j] / total[j], moment[j], relative * moment[j]);
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
            EXPECT_NEAR(sum[j] / softmax.total()[j], softmax.second_moment()[j], 1e-5);
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
        EXPECT_EQ(softmax.second_moment()[j], 2.5);
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
                EXPECT_NEAR(sum[j] / softmax.total()[j], softmax.second_moment()[j], 1e-12);
            }
        }
    }
}

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
        EXPECT_NEAR(sum[j] / left.total()[j], left.second_moment()[j], 1e-12 * left.second_moment()[j]);
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
