// Arrays written by ranges of rows: the same arrays as written whole, asked for in order, in more than one piece.
#include <gtest/gtest.h>

#include <filesystem>

#include "kairos/base/error.hpp"
#include "kairos/io/read_result.hpp"
#include "kairos/io/result_file.hpp"
#include "support/shared_folder.hpp"

namespace kairos::io {
namespace {

using parallel::Communicator;

constexpr std::size_t rows = 300, columns = 2400;  // 720,000 values: three pieces of 2^18

double value_at(std::size_t row, std::size_t column, int array) {
    return static_cast<double>(row * columns + column) + 0.25 * array;
}

class ResultRows : public testing::Test {
protected:
    Communicator world = Communicator::world();
    support::SharedFolder folder{world};
    std::string path = folder.file("rows.h5");
    parallel::ColumnSlice own = parallel::slice_of(world.rank(), world.size(), columns);

    std::unique_ptr<ResultFile> begin() const {
        auto file = std::make_unique<ResultFile>(world, path);
        file->attributes("/", {{"format", std::string("kairos")}});
        file->attributes("/", {{"format_version", std::string("1.0")}});
        const std::vector<double> batch(rows), time(columns);
        file->scale("/batch", std::span<const double>(batch), "batch", "1");
        file->scale("/time", std::span<const double>(time), "time", "1");
        return file;
    }
    std::vector<double> piece(std::size_t first, std::size_t last, int array) const {
        std::vector<double> values;
        for (std::size_t row = first; row < last; ++row)
            for (std::size_t at = own.begin; at < own.end; ++at) values.push_back(value_at(row, at, array));
        return values;
    }
};

TEST_F(ResultRows, AreTheArraysWrittenWhole) {
    auto file = begin();
    std::size_t next = 0, calls = 0;
    file->write_rows({"/b/mean", "/b/m2"}, {"/batch", "/time"}, own,
                     [&](std::size_t first, std::size_t last) {
                         EXPECT_EQ(first, next);
                         next = last;
                         ++calls;
                         return std::vector{piece(first, last, 0), piece(first, last, 1)};
                     });
    EXPECT_EQ(next, rows);
    EXPECT_GT(calls, 1U);
    file->write_slice("/whole", {"/batch", "/time"}, 1, own, piece(0, rows, 1));
    file->publish();
    if (world.is_root()) {
        const ResultReader reader(path);
        EXPECT_EQ(reader.shape("/b/mean"), (std::vector<std::size_t>{rows, columns}));
        EXPECT_EQ(reader.array("/b/m2").values, reader.array("/whole").values);
        const auto mean = reader.array("/b/mean").values;
        for (const std::size_t row : {std::size_t{0}, std::size_t{110}, rows - 1})
            for (const std::size_t column : {std::size_t{0}, std::size_t{1000}, columns - 1})
                EXPECT_EQ(mean[row * columns + column], value_at(row, column, 0));
    }
    world.barrier();
}

TEST_F(ResultRows, APieceOfAnotherSizeIsRefusedOnAllRanks) {
    auto file = begin();
    EXPECT_THROW(file->write_rows({"/b/mean"}, {"/batch", "/time"}, own,
                                  [&](std::size_t first, std::size_t last) {
                                      auto values = piece(first, last, 0);
                                      if (world.is_root()) values.pop_back();
                                      return std::vector<std::vector<double>>{values};
                                  }),
                 OutputError);
    file.reset();
    world.barrier();
    EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace kairos::io
