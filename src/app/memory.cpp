#include "kairos/app/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "kairos/app/build_law.hpp"
#include "kairos/dynamics/packed_data.hpp"
#include "kairos/dynamics/posterior.hpp"
#include "kairos/law/models.hpp"
#include "kairos/measure/ensemble.hpp"
#include "kairos/phases/clones.hpp"

#include "memory_parts.hpp"

namespace kairos::app {
namespace {

using law::ModelKind;

constexpr double number_bytes = 8.0;
constexpr double columns_per_time = 60.0;  // moments a default run keeps per time, identities included

// What the law consists of, in numbers.
struct Sizes {
    double dimension, components, data;  // components: of the population (0: none); data: 0 for a population
    double coordinates;                  // explicit ones of the law that runs
    bool reduces = false;                // data are brought to fewer coordinates
    [[nodiscard]] double terms() const { return data > 0 ? data : components; }
};

Sizes sizes_of(const Config& config, const io::TableShape& input) {
    Sizes sizes{};
    const auto rows = static_cast<double>(input.rows);
    sizes.dimension = from_file(config) ? static_cast<double>(input.columns) : config.model.dimension;
    sizes.components = from_dataset(config) ? 0.0
                       : from_file(config)  ? rows
                                            : static_cast<double>(config.model.components);
    sizes.data = from_dataset(config) ? rows : static_cast<double>(config.samples);
    sizes.reduces = sizes.data > 0 && reduces(config, sizes.dimension, sizes.data);
    const bool full = sizes.data > 0 ? !sizes.reduces : runs_full(config);
    sizes.coordinates = full ? sizes.dimension : std::min(sizes.dimension, sizes.terms());
    return sizes;
}

// Means of the population, and the directions of an anisotropic one.
double population_numbers(const Config& config, const Sizes& sizes) {
    const double coordinates = sizes.data > 0 ? sizes.dimension : sizes.coordinates;
    double columns = sizes.components;
    if (config.model.kind == ModelKind::gaussian_process) columns += 3.0 * sizes.dimension;
    return coordinates * columns;
}

double levels_of(const Config& config) {
    if (from_dataset(config)) return static_cast<double>(config.labels.size());
    return config.model.kind == ModelKind::hierarchical ? config.model.levels : 1.0;
}

// A byte for each of 128 lanes, a bit for each, and the maxima of tiles (dynamics/screen), of a rank's share of the data. The evaluator that
// observes screens, and so do that of the second stage of a step and those of clones.
double screen_numbers(const Config& config) {
    if (config.precision == dynamics::Precision::mixed) return 0.0;
    const bool stages = config.integrator == dynamics::IntegratorKind::heun ||
                        config.integrator == dynamics::IntegratorKind::ode_heun;
    const double screens = (config.clone_times.empty() ? 1.0 : 3.0) * (stages ? 2.0 : 1.0);
    return screens * 19.0 / config.data_shards;
}

// What each rank keeps of every datum: weight, number and classes; coefficients of its logit, its place in the stream
// and runs of its class in every evaluator (that of the observables and that of the steps; clones have their
// own), and cumulated weights.
double numbers_per_datum(const Config& config) {
    const double levels = levels_of(config), evaluators = config.clone_times.empty() ? 2.0 : 4.0;
    return 2.0 + 2.5 * levels + evaluators * (8.0 + 2.0 * levels) + screen_numbers(config);
}

// Whether one pass over the data serves a block of lanes (dynamics/data_posterior). The classes of a file are not
// counted before it is read: few are assumed.
constexpr double few_classes = 16.0, lanes_of_a_stream = 128.0;
bool streams(const Sizes& sizes) {
    return sizes.data >= 128.0 &&
           (sizes.components <= few_classes ||
            (64.0 * sizes.components <= sizes.data && sizes.components * sizes.coordinates <= 65536.0));
}

double lanes_of_a_block(const Sizes& sizes) {
    if (streams(sizes)) return lanes_of_a_stream;
    const double bytes = number_bytes * (4.0 * sizes.coordinates + 3.0 * sizes.terms() + 24.0);
    return std::clamp(512.0 * 1024.0 / bytes, 32.0, 1024.0);
}

// Beyond the limit the data are held once. Products of single precision take less time beside the packing.
double packed_bytes(const Config& config, const Sizes& sizes) {
    const double limit =
        (config.precision == dynamics::Precision::mixed ? 2.0 : 1.0) * 1024.0 * 1024.0 * 1024.0;
    if (!streams(sizes)) return 0.0;
    const double all = dynamics::PackedData::bytes(static_cast<Index>(sizes.coordinates),
                                                   static_cast<Index>(sizes.data), config.precision);
    return all <= limit ? all : 0.0;
}

bool asked_for(const Config& config, const char* name) {
    return std::ranges::count(config.observables, name) > 0;
}

// States, noise and scores; then sums of every class, or the weights of all components where something asks for them.
double numbers_per_lane(const Config& config, const Sizes& sizes) {
    const auto asked = [&](const char* name) { return asked_for(config, name); };
    const bool eigenvectors =
        config.eigenvalues > 0 && (config.states || asked("all") || asked("eigenvector_overlap"));
    const bool weights = !streams(sizes) || config.tangents > 0 || asked("all") || eigenvectors ||
                         asked("posterior_top_eigenvalue") || asked("posterior_eigenvalues") ||
                         asked("filter_eigenvalues");
    // Vectors of the iteration, at most, and its matrix in them; eigenvectors of the posterior.
    const double pairs = std::min(config.eigenvalues + 1.0, sizes.coordinates);
    const double vectors = config.eigenvalues > 1 || eigenvectors
                               ? static_cast<double>(dynamics::iterated_vectors(
                                     static_cast<Index>(sizes.coordinates), static_cast<Index>(pairs)))
                               : 0.0;
    const double kept = eigenvectors ? 2.0 * (config.eigenvalues + 1.0) : 0.0;
    return (8.0 + vectors + kept) * sizes.coordinates + vectors * vectors + 200.0 +
           (weights ? 4.0 * sizes.terms() : std::max(few_classes, sizes.components) * sizes.coordinates);
}

// A distribution at every time, and of clones at every time below every branching time. Beside the sum of finished batches a rank has that of
// the batch in work, one that is empty and one on its way to another rank.
double histogram_numbers(const Config& config) {
    const double times = config.points;
    const double overlaps = config.overlap_path ? static_cast<double>(config.clone_times.size()) : 0.0;
    return 4.0 * measure::Histogram::bins * times *
           (static_cast<double>(config.histograms.size()) + overlaps);
}

// Raw values, and with them states and eigenvectors: as they are kept, gathered, flat and in the order of the file.
double path_numbers(const Config& config, const Sizes& sizes) {
    constexpr double scalars = 25.0;
    const double r = sizes.coordinates, k = std::min<double>(config.eigenvalues, sizes.dimension);
    const double states = config.states ? r + 1.0 + k * (r + 2.0) : 0.0;
    const double paths =
        std::min(static_cast<double>(config.paths), static_cast<double>(config.trajectories));
    return 4.0 * paths * config.points * (scalars + states);
}

// Moments of clones in a batch.
double clone_columns(const Config& config) {
    const double path = config.overlap_path ? config.points : 0.0;
    return static_cast<double>(config.clone_times.size()) * (phases::clone_quantities + path);
}

double law_numbers(const Config& config, const Sizes& sizes) {
    double numbers = population_numbers(config, sizes);
    if (sizes.data > 0) numbers += numbers_per_datum(config) * sizes.data;
    // The vectors to span, twice more while they are orthogonalised, and the basis.
    if (sizes.reduces)
        numbers +=
            4.0 * sizes.dimension * (sizes.data + sizes.components + 1.0) + sizes.coordinates * sizes.data;
    // Tangents start along the principal directions of the means.
    if (config.tangents > 0) {
        const double least = std::min(sizes.terms(), sizes.coordinates);
        numbers += 2.0 * sizes.terms() * sizes.coordinates + 3.0 * least * least;
    }
    return numbers;
}

}  // namespace

bool from_dataset(const Config& config) { return config.model.kind == ModelKind::dataset_file; }

bool from_file(const Config& config) {
    return from_dataset(config) || config.model.kind == ModelKind::mixture_file;
}

bool runs_full(const Config& config) {
    if (config.representation == RepresentationChoice::full) return true;
    if (config.representation == RepresentationChoice::reduced) return false;
    return from_file(config) || law::cheaper_representation(config.model) == law::Representation::full;
}

MemoryNeed estimate_memory(const Config& config, const io::TableShape& input, int ranks) {
    const Sizes sizes = sizes_of(config, input);
    MemoryNeed need;
    (config.data_folder.empty() ? need.data : need.file) = number_bytes * sizes.dimension * sizes.data;
    need.packed = packed_bytes(config, sizes);
    need.law = number_bytes * law_numbers(config, sizes);
    need.block = number_bytes * lanes_of_a_block(sizes) * numbers_per_lane(config, sizes);
    const double batches = std::min<double>(512.0, static_cast<double>(config.trajectories));
    const double row = columns_per_time * static_cast<double>(config.points) * sizeof(measure::Moments);
    need.moments = 2.0 * row * std::ceil(batches / ranks) + row;
    const double clone_batches = std::min<double>(512.0, static_cast<double>(config.pairs));
    need.clones = 2.0 * clone_columns(config) * sizeof(measure::Moments) * std::ceil(clone_batches / ranks);
    need.histograms = number_bytes * histogram_numbers(config);
    need.paths = number_bytes * path_numbers(config, sizes);
    return need;
}

namespace {

// The least that nodes have, `unknown` standing for a node that cannot be asked; nothing where that is the least.
std::optional<double> least_room(const parallel::SharedFolder& mine, double unknown,
                                 const parallel::Communicator& communicator) {
    const double room = communicator.min(mine.free_bytes.value_or(unknown));
    return room == unknown ? std::nullopt : std::optional(room);
}

}  // namespace

Machine machine_of(const Config& config, const parallel::Communicator& communicator) {
    Machine machine;
    machine.memory = communicator.min(static_cast<double>(sysconf(_SC_PHYS_PAGES)) *
                                      static_cast<double>(sysconf(_SC_PAGESIZE)));
    machine.ranks = static_cast<int>(communicator.max(std::int64_t{communicator.node().size()}));
    machine.shared = parallel::shared_folder();
    machine.shared.free_bytes = least_room(machine.shared, std::numeric_limits<double>::max(), communicator);
    machine.data = parallel::folder_at(config.data_folder);
    machine.data.free_bytes = least_room(machine.data, -1.0, communicator);
    return machine;
}

MemoryNeed fitting(MemoryNeed need, const Machine& machine) {
    const auto& room = machine.shared.free_bytes;
    const bool shared = machine.ranks > 1 && room.has_value();
    if (need.node(machine.ranks) > machine.memory || (shared && need.data + need.packed > *room))
        need.packed = 0.0;
    return need;
}

MemoryNeed checked_memory(const Config& config, const parallel::Communicator& communicator) {
    io::TableShape input;
    if (from_dataset(config))
        input = io::shape_of_dataset(communicator, config.file, config.dataset);
    else if (from_file(config))
        input = io::shape_of_mixture(communicator, config.file);
    const Machine machine = machine_of(config, communicator);
    const MemoryNeed need = fitting(estimate_memory(config, input, communicator.size()), machine);
    require_memory(config, input, need, machine);
    return need;
}

}  // namespace kairos::app
