// What was written is read back through ResultReader, byte for byte through the file system, and
// (reader_programs_test.py) through programs of others.
#include "kairos/io/result_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "../../src/io/write_hdf5.hpp"
#include "kairos/base/error.hpp"
#include "kairos/io/file_lock.hpp"
#include "kairos/io/read_result.hpp"
#include "support/result_sample.hpp"
#include "support/shared_folder.hpp"

namespace kairos::io {
namespace {

namespace fs = std::filesystem;
using parallel::Communicator;
using support::SharedFolder;

const std::string kairos_mark = "kairos";

std::string bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<double> counted(std::size_t size, double first = 0.0) {
    std::vector<double> values(size);
    std::iota(values.begin(), values.end(), first);
    return values;
}

class ResultFileTest : public testing::Test {
protected:
    Communicator world = Communicator::world();
    SharedFolder folder{world};
    std::string path = folder.file("result.h5");

    // A file with a mark by which the reader knows it, and the axes time [5] and batch [3].
    std::unique_ptr<ResultFile> begin() const {
        auto file = std::make_unique<ResultFile>(world, path);
        file->attributes("/", {{"format", kairos_mark}});
        file->attributes("/", {{"format_version", "1.0"}});
        file->scale("/time", std::span<const double>(counted(5, 1.0)), "time", "1");
        file->scale("/batch", std::span<const std::int64_t>(std::vector<std::int64_t>{0, 1, 2}), "batch",
                    "1");
        return file;
    }
    std::string fault_of(const auto& body) const {
        try {
            body();
        } catch (const OutputError& error) {
            EXPECT_EQ(error.code(), ExitCode::output);
            return error.what();
        }
        return "none";
    }
    void expect_same_everywhere(const std::string& text) const { EXPECT_EQ(world.first_text(text), text); }
};

TEST_F(ResultFileTest, GivesBackArraysScalarsAndAttributes) {
    auto file = begin();
    file->write("/observables/h/mean", {"/time"}, std::span<const double>(counted(5, 0.5)),
                {{"long_name", "entropy"}, {"K", std::int64_t{3}}, {"scale", 0.25}});
    file->write("/batches/h/count", {"/batch", "/time"}, std::span<const double>(counted(15)));
    file->write("/transitions/s/time", std::nan(""));
    const std::int32_t kind = -7;
    file->write("/kind", {}, std::span<const std::int32_t>(&kind, 1));
    file->group("/config");
    file->attributes("/config", {{"data.dimension", "1024"}});
    file->attributes("/config", {{"empty", ""}});
    file->attributes("/config", {{"data.file", "Größe.h5"}});
    file->publish();

    const ResultReader reader(path);
    EXPECT_EQ(reader.vector("/observables/h/mean"), counted(5, 0.5));
    EXPECT_EQ(reader.text("/observables/h/mean", "long_name"), "entropy");
    EXPECT_EQ(reader.number("/observables/h/mean", "K"), 3);
    EXPECT_EQ(reader.number("/observables/h/mean", "scale"), 0.25);
    EXPECT_EQ(reader.array("/batches/h/count").shape, (std::vector<std::size_t>{3, 5}));
    EXPECT_EQ(reader.array("/batches/h/count").values, counted(15));
    EXPECT_TRUE(std::isnan(reader.scalar("/transitions/s/time")));
    EXPECT_EQ(reader.scalar("/kind"), -7);
    EXPECT_EQ(reader.texts("/config"),
              (std::vector<std::pair<std::string, std::string>>{
                  {"data.dimension", "1024"}, {"data.file", "Größe.h5"}, {"empty", ""}}));
    EXPECT_EQ(reader.text("/time", "units"), "1");
}

TEST_F(ResultFileTest, TheRootsValuesAndAttributesCount) {
    auto file = begin();
    const bool root = world.is_root();
    file->write("/a", {"/time"},
                root ? Values(std::span<const std::int64_t>(std::vector<std::int64_t>(5, 9)))
                     : Values(std::span<const double>()));
    file->attributes("/a", {{"who", root ? Attribute("root") : Attribute(17.0)}});
    file->attributes(
        "/a", {{"numbers", root ? Attribute(std::vector<double>{1, 2}) : Attribute(std::vector<double>{})}});
    file->publish();
    const ResultReader reader(path);
    EXPECT_EQ(reader.vector("/a"), std::vector<double>(5, 9.0));
    EXPECT_EQ(reader.text("/a", "who"), "root");
}

TEST_F(ResultFileTest, WritingAnAttributeAgainReplacesIt) {
    auto file = begin();
    file->attributes("/", {{"status", "partial"}});
    file->attributes("/", {{"status", "complete"}});
    file->publish();
    EXPECT_EQ(ResultReader(path).text("/", "status"), "complete");
}

// The slices cut rows of [time, class] in the middle, and leave the last ranks without a share where columns
// are few.
TEST_F(ResultFileTest, JoinsTheSlicesOfAllRanks) {
    auto file = begin();
    for (const std::size_t classes : {1U, 3U}) {
        const std::string axis = "/class" + std::to_string(classes);
        file->scale(axis, std::span<const double>(counted(classes)), "class", "1");
        const std::size_t columns = 5 * classes;
        const auto range = parallel::slice_of(world.rank(), world.size(), columns);
        std::vector<double> plain, stacked;
        for (std::size_t c = range.begin; c < range.end; ++c) plain.push_back(static_cast<double>(c));
        for (std::size_t b = 0; b < 3; ++b)
            for (std::size_t c = range.begin; c < range.end; ++c)
                stacked.push_back(static_cast<double>(b * columns + c));
        file->write_slice(axis + "_plain", {"/time", axis}, 0, range, plain);
        file->write_slice(axis + "_stacked", {"/batch", "/time", axis}, 1, range, stacked,
                          {{"units", "nat"}});
    }
    const auto one = parallel::slice_of(world.rank(), world.size(), 1);
    file->scale("/single", std::span<const double>(counted(1)), "single", "1");
    file->write_slice("/lonely", {"/single"}, 0, one, counted(one.size(), 4.0));
    file->publish();
    const ResultReader reader(path);
    for (const std::size_t classes : {1U, 3U}) {
        const std::string axis = "/class" + std::to_string(classes);
        EXPECT_EQ(reader.array(axis + "_plain").values, counted(5 * classes));
        EXPECT_EQ(reader.array(axis + "_stacked").values, counted(15 * classes));
        EXPECT_EQ(reader.array(axis + "_stacked").shape, (std::vector<std::size_t>{3, 5, classes}));
        EXPECT_EQ(reader.text(axis + "_stacked", "units"), "nat");
    }
    EXPECT_EQ(reader.vector("/lonely"), counted(1, 4.0));
}

TEST_F(ResultFileTest, LargeArraysAreChunkedAndComeBackWhole) {
    const std::size_t rows = 300, columns = 1001;  // 2.4 MB
    EXPECT_TRUE(chunks_of({100, 1000}).empty());
    const Shape chunk = chunks_of({rows, columns});
    EXPECT_EQ(chunk, (Shape{300, 251}));
    auto file = begin();
    file->scale("/row", std::span<const double>(counted(rows)), "row", "1");
    file->scale("/column", std::span<const double>(counted(columns)), "column", "1");
    const auto range = parallel::slice_of(world.rank(), world.size(), columns);
    std::vector<double> mine;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = range.begin; c < range.end; ++c)
            mine.push_back(static_cast<double>(r * columns + c));
    file->write_slice("/sliced", {"/row", "/column"}, 1, range, mine);
    file->write("/whole", {"/row", "/column"}, std::span<const double>(counted(rows * columns)));
    file->publish();
    const ResultReader reader(path);
    EXPECT_EQ(reader.array("/sliced").values, counted(rows * columns));
    EXPECT_EQ(reader.array("/whole").values, counted(rows * columns));
}

TEST_F(ResultFileTest, EmptyAxesAndArraysKeepTheirAttributes) {
    auto file = begin();
    file->scale("/b/event", std::span<const std::int64_t>(), "event", "1");
    file->write("/b/event_time", {"/b/event"}, std::span<const double>(), {{"units", "1"}});
    file->write("/b/position", {"/b/event", "/time"}, std::span<const double>());
    file->publish();
    const ResultReader reader(path);
    EXPECT_TRUE(reader.vector("/b/event_time").empty());
    EXPECT_EQ(reader.text("/b/event_time", "units"), "1");
    EXPECT_EQ(reader.array("/b/position").shape, (std::vector<std::size_t>{0, 5}));
}

TEST_F(ResultFileTest, TimeInAGroupIsTheSameObject) {
    auto file = begin();
    file->group("/theory");
    file->link_time("/theory");
    file->link_time("/theory");
    file->publish();
    EXPECT_EQ(ResultReader(path).vector("/theory/time"), counted(5, 1.0));
    EXPECT_EQ(ResultReader(path).groups("/"), std::vector<std::string>{"theory"});
}

TEST_F(ResultFileTest, ReplacesThePreviousFileOnlyWhenPublished) {
    if (world.is_root()) std::ofstream(path) << "previous";
    world.barrier();
    {
        auto file = begin();
        file->write("/x", 1.0);
        EXPECT_EQ(bytes_of(path), "previous");
        EXPECT_TRUE(fs::exists(path + ".part"));
    }  // not published
    world.barrier();
    EXPECT_EQ(bytes_of(path), "previous");
    EXPECT_FALSE(fs::exists(path + ".part"));
    world.barrier();
    auto file = begin();
    file->publish();
    EXPECT_FALSE(fs::exists(path + ".part"));
    EXPECT_EQ(ResultReader(path).vector("/time"), counted(5, 1.0));
}

// Every rank alone, and all ranks together, write the same bytes: neither the ranks nor the clock leave a
// trace.
TEST_F(ResultFileTest, TheBytesDoNotDependOnTheNumberOfRanks) {
    support::write_result_sample(world, path);
    const std::string alone = folder.file("alone" + std::to_string(world.rank()) + ".h5");
    support::write_result_sample(Communicator::serial(), alone);
    const std::string together = bytes_of(path);
    EXPECT_GT(together.size(), 1000000U);
    EXPECT_TRUE(together == bytes_of(alone));
}

TEST_F(ResultFileTest, RefusesPlacesThatCannotBeWrittenOnEveryRankAlike) {
    if (world.is_root()) {
        std::ofstream(folder.file("plain")) << "x";
        fs::create_directory(folder.file("sub.h5"));
    }
    world.barrier();
    const auto refused = [&](const std::string& name, const std::string& reason) {
        const std::string by_constructor = fault_of([&] { const ResultFile file(world, name); });
        const std::string by_lock = fault_of([&] { const FileLock lock(world, name); });
        EXPECT_NE(by_constructor.find(name), std::string::npos) << by_constructor;
        EXPECT_NE(by_constructor.find(reason), std::string::npos) << by_constructor;
        EXPECT_NE(by_lock.find(reason), std::string::npos) << by_lock;
        expect_same_everywhere(by_constructor);
        expect_same_everywhere(by_lock);
    };
    refused(folder.file("absent/result.h5"), "there is no folder");
    refused(folder.file("plain/result.h5"), "there is no folder");
    refused(folder.file("sub.h5"), "that is a folder");
    refused(folder.path().string() + "/", "that is a folder");
    refused("/proc/result.h5", "cannot be made");
    EXPECT_EQ(fault_of([&] { const FileLock lock(world, path); }), "none");
    world.barrier();
    EXPECT_FALSE(fs::exists(path + ".part"));
}

TEST_F(ResultFileTest, RefusesWrongCountsUnknownAxesAndGapsOnEveryRankAlike) {
    auto file = begin();
    const auto refused = [&](const std::string& reason, const auto& body) {
        const std::string fault = fault_of(body);
        EXPECT_NE(fault.find(reason), std::string::npos) << fault;
        expect_same_everywhere(fault);
    };
    const auto five = counted(5), four = counted(4);
    refused("4 values for 5 places", [&] { file->write("/a", {"/time"}, std::span<const double>(four)); });
    refused("/nothing has not been written",
            [&] { file->write("/a", {"/nothing"}, std::span<const double>(five)); });
    const auto range = parallel::slice_of(world.rank(), world.size(), 4);
    refused("hold 4 columns of 5",
            [&] { file->write_slice("/a", {"/time"}, 0, range, counted(range.size())); });
    refused("hold 0 columns of 5", [&] { file->write_slice("/a", {"/time"}, 0, {0, 0}, {}); });
    if (world.size() > 1)  // all of it, more than once
        refused("hold " + std::to_string(5 * world.size()) + " columns of 5", [&] {
            file->write_slice("/a", {"/time"}, 0, {0, 5}, five);
        });
    file->write("/a", {"/time"}, std::span<const double>(five));
    refused("/a", [&] { file->write("/a", {"/time"}, std::span<const double>(five)); });
    refused("/absent", [&] { file->attributes("/absent", {{"name", "value"}}); });
    refused("an earlier failure", [&] { file->publish(); });
    file.reset();
    world.barrier();
    EXPECT_FALSE(fs::exists(path));
    EXPECT_FALSE(fs::exists(path + ".part"));
}

// A full disk, by a limit on the size of files: the previous result survives, and every rank hears of it.
TEST_F(ResultFileTest, AFullDiskLeavesThePreviousFile) {
    if (world.is_root()) std::ofstream(path) << "previous";
    world.barrier();
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit tight{1U << 20U, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    const std::string fault = fault_of([&] { support::write_result_sample(world, path); });
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_NE(fault.find("cannot write " + path), std::string::npos) << fault;
    expect_same_everywhere(fault);
    EXPECT_EQ(bytes_of(path), "previous");
    world.barrier();
    EXPECT_FALSE(fs::exists(path + ".part"));
}

}  // namespace
}  // namespace kairos::io
