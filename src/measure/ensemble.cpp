#include "kairos/measure/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "kairos/base/error.hpp"
#include "kairos/law/order_axes.hpp"

namespace kairos::measure {
namespace {

// Blocks are filled up to a multiple of this with trajectories that nobody counts: what a product or a loop does with the last few lanes, in an order of
// its own, would show in which batch a trajectory is.
constexpr Index whole_lanes = 8;

std::vector<dynamics::TimePoint> points_of(const dynamics::Schedule& schedule,
                                           const std::vector<Time>& times) {
    std::vector<dynamics::TimePoint> points;
    points.reserve(times.size());
    for (const Time t : times) points.push_back(schedule.at(t));
    return points;
}

}  // namespace

Index block_size(const law::Mixture& mixture) {
    constexpr Index lanes_of_a_stream = 128;  // four panels: packing a tile costs little beside its products
    if (dynamics::PosteriorEvaluator::streams(mixture)) return lanes_of_a_stream;
    constexpr double cache =
        512.0 * 1024.0;  // half of a common L2: states, noise, score and weights of the block
    const double bytes = 8.0 * (4.0 * static_cast<double>(mixture.coordinates()) +
                                3.0 * static_cast<double>(mixture.components()) + 24.0);
    const double lanes = std::clamp(cache / bytes, 32.0, 1024.0);
    return static_cast<Index>(std::exp2(std::floor(std::log2(lanes))));
}

Ensemble::Ensemble(EnsembleSpec spec, const dynamics::Schedule& schedule, std::function<void()> pause)
    : spec_(std::move(spec)),
      schedule_(&schedule),
      pause_(std::move(pause)),
      plan_(spec_.setting, spec_.observables, spec_.identities, spec_.times.size()),
      times_(points_of(schedule, spec_.times)),
      observed_request_(plan_.request()),
      exact_(*spec_.setting.law, schedule, spec_.exposed),
      integrator_(spec_.setting.integrator, *spec_.setting.law, schedule, spec_.setting.numerics,
                  spec_.setting.guidance),
      evaluator_(*spec_.setting.law, spec_.setting.numerics),
      path_(*spec_.setting.law),
      tangents_(*spec_.setting.law, spec_.setting.tangents,
                spec_.setting.integrator == dynamics::IntegratorKind::ode_heun ? 0.5 : 1.0),
      recorder_(spec_.setting, plan_, spec_.recording, times_) {
    if (spec_.setting.direction == Direction::reverse)
        step_request_ = integrator_.request({.seed = spec_.seed}, StepId{0});
    observed_request_.merge(step_request_);
    if (spec_.recording.decisions) observed_request_.latents = true;
    if (spec_.recording.landscape) observed_request_.score = true;
    if (plan_.needs_path_integrals()) step_request_.spread = true;
    if (spec_.setting.tangents > 0)  // Cov(y|x) times a tangent takes all weights
        for (dynamics::Request* request : {&step_request_, &observed_request_})
            request->score = request->weights = true;
    const bool keep_eigenpairs =
        spec_.recording.states && spec_.recording.paths > 0 && spec_.setting.eigenvalues > 0;
    if (keep_eigenpairs)  // of every block as many: how many are sought shows in their last digits
        observed_request_.merge(
            {.eigenvalues = columns(*find_observable("posterior_eigenvalues"), spec_.setting)});
    kept_request_ = observed_request_;
    kept_request_.eigenvectors = kept_request_.eigenvectors || keep_eigenpairs;
    if (plan_.find(Quantity::observable, "eigenvector_overlap") != nullptr)
        between_classes_ = law::between_classes(spec_.setting.law->mixture);
    if (spec_.setting.coupling == Coupling::common && !kept_request_.beyond_latents() &&
        dynamics::CommonCoupling::serves(*spec_.setting.law))
        coupled_.emplace(*spec_.setting.law, times_, spec_.setting.numerics.shards);
}

// The exact steps need no substeps; they are taken only to refine an integral along the path that was asked for.
int Ensemble::substeps() const {
    const bool exact = spec_.setting.direction != Direction::reverse ||
                       spec_.setting.integrator == dynamics::IntegratorKind::exact;
    return exact && !plan_.observes_path_integrals() ? 1 : spec_.substeps;
}

std::uint64_t batches_together(const law::Mixture& mixture, std::uint64_t batch) {
    constexpr std::uint64_t few = 16;  // lanes, two vectors: of larger blocks ranks might get none
    const auto block = static_cast<std::uint64_t>(block_size(mixture));
    const std::uint64_t wanted =
        dynamics::PosteriorEvaluator::streams(mixture) ? block : std::min(block, few);
    return std::max<std::uint64_t>(1, wanted / batch);
}

BatchResult Ensemble::run(TrajectoryId first, std::vector<std::uint64_t> sizes) {
    const auto block = static_cast<std::uint64_t>(coupled_ ? coupled_->block_size()
                                                           : block_size(spec_.setting.law->mixture));
    const std::uint64_t count = std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0});
    recorder_.begin_batches(std::move(sizes));
    for (std::uint64_t done = 0; done < count; done += block)
        run_block(first + done, static_cast<Index>(std::min(block, count - done)));
    return recorder_.take();
}

void Ensemble::run_block(TrajectoryId first, Index members) {
    first_ = first;
    members_ = members;
    count_ = (members + whole_lanes - 1) / whole_lanes * whole_lanes;
    recorder_.begin(first, members, count_);
    path_.begin(count_);
    if (spec_.setting.tangents > 0) tangents_.begin(count_);
    switch (spec_.setting.direction) {
        case Direction::reverse:
            run_reverse();
            break;
        case Direction::forward:
            run_forward();
            break;
        case Direction::marginal:
            run_marginal();
            break;
    }
}

void Ensemble::start_reverse(TrajectoryId first, Index count) {
    if (spec_.start_at_prior) {
        exact_.prior(times_.back(), spec_.seed, first, count, states_);
        return;
    }
    exact_.draw_clean(spec_.seed, StepId{0}, first, count, clean_);
    exact_.noised(clean_, times_.back(), spec_.seed, StepId{0}, states_);
}

void Ensemble::run_reverse() {
    start_reverse(first_, count_);
    const dynamics::NoiseKeys keys{.seed = spec_.seed};
    const std::optional<dynamics::Draw> end = dynamics::Draw{{spec_.seed, keys.end, keys.copy}, StepId{0}};
    const int parts = substeps();
    std::uint32_t step = 0;
    for (std::size_t i = times_.size(); i-- > 0;) {
        // The end of a path is drawn from the posterior at t_min, every exact step from that at its start.
        evaluate(times_[i], true, i == 0 ? end : draw_of(keys, step));
        visit(i);
        if (i == 0) break;
        const auto stops =
            dynamics::substep_times(spec_.grid, *schedule_, spec_.times[i], spec_.times[i - 1], parts);
        for (std::size_t s = 1; s < stops.size(); ++s) {
            if (s > 1) evaluate(schedule_->at(stops[s - 1]), false, draw_of(keys, step));
            const bool last = s + 1 == stops.size();
            const dynamics::TimePoint next = last ? times_[i - 1] : schedule_->at(stops[s]);
            if (spec_.setting.tangents > 0) tangents_.step(evaluator_, states_, posterior_, next);
            integrator_.step(states_, posterior_, next, keys, StepId{step++});
            pause_();
        }
    }
    recorder_.finish(posterior_.chosen);
}

void Ensemble::run_forward() {
    exact_.draw_clean(spec_.seed, StepId{0}, first_, count_, clean_);
    note_clean_density();
    exact_.noised(clean_, times_.front(), spec_.seed, StepId{0}, states_);
    const dynamics::NoiseKeys keys{.seed = spec_.seed};
    const int parts = substeps();
    std::uint32_t step = 0;
    for (std::size_t i = 0; i < times_.size(); ++i) {
        evaluate(times_[i], true, {});
        visit(i);
        if (i + 1 == times_.size()) break;
        const auto stops =
            dynamics::substep_times(spec_.grid, *schedule_, spec_.times[i], spec_.times[i + 1], parts);
        for (std::size_t s = 1; s < stops.size(); ++s) {
            if (s > 1) evaluate(schedule_->at(stops[s - 1]), false, {});
            exact_.forward(states_, schedule_->at(stops[s - 1]), schedule_->at(stops[s]), keys,
                           StepId{step++});
            pause_();
        }
    }
    recorder_.finish(clean_.component);
}

void Ensemble::run_marginal() {
    if (spec_.setting.coupling == Coupling::common) return run_common();
    for (std::size_t i = 0; i < times_.size(); ++i) {
        const StepId draw{static_cast<std::uint32_t>(i)};
        exact_.draw_clean(spec_.seed, draw, first_, count_, clean_);
        note_clean_density();
        exact_.noised(clean_, times_[i], spec_.seed, draw, states_);
        evaluate(times_[i], true, {});
        visit(i);
        pause_();
    }
    recorder_.finish({});
}

void Ensemble::run_common() {
    exact_.draw_clean(spec_.seed, StepId{0}, first_, count_, clean_);
    note_clean_density();
    exact_.draw_start_noise(spec_.seed, StepId{0}, clean_, noise_);
    if (coupled_) coupled_->prepare(clean_.y, noise_.xi());
    for (std::size_t i = 0; i < times_.size(); ++i) {
        exact_.noised(clean_, noise_, times_[i], states_);
        if (coupled_) {
            coupled_->evaluate(i, states_, posterior_);
            require_finite(times_[i]);
        } else {
            evaluate(times_[i], true, {});
        }
        visit(i);
        pause_();
    }
    recorder_.finish({});
}

std::optional<dynamics::Draw> Ensemble::draw_of(const dynamics::NoiseKeys& keys, std::uint32_t step) const {
    return integrator_.request(keys, StepId{step}).draw;
}

void Ensemble::require_finite(const dynamics::TimePoint& time) const {
    for (Index j = 0; j < members_; ++j)
        if (!std::isfinite(posterior_.norm2[j]))
            throw NonFiniteState(spec_.seed, first_ + static_cast<std::uint64_t>(j), time.t);
}

void Ensemble::evaluate(const dynamics::TimePoint& time, bool observed,
                        const std::optional<dynamics::Draw>& draw) {
    const bool kept = number(first_) < spec_.recording.paths;
    dynamics::Request& request = !observed ? step_request_ : kept ? kept_request_ : observed_request_;
    request.draw = draw;
    evaluator_.evaluate(states_, time, request, posterior_);
    require_finite(time);
    if (plan_.needs_path_integrals()) path_.visit(posterior_);
}

void Ensemble::visit(std::size_t time) {
    const bool tangents = spec_.setting.tangents > 0;
    if (tangents) tangents_.read(times_.back().t.value - times_[time].t.value);
    const bool clean = spec_.setting.direction != Direction::reverse;
    recorder_.visit(time, {.setting = &spec_.setting,
                           .states = &states_,
                           .posterior = &posterior_,
                           .path = plan_.needs_path_integrals() ? &path_ : nullptr,
                           .clean = clean ? &clean_ : nullptr,
                           .clean_log_density = clean_log_density_.size() > 0 ? &clean_log_density_ : nullptr,
                           .exponents = tangents ? &tangents_.exponents() : nullptr,
                           .between_classes = &between_classes_});
}

// log p_0(y): the mixture's density without noise, for the surprisal of continuous data.
void Ensemble::note_clean_density() {
    if (spec_.setting.law->empirical || plan_.find(Quantity::observable, "data_surprisal") == nullptr) return;
    const dynamics::States clean{first_, clean_.y, clean_.radius2};
    const dynamics::TimePoint noiseless{.t = Time{0}, .alpha = 1, .sigma2 = 0};
    evaluator_.evaluate(clean, noiseless, {}, clean_posterior_);
    clean_log_density_ = clean_posterior_.log_density;
}

}  // namespace kairos::measure
