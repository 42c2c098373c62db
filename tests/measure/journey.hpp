// tests/measure/journey.hpp: one block of trajectories seen at several times, as an ensemble shows it to a recorder.
#pragma once
#include <memory>
#include <vector>

#include "kairos/measure/recorder.hpp"
#include "measure/scene.hpp"

namespace kairos::test {

enum class Visits { upward, downward };

// Scenes at ascending times; the path integrals go from each to the next in the order of the visits.
struct Journey {
    Journey(const law::Law& law, const dynamics::Schedule& schedule, const std::vector<double>& at,
            Visits order, unsigned seed)
        : downward(order == Visits::downward) {
        const auto direction = downward ? measure::Direction::reverse : measure::Direction::forward;
        for (const double t : at)
            scenes.push_back(std::make_unique<Scene>(law, schedule, t, direction, seed));
        measure::PathIntegrals path(law);
        path.begin(lanes);
        for (std::size_t i = 0; i < size(); ++i) {
            Scene& scene = *scenes[visited(i)];
            path.visit(scene.posterior);
            scene.path = path;
        }
    }
    [[nodiscard]] std::size_t size() const { return scenes.size(); }
    [[nodiscard]] std::size_t visited(std::size_t i) const { return downward ? size() - 1 - i : i; }
    [[nodiscard]] std::vector<dynamics::TimePoint> times() const {
        std::vector<dynamics::TimePoint> out;
        for (const auto& scene : scenes) out.push_back(scene->time);
        return out;
    }
    // The components the paths end in: those of the clean data.
    [[nodiscard]] const std::vector<int>& ends() const { return scenes[0]->clean.component; }

    void show(measure::Recorder& recorder, TrajectoryId first, const std::vector<int>& end_components) const {
        recorder.begin(first, lanes);
        for (std::size_t i = 0; i < size(); ++i) recorder.visit(visited(i), scenes[visited(i)]->sight());
        recorder.finish(end_components);
    }

    bool downward;
    std::vector<std::unique_ptr<Scene>> scenes;
};

}  // namespace kairos::test
