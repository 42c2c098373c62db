#!/usr/bin/python3
"""refused_configurations.py KAIROS: every key with a wrong type, a value out of range and a misspelling; contradictions; command lines that make
no sense; sweeps that are none. A few are repeated under mpirun."""
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import CONFIGURATION, INPUT  # noqa: E402
from refusing import Case, content, refusals  # noqa: E402


# tests/app/keys.hpp writes each key down with a wrong type and a value out of range.
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


def contradicted(key, *arguments):
    return Case(["run", *arguments], (CONFIGURATION,), key)


def contradictions_of_laws_and_ensembles():
    yield contradicted("data.components", "--data.components=3")
    yield contradicted("data.components", "--data.model=simplex", "--data.components=9", "--data.dimension=4")
    yield contradicted("data.weights", "--data.weights=1,2,3")
    yield contradicted("time.list", "--time.list=2,1")
    yield contradicted("process.t-min", "--process.t-min=5", "--process.t-max=4")
    yield contradicted("ensemble.start", "--ensemble.direction=forward", "--ensemble.start=prior")
    yield contradicted("clones.times", "--ensemble.direction=marginal", "--clones.times=1")
    yield contradicted("observe.tangents", "--observe.tangents=1")
    yield contradicted("observe.observables", "--observe.observables=entropy_rte")
    yield contradicted("observe.observables", "--observe.observables=datum_entropy")          # without data
    yield contradicted("observe.observables", "--observe.observables=data_surprisal")         # reverse has no y
    yield contradicted("data.realisations", "--data.realisations=2")
    yield contradicted("data.realisations", "--data.model=corners", "--data.realisations=9", "--ensemble.trajectories=8")
    yield contradicted("clones.pairs", "--data.samples=9", "--data.realisations=9", "--clones.times=1", "--clones.pairs=8")
    yield contradicted("data.samples", "--data.samples=1e9", "--data.dimension=1e6")         # no node has 8e15 bytes
    yield contradicted("ensemble.coupling", "--ensemble.coupling=common")                     # reverse
    yield contradicted("landscape.bins", "--landscape.bins=9", "--data.model=low-rank")       # one mean
    yield contradicted("landscape.bins", "--landscape.bins=9", "--data.samples=50", "--data.realisations=2")
    for vectors in ("vectors.h5", "vectors.h5:", ":v"):
        yield contradicted("landscape.vectors", "--landscape.bins=9", f"--landscape.vectors={vectors}")
    yield contradicted("landscape.vectors", "--landscape.vectors=vectors.h5:v")
    yield contradicted("landscape.vectors", "--landscape.bins=9", "--landscape.vectors=vectors.h5:v", "--ensemble.representation=reduced")
    for target in ("class_entropy", "class_entropy:", "class_entropy:-1", "class_entropy:nan", "class_entropi:0.1", ":0.1"):
        yield contradicted("ensemble.target", f"--ensemble.target={target}")
    for command in ("run", "plan"):
        yield Case([command, "--ensemble.target=norm2:0.1"], (CONFIGURATION,), "ensemble.target = norm2:0.1")  # not observed
    yield contradicted("ensemble.target", "--ensemble.target=class_entropy:0.1", "--data.realisations=2", "--data.samples=50")


def contradictions_of_guidance_resources_and_bifurcations():
    yield contradicted("guidance.weight", "--guidance.weight=2")
    yield contradicted("guidance.class", "--guidance.class=1")                                # exact
    yield contradicted("guidance.class", "--guidance.class=7", "--ensemble.integrator=heun")  # no such class
    yield contradicted("guidance.class", "--guidance.class=0", "--ensemble.integrator=heun", "--data.model=low-rank")
    yield contradicted("guidance.class", "--guidance.class=0", "--ensemble.direction=marginal")
    yield contradicted("guidance.class", "--guidance.class=0", "--ensemble.integrator=heun", "--observe.tangents=1")
    yield contradicted("guidance.interval", "--guidance.class=0", "--ensemble.integrator=heun", "--guidance.interval=2,1")
    yield contradicted("guidance.interval", "--guidance.class=0", "--ensemble.integrator=heun", "--guidance.interval=20,30")
    yield contradicted("run.data-shards", "--run.data-shards=2")                              # no data to divide
    yield contradicted("run.data-shards", "--run.data-shards=2", "--data.samples=500")        # one rank
    yield contradicted("run.precision", "--run.precision=mixed", "--data.samples=500", "--process.kind=edm", "--process.t-min=1e-20")  # beyond floats
    yield contradicted("run.data-folder", "--run.data-folder=/tmp")                           # no data to hold
    yield contradicted("run.data-folder", "--run.data-folder=/absent/folder", "--data.samples=500")
    yield contradicted("bifurcation.drift", "--bifurcation.drift=sde", "--data.samples=1001")
    yield contradicted("bifurcation.drift", "--bifurcation.drift=ode", "--data.samples=9", "--data.realisations=2")
    yield contradicted("bifurcation.drift", "--bifurcation.drift=both", "--data.model=random-clusters", "--data.components=1001")
    yield contradicted("bifurcation.drift", "--bifurcation.drift=sde", "--data.model=gaussian-process", "--data.dimension=2100",
                  "--data.length-scale=0.001", "--data.kernel=exponential")


def cases_of_command_line():
    for arguments in (["rnu"], ["run", "stray"], ["run", "-c"], ["run", "--data.dimension"], ["analyze"], [],
                      ["merge", "a.h5", "-o", "c.h5"], ["merge", "a.h5", "b.h5"], ["sweep", "-c", "s.ini"], ["sweep", "-o", "d"],
                      ["analyze", "-o", "s.h5"]):
        yield Case(arguments, (CONFIGURATION,), arguments[0] if arguments and arguments[0] in ("merge", "sweep", "analyze") else "")
    yield Case(["analyze", "a.h5", "--scv"], (CONFIGURATION,), "--scv")
    yield Case(["merge", "a.h5", "b.h5", "-o", "c.h5", "--csv"], (CONFIGURATION,), "--csv")


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


def cases_under_mpirun():
    yield Case(["run", "--data.dimenson=3"], (CONFIGURATION,), "data.dimenson", ranks=2)
    yield Case(["run", "--observe.observables=datum_entropy"], (CONFIGURATION,), "observe.observables", ranks=2)


sys.exit(refusals("refused configurations", sys.argv[1],
                  [*cases_of_keys(), *contradictions_of_laws_and_ensembles(), *contradictions_of_guidance_resources_and_bifurcations(),
                   *cases_of_command_line(), *cases_of_sweeps(), *cases_under_mpirun()]))
