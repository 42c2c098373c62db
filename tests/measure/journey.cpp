#include "measure/journey.hpp"

namespace kairos::test {

Journey::Journey(const law::Law& law, const dynamics::Schedule& schedule, const std::vector<double>& at,
                 Visits order, unsigned seed)
    : downward(order == Visits::downward) {
    const auto direction = downward ? measure::Direction::reverse : measure::Direction::forward;
    for (const double t : at) scenes.push_back(std::make_unique<Scene>(law, schedule, t, direction, seed));
    measure::PathIntegrals path(law);
    path.begin(lanes);
    for (std::size_t i = 0; i < size(); ++i) {
        Scene& scene = *scenes[visited(i)];
        path.visit(scene.posterior);
        scene.path = path;
    }
}

std::vector<dynamics::TimePoint> Journey::times() const {
    std::vector<dynamics::TimePoint> out;
    for (const auto& scene : scenes) out.push_back(scene->time);
    return out;
}

void Journey::show(measure::Recorder& recorder, TrajectoryId first,
                   const std::vector<int>& end_components) const {
    recorder.begin(first, lanes);
    for (std::size_t i = 0; i < size(); ++i) recorder.visit(visited(i), scenes[visited(i)]->sight());
    recorder.finish(end_components);
}

}  // namespace kairos::test
