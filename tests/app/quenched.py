#!/usr/bin/python3
"""quenched.py KAIROS: realisations of the disorder in one run."""
import pathlib
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import Checks, run  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()


def quenched(folder):
    """Realisations of the disorder: each has the batches that a plain run with its seed has; their spread is that of their means."""
    job = [KAIROS, "run", "--data.model=random-clusters", "--data.components=3", "--data.dimension=6", "--data.samples=30",
           "--time.list=0.1,0.3,0.5,0.7,1,1.5,2,3", "--ensemble.batch=20"]
    joint = run([*job, "--data.seed=5", "--data.realisations=3", "--ensemble.trajectories=610", "--clones.times=0.5,1",
                 "--clones.pairs=3000", "--output.file=joint.h5"], folder, 2)
    if not check.succeeded(joint, "three realisations"):
        return
    with h5py.File(folder / "joint.h5") as file:
        check(list(file["realisation"][:]) == [5, 6, 7], "the axis of realisations does not hold the seeds")
        check(set(file["realisations"]) == {*file["observables"], "transitions"}, "realisations lack an observable")
        bounds = [0, 11, 21, 31]  # of 31 batches, which the realisations take in turn
        for name in file["observables"]:
            check(np.all(file[f"observables/{name}/count"][:] == 610), f"{name}: not all trajectories count")
            spread_of(file, name, bounds)
        worst = max(np.nanmax(abs(file[f"identities/{n}/z"][()])) for n in file["identities"])
        check(worst < 4.5, f"an identity fails over realisations: |z| = {worst}")
        clones, at = file["clones"], [2, 4]
        for same, name in (("same_datum", "participation"), ("same_class", "class_collision")):
            difference = clones[same][:] - file[f"observables/{name}/mean"][:][at]
            error = np.hypot(clones[f"{same}_stderr"][:], file[f"observables/{name}/stderr"][:][at])
            check(np.all(abs(difference) < 4.5 * error), f"clones over realisations miss {name}: z = {difference / error}")
        for r in range(3):
            alone = run([*job, f"--data.seed={5 + r}", "--ensemble.trajectories=610", "--output.file=alone.h5"], folder)
            if check.succeeded(alone, f"seed {5 + r} alone"):
                with h5py.File(folder / "alone.h5") as other:
                    of_seed(file, other, r, slice(bounds[r], bounds[r + 1]))
    planned = run([KAIROS, "plan", *job[2:], "--data.realisations=3"], folder)
    check("realisations       3" in planned.stdout, f"plan does not say the realisations: {planned.stdout}{planned.stderr}")


def spread_of(file, name, bounds):
    """/realisations/NAME against numpy, from the moments of the batches."""
    group, batches = file[f"realisations/{name}"], {key: values[()] for key, values in file[f"batches/{name}"].items()}
    means, errors = [], []
    for begin, end in zip(bounds, bounds[1:]):
        count, mean, m2 = (batches[key][begin:end] for key in ("count", "mean", "m2"))
        total = count.sum(axis=0)
        means.append((count * mean).sum(axis=0) / total)
        squares = (m2 + count * (mean - means[-1]) ** 2).sum(axis=0)
        errors.append(np.sqrt(squares / (total - 1) / total))
    means, errors = np.array(means), np.array(errors)
    close = dict(rtol=1e-7, atol=1e-10 * np.abs(means).max())
    between = means.var(axis=0, ddof=1)
    check(np.allclose(group["mean"][:], means, **close), f"{name}: means of realisations")
    check(np.allclose(group["stderr"][:], errors, **close), f"{name}: errors of realisations")
    check(np.allclose(group["mean_stderr"][:], np.sqrt(between / 3), **close), f"{name}: error of the average")
    excess = np.maximum(0, between - (errors**2).mean(axis=0))
    check(np.allclose(group["spread"][:] ** 2, excess, rtol=1e-7, atol=1e-10 * between.max()), f"{name}: spread")


def of_seed(file, plain, r, part):
    """Realisation r has every third batch of the plain run of its seed, bit for bit, and transitions that agree with those of all its batches."""
    check("realisations" not in plain and "realisation" not in plain, "a plain run has realisations")
    for name in file["batches"]:
        for key in ("count", "mean", "m2", "m3", "m4"):
            check(file[f"batches/{name}/{key}"][part].tobytes() == plain[f"batches/{name}/{key}"][r::3].tobytes(),
                  f"{name}: {key} of the batches of realisation {r} is not that of its seed")
    for name, group in file["realisations/transitions"].items():
        other = plain[f"transitions/{name}"]
        error = np.hypot(group["stderr"][r], other["stderr"][()])
        check(not abs(group["time"][r] - other["time"][()]) > 4.5 * error, f"{name} of realisation {r}: {group['time'][r]}, {other['time'][()]}")
    check("speciation_clones" in file["realisations/transitions"], "realisations have no speciation times")
    check("speciation_spectral" in plain["transitions"] and "speciation_spectral" not in file["transitions"]
          and "speciation_spectral" not in file["realisations/transitions"], "the spectral time of one draw stands for all")


with tempfile.TemporaryDirectory() as scratch:
    quenched(pathlib.Path(scratch))
check.finish()
