#include "kairos/phases/clones.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "kairos/base/error.hpp"
#include "kairos/law/reduction.hpp"
#include "kairos/measure/ensemble.hpp"
#include "kairos/random/noise.hpp"

namespace kairos::phases {
namespace {

using random::Purpose;

// Clones have a key of their own: their starts and prefixes share no noise with the ensemble.
std::uint64_t clone_seed(std::uint64_t seed, std::uint64_t which = 0) {
    double u = 0;
    random::fill_uniforms({seed, Purpose::clone_prefix}, TrajectoryId{which}, StepId{0}, {&u, 1});
    return std::bit_cast<std::uint64_t>(u);
}

// A stream tells 256 pairs of copies apart; further ones have seeds of their own.
std::vector<std::uint64_t> angle_seeds(std::uint64_t seed, int copies) {
    std::vector<std::uint64_t> seeds{seed};
    const int pairs = copies * (copies - 1) / 2;
    for (int first = 256; first < pairs; first += 256) seeds.push_back(clone_seed(seed, seeds.size()));
    return seeds;
}

law::Law after_branching(const law::Law& law) {
    return law.mixture.complement > 0 ? law::expose_one(law) : law;
}

// x_perp of the parent becomes the last explicit coordinate.
dynamics::States exposed_states(const dynamics::States& parent, bool complement) {
    if (!complement) return parent;
    dynamics::States child{parent.first, Rows(parent.x.rows() + 1, parent.count()),
                           Lanes::Zero(parent.count())};
    child.x.topRows(parent.x.rows()) = parent.x;
    child.x.bottomRows(1) = parent.radius2.sqrt().matrix();
    return child;
}

void require_finite(const dynamics::Posterior& posterior, const dynamics::States& states,
                    std::uint64_t seed) {
    for (Index j = 0; j < states.count(); ++j)
        if (!dynamics::is_finite(posterior, j))
            throw NonFiniteState(seed, states.first + static_cast<std::uint64_t>(j), posterior.time.t);
}

}  // namespace

CloneEnsemble::CloneEnsemble(CloneSpec spec, const dynamics::Schedule& schedule, std::function<void()> pause)
    : spec_(std::move(spec)),
      schedule_(&schedule),
      pause_(std::move(pause)),
      exposed_(after_branching(*spec_.law)),
      start_(*spec_.law, schedule),
      prefix_integrator_(spec_.integrator, *spec_.law, schedule, spec_.numerics, spec_.guidance),
      clone_integrator_(spec_.integrator, exposed_, schedule, spec_.numerics, spec_.guidance),
      prefix_evaluator_(*spec_.law, spec_.numerics),
      clone_evaluator_(exposed_, spec_.numerics),
      ends_(static_cast<std::size_t>(spec_.copies)),
      overlaps_(spec_.overlap_path ? spec_.branch_times.size() * spec_.times.size() : 0),
      no_overlaps_(overlaps_) {
    spec_.seed = clone_seed(spec_.seed);
    angle_seeds_ = angle_seeds(spec_.seed, spec_.copies);
}

std::vector<measure::Moments> CloneEnsemble::run(TrajectoryId first, std::uint64_t count) {
    std::vector<measure::Moments> row(clone_columns(spec_));
    const auto block = static_cast<std::uint64_t>(measure::block_size(exposed_.mixture));
    for (std::uint64_t done = 0; done < count; done += block)
        run_block(first + done, static_cast<Index>(std::min(block, count - done)), row);
    return row;
}

measure::Histogram CloneEnsemble::take_overlaps() { return std::exchange(overlaps_, no_overlaps_); }

void CloneEnsemble::run_block(TrajectoryId first, Index count, std::vector<measure::Moments>& row) {
    dynamics::States states;
    const auto top = schedule_->at(schedule_->t_max());
    if (spec_.start_at_prior) {
        start_.prior(top, spec_.seed, first, count, states);
    } else {
        start_.draw_clean(spec_.seed, StepId{0}, first, count, clean_);
        start_.noised(clean_, top, spec_.seed, StepId{0}, states);
    }
    const dynamics::NoiseKeys keys{.seed = spec_.seed};
    std::uint32_t step = 0;
    Time from = top.t;
    for (std::size_t b = spec_.branch_times.size(); b-- > 0;) {
        const auto all = stops(from, spec_.branch_times[b], false);
        for (std::size_t i = 1; i < all.size(); ++i)
            this->step(prefix_integrator_, prefix_evaluator_, states, all[i - 1], all[i], keys,
                       StepId{step++});
        from = spec_.branch_times[b];
        if (!spec_.guidance) collide(b, states, row);
        branch(b, states, row);
    }
}

void CloneEnsemble::collide(std::size_t index, const dynamics::States& parent,
                            std::vector<measure::Moments>& row) {
    const auto add = [&](CloneQuantity quantity, const Lanes& collision) {
        row[clone_column(index, quantity)].merge(
            measure::moments_of({collision.data(), static_cast<std::size_t>(collision.size())}));
    };
    const law::Mixture& mixture = spec_.law->mixture;
    prefix_evaluator_.evaluate(parent, schedule_->at(spec_.branch_times[index]), {.latents = true},
                               posterior_);
    require_finite(posterior_, parent, spec_.seed);
    if (mixture.labels.any())
        add(CloneQuantity::class_collision, posterior_.levels[mixture.labels.class_level].collision);
    if (spec_.law->empirical) add(CloneQuantity::datum_collision, posterior_.component.collision);
}

dynamics::NoiseKeys CloneEnsemble::keys_of(std::size_t copy) const {
    return {.seed = spec_.seed,
            .step = Purpose::clone_step,
            .choice = Purpose::clone_choice,
            .radial = Purpose::clone_radial,
            .end = Purpose::clone_end,
            .copy = static_cast<std::uint8_t>(copy)};
}

void CloneEnsemble::branch(std::size_t index, const dynamics::States& parent,
                           std::vector<measure::Moments>& row) {
    for (End& end : ends_) end.states = exposed_states(parent, spec_.law->mixture.complement > 0);
    const auto all = stops(spec_.branch_times[index], schedule_->t_min(), spec_.overlap_path);
    if (spec_.overlap_path) follow_overlap(index, all.front(), row);
    // Steps of different branches are numbered apart, 2^20 to each.
    auto number = static_cast<std::uint32_t>(index << 20U);
    for (std::size_t i = 1; i < all.size(); ++i, ++number) {
        for (std::size_t copy = 0; copy < ends_.size(); ++copy)
            step(clone_integrator_, clone_evaluator_, ends_[copy].states, all[i - 1], all[i], keys_of(copy),
                 StepId{number});
        if (spec_.overlap_path) follow_overlap(index, all[i], row);
    }
    for (std::size_t copy = 0; copy < ends_.size(); ++copy) finish(index, copy);
    compare(index, row);
}

void CloneEnsemble::finish(std::size_t index, std::size_t copy) {
    End& end = ends_[copy];
    const dynamics::NoiseKeys keys = keys_of(copy);
    const dynamics::Draw draw{{keys.seed, keys.end, keys.copy}, StepId{static_cast<std::uint32_t>(index)}};
    clone_evaluator_.evaluate(end.states, schedule_->at(schedule_->t_min()), {.draw = draw}, posterior_);
    require_finite(posterior_, end.states, spec_.seed);
    end.component = posterior_.chosen;
}

// Where a step must end: exact steps need no stops between, unless asked for; others take the observation times and their substeps.
std::vector<Time> CloneEnsemble::stops(Time from, Time to, bool everywhere) const {
    if (!(to < from)) return {from};
    const bool exact = spec_.integrator == dynamics::IntegratorKind::exact;
    std::vector<Time> marks{from};
    if (!exact || everywhere)
        for (auto t = spec_.times.rbegin(); t != spec_.times.rend(); ++t)
            if (*t < from && to < *t) marks.push_back(*t);
    marks.push_back(to);
    if (exact) return marks;
    std::vector<Time> all{from};
    for (std::size_t i = 1; i < marks.size(); ++i) {
        const auto part =
            dynamics::substep_times(spec_.grid, *schedule_, marks[i - 1], marks[i], spec_.substeps);
        all.insert(all.end(), part.begin() + 1, part.end());
    }
    return all;
}

void CloneEnsemble::step(dynamics::Integrator& integrator, dynamics::PosteriorEvaluator& evaluator,
                         dynamics::States& states, Time from, Time to, const dynamics::NoiseKeys& keys,
                         StepId number) {
    evaluator.evaluate(states, schedule_->at(from), integrator.request(keys, number), posterior_);
    require_finite(posterior_, states, spec_.seed);
    integrator.step(states, posterior_, schedule_->at(to), keys, number);
    pause_();
}

}  // namespace kairos::phases
