// A slice of more than 2^27 numbers, which HDF5 gets in several writes: every number is where it belongs. Takes a gibibyte of memory and of disk.
#include <gtest/gtest.h>

#include <numeric>

#include "kairos/io/read_result.hpp"
#include "kairos/io/result_file.hpp"
#include "support/shared_folder.hpp"

namespace kairos::io {
namespace {

constexpr std::size_t rows = 16400, columns = 8192, most = std::size_t{1} << 27U;
static_assert(rows * columns > most);

std::vector<double> counted(std::size_t first, std::size_t last) {
    std::vector<double> values(last - first);
    std::iota(values.begin(), values.end(), static_cast<double>(first));
    return values;
}

// The last rank has little, and has to take part in the writes of the first all the same.
TEST(LargeWrite, PiecesOfASliceFollowOneAnother) {
    const parallel::Communicator world = parallel::Communicator::world();
    const support::SharedFolder folder(world);
    const std::string path = folder.file("result.h5");
    const std::size_t share = rows * columns - 10 * static_cast<std::size_t>(world.size() - 1);
    const auto rank = static_cast<std::size_t>(world.rank());
    const std::size_t begin = rank == 0 ? 0 : share + 10 * (rank - 1), end = share + 10 * rank;
    {
        ResultFile file(world, path);
        file.attributes("/", {{"format", "kairos"}});
        file.attributes("/", {{"format_version", "1.0"}});
        file.scale("/row", std::span<const double>(counted(0, rows)), "row", "1");
        file.scale("/column", std::span<const double>(counted(0, columns)), "column", "1");
        file.write_slice("/large", {"/row", "/column"}, 0, {begin, end}, counted(begin, end));
        file.publish();
    }
    const ResultReader reader(path);
    for (std::size_t row = 0; row < rows; row += 16)
        ASSERT_EQ(reader.rows("/large", row, row + 1), counted(row * columns, (row + 1) * columns)) << row;
    for (std::size_t row = most / columns - 2; row < rows; ++row)
        ASSERT_EQ(reader.rows("/large", row, row + 1), counted(row * columns, (row + 1) * columns)) << row;
}

}  // namespace
}  // namespace kairos::io
