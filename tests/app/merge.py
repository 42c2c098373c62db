#!/usr/bin/python3
"""merge.py KAIROS: pooled runs are one ensemble: a long run cut in two by hand and merged has its bits again; real runs of different seeds against
numpy; merging in steps; more files than fit in memory; and what does not belong together refused with nothing written."""
import pathlib
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import ENVIRONMENT, Checks, run  # noqa: E402
from results import same_bits  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()
CLASSES = ["--data.dimension=32", "--observe.observables=all", "--observe.histograms=class_entropy,norm2", "--observe.paths=7",
           "--clones.times=1,2", "--clones.pairs=60", "--clones.overlap=path", "--ensemble.batch=25", "--time.points=17"]


def simulate(folder, name, *keys):
    check.succeeded(run([KAIROS, "run", *keys, f"--output.file={name}"], folder), name)


def merge(folder, files, output):
    return check.succeeded(run([KAIROS, "merge", *files, "-o", output], folder), f"merge {' '.join(files)}")


def arrays(file, group):
    found = {}
    if group in file:
        file[group].visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return found


def same_layout(a, b, what):
    def objects(file):
        found = {}
        file.visititems(lambda name, item: found.update({name: (type(item).__name__, sorted(set(item.attrs) - {"REFERENCE_LIST"}))}))
        # What tells of a run, and what one would go on from; a merge is none.
        return {name: item for name, item in found.items() if name.split("/")[0] not in ("performance", "interruptions", "continuation")}
    first, second = objects(a), objects(b)
    check(first == second, f"{what}: layouts differ: {[n for n in first.keys() | second.keys() if first.get(n) != second.get(n)]}")


def cut_in_two(folder):
    """The first 300 of 700 trajectories are a run of its own with the same batches; what is left of the long run, made into a file by hand
    with another seed, must merge with it to the long run."""
    simulate(folder, "long.h5", *CLASSES, "--ensemble.trajectories=700")
    simulate(folder, "head.h5", *CLASSES, "--ensemble.trajectories=300")
    with h5py.File(folder / "long.h5") as whole, h5py.File(folder / "head.h5") as head:
        (folder / "tail.h5").write_bytes((folder / "long.h5").read_bytes())
        with h5py.File(folder / "tail.h5", "r+") as tail:
            take_away(whole, head, tail)
    if not merge(folder, ["head.h5", "tail.h5"], "again.h5"):
        return
    with h5py.File(folder / "long.h5") as whole, h5py.File(folder / "again.h5") as again:
        same_layout(whole, again, "merged and run")
        same_bits(check, folder / "long.h5", folder / "again.h5", "merged and run",
                  ("observables", "batches", "transitions", "decisions", "histograms", "paths", "theory", "schedule"))
        for name, values in arrays(whole, "identities").items():
            other = again[f"identities/{name}"][()]
            scale = np.nanmax(np.abs(values)) + 1
            check(np.allclose(values, other, rtol=1e-9, atol=1e-11 * scale, equal_nan=True), f"identities/{name} differs")
        for name, values in arrays(whole, "clones").items():
            check(np.allclose(values, again[f"clones/{name}"][()], rtol=1e-10, atol=1e-12, equal_nan=True), f"clones/{name}")
        check(again.attrs["trajectories"] == 700 and again["config"].attrs["ensemble.trajectories"] == "700", "trajectories")
        check(again.attrs["status"] == "complete" and again.attrs["merged_seeds"] == "1,2", "status and seeds")


def unmerged(total, part):
    """Moments m with merge(part, m) = total: (count, mean, m2, m3, m4) by central moments about the mean of the rest."""
    n, a = total[..., 0], part[..., 0]
    b = n - a
    def raw(moments, count, origin):  # sums of (v - origin)^k
        shift = moments[..., 1] - origin
        m2, m3, m4 = moments[..., 2], moments[..., 3], moments[..., 4]
        return (count * shift, m2 + count * shift**2, m3 + 3 * shift * m2 + count * shift**3,
                m4 + 4 * shift * m3 + 6 * shift**2 * m2 + count * shift**4)
    with np.errstate(invalid="ignore"):  # nothing was counted at the first time of an identity of increments
        mean = (n * total[..., 1] - a * part[..., 1]) / b
    powers = [x - y for x, y in zip(raw(total, n, mean), raw(part, a, mean))]
    rest = np.array(total)
    rest[..., 0], rest[..., 1] = b, mean
    rest[..., 2], rest[..., 3], rest[..., 4] = np.maximum(powers[1], 0), powers[2], np.maximum(powers[3], 0)
    return rest


def replace(file, path, values):
    del file[path]
    file[path] = values


def take_away(whole, head, tail):
    """Makes `tail`, a copy of the long run, into what comes after `head`."""
    tail.attrs["trajectories"] = 400
    tail["config"].attrs["ensemble.seed"] = "2"
    tail["config"].attrs["ensemble.trajectories"] = "400"
    for name in whole["batches"]:
        for key in ("count", "mean", "m2", "m3", "m4"):
            replace(tail, f"batches/{name}/{key}", whole[f"batches/{name}/{key}"][12:])
    replace(tail, "batch", np.arange(16))
    for name in whole["decisions"]:
        tail[f"decisions/{name}/count"][...] = whole[f"decisions/{name}/count"][:] - head[f"decisions/{name}/count"][:]
    for name in whole["histograms"]:
        tail[f"histograms/{name}/count"][...] = whole[f"histograms/{name}/count"][:] - on_bins_of(whole, head, name)
    for name, group in whole["identities"].items():
        for key in group:
            if key.endswith("_moments"):
                tail[f"identities/{name}/{key}"][...] = unmerged(group[key][()], head[f"identities/{name}/{key}"][()])
    for key in ("same_class_moments", "class_collision_moments", "overlap_moments", "overlap_path_moments"):  # the clones of the head are all of the whole's: nothing is left of them
        tail[f"clones/{key}"][...] = 0
        tail[f"clones/{key}"][..., 5:] = np.inf, -np.inf
    tail["clones/overlap_path/count"][...] = 0


def on_bins_of(whole, head, name):
    """The head's counts on the bins of the whole, which are as fine or coarser and reach as far or farther."""
    a, b = whole[f"histograms/{name}"], head[f"histograms/{name}"]
    steps = int(a.attrs["bin_exponent"] - b.attrs["bin_exponent"])
    counts = np.zeros(a["count"].shape, dtype=np.int64)
    for i in range(b["count"].shape[1]):
        counts[:, ((int(b.attrs["first_bin"]) + i) >> steps) - int(a.attrs["first_bin"])] += b["count"][:, i]
    return counts


def real_seeds(folder):
    """Three runs of different seeds, sizes and batches: pooled moments, clones, histograms and decisions against numpy; in steps the same."""
    for seed, trajectories, batch in ((1, 500, 25), (2, 330, 20), (3, 700, 40)):
        simulate(folder, f"seed-{seed}.h5", *[key for key in CLASSES if "batch" not in key], f"--ensemble.batch={batch}",
                 f"--ensemble.trajectories={trajectories}", f"--ensemble.seed={seed}")
    files = [f"seed-{seed}.h5" for seed in (1, 2, 3)]
    if not (merge(folder, files, "all.h5") and merge(folder, files[:2], "two.h5") and merge(folder, ["two.h5", files[2]], "steps.h5")):
        return
    runs = [h5py.File(folder / name) for name in files]
    with h5py.File(folder / "all.h5") as pooled, h5py.File(folder / "steps.h5") as steps:
        for name in pooled["observables"]:
            pooled_moments(pooled[f"observables/{name}"], [r[f"batches/{name}"] for r in runs], name)
            for key, of in (("minimum", np.min), ("maximum", np.max)):
                extreme = of([r[f"observables/{name}/{key}"][()] for r in runs], axis=0)
                check(np.array_equal(pooled[f"observables/{name}/{key}"][()], extreme, equal_nan=True), f"{key} of {name}")
            means = np.concatenate([r[f"batches/{name}/mean"][()] for r in runs])
            check(np.array_equal(pooled[f"batches/{name}/mean"][()], means, equal_nan=True), f"batch means of {name}")
        for name in pooled["decisions"]:
            counts = sum(r[f"decisions/{name}/count"][:] for r in runs)
            check(np.array_equal(pooled[f"decisions/{name}/count"][:], counts), f"decisions {name}")
            mean = np.sum(counts * pooled["time"][:]) / counts.sum()
            check(np.isclose(pooled[f"decisions/{name}/mean"][()], mean, rtol=1e-12), f"mean of {name}")
        for name in pooled["histograms"]:
            count = pooled[f"histograms/{name}/count"][:]
            check(np.all(count.sum(axis=1) == 1530), f"histogram {name} counts {count.sum(axis=1)}")
            check(np.array_equal(count, sum(on_bins_of(pooled, r, name) for r in runs)), f"histogram {name}")
        share = np.mean([r["clones/same_class"][:] for r in runs], axis=0)
        check(np.allclose(pooled["clones/same_class"][:], share, rtol=1e-12), "clones")
        worst = max(np.nanmax(abs(pooled[f"identities/{n}/z"][()])) for n in pooled["identities"])
        check(worst < 4.5, f"an identity of the pooled ensemble fails: |z| = {worst}")
        same_bits(check, folder / files[0], folder / "all.h5", "paths", ("paths",))
        same_bits(check, folder / "all.h5", folder / "steps.h5", "in steps", ("observables", "batches", "transitions", "decisions", "histograms", "paths"))
        check(steps.attrs["merged_seeds"] == "1,2,3" and steps.attrs["trajectories"] == 1530, "seeds in steps")
        found = pooled["transitions/speciation_clones"]
        alone = [r["transitions/speciation_clones/stderr"][()] for r in runs]
        check(found["stderr"][()] < min(alone), "the pooled error is no smaller")
        check(abs(found["time"][()] - found["theory"][()]) < 4.5 * found["stderr"][()], "the pooled time misses the theory")
    check.succeeded(run([KAIROS, "analyze", "steps.h5"], folder), "analyze of a merged file")


def pooled_moments(group, batches, name):
    count, mean, m2 = (np.concatenate([b[key][()] for b in batches]) for key in ("count", "mean", "m2"))
    total = count.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        average = (count * mean).sum(axis=0) / total
        variance = (m2 + count * (mean - average) ** 2).sum(axis=0) / (total - 1)
    check(np.array_equal(group["count"][()], total), f"count of {name}")
    check(np.allclose(group["mean"][()], average, rtol=1e-10, atol=1e-13, equal_nan=True), f"mean of {name}")
    check(np.allclose(group["variance"][()], variance, rtol=1e-8, atol=1e-13, equal_nan=True), f"variance of {name}")


def quenched(folder):
    """Realisations are pooled one by one; their numbers of batches are kept through another merge."""
    job = ["--data.model=random-clusters", "--data.components=3", "--data.dimension=6", "--data.samples=40", "--data.realisations=3",
           "--time.points=9", "--ensemble.batch=10", "--clones.times=0.5", "--clones.pairs=30"]
    for seed, trajectories in ((1, 310), (2, 200), (3, 130)):
        simulate(folder, f"draw-{seed}.h5", *job, f"--ensemble.trajectories={trajectories}", f"--ensemble.seed={seed}")
    if not (merge(folder, ["draw-1.h5", "draw-2.h5"], "draws.h5") and merge(folder, ["draws.h5", "draw-3.h5"], "draws-3.h5")):
        return
    runs = [h5py.File(folder / f"draw-{seed}.h5") for seed in (1, 2, 3)]
    with h5py.File(folder / "draws-3.h5") as pooled:
        same_layout(runs[0], pooled, "realisations")
        bounds = [np.append(0, np.cumsum(r["realisation"].attrs["batches"])) for r in runs]
        check(list(pooled["realisation"].attrs["batches"]) == list(sum(np.diff(b) for b in bounds)), "batches of realisations")
        for name in ("class_entropy", "datum_entropy"):
            for r in range(3):
                count, mean = (np.concatenate([f[f"batches/{name}/{key}"][b[r]:b[r + 1]] for f, b in zip(runs, bounds)]) for key in ("count", "mean"))
                expected = (count * mean).sum(axis=0) / count.sum(axis=0)
                check(np.allclose(pooled[f"realisations/{name}/mean"][r], expected, rtol=1e-10, atol=1e-13), f"{name} of realisation {r}")
        check("speciation_spectral" not in pooled["transitions"], "the spectral time of one draw stands for all")


def many_files(folder):
    """Twenty files (one run, given other seeds: their numbers do not matter here) take hardly more memory than four."""
    simulate(folder, "big-0.h5", "--data.dimension=16", "--time.points=40", "--ensemble.batch=1", "--ensemble.direction=marginal",
             "--ensemble.trajectories=800")
    files = [f"big-{seed}.h5" for seed in range(1, 21)]
    for seed, name in enumerate(files, 1):
        (folder / name).write_bytes((folder / "big-0.h5").read_bytes())
        with h5py.File(folder / name, "r+") as file:
            file["config"].attrs["ensemble.seed"] = str(seed)

    def peak(count):
        script = ("import resource, subprocess, sys; code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode; "
                  "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss); sys.exit(code)")
        done = subprocess.run([sys.executable, "-c", script, KAIROS, "merge", *files[:count], "-o", "big.h5"], cwd=folder,
                              env=ENVIRONMENT, capture_output=True, text=True)
        check.succeeded(done, f"merge of {count} files")
        return 1024 * int(done.stdout or 0)
    few, many = peak(4), peak(20)
    more = sum((folder / name).stat().st_size for name in files[4:])
    print(f"merge: {few / 1e6:.0f} MB for four files, {many / 1e6:.0f} MB with {more / 1e6:.0f} MB more to read")
    check(many - few < more / 10, f"{more} bytes more to read took {many - few} more of memory")
    with h5py.File(folder / "big.h5") as file:
        check(file["batch"].size == 16000 and np.all(file["observables/class_entropy/count"][:] == 16000), "twenty files are not all there")


def sums_of_both(folder):
    """What runs add up is the sum of both files: landscapes, their drift, and the overlaps of clones on the way."""
    job = ["--data.dimension=16", "--ensemble.trajectories=400", "--time.points=9", "--landscape.bins=20", "--clones.times=1", "--clones.pairs=200",
           "--clones.overlap=path", "--observe.observables=class_entropy"]
    for seed in (1, 2):
        simulate(folder, f"sums-{seed}.h5", *job, f"--ensemble.seed={seed}")
    if not merge(folder, ["sums-1.h5", "sums-2.h5"], "sums.h5"):
        return
    with h5py.File(folder / "sums-1.h5") as a, h5py.File(folder / "sums-2.h5") as b, h5py.File(folder / "sums.h5") as both:
        count, drift = (a[f"landscape/m/{name}"][:] + b[f"landscape/m/{name}"][:] for name in ("count", "drift_sum"))
        group = {name: both[f"landscape/m/{name}"][:] for name in ("count", "drift_sum", "drift_potential", "q")}
        check(np.array_equal(group["count"], count), "landscape: counts are not the sum of both")
        check(np.allclose(group["drift_sum"], drift, rtol=1e-9, atol=1e-9 * np.abs(drift).max()), "landscape: drifts are not the sum of both")
        width = group["q"][1] - group["q"][0]
        for i in range(len(count)):  # V from the pooled sums, by the trapezoidal rule
            inside = np.flatnonzero(np.isfinite(group["drift_potential"][i]))
            mean = drift[i, inside] / count[i, inside]
            wanted = np.concatenate([[0], -np.cumsum(0.5 * width * (mean[1:] + mean[:-1]))])
            check(np.allclose(group["drift_potential"][i, inside], wanted - wanted.min(), rtol=1e-7, atol=1e-9 * np.ptp(wanted)), f"V of both at time {i}")
        paths = [file["clones/overlap_path/count"][:].sum(axis=-1) for file in (a, b, both)]
        check(np.array_equal(paths[2], paths[0] + paths[1]) and paths[2].max() == 400, f"overlaps on the way: {paths}")
        one, other, found = (file["clones/overlap_path_moments"][0] for file in (a, b, both))
        check(np.array_equal(found[:, 0], one[:, 0] + other[:, 0]), f"pairs on the way: {found[:, 0]}")
        wanted = np.where(found[:, 0] > 0, 0.5 * (one[:, 1] + other[:, 1]), found[:, 1])
        check(np.allclose(found[:, 1], wanted, rtol=1e-12, atol=1e-14), f"mean overlap on the way: {found[:, 1]}, not {wanted}")
        wall = [file.attrs["wall_seconds"] for file in (a, b, both)]
        check(np.isclose(wall[2], wall[0] + wall[1], rtol=1e-12), f"wall seconds {wall}")


def refused(folder, arguments, codes, *says):
    check.refused(KAIROS, "merge", arguments, folder, codes, says)


def refusals(folder):
    small = ["--ensemble.trajectories=60", "--time.points=9"]
    variants = {"base": [], "other": ["--ensemble.seed=2"], "wide": ["--ensemble.seed=3", "--data.sigma=2"], "large": ["--ensemble.seed=3", "--data.dimension=9"],
                "bare": ["--ensemble.seed=4", "--observe.batch-moments=false"], "late": ["--ensemble.seed=5", "--process.t-max=4"]}
    for name, keys in variants.items():
        simulate(folder, f"{name}.h5", *small, *keys)
    drawn = ["--data.model=random-clusters", "--data.dimension=5", *small]
    simulate(folder, "draw-a.h5", *drawn)
    simulate(folder, "draw-b.h5", *drawn, "--data.seed=2", "--ensemble.seed=2")
    (folder / "text.h5").write_text("no HDF5")
    whole = (folder / "other.h5").read_bytes()
    (folder / "cut.h5").write_bytes(whole[: len(whole) // 2])
    (folder / "damaged.h5").write_bytes(whole)
    with h5py.File(folder / "damaged.h5", "r+") as file:
        replace(file, "batches/class_entropy/m2", np.ones((3, 9)))
    to = ["-o", "new.h5"]
    refused(folder, ["base.h5", "wide.h5", *to], (3,), "wide.h5", "data.sigma = 2", "base.h5")
    refused(folder, ["base.h5", "other.h5", "large.h5", *to], (3,), "large.h5", "data.dimension = 9")
    refused(folder, ["base.h5", "late.h5", *to], (3,), "late.h5", "process.t-max = 4")
    refused(folder, ["draw-a.h5", "draw-b.h5", *to], (3,), "draw-b.h5", "data.seed = 2")
    refused(folder, ["base.h5", "base.h5", *to], (3,), "base.h5", "ensemble.seed = 1")
    refused(folder, ["base.h5", "bare.h5", *to], (3,), "bare.h5", "observe.batch-moments")
    refused(folder, ["bare.h5", "base.h5", *to], (3,), "bare.h5", "observe.batch-moments")
    for bad in ("absent.h5", "text.h5", "cut.h5", "damaged.h5"):
        refused(folder, ["base.h5", bad, *to], (3,), bad)
    refused(folder, ["base.h5", "other.h5"], (2,), "-o")
    refused(folder, ["base.h5", *to], (2,), "merge")
    refused(folder, ["base.h5", "other.h5", "-o", "other.h5"], (2,), "other.h5")
    for end in ("part", "lock"):
        (folder / f"new.h5.{end}").write_bytes(whole)
        refused(folder, [f"new.h5.{end}", "base.h5", *to], (2,), f"new.h5.{end}")
        check.refused(KAIROS, "analyze", [f"new.h5.{end}", *to], folder, {2}, [f"new.h5.{end}"])
        (folder / f"new.h5.{end}").unlink()
    refused(folder, ["base.h5", "other.h5", "-o", "nowhere/new.h5"], (4,), "nowhere/new.h5")


with tempfile.TemporaryDirectory() as directory:
    for part in (cut_in_two, real_seeds, quenched, many_files, sums_of_both, refusals):
        start = time.monotonic()
        part(pathlib.Path(directory))
        print(f"{part.__name__}: {time.monotonic() - start:.1f} s")
check.finish()
