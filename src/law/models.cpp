#include "kairos/law/models.hpp"

#include <cmath>
#include <stdexcept>

#include "kairos/base/error.hpp"
#include "kairos/law/reduction.hpp"
#include "model_parts.hpp"

namespace kairos::law {
namespace {

const char* name_of(ModelKind kind) {
    switch (kind) {
        case ModelKind::two_clusters:
            return "two-clusters";
        case ModelKind::simplex:
            return "simplex";
        case ModelKind::random_clusters:
            return "random-clusters";
        case ModelKind::hierarchical:
            return "hierarchical";
        case ModelKind::unequal_variances:
            return "unequal-variances";
        case ModelKind::low_rank:
            return "low-rank";
        case ModelKind::gaussian_process:
            return "gaussian-process";
        case ModelKind::corners:
            return "corners";
        case ModelKind::mixture_file:
            return "mixture-file";
        case ModelKind::dataset_file:
            return "dataset-file";
    }
    return "";
}

Law reduced_law(const ModelSpec& spec) {
    switch (spec.kind) {
        case ModelKind::two_clusters:
            return two_clusters(spec);
        case ModelKind::simplex:
            return simplex(spec);
        case ModelKind::unequal_variances:
            return unequal_variances(spec);
        case ModelKind::hierarchical:
            return hierarchical(spec);
        case ModelKind::random_clusters:
        case ModelKind::corners:
            return random_means(spec);
        case ModelKind::low_rank:
            return low_rank(spec);
        case ModelKind::gaussian_process:
            return gaussian_process(spec);
        case ModelKind::mixture_file:
        case ModelKind::dataset_file:
            break;
    }
    throw std::invalid_argument(std::string("build_law: ") + name_of(spec.kind) + " is read from a file");
}

Law full_law(const ModelSpec& spec) {
    switch (spec.kind) {
        case ModelKind::random_clusters:
        case ModelKind::corners:
            return full_random_means(spec);
        case ModelKind::low_rank:
            return full_low_rank(spec);
        case ModelKind::gaussian_process:
            return full_gaussian_process(spec);
        default:
            return embed(reduced_law(spec));
    }
}

void choose_class_level(const ModelSpec& spec, Labels& labels) {
    const std::size_t levels = labels.any() ? labels.levels.size() : 1;
    if (spec.class_level >= levels) {
        throw ConfigError("data.class-level", std::to_string(spec.class_level + 1),
                          std::string("names no level of classes of data.model = ") + name_of(spec.kind),
                          levels == 1 ? "1" : "1 to " + std::to_string(levels), "Try --data.class-level=1.");
    }
    labels.class_level = spec.class_level;
}

}  // namespace

Law build_law(const ModelSpec& spec, Representation representation) {
    check_dimension(spec);
    check_lengths(spec);
    Law law = representation == Representation::reduced ? reduced_law(spec) : full_law(spec);
    law.model = name_of(spec.kind);
    law.reduced = representation == Representation::reduced;
    choose_class_level(spec, law.mixture.labels);
    sort_by_class(law.mixture);
    return law;
}

Representation cheaper_representation(const ModelSpec& spec) {
    const auto reduced_if = [](bool cheaper) {
        return cheaper ? Representation::reduced : Representation::full;
    };
    const auto components = static_cast<double>(spec.components);
    switch (spec.kind) {
        case ModelKind::two_clusters:
            return reduced_if(1.0 < spec.dimension);
        case ModelKind::simplex:
            return reduced_if(components - 1.0 < spec.dimension);
        case ModelKind::unequal_variances:
            return reduced_if(spec.separation == 0.0 || components - 1.0 < spec.dimension);
        case ModelKind::hierarchical:
            return reduced_if(std::pow(spec.branching, spec.levels) - 1.0 < spec.dimension);
        case ModelKind::random_clusters:
        case ModelKind::corners:
            return reduced_if(components < spec.dimension);
        case ModelKind::low_rank:
        case ModelKind::gaussian_process:
            return Representation::reduced;  // diagonal, even where r = d
        case ModelKind::mixture_file:
        case ModelKind::dataset_file:
            break;
    }
    return Representation::full;
}

}  // namespace kairos::law
