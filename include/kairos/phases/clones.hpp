// include/kairos/phases/clones.hpp: reverse paths that share a prefix down to a branching time and then use independent noise.
//
//   same_class(t_b)  = P(both ends in one class)  = E[ sum_c p(c|x_tb)^2 ]    (phi of the theory; the class of an end is drawn from
//                      its posterior at t_min, so that the identity is exact for any t_min)
//   same_datum(t_b)  the same for data;     overlap(t_b) = x1.x2/d at t_min
//   class_collision(t_b), datum_collision(t_b)   the right-hand sides, averaged over the states at which these clones branch: the same
//                    probabilities with far smaller variance (without guidance, under which ends are no draws from the posterior)
//   Q(t_b, t)        x1_t.x2_t/d at every observation time t <= t_b, where asked for: its moments and its distribution
//
// Every tuple of clones has a prefix of its own, which runs from t_max through all branching times. With the exact integrator one
// step leads from each branching time to the next and from there to t_min; others step through the observation times as well, and so do
// the clones of all integrators where Q(t_b, t) is asked for.
// In reduced representation the shared direction of x_perp becomes a coordinate at the branching time (law::expose_one); the
// angle between what the clones gain beyond it is uniform on the sphere of the c - 1 directions left, at every time. It is drawn anew at
// each: distributions at one time are those of the paths, joint ones of several times are not.
// With more than two copies every pair of a tuple counts; same_class is then the share of pairs that agree.
// Source: docs/theory.md, "Speciation"; Biroli et al., arXiv 2402.18491 (cloning trajectories).
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "kairos/dynamics/integrators.hpp"
#include "kairos/dynamics/time_grid.hpp"
#include "kairos/measure/histogram.hpp"
#include "kairos/measure/moments.hpp"

namespace kairos::phases {

struct CloneSpec {
    const law::Law* law = nullptr;
    dynamics::IntegratorKind integrator = dynamics::IntegratorKind::exact;
    dynamics::Numerics numerics{};
    std::optional<dynamics::Guidance> guidance{};
    bool start_at_prior = false;
    std::uint64_t seed = 1;
    std::vector<Time> branch_times;  // ascending, inside [t_min, t_max]
    std::vector<Time> times;         // observation times, ascending
    dynamics::GridKind grid = dynamics::GridKind::log_snr;
    int substeps = 1;
    int copies = 2;
    bool overlap_path = false;  // Q(t_b, t)
};

// Columns of a batch row: [branch time][quantity], then, with overlap_path, Q as [branch time][observation time].
enum class CloneQuantity { same_class, same_datum, overlap, class_collision, datum_collision };
inline constexpr std::size_t clone_quantities = 5;
[[nodiscard]] constexpr std::size_t clone_column(std::size_t branch, CloneQuantity quantity) {
    return branch * clone_quantities + static_cast<std::size_t>(quantity);
}
[[nodiscard]] constexpr std::size_t overlap_column(std::size_t branches, std::size_t times,
                                                   std::size_t branch, std::size_t time) {
    return branches * clone_quantities + branch * times + time;
}
[[nodiscard]] inline std::size_t clone_columns(const CloneSpec& spec) {
    const std::size_t branches = spec.branch_times.size();
    return branches * (clone_quantities + (spec.overlap_path ? spec.times.size() : 0));
}

// What the numbers of the noise have room for: branching times, and steps from a branching time down.
inline constexpr std::size_t most_branch_times = 4096;
inline constexpr double most_clone_steps = 524288;

class CloneEnsemble {
public:
    CloneEnsemble(
        CloneSpec spec, const dynamics::Schedule& schedule, std::function<void()> pause = [] {});
    // Tuples first .. first + count - 1.
    [[nodiscard]] std::vector<measure::Moments> run(TrajectoryId first, std::uint64_t count);
    // Of all pairs since they were taken last: [branch time * T + observation time]; empty without overlap_path.
    [[nodiscard]] measure::Histogram take_overlaps();

private:
    struct End {
        dynamics::States states;
        std::vector<int> component;
    };
    void run_block(TrajectoryId first, Index count, std::vector<measure::Moments>& row);
    void branch(std::size_t index, const dynamics::States& parent, std::vector<measure::Moments>& row);
    void collide(std::size_t index, const dynamics::States& parent, std::vector<measure::Moments>& row);
    [[nodiscard]] dynamics::NoiseKeys keys_of(std::size_t copy) const;
    void step(dynamics::Integrator& integrator, dynamics::PosteriorEvaluator& evaluator,
              dynamics::States& states, Time from, Time to, const dynamics::NoiseKeys& keys, StepId number);
    void finish(std::size_t index, std::size_t copy);  // classes and data of the ends
    void compare(std::size_t index, std::vector<measure::Moments>& row) const;
    void follow_overlap(std::size_t index, Time t, std::vector<measure::Moments>& row);
    [[nodiscard]] Lanes overlap(const End& a, const End& b, StepId number, std::size_t pair) const;
    [[nodiscard]] std::vector<Time> stops(Time from, Time to, bool everywhere) const;

    CloneSpec spec_;
    const dynamics::Schedule* schedule_;
    std::function<void()> pause_;
    law::Law exposed_;  // law after the branching: one coordinate of the complement is explicit
    dynamics::ExactTransition start_;
    dynamics::Integrator prefix_integrator_, clone_integrator_;
    dynamics::PosteriorEvaluator prefix_evaluator_, clone_evaluator_;
    dynamics::Posterior posterior_;
    dynamics::CleanData clean_;
    std::vector<End> ends_;                   // one a copy
    std::vector<std::uint64_t> angle_seeds_;  // of the angles between pairs, 256 pairs each
    measure::Histogram overlaps_, no_overlaps_;
};

}  // namespace kairos::phases
