#!/usr/bin/python3
"""schedules.py KAIROS KAIROS_PLOT: one law under every noise schedule, analysed together: by equal snr each criterion falls at one log snr, that of
the quadrature; what is no function of the snr is named and not counted; text, CSV and summary agree; other physics is refused."""
import pathlib
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from analyses import rows_of  # noqa: E402
from kairos_runs import Checks, run  # noqa: E402

KAIROS, PLOT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
check = Checks()
FIRST, LAST = -9.5, 4.0  # in log snr, from noise to data
DIMENSIONS = (64, 256)
TIMES = {  # of a log snr, by hand from alpha and sigma
    "ou": lambda x: 0.5 * np.log1p(np.exp(-x)),
    "ve": lambda x: np.exp(-x),
    "vp-linear": lambda x: (-0.1 + np.sqrt(0.1**2 + 2 * 19.9 * np.log1p(np.exp(-x)))) / 19.9,
    "vp-cosine": lambda x: 2 / np.pi * np.arctan(np.exp(-x / 2)),
    "edm": lambda x: np.exp(-x / 2),
    "flow-matching": lambda x: 1 / (1 + np.exp(x / 2)),
}
VARIANCE_PRESERVING = ("ou", "vp-linear", "vp-cosine")
MEASURED = ("speciation_clones", "speciation_entropy_rate", "speciation_entropy_variance", "speciation_potts_variance", "class_last_change", "class_commitment")


def log_snr(kind, t):
    """Root of TIMES by bisection: independent of the program's closed forms."""
    low, high = -60.0, 60.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if TIMES[kind](middle) > t else (low, middle)
    return 0.5 * (low + high)


def name(kind, d):
    return f"{kind}-{d}.h5"


def sweep(folder):
    for i, kind in enumerate(TIMES):
        for j, d in enumerate(DIMENSIONS):
            ends = [f"--process.t-min={TIMES[kind](LAST):.17g}", f"--process.t-max={TIMES[kind](FIRST):.17g}"]
            done = run([KAIROS, "run", f"--process.kind={kind}", *ends, "--time.points=109", f"--data.dimension={d}", f"--ensemble.seed={1 + i + 6 * j}",
                        "--ensemble.trajectories=6000", "--observe.observables=class_entropy,class_collision,class_entropy_rate,potts_order_parameter",
                        f"--output.file={name(kind, d)}"], folder)
            check.succeeded(done, name(kind, d))
    return [name(kind, d) for d in DIMENSIONS for kind in TIMES]


def transitions(folder, file, schedules):
    """Each log snr is that of its time, its error that of the time by the slope of log snr, and both are those of the quadrature."""
    for criterion in MEASURED[:3]:
        group = {key: item[:] for key, item in file[f"transitions/{criterion}"].items()}
        for i, kind in enumerate(schedules):
            x, error, t = (group[key][i] for key in ("log_snr", "log_snr_stderr", "time"))
            what = f"{criterion}, {kind}, d = {file['points/dimension'][i]:g}"
            check(abs(x - log_snr(kind, t)) < 1e-9, f"{what}: log snr {x}, by hand {log_snr(kind, t)}")
            h = 1e-4
            slope = 2 * h / (TIMES[kind](x - h) - TIMES[kind](x + h))
            check(np.isclose(error, group["stderr"][i] * slope, rtol=1e-6), f"{what}: error {error}, by differences {group['stderr'][i] * slope}")
            theory = log_snr(kind, group["theory"][i])
            check(abs(group["log_snr_theory"][i] - theory) < 1e-9, f"{what}: theory {group['log_snr_theory'][i]}, by hand {theory}")
            check(0 < error < 0.15 and abs(x - theory) < 4.5 * error, f"{what}: {x} +- {error}, theory {theory}")
        for d in DIMENSIONS:  # one number for all schedules
            theory = group["log_snr_theory"][file["points/dimension"][:] == d]
            check(np.ptp(theory) < 1e-6, f"{criterion}: theory depends on the schedule: {theory}")


def decisions(folder, file, schedules):
    """Mean and width of decisions in log snr are those of the counts in the files."""
    for criterion in ("class_last_change", "class_commitment"):
        group = {key: item[:] for key, item in file[f"transitions/{criterion}"].items()}
        for i, kind in enumerate(schedules):
            with h5py.File(folder / name(kind, int(file["points/dimension"][i]))) as one:
                paths = np.repeat([log_snr(kind, t) for t in one["time"][:]], one[f"decisions/{criterion}/count"][:])
            s, m4 = paths.std(ddof=1), np.mean((paths - paths.mean()) ** 4)
            expected = {"log_snr": paths.mean(), "log_snr_stderr": s / np.sqrt(paths.size), "log_snr_width": s,
                        "log_snr_width_stderr": np.sqrt((m4 - s**4) / paths.size) / (2 * s)}
            for key, value in expected.items():
                check(np.isclose(group[key][i], value, rtol=1e-7), f"{criterion}, {kind}: {key} is {group[key][i]}, numpy says {value}")
        for d in DIMENSIONS:
            here = file["points/dimension"][:] == d
            width, error = group["log_snr_width"][here], group["log_snr_width_stderr"][here]
            z = (width - np.average(width, weights=error**-2.0)) / error
            check(np.abs(z).max() < 4.5, f"{criterion}, d = {d}: widths {width} +- {error}")


def comparison(file, schedules):
    """Weighted mean, chi^2 and the largest z, by numpy; and all schedules agree."""
    dimension, law = file["points/dimension"][:], file["points/law"][:]
    check(set(file["schedules"]) == set(MEASURED) | {"speciation_spectral", "speciation_stability", "speciation_stability_ode"}, f"compared: {set(file['schedules'])}")
    for criterion in MEASURED:
        group = {key: item[:] for key, item in file[f"schedules/{criterion}"].items()}
        check(file[f"schedules/{criterion}"].attrs["not_compared"] == "" and np.all(group["compared"] == 1), f"{criterion} is not compared")
        for k, number in enumerate(group["law"]):
            here = law == number
            x, e = (file[f"transitions/{criterion}/{key}"][:][here] for key in ("log_snr", "log_snr_stderr"))
            mean, error = np.average(x, weights=e**-2.0), np.sum(e**-2.0) ** -0.5
            z = (x - mean) / np.sqrt(e**2 - error**2)
            expected = {"log_snr": mean, "stderr": error, "range": np.ptp(x), "chi2": np.sum(((x - mean) / e) ** 2), "dof": len(TIMES) - 1,
                        "largest_z": z[np.argmax(np.abs(z))], "farthest": file["points/schedule"][:][here][np.argmax(np.abs(z))]}
            for key, value in expected.items():
                check(np.isclose(group[key][k], value, rtol=1e-7), f"{criterion}: {key} is {group[key][k]}, numpy says {value}")
            check(len(set(dimension[here])) == 1 and here.sum() == len(TIMES), f"{criterion}: points of law {number}")
            check(np.abs(z).max() < 4.5 and expected["chi2"] < 26, f"{criterion}, d = {dimension[here][0]:g}: schedules disagree, {x} +- {e}")


def conventions(folder, file, schedules):
    """What is no function of the snr is named: the spectral convention of ou, and fixed points, which depend on the frame of x. Within one frame they agree."""
    for criterion, words in (("speciation_spectral", "convention"), ("speciation_stability", "frame of x")):
        group = file[f"schedules/{criterion}"]
        check(words in group.attrs["not_compared"] and not np.any(group["compared"][:]) and np.all(np.isnan(group["chi2"][:])), f"{criterion}: {dict(group.attrs)}")
    d, x = file["points/dimension"][:], file["transitions/speciation_spectral/log_snr"][:]
    top = d + 1
    expected = np.where(np.array(schedules) == "ou", -np.log(top - 1), -np.log(top))
    check(np.allclose(x, expected, rtol=1e-9), f"spectral {x}, by hand {expected}")
    for kinds in (VARIANCE_PRESERVING, ("ve", "edm")):
        done = run([KAIROS, "analyze", *[name(kind, 256) for kind in kinds], "--csv"], folder)
        row = {row["name"]: row for row in rows_of(done.stdout) if row["kind"] == "schedules"}["speciation_stability"]
        check(row["not_compared"] == "" and float(row["range"]) < 1e-8, f"one frame, two stabilities: {row}")
    # the peak of a rate per unit of time is none either, which is why no criterion is such a peak
    peaks = []
    for kind in ("ou", "flow-matching", "edm"):
        with h5py.File(folder / name(kind, 256)) as one:
            rate, x, per = one["theory/class_entropy_rate"][:], one["schedule/log_snr"][:], (one["schedule/sigma"][:] / one["schedule/diffusion"][:]) ** 2
            peaks.append((x[np.argmax(rate)], x[np.argmax(rate * per)]))
    per_time, per_snr = np.ptp(peaks, axis=0)
    check(per_time > 1 and per_snr < 0.13, f"peaks of the rate per time and per log snr: {peaks}")


def grids(folder):
    """Decisions are seen at observation times: on another grid they are not compared, and curves are."""
    for kind, seed in (("ou", 50), ("edm", 51)):
        run([KAIROS, "run", f"--process.kind={kind}", "--data.dimension=64", "--ensemble.trajectories=2000", f"--ensemble.seed={seed}", f"--output.file=own-{kind}.h5"], folder)
    rows = {row["name"]: row for row in rows_of(run([KAIROS, "analyze", "own-ou.h5", "own-edm.h5", "--csv"], folder).stdout) if row["kind"] == "schedules"}
    check("observation times" in rows["class_last_change"]["not_compared"] and rows["class_last_change"]["value"] == "", f"{rows['class_last_change']}")
    check(rows["speciation_clones"]["not_compared"] == "" and abs(float(rows["speciation_clones"]["largest_z"])) < 4.5, f"{rows['speciation_clones']}")
    for kind, seed in (("ou", 52), ("edm", 53)):
        run([KAIROS, "run", f"--process.kind={kind}", "--data.dimension=64", "--ensemble.trajectories=200", "--ensemble.integrator=euler-maruyama",
             f"--ensemble.seed={seed}", f"--output.file=steps-{kind}.h5"], folder)
    rows = {row["name"]: row for row in rows_of(run([KAIROS, "analyze", "steps-ou.h5", "steps-edm.h5", "--csv"], folder).stdout) if row["kind"] == "schedules"}
    check("p_t" in rows["speciation_clones"]["not_compared"], f"steps of an integrator: {rows['speciation_clones']}")


def condensation(folder):
    """Collapse on the same data; the nearest datum is a decision. Other data are another law, of which one draw says too little."""
    def data(kind, seed, data_seed):
        file = f"data-{kind}-{data_seed}.h5"
        done = run([KAIROS, "run", f"--process.kind={kind}", f"--process.t-min={TIMES[kind](6):.17g}", f"--process.t-max={TIMES[kind](-4):.17g}", "--time.points=81", "--data.dimension=12",
                    "--data.samples=80", f"--data.seed={data_seed}", f"--ensemble.seed={seed}", "--ensemble.trajectories=3000", f"--output.file={file}"], folder)
        check.succeeded(done, file)
        return file
    files = [data(kind, seed, 1) for seed, kind in enumerate(("ou", "vp-cosine", "flow-matching"), 1)]
    rows = rows_of(run([KAIROS, "analyze", *files, "--csv"], folder).stdout)
    compared = {row["name"]: row for row in rows if row["kind"] == "schedules"}
    for criterion in ("collapse_excess_entropy", "collapse_participation", "collapse_entropy_variance", "collapse_nearest", "datum_last_change", "datum_commitment"):
        row = compared[criterion]
        check(row["not_compared"] == "" and abs(float(row["largest_z"])) < 4.5 and float(row["stderr"]) < 0.1, f"{criterion}: {row}")
    found = {(row["name"], row["process.kind"]): row["log_snr"] for row in rows if row["kind"] == "transition"}
    check(all(found["collapse_nearest", kind] == found["datum_last_change", kind] for kind in ("ou", "vp-cosine")), "the nearest datum is averaged over times")
    other = [data(kind, seed, 2) for seed, kind in ((8, "flow-matching"),)]
    rows = rows_of(run([KAIROS, "analyze", files[0], *other, "--csv"], folder).stdout)
    row = next(row for row in rows if row["kind"] == "schedules" and row["name"] == "collapse_participation")
    check("draws" in row["not_compared"] and row["chi2"] == "", f"two draws of data: {row}")


def formats(folder, files, file):
    """The three outputs say the same; lines and collapses are of one schedule each; the figure is drawn."""
    text = run([KAIROS, "analyze", *files], folder).stdout
    rows = rows_of(run([KAIROS, "analyze", *files, "--csv"], folder).stdout)
    found = {(row["name"], row["process.kind"], row["data.dimension"]): row for row in rows if row["kind"] == "transition"}
    names = file["points/schedule"].attrs["flag_meanings"].split()
    for i, number in enumerate(file["points/schedule"][:]):
        row = found["speciation_clones", names[number], str(int(file["points/dimension"][i]))]
        for key in ("log_snr", "log_snr_stderr", "log_snr_theory"):
            check(float(row[key]) == file[f"transitions/speciation_clones/{key}"][i], f"CSV and summary differ: {row}")
        check(f"{float(row['log_snr']):.5f}" in text and row["process.kind"] in text, f"text lacks {row}")
    for row in (row for row in rows if row["kind"] == "schedules"):
        group = file[f"schedules/{row['name']}"]
        k = list(DIMENSIONS).index(int(row["data.dimension"]))
        for key, column in (("chi2", "chi2"), ("largest_z", "largest_z"), ("log_snr", "value"), ("stderr", "stderr")):
            check(np.array_equal(float(row[column] or "nan"), group[key][k], equal_nan=True), f"schedules in CSV: {row}")
        check(row["not_compared"] in text, f"text lacks {row['not_compared']}")
    fit = file["fits/speciation_clones/log_dimension"]
    check(np.array_equal(fit["schedule"][:], range(len(TIMES))), f"lines of schedules {fit['schedule'][:]}")
    check(len(file["collapse/class_collision/log_snr/series"]) == len(TIMES) and np.all(np.abs(file["collapse/class_collision/log_snr/exponent"][:] - 1) < 0.1), "collapses of schedules")
    crossings, schedule = file["crossings/class_collision/log_snr"], file["points/schedule"][:]
    check(set(crossings["series_of"][:]) == set(range(len(TIMES))), f"series of crossings: {crossings['series_of'][:]}")
    for end in ("smaller", "larger"):
        check(np.array_equal(schedule[crossings[end][:]], crossings["series_of"][:]), f"crossings of series {crossings['series_of'][:]} are of other schedules")
    for kind in ("ou", "edm"):  # a line is that of its schedule analysed alone
        alone = [row for row in rows_of(run([KAIROS, "analyze", *[name(kind, d) for d in DIMENSIONS], "--csv"], folder).stdout) if row["kind"] == "fit"]
        slope = next(row for row in alone if row["name"] == "speciation_clones" and row["parameter"] == "slope")
        check(float(slope["value"]) == fit["slope"][names.index(kind)], f"slope of {kind} alone: {slope}")
    few = [name(kind, d) for kind in ("ou", "edm") for d in DIMENSIONS]
    check.succeeded(run([KAIROS, "analyze", *few, "-o", "few.h5"], folder), "two schedules")
    drawn = run([PLOT, "few.h5", "-o", "figures"], folder)
    if check.succeeded(drawn, "kairos-plot of schedules"):
        check(drawn.stderr == "", f"kairos-plot says {drawn.stderr}")
        page = (folder / "figures/index.html").read_text()
        for stem in ("schedules", "lines-ou", "lines-edm", "scaling-collapse-edm"):
            check((folder / f"figures/{stem}.png").stat().st_size > 20000 and f'src="{stem}.png"' in page, f"{stem}.png shows nothing")
        check(not (folder / "figures/lines.png").exists(), "lines of several schedules in one figure")


def refusals(folder):
    """The schedule alone may differ."""
    small = ["--ensemble.trajectories=50", "--time.points=9", "--ensemble.direction=marginal", "--process.kind=ve"]
    for title, keys in (("wide", ["--data.sigma=2"]), ("forward", ["--ensemble.direction=forward"])):
        job = [word for word in small if title != "forward" or "direction" not in word]
        check.succeeded(run([KAIROS, "run", *job, *keys, f"--output.file={title}.h5"], folder), title)
    check.refused(KAIROS, "analyze", [name("ou", 64), "wide.h5"], folder, (3,), ["wide.h5", name("ou", 64)])
    check.refused(KAIROS, "analyze", [name("ou", 64), "forward.h5", "-o", "new.h5"], folder, (3,), ["forward.h5", "ensemble.direction = forward"])
    for kind, end in (("ou", 2), ("edm", 2)):
        check.succeeded(run([KAIROS, "run", f"--process.kind={kind}", "--ensemble.integrator=heun", "--guidance.class=1", "--guidance.weight=2", f"--guidance.interval=0.5,{end}",
                             "--ensemble.trajectories=50", "--time.points=9", f"--output.file=guided-{kind}.h5"], folder), f"guided {kind}")
    check.refused(KAIROS, "analyze", ["guided-ou.h5", "guided-edm.h5"], folder, (3,), ["guided-edm.h5", "guidance.interval"])


with tempfile.TemporaryDirectory() as directory:
    place = pathlib.Path(directory)
    results = sweep(place)
    if check.succeeded(run([KAIROS, "analyze", *results, "-o", "all.h5"], place), "analyze of schedules"):
        with h5py.File(place / "all.h5") as summary:
            order = summary["points/schedule"].attrs["flag_meanings"].split()
            check(order == list(TIMES), f"schedules {order}")
            kinds = [order[number] for number in summary["points/schedule"][:]]
            transitions(place, summary, kinds)
            decisions(place, summary, kinds)
            comparison(summary, kinds)
            conventions(place, summary, kinds)
            formats(place, results, summary)
    grids(place)
    condensation(place)
    refusals(place)
check.finish()
