// include/kairos/app/sweep.hpp: a sweep: one configuration for every combination of the values in a [sweep] section.
//
//   [sweep]
//   data.dimension = 64 | 256 | 1024
//   data.samples = 0 | 1000                    six points; the last key varies fastest
//
// Every other section is that of a run and holds for all points. In the folder DIR of the sweep a point is NAME.ini, its result NAME.h5, its
// messages NAME.log, and NAME.state what is not seen from the result: "running HOST PID", "running job ID", "failed CODE SENTENCE".
// DIR/points.txt names the points in order, DIR/sweep.sbatch runs them as a Slurm array. Paths are those of the folder the sweep was made in.
// Errors: InputError, ConfigError (a point that could not run is refused before anything is written), OutputError.
#pragma once
#include <string>
#include <utility>
#include <vector>

namespace kairos::app {

struct SweepPoint {
    std::string name;  // dimension-64_samples-1000; over 200 letters: its beginning and a number
    std::vector<std::pair<std::string, std::string>> given;  // every key, in canonical form
};

// result and configuration of a point lie in `folder`.
[[nodiscard]] std::vector<SweepPoint> sweep_points(const std::string& file, const std::string& folder);

enum class PointStage { waiting, running, complete, failed };
struct PointState {
    PointStage stage = PointStage::waiting;
    std::string detail;  // trajectories, where it runs, why it failed
};

[[nodiscard]] PointState state_of(const SweepPoint& point, const std::string& folder);
// Replaces DIR/NAME.state; empty: removes it.
void note_state(const SweepPoint& point, const std::string& folder, const std::string& text);
// Configurations, list and script; files that are there already as they should be are not touched.
void write_folder(const std::vector<SweepPoint>& points, const std::string& folder,
                  const std::string& program);

[[nodiscard]] std::string file_of(const SweepPoint& point, const std::string& folder, const char* ending);

}  // namespace kairos::app
