#include "digits.hpp"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "../src/dynamics/digits.cpp"
#include "hwy/foreach_target.h"  // must come before highway.h
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::dynamics::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;
using Floats = hn::ScalableTag<float>;
using Words = hn::RebindToUnsigned<Floats>;
using WordsV = hn::Vec<Words>;

// largest: |z| of every lane, NaN where one is not finite
void largest_sizes(const LaneValues& lanes, float* largest) {
    const Floats real;
    const auto width = static_cast<Index>(hn::Lanes(real));
    for (Index q = 0; q < sheet_lanes; q += width) {
        auto most = hn::Zero(real), none = most;
        const float* at = lanes.values + lanes.first * lanes.distance + q;
        for (Index k = 0; k < lanes.count; ++k, at += lanes.distance) {
            const auto value = hn::LoadU(real, at);
            most = hn::Max(most, hn::Abs(value));
            none = hn::MulAdd(value, hn::Zero(real), none);  // NaN from the first that is not finite on
        }
        hn::StoreU(hn::Add(most, none), real, largest + q);
    }
}

// Bytes 0, 1, 2 of a word: digits D_2, D_1, D_0 of a value. A digit below 0 borrows from the one before it: adding half of 256 to each
// of the lower ones does that, and taking it away again byte by byte leaves their signs.
HWY_INLINE WordsV digits_of(hn::Vec<Floats> value, hn::Vec<Floats> steps) {
    const hn::RebindToSigned<Floats> whole;
    const auto half = hn::Set(whole, 0x8080);
    return hn::BitCast(Words(), hn::Xor(hn::Add(hn::NearestInt(hn::Mul(value, steps)), half), half));
}

// The digits of four values each, one after the other: [digit]
HWY_INLINE void gather_fours(const WordsV (&word)[4], WordsV (&four)[digits]) {
    const Words tag;
    const auto even = hn::Set(tag, 0x00ff00ffU), low = hn::Set(tag, 0x0000ffffU);
    const auto evens = [&](WordsV a, WordsV b)
                           HWY_ATTR { return hn::Or(hn::And(a, even), hn::ShiftLeft<8>(hn::And(b, even))); };
    const auto odds = [&](WordsV a, WordsV b) HWY_ATTR {
        return hn::Or(hn::And(hn::ShiftRight<8>(a), even), hn::AndNot(even, b));
    };
    const auto even01 = evens(word[0], word[1]), even23 = evens(word[2], word[3]);
    const auto odd01 = odds(word[0], word[1]), odd23 = odds(word[2], word[3]);
    four[0] = hn::Or(hn::ShiftRight<16>(even01), hn::AndNot(low, even23));
    four[1] = hn::Or(hn::And(odd01, low), hn::ShiftLeft<16>(odd23));
    four[2] = hn::Or(hn::And(even01, low), hn::ShiftLeft<16>(even23));
}

// steps: 1/(the last digit's unit) of every lane
void left_by(const float* values, Index distance, Index all, const float* steps, std::int8_t* sheets,
             Index digit_distance) {
    const Floats real;
    const hn::Rebind<std::uint8_t, Floats> bytes;
    const auto width = static_cast<Index>(hn::Lanes(real));
    const auto store = [&](WordsV words, std::int8_t* to) HWY_ATTR {
        const auto low = hn::And(words, hn::Set(Words(), 0xffU));
        hn::StoreU(hn::TruncateTo(bytes, low), bytes, reinterpret_cast<std::uint8_t*>(to));
    };
    for (Index q = 0; q < sheet_lanes; ++q) {
        const auto of_lane = hn::Set(real, steps[q]);
        std::int8_t* const lane = sheets + q / 16 * 1024 + q % 16 * 64;
        for (Index k = 0; k < all; k += width) {
            const auto words = digits_of(hn::LoadU(real, values + q * distance + k), of_lane);
            std::int8_t* const to = lane + k / sheet_values * sheet_bytes + k % sheet_values;
            store(hn::ShiftRight<16>(words), to);
            store(hn::ShiftRight<8>(words), to + digit_distance);
            store(words, to + 2 * digit_distance);
        }
    }
}

void right_by(const LaneValues& lanes, const float* steps, std::int8_t* sheets) {
    const Floats real;
    const auto width = static_cast<Index>(hn::Lanes(real));
    const Index end = lanes.first + lanes.count, of_digit = bytes_of_sheets(lanes.all) / digits;
    for (Index k = 0; k < of_digit / sheet_lanes; k += 4) {
        std::int8_t* const of_four = sheets + k / sheet_values * sheet_bytes + k % sheet_values / 4 * 64;
        for (Index q = 0; q < sheet_lanes; q += width) {
            WordsV word[4], four[digits];
            for (Index r = 0; r < 4; ++r) {
                const bool there = k + r >= lanes.first && k + r < end;
                word[r] = there ? digits_of(hn::LoadU(real, lanes.values + (k + r) * lanes.distance + q),
                                            hn::LoadU(real, steps + q))
                                : hn::Zero(Words());
            }
            gather_fours(word, four);
            std::int8_t* const to = of_four + q / 16 * 1024 + q % 16 * 4;
            for (Index i = 0; i < digits; ++i)
                hn::StoreU(four[i], Words(), reinterpret_cast<std::uint32_t*>(to + i * of_digit));
        }
    }
}

}  // namespace kairos::dynamics::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::dynamics {

HWY_EXPORT(largest_sizes);
HWY_EXPORT(left_by);
HWY_EXPORT(right_by);

namespace {

constexpr double most_of_digit = 127.0, units = 65536.0;  // of the last digit in one of the first
constexpr double smallest = 0x1p-100;                     // its steps are still a float

struct Steps {
    explicit Steps(const double* scales) {
        for (Index q = 0; q < sheet_lanes; ++q)
            of_lane[q] = scales[q] > 0.0 ? static_cast<float>(units / scales[q]) : 0.0F;
    }
    alignas(64) float of_lane[sheet_lanes];
};

}  // namespace

void scales_of(const LaneValues& lanes, double* scales) {
    alignas(64) float largest[sheet_lanes];
    HWY_DYNAMIC_DISPATCH(largest_sizes)(lanes, largest);
    for (Index q = 0; q < sheet_lanes; ++q) {
        const auto most = static_cast<double>(largest[q]);
        scales[q] = most < smallest ? 0.0 : most / most_of_digit;
    }
}

void slice_right(const LaneValues& lanes, const double* scales, std::int8_t* sheets) {
    const Steps steps(scales);
    HWY_DYNAMIC_DISPATCH(right_by)(lanes, steps.of_lane, sheets);
}

void slice_left(const float* values, Index distance, Index all, const double* scales, std::int8_t* sheets,
                Index digit_distance) {
    const Steps steps(scales);
    HWY_DYNAMIC_DISPATCH(left_by)(values, distance, all, steps.of_lane, sheets, digit_distance);
}

}  // namespace kairos::dynamics
#endif
