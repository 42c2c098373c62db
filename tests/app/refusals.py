#!/usr/bin/python3
"""What kairos refuses, seen from outside.      usage: refusals.py KAIROS

Every key with a wrong type, a value out of range and a misspelling; contradictions; every kind of broken input file; outputs that
cannot be written. Each refusal must have its exit code, name the key or file, appear once, and leave the folder as it was: nothing
new, and a result of an earlier run with the same bytes and the same time. A few are repeated under mpirun.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"refusals: not run: {missing}")
    sys.exit(77)

CONFIGURATION, INPUT, OUTPUT = 2, 3, 4
PREVIOUS = b"the result of an earlier run"
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                   OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_mpi_yield_when_idle="1",
                   OMPI_MCA_hwloc_base_binding_policy="none")


@dataclass
class Case:
    arguments: list
    codes: tuple
    says: str                                    # must stand in the message
    make: dict = field(default_factory=dict)     # file name -> function that makes it (given its path)
    ranks: int = 0                               # 0: without mpirun
    kind: str = ""                               # what is wrong with the file


# --- keys: tests/app/keys.hpp writes each down with a wrong type and a value out of range -------------------------------------
def table_of_keys():
    text = (pathlib.Path(__file__).parent / "keys.hpp").read_text()
    rows = re.findall(r"\{" + r",\s*".join([r'"([^"]*)"'] * 5) + r"\}", text)
    assert len(rows) > 60, f"keys.hpp was read wrongly: {len(rows)} rows"
    return rows


def cases_of_keys():
    for key, _, wrong, out_of_range, _ in table_of_keys():
        misspelt = key[:-1] + ("x" if key[-1] != "x" else "y")
        yield Case(["plan", f"--{misspelt}=1"], (CONFIGURATION,), misspelt)
        if wrong:
            yield Case(["plan", f"--{key}={wrong}"], (CONFIGURATION,), f"{key} = {wrong}")
        if out_of_range:
            yield Case(["run", f"--{key}={out_of_range}"], (CONFIGURATION,), f"{key} = {out_of_range}")


def cases_of_contradictions():
    def refused(key, *arguments):
        return Case(["run", *arguments], (CONFIGURATION,), key)
    yield refused("data.components", "--data.components=3")
    yield refused("data.components", "--data.model=simplex", "--data.components=9", "--data.dimension=4")
    yield refused("data.weights", "--data.weights=1,2,3")
    yield refused("time.list", "--time.list=2,1")
    yield refused("process.t-min", "--process.t-min=5", "--process.t-max=4")
    yield refused("ensemble.start", "--ensemble.direction=forward", "--ensemble.start=prior")
    yield refused("clones.times", "--ensemble.direction=marginal", "--clones.times=1")
    yield refused("observe.tangents", "--observe.tangents=1")
    yield refused("observe.observables", "--observe.observables=entropy_rte")
    yield refused("observe.observables", "--observe.observables=datum_entropy")          # without data
    yield refused("observe.observables", "--observe.observables=data_surprisal")         # reverse has no y
    yield refused("data.realisations", "--data.realisations=2")
    yield refused("data.realisations", "--data.model=corners", "--data.realisations=9", "--ensemble.trajectories=8")
    yield refused("clones.pairs", "--data.samples=9", "--data.realisations=9", "--clones.times=1", "--clones.pairs=8")
    yield refused("data.samples", "--data.samples=1e9", "--data.dimension=1e6")         # no node has 8e15 bytes
    yield refused("ensemble.coupling", "--ensemble.coupling=common")                     # reverse
    yield refused("landscape.bins", "--landscape.bins=9", "--data.model=low-rank")       # one mean
    yield refused("landscape.bins", "--landscape.bins=9", "--data.samples=50", "--data.realisations=2")
    for vectors in ("vectors.h5", "vectors.h5:", ":v"):
        yield refused("landscape.vectors", "--landscape.bins=9", f"--landscape.vectors={vectors}")
    yield refused("landscape.vectors", "--landscape.vectors=vectors.h5:v")
    yield refused("landscape.vectors", "--landscape.bins=9", "--landscape.vectors=vectors.h5:v", "--ensemble.representation=reduced")
    yield refused("guidance.weight", "--guidance.weight=2")
    yield refused("guidance.class", "--guidance.class=1")                                # exact
    yield refused("guidance.class", "--guidance.class=7", "--ensemble.integrator=heun")  # no such class
    yield refused("guidance.class", "--guidance.class=0", "--ensemble.integrator=heun", "--data.model=low-rank")
    yield refused("guidance.class", "--guidance.class=0", "--ensemble.direction=marginal")
    yield refused("guidance.class", "--guidance.class=0", "--ensemble.integrator=heun", "--observe.tangents=1")
    yield refused("guidance.interval", "--guidance.class=0", "--ensemble.integrator=heun", "--guidance.interval=2,1")
    yield refused("guidance.interval", "--guidance.class=0", "--ensemble.integrator=heun", "--guidance.interval=20,30")
    yield refused("run.data-shards", "--run.data-shards=2")                              # no data to divide
    yield refused("run.data-shards", "--run.data-shards=2", "--data.samples=500")        # one rank
    yield refused("run.precision", "--run.precision=mixed", "--data.samples=500", "--process.kind=edm", "--process.t-min=1e-20")  # beyond floats
    yield refused("run.data-folder", "--run.data-folder=/tmp")                           # no data to hold
    yield refused("run.data-folder", "--run.data-folder=/absent/folder", "--data.samples=500")
    yield refused("bifurcation.drift", "--bifurcation.drift=sde", "--data.samples=1001")
    yield refused("bifurcation.drift", "--bifurcation.drift=ode", "--data.samples=9", "--data.realisations=2")
    yield refused("bifurcation.drift", "--bifurcation.drift=both", "--data.model=random-clusters", "--data.components=1001")
    yield refused("bifurcation.drift", "--bifurcation.drift=sde", "--data.model=gaussian-process", "--data.dimension=2100",
                  "--data.length-scale=0.001", "--data.kernel=exponential")
    for target in ("class_entropy", "class_entropy:", "class_entropy:-1", "class_entropy:nan", "class_entropi:0.1", ":0.1"):
        yield refused("ensemble.target", f"--ensemble.target={target}")
    for command in ("run", "plan"):
        yield Case([command, "--ensemble.target=norm2:0.1"], (CONFIGURATION,), "ensemble.target = norm2:0.1")  # not observed
    yield refused("ensemble.target", "--ensemble.target=class_entropy:0.1", "--data.realisations=2", "--data.samples=50")


def cases_of_command_line():
    for arguments in (["rnu"], ["run", "stray"], ["run", "-c"], ["run", "--data.dimension"], ["analyze"], [],
                      ["merge", "a.h5", "-o", "c.h5"], ["merge", "a.h5", "b.h5"], ["sweep", "-c", "s.ini"], ["sweep", "-o", "d"],
                      ["analyze", "-o", "s.h5"]):
        yield Case(arguments, (CONFIGURATION,), arguments[0] if arguments and arguments[0] in ("merge", "sweep", "analyze") else "")
    yield Case(["analyze", "a.h5", "--scv"], (CONFIGURATION,), "--scv")
    yield Case(["merge", "a.h5", "b.h5", "-o", "c.h5", "--csv"], (CONFIGURATION,), "--csv")


# --- files ------------------------------------------------------------------------------------------------------------------
def folder(path):
    path.mkdir()


def content(data):
    return lambda path: path.write_bytes(data)


def hdf5(**datasets):
    def make(path):
        with h5py.File(path, "w") as file:
            for name, values in datasets.items():
                file[name] = values
    return make


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
    yield Case(["run", "--data.dimenson=3"], (CONFIGURATION,), "data.dimenson", ranks=2)
    yield Case(["run", "--observe.observables=datum_entropy"], (CONFIGURATION,), "observe.observables", ranks=2)
    yield Case(["run", "-c", "job.ini"], (CONFIGURATION, INPUT), "job.ini", ranks=2)
    yield Case(["run", *points], (INPUT,), "points.h5", {"points.h5": DATASETS["NaN"]}, ranks=2)
    yield Case(["run", *points], (CONFIGURATION,), "data.dataset = x", {"points.h5": huge}, ranks=2, kind="larger than any node")
    yield Case(["run", "--output.file=nowhere/r.h5"], (OUTPUT,), "nowhere/r.h5", ranks=2)
    yield Case(["analyze", "absent.h5"], (INPUT,), "absent.h5", ranks=2)
    yield from cases_of_sweeps()
    yield Case(["merge", "absent.h5", "b.h5", "-o", "c.h5"], (INPUT,), "absent.h5", ranks=2)


def cases_of_sweeps():
    def sweep(lines, name, code=CONFIGURATION, ranks=0):
        return Case(["sweep", "-c", "s.ini", "-o", "d", "--local"], (code,), name, {"s.ini": content(lines.encode())}, ranks=ranks, kind=lines)
    yield Case(["sweep", "-c", "s.ini", "-o", "d"], (CONFIGURATION, INPUT), "s.ini")
    yield Case(["plan", "-c", "s.ini"], (CONFIGURATION,), "kairos sweep", {"s.ini": content(b"[sweep]\ndata.dimension = 4 | 5\n")})
    yield sweep("[data]\ndimension = 4\n", "[sweep]")
    yield sweep("[sweep]\n", "[sweep]")
    yield Case(["sweep", "-c", "s.ini", "-o", "d#1"], (CONFIGURATION,), "d#1", {"s.ini": content(b"[sweep]\ndata.dimension = 4 | 5\n")})
    yield sweep("[sweep]\ndata.dimensoin = 4 | 5\n", "data.dimensoin", ranks=2)
    yield sweep("[sweep]\ndata.dimension = 4 || 5\n", "data.dimension")
    yield sweep("[sweep]\ndata.dimension = 4 | 5 | 4\n", "data.dimension")
    yield sweep("[sweep]\ndata.dimension = 4 | x\n", "data.dimension = x")
    yield sweep("[sweep]\ndata.seed = 1 | 2\n[data]\nmodel = simplx\n", "data.model")
    yield sweep("[sweep]\noutput.file = a.h5 | b.h5\n", "output.file")
    yield sweep("[sweep]\ndata.seed = 1 | 2\n[output]\nfile = a.h5\n", "output.file")
    yield sweep("[sweep]\ndata.seed = 1 | 2\ndata.seed = 3\n", "data.seed")
    yield sweep("[sweep]\ndata.dimension\n", "data.dimension")


# --- one case in a folder of its own ------------------------------------------------------------------------------------------
def state_of(path):
    return {str(p.relative_to(path)): (p.stat().st_mtime_ns, p.read_bytes() if p.is_file() else None) for p in path.rglob("*")}


def problems_of(kairos, case):
    with tempfile.TemporaryDirectory(prefix="kairos-refusal-") as name:
        path = pathlib.Path(name)
        (path / "result.h5").write_bytes(PREVIOUS)
        os.utime(path / "result.h5", (1e9, 1e9))
        for file, make in case.make.items():
            make(path / file)
        before = state_of(path)
        launcher = ["mpirun", "-n", str(case.ranks)] if case.ranks else []
        try:
            done = subprocess.run([*launcher, kairos, *case.arguments], cwd=path, env=ENVIRONMENT, capture_output=True,
                                  text=True, errors="replace", timeout=60)
        except subprocess.TimeoutExpired:
            return ["did not end within 60 s"]
        problems = []
        if done.returncode not in case.codes:
            problems.append(f"exit code {done.returncode}, expected {' or '.join(map(str, case.codes))}")
        messages = [line for line in done.stderr.splitlines() if line.startswith("kairos: ")]
        if len(messages) != 1:
            problems.append(f"{len(messages)} messages")
        if case.says not in done.stderr:
            problems.append(f"the message does not name '{case.says}'")
        if done.stdout and not case.ranks:
            problems.append(f"stdout holds {done.stdout[:80]!r}")
        if state_of(path) != before:
            problems.append(f"the folder changed: {sorted(state_of(path))}")
        return [f"{problem}\n      {done.stderr.strip()[:400]}" for problem in problems]


def main():
    kairos = os.path.abspath(sys.argv[1])
    cases = [*cases_of_keys(), *cases_of_contradictions(), *cases_of_command_line(), *cases_of_files(), *cases_of_output()]
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(lambda case: problems_of(kairos, case), cases))
    alone = list(cases_under_mpirun())
    found += [problems_of(kairos, case) for case in alone]
    failures = 0
    for case, problems in zip(cases + alone, found):
        for problem in problems:
            failures += 1
            print(f"FAILED {'mpirun ' if case.ranks else ''}kairos {' '.join(case.arguments)} ({case.kind}): {problem}")
    print(f"refusals: {len(found)} cases, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
