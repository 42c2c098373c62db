#include "dynamics/steps.hpp"

namespace kairos::test {

dynamics::States states_at(double x, Index count, double radius2) {
    return {TrajectoryId{0}, Rows::Constant(1, count, x), Lanes::Constant(count, radius2)};
}

dynamics::States stepped(dynamics::Integrator& integrator, dynamics::PosteriorEvaluator& evaluator,
                         const dynamics::States& from, const dynamics::Schedule& schedule, Time t, Time s,
                         StepId step) {
    dynamics::Posterior posterior;
    dynamics::States states = from;
    evaluator.evaluate(states, schedule.at(t), integrator.request(keys, step), posterior);
    integrator.step(states, posterior, schedule.at(s), keys, step);
    return states;
}

}  // namespace kairos::test
