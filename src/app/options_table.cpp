// The table of all options.
#include <array>
#include <iterator>

#include "kairos/app/options.hpp"

namespace kairos::app {
namespace {

using Rows = std::vector<Option>;
using enum ValueType;

constexpr double most_int = 2147483647;
constexpr Range bin_counts{.low = 0, .high = 65536};
constexpr Range eigenvalue_counts{.low = 0, .high = 64};
constexpr Range any_label{.low = -most_exact, .high = most_exact};
constexpr Range any{}, not_negative{.low = 0}, positive{.low = 0, .above_low = true};
constexpr Range any_count{.low = 0, .high = most_exact}, at_least_one{.low = 1, .high = most_exact};
constexpr Range natural{.low = 0, .high = most_int}, numbered{.low = 1, .high = most_int};
constexpr Range depths{.low = 1, .high = 16}, children{.low = 2, .high = 65536},
    copies{.low = 2, .high = 255};
constexpr Range grid_points{.low = 2, .high = most_int};
constexpr Range any_seed{.low = 0, .high = 0x1p64};  // below 2^64, which parse_integer refuses

Rows data_rows() {
    return {
        {"data.model",
         choice,
         "two-clusters",
         "-",
         "the law of the data",
         any,
         {"two-clusters", "simplex", "random-clusters", "hierarchical", "unequal-variances", "low-rank",
          "gaussian-process", "corners", "mixture-file", "dataset-file"}},
        {"data.dimension", integer, "2", "1", "d, the number of coordinates", at_least_one},
        {"data.components", integer, "auto", "1",
         "K, the number of components; auto: 2, or what the model fixes (1, branching^levels, that of the "
         "file)",
         at_least_one},
        {"data.separation", real, "1", "data", "mu: the means have squared norm d mu^2", not_negative},
        {"data.sigma", reals, "1", "data", "standard deviation within a component: one, or one per component",
         not_negative},
        {"data.weights", reals, "", "1", "weights of the components, normalised; empty: equal", positive},
        {"data.seed", integer, "1", "1", "seed of the quenched disorder: random means, directions and points",
         any_seed},
        {"data.samples", integer, "0", "1",
         "0: the population; n > 0: the empirical law of n points drawn from it", any_count},
        {"data.levels", integer, "2", "1", "hierarchical: L, levels of the tree", depths},
        {"data.branching", integer, "2", "1", "hierarchical: b, children of every node", children},
        {"data.separations", reals, "", "data",
         "hierarchical: one mu per level, top first; empty: separation at each", not_negative},
        {"data.rank", integer, "1", "1", "low-rank: r, directions of standard deviation sigma", at_least_one},
        {"data.residual-sigma", real, "0", "data", "low-rank: standard deviation in the other directions",
         not_negative},
        {"data.kernel",
         choice,
         "rbf",
         "-",
         "gaussian-process: covariance of the d equidistant points of [0,1]",
         any,
         {"rbf", "exponential", "matern-3/2"}},
        {"data.length-scale", real, "0.1", "1", "gaussian-process: correlation length on [0,1]", positive},
        {"data.file", text, "", "-", "mixture-file, dataset-file: the HDF5 file"},
        {"data.crc32", text, "", "-",
         "CRC-32 of data.file; a run finds it, and refuses another file than that of the value given"},
        {"data.dataset", text, "", "-", "dataset-file: name of the [n,d] dataset of points"},
        {"data.labels", texts, "", "-",
         "mixture-file, dataset-file: names of the label datasets, one level each, coarse first"},
        {"data.class-level", integer, "1", "1", "the level that class_* observables mean; 1: the top",
         numbered},
        {"data.realisations", integer, "1", "1",
         "R, independent draws of the quenched disorder in one job: data.seed, data.seed + 1, ...", numbered},
    };
}

Rows process_rows() {
    return {
        {"process.kind",
         choice,
         "ou",
         "-",
         "the noise schedule",
         any,
         {"ou", "ve", "vp-linear", "vp-cosine", "edm", "flow-matching"}},
        {"process.t-min", real, "auto", "time", "earliest time, next to the data; auto: that of the kind",
         not_negative},
        {"process.t-max", real, "auto", "time",
         "latest time, where generation starts; auto: that of the kind", positive},
        {"process.beta-min", real, "0.1", "1/time", "vp-linear: noise rate at t = 0", not_negative},
        {"process.beta-max", real, "20", "1/time", "vp-linear: noise rate at t = 1", positive},
        {"process.sigma-min", real, "none", "data",
         "ve: noise at t = 0, geometric from there; none: sigma^2 = t", positive},
        {"process.sigma-max", real, "none", "data", "ve: noise at t = 1; none: sigma^2 = t", positive},
    };
}

Rows time_rows() {
    return {
        {"time.grid",
         choice,
         "log-snr",
         "-",
         "how the observation times are spaced",
         any,
         {"uniform", "log-snr", "karras", "entropic", "list"}},
        {"time.points", integer, "64", "1", "T, the number of observation times, both ends included",
         grid_points},
        {"time.list", reals, "", "time",
         "the observation times themselves, ascending; takes the place of points", not_negative},
        {"time.substeps", integer, "1", "1", "integrator steps between two observation times", numbered},
        {"time.entropy",
         choice,
         "data",
         "-",
         "entropic grid: the entropy that falls by equal amounts: H(y|x_t), or that of the class",
         any,
         {"data", "class"}},
    };
}

Rows ensemble_rows() {
    return {
        {"ensemble.trajectories", integer, "10000", "1", "N, the number of independent trajectories",
         at_least_one},
        {"ensemble.batch", integer, "auto", "1", "trajectories per batch; auto: at most 512 batches",
         at_least_one},
        {"ensemble.seed", integer, "1", "1", "seed of all noise", any_seed},
        {"ensemble.target", text, "", "-",
         "OBSERVABLE:ERROR, the standard error at every time at which to stop early, in whole batches", any},
        {"ensemble.direction",
         choice,
         "reverse",
         "-",
         "reverse: generation from t-max; forward: paths from data; marginal: a fresh (y, x_t) at every time",
         any,
         {"reverse", "forward", "marginal"}},
        {"ensemble.integrator",
         choice,
         "exact",
         "-",
         "how a reverse step is taken; exact has no step-size error",
         any,
         {"exact", "euler-maruyama", "exponential", "heun", "ode-heun"}},
        {"ensemble.representation",
         choice,
         "auto",
         "-",
         "full: all d coordinates; reduced: the span of the means and one squared radius, the same law",
         any,
         {"auto", "full", "reduced"}},
        {"ensemble.start",
         choice,
         "marginal",
         "-",
         "reverse: start from p_t-max itself, or from the prior N(0, sigma^2 I)",
         any,
         {"marginal", "prior"}},
        {"ensemble.coupling",
         choice,
         "independent",
         "-",
         "marginal: draws at different times; common: one (y, z) a trajectory serves all times, far cheaper "
         "for data",
         any,
         {"independent", "common"}},
    };
}

Rows observe_rows() {
    return {
        {"observe.observables", texts, "default", "-", "default, all, or names of observables"},
        {"observe.batch-moments", flag, "true", "-", "write /batches, which merge and analyze work on"},
        {"observe.paths", integer, "0", "1", "raw paths to keep, those of the first trajectories", any_count},
        {"observe.states", flag, "false", "-", "keep x of these paths too"},
        {"observe.histograms", texts, "", "-", "scalar observables whose distribution is kept at every time"},
        {"observe.tangents", integer, "0", "1", "k, Lyapunov exponents per path (reverse, not exact)",
         natural},
        {"observe.eigenvalues", integer, "0", "1",
         "k, leading eigenpairs of the posterior covariance: posterior_eigenvalues, filter_eigenvalues, "
         "eigenvector_overlap; with observe.states the vectors along raw paths",
         eigenvalue_counts},
    };
}

Rows clones_rows() {
    return {
        {"clones.times", reals, "", "time", "branching times; empty: no clones", not_negative},
        {"clones.pairs", integer, "1000", "1", "pairs (k-tuples) of clones per branching time", at_least_one},
        {"clones.copies", integer, "2", "1", "clones that share one path", copies},
        {"clones.overlap",
         choice,
         "end",
         "-",
         "the overlap of clones at t-min alone, or on the path: at every observation time too",
         any,
         {"end", "path"}},
    };
}

Rows analysis_rows() {
    return {
        {"bifurcation.drift",
         choice,
         "none",
         "-",
         "drift whose fixed points are traced",
         any,
         {"none", "sde", "ode", "both"}},
        {"bifurcation.operations", real, "2e12", "1",
         "most multiplications for each drift: search and branches end there, unfinished", positive},
        {"landscape.bins", integer, "0", "1", "bins of each order parameter; 0: no landscape", bin_counts},
        {"landscape.vectors", text, "", "-",
         "FILE:DATASET, vectors [k,d]: order parameters beside those of the law"},
        {"landscape.crc32", text, "", "-", "CRC-32 of the file of landscape.vectors, as data.crc32"},
        {"guidance.class", integer, "", "1", "label of the class to guide to", any_label},
        {"guidance.weight", real, "0", "1", "w: the score becomes s + w (s_c - s)", any},
        {"guidance.interval", reals, "", "time", "t1,t2: guidance acts between these times; empty: always",
         not_negative},
    };
}

Rows run_rows() {
    return {
        {"output.file", text, "result.h5", "-", "the result file; it appears only when complete"},
        {"run.checkpoint", text, "", "-",
         "the checkpoint file; empty: output.file with .checkpoint behind it; none: no checkpoints"},
        {"run.checkpoint-interval", real, "600", "s",
         "time between two checkpoints; 0: only when the run ends before its time", not_negative},
        {"run.walltime", real, "0", "s",
         "time after which to stop with a checkpoint and exit code 75; 0: none", not_negative},
        {"run.resume",
         choice,
         "auto",
         "-",
         "auto: go on from a checkpoint, or extend a result to more trajectories; never: run anew",
         any,
         {"auto", "never"}},
        {"run.precision",
         choice,
         "double",
         "-",
         "of the products over many data: doubles, or single precision folded into doubles (by tiles of "
         "8-bit numbers where the processor has AMX)",
         any,
         {"double", "mixed"}},
        {"run.data-shards", integer, "1", "1",
         "S, ranks that divide the data and work on one batch together; divides the ranks", numbered},
        {"run.data-folder", text, "", "-",
         "a folder on a disk of every node, in which a file holds the data, which may exceed the memory "
         "then; empty: memory"},
        {"run.grace", real, "30", "s", "how long unfinished batches may go on after a signal to stop",
         not_negative},
    };
}

Rows all_rows() {
    Rows table;
    for (Rows& rows : std::array{data_rows(), process_rows(), time_rows(), ensemble_rows(), observe_rows(),
                                 clones_rows(), analysis_rows(), run_rows()}) {
        std::move(rows.begin(), rows.end(), std::back_inserter(table));
    }
    return table;
}

}  // namespace

std::span<const Option> option_table() {
    static const Rows table = all_rows();
    return table;
}

std::span<const Section> section_table() {
    static const std::vector<Section> table = {
        {"data", "what the data are"},
        {"process", "the forward process"},
        {"time", "the observation times"},
        {"ensemble", "the trajectories"},
        {"observe", "what is measured and kept"},
        {"clones", "trajectories that share a path down to a branching time"},
        {"bifurcation", "fixed points of the generative drift"},
        {"landscape", "distributions of order parameters"},
        {"guidance", "classifier-free guidance"},
        {"output", "the result"},
        {"run", "how the job runs"},
    };
    return table;
}

}  // namespace kairos::app
