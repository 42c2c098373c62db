// include/kairos/phases/clones.hpp: reverse paths that share a prefix down to a branching time and then use independent noise.
//
//   same_class(t_b)  = P(both ends in one class)  = E[ sum_c p(c|x_tb)^2 ]    (phi of the theory; the class of an end is drawn from
//                      its posterior at t_min, so that the identity is exact for any t_min)
//   same_datum(t_b)  the same for data;     overlap(t_b) = x1.x2/d at t_min
//
// Every tuple of clones has a prefix of its own, which runs from t_max through all branching times. With the exact integrator one
// step leads from each branching time to the next and from there to t_min; others step through the observation times as well.
// In reduced representation the shared direction of x_perp becomes a coordinate at the branching time (law::expose_one); the
// angle between what the clones gain beyond it is uniform on the sphere of the c - 1 directions left.
// With more than two copies every pair of a tuple counts; same_class is then the share of pairs that agree.
// Source: docs/theory.md, "Speciation"; Biroli et al., arXiv 2402.18491 (cloning trajectories).
#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "kairos/dynamics/integrators.hpp"
#include "kairos/dynamics/time_grid.hpp"
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
};

// Columns of a batch row: [branch time][quantity].
enum class CloneQuantity { same_class, same_datum, overlap };
inline constexpr std::size_t clone_quantities = 3;
[[nodiscard]] constexpr std::size_t clone_column(std::size_t branch, CloneQuantity quantity) {
    return branch * clone_quantities + static_cast<std::size_t>(quantity);
}

class CloneEnsemble {
public:
    CloneEnsemble(
        CloneSpec spec, const dynamics::Schedule& schedule, std::function<void()> pause = [] {});
    // Tuples first .. first + count - 1.
    [[nodiscard]] std::vector<measure::Moments> run(TrajectoryId first, std::uint64_t count);

private:
    struct End {
        dynamics::States states;
        std::vector<int> component;
    };
    void run_block(TrajectoryId first, Index count, std::vector<measure::Moments>& row);
    void branch(std::size_t index, const dynamics::States& parent, std::vector<measure::Moments>& row);
    void advance(dynamics::Integrator& integrator, dynamics::PosteriorEvaluator& evaluator,
                 dynamics::States& states, Time from, Time to, const dynamics::NoiseKeys& keys,
                 std::uint32_t& step);
    void compare(std::size_t index, std::vector<measure::Moments>& row);
    [[nodiscard]] Lanes overlap(const End& a, const End& b, std::size_t index, std::uint8_t pair) const;
    [[nodiscard]] std::vector<Time> stops(Time from, Time to) const;

    CloneSpec spec_;
    const dynamics::Schedule* schedule_;
    std::function<void()> pause_;
    law::Law exposed_;  // law after the branching: one coordinate of the complement is explicit
    dynamics::ExactTransition start_;
    dynamics::Integrator prefix_integrator_, clone_integrator_;
    dynamics::PosteriorEvaluator prefix_evaluator_, clone_evaluator_;
    dynamics::Posterior posterior_;
    dynamics::CleanData clean_;
    std::vector<End> ends_;  // one a copy
};

}  // namespace kairos::phases
