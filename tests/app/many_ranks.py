#!/usr/bin/python3
"""many_ranks.py KAIROS SCALING: 64 ranks on tiny batches, many more than there are cores, have the bits of one rank, also over an interruption;
what a result says of them; and the scaling study of jobs/."""
import csv
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import ENVIRONMENT, INTERRUPTED, Checks, configuration, run  # noqa: E402
from results import same_bits  # noqa: E402

KAIROS, SCALING = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
MANY = 64
check = Checks()
SECTIONS = {
    "data": {"dimension": 64},
    "ensemble": {"trajectories": 600, "batch": 2, "integrator": "heun"},
    "time": {"points": 12, "substeps": 4},
    "observe": {"observables": "class_entropy,norm2", "histograms": "class_entropy", "paths": 70},
    "clones": {"times": "1", "pairs": 300}}


def stress(base):
    """300 batches of two trajectories; then in slices, each on as many ranks."""
    check.succeeded(run([KAIROS, "run", *JOB, "--output.file=one.h5"], base, 1), "1 rank")
    check.succeeded(run([KAIROS, "run", *JOB, "--output.file=many.h5"], base, MANY), f"{MANY} ranks")
    same_bits(check, base / "one.h5", base / "many.h5", f"{MANY} ranks")
    keys = [*JOB, "--output.file=slices.h5"]
    first = run([KAIROS, "run", *keys, "--run.walltime=0.001"], base, MANY)
    check(first.returncode == INTERRUPTED, f"{MANY} ranks out of time: exit {first.returncode}\n{first.stderr}")
    check(first.stderr.count("kairos: interrupted by") == 1, first.stderr)
    check.succeeded(run([KAIROS, "run", *keys], base, MANY - 1), "gone on")
    same_bits(check, base / "one.h5", base / "slices.h5", f"{MANY} ranks, then {MANY - 1}")


def performance(base):
    """Every rank has its times; every batch was worked on by one of them."""
    dealt = {}
    for name, ranks in (("one", 1), ("many", MANY)):
        with h5py.File(base / f"{name}.h5") as file:
            group = file["performance"]
            times = {part: group[part][:] for part in ("compute", "wait", "dealing", "fold", "output")}
            check(all(values.shape == (ranks,) and (values >= 0).all() for values in times.values()), f"{name}: {times}")
            # In the end ranks wait for one another, with nothing to be dealt.
            check((times["dealing"] <= times["wait"]).all() and 0 < times["dealing"].sum() < times["wait"].sum(), f"{name}: dealing {times['dealing']} of {times['wait']}")
            dealt[name] = group["batches"][:].sum()
            check(all(dict(group[part].dims[0]).keys() for part in times), f"{name}: an axis without a scale")
            wall, used = file.attrs["wall_seconds"], (times["compute"] + times["wait"] + times["fold"]).max()
            check(0 < used < 1.05 * wall, f"{name}: {used} s of {wall} s")
    check(dealt["one"] == dealt["many"] > 300, f"batches of ensemble and clones: {dealt}")


def study(base):
    """Strong and weak, on few ranks: the table holds what the results do."""
    for more, trajectories in ([], (600, 600)), (["--weak"], (600, 1200)):
        done = subprocess.run([SCALING, "--kairos", KAIROS, *JOB, "-o", "study", "--ranks=1,2", "--rounds=1", *more], cwd=base,
                              env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
        check.succeeded(done, f"jobs/scaling {more}")
        with open(base / "study" / "scaling.csv") as file:
            rows = list(csv.DictReader(file))
        check([int(row["ranks"]) for row in rows] == [1, 2], f"ranks {rows}")
        check(tuple(int(row["trajectories"]) for row in rows) == trajectories, f"{more}: {rows}")
        ratio = float(rows[0]["wall"]) / float(rows[1]["wall"])
        wanted = ratio if more else ratio / 2
        check(np.isclose(float(rows[1]["efficiency"]), wanted, rtol=1e-9), f"efficiency {rows[1]['efficiency']}, wanted {wanted}")
        with h5py.File(base / "study" / "2.h5") as file:
            check(np.isclose(float(rows[1]["compute_max"]), file["performance/compute"][:].max()), "compute_max")
        check((base / "study" / "scaling.png").stat().st_size > 5000, "no figure")
    refused = subprocess.run([SCALING, "--kairos", KAIROS, "-c", "none.ini", "-o", "study", "--ranks=1"], cwd=base, env=ENVIRONMENT,
                             capture_output=True, text=True)
    check(refused.returncode != 0 and "none.ini" in refused.stderr, f"no job file: {refused.stderr}")


with tempfile.TemporaryDirectory() as name:
    base = pathlib.Path(name)
    JOB = ["-c", str(configuration(base, "job.ini", **SECTIONS))]
    stress(base)
    performance(base)
    study(base)
check.finish()
