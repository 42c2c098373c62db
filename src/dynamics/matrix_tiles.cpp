#include "matrix_tiles.hpp"

#include <algorithm>

#include "kairos/random/dispatch.hpp"

#if defined(__x86_64__)
#define KAIROS_TILE(...) asm volatile(__VA_ARGS__)
#else
#define KAIROS_TILE(...)
#endif

namespace kairos::dynamics {
namespace {

// All eight registers: 16 rows of 64 bytes.
struct alignas(64) TileShapes {
    std::uint8_t palette = 1, start = 0, reserved[14] = {};
    std::uint16_t bytes_of_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

// Registers 0 to 3 are the sums, two by two.
void clear() { KAIROS_TILE("tilezero %tmm0\n\ttilezero %tmm1\n\ttilezero %tmm2\n\ttilezero %tmm3"); }

void add_sheet([[maybe_unused]] const std::int8_t* left, [[maybe_unused]] const std::int8_t* right) {
    KAIROS_TILE(
        "tileloadd (%0,%2,1), %%tmm4\n\t"
        "tileloadd (%1,%2,1), %%tmm6\n\t"
        "tdpbssd %%tmm6, %%tmm4, %%tmm0\n\t"
        "tileloadd 1024(%1,%2,1), %%tmm7\n\t"
        "tdpbssd %%tmm7, %%tmm4, %%tmm1\n\t"
        "tileloadd 1024(%0,%2,1), %%tmm5\n\t"
        "tdpbssd %%tmm6, %%tmm5, %%tmm2\n\t"
        "tdpbssd %%tmm7, %%tmm5, %%tmm3"
        :
        : "r"(left), "r"(right), "r"(Index{64})
        : "memory");
}

void store([[maybe_unused]] std::int32_t* sums) {
    constexpr Index half = 16;
    KAIROS_TILE(
        "tilestored %%tmm0, (%0,%2,1)\n\t"
        "tilestored %%tmm1, 64(%0,%2,1)\n\t"
        "tilestored %%tmm2, (%1,%2,1)\n\t"
        "tilestored %%tmm3, 64(%1,%2,1)"
        :
        : "r"(sums), "r"(sums + half * sheet_lanes), "r"(Index{4 * sheet_lanes})
        : "memory");
}

void add_sheet_by_loops(const std::int8_t* left, const std::int8_t* right, std::int32_t* sums) {
    const auto of_left = [left](Index k, Index p) { return left[p / 16 * 1024 + p % 16 * 64 + k]; };
    const auto of_right = [right](Index k, Index q) {
        return right[q / 16 * 1024 + k / 4 * 64 + q % 16 * 4 + k % 4];
    };
    for (Index p = 0; p < sheet_lanes; ++p)
        for (Index q = 0; q < sheet_lanes; ++q)
            for (Index k = 0; k < sheet_values; ++k)
                sums[p * sheet_lanes + q] += of_left(k, p) * of_right(k, q);
}

}  // namespace

MatrixTiles::MatrixTiles() : in_registers_(random::matrix_tiles_allowed()) {
    if (!in_registers_) return;
    [[maybe_unused]] const TileShapes shapes;
    KAIROS_TILE("ldtilecfg %0" : : "m"(shapes));
}

MatrixTiles::~MatrixTiles() {
    if (in_registers_) KAIROS_TILE("tilerelease");
}

void MatrixTiles::multiply(const std::int8_t* left, const std::int8_t* right, Index sheets,
                           std::int32_t* sums, Upcoming& next) const {
    const Index distance = sheets * sheet_bytes;  // between digits
    for (Index level = 0; level < digits; ++level, sums += sums_of_level) {
        if (in_registers_)
            clear();
        else
            std::fill_n(sums, sums_of_level, 0);
        for (Index i = 0; i <= level; ++i) {
            const std::int8_t* l = left + i * distance;
            const std::int8_t* r = right + (level - i) * distance;
            for (Index s = 0; s < sheets; ++s, l += sheet_bytes, r += sheet_bytes) {
                next.fetch();
                if (in_registers_)
                    add_sheet(l, r);
                else
                    add_sheet_by_loops(l, r, sums);
            }
        }
        if (in_registers_) store(sums);
    }
}

}  // namespace kairos::dynamics
#undef KAIROS_TILE
