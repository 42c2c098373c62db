// What every rank should hold is computed on every rank from the rank numbers alone and compared with what
// arrived. Each test also runs on the serial twin.
#include "kairos/parallel/communicator.hpp"

#include <gtest/gtest.h>
#include <mpi.h>

#include <limits>
#include <numeric>

#include "kairos/parallel/mpi_session.hpp"
#include "kairos/parallel/native.hpp"

namespace kairos::parallel {
namespace {

class EveryCommunicator : public testing::TestWithParam<bool> {
protected:
    Communicator communicator = GetParam() ? Communicator::world() : Communicator::serial();
    int rank = communicator.rank(), size = communicator.size();
};
INSTANTIATE_TEST_SUITE_P(Both, EveryCommunicator, testing::Bool(),
                         [](const auto& twin) { return twin.param ? "World" : "Serial"; });

// What rank r contributes: its own length, values that name rank and place.
std::vector<double> values_of(int rank, std::size_t extra = 0) {
    std::vector<double> values(static_cast<std::size_t>(rank) * 3 + extra);
    std::iota(values.begin(), values.end(), 1000.0 * rank);
    return values;
}

TEST_P(EveryCommunicator, AgreesWithMpiAboutRankAndSize) {
    int expected_rank = 0, expected_size = 1;
    MPI_Comm_rank(native(communicator), &expected_rank);
    MPI_Comm_size(native(communicator), &expected_size);
    EXPECT_EQ(rank, expected_rank);
    EXPECT_EQ(size, expected_size);
    EXPECT_EQ(communicator.is_root(), rank == 0);
}

TEST_P(EveryCommunicator, ReducesScalarsAndVectors) {
    const std::int64_t ranks = size;
    EXPECT_EQ(communicator.sum(std::int64_t{rank} + 1), ranks * (ranks + 1) / 2);
    EXPECT_EQ(communicator.sum(std::uint64_t{1} << 62U), static_cast<std::uint64_t>(ranks) << 62U);
    EXPECT_EQ(communicator.max(static_cast<double>(-rank)), 0.0);
    EXPECT_EQ(communicator.min(static_cast<double>(-rank)), 1.0 - static_cast<double>(ranks));
    std::vector<std::int64_t> values = {rank, -rank, 7};
    communicator.max(std::span(values));
    EXPECT_EQ(values, (std::vector<std::int64_t>{ranks - 1, 0, 7}));
    std::vector<double> sums = {0.5, static_cast<double>(rank)};
    communicator.sum(std::span(sums));
    EXPECT_EQ(sums, (std::vector<double>{0.5 * size, 0.5 * size * (size - 1)}));
}

TEST_P(EveryCommunicator, GathersTexts) {
    const auto text_of = [](int of) {
        return std::string(static_cast<std::size_t>(of) * 2, 'x') + "\xc3\xa9";
    };
    const auto texts = communicator.gather_texts(text_of(rank));
    ASSERT_EQ(texts.size(), communicator.is_root() ? static_cast<std::size_t>(size) : 0U);
    for (std::size_t of = 0; of < texts.size(); ++of) EXPECT_EQ(texts[of], text_of(static_cast<int>(of)));
}

TEST_P(EveryCommunicator, KnowsWhetherAnyOrAllAgree) {
    EXPECT_TRUE(communicator.any(rank == size - 1));
    EXPECT_FALSE(communicator.any(false));
    EXPECT_TRUE(communicator.all(true));
    EXPECT_EQ(communicator.all(rank == 0), size == 1);
}

TEST_P(EveryCommunicator, BroadcastsSpansValuesAndText) {
    const int root = size - 1;
    std::vector<double> values = values_of(rank == root ? root : 0, 5);
    values.resize(values_of(root, 5).size());
    communicator.broadcast(std::span(values), root);
    EXPECT_EQ(values, values_of(root, 5));
    struct Pair {
        int first;
        double second;
    } pair{rank, 0.25 * rank};
    communicator.broadcast_value(pair, root);
    EXPECT_EQ(pair.first, root);
    EXPECT_EQ(pair.second, 0.25 * root);
    std::string text = rank == root ? "kairos" : "something longer";
    communicator.broadcast(text, root);
    EXPECT_EQ(text, "kairos");
    std::string nothing = rank == root ? "" : "x";
    communicator.broadcast(nothing, root);
    EXPECT_EQ(nothing, "");
}

TEST_P(EveryCommunicator, GivesTheTextOfTheLowestRankThatHasOne) {
    EXPECT_EQ(communicator.first_text(""), "");
    EXPECT_EQ(communicator.first_text("rank " + std::to_string(rank)), "rank 0");
    const std::string mine = rank == size - 1 ? "last" : "";
    EXPECT_EQ(communicator.first_text(mine), "last");
}

// Pieces of 2 values: every transfer is cut, as those beyond 2^31 bytes are.
TEST_P(EveryCommunicator, JoinsVectorsInRankOrderWholeOrInPieces) {
    std::vector<double> expected;
    for (int r = 0; r < size; ++r) {
        const auto part = values_of(r, 1);
        expected.insert(expected.end(), part.begin(), part.end());
    }
    for (const std::size_t piece : {largest_piece, std::size_t{2}}) {
        EXPECT_EQ(communicator.all_gather(values_of(rank, 1), piece), expected);
        EXPECT_EQ(communicator.gather(values_of(rank, 1), piece),
                  rank == 0 ? expected : std::vector<double>{});
    }
}

// Vectors of one length, and of very different ones, take different ways.
TEST_P(EveryCommunicator, JoinsVectorsThatAreAlikeOrThatOneRankHasAlone) {
    std::vector<double> alike;
    for (int r = 0; r < size; ++r) alike.insert(alike.end(), {1.0 * r, 0.5});
    EXPECT_EQ(communicator.all_gather(std::vector{1.0 * rank, 0.5}), alike);
    const auto lonely = values_of(size - 1, 4);
    EXPECT_EQ(communicator.all_gather(rank == size - 1 ? lonely : std::vector<double>{}), lonely);
    EXPECT_TRUE(communicator.all_gather({}).empty());
    const std::vector<double> none;
    EXPECT_EQ(communicator.gather(std::vector{1.0 * rank, 0.5}), rank == 0 ? alike : none);
    EXPECT_EQ(communicator.gather(rank == size - 1 ? lonely : none), rank == 0 ? lonely : none);
    EXPECT_TRUE(communicator.gather({}).empty());
}

TEST_P(EveryCommunicator, CarriesEveryPartToItsRankWholeOrInPieces) {
    for (const std::size_t piece : {largest_piece, std::size_t{2}}) {
        std::vector<std::vector<double>> to;  // values_of(me) + target, as many as me * 3 + target
        for (int target = 0; target < size; ++target)
            to.push_back(values_of(rank, static_cast<std::size_t>(target)));
        const auto from = communicator.all_to_all(std::move(to), piece);
        ASSERT_EQ(from.size(), static_cast<std::size_t>(size));
        for (int source = 0; source < size; ++source)
            EXPECT_EQ(from[static_cast<std::size_t>(source)],
                      values_of(source, static_cast<std::size_t>(rank)));
    }
}

TEST_P(EveryCommunicator, RefusesAnAllToAllWithAPartTooMany) {
    EXPECT_THROW(
        (void)communicator.all_to_all(std::vector<std::vector<double>>(static_cast<std::size_t>(size) + 1)),
        Error);
}

TEST_P(EveryCommunicator, FindsItsNode) {
    const Communicator node = communicator.node();
    EXPECT_EQ(communicator.one_node(), communicator.all(node.size() == size));
    EXPECT_EQ(communicator.sum(std::int64_t{node.is_root()}) == 1, communicator.one_node());
    node.barrier();
}

TEST(MpiCheck, NamesTheCallThatFailed) {
    EXPECT_NO_THROW(check(MPI_SUCCESS, "MPI_Nothing"));
    double value = 0;
    try {
        check(MPI_Send(&value, 1, MPI_DOUBLE, 1000000, 0, MPI_COMM_WORLD), "MPI_Send");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), ExitCode::other);
        EXPECT_NE(std::string(error.what()).find("MPI_Send failed: MPI_ERR_RANK"), std::string::npos)
            << error.what();
    }
}

}  // namespace
}  // namespace kairos::parallel
