// src/random/philox-inl.hpp: Philox4x32-10, one counter per 64-bit lane; included once per instruction set
// (Highway's pattern).
//
//   (x0, x1, x2, x3) <- ( hi(M1 x2) ^ x1 ^ k0,  lo(M1 x2),  hi(M0 x0) ^ x3 ^ k1,  lo(M0 x0) )        ten
//   times, k += W
//
// A 32-bit word lives in the low half of a 64-bit lane, so that one widening multiplication gives lo and hi
// at once. The high half of a word is garbage: neither the multiplications nor the exclusive-ors carry it
// down. Source: Salmon et al., SC11. Bit-identical to Random123's philox4x32 (tests/random/noise_test.cpp).
#if defined(KAIROS_RANDOM_PHILOX_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_RANDOM_PHILOX_INL
#undef KAIROS_RANDOM_PHILOX_INL
#else
#define KAIROS_RANDOM_PHILOX_INL
#endif

#include <cstdint>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::random::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using WordTag = hn::ScalableTag<std::uint64_t>;
using Word = hn::Vec<WordTag>;

// Four 32-bit words per lane: a counter before the rounds, random bits after them.
struct Block {
    Word x0, x1, x2, x3;
};

// The keys of the ten rounds.
struct KeySchedule {
    std::uint64_t k0[10], k1[10];

    KeySchedule(std::uint32_t key0, std::uint32_t key1) {
        for (int round = 0; round < 10; ++round) {
            k0[round] = key0;
            k1[round] = key1;
            key0 += 0x9E3779B9u;
            key1 += 0xBB67AE85u;
        }
    }
};

// 64-bit product of the low halves.
HWY_INLINE Word widening_product(Word a, Word b) {
#if HWY_TARGET == HWY_SCALAR  // has no lane pairs
    constexpr std::uint64_t low_half = 0xFFFFFFFFu;
    return hn::Set(WordTag(), (hn::GetLane(a) & low_half) * (hn::GetLane(b) & low_half));
#else
    const hn::Repartition<std::uint32_t, WordTag> halves;
    return hn::MulEven(hn::BitCast(halves, a), hn::BitCast(halves, b));
#endif
}

HWY_INLINE Block philox(const KeySchedule& keys, Block x) {
    const WordTag tag;
    const Word m0 = hn::Set(tag, 0xD2511F53u);
    const Word m1 = hn::Set(tag, 0xCD9E8D57u);
    for (int round = 0; round < 10; ++round) {
        const Word p0 = widening_product(m0, x.x0);
        const Word p1 = widening_product(m1, x.x2);
        x.x0 = hn::Xor3(hn::ShiftRight<32>(p1), x.x1, hn::Set(tag, keys.k0[round]));
        x.x2 = hn::Xor3(hn::ShiftRight<32>(p0), x.x3, hn::Set(tag, keys.k1[round]));
        x.x1 = p1;
        x.x3 = p0;
    }
    return x;
}

}  // namespace kairos::random::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#endif
