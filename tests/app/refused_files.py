#!/usr/bin/python3
"""refused_files.py KAIROS: every kind of broken input file, names that are in the way of one another, outputs that cannot be written. A few are
repeated under mpirun."""
import os
import pathlib
import sys

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import CONFIGURATION, INPUT, OUTPUT  # noqa: E402
from refusing import Case, content, folder, hdf5, refusals  # noqa: E402


def truncated(make):
    def cut(path):
        make(path)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2])
    return cut


def holding(value, shape, at):
    array = np.random.default_rng(1).normal(size=shape)
    array[at] = value
    return array


MEANS, POINTS = np.eye(3, 4), np.random.default_rng(2).normal(size=(10, 4))
UNREADABLE = {"absent": None, "a folder": folder, "empty": content(b""), "not HDF5": content(b"1.0 2.0\n3.0 4.0\n")}
MIXTURES = {
    **UNREADABLE,
    "truncated": truncated(hdf5(means=MEANS, sigmas=np.ones(3))),
    "no means": hdf5(sigmas=np.ones(3)),
    "means of one axis": hdf5(means=np.ones(4), sigmas=np.ones(4)),
    "two weights for three": hdf5(means=MEANS, sigmas=np.ones(3), weights=np.ones(2)),
    "two sigmas for three": hdf5(means=MEANS, sigmas=np.ones(2)),
    "variances of another dimension": hdf5(means=MEANS, variances=np.ones((3, 5))),
    "no width": hdf5(means=MEANS),
    "NaN in means": hdf5(means=holding(np.nan, (3, 4), (1, 2)), sigmas=np.ones(3)),
    "infinite sigma": hdf5(means=MEANS, sigmas=np.array([1, np.inf, 1])),
    "negative weight": hdf5(means=MEANS, sigmas=np.ones(3), weights=np.array([1.0, -1.0, 1.0])),
}
DATASETS = {
    **UNREADABLE,
    "truncated": truncated(hdf5(x=POINTS)),
    "no such dataset": hdf5(y=POINTS),
    "one axis": hdf5(x=np.ones(10)),
    "three axes": hdf5(x=np.ones((2, 3, 4))),
    "NaN": hdf5(x=holding(np.nan, (10, 4), (7, 3))),
    "no points": hdf5(x=np.ones((0, 4))),
}
VECTORS = {
    **UNREADABLE,
    "no such dataset": hdf5(w=np.ones((2, 2))),
    "another dimension": hdf5(v=np.ones((2, 3))),
    "three axes": hdf5(v=np.ones((1, 1, 2))),
    "NaN": hdf5(v=holding(np.nan, (2, 2), (1, 0))),
    "a vector that is 0": hdf5(v=np.zeros((1, 2))),
    "too many vectors": hdf5(v=np.ones((65, 2))),
}
LABELS = {
    "absent labels": hdf5(x=POINTS),
    "labels of another length": hdf5(x=POINTS, c=np.arange(9)),
    "labels that are no integers": hdf5(x=POINTS, c=np.linspace(0, 1, 10)),
    "labels beyond signed integers": hdf5(x=POINTS, c=np.arange(10, dtype="u8") + 2**63 - 5),
}
CONFIGURATIONS = {
    "absent": None, "a folder": folder, "empty": content(b""),
    "cut in the middle of a line": content(b"[data]\nmodel = simplex\ndimens"),
    "an HDF5 file": hdf5(x=POINTS),
}


def linked(path):
    other = path.with_name("other.h5")
    other.write_bytes(b"elsewhere")
    path.symlink_to(other.name)


def huge(path):
    """An extent of 8e13 bytes that was never written."""
    with h5py.File(path, "w") as file:
        file.create_dataset("x", shape=(10**9, 10**4), chunks=(1000, 100), dtype="f8")


def cases_of_files():
    def files(command, kinds, name, codes, *arguments):
        for kind, make in kinds.items():
            yield Case([command, *arguments], codes, name, {name: make} if make else {}, kind=kind)
    yield from files("run", CONFIGURATIONS, "job.ini", (CONFIGURATION, INPUT), "-c", "job.ini")
    mixture = ["--data.model=mixture-file", "--data.file=mixture.h5"]
    dataset = ["--data.model=dataset-file", "--data.file=points.h5", "--data.dataset=x"]
    yield from files("run", MIXTURES, "mixture.h5", (INPUT,), *mixture)
    yield from files("run", DATASETS, "points.h5", (INPUT,), *dataset)
    yield from files("run", VECTORS, "vectors.h5", (INPUT,), "--landscape.bins=9", "--landscape.vectors=vectors.h5:v")
    yield from files("run", LABELS, "points.h5", (INPUT,), *dataset, "--data.labels=c")
    there = {"points.h5": hdf5(x=POINTS)}
    for key in ("output.file", "run.checkpoint"):
        for command in ("run", "plan"):
            yield Case([command, *dataset, f"--{key}=./points.h5"], (CONFIGURATION,), key, there, kind="data")
        yield Case(["run", "-c", "job.ini", f"--{key}=job.ini"], (CONFIGURATION,), key, {"job.ini": content(b"[data]\ndimension = 3\n")})
        yield Case(["run", f"--{key}=link.h5"], (OUTPUT, INPUT), "link.h5", {"link.h5": linked}, kind="link")
        yield Case(["run", f"--{key}=pipe"], (OUTPUT,), "pipe", {"pipe": os.mkfifo}, kind="pipe")
    yield Case(["run", "--run.checkpoint=result.h5"], (CONFIGURATION,), "run.checkpoint")
    yield from cases_of_names_beside(dataset[0])
    yield Case(["run", f"--output.file={'long' * 80}"], (OUTPUT,), "cannot write long", kind="a name that no file can have")
    yield Case(["run", "--run.checkpoint=notes.txt"], (INPUT,), "notes.txt", {"notes.txt": content(b"mine")})
    yield Case(["run", *dataset, "--data.components=3"], (CONFIGURATION,), "data.components", {"points.h5": hdf5(x=POINTS)})
    yield Case(["run", *dataset, "--data.dimension=5"], (INPUT,), "points.h5", {"points.h5": hdf5(x=POINTS)})
    for command in ("run", "plan"):
        yield Case([command, *dataset], (CONFIGURATION,), "data.dataset = x", {"points.h5": huge}, kind="larger than any node")
    yield Case(["run", *mixture, "--data.components=4"], (INPUT,), "mixture.h5",
               {"mixture.h5": hdf5(means=MEANS, sigmas=np.ones(3))})
    yield from files("analyze", UNREADABLE, "old.h5", (INPUT,), "old.h5")
    yield from files("analyze", UNREADABLE, "old.h5", (INPUT,), "old.h5", "-o", "summary.h5")
    yield from files("merge", UNREADABLE, "old.h5", (INPUT,), "old.h5", "other.h5", "-o", "merged.h5")


def cases_of_names_beside(model):
    """What comes and goes beside a file that is written: none of it is a file that is read, or a name of the other."""
    def data(name, *arguments):
        return Case(["run", model, "--data.dataset=x", f"--data.file={name}", *arguments], (CONFIGURATION,), name, {name: hdf5(x=POINTS)}, kind="beside")
    for end in ("part", "lock"):
        yield data(f"pts.h5.{end}", "--output.file=pts.h5")
        yield data(f"k.{end}", "--run.checkpoint=./k")
    yield data("k.previous", "--run.checkpoint=k")
    yield data("pts.h5.checkpoint.previous", "--output.file=pts.h5")
    for end in ("part", "lock", "previous"):
        yield Case(["run", f"--output.file=x.{end}", "--run.checkpoint=x"], (CONFIGURATION,), f"x.{end}")
    for end in ("part", "lock"):
        yield Case(["run", "--output.file=y.h5", f"--run.checkpoint=y.h5.{end}"], (CONFIGURATION,), f"y.h5.{end}")
        yield Case(["run", "--output.file=./y.h5", f"--run.checkpoint=y.h5.{end}"], (CONFIGURATION,), f"y.h5.{end}")
    yield Case(["run", "-c", "y.h5.part", "--output.file=y.h5"], (CONFIGURATION,), "y.h5.part", {"y.h5.part": content(b"[data]\ndimension = 3\n")})


def cases_of_output():
    small = ["run", "--ensemble.trajectories=8", "--time.points=3"]
    yield Case([*small, "--output.file=nowhere/r.h5"], (OUTPUT,), "nowhere/r.h5")
    yield Case([*small, "--output.file=plain/r.h5"], (OUTPUT,), "plain/r.h5", {"plain": content(b"a file, no folder")})
    yield Case([*small, "--output.file=here"], (OUTPUT,), "here", {"here": folder})
    for command in (["analyze", "a.h5"], ["merge", "a.h5", "b.h5"]):
        yield Case([*command, "-o", "nowhere/r.h5"], (OUTPUT,), "nowhere/r.h5")
        yield Case([*command, "-o", "here"], (OUTPUT,), "here", {"here": folder})


def cases_under_mpirun():
    points = ["--data.model=dataset-file", "--data.file=points.h5", "--data.dataset=x"]
    yield Case(["run", "-c", "job.ini"], (CONFIGURATION, INPUT), "job.ini", ranks=2)
    yield Case(["run", *points], (INPUT,), "points.h5", {"points.h5": DATASETS["NaN"]}, ranks=2)
    yield Case(["run", *points], (CONFIGURATION,), "data.dataset = x", {"points.h5": huge}, ranks=2, kind="larger than any node")
    yield Case(["run", "--output.file=nowhere/r.h5"], (OUTPUT,), "nowhere/r.h5", ranks=2)
    yield Case(["analyze", "absent.h5"], (INPUT,), "absent.h5", ranks=2)
    yield Case(["merge", "absent.h5", "b.h5", "-o", "c.h5"], (INPUT,), "absent.h5", ranks=2)


sys.exit(refusals("refused files", sys.argv[1], [*cases_of_files(), *cases_of_output(), *cases_under_mpirun()]))
