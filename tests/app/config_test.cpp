#include "kairos/app/config.hpp"

#include <gtest/gtest.h>

#include "app/ini_file.hpp"
#include "app/keys.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

using Tokens = std::vector<std::string>;

Config config_of(const Tokens& tokens) { return read_config("", tokens); }

std::string resolved(const Config& config, const std::string& key) {
    for (const auto& [name, value] : config.resolved) {
        if (name == key) return value;
    }
    return "(absent)";
}

TEST(Config, DefaultsAreTheStandardTest) {
    const Config config = config_of({});
    EXPECT_EQ(config.model.kind, law::ModelKind::two_clusters);
    EXPECT_EQ(config.model.dimension, 2.0);
    EXPECT_EQ(config.model.components, 2);
    EXPECT_EQ(config.model.sigma, std::vector<double>{1.0});
    EXPECT_EQ(config.process, dynamics::ScheduleKind::ou);
    EXPECT_EQ(config.grid, dynamics::GridKind::log_snr);
    EXPECT_EQ(config.points, 64);
    EXPECT_EQ(config.trajectories, 10000U);
    EXPECT_FALSE(config.batch.has_value());
    EXPECT_EQ(config.direction, measure::Direction::reverse);
    EXPECT_EQ(config.integrator, dynamics::IntegratorKind::exact);
    EXPECT_EQ(config.observables, std::vector<std::string>{"default"});
    EXPECT_TRUE(config.batch_moments);
    EXPECT_TRUE(config.clone_times.empty());
    EXPECT_EQ(config.output, "result.h5");
    EXPECT_EQ(config.resume, ResumeChoice::automatic);
}

TEST(Config, ResolvedHoldsEveryKeyInOrderOfTheTable) {
    const Config config = config_of({"--data.dimension=1e9"});
    ASSERT_EQ(config.resolved.size(), test::every_key().size());
    for (std::size_t i = 0; i < config.resolved.size(); ++i)
        EXPECT_EQ(config.resolved[i].first, test::every_key()[i].key);
    EXPECT_EQ(config.model.dimension, 1e9);
    EXPECT_EQ(resolved(config, "data.dimension"), "1000000000");
    EXPECT_EQ(resolved(config, "data.components"), "2");
    const dynamics::Schedule schedule(config.process, config.limits);
    EXPECT_EQ(std::stod(resolved(config, "process.t-max")), schedule.t_max().value);
}

TEST(Config, ResolvedGivenBackMeansTheSame) {
    for (const Tokens& tokens : std::vector<Tokens>{
             {},
             {"--data.model=hierarchical", "--data.levels=3", "--data.dimension=20", "--data.class-level=3"},
             {"--data.model=low-rank", "--data.dimension=8", "--data.rank=3"},
             {"--process.kind=ve", "--process.sigma-min=0.01", "--process.sigma-max=50",
              "--time.list=0.25,0.5"},
             {"--process.kind=vp-linear", "--process.beta-max=10", "--ensemble.direction=marginal"},
             {"--data.model=mixture-file", "--data.file=m.h5", "--data.labels=a,b", "--ensemble.batch=64"}}) {
        Tokens again;
        const Config first = config_of(tokens);
        for (const auto& [key, value] : first.resolved) again.push_back("--" + key + "=" + value);
        EXPECT_EQ(config_of(again).resolved, first.resolved);
    }
}

TEST(Config, SetResolvedReplacesAKnownKeyOnly) {
    Config config = config_of({});
    config.set_resolved("ensemble.batch", "20");
    EXPECT_EQ(resolved(config, "ensemble.batch"), "20");
    EXPECT_THROW(config.set_resolved("ensemble.bach", "20"), std::logic_error);
}

TEST(Config, TheCommandLineWinsOverTheFile) {
    const test::IniFile file("[data]\nmodel = simplex\ncomponents = 3\ndimension = 8\n[time]\npoints = 5\n");
    const Config config = read_config(file.path(), {"--data.dimension=16"});
    EXPECT_EQ(config.model.kind, law::ModelKind::simplex);
    EXPECT_EQ(config.model.components, 3);
    EXPECT_EQ(config.model.dimension, 16.0);
    EXPECT_EQ(config.points, 5);
}

// Every choice arrives as the enumerator of its name.
TEST(Config, ChoicesBecomeTheirEnumerators) {
    const auto model = [](const std::string& name, Tokens more = {}) {
        more.push_back("--data.model=" + name);
        return config_of(more).model.kind;
    };
    EXPECT_EQ(model("random-clusters"), law::ModelKind::random_clusters);
    EXPECT_EQ(model("hierarchical", {"--data.dimension=3"}), law::ModelKind::hierarchical);
    EXPECT_EQ(model("unequal-variances"), law::ModelKind::unequal_variances);
    EXPECT_EQ(model("low-rank"), law::ModelKind::low_rank);
    EXPECT_EQ(model("gaussian-process"), law::ModelKind::gaussian_process);
    EXPECT_EQ(model("corners"), law::ModelKind::corners);
    EXPECT_EQ(model("mixture-file", {"--data.file=m.h5"}), law::ModelKind::mixture_file);
    EXPECT_EQ(model("dataset-file", {"--data.file=m.h5", "--data.dataset=x"}), law::ModelKind::dataset_file);
    EXPECT_EQ(config_of({"--data.model=gaussian-process", "--data.kernel=matern-3/2"}).model.kernel,
              law::KernelKind::matern_3_2);
    EXPECT_EQ(config_of({"--process.kind=vp-linear"}).process, dynamics::ScheduleKind::vp_linear);
    EXPECT_EQ(config_of({"--process.kind=vp-cosine"}).process, dynamics::ScheduleKind::vp_cosine);
    EXPECT_EQ(config_of({"--process.kind=edm"}).process, dynamics::ScheduleKind::edm);
    EXPECT_EQ(config_of({"--process.kind=flow-matching"}).process, dynamics::ScheduleKind::flow_matching);
    EXPECT_EQ(config_of({"--time.grid=uniform"}).grid, dynamics::GridKind::uniform);
    EXPECT_EQ(config_of({"--time.grid=entropic", "--time.entropy=class"}).entropy, EntropyKind::classes);
    EXPECT_EQ(config_of({"--ensemble.integrator=ode-heun"}).integrator, dynamics::IntegratorKind::ode_heun);
    EXPECT_EQ(config_of({"--ensemble.direction=forward"}).direction, measure::Direction::forward);
    EXPECT_EQ(config_of({"--ensemble.representation=reduced"}).representation, RepresentationChoice::reduced);
    EXPECT_EQ(config_of({"--ensemble.start=prior"}).start, StartKind::prior);
    EXPECT_EQ(config_of({"--run.resume=never"}).resume, ResumeChoice::never);
}

TEST(Config, TheModelSetsItsNumberOfComponents) {
    EXPECT_EQ(config_of({"--data.model=low-rank"}).model.components, 1);
    EXPECT_EQ(config_of({"--data.model=gaussian-process"}).model.components, 1);
    const Config tree = config_of({"--data.model=hierarchical", "--data.levels=3", "--data.branching=4",
                                   "--data.dimension=63", "--data.separation=2"});
    EXPECT_EQ(tree.model.components, 64);
    EXPECT_EQ(tree.model.separations, (std::vector<double>{2, 2, 2}));
    EXPECT_EQ(resolved(tree, "data.separations"), "2,2,2");
}

TEST(Config, AListOfTimesTakesThePlaceOfPoints) {
    const Config config = config_of({"--time.list=0.5,1,2.5"});
    EXPECT_EQ(config.grid, dynamics::GridKind::list);
    EXPECT_EQ(config.list, (std::vector<double>{0.5, 1, 2.5}));
    EXPECT_EQ(config.points, 3);
    EXPECT_EQ(resolved(config, "time.points"), "3");
    EXPECT_EQ(resolved(config, "time.grid"), "list");
}

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

INSTANTIATE_TEST_SUITE_P(
    Run, Contradiction,
    testing::Values(
        Refused{"process.t-min", {"--process.t-min=5", "--process.t-max=4"}, "t-max"},
        Refused{"process.t-max", {"--process.kind=flow-matching", "--process.t-max=1.2"}, "flow-matching"},
        Refused{"process.beta-max", {"--process.beta-max=10"}, "vp-linear"},
        Refused{"process.sigma-max", {"--process.kind=ve", "--process.sigma-min=1"}, "sigma-min"},
        Refused{"time.list", {"--time.grid=list"}, "missing"},
        Refused{"time.grid", {"--time.grid=uniform", "--time.list=1,2"}, "time.list"},
        Refused{"time.points", {"--time.points=8", "--time.list=1,2"}, "time.list"},
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
    NotYet, Contradiction,
    testing::Values(
        Refused{"ensemble.target", {"--ensemble.target=class_entropy:0.01"}, "not available in this version"},
        Refused{"bifurcation.drift", {"--bifurcation.drift=sde"}, "not available in this version"},
        Refused{"landscape.bins", {"--landscape.bins=10"}, "not available in this version"},
        Refused{"guidance.class", {"--guidance.class=-1"}, "not available in this version"},
        Refused{"guidance.weight", {"--guidance.weight=-0.5"}, "not available in this version"},
        Refused{"guidance.interval", {"--guidance.interval=1,2"}, "not available in this version"},
        Refused{"run.checkpoint", {"--run.checkpoint=c.h5"}, "not available in this version"},
        Refused{"run.walltime", {"--run.walltime=60"}, "not available in this version"},
        Refused{"run.data-shards", {"--run.data-shards=2"}, "not available in this version"}));

TEST(Config, NeutralValuesOfWhatComesLaterAreAccepted) {
    const Config config = config_of(
        {"--ensemble.coupling=independent", "--ensemble.target=", "--bifurcation.drift=none",
         "--landscape.bins=0", "--guidance.class=", "--guidance.weight=0.0",
         "--guidance.interval=", "--run.checkpoint=", "--run.walltime=0", "--run.precision=double",
         "--run.data-shards=1", "--run.resume=never", "--run.grace=0", "--run.checkpoint-interval=0"});
    EXPECT_EQ(config.resume, ResumeChoice::never);
    EXPECT_EQ(config.grace, 0.0);
    EXPECT_EQ(config.checkpoint_interval, 0.0);
}

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
             {"--ensemble.integrator=heun", "--observe.tangents=2"},
             {"--observe.paths=3", "--observe.states=true", "--observe.histograms=class_entropy"}}) {
        EXPECT_NO_THROW((void)config_of(tokens)) << testing::PrintToString(tokens);
    }
}

}  // namespace
}  // namespace kairos::app
