// What an ensemble needs before its first batch: requests, stops, sizes of blocks.
#include "kairos/measure/ensemble.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "kairos/law/order_axes.hpp"

namespace kairos::measure {
namespace {

std::vector<dynamics::TimePoint> points_of(const dynamics::Schedule& schedule,
                                           const std::vector<Time>& times) {
    std::vector<dynamics::TimePoint> points;
    points.reserve(times.size());
    for (const Time t : times) points.push_back(schedule.at(t));
    return points;
}

RecordingSpec recording_of(const EnsembleSpec& spec, const dynamics::Schedule& schedule) {
    RecordingSpec recording = spec.recording;
    if (spec.times.front() > schedule.t_min()) recording.path_begin = schedule.at(schedule.t_min());
    return recording;
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
      stops_(times_),
      observed_request_(plan_.request()),
      exact_(*spec_.setting.law, schedule, spec_.exposed),
      integrator_(spec_.setting.integrator, *spec_.setting.law, schedule, spec_.setting.numerics,
                  spec_.setting.guidance),
      evaluator_(*spec_.setting.law, spec_.setting.numerics),
      path_(*spec_.setting.law),
      tangents_(*spec_.setting.law, spec_.setting.tangents,
                spec_.setting.integrator == dynamics::IntegratorKind::ode_heun ? 0.5 : 1.0),
      recorder_(spec_.setting, plan_, recording_of(spec_, schedule), times_) {
    add_ends();
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

// Exact paths may begin and end at any time: theirs are walked to the ends only for what is measured from there.
void Ensemble::add_ends() {
    const Setting& setting = spec_.setting;
    if (setting.direction == Direction::marginal) return;
    const bool steps =
        setting.direction == Direction::reverse && setting.integrator != dynamics::IntegratorKind::exact;
    const bool along = steps || plan_.observes_path_integrals() || setting.tangents > 0;
    if (spec_.times.front() > schedule_->t_min() && (along || plan_.measures_from(PathEnd::t_min))) {
        stops_.insert(stops_.begin(), schedule_->at(schedule_->t_min()));
        unobserved_ = 1;
    }
    if (spec_.times.back() < schedule_->t_max() &&
        (along || spec_.start_at_prior || plan_.measures_from(PathEnd::t_max)))
        stops_.push_back(schedule_->at(schedule_->t_max()));
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

}  // namespace kairos::measure
