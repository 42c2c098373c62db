// Files are made with HDF5's high-level calls, so that the reader is tested without the writer.
#include "kairos/io/read_result.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "kairos/base/error.hpp"
#include "support/hdf5_sample.hpp"
#include "support/shared_folder.hpp"

namespace kairos::io {
namespace {

using support::Hdf5Sample;

class ReadResultTest : public testing::Test {
protected:
    support::SharedFolder folder{parallel::Communicator::serial()};
    std::string path = folder.file("result.h5");

    void make(const std::string& version = "1.0") const {
        Hdf5Sample sample(path);
        sample.set_text("/", "format", "kairos").set_text("/", "format_version", version);
        sample.add("time", {3}, std::vector<double>{1, 2, 3})
            .add_group("b")
            .add_group("a")
            .add_group("a/deep");
        sample.add("a/table", {2, 3}, std::vector<int>{1, 2, 3, 4, 5, 6})
            .add("a/number", {}, std::vector<double>{2.5});
        sample.add_text("a/text", "hello").set_text("a", "two", "2").set_text("a", "one", "1");
    }
    std::string fault_of(const auto& body) const {
        try {
            body();
        } catch (const InputError& error) {
            EXPECT_EQ(error.code(), ExitCode::input_file);
            EXPECT_EQ(error.file, path);
            return error.what();
        }
        return "none";
    }
};

TEST_F(ReadResultTest, ReadsGroupsArraysNumbersAndTexts) {
    make();
    const ResultReader reader(path);
    EXPECT_EQ(reader.file(), path);
    EXPECT_EQ(reader.groups("/"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(reader.groups("/a"), std::vector<std::string>{"deep"});
    EXPECT_EQ(reader.datasets("/a"), (std::vector<std::string>{"number", "table", "text"}));
    EXPECT_TRUE(reader.groups("/absent").empty());
    EXPECT_TRUE(reader.has("/a/number"));
    EXPECT_FALSE(reader.has("/a/number/x"));
    EXPECT_FALSE(reader.has("/c/number"));
    EXPECT_EQ(reader.vector("/time"), (std::vector<double>{1, 2, 3}));
    EXPECT_EQ(reader.scalar("/a/number"), 2.5);
    EXPECT_EQ(reader.array("/a/table").shape, (std::vector<std::size_t>{2, 3}));
    EXPECT_EQ(reader.array("/a/table").values, (std::vector<double>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(reader.shape("/a/table"), (std::vector<std::size_t>{2, 3}));
    EXPECT_EQ(reader.rows("/a/table", 1, 2), (std::vector<double>{4, 5, 6}));
    EXPECT_EQ(reader.rows("/a/table", 0, 2), (std::vector<double>{1, 2, 3, 4, 5, 6}));
    EXPECT_EQ(reader.rows("/time", 1, 3), (std::vector<double>{2, 3}));
    EXPECT_TRUE(reader.rows("/time", 1, 1).empty());
    EXPECT_EQ(reader.text("/a", "one"), "1");
    EXPECT_TRUE(reader.has_attribute("/a", "two"));
    EXPECT_FALSE(reader.has_attribute("/a", "three"));
    EXPECT_EQ(reader.texts("/a"),
              (std::vector<std::pair<std::string, std::string>>{{"one", "1"}, {"two", "2"}}));
}

TEST_F(ReadResultTest, RefusesWhatIsOfAnotherKind) {
    make();
    const ResultReader reader(path);
    const std::pair<std::string, std::string> cases[] = {
        {fault_of([&] { (void)reader.scalar("/absent"); }), "dataset /absent: there is no such dataset"},
        {fault_of([&] { (void)reader.scalar("/time"); }), "it is an array"},
        {fault_of([&] { (void)reader.vector("/a/table"); }), "2 axes instead of one"},
        {fault_of([&] { (void)reader.vector("/a/number"); }), "0 axes instead of one"},
        {fault_of([&] { (void)reader.array("/a"); }), "a group"},
        {fault_of([&] { (void)reader.array("/a/text"); }), "text instead of numbers"},
        {fault_of([&] { (void)reader.text("/a", "three"); }), "no attribute three"},
        {fault_of([&] { (void)reader.text("/absent", "x"); }), "no such object"},
        {fault_of([&] { (void)reader.number("/a", "one"); }), "not one number"},
        {fault_of([&] { (void)reader.numbers("/a", "three"); }), "no attribute three"},
        {fault_of([&] { (void)reader.rows("/a/table", 1, 3); }), "changed while it was read"},
    };
    for (const auto& [fault, reason] : cases) EXPECT_NE(fault.find(reason), std::string::npos) << fault;
}

TEST_F(ReadResultTest, RefusesFilesThatAreNoResults) {
    const auto opening = [&] { return fault_of([&] { const ResultReader reader(path); }); };
    EXPECT_NE(opening().find("no such file"), std::string::npos);
    std::ofstream(path) << "not HDF5 at all, but long enough to be looked at";
    EXPECT_NE(opening().find("not an HDF5 file"), std::string::npos);
    Hdf5Sample(path).add("time", {1}, std::vector<double>{1});
    EXPECT_NE(opening().find("not a kairos result"), std::string::npos);
    Hdf5Sample(path).set_text("/", "format", "other");
    EXPECT_NE(opening().find("not a kairos result"), std::string::npos);
    for (const std::string version : {"2.0", "10.0"}) {
        make(version);
        EXPECT_NE(opening().find("format_version is '" + version + "'"), std::string::npos);
    }
    make("1.7");
    EXPECT_EQ(opening(), "none");
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    EXPECT_NE(opening().find("truncated"), std::string::npos);
}

}  // namespace
}  // namespace kairos::io
