// tests/app/keys.hpp: every key as the documentation promises it, written down a second time: default, a
// value of the wrong type, a value out of range, and a valid value (empty: there is none of that sort; a text
// cannot have the wrong type).
#pragma once
#include <string>
#include <vector>

namespace kairos::test {

struct KeyCase {
    std::string key, standard, wrong, out_of_range, valid;
};

inline const std::vector<KeyCase>& every_key() {
    static const std::vector<KeyCase> table = {
        {"data.model", "two-clusters", "7", "three-clusters", "simplex"},
        {"data.dimension", "2", "two", "0", "1024"},
        {"data.components", "auto", "2.5", "0", "2"},
        {"data.separation", "1", "far", "-1", "0.5"},
        {"data.sigma", "1", "1,x", "1,-1", "0.5,2"},
        {"data.weights", "", "1;2", "1,0", "1,3"},
        {"data.seed", "1", "1.5", "18446744073709551616", "18446744073709551615"},
        {"data.samples", "0", "many", "-1", "100"},
        {"data.levels", "2", "2.5", "0", "3"},
        {"data.branching", "2", "b", "1", "3"},
        {"data.separations", "", "1 2", "-1,1", "2,1"},
        {"data.rank", "1", "r", "0", "2"},
        {"data.residual-sigma", "0", "small", "-0.1", "0.1"},
        {"data.kernel", "rbf", "1", "gauss", "matern-3/2"},
        {"data.length-scale", "0.1", "short", "0", "0.3"},
        {"data.file", "", "", "", "points.h5"},
        {"data.crc32", "", "", "", "0123abcd"},
        {"data.dataset", "", "", "", "x"},
        {"data.labels", "", "coarse,,fine", "", "coarse,fine"},
        {"data.class-level", "1", "top", "0", "2"},
        {"data.realisations", "1", "all", "0", "8"},
        {"process.kind", "ou", "1", "vp", "flow-matching"},
        {"process.t-min", "auto", "early", "-1", "0.5"},
        {"process.t-max", "auto", "late", "0", "5"},
        {"process.beta-min", "0.1", "b", "-1", "0.2"},
        {"process.beta-max", "20", "b", "0", "10"},
        {"process.sigma-min", "none", "s", "0", "0.01"},
        {"process.sigma-max", "none", "s", "-2", "50"},
        {"time.grid", "log-snr", "1", "log", "karras"},
        {"time.points", "64", "8.5", "1", "8"},
        {"time.list", "", "1,a", "-1,1", "0.5,1"},
        {"time.substeps", "1", "s", "0", "10"},
        {"time.entropy", "data", "1", "entropy", "class"},
        {"ensemble.trajectories", "10000", "1e-3", "0", "1e6"},
        {"ensemble.batch", "auto", "b", "0", "128"},
        {"ensemble.seed", "1", "0x10", "-1", "7"},
        {"ensemble.target", "", "", "", ""},
        {"ensemble.direction", "reverse", "1", "backward", "marginal"},
        {"ensemble.integrator", "exact", "2", "euler", "ode-heun"},
        {"ensemble.representation", "auto", "0", "reduce", "full"},
        {"ensemble.start", "marginal", "0", "posterior", "prior"},
        {"ensemble.coupling", "independent", "0", "dependent", "independent"},
        {"observe.observables", "default", "a,,b", "", "all"},
        {"observe.batch-moments", "true", "1", "yes", "false"},
        {"observe.paths", "0", "p", "-1", "10"},
        {"observe.states", "false", "0", "no", "true"},
        {"observe.histograms", "", "a,", "", "class_entropy"},
        {"observe.tangents", "0", "t", "-1", "2"},
        {"observe.eigenvalues", "0", "e", "65", "3"},
        {"clones.times", "", "1,x", "-2", "1,2"},
        {"clones.pairs", "1000", "p", "0", "10"},
        {"clones.copies", "2", "c", "256", "3"},
        {"clones.overlap", "end", "start", "1", "path"},
        {"bifurcation.drift", "none", "1", "pde", "sde"},
        {"bifurcation.operations", "2e12", "many", "0", "1e13"},
        {"landscape.bins", "0", "b", "-1", "0"},
        {"landscape.vectors", "", "", "", ""},
        {"landscape.crc32", "", "", "", ""},
        {"guidance.class", "", "red", "", ""},
        {"guidance.weight", "0", "w", "inf", "0"},
        {"guidance.interval", "", "1:2", "-1,2", ""},
        {"output.file", "result.h5", "", "", "other.h5"},
        {"run.checkpoint", "", "", "", ""},
        {"run.checkpoint-interval", "600", "often", "-1", "60"},
        {"run.walltime", "0", "1h", "-1", "0"},
        {"run.resume", "auto", "1", "always", "never"},
        {"run.precision", "double", "1", "single", "double"},
        {"run.data-shards", "1", "s", "0", "1"},
        {"run.data-folder", "", "", "", ""},
        {"run.grace", "30", "g", "-1", "0"},
    };
    return table;
}

}  // namespace kairos::test
