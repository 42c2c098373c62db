// The estimate is compared with numbers counted by hand: 8 bytes for each of n d values, once a node.
#include "kairos/app/memory.hpp"

#include <gtest/gtest.h>

#include "kairos/base/error.hpp"
#include "kairos/measure/moments.hpp"
#include "kairos/random/dispatch.hpp"

namespace kairos::app {
namespace {

Config drawn(Index samples, double dimension) {
    Config config;
    config.samples = samples;
    config.model.dimension = dimension;
    return config;
}

Config from_file() {
    Config config;
    config.model.kind = law::ModelKind::dataset_file;
    config.file = "points.h5";
    config.dataset = "x";
    return config;
}

constexpr io::TableShape no_file{};
constexpr io::TableShape million{1000000, 256};  // 2.048 GB

TEST(Memory, APopulationHasNoData) {
    const MemoryNeed need = estimate_memory(drawn(0, 1e9), no_file, 1);
    EXPECT_EQ(need.data, 0.0);
    EXPECT_LT(need.rank(), 1e9);  // two clusters are reduced to one coordinate
}

TEST(Memory, DataAreHeldOnceANode) {
    for (const MemoryNeed& need :
         {estimate_memory(drawn(1000000, 256), no_file, 2), estimate_memory(from_file(), million, 2)}) {
        EXPECT_EQ(need.data, 2.048e9);
        EXPECT_LT(need.law, 0.18 * need.data);  // 44 numbers a datum of 256 coordinates
        EXPECT_EQ(need.node(2), need.data + 2.0 * need.rank());
        EXPECT_EQ(need.node(64) - need.node(63), need.rank());
    }
}

// Up to a gibibyte, in whole groups of six coordinates.
TEST(Memory, FewDataAreHeldOnceMorePacked) {
    Config config = drawn(20000, 1024);
    EXPECT_EQ(estimate_memory(config, no_file, 1).packed,
              (8.0 * 1026 + 4.0 * 516) * 20000);  // 1024, and 512 pairs
    config.precision = dynamics::Precision::mixed;
    random::limit_dispatch("avx512");
    EXPECT_EQ(estimate_memory(config, no_file, 1).packed, 4.0 * 20000 * 1026);
    random::limit_dispatch("amx");
    // three digits twice; with every 192 data a line, their scales and those of the coordinates
    if (random::matrix_tiles_allowed()) {
        EXPECT_NEAR(estimate_memory(config, no_file, 1).packed,
                    20000 * (6.0 * 1024 + (64 + 8.0 * (192 + 1024)) / 192), 1.0);
    }
    EXPECT_EQ(estimate_memory(from_file(), million, 2).packed, 0.0);
}

TEST(Memory, ThePackedCopyGivesWay) {
    const MemoryNeed need = estimate_memory(drawn(20000, 1024), no_file, 2);
    const double both = need.data + need.packed;
    const auto packed = [&](double memory, double shared) {
        return fitting(need, {.memory = memory, .ranks = 2, .shared = {"/dev/shm", shared}}).packed;
    };
    EXPECT_EQ(packed(24e9, both), need.packed);
    EXPECT_EQ(packed(24e9, both - 1.0), 0.0);
    EXPECT_EQ(packed(need.node(2) - 1.0, 24e9), 0.0);
}

TEST(Memory, AMillionPointsFitTwoRanksOf24Gigabytes) {
    const MemoryNeed need = estimate_memory(from_file(), million, 2);
    EXPECT_LT(need.node(2), 3e9);
    EXPECT_NO_THROW(require_memory(from_file(), million, need, {.memory = 24e9, .ranks = 2, .shared = {}}));
}

// 128 lanes, four arrays of weights.
TEST(Memory, WeightsOfAllDataAreCountedWhereTheyAreAskedFor) {
    Config config = from_file();
    EXPECT_LT(estimate_memory(config, million, 1).block, 1e7);
    config.observables = {"all"};
    EXPECT_GE(estimate_memory(config, million, 1).block, 128 * 4 * 8e6);
    Config many = drawn(1000000, 256);
    many.model.components = 1000;  // too many classes for one pass
    EXPECT_GE(estimate_memory(many, no_file, 1).block, 32 * 4 * 8e6);
}

// 256 bins of 8 bytes at 50 times below 20 branching times: the sum, the batch's, an empty one and one that travels.
TEST(Memory, DistributionsOfOverlapsAreCounted) {
    Config config = drawn(0, 64);
    config.points = 50;
    config.clone_times.assign(20, 1.0);
    const MemoryNeed ends = estimate_memory(config, no_file, 1);
    EXPECT_EQ(ends.histograms, 0.0);
    config.overlap_path = true;
    const MemoryNeed path = estimate_memory(config, no_file, 1);
    EXPECT_EQ(path.histograms, 4.0 * 8 * 256 * 50 * 20);
    EXPECT_GE(path.clones - ends.clones, 512.0 * 20 * 50 * sizeof(measure::Moments));
    EXPECT_EQ(path.rank() - ends.rank(), path.histograms + path.clones - ends.clones);
    config.histograms = {"norm2", "class_entropy"};
    EXPECT_EQ(estimate_memory(config, no_file, 1).histograms, 4.0 * 8 * 256 * 50 * 22);
}

// Of 100 paths 64 coordinates, and as many of each of 3 eigenvectors.
TEST(Memory, StoredStatesAndEigenvectorsAreCounted) {
    Config config = drawn(1000, 64);
    config.points = 50;
    config.paths = 100;
    config.trajectories = 1000;
    const double values = estimate_memory(config, no_file, 1).paths;
    config.states = true;
    const double states = estimate_memory(config, no_file, 1).paths;
    config.eigenvalues = 3;
    const MemoryNeed vectors = estimate_memory(config, no_file, 1);
    EXPECT_GE(values, 8.0 * 100 * 50);
    EXPECT_GE(states - values, 8.0 * 100 * 50 * 64);
    EXPECT_GE(vectors.paths - states, 8.0 * 100 * 50 * 64 * 3);
    config.trajectories = 10;
    EXPECT_EQ(estimate_memory(config, no_file, 1).paths, vectors.paths / 10.0);
}

// Of 32 trajectories or more at a time: 96 vectors that the iteration has multiplied and 4 more, of 1000 coordinates each, and a matrix.
TEST(Memory, VectorsOfTheIterationForEigenpairsAreCounted) {
    Config config = drawn(0, 1000);
    config.representation = RepresentationChoice::full;
    const double without = estimate_memory(config, no_file, 1).block;
    config.eigenvalues = 3;
    EXPECT_GE(estimate_memory(config, no_file, 1).block - without, 32.0 * 8 * (100 * 1000 + 100 * 100));
}

TEST(Memory, FewPointsInManyDimensionsAreReducedByEveryRank) {
    const MemoryNeed reduced = estimate_memory(drawn(1000, 1e5), no_file, 1);
    EXPECT_EQ(reduced.data, 8e8);
    EXPECT_GE(reduced.law, 2.0 * reduced.data);  // the vectors and their basis
    Config full = drawn(1000, 1e5);
    full.representation = RepresentationChoice::full;
    EXPECT_LT(estimate_memory(full, no_file, 1).law, 0.1 * reduced.law);
}

TEST(Memory, TheShapeOfAMixtureComesFromItsFile) {
    Config config;
    config.model.kind = law::ModelKind::mixture_file;
    config.file = "mixture.h5";
    EXPECT_GE(estimate_memory(config, {1000, 4096}, 1).law, 8.0 * 1000 * 4096);
    config.samples = 50000;
    EXPECT_EQ(estimate_memory(config, {1000, 4096}, 1).data, 8.0 * 50000 * 4096);
}

// The key that the refusal names; "" where there is none.
std::string refused(const Config& config, const io::TableShape& input, const Machine& machine) {
    try {
        require_memory(config, input, estimate_memory(config, input, 2), machine);
        return "";
    } catch (const ConfigError& error) {
        EXPECT_EQ(error.code(), ExitCode::configuration);
        return error.key;
    }
}

TEST(Memory, WhatDoesNotFitIsRefusedByTheKeyThatAsksForIt) {
    const Machine small{.memory = 1e9, .ranks = 1, .shared = {}};
    EXPECT_EQ(refused(from_file(), million, small), "data.dataset");
    EXPECT_EQ(refused(drawn(1000000, 256), no_file, small), "data.samples");
    Config wide = drawn(0, 1e9);
    wide.representation = RepresentationChoice::full;
    EXPECT_EQ(refused(wide, no_file, small), "data.dimension");
    EXPECT_EQ(refused(drawn(100, 16), no_file, small), "");
}

// Nothing about the data would help.
TEST(Memory, WhatIsKeptIsRefusedByItsOwnKey) {
    const Machine small{.memory = 1e9, .ranks = 1, .shared = {}};
    Config config = drawn(0, 16);
    config.points = 1000000;
    EXPECT_EQ(refused(config, no_file, small), "time.points");
    config.points = 200;
    EXPECT_EQ(refused(config, no_file, small), "");
    Config paths = config;
    paths.paths = paths.trajectories = 1000000;
    EXPECT_EQ(refused(paths, no_file, small), "observe.paths");
    Config histograms = config;
    histograms.histograms.assign(1000, "norm2");
    EXPECT_EQ(refused(histograms, no_file, small), "observe.histograms");
    Config clones = config;
    clones.clone_times.assign(1000, 1.0);
    clones.overlap_path = true;
    EXPECT_EQ(refused(clones, no_file, small), "clones.overlap");
}

TEST(Memory, SharedDataMustFitTheirFolder) {
    Machine machine{.memory = 24e9, .ranks = 2, .shared = {"/dev/shm", 64e6}};
    EXPECT_EQ(refused(from_file(), million, machine), "data.dataset");
    machine.ranks = 1;  // ordinary memory
    EXPECT_EQ(refused(from_file(), million, machine), "");
    machine = {.memory = 24e9, .ranks = 2, .shared = {"/dev/shm", std::nullopt}};
    EXPECT_EQ(refused(from_file(), million, machine), "");
}

TEST(Memory, DataInAFileNeedNotFitTheMemoryButTheirFolder) {
    Config config = from_file();
    config.data_folder = "/scratch";
    const MemoryNeed need = estimate_memory(config, million, 2);
    EXPECT_EQ(need.file, 8.0 * 1000000 * 256);
    EXPECT_EQ(need.data, 0.0);
    Machine machine{
        .memory = 1.5e9, .ranks = 2, .shared = {"/dev/shm", 64e6}, .data = {"/scratch", need.file}};
    EXPECT_EQ(refused(config, million, machine), "");
    machine.data.free_bytes = need.file - 1.0;
    EXPECT_EQ(refused(config, million, machine), "run.data-folder");
    machine.data.free_bytes = std::nullopt;  // a node without the folder
    EXPECT_EQ(refused(config, million, machine), "run.data-folder");
}

TEST(Memory, TheMachineIsThisOne) {
    const Machine machine = machine_of({}, parallel::Communicator::serial());
    EXPECT_GT(machine.memory, 1e8);
    EXPECT_EQ(machine.ranks, 1);
    EXPECT_FALSE(machine.shared.path.empty());
}

}  // namespace
}  // namespace kairos::app
