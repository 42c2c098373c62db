#include "kairos/dynamics/guidance.hpp"

#include "kairos/law/class_alone.hpp"

namespace kairos::dynamics {

GuidedScore::GuidedScore(const law::Law& law, const Guidance& guidance, const Numerics& numerics)
    : guidance_(guidance),
      class_law_(std::make_unique<const law::Law>(law::class_alone(law, guidance.class_index))),
      evaluator_(*class_law_, numerics) {}

const Posterior& GuidedScore::of(const States& states, const Posterior& posterior) {
    if (!guidance_.acts(posterior.time.t)) return posterior;
    evaluator_.evaluate(states, posterior.time, {.score = true}, of_class_);
    guided_.time = posterior.time;
    guided_.score = posterior.score + guidance_.weight * (of_class_.score - posterior.score);
    guided_.radial_rate =
        posterior.radial_rate + guidance_.weight * (of_class_.radial_rate - posterior.radial_rate);
    return guided_;
}

}  // namespace kairos::dynamics
