#!/usr/bin/python3
"""end_to_end.py KAIROS: real runs under mpirun, their files read back: published figures, collapse, clean ends."""
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import ENVIRONMENT, Checks, run  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
PHI = {2.5: 0.9934, 3.0: 0.9176, 3.5: 0.7644, 4.0: 0.6319, 4.5: 0.5565}  # ou, mu = sigma = 1, d = 1024
check = Checks()


def published_figures(folder):
    """phi(t) of two clusters at d = 1024, by theory, by collision and by real clones; the reduced law at d = 10^9."""
    times = ",".join(str(t) for t in PHI)
    done = run([KAIROS, "run", "--data.dimension=1024", "--time.list=0.1," + times + ",6", "--process.t-max=6",
                "--process.t-min=0.1", "--ensemble.trajectories=20000", f"--clones.times={times}", "--clones.pairs=10000",
                "--output.file=phi.h5"], folder, 2)
    if check.succeeded(done, "published figures"):
        with h5py.File(folder / "phi.h5") as file:
            at = [int(np.argmin(abs(file["time"][:] - t))) for t in PHI]
            phi = np.array(list(PHI.values()))
            group = file["observables/class_collision"]
            check(np.all(abs(file["theory/class_collision"][:][at] - phi) < 6e-5), "theory misses the published phi")
            check(np.all(abs(group["mean"][:][at] - phi) < 4.5 * group["stderr"][:][at] + 5e-5), "collision misses phi")
            clones = file["clones"]
            check(np.all(abs(clones["same_class"][:] - phi) < 4.5 * clones["same_class_stderr"][:] + 5e-5), "clones miss phi")
            check(np.all(abs(clones["class_collision"][:] - phi) < 4.5 * clones["class_collision_stderr"][:] + 5e-5), "collision where clones branch misses phi")
            check(np.all(clones["class_collision_stderr"][:] < clones["same_class_stderr"][:]), "collision is no better than counting")
            worst = max(np.nanmax(abs(file[f"identities/{n}/z"][()])) for n in file["identities"])
            check(worst < 4.5, f"an identity fails: |z| = {worst}")
            check(file["clones/same_class_stderr"][2] < 0.0045, "10,000 pairs have binomial errors")
    huge = run([KAIROS, "run", "--data.dimension=1e9", "--process.t-max=16", "--ensemble.trajectories=2000",
                "--output.file=huge.h5"], folder, 2, timeout=60)
    if check.succeeded(huge, "d = 1e9"):
        with h5py.File(folder / "huge.h5") as file:
            theory = file["theory/class_entropy"][:]
            z = (file["observables/class_entropy/mean"][:] - theory) / file["observables/class_entropy/stderr"][:]
            common = theory > 0.02  # below, the average hangs on a few of the 2000 paths
            check(np.sum(common) > 5 and np.all(abs(z[common]) < 4.5), f"class entropy at d = 1e9: z = {z[common]}")
            found = file["transitions/speciation_spectral/time"][()]
            check(abs(found - 0.5 * np.log(1e9 + 1)) < 1e-9, f"spectral time {found} at d = 1e9")


def collapse(folder):
    """Labelled data: speciation and collapse in one run, every criterion near the theory, the chain rule in every state."""
    done = run([KAIROS, "run", "--data.dimension=32", "--data.samples=1000", "--process.t-min=0.05", "--process.t-max=6",
                "--time.points=40", "--ensemble.trajectories=600", "--observe.observables=default,excess_entropy,excess_entropy_ratio",
                "--output.file=data.h5"], folder, 2)
    if not check.succeeded(done, "collapse"):
        return
    with h5py.File(folder / "data.h5") as file:
        found = {name: {key: item[()] for key, item in group.items()} for name, group in file["transitions"].items()}
        theory = 0.5 * np.log(1 + 1 / np.expm1(2 * np.log(1000) / 32))
        excess = found["collapse_excess_entropy"]
        check(abs(excess["theory"] - theory) < 1e-9, f"collapse theory {excess['theory']}, not {theory}")
        check(excess["ci95_low"] < theory < excess["ci95_high"] and excess["stderr"] < 0.1, f"collapse {excess}")
        for name in ("participation", "entropy_variance", "nearest"):
            other = found[f"collapse_{name}"]
            check(abs(other["time"] - theory) < 0.5 * theory and other["ci95_low"] < other["time"] < other["ci95_high"], f"{name} {other}")
        last = file["decisions/datum_last_change"]
        check(found["collapse_nearest"]["time"] == last["mean"][()], "collapse_nearest is not the mean last change")
        check(found["speciation_clones"]["time"] > excess["time"], f"speciation before collapse: {found}")
        entropy, d, n = file["observables/datum_entropy/mean"][:], 32, 1000
        for name, unit in (("excess_entropy", d), ("excess_entropy_ratio", np.log(n))):
            for where in (f"observables/{name}/mean", f"theory/{name}"):
                wanted = entropy if where.startswith("observables") else file["theory/datum_entropy"][:]
                check(np.allclose(file[where][:] * unit, wanted, rtol=1e-12), f"{where} is not the datum entropy over {unit}")
        chain = file["identities/chain_rule"]
        check(np.all(chain["z"][:] == 0) and np.allclose(chain["value"][:], entropy), "chain rule")


def raw_values(folder):
    """With all paths kept, what a file says of moments, decisions, clean ends and overlaps is recomputed from the raw values beside them."""
    draw = np.random.default_rng(4)
    data, labels, n = 3 * draw.standard_normal((6, 4)), np.array([7, 3, 3, 7, 3, 7]), 150
    with h5py.File(folder / "six.h5", "w") as file:
        file["x"], file["c"] = data, labels
    done = run([KAIROS, "run", "--data.model=dataset-file", "--data.file=six.h5", "--data.dataset=x", "--data.labels=c", "--time.points=7",
                "--process.t-min=0.001", f"--ensemble.trajectories={n}", "--ensemble.batch=20", "--ensemble.representation=full",
                f"--observe.paths={n}", "--observe.states=true", "--observe.observables=norm2,datum_entropy", "--clones.times=0.5,1.5",
                "--clones.pairs=90", "--clones.overlap=path", "--output.file=raw.h5"], folder, 2)
    if not check.succeeded(done, "raw values"):
        return
    with h5py.File(folder / "raw.h5") as file:
        for name in ("norm2", "datum_entropy"):
            moments_of_paths(file[f"observables/{name}"], file[f"paths/{name}"][:], name)
        nearest = np.argmin(((file["paths/x"][:, 0][:, None] - data) ** 2).sum(axis=-1), axis=1)
        check(np.array_equal(file["paths/end_datum"][:], nearest) and len(set(nearest)) == 6, f"end_datum {file['paths/end_datum'][:]}, not {nearest}")
        check(np.array_equal(file["paths/end_class"][:], labels[nearest]), f"end_class {file['paths/end_class'][:]}, not {labels[nearest]}")
        for name, group in file["decisions"].items():
            share = group["count"][:].sum() / n
            check(np.isclose(group.attrs["fraction"], share, rtol=1e-12), f"{name}: fraction {group.attrs['fraction']}, not {share}")
        overlaps({name: item[()] for name, item in file["clones"].items() if isinstance(item, h5py.Dataset)})


def moments_of_paths(group, values, name):
    spread = values.var(axis=0) > 1e-12 * np.mean(values**2, axis=0)
    n, values = len(values), values[:, spread]
    away = values - values.mean(axis=0)
    m2, m3, m4 = (np.mean(away**k, axis=0) for k in (2, 3, 4))
    variance = n * m2 / (n - 1)
    expected = {"mean": values.mean(axis=0), "stderr": np.sqrt(variance / n), "variance": variance,
                "variance_stderr": np.sqrt((m4 - (n - 3) / (n - 1) * variance**2) / n), "skewness": m3 / m2**1.5,
                "excess_kurtosis": m4 / m2**2 - 3, "minimum": values.min(axis=0), "maximum": values.max(axis=0), "count": np.full(len(m2), n)}
    check(set(group) == {*expected, "time"} and spread.sum() > 3, f"{name}: {set(group)}, spread at {spread.sum()} times")
    for key, wanted in expected.items():
        found = group[key][:][spread]
        check(np.allclose(found, wanted, rtol=1e-6), f"{name}: {key} is {found}, the paths have {wanted}")


def overlaps(clones):
    """Of the pairs and of their way; at t-min, the first time, both are the same."""
    for prefix, moments in (("overlap", clones["overlap_moments"]), ("overlap_path", clones["overlap_path_moments"])):
        count, mean, variance = moments[..., 0], moments[..., 1], moments[..., 2] / np.where(moments[..., 0] > 1, moments[..., 0] - 1, np.nan)
        check(count.max() == 90, f"{prefix}: {count} pairs")
        expected = {"mean": np.where(count > 0, mean, np.nan), "variance": variance, "stderr": np.sqrt(variance / np.where(count > 0, count, np.nan))}
        for key, wanted in expected.items():
            found = clones.get(f"{prefix}_{key}", wanted if (prefix, key) == ("overlap", "stderr") else None)
            check(np.allclose(found, wanted, rtol=1e-12, equal_nan=True), f"{prefix}_{key} is {found}, its moments have {wanted}")
    check(np.allclose(clones["overlap_moments"], clones["overlap_path_moments"][:, 0], rtol=1e-9), "overlaps at t-min, and at the end of the way")


def untold_identities(folder):
    """What a run cannot test says nothing: it is absent, or NaN in all that is reported of it."""
    job = [KAIROS, "run", "--data.dimension=16", "--ensemble.trajectories=500"]
    if not check.succeeded(run([*job, "--time.points=12", "--output.file=coarse.h5"], folder), "coarse grid"):
        return
    check.succeeded(run([*job, "--time.points=24", "--output.file=fine.h5"], folder), "fine grid")
    with h5py.File(folder / "coarse.h5") as coarse, h5py.File(folder / "fine.h5") as fine:
        check("rate_derivative" not in coarse["identities"], "every interval is too wide, and yet rate_derivative is there")
        check(np.any(fine["identities/rate_derivative/stderr"][:] > 0), "rate_derivative tests nothing on a fine grid")
        for file in (coarse, fine):
            fluctuation = {key: file[f"identities/fluctuation/{key}"][:] for key in ("value", "expected", "stderr", "z")}
            untold = np.isnan(fluctuation["z"])
            check(untold.any() and not untold[0], "fluctuation is told at t-min alone")
            check(all(np.isnan(values[untold]).all() for values in fluctuation.values()), "fluctuation is reported where it cannot be")


def clean_ends(folder):
    """Interrupts and failures leave no half file and the earlier result as it was."""
    check.succeeded(run([KAIROS, "run", "--ensemble.trajectories=100", "--time.points=4"], folder), "small run")
    before = (folder / "result.h5").read_bytes()
    long_run = [str(KAIROS), "run", "--ensemble.trajectories=100000000", "--ensemble.batch=10000"]
    for launcher, sent, allowed in (([], signal.SIGINT, {75}), (["mpirun", "-n", "2"], signal.SIGINT, None)):
        process = subprocess.Popen(launcher + long_run, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(2.5)
        process.send_signal(sent)
        _, errors = process.communicate(timeout=30)
        check(process.returncode != 0 and (allowed is None or process.returncode in allowed),
              f"{launcher} {sent}: exit {process.returncode} {errors}")
        check((folder / "result.h5").read_bytes() == before, "an interrupted run changed the earlier result")
        check(not list(folder.glob("*.part")), "an interrupted run left a part of a file")
    for kept in folder.glob("*.checkpoint*"):
        kept.unlink()  # of another configuration than what follows
    diverging = [KAIROS, "run", "--data.dimension=4", "--ensemble.integrator=euler-maruyama", "--time.list=1e-60,2e-60,10",
                 "--process.t-min=1e-60", "--data.sigma=0", "--ensemble.trajectories=50", "--data.separation=1e139"]
    for ranks in (0, 2, 3):
        done = run(diverging, folder, ranks, timeout=60)
        check(done.returncode == 5, f"non-finite state on {ranks} ranks: exit {done.returncode} {done.stderr}")
        check(done.stderr.count("is not finite") == 1 and "seed" in done.stderr, f"non-finite state is not located: {done.stderr}")
    check((folder / "result.h5").read_bytes() == before, "a failed run changed the earlier result")


def other_commands(folder):
    done = run([KAIROS, "plan", "--data.dimension=1024", "--output.file=never.h5"], folder)
    check.succeeded(done, "plan")
    for words in ("dimension = 1024", "speciation_spectral", "memory per rank", "memory per node", "estimated time", "operations"):
        check(words in done.stdout, f"plan does not say: {words}")
    check(not (folder / "never.h5").exists(), "plan wrote a file")
    done = run([KAIROS, "plan", "--data.dimension=256", "--data.samples=20000", "--time.points=3"], folder)
    check.succeeded(done, "plan of data")
    times = dict(line.split() for line in done.stdout.splitlines() if re.match(r"  (speciation|collapse)_\w+ +[\d.]+$", line))
    check(abs(float(times.get("collapse_excess_entropy", "nan")) - 1.2988) < 5e-5, f"collapse of 20000 data in 256 dimensions: {times}")
    check("speciation_spectral" in times, f"plan of labelled data: {times}")
    done = run([KAIROS, "analyze", folder / "phi.h5"], folder)
    check.succeeded(done, "analyze")
    for words in ("speciation_clones", "class_last_change", "stein"):
        check(words in done.stdout, f"analyze does not say: {words}")
    for words in (["--version"], ["--help"], ["run", "--help"]):
        check.succeeded(run([KAIROS, *words], folder), " ".join(words))


with tempfile.TemporaryDirectory() as scratch:
    for part in (published_figures, collapse, raw_values, untold_identities, clean_ends, other_commands):
        part(pathlib.Path(scratch))
check.finish()
