// include/kairos/law/models.hpp: named models -> a mixture in the cheapest coordinates that represent it.
//
// Every model is first built reduced where it can be: r coordinates that span the means (and the directions of anisotropic
// variance), c = d - r more. `embed` then gives the same law in all d coordinates of a fixed orthonormal frame.
// Quenched disorder comes from Stream{data_seed, Purpose::data_*} alone.
//
//   two-clusters       +-m, |m|^2 = d mu^2, S = sigma^2 I (component 0 is +m)
//   simplex            K means of squared norm d mu^2, centred, mutual cosine -1/(K-1); K <= d + 1
//   random-clusters    entries of the means N(0, mu^2)
//   corners            entries of the means +-mu
//   unequal-variances  means as simplex, one sigma per component; separation may be 0
//   hierarchical       tree of L levels of b children; children of a node shifted by b vectors of squared norm d mu_l^2 and mutual
//                      cosine -1/(b-1), orthogonal to the shifts below every other node; leaves are the components
//   low-rank           one Gaussian: r random orthonormal directions (std sigma), residual-sigma elsewhere
//   gaussian-process   one Gaussian: covariance sigma^2 k(|u - v|), d equidistant points of [0,1]
//
// Units: data. Errors: ConfigError naming the data.* key for what a model cannot be (K > d + 1, a list of the wrong length, ...).
// Source: docs/theory.md, "Data laws"; Biroli et al., arXiv 2402.18491; Achilli et al., arXiv 2602.04404.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "kairos/law/law.hpp"

namespace kairos::law {

enum class ModelKind {
    two_clusters,
    simplex,
    random_clusters,
    hierarchical,
    unequal_variances,
    low_rank,
    gaussian_process,
    corners,
    mixture_file,
    dataset_file
};
enum class KernelKind { rbf, exponential, matern_3_2 };

struct ModelSpec {
    ModelKind kind = ModelKind::two_clusters;
    double dimension = 2;               // d, an integer; above 2^53 is refused by the configuration
    Index components = 2;               // K
    double separation = 1.0;            // mu
    std::vector<double> sigma = {1.0};  // one, or one per component
    std::vector<double> weights = {};   // empty: equal
    std::uint64_t seed = 1;
    int levels = 2, branching = 2;         // hierarchical
    std::vector<double> separations = {};  // one mu per level, top first
    Index rank = 1;                        // low-rank
    double residual_sigma = 0.0;
    KernelKind kernel = KernelKind::rbf;
    double length_scale = 0.1;
    std::size_t class_level = 0;  // 0-based
};

enum class Representation { full, reduced };

// The population law. Reduced throws ConfigError where the model has no reduction (none of the named models lacks one; the
// reduced form of random-clusters and corners keeps all K means and is refused only for K > d).
[[nodiscard]] Law build_law(const ModelSpec& spec, Representation representation);

// Whether `reduced` costs less than `full` for this model (representation = auto).
[[nodiscard]] Representation cheaper_representation(const ModelSpec& spec);

}  // namespace kairos::law
