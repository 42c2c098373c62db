#!/usr/bin/python3
"""analyze_realisations.py KAIROS: draws of the disorder, in files of their own and within one: their mean, spread and both errors against numpy."""
import pathlib
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import Checks, run  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()


def read(path, name):
    with h5py.File(path) as file:
        group = file[f"transitions/{name}"]
        return group["time"][()], group["stderr"][()]


def disorder(folder):
    """Files that differ in data.seed alone: mean, spread and both errors against numpy; runs of one draw are pooled, not averaged."""
    job = ["--data.model=random-clusters", "--data.components=3", "--data.dimension=12", "--ensemble.trajectories=3000", "--process.t-min=0.05", "--process.t-max=6",
           "--time.points=81", "--ensemble.direction=marginal"]
    files = []
    for data_seed, seed in ((1, 1), (2, 2), (3, 3), (4, 4), (4, 5)):
        files.append(f"draw-{data_seed}-{seed}.h5")
        check.succeeded(run([KAIROS, "run", *job, f"--data.seed={data_seed}", f"--ensemble.seed={seed}", f"--output.file={files[-1]}"], folder), files[-1])
    done = run([KAIROS, "analyze", *files, "-o", "draws.h5"], folder)
    if not check.succeeded(done, "realisations"):
        return
    check("realisations" in done.stdout and "spread" in done.stdout, f"no spread: {done.stdout}")
    with h5py.File(folder / "draws.h5") as file:
        check(file["points/realisations"][0] == 4 and file["points/files"][0] == 5, "4 draws in 5 files")
        for name in ("speciation_clones", "speciation_entropy_rate"):
            found = {key: item[0] for key, item in file[f"transitions/{name}"].items()}
            t, e = np.array([read(folder / f, name) for f in files]).T
            for value_of, prefix, place, error in ((found["time"], "", t, e), (found["log_snr"], "log_snr_", -np.log(np.expm1(2 * t)), -2 * e / np.expm1(-2 * t))):
                weight = error[3:] ** -2.0
                place = np.append(place[:3], np.sum(weight * place[3:]) / weight.sum())
                error = np.append(error[:3], weight.sum() ** -0.5)
                between = place.var(ddof=1)
                expected = {"stderr": np.sqrt(np.sum(error**2)) / 4, "disorder_stderr": np.sqrt(between / 4), "spread": np.sqrt(max(0, between - np.mean(error**2)))}
                check(np.isclose(value_of, place.mean(), rtol=1e-9), f"{name}: {prefix}mean is {value_of}, numpy says {place.mean()}")
                for key, value in expected.items():
                    check(np.isclose(found[prefix + key], value, rtol=1e-9), f"{name}: {prefix}{key} is {found[prefix + key]}, numpy says {value}")
            check(found["realisations"] == 4, f"{name}: {found['realisations']} realisations")
            check(found["ci95_low"] < found["time"] < found["ci95_high"], f"{name}: interval {found}")
            check(found["spread"] > 3 * found["stderr"], f"{name}: three random means do not differ between draws: {found}")


def draws_within_a_file(folder):
    """data.realisations = 4 in one file: as four files of one realisation each, which share its batches."""
    job = ["--data.model=random-clusters", "--data.components=3", "--data.dimension=12", "--time.points=41", "--process.t-max=6",
           "--ensemble.direction=marginal"]
    done = run([KAIROS, "run", *job, "--ensemble.trajectories=8000", "--data.realisations=4", "--output.file=four.h5"], folder)
    check.succeeded(done, "four draws in one file")
    check.succeeded(run([KAIROS, "analyze", "four.h5", "-o", "four-summary.h5"], folder), "analyze of four draws")
    with h5py.File(folder / "four.h5") as file, h5py.File(folder / "four-summary.h5") as summary:
        check(summary["points/realisations"][0] == 4 and summary["points/files"][0] == 1, "four draws in one file")
        group = file["realisations/transitions/speciation_clones"]
        t, e = group["time"][:], group["stderr"][:]
        check(np.all(e > 0) and np.all(e < 0.2), f"errors of realisations: {e}")
        found = {key: item[0] for key, item in summary["transitions/speciation_clones"].items()}
        expected = {"time": t.mean(), "stderr": np.sqrt(np.sum(e**2)) / 4, "disorder_stderr": np.sqrt(t.var(ddof=1) / 4),
                    "spread": np.sqrt(max(0, t.var(ddof=1) - np.mean(e**2)))}
        for key, value in expected.items():
            check(np.isclose(found[key], value, rtol=1e-9), f"four draws: {key} is {found[key]}, numpy says {value}")


with tempfile.TemporaryDirectory() as directory:
    for part in (disorder, draws_within_a_file):
        part(pathlib.Path(directory))
check.finish()
