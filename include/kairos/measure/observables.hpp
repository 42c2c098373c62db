// include/kairos/measure/observables.hpp: the table of observables. One row: name, units, definition, what it asks of the
// posterior, where it exists, and the function. Adding one touches observable_table.cpp and its test alone.
//
// Every observable is a plain average over trajectories at each time; vector observables have one column a class, level or mode.
// Shapes: a function fills columns x m. Errors: none; what a configuration cannot have is told by `missing`.
// Source: docs/theory.md (formulas), docs/observables.md (the list).
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kairos/dynamics/integrators.hpp"
#include "kairos/dynamics/posterior.hpp"
#include "kairos/dynamics/transition.hpp"
#include "kairos/measure/path_integrals.hpp"

namespace kairos::measure {

enum class Direction { reverse, forward, marginal };
// Of the draws of one trajectory at different times: each its own (y, z), or one for all times (marginal ensembles).
enum class Coupling { independent, common };
enum class Axis { none, classes, levels, modes, eigenvalues };
enum class PathEnd { t_min, t_max };

// What of a run decides which observables exist.
struct Setting {
    const law::Law* law = nullptr;
    Direction direction = Direction::reverse;
    dynamics::IntegratorKind integrator = dynamics::IntegratorKind::exact;
    int tangents = 0;
    Coupling coupling = Coupling::independent;
    dynamics::Numerics numerics{};
    std::optional<dynamics::Guidance> guidance{};
    int eigenvalues = 0;            // of the posterior covariance; of fewer dimensions all
    bool judges_increments = true;  // identities.hpp, judges_increments: of the observation times
};

// What an observable may read at one time.
struct Sight {
    const Setting* setting;
    const dynamics::States* states;
    const dynamics::Posterior* posterior;
    const PathIntegrals* path;         // null where nothing asked for it
    const dynamics::CleanData* clean;  // null for reverse ensembles
    const Lanes* clean_log_density;    // log p_0(y), only where data_surprisal asked for it
    const Rows* exponents;             // [k x m] finite-time Lyapunov exponents so far, or null
    const Matrix* between_classes =
        nullptr;  // r x q, orthonormal: span of the differences of class means, only where eigenvector_overlap asked for it

    // Of the level that class_* observables mean.
    [[nodiscard]] const dynamics::Latent& classes() const {
        return posterior->levels[setting->law->mixture.labels.class_level];
    }
};

struct Observable {
    std::string name, units, long_name, definition;
    dynamics::Request request;
    Axis axis;
    bool path_integral;  // needs PathIntegrals
    // Counted from this end of the path, and known only when the path is complete: evaluate gives the value of a running potential at this
    // time; the ensemble subtracts that at the end.
    std::optional<PathEnd> whole_path;
    const char* (*missing)(
        const Setting&);  // why this setting cannot have it, as "needs ..."; nullptr if it can
    void (*evaluate)(const Sight&, Eigen::Ref<Rows> out);
    bool in_default;
};

[[nodiscard]] std::span<const Observable> observable_table();
[[nodiscard]] const Observable* find_observable(const std::string& name);  // nullptr if there is none
[[nodiscard]] Index columns(const Observable& observable, const Setting& setting);

// "default", "all", or names; in table order, without repetition. Throws ConfigError (of `key`) for unknown names
// (nearest one suggested) and for those the setting cannot have (saying why).
[[nodiscard]] std::vector<const Observable*> select_observables(
    const std::vector<std::string>& names, const Setting& setting,
    const std::string& key = "observe.observables");

}  // namespace kairos::measure
