// Settings that contradict each other, one table a kind; and what only looks like a contradiction.
#include <gtest/gtest.h>

#include "kairos/app/config.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

using Tokens = std::vector<std::string>;

Config config_of(const Tokens& tokens) { return read_config("", tokens); }

struct Refused {
    std::string key;
    Tokens tokens;
    std::string says;  // part of the sentence
};

class Contradiction : public testing::TestWithParam<Refused> {};

TEST_P(Contradiction, IsRefusedNamingTheKey) {
    try {
        (void)config_of(GetParam().tokens);
        FAIL() << testing::PrintToString(GetParam().tokens);
    } catch (const ConfigError& error) {
        const std::string sentence = error.what();
        EXPECT_EQ(error.code(), ExitCode::configuration);
        EXPECT_EQ(error.key, GetParam().key) << sentence;
        EXPECT_FALSE(error.allowed.empty()) << sentence;
        EXPECT_NE(sentence.find(GetParam().key), std::string::npos);
        EXPECT_NE(sentence.find(GetParam().says), std::string::npos) << sentence;
    }
}

const std::string two = "--data.model=two-clusters", simplex = "--data.model=simplex",
                  tree = "--data.model=hierarchical", rank = "--data.model=low-rank",
                  mixture = "--data.model=mixture-file", dataset = "--data.model=dataset-file",
                  forward = "--ensemble.direction=forward", marginal = "--ensemble.direction=marginal";

INSTANTIATE_TEST_SUITE_P(
    Data, Contradiction,
    testing::Values(
        Refused{"data.components", {two, "--data.components=3"}, "2"},
        Refused{"data.components", {rank, "--data.components=2"}, "1"},
        Refused{"data.components", {"--data.model=gaussian-process", "--data.components=2"}, "1"},
        Refused{"data.components", {tree, "--data.components=5", "--data.dimension=9"}, "branching^levels"},
        Refused{"data.components", {simplex, "--data.components=4", "--data.dimension=2"}, "dimension + 1"},
        Refused{
            "data.components", {"--data.model=unequal-variances", "--data.components=4"}, "dimension + 1"},
        Refused{"data.levels",
                {tree, "--data.levels=16", "--data.branching=4", "--data.dimension=9e15"},
                "65536"},
        Refused{"data.levels",
                {tree, "--data.levels=16", "--data.branching=65536", "--data.components=4"},
                "65536"},
        Refused{"data.dimension", {tree}, "at least branching^levels - 1 = 3"},
        Refused{"data.separations", {tree, "--data.dimension=3", "--data.separations=1,2,3"}, "2 numbers"},
        Refused{"data.separations", {two, "--data.separations=1,2"}, "hierarchical"},
        Refused{"data.levels", {two, "--data.levels=3"}, "hierarchical"},
        Refused{"data.branching", {two, "--data.branching=3"}, "hierarchical"},
        Refused{"data.weights", {two, "--data.weights=1,2,3"}, "2 numbers"},
        Refused{"data.sigma", {two, "--data.sigma=1,2,3"}, "one number, or 2"},
        Refused{"data.sigma", {rank, "--data.sigma=1,2"}, "one number"},
        Refused{"data.rank", {rank, "--data.rank=3"}, "data.dimension"},
        Refused{"data.rank", {two, "--data.rank=2"}, "low-rank"},
        Refused{"data.residual-sigma", {two, "--data.residual-sigma=1"}, "low-rank"},
        Refused{"data.kernel", {two, "--data.kernel=exponential"}, "gaussian-process"},
        Refused{"data.length-scale", {two, "--data.length-scale=1"}, "gaussian-process"},
        Refused{"data.separation", {rank, "--data.separation=2"}, "two-clusters"},
        Refused{"data.class-level", {two, "--data.class-level=2"}, "not a level"},
        Refused{"data.class-level", {tree, "--data.dimension=3", "--data.class-level=3"}, "from 1 to 2"},
        Refused{"data.file", {two, "--data.file=x.h5"}, "mixture-file"},
        Refused{"data.dataset", {mixture, "--data.file=x.h5", "--data.dataset=y"}, "dataset-file"},
        Refused{"data.labels", {two, "--data.labels=y"}, "mixture-file"},
        Refused{"data.file", {mixture}, "missing"}, Refused{"data.file", {dataset}, "missing"},
        Refused{"data.dataset", {dataset, "--data.file=x.h5"}, "missing"},
        Refused{"data.sigma", {mixture, "--data.file=x.h5", "--data.sigma=2"}, "two-clusters"},
        Refused{"data.samples",
                {dataset, "--data.file=x.h5", "--data.dataset=y", "--data.samples=5"},
                "dataset-file"},
        Refused{"data.class-level",
                {mixture, "--data.file=x.h5", "--data.labels=a,b", "--data.class-level=3"},
                "to 2"}));

std::string branchings(int count) {
    std::string text = "--clones.times=";
    for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + std::to_string(1.0 + 1e-4 * i);
    return text;
}

INSTANTIATE_TEST_SUITE_P(
    Run, Contradiction,
    testing::Values(
        Refused{"process.t-min", {"--process.t-min=5", "--process.t-max=4"}, "t-max"},
        Refused{"process.t-max", {"--process.kind=flow-matching", "--process.t-max=1.2"}, "flow-matching"},
        Refused{"process.beta-max", {"--process.beta-max=10"}, "vp-linear"},
        Refused{"process.sigma-max", {"--process.kind=ve", "--process.sigma-min=1"}, "sigma-min"},
        Refused{"time.list", {"--time.grid=list"}, "missing"},
        Refused{"time.grid", {"--time.grid=uniform", "--time.list=1,2"}, "time.list"},
        Refused{"time.list", {"--time.list=1,1"}, "ascend"},
        Refused{"time.list", {"--time.list=2,1"}, "ascend"},
        Refused{"time.list", {"--time.list=1,11"}, "t = 11"},
        Refused{"time.list", {"--time.list=0.001,1"}, "t-min"},
        Refused{"time.entropy", {"--time.entropy=class"}, "entropic"},
        Refused{"time.entropy", {rank, "--time.grid=entropic", "--time.entropy=class"}, "classes"},
        Refused{"time.substeps", {"--time.points=100001", "--time.substeps=100000"}, "4294967295"},
        Refused{"ensemble.start", {forward, "--ensemble.start=prior"}, "reverse"},
        Refused{"ensemble.integrator", {marginal, "--ensemble.integrator=heun"}, "marginal"},
        Refused{"ensemble.coupling", {"--ensemble.coupling=common"}, "reverse"},
        Refused{"ensemble.coupling", {forward, "--ensemble.coupling=common"}, "marginal"},
        Refused{"clones.times", {marginal, "--clones.times=1"}, "reverse"},
        Refused{"clones.times", {"--clones.times=1,20"}, "t = 20"},
        Refused{"clones.times", {branchings(4097)}, "4096"},
        Refused{"clones.copies", {"--clones.times=1", "--clones.copies=256"}, "255"},
        Refused{
            "time.points", {"--clones.times=1", "--clones.overlap=path", "--time.points=600000"}, "524288"},
        Refused{
            "time.points",
            {"--clones.times=1", "--ensemble.integrator=heun", "--time.points=8", "--time.substeps=70000"},
            "524288"},
        Refused{"observe.states", {"--observe.states=true"}, "observe.paths"},
        Refused{"observe.tangents", {"--observe.tangents=1"}, "exact"},
        Refused{"observe.tangents", {forward, "--observe.tangents=1"}, "forward"},
        Refused{"observe.tangents", {"--ensemble.integrator=heun", "--observe.tangents=3"}, "data.dimension"},
        Refused{"observe.observables",
                {"--observe.observables=entropy_rate,entropy_rat"},
                "Nearest: entropy_rate"},
        Refused{"observe.histograms", {"--observe.histograms=clas_entropy"}, "Nearest: class_entropy"},
        Refused{"observe.histograms", {"--observe.histograms=class_posterior"}, "scalar"},
        Refused{"observe.histograms", {"--observe.histograms=all"}, "not known"}));

INSTANTIATE_TEST_SUITE_P(
    Target, Contradiction,
    testing::Values(
        Refused{"ensemble.target", {"--ensemble.target=class_entropy"}, "standard error above 0"},
        Refused{"ensemble.target", {"--ensemble.target=class_entropy:0"}, "standard error above 0"},
        Refused{"ensemble.target", {"--ensemble.target=clas_entropy:0.1"}, "Nearest: class_entropy"}));

constexpr const char* heun = "--ensemble.integrator=heun";
INSTANTIATE_TEST_SUITE_P(
    Guidance, Contradiction,
    testing::Values(
        Refused{"guidance.weight", {"--guidance.weight=-0.5"}, "needs a class"},
        Refused{"guidance.interval", {"--guidance.interval=1,2"}, "needs a class"},
        Refused{"guidance.class", {"--guidance.class=1"}, "draws from the posterior"},
        Refused{
            "guidance.class", {"--guidance.class=1", "--ensemble.direction=forward"}, "does not generate"},
        Refused{"guidance.class", {"--guidance.class=1", heun, "--observe.tangents=1"}, "tangents"},
        Refused{"guidance.interval", {"--guidance.class=1", heun, "--guidance.interval=1"}, "no interval"},
        Refused{"guidance.interval", {"--guidance.class=1", heun, "--guidance.interval=2,2"}, "no interval"},
        Refused{"guidance.interval", {"--guidance.class=1", heun, "--guidance.interval=50,60"}, "outside"}));

INSTANTIATE_TEST_SUITE_P(
    WithoutData, Contradiction,
    testing::Values(Refused{"run.data-shards", {"--run.data-shards=2"}, "a population without any"},
                    Refused{"run.data-folder", {"--run.data-folder=/tmp"}, "a population without any"}));

INSTANTIATE_TEST_SUITE_P(
    Bifurcation, Contradiction,
    testing::Values(Refused{"bifurcation.drift", {"--bifurcation.drift=sde", "--data.samples=1001"}, "1000"},
                    Refused{
                        "bifurcation.drift",
                        {"--bifurcation.drift=ode", "--data.model=random-clusters", "--data.components=1001"},
                        "1001 components"},
                    Refused{"bifurcation.drift",
                            {"--bifurcation.drift=both", "--data.samples=9", "--data.realisations=2"},
                            "data.realisations"}));

INSTANTIATE_TEST_SUITE_P(
    Realisations, Contradiction,
    testing::Values(
        Refused{"data.realisations", {"--data.realisations=2"}, "same for every data.seed"},
        Refused{"data.realisations", {simplex, "--data.realisations=2"}, "data.samples"},
        Refused{"data.realisations",
                {"--data.model=hierarchical", "--data.dimension=8", "--data.realisations=2"},
                "data.samples"},
        Refused{"data.realisations", {rank, "--data.realisations=2"}, "representation = full"},
        Refused{"data.realisations", {mixture, "--data.file=x.h5", "--data.realisations=2"}, "file"},
        Refused{"data.realisations",
                {dataset, "--data.file=x.h5", "--data.dataset=y", "--data.realisations=2"},
                "file"},
        Refused{"data.realisations",
                {"--data.samples=9", "--data.realisations=11", "--ensemble.trajectories=100",
                 "--ensemble.batch=10"},
                "10 batches"},
        Refused{"data.seed",
                {"--data.samples=9", "--data.realisations=2", "--data.seed=9223372036854775807"},
                "data.realisations"},
        Refused{"clones.pairs",
                {"--data.samples=9", "--data.realisations=5", "--clones.times=1", "--clones.pairs=4"},
                "data.realisations"}));

TEST(Config, RealisationsAreTakenWhereThereIsDisorder) {
    for (const Tokens& tokens :
         std::vector<Tokens>{{"--data.model=random-clusters"},
                             {"--data.model=corners"},
                             {"--data.samples=9"},
                             {rank, "--ensemble.representation=full"},
                             {mixture, "--data.file=x.h5", "--data.samples=9"},
                             {"--data.samples=9", "--ensemble.trajectories=100", "--ensemble.batch=10"},
                             {"--data.samples=9", "--data.seed=9223372036854775798"},
                             {"--data.samples=9", "--clones.times=1", "--clones.pairs=10"}}) {
        Tokens all = tokens;
        all.push_back("--data.realisations=10");
        EXPECT_EQ(config_of(all).realisations, 10U) << testing::PrintToString(tokens);
    }
}

TEST(Config, WhatOnlyLooksLikeAContradictionIsAccepted) {
    for (const Tokens& tokens : std::vector<Tokens>{
             {"--ensemble.trajectories=10", "--ensemble.batch=100"},
             {marginal, "--ensemble.integrator=exact", "--ensemble.start=marginal"},
             {"--data.sigma=0", "--data.separation=0"},
             {mixture, "--data.file=x.h5", "--data.samples=10", "--data.dimension=4"},
             {dataset, "--data.file=x.h5", "--data.dataset=y", "--data.labels=a,b", "--data.class-level=2"},
             {simplex, "--data.components=3", "--data.dimension=2", "--data.weights=1,2,3",
              "--data.sigma=1,2,3"},
             {"--time.list=1"},
             {"--time.list=0.01,10", "--clones.times=10,0.01"},
             {branchings(4096), "--clones.copies=255"},
             {"--clones.times=1", "--time.points=600000"},
             {"--ensemble.integrator=heun", "--observe.tangents=2"},
             {"--observe.paths=3", "--observe.states=true", "--observe.histograms=class_entropy"},
             {"--bifurcation.drift=both", "--data.samples=1000"}}) {
        EXPECT_NO_THROW((void)config_of(tokens)) << testing::PrintToString(tokens);
    }
}

}  // namespace
}  // namespace kairos::app
