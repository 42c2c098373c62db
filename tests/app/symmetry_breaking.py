#!/usr/bin/python3
"""symmetry_breaking.py KAIROS: real runs of guidance, order parameters, landscapes and trees against closed forms and each other."""
import pathlib
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import Checks, run  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()


def guidance(folder):
    """Weight 0 changes no bit, weight 1 ends in the class, an interval below the speciation comes too late."""
    job = [KAIROS, "run", "--data.dimension=64", "--ensemble.integrator=exponential", "--time.points=60", "--ensemble.trajectories=4000",
           "--observe.observables=default,potts_order_parameter", "--landscape.bins=20", "--guidance.class=1"]
    free = [word for word in job if not str(word).startswith("--guidance")]
    shares = {}
    for name, words in {"free": free, "none": [*job, "--guidance.weight=0"], "one": [*job, "--guidance.weight=1"],
                        "late": [*job, "--guidance.weight=1", "--guidance.interval=0,0.05"]}.items():
        done = run([*words, f"--output.file=guided-{name}.h5"], folder, 2)
        if not check.succeeded(done, f"guidance {name}"):
            return
        with h5py.File(folder / f"guided-{name}.h5") as file:
            shares[name] = file["observables/class_posterior/mean"][0, 1], file["observables/class_posterior/stderr"][0, 1]
            if name != "free":
                group = file["landscape/m"]
                check({"density", "drift_potential", "barrier"} < set(group), f"{name}: landscape of a guided run: {list(group)}")
                check(not any("theory" in item for item in group) and np.isnan(group.attrs["second_well_theory"]),
                      f"{name}: theory in the landscape of a guided run: {list(group)}")
                check("identities" not in file or not list(file["identities"]), f"{name}: identities of a guided run")
                check(list(file["theory"]) == ["time"], f"{name}: theory of a guided run: {list(file['theory'])}")
                check("guided to class 1" in done.stdout, f"{name}: the summary does not say the share: {done.stdout}")
    with h5py.File(folder / "guided-free.h5") as free_file, h5py.File(folder / "guided-none.h5") as none_file:
        for name in free_file["observables"]:
            check(np.array_equal(free_file[f"observables/{name}/mean"][()], none_file[f"observables/{name}/mean"][()], equal_nan=True),
                  f"{name}: weight 0 changes it")
    for name in ("free", "late"):
        check(abs(shares[name][0] - 0.5) < 4.5 * shares[name][1], f"{name}: share of class 1 is {shares[name]}")
    check(shares["one"][0] > 0.9999, f"weight 1: share of class 1 is {shares['one']}")


def symmetry(folder):
    """Binder cumulant and susceptibility against their closed form, and the peak of the Potts order parameter's variance."""
    done = run([KAIROS, "run", "--data.dimension=256", "--ensemble.direction=marginal", "--ensemble.trajectories=40000",
                "--observe.observables=order_parameter_modulus,potts_order_parameter", "--output.file=symmetry.h5"], folder, 2)
    if not check.succeeded(done, "symmetry"):
        return
    with h5py.File(folder / "symmetry.h5") as file:
        for name in ("binder", "susceptibility"):
            group = file[f"symmetry/{name}"]
            z = (group["value"][:] - group["theory"][:]) / group["stderr"][:]
            check(np.max(abs(z)) < 4.5, f"{name}: |z| = {np.max(abs(z))}")
        peak = file["transitions/speciation_potts_variance"]
        variance = file["observables/potts_order_parameter/variance"][:]
        times = file["time"][:]
        near = times[np.argmax(variance)]
        step = np.max(np.diff(times)[np.searchsorted(times, near) - 1:][:2])
        check(abs(peak["time"][()] - near) < step, f"Potts variance peaks at {peak['time'][()]}, its highest point at {near}")


def drift_potential(group, times, trajectories):
    """V against its closed form, where bins hold many."""
    expected = trajectories * group["density_theory"][:] * (group["q"][1] - group["q"][0])
    wanted, found = group["drift_potential_theory"][:], group["drift_potential"][:]
    for i, t in enumerate(times):
        often = (expected[i] > 100) & np.isfinite(found[i])
        off = (found[i] - wanted[i])[often]
        off -= np.median(off)
        check(np.max(abs(off)) < 0.02 * np.ptp(wanted[i][often]),
              f"{group.name}: V at t = {t}: off by {np.max(abs(off))} of {np.ptp(wanted[i][often])}")


def landscape(folder):
    """P(q, t), U and V of two clusters against their closed forms; when U gets its second well."""
    done = run([KAIROS, "run", "--data.dimension=64", "--ensemble.trajectories=40000", "--time.grid=uniform", "--process.t-min=0.1",
                "--process.t-max=4.1", "--time.points=21", "--landscape.bins=200", "--observe.observables=class_entropy",
                "--output.file=landscape.h5"], folder, 2)
    if not check.succeeded(done, "landscape"):
        return
    with h5py.File(folder / "landscape.h5") as file:
        group, times = file["landscape/m"], file["time"][:]
        density, error, theory = (group[name][:] for name in ("density", "density_stderr", "density_theory"))
        width = group["q"][1] - group["q"][0]
        expected = 40000 * theory * width
        z = (density - theory)[expected > 25] / np.sqrt(theory / (40000 * width))[expected > 25]
        check(np.max(abs(z)) < 5, f"density: |z| = {np.max(abs(z))} over {z.size} bins")
        check(abs(np.mean(z**2) - 1) < 0.2, f"density: mean z^2 = {np.mean(z**2)}")
        check(np.allclose(density.sum(axis=1) * width, 1, atol=1e-3), "density does not integrate to 1")
        full = density > 0
        check(np.allclose(group["potential"][:][full], -np.log(density[full])), "potential is not -log density")
        drift_potential(group, times, 40000)
        second, exact = group.attrs["second_well"], group.attrs["second_well_theory"]
        check(abs(exact - 0.5 * np.log(64)) < 1e-8, f"second well in theory: {exact}")  # alpha^2 d = 1, Gamma = 1
        check(exact - 0.7 < second <= exact, f"second well seen at {second}, in theory {exact}")
        check(np.all(np.isnan(group["barrier"][:][times > exact])), "a barrier before the second well")


def wells(folder):
    """Free energy difference of two clusters of weights 4:1: that of the noised data at the same barrier, and log 4 once they are apart."""
    done = run([KAIROS, "run", "--data.dimension=64", "--data.weights=4,1", "--ensemble.trajectories=40000", "--time.grid=uniform",
                "--process.t-min=0.1", "--process.t-max=4.1", "--time.points=21", "--landscape.bins=60",
                "--observe.observables=class_entropy", "--output.file=wells.h5"], folder, 2)
    if not check.succeeded(done, "wells"):
        return
    with h5py.File(folder / "wells.h5") as file:
        group = {name: item[:] for name, item in file["landscape/m"].items()}
        names = ["free_energy_difference", "free_energy_difference_stderr", "free_energy_difference_theory"]
        value, error, theory = (group[name] for name in names)
        seen = np.isfinite(group["barrier_position"])
        check(seen[:8].all() and np.array_equal(seen, np.isfinite(value)), f"two wells at {file['time'][:][seen]}")
        z = (value - theory)[seen] / error[seen]
        check(np.max(abs(z)) < 4.5, f"free energy difference: |z| = {np.max(abs(z))}")
        check(abs(abs(value[0]) - np.log(4)) < 4.5 * error[0], f"wells apart: {value[0]} +- {error[0]}")
        barriers(group, 40000)
        ordered = (group["well_low"] < group["barrier_position"]) & (group["barrier_position"] < group["well_high"])
        check(ordered[seen].all(), "the barrier does not stand between the wells")


def barriers(group, trajectories):
    """At most times between the appearance of the second well and the emptying of its barrier: the exact height, at its place to a few bins."""
    exact, width, compared = group["density_theory"], group["q"][1] - group["q"][0], 0
    for i, place in enumerate(group["barrier_position"]):
        low, high = (np.argmin(abs(group["q"] - group[name][i])) for name in ("well_low", "well_high"))
        if not np.isfinite(place) or high - low < 3:
            continue
        between = exact[i, low:high + 1]
        height = np.log(min(between[0], between[-1]) / between.min())
        if between.min() * width * trajectories < 5:
            continue
        compared += 1
        check(abs(group["barrier"][i] - height) < 4.5 * group["barrier_stderr"][i] + 0.05, f"barrier {group['barrier'][i]} +- {group['barrier_stderr'][i]}, exact {height}")
        top = group["q"][low + np.argmin(between)]
        check(abs(place - top) < 0.25 * (group["well_high"][i] - group["well_low"][i]), f"barrier at {place}, exact {top}")
    check(compared >= 3, f"barriers compared at {compared} times")


def given_vectors(folder):
    """Order parameters along vectors of a file: m itself under another name, and a direction without order, whose P is one Gaussian."""
    d, rng = 16, np.random.default_rng(3)
    job = ["--data.model=simplex", f"--data.dimension={d}", "--data.components=2", "--data.sigma=0.5", "--ensemble.trajectories=20000",
           "--time.points=7", "--landscape.bins=50", "--observe.observables=class_entropy"]
    across = np.zeros(d)
    across[-1] = np.sqrt(d)
    with h5py.File(folder / "vectors.h5", "w") as file:
        file["v"] = np.array([across, rng.normal(size=d)])
    done = run([KAIROS, "run", *job, "--landscape.vectors=vectors.h5:v", "--output.file=given.h5"], folder, 2)
    if not check.succeeded(done, "landscape.vectors"):
        return
    with h5py.File(folder / "given.h5") as file:
        check(file["config"].attrs["ensemble.representation"] in ("full", b"full"), "vectors of R^d in reduced coordinates")
        alpha, sigma = (file[f"schedule/{name}"][:] for name in ("alpha", "sigma"))
        check({"vector_1", "vector_2"} < set(file["landscape"]), f"landscapes: {list(file['landscape'])}")
        for name in ("vector_1", "vector_2"):
            group = file[f"landscape/{name}"]
            density, theory, q = (group[key][:] for key in ("density", "density_theory", "q"))
            expected = 20000 * theory * (q[1] - q[0])
            z = (density - theory)[expected > 25] / np.sqrt(theory / (20000 * (q[1] - q[0])))[expected > 25]
            check(np.max(abs(z)) < 5 and abs(np.mean(z**2) - 1) < 0.25, f"{name}: |z| {np.max(abs(z))}, mean z^2 {np.mean(z**2)}")
        # the means of a simplex of two lie along the first coordinate: across them P is N(0, alpha^2 sigma_data^2 + sigma^2)
        group = file["landscape/vector_1"]
        q, density = group["q"][:], group["density"][:]
        variance = np.sum(density * q**2, axis=1) * (q[1] - q[0]) - (q[1] - q[0]) ** 2 / 12
        ratio = variance / (0.25 * alpha**2 + sigma**2)
        check(np.max(abs(ratio - 1)) < 4.5 * np.sqrt(2 / 20000), f"variance across the means: {ratio}")


def other_axes(folder):
    """V and the second well of two clusters along vectors that are not m: a shorter one along m, one across m, one between, whose V has no closed form."""
    along, across = np.eye(8)[0], np.sqrt(8) * np.eye(8)[1]
    with h5py.File(folder / "axes.h5", "w") as file:
        file["v"] = np.array([along, across, along + across / np.sqrt(8)])
    done = run([KAIROS, "run", "--data.model=simplex", "--data.components=2", "--data.dimension=8", "--ensemble.trajectories=40000",
                "--process.t-min=0.1", "--process.t-max=3", "--time.points=9", "--time.grid=uniform", "--landscape.bins=100",
                "--landscape.vectors=axes.h5:v", "--observe.observables=class_entropy", "--output.file=axes-result.h5"], folder, 2)
    if not check.succeeded(done, "other axes"):
        return
    with h5py.File(folder / "axes-result.h5") as file:
        groups = [file[f"landscape/vector_{i}"] for i in (1, 2, 3)]
        for group in groups[:2]:
            drift_potential(group, file["time"][:], 40000)
        check("drift_potential" in groups[2] and "drift_potential_theory" not in groups[2], f"V between: {list(groups[2])}")
        # alpha^2 (m.v)^2/|v|^2 = Gamma = 1, |m|^2 = 8
        second = [group.attrs["second_well_theory"] for group in groups]
        check(abs(second[0] - 0.5 * np.log(8)) < 1e-8 and np.isnan(second[1]) and abs(second[2] - 0.5 * np.log(4)) < 1e-8,
              f"second wells in theory: {second}")


def spectrum(folder):
    """Leading eigenvalues of the posterior covariance of six clusters: five directions between them, the others at the variance within a cluster; with these
    the filter's eigenvalues sum to the active dimensions. Several ranks write the bits of one."""
    means = np.random.default_rng(8).standard_normal((6, 40))
    with h5py.File(folder / "six.h5", "w") as file:
        file["means"], file["sigmas"] = means, np.full(6, 0.5)
    job = ["--data.model=mixture-file", "--data.file=six.h5", "--ensemble.representation=full", "--observe.eigenvalues=8",
           "--ensemble.trajectories=1000", "--ensemble.batch=100", "--time.points=9", "--process.t-max=3",
           "--observe.observables=active_dimensions,posterior_top_eigenvalue,posterior_eigenvalues,filter_eigenvalues,eigenvector_overlap",
           "--observe.paths=3", "--observe.states=true"]
    for ranks in (1, 3):
        check.succeeded(run([KAIROS, "run", *job, f"--output.file=spectrum-{ranks}.h5"], folder, ranks), f"eigenvalues on {ranks} ranks")
    with h5py.File(folder / "spectrum-1.h5") as file, h5py.File(folder / "spectrum-3.h5") as other:
        mean = {name: group["mean"][:] for name, group in file["observables"].items()}
        check(all(np.array_equal(values, other[f"observables/{name}/mean"][:]) for name, values in mean.items()), "eigenvalues: bits differ")
        leading, open_ = mean["posterior_eigenvalues"], mean["filter_eigenvalues"]
        alpha, sigma = (file[f"schedule/{name}"][:] for name in ("alpha", "sigma"))
        within = 0.25 * sigma**2 / (0.25 * alpha**2 + sigma**2)
        check(np.array_equal(leading[:, 0], mean["posterior_top_eigenvalue"]), "the first eigenvalue is not the largest")
        check(np.allclose(leading[:, 5:], within[:, None], rtol=1e-9), f"within a cluster: {leading[:, 5:]}, not {within}")
        check(np.all(leading[-1, :5] > 2 * within[-1]), f"between the clusters: {leading[-1]}")
        total = open_[:, :5].sum(axis=1) + 35 * within * (alpha / sigma) ** 2
        check(np.allclose(total, mean["active_dimensions"], rtol=1e-9), f"trace of the filter: {total}, not {mean['active_dimensions']}")
        overlap = mean["eigenvector_overlap"]
        check(np.allclose(overlap[-1, :5], 1, atol=1e-6) and np.allclose(overlap[-1, 5:], 0, atol=1e-6), f"six undecided clusters: {overlap[-1]}")
        check(np.all((overlap > -1e-12) & (overlap < 1 + 1e-9)), f"overlaps: {overlap}")
        paths, others = file["paths"], other["paths"]
        for name in ("eigenvalues", "eigenvectors"):
            check(np.array_equal(paths[name][:], others[name][:]), f"{name} of paths: bits differ")
        v, values = paths["eigenvectors"][:], paths["eigenvalues"][:]
        check(v.shape == (3, 9, 8, 40) and values.shape == (3, 9, 8), f"eigenvectors of paths: {v.shape}")
        check(np.allclose(np.einsum("ptic,ptjc->ptij", v, v), np.eye(8), atol=1e-10), "eigenvectors of paths are not orthonormal")
        check(np.all(np.take_along_axis(v, np.abs(v).argmax(-1)[..., None], -1) > 0), "signs of eigenvectors")
        eigenvectors_of_bayes(paths, alpha, sigma, means, within)


def eigenvectors_of_bayes(paths, alpha, sigma, means, within):
    """At every stored state of six clusters of variance 1/4, against Bayes' rule."""
    vectors, values = paths["eigenvectors"][:], paths["eigenvalues"][:]
    gamma = 0.25 * alpha**2 + sigma**2
    away = paths["x"][:][:, :, None] - alpha[None, :, None, None] * means
    logits = -np.sum(away**2, axis=-1) / (2 * gamma[None, :, None])
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    apart = means - np.einsum("ptk,kc->ptc", weights, means)[:, :, None]
    covariance = ((sigma**2 / gamma) ** 2)[None, :, None, None] * np.einsum("ptk,ptkc,ptkd->ptcd", weights, apart, apart)
    covariance += within[None, :, None, None] * np.eye(40)
    residual = np.einsum("ptcd,ptid->ptic", covariance, vectors) - values[..., None] * vectors
    check(np.max(np.abs(residual)) < 1e-8 * values.max(), f"eigenvectors of paths: residual {np.max(np.abs(residual))}")


def levels(folder):
    """A tree: the transitions of every level in one run, top level first in generation, near their spectral times."""
    done = run([KAIROS, "run", "--data.model=hierarchical", "--data.dimension=4096", "--data.branching=2", "--data.levels=2",
                "--data.separations=4,0.5", "--ensemble.trajectories=6000", "--time.grid=uniform", "--time.points=81", "--process.t-max=8",
                "--observe.observables=default,level_entropy,level_collision,level_entropy_rate,level_split_entropy,"
                "level_split_collision,level_split_rate", "--output.file=tree.h5"], folder, 2)
    if not check.succeeded(done, "tree"):
        return
    with h5py.File(folder / "tree.h5") as file:
        spectral = {}
        for level, variance in ((1, 4096 * 16 + 1), (2, 4096 * 0.25 + 1)):
            spectral[level] = file[f"transitions/speciation_spectral_level_{level}/time"][()]
            check(abs(spectral[level] - 0.5 * np.log(variance)) < 1e-9, f"level {level}: spectral time {spectral[level]}")
            for name in ("clones", "entropy_rate", "entropy_variance"):
                found = file[f"transitions/speciation_{name}_level_{level}/time"][()]
                check(abs(found - spectral[level]) < 0.8, f"speciation_{name}_level_{level} at {found}, spectral {spectral[level]}")
        for name in ("clones", "entropy_rate", "entropy_variance"):
            one, whole = (file[f"transitions/speciation_{name}{suffix}/time"][()] for suffix in ("_level_1", ""))
            check(one == whole, f"{name}: level 1 is the class level, yet {one} differs from {whole}")
        for name in ("entropy", "collision", "entropy_rate"):
            same = np.array_equal(file[f"observables/level_{name}/mean"][:, 0], file[f"observables/class_{name}/mean"][:])
            check(same, f"level_{name} of level 1 is not class_{name}")


with tempfile.TemporaryDirectory() as scratch:
    for part in (guidance, symmetry, landscape, wells, given_vectors, other_axes, spectrum, levels):
        part(pathlib.Path(scratch))
check.finish()
