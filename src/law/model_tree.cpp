// The regular tree. Levels l = 0 .. L-1 from the top; a node at depth l has b children, shifted from it
// within b - 1 coordinates of its own. Counting nodes level by level, those of node p at depth l start at
// (b^l - 1) + p (b - 1), and b^L - 1 are used in all.
#include <algorithm>
#include <cmath>
#include <string>

#include "kairos/base/error.hpp"
#include "model_parts.hpp"

namespace kairos::law {
namespace {

void check_tree(const ModelSpec& spec) {
    if (spec.branching < 2) {
        throw ConfigError("data.branching", std::to_string(spec.branching), "makes no tree", "2 or more",
                          "Try --data.branching=2.");
    }
    if (spec.levels < 1) {
        throw ConfigError("data.levels", std::to_string(spec.levels), "makes no tree", "1 or more",
                          "Try --data.levels=2.");
    }
    const auto bad = [](double mu) { return !(std::isfinite(mu) && mu > 0.0); };
    if (spec.separations.size() != static_cast<std::size_t>(spec.levels) ||
        std::ranges::any_of(spec.separations, bad)) {
        throw ConfigError("data.separations", to_text(spec.separations),
                          "does not separate every level of the tree",
                          std::to_string(spec.levels) + " positive numbers, one per level, top first",
                          "Give as many as data.levels.");
    }
}

Index checked_leaves(const ModelSpec& spec) {
    const double leaves = std::pow(spec.branching, spec.levels);
    if (leaves - 1.0 > spec.dimension) {
        throw ConfigError(
            "data.levels", std::to_string(spec.levels),
            "makes a tree whose shifts need " + to_text(leaves - 1.0) + " orthogonal directions",
            "data.branching^data.levels - 1 <= data.dimension = " + to_text(spec.dimension),
            "Take fewer levels, fewer branches or more dimensions.");
    }
    check_square_storage("data.levels", leaves);
    return static_cast<Index>(std::lround(leaves));
}

// Writes the shifts of level l into the means; `below` is the number of leaves below one node at depth l.
void shift_level(const Matrix& vertices, Index below, Matrix& means) {
    const Index branching = vertices.cols();
    const Index first = means.cols() / below - 1;  // b^l - 1
    for (Index leaf = 0; leaf < means.cols(); ++leaf) {
        const Index node = leaf / below;
        const Index child = leaf % below / (below / branching);
        means.col(leaf).segment(first + node * (branching - 1), branching - 1) = vertices.col(child);
    }
}

}  // namespace

Law hierarchical(const ModelSpec& spec) {
    check_tree(spec);
    const Index leaves = checked_leaves(spec);
    Law law;
    Mixture& mixture = law.mixture;
    mixture.weights = normalised_weights(spec, leaves);
    mixture.covariances = isotropic_covariances(spec, leaves);
    Matrix means = Matrix::Zero(leaves - 1, leaves);
    mixture.complement = spec.dimension - static_cast<double>(leaves - 1);

    Index below = leaves;
    for (const double separation : spec.separations) {
        shift_level(simplex_vertices(spec.branching, spec.dimension * separation * separation), below, means);
        below /= spec.branching;
        std::vector<std::int64_t> ancestor(static_cast<std::size_t>(leaves));
        for (std::size_t leaf = 0; leaf < ancestor.size(); ++leaf)
            ancestor[leaf] = static_cast<std::int64_t>(leaf) / below;
        mixture.labels.levels.push_back(level_from_labels(ancestor));
    }
    mixture.means = means;
    return law;
}

}  // namespace kairos::law
