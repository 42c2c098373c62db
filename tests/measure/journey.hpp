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
            Visits order, unsigned seed);
    [[nodiscard]] std::size_t size() const { return scenes.size(); }
    [[nodiscard]] std::size_t visited(std::size_t i) const { return downward ? size() - 1 - i : i; }
    [[nodiscard]] std::vector<dynamics::TimePoint> times() const;
    // The components the paths end in: those of the clean data.
    [[nodiscard]] const std::vector<int>& ends() const { return scenes[0]->clean.component; }

    void show(measure::Recorder& recorder, TrajectoryId first, const std::vector<int>& end_components) const;

    bool downward;
    std::vector<std::unique_ptr<Scene>> scenes;
};

}  // namespace kairos::test
