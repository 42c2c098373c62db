#!/usr/bin/python3
"""plots.py KAIROS KAIROS_PLOT [others]: small runs and their figures: every one that the result has data for is an image that shows something,
index.html holds them all; bad input and bad output are refused in one line with nothing written."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import ENVIRONMENT, Checks, run  # noqa: E402

from matplotlib.image import imread  # noqa: E402

KAIROS, PLOT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
sys.path.insert(0, str(PLOT.parent))  # of kairos_figures
OTHERS = sys.argv[3:] == ["others"]
INPUT, OUTPUT, COMMAND_LINE = 3, 4, 2
check = Checks()

CLASSES = {"entropy", "rate", "variances", "posteriors", "clones", "identities", "others"}
JOBS = {  # name -> (figures that must exist, and no others; arguments)
    "clusters": (CLASSES | {"paths", "decisions", "histograms", "symmetry", "landscape", "overlap", "production"},
                 ["--data.dimension=64", "--clones.overlap=path", "--landscape.bins=40", "--observe.paths=20", "--observe.histograms=order_parameter,norm2,entropy_production", "--clones.times=1,2",
                  "--clones.pairs=50", "--observe.observables=all"]),
    "wells": ({"entropy", "identities", "decisions", "landscape", "free-energy"},  # enough trajectories for a barrier to be seen
              ["--data.dimension=16", "--ensemble.trajectories=4000", "--landscape.bins=20", "--observe.observables=class_entropy"]),
    "tree": (CLASSES | {"paths", "decisions", "symmetry", "production", "histograms"},
             ["--observe.histograms=entropy_production", "--data.model=hierarchical", "--data.levels=2", "--data.branching=3", "--data.dimension=40", "--observe.paths=5",
              "--observe.observables=all", "--observe.states=true"]),
    "empirical": (CLASSES | {"decisions", "collapse"},
                  ["--data.model=random-clusters", "--data.components=12", "--data.dimension=8", "--data.samples=60",
                   "--clones.times=0.5", "--clones.pairs=20"]),
    "quenched": (CLASSES | {"decisions", "collapse"},
                 ["--data.model=random-clusters", "--data.components=3", "--data.dimension=8", "--data.samples=30",
                  "--data.realisations=4", "--clones.times=0.5", "--clones.pairs=20"]),
    "forward": (CLASSES | {"symmetry", "production"}, ["--ensemble.direction=forward", "--process.kind=edm", "--observe.observables=all"]),
    "marginal": (CLASSES, ["--ensemble.direction=marginal", "--process.kind=ve", "--data.model=simplex", "--data.components=5",
                           "--data.dimension=9"]),
    "gaussian": ({"rate", "identities", "others"}, ["--data.model=gaussian-process", "--data.dimension=12"]),
    "integrated": (CLASSES | {"decisions", "symmetry"},
                   ["--ensemble.integrator=heun", "--process.kind=flow-matching", "--observe.tangents=2",
                    "--observe.observables=all", "--ensemble.representation=full"]),
    "one-path": (CLASSES | {"paths"},
                 ["--ensemble.trajectories=1", "--time.points=2", "--observe.paths=1", "--process.t-max=3"]),
    "bifurcating": (CLASSES | {"decisions", "bifurcations"},
                    ["--data.model=simplex", "--data.components=3", "--data.dimension=16", "--bifurcation.drift=both"]),
    "no-bifurcation": ({"rate", "identities", "others", "bifurcations"},
                       ["--data.model=low-rank", "--data.dimension=12", "--bifurcation.drift=ode"]),
    "posterior-alone": ({"posteriors", "identities", "decisions"}, ["--observe.observables=class_posterior"]),
}


FIRST = ("clusters", "wells", "tree", "empirical", "gaussian", "bifurcating")  # every figure; "others" are the rest


def shows_something(path):
    """A PNG of some size in which more than white is drawn, in more than one colour, away from the margin as well."""
    pixels = imread(path)[..., :3]
    inner = pixels[pixels.shape[0] // 5:-pixels.shape[0] // 5, pixels.shape[1] // 5:-pixels.shape[1] // 5]
    colours = np.unique((pixels * 255).astype(int) @ [1 << 16, 1 << 8, 1])
    return min(pixels.shape[:2]) > 200 and len(colours) > 10 and np.mean(inner.min(axis=2) < 0.9) > 0.002


def figures_of(page):
    return set(re.findall(r'<img src="([^"]+)\.png"', page))


def check_page(folder, result, prefix=""):
    page = (folder / "index.html").read_text()
    names = {p.stem for p in folder.glob(f"{prefix}*.png")}
    check(names <= figures_of(page) and names, f"{folder.name}: index.html does not show all of {names}")
    with h5py.File(result) as file:
        for name in file["transitions"]:
            rows = re.findall(rf"<td>{name}</td><td>([^<]*)</td>", page)  # one of each result
            time = file[f"transitions/{name}/time"][()]
            check((f"{time:.5f}" if np.isfinite(time) else "–") in rows, f"{folder.name}: {name} = {time} is not among {rows}")
        for key, value in file["config"].attrs.items():
            check(f"<td>{key}</td>" in page, f"{folder.name}: index.html lacks the key {key} = {value}")


def every_figure(scratch):
    for name, (expected, arguments) in JOBS.items():
        if (name in FIRST) == OTHERS:
            continue
        result, folder = scratch / f"{name}.h5", scratch / "figures" / name
        small = ["--ensemble.trajectories=60", "--time.points=12", f"--output.file={result}"]
        small = [a for a in small if a.split("=")[0] not in {b.split("=")[0] for b in arguments}]
        if not check.succeeded(run([KAIROS, "run", *arguments, *small], scratch), f"run {name}"):
            continue
        done = run([PLOT, result, "-o", folder], scratch)
        if not check.succeeded(done, f"kairos-plot {name}"):
            continue
        check(done.stderr == "", f"{name}: kairos-plot says {done.stderr}")
        check(done.stdout.strip().endswith("index.html"), f"{name}: stdout {done.stdout}")
        drawn = {p.name for p in folder.iterdir()}
        wanted = {f"{stem}.{ending}" for stem in expected for ending in ("png", "pdf")} | {"index.html"}
        check(drawn == wanted, f"{name}: missing {wanted - drawn}, unexpected {drawn - wanted}")
        for path in folder.glob("*.png"):
            check(shows_something(path), f"{name}: {path.name} is blank or tiny")
        for path in folder.glob("*.pdf"):
            check(path.read_bytes().startswith(b"%PDF") and path.stat().st_size > 3000, f"{name}: {path.name} is no PDF")
        check_page(folder, result)


def production(scratch):
    """dE[D]/dt = (2/g^2) E|f x - (g^2/2) s|^2, as it is drawn, integrates to the mean entropy production of the paths, whatever f/g^2."""
    from kairos_figures.result import Result
    from kairos_figures.thermodynamics import production_rate
    for kind in ("ou", "edm", "flow-matching"):
        done = run([KAIROS, "run", "--data.dimension=9", f"--process.kind={kind}", "--ensemble.direction=forward", "--ensemble.trajectories=20000",
                    "--time.points=200", "--observe.observables=entropy_production,norm2,x_dot_score,score_norm2",
                    f"--output.file={kind}.h5"], scratch)
        if not check.succeeded(done, f"production under {kind}"):
            continue
        with h5py.File(scratch / f"{kind}.h5") as file:
            result = Result(scratch / f"{kind}.h5", file)
            mean, error = result.mean("entropy_production")
            rate = production_rate(result)
            integral = np.concatenate([[0], np.cumsum(np.diff(-result.schedule("log_snr")) * (rate[1:] + rate[:-1]) / 2)])
            for i in (60, 120, 160, 199):
                check(abs(mean[i] - integral[i]) < 4.5 * error[i] + 0.01 * integral[i], f"{kind}, t = {result.time[i]}: E[D] {mean[i]} +- {error[i]}, integral of its rate {integral[i]}")


def variances(scratch):
    """One forward run has Var A_t, Var h, E v and Var i, and they are drawn: the sum of the second and third is the fourth."""
    from kairos_figures.curves import variances as figure_of
    from kairos_figures.result import Result
    done = run([KAIROS, "run", "--data.dimension=8", "--data.samples=50", "--ensemble.direction=forward", "--ensemble.trajectories=20000", "--time.points=12",
                "--observe.observables=default,entropy_compensator,data_surprisal", "--output.file=variances.h5"], scratch)
    if not check.succeeded(done, "variances"):
        return
    with h5py.File(scratch / "variances.h5") as file:
        panels = figure_of(Result(scratch / "variances.h5", file)).axes
        lines = [{line.get_label(): line.get_ydata() for line in axes.lines} for axes in panels]
    check([set(panel) >= {"between paths, Var $h$", "within a path, E $v$", "their sum"} for panel in lines] == [True, True, False], f"panels of {lines}")
    check(set(lines[-1]) == {"Var $h_c$", "Var $h_j$", "Var $A_t$", "Var $i$"}, f"pathwise: {set(lines[-1])}")
    check("measured, Var $i$" in lines[1] and "measured, Var $i$" not in lines[0], "the measured variance is not that of the datum")
    for measured in (lines[1]["measured, Var $i$"], lines[-1]["Var $i$"]):  # about 20000 draws: errors of 2 %
        check(np.allclose(measured, lines[1]["their sum"], rtol=0.1, atol=0.01), f"Var i {measured}, Var h + E v {lines[1]['their sum']}")
    check(lines[-1]["Var $A_t$"][-1] == 0 and np.all(lines[-1]["Var $A_t$"][:-1] > 0), f"Var A_t {lines[-1]['Var $A_t$']}")


def several_results(scratch):
    """Two results on one page, each with all its figures."""
    folder = scratch / "several"
    done = run([PLOT, scratch / "gaussian.h5", scratch / "tree.h5", "-o", folder], scratch)
    if check.succeeded(done, "two results"):
        for name in ("gaussian", "tree"):
            check((folder / f"{name}-rate.png").exists(), f"no {name}-rate.png")
            check_page(folder, scratch / f"{name}.h5", f"{name}-")


def names_apart(scratch):
    """Whatever files are called, each result has its own figures, and the page shows them."""
    for folder in ("px", "py", "named"):
        (scratch / folder).mkdir()
    for name in ("px/a.h5", "py/a.h5", "a-1.h5", "a-scaling.h5"):
        (scratch / name).write_bytes((scratch / "gaussian.h5").read_bytes())
    for files in (("px/a.h5", "py/a.h5", "a-1.h5"), ("a-scaling.h5", "px/a.h5")):
        folder = scratch / "named" / str(len(files))
        check.succeeded(run([PLOT, *files, "-o", folder], scratch), f"figures of {files}")
        page = (folder / "index.html").read_text()
        shown = re.findall(r'<img src="([^"]+)"', page)
        check(len(shown) == len(set(shown)) == len(list(folder.glob("*.png"))), f"{files}: {sorted(shown)}")


def odd_bytes(scratch):
    """Names and command lines that are no UTF-8, alone and beside others; a standard output that is full."""
    odd = os.fsdecode(b"odd-\xff.h5")
    small = ["--data.dimension=4", "--ensemble.trajectories=60", "--time.points=12"]
    done = subprocess.run([KAIROS, "run", *small, f"--output.file={odd}"], cwd=scratch, env=ENVIRONMENT, capture_output=True)
    check(done.returncode == 0, f"run with an odd name: {done.stderr}")
    for files in ([odd], [odd, "gaussian.h5"]):
        folder = scratch / "named" / f"odd-{len(files)}"
        done = run([PLOT, *files, "-o", folder], scratch)
        check.succeeded(done, f"kairos-plot of {files}".encode(errors="replace"))
        shown = figures_of((folder / "index.html").read_text())
        check(shown and all((folder / f"{name}.png").exists() for name in shown), f"figures of odd names: {shown}".encode(errors="replace"))
    with open("/dev/full", "w") as full:
        done = subprocess.run([PLOT, "gaussian.h5", "-o", "named/full"], cwd=scratch, env=ENVIRONMENT, stdout=full, stderr=subprocess.PIPE, text=True)
    check(done.returncode == OUTPUT and "standard output" in done.stderr and len(done.stderr.splitlines()) == 1, f"/dev/full: {done.returncode} {done.stderr}")
    check((scratch / "named/full/index.html").exists(), "/dev/full: no figures")


def damaged(source, path, spoil):
    path.write_bytes(source.read_bytes())
    with h5py.File(path, "r+") as file:
        spoil(file)


def shorten(file):
    del file["observables/class_entropy/mean"]
    file["observables/class_entropy/mean"] = [0.5, 0.6]


def make_bad_files(scratch):
    (scratch / "text.h5").write_text("no HDF5")
    (scratch / "empty.h5").write_bytes(b"")
    (scratch / "folder.h5").mkdir()
    whole = (scratch / "clusters.h5").read_bytes()
    (scratch / "cut.h5").write_bytes(whole[: len(whole) // 2])
    with h5py.File(scratch / "foreign.h5", "w") as file:
        file["x"] = [1.0]
    source = scratch / "clusters.h5"
    damaged(source, scratch / "later.h5", lambda file: file.attrs.__setitem__("format_version", "2.0"))
    damaged(source, scratch / "no-time.h5", lambda file: file.__delitem__("time"))
    damaged(source, scratch / "no-mean.h5", lambda file: file.__delitem__("observables/class_entropy/mean"))
    damaged(source, scratch / "no-error.h5", lambda file: file.__delitem__("transitions/speciation_clones/stderr"))
    damaged(source, scratch / "short.h5", shorten)
    return ["absent.h5", "text.h5", "empty.h5", "folder.h5", "cut.h5", "foreign.h5", "later.h5", "no-time.h5", "no-mean.h5", "no-error.h5", "short.h5"]


def refused(scratch, arguments, code, says):
    before = sorted(scratch.rglob("*"))
    done = run([PLOT, *arguments], scratch)
    what = f"kairos-plot {' '.join(map(str, arguments))}"
    check(done.returncode == code, f"{what}: exit {done.returncode}, expected {code}\n{done.stderr}")
    check(says in done.stderr and "Traceback" not in done.stderr, f"{what}: says {done.stderr}")
    if code != COMMAND_LINE:
        check(done.stderr.startswith("kairos-plot: ") and len(done.stderr.splitlines()) == 1, f"{what}: {done.stderr}")
    check(done.stdout == "", f"{what}: stdout {done.stdout}")
    check(sorted(scratch.rglob("*")) == before, f"{what}: wrote something")


def refusals(scratch):
    for name in make_bad_files(scratch):
        refused(scratch, [name, "-o", "new"], INPUT, name)
    refused(scratch, ["clusters.h5", "absent.h5", "-o", "new"], INPUT, "absent.h5")
    refused(scratch, ["clusters.h5", "-o", "text.h5"], OUTPUT, "text.h5")
    refused(scratch, ["clusters.h5", "-o", "text.h5/inside"], OUTPUT, "text.h5")
    refused(scratch, ["clusters.h5", "-o", "/proc/kairos"], OUTPUT, "/proc/kairos")
    refused(scratch, [os.fsdecode(b"absent-\xff.h5"), "-o", "new"], INPUT, "no such file")
    long = "long" * 62 + ".h5"
    (scratch / long).write_bytes((scratch / "gaussian.h5").read_bytes())
    refused(scratch, [long, "gaussian.h5", "-o", "new/folder"], OUTPUT, "too long")
    refused(scratch, ["clusters.h5"], COMMAND_LINE, "-o")
    refused(scratch, [], COMMAND_LINE, "RESULT.h5")


with tempfile.TemporaryDirectory() as directory:
    for part in (every_figure,) if OTHERS else (every_figure, production, variances, several_results, names_apart, odd_bytes, refusals):
        part(pathlib.Path(directory))
check.finish()
