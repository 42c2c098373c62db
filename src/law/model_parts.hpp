// src/law/model_parts.hpp: what the named models share: their numbers checked, their weights, covariances and
// vertices.
//
// Each model is a function from its specification to a law; reduced where it can be, `full_*` where the frame
// of all d coordinates is part of the quenched disorder. Errors: ConfigError.
#pragma once
#include <string>
#include <vector>

#include "kairos/base/number_text.hpp"
#include "kairos/law/models.hpp"

namespace kairos::law {

// d as an index, for what is stored coordinate by coordinate.
[[nodiscard]] Index stored_dimension(const ModelSpec& spec);

void check_dimension(const ModelSpec& spec);
// Refuses lengths whose squares, summed over d coordinates, come near the end of the range of doubles.
void check_lengths(const ModelSpec& spec);
void check_components(const ModelSpec& spec, Index least, double most, const std::string& why);
void check_separation(const ModelSpec& spec, bool zero_allowed);
// Refuses what asks for as many coordinates as components, where there are too many to store K^2 numbers.
void check_square_storage(const std::string& key, double components);
// Frames of random numbers: d must be a number of noise components.
void check_random_dimension(const ModelSpec& spec);

// K weights that add up to 1; one isotropic covariance, or K where the sigmas differ.
[[nodiscard]] Vector normalised_weights(const ModelSpec& spec, Index components);
[[nodiscard]] std::vector<Covariance> isotropic_covariances(const ModelSpec& spec, Index components);
// sigma^2 of a model that is one Gaussian (refuses lists).
[[nodiscard]] double single_variance(const ModelSpec& spec);

// (count - 1) x count: centred vectors of squared norm norm2 and mutual cosine -1/(count - 1).
[[nodiscard]] Matrix simplex_vertices(Index count, double norm2);

[[nodiscard]] Law two_clusters(const ModelSpec& spec);
[[nodiscard]] Law simplex(const ModelSpec& spec);
[[nodiscard]] Law unequal_variances(const ModelSpec& spec);
[[nodiscard]] Law hierarchical(const ModelSpec& spec);
[[nodiscard]] Law random_means(const ModelSpec& spec);
[[nodiscard]] Law full_random_means(const ModelSpec& spec);
[[nodiscard]] Law low_rank(const ModelSpec& spec);
[[nodiscard]] Law full_low_rank(const ModelSpec& spec);
[[nodiscard]] Law gaussian_process(const ModelSpec& spec);
[[nodiscard]] Law full_gaussian_process(const ModelSpec& spec);

}  // namespace kairos::law
