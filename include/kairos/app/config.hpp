// include/kairos/app/config.hpp: one validated configuration of a run; const once made.
//
// Made from a file and the command line by read_config (options.hpp holds the table of keys, settings.hpp
// their texts). Everything that can be judged without reading a data file has been judged when a Config
// exists. `resolved` can be given back as a configuration and then means the same. Errors: ConfigError for
// keys and values, InputError for a configuration file that cannot be read.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kairos/app/settings.hpp"
#include "kairos/dynamics/integrators.hpp"
#include "kairos/dynamics/schedule.hpp"
#include "kairos/dynamics/time_grid.hpp"
#include "kairos/law/models.hpp"
#include "kairos/measure/observables.hpp"
#include "kairos/phases/bifurcation.hpp"

namespace kairos::app {

enum class RepresentationChoice { automatic, full, reduced };
enum class StartKind { marginal, prior };
enum class EntropyKind { data, classes };  // what an entropic grid spaces evenly
enum class ResumeChoice { automatic, never };
enum class BifurcationChoice { none, sde, ode, both };

struct Config {
    // [data]
    law::ModelSpec model;
    Index samples = 0;  // 0: the population
    std::uint64_t realisations = 1;
    std::string file, dataset;
    std::vector<std::string> labels;
    bool dimension_given = false, components_given = false;  // to detect a conflict with a file
    // [process]
    dynamics::ScheduleKind process = dynamics::ScheduleKind::ou;
    dynamics::ScheduleLimits limits;
    // [time]
    dynamics::GridKind grid = dynamics::GridKind::log_snr;
    int points = 64;
    EntropyKind entropy = EntropyKind::data;
    std::vector<double> list;
    int substeps = 1;
    // [ensemble]
    std::uint64_t trajectories = 10000;
    std::optional<std::uint64_t> batch;  // absent: automatic
    struct Goal {
        std::string observable;
        double error = 0.0;  // standard error at every time, in units of the observable
    };
    std::optional<Goal> target;
    std::uint64_t seed = 1;
    measure::Direction direction = measure::Direction::reverse;
    dynamics::IntegratorKind integrator = dynamics::IntegratorKind::exact;
    dynamics::Precision precision = dynamics::Precision::in_double;
    RepresentationChoice representation = RepresentationChoice::automatic;
    StartKind start = StartKind::marginal;
    measure::Coupling coupling = measure::Coupling::independent;
    // [observe]
    std::vector<std::string> observables = {"default"};
    bool batch_moments = true;
    std::uint64_t paths = 0;
    bool states = false;
    std::vector<std::string> histograms;
    int tangents = 0;
    int eigenvalues = 0;
    // [clones]
    std::vector<double> clone_times;
    std::uint64_t pairs = 1000;
    int copies = 2;
    bool overlap_path = false;
    // [bifurcation]
    BifurcationChoice bifurcation = BifurcationChoice::none;
    double bifurcation_operations = phases::usual_operations;
    // [landscape]
    int landscape_bins = 0;
    struct FileDataset {
        std::string file, dataset;
    };
    std::optional<FileDataset> landscape_vectors;
    // [guidance]
    struct Guide {
        std::int64_t label = 0;
        double weight = 0.0;
        double from = 0.0, to = 0.0;  // times
    };
    std::optional<Guide> guidance;
    // [output]
    std::string output = "result.h5";
    // [run]
    int data_shards = 1;
    std::string data_folder;  // where the data lie in a file; empty: in memory
    ResumeChoice resume = ResumeChoice::automatic;
    std::string checkpoint;              // its file; empty: none
    double checkpoint_interval = 600.0;  // seconds; 0: only when the run ends early
    double walltime = 0.0;               // seconds; 0: none
    double grace = 30.0;                 // seconds

    // Every key with its value as text, in the order of the table: what /config of a result holds.
    std::vector<std::pair<std::string, std::string>> resolved;
    // Whether data.seed draws the population itself, not only data from it.
    [[nodiscard]] bool random_means() const;
    // Whether data.seed matters at all.
    [[nodiscard]] bool has_disorder() const;
    [[nodiscard]] const std::string& value(const std::string& key) const;
    void set_resolved(const std::string& key,
                      const std::string& text);  // for values made later (batch, t-min, ...)
};

// file empty: none. arguments: "--section.key=value" tokens of the command line, which win over the file.
[[nodiscard]] Config read_config(const std::string& file, const std::vector<std::string>& arguments);

// The section [landscape]; vectors ask for the full representation.
void fill_landscape(const Settings& settings, Config& config);

// The contradictions read_config refuses, by what they are about. `settings` knows which keys were given.
void check_model(const Settings& settings, const Config& config);
void check_times(const Settings& settings, const Config& config);
void check_ensemble(const Settings& settings, const Config& config);
void check_guidance(const Settings& settings, const Config& config);
void check_realisations(const Settings& settings, const Config& config);
void check_bifurcation(const Settings& settings, const Config& config);
void check_target(const Settings& settings, const Config& config);
// ConfigError where a name that the result or the checkpoint takes (.part, .lock, .previous) is a file that the job reads, or a name of both.
// config_file: of -c, or empty.
void check_files(const Config& config, const std::string& config_file);
// InputError where run.checkpoint names a file that is no checkpoint: it would be replaced, and removed in the end.
void require_replaceable_checkpoint(const Config& config);

}  // namespace kairos::app
