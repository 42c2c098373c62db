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
    const Config beside = config_of({"--time.points=64", "--time.list=0.5,1,2.5"});
    EXPECT_EQ(beside.points, 3);
    EXPECT_EQ(resolved(beside, "time.points"), "3");
}

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

TEST(Config, TheCheckpointLiesBesideTheResultUnlessNamed) {
    EXPECT_EQ(config_of({"--output.file=a/r.h5"}).checkpoint, "a/r.h5.checkpoint");
    EXPECT_EQ(config_of({"--run.checkpoint=scratch/c.h5"}).checkpoint, "scratch/c.h5");
    EXPECT_EQ(config_of({"--run.checkpoint=none"}).checkpoint, "");
    EXPECT_EQ(config_of({"--run.walltime=60"}).walltime, 60.0);
}

}  // namespace
}  // namespace kairos::app
