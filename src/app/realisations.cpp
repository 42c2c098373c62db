#include "kairos/app/realisations.hpp"

#include <utility>

#include "kairos/base/error.hpp"

namespace kairos::app {

phases::CloneSpec clone_spec(const Setup& setup) {
    phases::CloneSpec spec;
    spec.law = setup.law.get();
    spec.integrator = setup.config.integrator;
    spec.numerics = setup.ensemble.setting.numerics;
    spec.guidance = setup.ensemble.setting.guidance;
    spec.start_at_prior = setup.ensemble.start_at_prior;
    spec.seed = setup.config.seed;
    for (const double t : setup.config.clone_times) spec.branch_times.push_back(Time{t});
    spec.times = setup.ensemble.times;
    spec.grid = setup.config.grid;
    spec.substeps = setup.config.substeps;
    spec.copies = setup.config.copies;
    spec.overlap_path = setup.config.overlap_path;
    return spec;
}

namespace {

std::optional<Target> target_of(const Setup& setup, const measure::ColumnPlan& plan) {
    const auto& goal = setup.config.target;
    if (!goal) return std::nullopt;
    const auto& column = *plan.find(measure::Quantity::observable, goal->observable);
    return Target(column, plan.times(), goal->error, setup.batches.count());
}

}  // namespace

Outcome run_realisations(Setup& setup, const measure::ColumnPlan& plan,
                         const parallel::Communicator& communicator, Watch watch, Checkpoint from,
                         const KeepState& keep) {
    EnsembleRun ensemble({setup.schedule, setup.batches, setup.teams, watch});
    CloneRun clones({setup.schedule, setup.clone_batches, setup.teams, watch});
    watch.halted = [&](parallel::Halt halt) { keep(halt, ensemble.state(), clones.state()); };
    setup.ensemble.recording.counted_from = from.ensemble.counted_from;
    ensemble.restore(std::move(from.ensemble));
    clones.restore(std::move(from.clones));
    const bool cloned = !setup.config.clone_times.empty();
    const std::uint64_t count = setup.config.realisations;
    for (std::uint64_t r = 0; r < count; ++r) {
        if (r > 0) take_realisation(setup, r, communicator);
        ensemble.run(setup.ensemble, setup.batches.part(r, count), target_of(setup, plan));
        if (cloned) clones.run(clone_spec(setup), setup.clone_batches.part(r, count));
    }
    if (ensemble.batches_done() < setup.batches.count()) {
        setup.ensemble.trajectories = ensemble.batches_done() * setup.batches.size();
        setup.batches = parallel::BatchPlan(setup.ensemble.trajectories, setup.batches.size());
    }
    Measured measured = ensemble.finish();
    MeasuredClones measured_clones = cloned ? clones.finish() : MeasuredClones{};
    WorkTimes times = ensemble.times();
    times += clones.times();
    return {std::move(measured), std::move(measured_clones), times, ensemble.take_state(),
            clones.take_state()};
}

}  // namespace kairos::app
