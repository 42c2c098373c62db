#!/usr/bin/python3
"""calibration.py KAIROS: over 40 seeds, z-scores of every default observable against theory have unit variance, and the 95 %
intervals of transition times cover the exact times as often as they say."""
import pathlib
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import Checks, run  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
SEEDS, DIMENSION = 40, 256
check = Checks()


def exact(file):
    """Every default observable's mean by quadrature or symmetry; [T] each."""
    theory = {name: file[f"theory/{name}"][:] for name in file["theory"]}
    g2, sigma2 = file["schedule/diffusion"][:] ** 2, file["schedule/sigma"][:] ** 2
    rate = theory["entropy_rate"]
    means = {name: theory[name] for name in
             ("class_entropy", "class_varentropy", "class_collision", "class_entropy_rate", "entropy_rate")}
    means["entropy_rate_score"] = rate
    means["score_divergence"] = 2 * rate / g2 - DIMENSION / sigma2
    means["order_parameter"] = 0 * rate
    means["class_posterior"] = 0 * rate + 0.5
    return means


def collect(folder, direction):
    scores, covered, late = {}, {}, {}
    for seed in range(1, SEEDS + 1):
        done = run([KAIROS, "run", f"--data.dimension={DIMENSION}", f"--ensemble.direction={direction}", f"--ensemble.seed={seed}",
                    "--ensemble.trajectories=20000", "--process.t-min=1", "--process.t-max=6", "--time.points=41",
                    "--observe.batch-moments=false", "--output.file=z.h5"], folder)
        if not check.succeeded(done, f"{direction}, seed {seed}"):
            return scores, covered
        with h5py.File(folder / "z.h5") as file:
            wanted = exact(file)
            check(set(file["observables"]) == set(wanted), f"default observables: {sorted(file['observables'])}")
            for name, mean in wanted.items():
                group = file[f"observables/{name}"]
                found, error = group["mean"][:], group["stderr"][:]
                if found.ndim == 2:  # classes sum to one: the first says it all
                    found, error = found[:, 0], error[:, 0]
                # Where the transition is under way; beyond, averages hang on a few rare paths and no error bar is Gaussian.
                window = slice(12, 36)
                scores.setdefault(name, []).append(((found - mean) / error)[window])
            for name in ("speciation_clones", "speciation_entropy_rate", "speciation_entropy_variance"):
                t = {key: item[()] for key, item in file[f"transitions/{name}"].items()}
                covered.setdefault(name, []).append(t["ci95_low"] <= t["theory"] <= t["ci95_high"])
                late.setdefault(name, []).append(t["stderr"])
    for name, errors in late.items():
        print(f"{direction}: {name}: covered {sum(covered[name])} of {SEEDS}, median stderr {np.median(errors):.4f}")
    return scores, covered


with tempfile.TemporaryDirectory() as scratch:
    for kind in ("marginal", "reverse"):
        z_scores, intervals = collect(pathlib.Path(scratch), kind)
        for observable, z in z_scores.items():
            z = np.array(z)  # [seed, time]
            # Times of marginal ensembles are independent; along reverse paths neighbours are alike: count the independent ones.
            alike = np.corrcoef(z.T)
            independent = z.shape[1] ** 2 / np.sum(alike**2)
            error = np.sqrt(2 / (SEEDS * max(1.0, independent)))
            variance = np.mean(z**2)
            print(f"{kind}: {observable}: variance of z {variance:.3f} +- {error:.3f}")
            check(abs(variance - 1) < 4.5 * error, f"{kind}: {observable}: variance of z is {variance:.3f}, error {error:.3f}")
        for transition, hits in intervals.items():
            # 95 % of 40 is 38; fewer than 33 has probability 1e-3 if the interval is right.
            check(sum(hits) >= 33, f"{kind}: {transition}: interval covers {sum(hits)} of {SEEDS}")
check.finish()
