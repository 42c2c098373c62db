#include "kairos/measure/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "kairos/base/error.hpp"

namespace kairos::measure {
namespace {

// Blocks are filled up to a multiple of this with trajectories that nobody counts: what a product or a loop does with the last few lanes,
// in an order of its own, would show in which batch a trajectory is.
constexpr Index whole_lanes = 8;

}  // namespace

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
        exact_.prior(stops_.back(), spec_.seed, first, count, states_);
        return;
    }
    exact_.draw_clean(spec_.seed, StepId{0}, first, count, clean_);
    exact_.noised(clean_, stops_.back(), spec_.seed, StepId{0}, states_);
}

void Ensemble::run_reverse() {
    start_reverse(first_, count_);
    const dynamics::NoiseKeys keys{.seed = spec_.seed};
    const std::optional<dynamics::Draw> end = dynamics::Draw{{spec_.seed, keys.end, keys.copy}, StepId{0}};
    const int parts = substeps();
    std::uint32_t step = 0;
    for (std::size_t i = stops_.size(); i-- > 0;) {
        // The end of a path is drawn from the posterior at t_min, every exact step from that at its start.
        evaluate(stops_[i], true, i == 0 ? end : draw_of(keys, step));
        visit(i);
        if (i == 0) break;
        const auto between =
            dynamics::substep_times(spec_.grid, *schedule_, stops_[i].t, stops_[i - 1].t, parts);
        for (std::size_t s = 1; s < between.size(); ++s) {
            if (s > 1) evaluate(schedule_->at(between[s - 1]), false, draw_of(keys, step));
            const bool last = s + 1 == between.size();
            const dynamics::TimePoint next = last ? stops_[i - 1] : schedule_->at(between[s]);
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
    exact_.noised(clean_, stops_.front(), spec_.seed, StepId{0}, states_);
    const dynamics::NoiseKeys keys{.seed = spec_.seed};
    const int parts = substeps();
    std::uint32_t step = 0;
    for (std::size_t i = 0; i < stops_.size(); ++i) {
        evaluate(stops_[i], true, {});
        visit(i);
        if (i + 1 == stops_.size()) break;
        const auto between =
            dynamics::substep_times(spec_.grid, *schedule_, stops_[i].t, stops_[i + 1].t, parts);
        for (std::size_t s = 1; s < between.size(); ++s) {
            if (s > 1) evaluate(schedule_->at(between[s - 1]), false, {});
            exact_.forward(states_, schedule_->at(between[s - 1]), schedule_->at(between[s]), keys,
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
        if (!dynamics::is_finite(posterior_, j))
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

Sight Ensemble::sight_of(const dynamics::TimePoint& time) {
    const bool tangents = spec_.setting.tangents > 0;
    if (tangents) tangents_.read(stops_.back().t.value - time.t.value);
    const bool clean = spec_.setting.direction != Direction::reverse;
    return {.setting = &spec_.setting,
            .states = &states_,
            .posterior = &posterior_,
            .path = plan_.needs_path_integrals() ? &path_ : nullptr,
            .clean = clean ? &clean_ : nullptr,
            .clean_log_density = clean_log_density_.size() > 0 ? &clean_log_density_ : nullptr,
            .exponents = tangents ? &tangents_.exponents() : nullptr,
            .between_classes = &between_classes_};
}

void Ensemble::visit(std::size_t stop) {
    const Sight sight = sight_of(stops_[stop]);
    if (stop < unobserved_)
        recorder_.visit_end(PathEnd::t_min, sight);
    else if (stop - unobserved_ < times_.size())
        recorder_.visit(stop - unobserved_, sight);
    else
        recorder_.visit_end(PathEnd::t_max, sight);
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
