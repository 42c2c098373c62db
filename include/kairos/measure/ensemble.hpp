// include/kairos/measure/ensemble.hpp: the life of a batch, the program's main road.
//
//   states = start(batch, t_max)
//   for t in grid, descending:   p = posterior(states, t);  record(p, states);  states = step(states, p, t, s, noise)
//   grid: the observation times, and the ends of [t_min, t_max] where they are none and something depends on them
//
// reverse   from t_max down to t_min by the chosen integrator (generation)
// forward   from data, noised at t_min, up to t_max by exact forward steps
// marginal  every (y, x_t) drawn afresh and independently at each time; with common coupling x_t = alpha y + sigma z of one
//           (y, z) for all times: the law at each time is the same, and entropies of data are far cheaper (CommonCoupling)
//
// Batches are run in blocks of trajectories whose size follows from the law alone; all noise is that of the trajectory, and blocks are
// whole SIMD vectors, so neither blocks nor batches nor ranks show in what happens to it. The pause hook is called between steps: it deals
// batches and watches the clock.
// Errors: NonFiniteState (exit code 5) with trajectory, time and seed.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "kairos/dynamics/common_coupling.hpp"
#include "kairos/dynamics/integrators.hpp"
#include "kairos/dynamics/time_grid.hpp"
#include "kairos/measure/recorder.hpp"
#include "kairos/measure/tangents.hpp"

namespace kairos::measure {

struct EnsembleSpec {
    Setting setting;  // law, direction, integrator, tangents
    bool start_at_prior = false;
    bool exposed = false;  // the last explicit coordinate is the direction of y_perp (law::expose_one)
    std::uint64_t seed = 1, trajectories = 1;
    std::vector<Time> times;  // ascending
    dynamics::GridKind grid = dynamics::GridKind::log_snr;
    int substeps = 1;
    std::vector<const Observable*> observables;
    bool identities = true;
    RecordingSpec recording;
};

// Trajectories a block holds: enough lanes to vectorise, few enough for the states to stay in cache.
[[nodiscard]] Index block_size(const law::Mixture& mixture);
// Batches of that size that are worked on together: as many as fill a block, where a pass over many data is shared by its lanes, else as many as
// fill vectors.
[[nodiscard]] std::uint64_t batches_together(const law::Mixture& mixture, std::uint64_t batch);

class Ensemble {
public:
    // law (in spec.setting) and schedule must outlive the ensemble.
    Ensemble(
        EnsembleSpec spec, const dynamics::Schedule& schedule, std::function<void()> pause = [] {});

    [[nodiscard]] const ColumnPlan& plan() const { return plan_; }
    [[nodiscard]] const Recorder& recorder() const { return recorder_; }
    // Whether one pass over the data serves all times.
    [[nodiscard]] bool one_pass() const { return coupled_.has_value(); }
    [[nodiscard]] BatchResult run(TrajectoryId first, std::uint64_t count) {
        return run(first, std::vector{count});
    }
    // Batches of these sizes, one after the other.
    [[nodiscard]] BatchResult run(TrajectoryId first, std::vector<std::uint64_t> sizes);

private:
    void run_block(TrajectoryId first, Index members);
    void run_reverse();
    void run_forward();
    void run_marginal();
    void run_common();
    void start_reverse(TrajectoryId first, Index count);
    void evaluate(const dynamics::TimePoint& time, bool observed, const std::optional<dynamics::Draw>& draw);
    void require_finite(const dynamics::TimePoint& time) const;
    [[nodiscard]] std::optional<dynamics::Draw> draw_of(const dynamics::NoiseKeys& keys,
                                                        std::uint32_t step) const;
    // A stop of paths: an observation time, or an end that is none.
    void visit(std::size_t stop);
    [[nodiscard]] Sight sight_of(const dynamics::TimePoint& time);
    void add_ends();
    void note_clean_density();
    [[nodiscard]] int substeps() const;

    EnsembleSpec spec_;
    const dynamics::Schedule* schedule_;
    std::function<void()> pause_;
    ColumnPlan plan_;
    std::vector<dynamics::TimePoint> times_, stops_;  // stops_: times_ and unobserved ends
    std::size_t unobserved_ = 0;                      // stops before times_.front()
    // What observables need, what raw paths keep beside it, what a step needs.
    dynamics::Request observed_request_, kept_request_, step_request_;
    Matrix between_classes_;  // where eigenvector_overlap asks for it
    dynamics::ExactTransition exact_;
    dynamics::Integrator integrator_;
    dynamics::PosteriorEvaluator evaluator_;
    std::optional<dynamics::CommonCoupling> coupled_;
    PathIntegrals path_;
    Tangents tangents_;
    Recorder recorder_;

    TrajectoryId first_{};
    Index members_ = 0,
          count_ = 0;  // trajectories of the block; lanes, of which the last ones may be nobody's
    dynamics::States states_;
    dynamics::CleanData clean_;
    dynamics::StepNoise noise_;  // z of all times
    Lanes clean_log_density_;
    dynamics::Posterior posterior_, clean_posterior_;
};

}  // namespace kairos::measure
