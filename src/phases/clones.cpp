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
std::uint64_t clone_seed(std::uint64_t seed) {
    double u = 0;
    random::fill_uniforms({seed, Purpose::clone_prefix}, TrajectoryId{0}, StepId{0}, {&u, 1});
    return std::bit_cast<std::uint64_t>(u);
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
        if (!std::isfinite(posterior.norm2[j]))
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
      ends_(static_cast<std::size_t>(spec_.copies)) {
    spec_.seed = clone_seed(spec_.seed);
}

std::vector<measure::Moments> CloneEnsemble::run(TrajectoryId first, std::uint64_t count) {
    std::vector<measure::Moments> row(spec_.branch_times.size() * clone_quantities);
    const auto block = static_cast<std::uint64_t>(measure::block_size(exposed_.mixture));
    for (std::uint64_t done = 0; done < count; done += block)
        run_block(first + done, static_cast<Index>(std::min(block, count - done)), row);
    return row;
}

void CloneEnsemble::run_block(TrajectoryId first, Index count, std::vector<measure::Moments>& row) {
    dynamics::States states;
    const auto top = schedule_->at(spec_.times.back());
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
        advance(prefix_integrator_, prefix_evaluator_, states, from, spec_.branch_times[b], keys, step);
        from = spec_.branch_times[b];
        branch(b, states, row);
    }
}

void CloneEnsemble::branch(std::size_t index, const dynamics::States& parent,
                           std::vector<measure::Moments>& row) {
    for (std::size_t copy = 0; copy < ends_.size(); ++copy) {
        End& end = ends_[copy];
        end.states = exposed_states(parent, spec_.law->mixture.complement > 0);
        const dynamics::NoiseKeys keys{.seed = spec_.seed,
                                       .step = Purpose::clone_step,
                                       .choice = Purpose::clone_choice,
                                       .radial = Purpose::clone_radial,
                                       .end = Purpose::clone_end,
                                       .copy = static_cast<std::uint8_t>(copy)};
        // Steps of different branches are numbered apart, 2^20 to each.
        auto step = static_cast<std::uint32_t>(index << 20U);
        advance(clone_integrator_, clone_evaluator_, end.states, spec_.branch_times[index],
                spec_.times.front(), keys, step);
        const dynamics::Draw draw{{keys.seed, keys.end, keys.copy},
                                  StepId{static_cast<std::uint32_t>(index)}};
        clone_evaluator_.evaluate(end.states, schedule_->at(spec_.times.front()), {.draw = draw}, posterior_);
        require_finite(posterior_, end.states, spec_.seed);
        end.component = posterior_.chosen;
    }
    compare(index, row);
}

// Where a step must end: exact steps need no stops between; others take the observation times and their substeps.
std::vector<Time> CloneEnsemble::stops(Time from, Time to) const {
    if (spec_.integrator == dynamics::IntegratorKind::exact) return {from, to};
    std::vector<Time> marks{from};
    for (auto t = spec_.times.rbegin(); t != spec_.times.rend(); ++t)
        if (*t<from&& * t> to) marks.push_back(*t);
    marks.push_back(to);
    std::vector<Time> all{from};
    for (std::size_t i = 1; i < marks.size(); ++i) {
        const auto part =
            dynamics::substep_times(spec_.grid, *schedule_, marks[i - 1], marks[i], spec_.substeps);
        all.insert(all.end(), part.begin() + 1, part.end());
    }
    return all;
}

void CloneEnsemble::advance(dynamics::Integrator& integrator, dynamics::PosteriorEvaluator& evaluator,
                            dynamics::States& states, Time from, Time to, const dynamics::NoiseKeys& keys,
                            std::uint32_t& step) {
    if (!(to < from)) return;
    const auto all = stops(from, to);
    for (std::size_t i = 1; i < all.size(); ++i) {
        evaluator.evaluate(states, schedule_->at(all[i - 1]), integrator.request(keys, StepId{step}),
                           posterior_);
        require_finite(posterior_, states, spec_.seed);
        integrator.step(states, posterior_, schedule_->at(all[i]), keys, StepId{step++});
        pause_();
    }
}

void CloneEnsemble::compare(std::size_t index, std::vector<measure::Moments>& row) {
    const auto& labels = exposed_.mixture.labels;
    const auto lanes = ends_.front().component.size();
    Lanes same_class = Lanes::Zero(static_cast<Index>(lanes)), same_datum = same_class;
    double pairs = 0;
    for (std::size_t a = 0; a < ends_.size(); ++a)
        for (std::size_t b = a + 1; b < ends_.size(); ++b, ++pairs) {
            for (std::size_t j = 0; j < lanes; ++j) {
                const auto first = static_cast<std::size_t>(ends_[a].component[j]);
                const auto second = static_cast<std::size_t>(ends_[b].component[j]);
                const auto lane = static_cast<Index>(j);
                same_datum[lane] += first == second ? 1.0 : 0.0;
                if (labels.any())
                    same_class[lane] +=
                        labels.classes().class_of[first] == labels.classes().class_of[second] ? 1.0 : 0.0;
            }
            const Lanes q = overlap(ends_[a], ends_[b], index, static_cast<std::uint8_t>(pairs));
            row[clone_column(index, CloneQuantity::overlap)].merge(measure::moments_of({q.data(), lanes}));
        }
    same_class /= pairs;
    same_datum /= pairs;
    if (labels.any())
        row[clone_column(index, CloneQuantity::same_class)].merge(
            measure::moments_of({same_class.data(), lanes}));
    if (exposed_.empirical)
        row[clone_column(index, CloneQuantity::same_datum)].merge(
            measure::moments_of({same_datum.data(), lanes}));
}

// x1.x2/d: explicit coordinates, and in the c directions left two vectors at a uniform angle,
// cos = z/sqrt(z^2 + chi^2_{c-1}) with z ~ N(0, 1).
Lanes CloneEnsemble::overlap(const End& a, const End& b, std::size_t index, std::uint8_t pair) const {
    Lanes dot = (a.states.x.array() * b.states.x.array()).colwise().sum();
    const double left = exposed_.mixture.complement;
    if (left > 0) {
        const random::Stream stream{spec_.seed, Purpose::clone_angle, pair};
        const StepId step{static_cast<std::uint32_t>(index)};
        Rows z(1, dot.size());
        random::fill_normals(stream, a.states.first, step, 0, z);
        Lanes chi2 = Lanes::Zero(dot.size());
        // Steps of the chi^2 are numbered beyond every branch.
        if (left > 1)
            random::fill_chi_squared(stream, a.states.first, StepId{number(step) | 0x80000000U}, left - 1,
                                     {chi2.data(), static_cast<std::size_t>(chi2.size())});
        const Lanes cosine = z.row(0).array() / (z.row(0).array().square() + chi2).sqrt();
        dot += (a.states.radius2 * b.states.radius2).sqrt() * cosine;
    }
    return dot / exposed_.mixture.dimension();
}

}  // namespace kairos::phases
