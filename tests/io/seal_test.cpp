// A seal is compared with one of another pen (zlib's CRC-32 by Python), whatever the number of ranks.
#include "kairos/io/seal.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "kairos/base/error.hpp"
#include "support/shared_folder.hpp"

namespace kairos::io {
namespace {

class SealTest : public testing::Test {
protected:
    parallel::Communicator world = parallel::Communicator::world();
    support::SharedFolder folder{world};
    std::string path = folder.file("file");

    void write(const std::string& text) const {
        if (world.is_root()) std::ofstream(path, std::ios::binary) << text;
        world.barrier();
    }
    std::string content() const {
        std::ifstream file(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    bool holds_with(const std::string& text) const {
        world.barrier();
        write(text);
        return seal_holds(path, world);
    }
};

// python3: zlib.crc32(struct.pack("<Qd", 3, zlib.crc32(b"abc")))
TEST_F(SealTest, IsTheCrcOfTheLengthAndOfTheCrcOfEveryBlock) {
    write("abc");
    seal(path, world);

    EXPECT_EQ(content(), "abckairos-seal crc32 beac9caa\n");
    EXPECT_TRUE(seal_holds(path, world));
    EXPECT_TRUE(bears_seal(path));
}

// python3: the same of 3 different blocks, the last of one byte, of b"x" * 2**20 + b"y" * 2**20 + b"z"
TEST_F(SealTest, IsThatOfAnyNumberOfRanks) {
    constexpr std::size_t block = std::size_t{1} << 20U;
    write(std::string(block, 'x') + std::string(block, 'y') + "z");
    seal(path, world);

    EXPECT_TRUE(content().ends_with("zkairos-seal crc32 eface95b\n"));
    EXPECT_TRUE(seal_holds(path, world));
}

TEST_F(SealTest, HoldsOfNothingElse) {
    write(std::string(100, 'a') + "b");
    seal(path, world);
    const std::string whole = content();

    for (std::size_t at = 0; at < whole.size(); ++at) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        EXPECT_FALSE(holds_with(damaged)) << "byte " << at;
    }
    EXPECT_FALSE(holds_with(whole.substr(1)));
    EXPECT_FALSE(holds_with(whole.substr(0, whole.size() - 1)));
    EXPECT_FALSE(holds_with(whole + '\n'));
    EXPECT_FALSE(holds_with("ab"));
    EXPECT_TRUE(holds_with(whole));
}

TEST_F(SealTest, OfWhatCannotBeReadOrWrittenIsNone) {
    const std::string absent = folder.file("absent/file");

    EXPECT_FALSE(seal_holds(absent, world));
    EXPECT_FALSE(bears_seal(absent));
    EXPECT_THROW(seal(absent, world), OutputError);
}

}  // namespace
}  // namespace kairos::io
