#!/usr/bin/python3
"""analyze.py KAIROS KAIROS_PLOT: sweeps of real runs over the dimension, analysed: slopes and exponents of the theory, text, CSV and summary that
agree, and what does not belong together refused with nothing written."""
import os
import pathlib
import sys
import tempfile
import time

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from analyses import number, rows_of  # noqa: E402
from kairos_runs import Checks, run  # noqa: E402

KAIROS, PLOT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
check = Checks()
GRID = ["--process.t-min=0.05", "--process.t-max=16", "--time.points=81", "--ensemble.direction=marginal"]


def sweep(folder, name, dimensions, *keys):
    files = []
    for seed, d in enumerate(dimensions, 1):
        files.append(f"{name}-{d}.h5")
        done = run([KAIROS, "run", *GRID, *keys, f"--data.dimension={d}", f"--ensemble.seed={seed}", f"--output.file={files[-1]}"], folder)
        check.succeeded(done, f"{name}, d = {d}")
    return files


def near(value, error, expected, what, share):
    """Within the error given (of which 3 are allowed), and within a share of the value whatever the error."""
    check(abs(value - expected) < 3 * error, f"{what}: {value} +- {error}, not {expected}")
    check(abs(value - expected) < share * expected, f"{what}: {value} misses {expected} by more than {share:.0%}")


def slopes(folder):
    """t_S against log d from 10^3 to 10^9: 1/2 for two clusters, 1/4 for classes told apart by their width; 1/2 and 1 (1/4 and 1/2) in t and snr."""
    jobs = {"clusters": (0.5, []), "widths": (0.25, ["--data.model=unequal-variances", "--data.separation=0", "--data.sigma=0.5,1.5"])}
    for name, (slope, keys) in jobs.items():
        start = time.monotonic()
        files = sweep(folder, name, (10**3, 10**4, 10**5, 10**6, 10**7, 10**8, 10**9), "--ensemble.trajectories=8000", *keys)
        done = run([KAIROS, "analyze", *files, "-o", f"{name}.h5"], folder)
        print(f"{name}: seven dimensions in {time.monotonic() - start:.1f} s")
        if not check.succeeded(done, f"analyze {name}"):
            continue
        criteria = ["speciation_clones", "speciation_entropy_rate", "speciation_entropy_variance"]
        with h5py.File(folder / f"{name}.h5") as file:
            for criterion in criteria:
                fit = {key: item[()] for key, item in file[f"fits/{criterion}/log_dimension"].items()}
                near(fit["slope"][0], fit["slope_stderr"][0], slope, f"{name}, {criterion}", 0.03)
                check(fit["dof"][0] == 5 and fit["chi2"][0] < 30, f"{name}, {criterion}: chi2 {fit['chi2']} of {fit['dof']}")
            observables = ["class_collision", "class_entropy_ratio"] + (["binder_cumulant"] if name == "clusters" else [])
            for observable in observables:
                for variable, exponent in (("time", slope), ("log_snr", 2 * slope)):
                    found = {key: item[()] for key, item in file[f"collapse/{observable}/{variable}"].items()}
                    near(found["exponent"][0], found["exponent_stderr"][0], exponent, f"{name}, {observable} over {variable}", 0.03)
                    if name == "clusters":  # exact in t for every d, in snr up to 1/d
                        check(0.5 < found["quality"][0] < 2, f"{observable} over {variable}: quality {found['quality']}")
                    elif variable == "log_snr":  # widths scale up to 1/sqrt(d): seen at d = 1000, and said
                        check(found["quality"][0] > 2, f"{observable}: corrections to scaling do not show: {found['quality']}")
                        check(found["exponent_systematic"][0] > 2 * found["exponent_statistical"][0], f"{observable}: no systematic error {found}")
                    crossing(file[f"crossings/{observable}/{variable}"], exponent, f"{name}, crossings of {observable} over {variable}")
            check(("binder_cumulant" in file["collapse"]) == (name == "clusters"), "Binder's cumulant where there is no order parameter")


def crossing(group, exponent, what):
    """Neighbouring sizes cross at the exponent (that of the first pairs only up to 1/d, or 1/sqrt(d) for widths), and so does their limit."""
    found = {key: item[()] for key, item in group.items()}
    check(found["place"].shape == (6,) and np.array_equal(found["larger"], found["smaller"] + 1), f"{what}: pairs {found['smaller']}, {found['larger']}")
    share = 0.08 if "binder" in what else 0.03  # fourth moments are noisier
    near(found["place"][-1], found["place_stderr"][-1], exponent, f"{what}, largest pair", share)
    near(found["limit"][0], found["limit_stderr"][0], exponent, f"{what}, limit", share)
    d = 10.0 ** np.arange(3, 10)
    expected = (1 / d[:-1] - 1 / d[1:]) / np.log(d[1:] / d[:-1])
    check(np.allclose(found["inverse_dimension"], expected, rtol=1e-12), f"{what}: inverse dimensions {found['inverse_dimension']}")


def formats(folder):
    """The three outputs say the same, and the line is that of numpy."""
    files = [f"clusters-{10**k}.h5" for k in range(3, 10)]
    text = run([KAIROS, "analyze", *files], folder).stdout
    table = run([KAIROS, "analyze", *files, "--csv"], folder)
    check.succeeded(run([KAIROS, "analyze", *files, "--csv", "table.csv", "-o", "same.h5"], folder), "--csv FILE")
    check((folder / "table.csv").read_text() == table.stdout, "--csv FILE differs from --csv")
    rows = rows_of(table.stdout)
    found = {(row["name"], row["data.dimension"]): row for row in rows if row["kind"] == "transition"}
    with h5py.File(folder / "same.h5") as file:
        dimension = file["points/dimension"][:]
        check(np.array_equal(dimension, 10.0 ** np.arange(3, 10)), f"points {dimension}")
        for name, group in file["transitions"].items():
            for i, d in enumerate(dimension):
                row = found[name, str(int(d))]
                for column, field in (("value", "time"), ("stderr", "stderr"), ("ci95_low", "ci95_low"), ("theory", "theory")):
                    check(np.array_equal(number(row, column), group[field][i], equal_nan=True), f"{name}, {d}: CSV and summary differ in {column}")
        with h5py.File(folder / files[2]) as one:
            check(one["transitions/speciation_clones/time"][()] == file["transitions/speciation_clones/time"][2], "the time is not that of the file")
        for row in (row for row in rows if row["kind"] == "crossing" and row["parameter"] == "place"):
            group = file["crossings"][row["name"]]["time" if row["against"] == "t/log d" else "log_snr"]
            i = int(np.flatnonzero(dimension[group["smaller"][:]] == number(row, "smaller"))[0])
            check(number(row, "value") == group["place"][i] and number(row, "stderr") == group["place_stderr"][i], f"crossing in CSV: {row}")
            check(f"{number(row, 'value'):.5f}" in text, f"text lacks the crossing {row}")
        line_of_numpy(file, [row for row in rows if row["kind"] == "fit"])
        check(all(f"{value:.5f}" in text for value in file["transitions/speciation_clones/time"][:]), "text lacks a time")
        every_axis_has_a_scale(file)
    drawn = run([PLOT, "same.h5", "-o", "figures"], folder)
    if check.succeeded(drawn, "kairos-plot of a summary"):
        for stem in ("lines", "scaling-collapse", "crossings"):
            check((folder / f"figures/{stem}.png").stat().st_size > 20000, f"{stem}.png shows nothing")
            check(f'src="{stem}.png"' in (folder / "figures/index.html").read_text(), f"index.html lacks {stem}")


def line_of_numpy(file, fits):
    group = file["transitions/speciation_clones"]
    x, y, error = np.log(file["points/dimension"][:]), group["time"][:], group["stderr"][:]
    (slope, intercept), covariance = np.polyfit(x, y, 1, w=1 / error, cov="unscaled")
    fit = file["fits/speciation_clones/log_dimension"]
    expected = {"slope": slope, "intercept": intercept, "slope_statistical": np.sqrt(covariance[0, 0]),
                "intercept_statistical": np.sqrt(covariance[1, 1]), "covariance": covariance[0, 1],
                "chi2": np.sum(((y - intercept - slope * x) / error) ** 2)}
    for key, value in expected.items():
        check(np.isclose(fit[key][0], value, rtol=1e-7), f"{key} is {fit[key][0]}, numpy says {value}")
    total = np.hypot(fit["slope_statistical"][0], fit["slope_systematic"][0])
    check(np.isclose(fit["slope_stderr"][0], total, rtol=1e-12), "errors are not added in quadrature")
    row = next(row for row in fits if row["name"] == "speciation_clones" and row["parameter"] == "slope")
    check(number(row, "value") == fit["slope"][0] and row["data.dimension"] == "", f"slope in CSV: {row}")


def every_axis_has_a_scale(file):
    def look(name, item):
        if isinstance(item, h5py.Dataset) and not h5py.h5ds.is_scale(item.id):
            check(all(len(axis) == 1 for axis in item.dims), f"summary: {name} has a bare axis")
    file.visititems(look)


def decisions(folder):
    """Mean and width of decision times of reverse paths beside the criteria of the ensemble: of the counts of the files, in all three outputs; both
    kinds of times go with log(d)/2, where t-max leaves out next to no path that changes its class early."""
    files, dimensions = [], (100, 1000, 10000)
    grid = ["--process.t-min=0.05", "--process.t-max=14", "--time.grid=uniform", "--time.points=280", "--ensemble.trajectories=4000"]
    for seed, d in enumerate(dimensions, 1):
        files.append(f"paths-{d}.h5")
        check.succeeded(run([KAIROS, "run", *grid, f"--data.dimension={d}", f"--ensemble.seed={seed}", "--observe.observables=class_collision,class_entropy",
                             f"--output.file={files[-1]}"], folder), files[-1])
    done = run([KAIROS, "analyze", *files, "-o", "paths.h5"], folder)
    table = rows_of(run([KAIROS, "analyze", *files, "--csv"], folder).stdout)
    if not check.succeeded(done, "decisions of a sweep"):
        return
    with h5py.File(folder / "paths.h5") as summary:
        for name in ("class_last_change", "class_commitment"):
            group = {key: item[:] for key, item in summary[f"transitions/{name}"].items()}
            for i, file in enumerate(files):
                with h5py.File(folder / file) as one:
                    paths = np.repeat(one["time"][:], one[f"decisions/{name}/count"][:])
                m4, s = np.mean((paths - paths.mean()) ** 4), paths.std(ddof=1)
                expected = {"time": paths.mean(), "stderr": s / np.sqrt(paths.size), "width": s,
                            "width_stderr": np.sqrt((m4 - s**4) / paths.size) / (2 * s)}
                for key, value in expected.items():
                    check(np.isclose(group[key][i], value, rtol=1e-9), f"{name}, {file}: {key} is {group[key][i]}, numpy says {value}")
                check(f"{s:.5f}" in done.stdout, f"{name}, {file}: text lacks the width {s}")
                row = next(row for row in table if row["name"] == name and row["data.dimension"] == str(dimensions[i]))
                check(number(row, "width") == group["width"][i] and number(row, "value") == group["time"][i], f"CSV of {name}: {row}")
            near(summary[f"fits/{name}/log_dimension/slope"][0], summary[f"fits/{name}/log_dimension/slope_stderr"][0], 0.5, f"{name} against log d", 0.03)
            # a shift of all times by log(d)/2 leaves the width alone
            check(abs(group["width"][2] - group["width"][1]) < 4.5 * np.hypot(*group["width_stderr"][1:]), f"{name}: widths {group['width']}")
        check("width" not in summary["transitions/speciation_clones"], "a crossing of a curve has no width")


def one_result(folder):
    """Of one file the tables as they are, and a summary with one point."""
    done = run([KAIROS, "analyze", "clusters-1000.h5", "-o", "one.h5"], folder)
    check.succeeded(done, "one file")
    for words in ("speciation_clones", "stein", "95 % interval"):
        check(words in done.stdout, f"analyze of one file does not say {words}")
    with h5py.File(folder / "one.h5") as file:
        check(file["point"].size == 1 and "fits" not in file, "summary of one file")
    check.succeeded(run([PLOT, "one.h5", "-o", "figures-one"], folder), "kairos-plot of a summary of one point")
    table = run([KAIROS, "analyze", "clusters-1000.h5", "--csv"], folder)
    check({row["kind"] for row in rows_of(table.stdout)} == {"transition"}, f"CSV of one file: {table.stdout}")


def without_batches(folder):
    """Stored errors serve the line; curves cannot be laid on one another, which is said."""
    files = sweep(folder, "bare", (100, 1000, 10000), "--ensemble.trajectories=2000", "--observe.batch-moments=false")
    done = run([KAIROS, "analyze", *files], folder)
    check.succeeded(done, "without batch moments")
    check("observe.batch-moments = false" in done.stdout and "data collapse" not in done.stdout.split("note:")[0], done.stdout)
    check("log d" in done.stdout, "no fit without batch moments")
    shared = run([KAIROS, "analyze", "clusters-1000.h5", "bare-100.h5"], folder)
    check("share ensemble.seed = 1" in shared.stdout, f"shared noise is not noted: {shared.stdout}")


def refused(folder, arguments, codes, *says):
    check.refused(KAIROS, "analyze", arguments, folder, codes, says)


def refusals(folder):
    (folder / "text.h5").write_text("no HDF5")
    with h5py.File(folder / "foreign.h5", "w") as file:
        file["x"] = [1.0]
    small = ["--ensemble.trajectories=50", "--time.points=9"]
    for name, keys in (("common", ["--ensemble.coupling=common"]), ("wide", ["--data.sigma=2"]), ("tree", ["--data.model=hierarchical", "--data.dimension=8"])):
        check.succeeded(run([KAIROS, "run", *small, *keys, "--ensemble.direction=marginal", f"--output.file={name}.h5"], folder), name)
    first = "clusters-1000.h5"
    refused(folder, [first, "common.h5"], (3,), "common.h5", "ensemble.coupling = common", first)
    refused(folder, [first, "clusters-10000.h5", "wide.h5", "-o", "new.h5"], (3,), "wide.h5", "data.sigma = 2")
    refused(folder, [first, "tree.h5", "--csv", "new.csv"], (3,), "tree.h5", "data.model")
    refused(folder, [first, "absent.h5"], (3,), "absent.h5")
    refused(folder, [first, "text.h5"], (3,), "text.h5")
    refused(folder, [first, "foreign.h5"], (3,), "foreign.h5")
    refused(folder, [first, "same.h5"], (3,), "same.h5")                      # a summary is no result
    refused(folder, [first, first], (3,), first, "ensemble.seed = 1")
    refused(folder, [first, "-o", first], (2,), first)
    refused(folder, [first, "-o", "nowhere/s.h5"], (4,), "nowhere/s.h5")
    refused(folder, [first, "--csv=nowhere/t.csv"], (4,), "nowhere/t.csv")
    refused(folder, [first, "--cvs"], (2,), "--cvs")
    for output, table in (("k.out", "./k.out"), ("k.out", "k.out.part"), ("k.out.lock", "k.out")):
        refused(folder, [first, "-o", output, f"--csv={table}"], (2,), output, "--csv")
    forbidden(folder, first)


def nobody():
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def forbidden(folder, name):
    """A file, and a folder, that this user may not read: that is said, and not that they are something else."""
    folder.chmod(0o755)
    try:
        reachable = run([KAIROS, "--version"], folder, prepare=nobody).returncode == 0
    except PermissionError:
        reachable = False
    if not reachable:
        print("forbidden: left out, nobody may not run the program")
        return
    (folder / "closed").mkdir()
    for path, closed in ((folder / "mine.h5", folder / "mine.h5"), (folder / "closed" / "mine.h5", folder / "closed")):
        path.write_bytes((folder / name).read_bytes())
        closed.chmod(0)
        done = run([KAIROS, "analyze", path], folder, prepare=nobody)
        closed.chmod(0o755)
        check(done.returncode == 3 and "Permission denied" in done.stderr and "regular" not in done.stderr, f"{path}: {done.returncode} {done.stderr}")


with tempfile.TemporaryDirectory() as directory:
    for part in (slopes, formats, decisions, one_result, without_batches, refusals):
        began = time.monotonic()
        part(pathlib.Path(directory))
        print(f"{part.__name__}: {time.monotonic() - began:.1f} s")
check.finish()
