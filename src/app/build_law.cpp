#include "kairos/app/build_law.hpp"

#include <algorithm>
#include <cmath>

#include "kairos/base/error.hpp"
#include "kairos/io/dataset_file.hpp"
#include "kairos/io/shared_points.hpp"
#include "kairos/law/empirical.hpp"
#include "kairos/law/models.hpp"
#include "kairos/law/reduction.hpp"

namespace kairos::app {
namespace {

constexpr double states_dimension_limit =
    1e5;  // raw states of more coordinates are kept reduced unless `full` is asked for

bool wants_full(const Config& config, double dimension) {
    if (config.representation == RepresentationChoice::full) return true;
    return config.representation == RepresentationChoice::automatic && config.states &&
           dimension <= states_dimension_limit;
}

// The law of a file or drawn data arrives in all its coordinates; it is reduced where that is asked for or pays.
law::Law represent(const Config& config, law::Law law) {
    const bool possible = law::can_reduce(law.mixture);
    if (config.representation == RepresentationChoice::reduced && !possible)
        throw ConfigError("ensemble.representation", "reduced", "is not possible for these covariances",
                          "full, or isotropic components (or a single component)",
                          "Try --ensemble.representation=full.");
    const Index dimension = law.mixture.coordinates(), components = law.mixture.components();
    if (possible && reduces(config, static_cast<double>(dimension), static_cast<double>(components)))
        return law::reduce(law).law;
    return law;
}

// Every rank draws its slice of the data, where they will stay.
law::Law drawn(const Config& config, const law::Law& population, const parallel::Communicator& communicator) {
    const std::uint64_t seed = config.model.seed;
    const auto draw = [&](Index first, const Eigen::Map<Matrix>& columns) {
        law::draw_points(population.mixture, static_cast<std::uint64_t>(first), seed, columns);
    };
    const law::Points points = io::shared_points(communicator, population.mixture.coordinates(),
                                                 config.samples, draw, config.data_folder);
    return law::drawn_law(population, points, seed);
}

law::Law population_of(const Config& config) {
    const bool draw = config.samples > 0;
    const auto cheaper = law::cheaper_representation(config.model);
    const bool full =
        draw || wants_full(config, config.model.dimension) ||
        (config.representation == RepresentationChoice::automatic && cheaper == law::Representation::full);
    return law::build_law(config.model, full ? law::Representation::full : law::Representation::reduced);
}

void check_file_against_keys(const Config& config, const law::Mixture& mixture) {
    const auto dimension = static_cast<double>(mixture.coordinates());
    if (config.dimension_given && config.model.dimension != dimension)
        throw InputError(config.file, config.dataset.empty() ? "means" : config.dataset,
                         "has dimension " + std::to_string(mixture.coordinates()) + " but data.dimension = " +
                             std::to_string(static_cast<long long>(config.model.dimension)),
                         "Leave data.dimension out: it comes from the file.");
    const bool mixture_file = config.model.kind == law::ModelKind::mixture_file;
    if (mixture_file && config.components_given && config.model.components != mixture.components())
        throw InputError(config.file, "means",
                         "has " + std::to_string(mixture.components()) +
                             " components but data.components = " + std::to_string(config.model.components),
                         "Leave data.components out: it comes from the file.");
}

}  // namespace

bool reduces(const Config& config, double dimension, double components) {
    if (wants_full(config, dimension)) return false;
    if (config.representation == RepresentationChoice::reduced) return true;
    // Data that span their space leave nothing to reduce; the rotation itself costs n d^2.
    return components <= std::floor(dimension / 2.0);
}

law::Law law_of(const Config& config, const parallel::Communicator& communicator) {
    law::Law law;
    if (config.model.kind == law::ModelKind::dataset_file)
        law = io::read_dataset(communicator, config.file, config.dataset, config.labels,
                               config.model.class_level, config.data_folder);
    else if (config.model.kind == law::ModelKind::mixture_file)
        law = io::read_mixture(communicator, config.file, config.labels, config.model.class_level);
    else if (config.samples == 0)
        return population_of(config);
    else
        law = population_of(config);
    if (!config.file.empty()) check_file_against_keys(config, law.mixture);
    if (config.samples > 0) law = drawn(config, law, communicator);
    return represent(config, std::move(law));
}

}  // namespace kairos::app
