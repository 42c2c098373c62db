// Posteriors from packed data have the bits of posteriors that pack them in every pass; what does not fit them leaves them alone.
#include "kairos/dynamics/packed_data.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <vector>

#include "dynamics/brute_force.hpp"
#include "dynamics/many_data.hpp"
#include "kairos/dynamics/posterior.hpp"
#include "kairos/random/dispatch.hpp"

namespace kairos::dynamics {
namespace {

using test::data_law, test::states_of;

// Filled with what no datum has, so that a place that was not packed shows.
std::shared_ptr<const PackedData> packed(const law::Law& law, Precision precision, std::size_t parts = 1) {
    const std::size_t numbers = PackedData::numbers(law.mixture, precision);
    const auto room = std::make_shared<law::Points>(
        Matrix::Constant(static_cast<Index>(numbers), 1, std::numeric_limits<double>::quiet_NaN()));
    const auto data =
        std::make_shared<PackedData>(law.mixture, precision, room, const_cast<double*>(room->data()));
    for (std::size_t part = 0; part < parts; ++part)
        data->pack(part * data->tiles() / parts, (part + 1) * data->tiles() / parts);
    return data;
}

Posterior evaluate(const law::Law& law, const Numerics& numerics) {
    const TimePoint time = test::at(0.8, 0.36);
    const States states = states_of(law, time, 45, 5);
    PosteriorEvaluator evaluator(law, numerics);
    Posterior out;
    evaluator.evaluate(states, time,
                       {.score = true,
                        .spread = true,
                        .class_spread = law.mixture.labels.any(),
                        .latents = true,
                        .fourth = true},
                       out);
    return out;
}

void expect_same_bits(const Posterior& found, const Posterior& wanted) {
    EXPECT_TRUE((found.log_density == wanted.log_density).all());
    EXPECT_TRUE((found.component.entropy == wanted.component.entropy).all());
    EXPECT_TRUE((found.component.fourth == wanted.component.fourth).all());
    EXPECT_TRUE((found.score.array() == wanted.score.array()).all());
    EXPECT_TRUE((found.score_spread == wanted.score_spread).all());
}

class Packed : public testing::TestWithParam<Precision> {};

TEST_P(Packed, HasTheBitsOfPackingInEveryPass) {
    for (const auto& [n, d, classes] : std::vector<std::array<int, 3>>{
             {128, 1, 0}, {193, 7, 0}, {600, 132, 2}, {600, 133, 0}, {391, 270, 3}, {1000, 64, 5}}) {
        SCOPED_TRACE(testing::Message() << n << " data, " << d << " coordinates, " << classes << " classes");
        const law::Law law = data_law(n, d, classes, 11);
        const Numerics plain{.precision = GetParam(), .screening = Screening::never};
        Numerics with = plain;
        with.packed = packed(law, GetParam());
        expect_same_bits(evaluate(law, with), evaluate(law, plain));
        with.packed = PackedData::made(law.mixture, GetParam());
        expect_same_bits(evaluate(law, with), evaluate(law, plain));
    }
}

TEST_P(Packed, MayBePackedInParts) {
    const law::Law law = data_law(1500, 20, 2, 12);
    const Numerics whole{.precision = GetParam(), .packed = packed(law, GetParam())};
    const Numerics parts{.precision = GetParam(), .packed = packed(law, GetParam(), 3)};
    expect_same_bits(evaluate(law, parts), evaluate(law, whole));
}

// What a screen looks at is packed beside the doubles: nothing that it would have kept is lost.
TEST(Packed, PairsServeTheScreen) {
    for (const auto& [n, d, classes] :
         std::vector<std::array<int, 3>>{{4096, 1, 0}, {4100, 5, 0}, {4300, 66, 3}, {4224, 301, 2}}) {
        const law::Law law = data_law(n, d, classes, 11);
        const auto with = packed(law, Precision::in_double, 3);
        ASSERT_TRUE(with->has_pairs());
        expect_same_bits(evaluate(law, {.screening = Screening::always, .packed = with}),
                         evaluate(law, {.screening = Screening::always}));
    }
    EXPECT_FALSE(packed(data_law(4000, 5, 0, 11), Precision::in_double)->has_pairs());
    EXPECT_FALSE(packed(data_law(4100, 5, 0, 11), Precision::mixed)->has_pairs());
}

// Points that are not those that were packed, or in another order, would give the posterior of other data.
TEST_P(Packed, IsLeftAloneByOtherLaws) {
    const law::Law law = data_law(400, 12, 4, 13), other = data_law(400, 12, 4, 14);
    law::Law reordered = law;
    std::ranges::reverse(reordered.mixture.labels.levels[reordered.mixture.labels.class_level].class_of);
    for (const law::Law* one : {&other, static_cast<const law::Law*>(&reordered)}) {
        const Numerics plain{.precision = GetParam()};
        Numerics with = plain;
        with.packed = packed(law, GetParam());
        expect_same_bits(evaluate(*one, with), evaluate(*one, plain));
    }
}

INSTANTIATE_TEST_SUITE_P(Precisions, Packed, testing::Values(Precision::in_double, Precision::mixed),
                         [](const auto& tested) {
                             return tested.param == Precision::mixed ? "mixed" : "in_double";
                         });

TEST(PackedData, OfAnotherPrecisionIsLeftAlone) {
    const law::Law law = data_law(400, 12, 0, 13);
    expect_same_bits(evaluate(law, {.packed = packed(law, Precision::mixed)}), evaluate(law, {}));
}

// Floats and digits do not take one another's place.
TEST(PackedData, OfAnotherLevelOfInstructionsIsLeftAlone) {
    const law::Law law = data_law(400, 12, 0, 13);
    const auto best = packed(law, Precision::mixed);
    random::limit_dispatch("avx512");
    const Posterior plain = evaluate(law, {.precision = Precision::mixed});
    expect_same_bits(evaluate(law, {.precision = Precision::mixed, .packed = best}), plain);
    random::limit_dispatch("amx");
}

TEST(PackedData, TakesNoRoomWhereComponentsAreFew) {
    EXPECT_EQ(PackedData::numbers(data_law(64, 12, 0, 15).mixture, Precision::in_double), 0U);
    // three tiles of 192 data, 13 coordinates filled up to 18
    EXPECT_EQ(PackedData::numbers(data_law(400, 13, 0, 15).mixture, Precision::in_double), 3U * 192 * 18);
    random::limit_dispatch("avx512");
    EXPECT_EQ(PackedData::numbers(data_law(400, 13, 0, 15).mixture, Precision::mixed), 3U * 192 * 9);
    random::limit_dispatch("amx");
    // 64 coordinates, three digits of 192 data and as much the other way round; scales, and one line
    if (random::matrix_tiles_allowed()) {
        EXPECT_EQ(PackedData::numbers(data_law(400, 13, 0, 15).mixture, Precision::mixed),
                  3U * (2 * 3 * 192 * 64 / 8 + 192 + 64 + 8));
    }
}

}  // namespace
}  // namespace kairos::dynamics
