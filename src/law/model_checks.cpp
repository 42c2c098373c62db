#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "kairos/base/error.hpp"
#include "model_parts.hpp"

namespace kairos::law {
namespace {

constexpr double square_storage_limit = 32768;  // K^2 doubles: 8 GB
constexpr double noise_components = 4294967294.0;
constexpr double longest_square = 1e280;  // so that squared norms over variances down to 1e-28 are doubles

bool one_or_per_component(std::size_t size, Index components) {
    return size == 1 || size == static_cast<std::size_t>(components);
}

}  // namespace

Index stored_dimension(const ModelSpec& spec) { return static_cast<Index>(spec.dimension); }

void check_dimension(const ModelSpec& spec) {
    if (spec.dimension >= 1.0 && spec.dimension <= 9007199254740992.0 &&
        spec.dimension == std::floor(spec.dimension))
        return;
    throw ConfigError("data.dimension", to_text(spec.dimension), "is no dimension",
                      "an integer from 1 to 2^53", "Try --data.dimension=1024.");
}

void check_lengths(const ModelSpec& spec) {
    const double longest = std::sqrt(longest_square / spec.dimension);
    const auto check = [&](const char* key, const std::vector<double>& lengths) {
        if (std::ranges::none_of(lengths,
                                 [&](double length) { return std::isfinite(length) && length > longest; }))
            return;
        throw ConfigError(key, to_text(lengths),
                          "makes points whose squared norm passes the range of doubles",
                          "at most " + to_text(longest) + " in " + to_text(spec.dimension) + " dimensions",
                          "Choose a unit of the data in which their spread is about 1.");
    };
    check("data.separation", {spec.separation});
    check("data.separations", spec.separations);
    check("data.sigma", spec.sigma);
    check("data.residual-sigma", {spec.residual_sigma});
}

void check_random_dimension(const ModelSpec& spec) {
    if (spec.dimension <= noise_components) return;
    throw ConfigError("data.dimension", to_text(spec.dimension),
                      "needs more random numbers than one stream numbers",
                      "at most " + to_text(noise_components) + " for this data.model",
                      "Try --data.dimension=1e9, or data.model = simplex.");
}

void check_components(const ModelSpec& spec, Index least, double most, const std::string& why) {
    const auto count = static_cast<double>(spec.components);
    if (spec.components >= least && count <= most) return;
    const std::string lowest = to_text(static_cast<double>(least));
    const bool single = most == static_cast<double>(least);
    throw ConfigError(
        "data.components", to_text(count), why, single ? lowest : lowest + " to " + to_text(most),
        "Try --data.components=" + to_text(std::clamp(count, static_cast<double>(least), most)) + ".");
}

void check_separation(const ModelSpec& spec, bool zero_allowed) {
    if (std::isfinite(spec.separation) && (spec.separation > 0.0 || (zero_allowed && spec.separation == 0.0)))
        return;
    throw ConfigError("data.separation", to_text(spec.separation), "does not separate the means",
                      zero_allowed ? "0 or a positive number" : "a positive number",
                      "Try --data.separation=1; means that coincide are data.model = unequal-variances.");
}

void check_square_storage(const std::string& key, double components) {
    if (components <= square_storage_limit) return;
    throw ConfigError(
        key, to_text(components), "asks for as many coordinates as components, squared too many numbers",
        "at most " + to_text(square_storage_limit) + " components for this data.model", "Take fewer.");
}

Vector normalised_weights(const ModelSpec& spec, Index components) {
    if (spec.weights.empty()) return Vector::Constant(components, 1.0 / static_cast<double>(components));
    const auto bad = [](double w) { return !(std::isfinite(w) && w > 0.0); };
    const std::string count = to_text(static_cast<double>(components));
    if (spec.weights.size() != static_cast<std::size_t>(components) ||
        std::ranges::any_of(spec.weights, bad)) {
        throw ConfigError("data.weights", to_text(spec.weights), "does not give every component a weight",
                          count + " positive numbers (they need not add up to 1)",
                          "Without data.weights all are equal.");
    }
    Vector weights = Eigen::Map<const Vector>(spec.weights.data(), components);
    weights /= weights.maxCoeff();  // first, so that the sum cannot overflow
    weights /= weights.sum();
    if (weights.minCoeff() < std::numeric_limits<double>::min())
        throw ConfigError("data.weights", to_text(spec.weights), "differ by more than the range of doubles",
                          "weights that are above 2.3e-308 of their sum",
                          "Leave components of no weight out.");
    return weights;
}

std::vector<Covariance> isotropic_covariances(const ModelSpec& spec, Index components) {
    const auto bad = [](double s) { return !(std::isfinite(s) && s >= 0.0); };
    const std::string count = to_text(static_cast<double>(components));
    if (!one_or_per_component(spec.sigma.size(), components) || std::ranges::any_of(spec.sigma, bad)) {
        throw ConfigError(
            "data.sigma", to_text(spec.sigma), "is no within-cluster standard deviation",
            components == 1 ? "one number >= 0" : "one number >= 0 for all components, or " + count,
            "Try --data.sigma=1.");
    }
    std::vector<Covariance> covariances;
    const bool equal = std::ranges::adjacent_find(spec.sigma, std::not_equal_to<>()) == spec.sigma.end();
    for (const double sigma : spec.sigma) {
        Covariance covariance;
        covariance.isotropic = sigma * sigma;
        covariances.push_back(covariance);
        if (equal) break;
    }
    return covariances;
}

double single_variance(const ModelSpec& spec) { return isotropic_covariances(spec, 1).front().isotropic; }

}  // namespace kairos::law
