#!/usr/bin/python3
"""end_to_end.py KAIROS: real runs under mpirun, their files read back: the same bits on any ranks, published figures, clean ends."""
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import ENVIRONMENT, Checks, configuration, run  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
PHI = {2.5: 0.9934, 3.0: 0.9176, 3.5: 0.7644, 4.0: 0.6319, 4.5: 0.5565}  # ou, mu = sigma = 1, d = 1024
check = Checks()


def datasets(path):
    """Every array of the groups whose bits are promised."""
    found = {}
    with h5py.File(path) as file:
        def note(name, item):
            if isinstance(item, h5py.Dataset):
                found[name] = item[()]
        for group in ("observables", "batches", "clones", "transitions", "identities", "decisions", "histograms", "landscape", "symmetry",
                      "paths", "theory", "realisations", "bifurcation"):
            if group in file:
                file[group].visititems(lambda name, item, group=group: note(f"{group}/{name}", item))
        found["time"] = file["time"][()]
    return found


def same_bits(a, b):
    return a.keys() == b.keys() and all(np.asarray(a[k]).tobytes() == np.asarray(b[k]).tobytes() for k in a)


def rank_counts(folder):
    """Bitwise equal results on 1, 2, 3 and 5 ranks, for every direction and several laws."""
    common = dict(time=dict(points=9), output=dict(file="r.h5"))
    draw = np.random.default_rng(5)
    with h5py.File(folder / "points.h5", "w") as file:  # classes in no order, chunks that no slice matches
        file["c"] = draw.integers(3, 6, 161)
        file.create_dataset("x", data=draw.normal(size=(161, 5)).astype("f4"), chunks=(9, 2), compression="gzip")
    with h5py.File(folder / "vectors.h5", "w") as file:
        file["v"] = draw.normal(size=(2, 12))
    jobs = {
        "reverse": dict(data=dict(dimension=64), ensemble=dict(trajectories=700, batch=37),
                        observe=dict(observables="all", paths=5, histograms="class_entropy,norm2", eigenvalues=3),
                        clones=dict(times="1,2", pairs=300, overlap="path")),
        "heun": dict(data=dict(dimension=8, model="simplex", components=3),
                     ensemble=dict(trajectories=300, integrator="heun", representation="full"),
                     observe=dict(paths=3, states="true")),
        "guided": dict(data=dict(dimension=12, model="simplex", components=3),
                       ensemble=dict(trajectories=300, integrator="euler-maruyama"), guidance={"class": 2, "weight": 1.5},
                       clones=dict(times="0.5", pairs=60)),
        "landscape": dict(data=dict(dimension=12, model="simplex", components=3), landscape=dict(bins=20, vectors="vectors.h5:v"),
                          ensemble=dict(trajectories=300), observe=dict(observables="class_entropy")),
        "forward": dict(data=dict(model="hierarchical", dimension=20), ensemble=dict(trajectories=500, direction="forward"),
                        observe=dict(observables="all")),
        "empirical": dict(data=dict(dimension=6, samples=40, components=3, model="random-clusters"),
                          ensemble=dict(trajectories=200), clones=dict(times="0.5", pairs=50)),
        "quenched": dict(data=dict(dimension=6, samples=40, components=3, model="random-clusters", realisations=3),
                         ensemble=dict(trajectories=230, batch=7), clones=dict(times="0.5", pairs=50),
                         observe=dict(histograms="datum_entropy", paths=100)),
        "corners": dict(data=dict(dimension=3, components=3, model="corners", realisations=4),
                        ensemble=dict(trajectories=60, batch=5, direction="forward", representation="reduced"),
                        observe=dict(observables="all", paths=60, states="true")),
        "points": dict(data=dict(model="dataset-file", file="points.h5", dataset="x", labels="c"),
                       ensemble=dict(trajectories=150), observe=dict(paths=3, states="true"),
                       clones=dict(times="0.5", pairs=50)),
        "entropic": dict(data=dict(dimension=16, components=3, model="random-clusters"),
                         ensemble=dict(trajectories=200, direction="marginal")),
        "common": dict(data=dict(dimension=20, samples=40, model="hierarchical"),
                       ensemble=dict(trajectories=200, direction="marginal", coupling="common"),
                       observe=dict(observables="class_entropy,level_entropy,datum_entropy,data_surprisal,norm2")),
    }
    for name, sections in jobs.items():
        if name == "entropic":
            sections["time"] = dict(grid="entropic", points=7)
        job = configuration(folder, f"{name}.ini", **{**common, **sections})
        reference = None
        for ranks in (1, 2, 3, 5):
            done = run([KAIROS, "run", "-c", job, f"--output.file={name}-{ranks}.h5"], folder, ranks)
            if not check.succeeded(done, f"{name} on {ranks} ranks"):
                continue
            found = datasets(folder / f"{name}-{ranks}.h5")
            reference = reference or found
            check(same_bits(reference, found), f"{name}: bits differ on {ranks} ranks")
    again = run([KAIROS, "run", "-c", folder / "reverse.ini", "--output.file=again.h5", "--ensemble.seed=2"], folder)
    check.succeeded(again, "another seed")
    check(not same_bits(datasets(folder / "reverse-1.h5"), datasets(folder / "again.h5")), "the seed does not matter")


def shards(folder):
    """Ranks that divide the data: the result of one rank to rounding, and the same bits on any number of teams."""
    jobs = {
        "reverse": dict(data=dict(dimension=12, samples=1500, model="simplex", components=3), time=dict(points=9),
                        ensemble=dict(trajectories=400, batch=30), observe=dict(observables="all", paths=4, histograms="datum_entropy"),
                        clones=dict(times="0.5,1", pairs=100)),
        "common": dict(data=dict(dimension=20, samples=900), time=dict(points=9),
                       ensemble=dict(trajectories=300, direction="marginal", coupling="common"),
                       observe=dict(observables="class_entropy,datum_entropy,participation")),
    }
    for name, sections in jobs.items():
        job = configuration(folder, f"shards-{name}.ini", **sections)
        found = {}
        for count, ranks in ((1, 1), (2, 2), (2, 4), (3, 3), (3, 6)):
            file = f"shards-{name}-{count}-{ranks}.h5"
            done = run([KAIROS, "run", "-c", job, f"--run.data-shards={count}", f"--output.file={file}"], folder, ranks)
            if check.succeeded(done, f"{name} with {count} shards on {ranks} ranks"):
                found.setdefault(count, []).append(datasets(folder / file))
        for count, results in found.items():
            check(all(same_bits(results[0], one) for one in results), f"{name}: bits of {count} shards depend on the ranks")
            for key, value in found[1][0].items():
                if key.startswith("observables/") and key.rsplit("/")[-1] in ("mean", "variance", "minimum", "maximum"):
                    other = results[0][key]
                    near = np.isclose(other, value, rtol=1e-10, atol=1e-10 * np.nanmax(abs(value)), equal_nan=True)
                    check(np.all(near), f"{name}: {key} of {count} shards is off by {np.nanmax(abs(other - value))}")
        data_in_a_file(folder, job, name, found)
    refused = run([KAIROS, "run", "-c", folder / "shards-reverse.ini", "--run.data-shards=2"], folder, 3)
    check(refused.returncode == 2 and refused.stderr.count("run.data-shards") == 1 and "3 ranks" in refused.stderr,
          f"2 shards on 3 ranks: exit {refused.returncode} {refused.stderr}")
    planned = run([KAIROS, "plan", "-c", folder / "shards-reverse.ini", "--run.data-shards=2"], folder)
    check("data shards        2" in planned.stdout, f"plan does not say the shards: {planned.stdout}{planned.stderr}")


def data_in_a_file(folder, job, name, in_memory):
    """Bits of results with the data on a disk are those with the data in memory; in_memory: by the number of shards."""
    place = folder / "data"
    place.mkdir(exist_ok=True)
    for count, ranks in ((1, 1), (1, 3), (2, 2)):
        file = f"file-{name}-{count}-{ranks}.h5"
        done = run([KAIROS, "run", "-c", job, f"--run.data-shards={count}", f"--run.data-folder={place}",
                    f"--output.file={file}"], folder, ranks)
        if check.succeeded(done, f"{name} with data in a file on {ranks} ranks"):
            check(same_bits(in_memory[count][0], datasets(folder / file)), f"{name}: bits differ with data in a file, {ranks} ranks")
    check(not list(place.iterdir()), f"{name}: {list(place.iterdir())} left in the data folder")


def quenched(folder):
    """Realisations of the disorder: each has the batches that a plain run with its seed has; their spread is that of their means."""
    job = [KAIROS, "run", "--data.model=random-clusters", "--data.components=3", "--data.dimension=6", "--data.samples=30",
           "--time.list=0.1,0.3,0.5,0.7,1,1.5,2,3", "--ensemble.batch=20"]
    joint = run([*job, "--data.seed=5", "--data.realisations=3", "--ensemble.trajectories=610", "--clones.times=0.5,1",
                 "--clones.pairs=3000", "--output.file=joint.h5"], folder, 2)
    if not check.succeeded(joint, "three realisations"):
        return
    with h5py.File(folder / "joint.h5") as file:
        check(list(file["realisation"][:]) == [5, 6, 7], "the axis of realisations does not hold the seeds")
        check(set(file["realisations"]) == {*file["observables"], "transitions"}, "realisations lack an observable")
        bounds = [0, 11, 21, 31]  # of 31 batches, which the realisations take in turn
        for name in file["observables"]:
            check(np.all(file[f"observables/{name}/count"][:] == 610), f"{name}: not all trajectories count")
            spread_of(file, name, bounds)
        worst = max(np.nanmax(abs(file[f"identities/{n}/z"][()])) for n in file["identities"])
        check(worst < 4.5, f"an identity fails over realisations: |z| = {worst}")
        clones, at = file["clones"], [2, 4]
        for same, name in (("same_datum", "participation"), ("same_class", "class_collision")):
            difference = clones[same][:] - file[f"observables/{name}/mean"][:][at]
            error = np.hypot(clones[f"{same}_stderr"][:], file[f"observables/{name}/stderr"][:][at])
            check(np.all(abs(difference) < 4.5 * error), f"clones over realisations miss {name}: z = {difference / error}")
        for r in range(3):
            alone = run([*job, f"--data.seed={5 + r}", "--ensemble.trajectories=610", "--output.file=alone.h5"], folder)
            if check.succeeded(alone, f"seed {5 + r} alone"):
                with h5py.File(folder / "alone.h5") as other:
                    of_seed(file, other, r, slice(bounds[r], bounds[r + 1]))
    planned = run([KAIROS, "plan", *job[2:], "--data.realisations=3"], folder)
    check("realisations       3" in planned.stdout, f"plan does not say the realisations: {planned.stdout}{planned.stderr}")


def spread_of(file, name, bounds):
    """/realisations/NAME against numpy, from the moments of the batches."""
    group, batches = file[f"realisations/{name}"], {key: values[()] for key, values in file[f"batches/{name}"].items()}
    means, errors = [], []
    for begin, end in zip(bounds, bounds[1:]):
        count, mean, m2 = (batches[key][begin:end] for key in ("count", "mean", "m2"))
        total = count.sum(axis=0)
        means.append((count * mean).sum(axis=0) / total)
        squares = (m2 + count * (mean - means[-1]) ** 2).sum(axis=0)
        errors.append(np.sqrt(squares / (total - 1) / total))
    means, errors = np.array(means), np.array(errors)
    close = dict(rtol=1e-7, atol=1e-10 * np.abs(means).max())
    between = means.var(axis=0, ddof=1)
    check(np.allclose(group["mean"][:], means, **close), f"{name}: means of realisations")
    check(np.allclose(group["stderr"][:], errors, **close), f"{name}: errors of realisations")
    check(np.allclose(group["mean_stderr"][:], np.sqrt(between / 3), **close), f"{name}: error of the average")
    excess = np.maximum(0, between - (errors**2).mean(axis=0))
    check(np.allclose(group["spread"][:] ** 2, excess, rtol=1e-7, atol=1e-10 * between.max()), f"{name}: spread")


def of_seed(file, plain, r, part):
    """Realisation r has every third batch of the plain run of its seed, bit for bit, and transitions that agree with those of all its batches."""
    check("realisations" not in plain and "realisation" not in plain, "a plain run has realisations")
    for name in file["batches"]:
        for key in ("count", "mean", "m2", "m3", "m4"):
            check(file[f"batches/{name}/{key}"][part].tobytes() == plain[f"batches/{name}/{key}"][r::3].tobytes(),
                  f"{name}: {key} of the batches of realisation {r} is not that of its seed")
    for name, group in file["realisations/transitions"].items():
        other = plain[f"transitions/{name}"]
        error = np.hypot(group["stderr"][r], other["stderr"][()])
        check(not abs(group["time"][r] - other["time"][()]) > 4.5 * error, f"{name} of realisation {r}: {group['time'][r]}, {other['time'][()]}")
    check("speciation_clones" in file["realisations/transitions"], "realisations have no speciation times")
    check("speciation_spectral" in plain["transitions"] and "speciation_spectral" not in file["transitions"]
          and "speciation_spectral" not in file["realisations/transitions"], "the spectral time of one draw stands for all")


def published_figures(folder):
    """phi(t) of two clusters at d = 1024, by theory, by collision and by real clones; the reduced law at d = 10^9."""
    times = ",".join(str(t) for t in PHI)
    done = run([KAIROS, "run", "--data.dimension=1024", "--time.list=0.1," + times + ",6", "--process.t-max=6",
                "--process.t-min=0.1", "--ensemble.trajectories=20000", f"--clones.times={times}", "--clones.pairs=10000",
                "--output.file=phi.h5"], folder, 2)
    if check.succeeded(done, "published figures"):
        with h5py.File(folder / "phi.h5") as file:
            at = [int(np.argmin(abs(file["time"][:] - t))) for t in PHI]
            phi = np.array(list(PHI.values()))
            group = file["observables/class_collision"]
            check(np.all(abs(file["theory/class_collision"][:][at] - phi) < 6e-5), "theory misses the published phi")
            check(np.all(abs(group["mean"][:][at] - phi) < 4.5 * group["stderr"][:][at] + 5e-5), "collision misses phi")
            clones = file["clones"]
            check(np.all(abs(clones["same_class"][:] - phi) < 4.5 * clones["same_class_stderr"][:] + 5e-5), "clones miss phi")
            check(np.all(abs(clones["class_collision"][:] - phi) < 4.5 * clones["class_collision_stderr"][:] + 5e-5), "collision where clones branch misses phi")
            check(np.all(clones["class_collision_stderr"][:] < clones["same_class_stderr"][:]), "collision is no better than counting")
            worst = max(np.nanmax(abs(file[f"identities/{n}/z"][()])) for n in file["identities"])
            check(worst < 4.5, f"an identity fails: |z| = {worst}")
            check(file["clones/same_class_stderr"][2] < 0.0045, "10,000 pairs have binomial errors")
    huge = run([KAIROS, "run", "--data.dimension=1e9", "--process.t-max=16", "--ensemble.trajectories=2000",
                "--output.file=huge.h5"], folder, 2, timeout=60)
    if check.succeeded(huge, "d = 1e9"):
        with h5py.File(folder / "huge.h5") as file:
            theory = file["theory/class_entropy"][:]
            z = (file["observables/class_entropy/mean"][:] - theory) / file["observables/class_entropy/stderr"][:]
            common = theory > 0.02  # below, the average hangs on a few of the 2000 paths
            check(np.sum(common) > 5 and np.all(abs(z[common]) < 4.5), f"class entropy at d = 1e9: z = {z[common]}")
            found = file["transitions/speciation_spectral/time"][()]
            check(abs(found - 0.5 * np.log(1e9 + 1)) < 1e-9, f"spectral time {found} at d = 1e9")


def collapse(folder):
    """Labelled data: speciation and collapse in one run, every criterion near the theory, the chain rule in every state."""
    done = run([KAIROS, "run", "--data.dimension=32", "--data.samples=1000", "--process.t-min=0.05", "--process.t-max=6",
                "--time.points=40", "--ensemble.trajectories=600", "--observe.observables=default,excess_entropy,excess_entropy_ratio",
                "--output.file=data.h5"], folder, 2)
    if not check.succeeded(done, "collapse"):
        return
    with h5py.File(folder / "data.h5") as file:
        found = {name: {key: item[()] for key, item in group.items()} for name, group in file["transitions"].items()}
        theory = 0.5 * np.log(1 + 1 / np.expm1(2 * np.log(1000) / 32))
        excess = found["collapse_excess_entropy"]
        check(abs(excess["theory"] - theory) < 1e-9, f"collapse theory {excess['theory']}, not {theory}")
        check(excess["ci95_low"] < theory < excess["ci95_high"] and excess["stderr"] < 0.1, f"collapse {excess}")
        for name in ("participation", "entropy_variance", "nearest"):
            other = found[f"collapse_{name}"]
            check(abs(other["time"] - theory) < 0.5 * theory and other["ci95_low"] < other["time"] < other["ci95_high"], f"{name} {other}")
        last = file["decisions/datum_last_change"]
        check(found["collapse_nearest"]["time"] == last["mean"][()], "collapse_nearest is not the mean last change")
        check(found["speciation_clones"]["time"] > excess["time"], f"speciation before collapse: {found}")
        entropy, d, n = file["observables/datum_entropy/mean"][:], 32, 1000
        for name, unit in (("excess_entropy", d), ("excess_entropy_ratio", np.log(n))):
            for where in (f"observables/{name}/mean", f"theory/{name}"):
                wanted = entropy if where.startswith("observables") else file["theory/datum_entropy"][:]
                check(np.allclose(file[where][:] * unit, wanted, rtol=1e-12), f"{where} is not the datum entropy over {unit}")
        chain = file["identities/chain_rule"]
        check(np.all(chain["z"][:] == 0) and np.allclose(chain["value"][:], entropy), "chain rule")


def untold_identities(folder):
    """What a run cannot test says nothing: it is absent, or NaN in all that is reported of it."""
    job = [KAIROS, "run", "--data.dimension=16", "--ensemble.trajectories=500"]
    if not check.succeeded(run([*job, "--time.points=12", "--output.file=coarse.h5"], folder), "coarse grid"):
        return
    check.succeeded(run([*job, "--time.points=24", "--output.file=fine.h5"], folder), "fine grid")
    with h5py.File(folder / "coarse.h5") as coarse, h5py.File(folder / "fine.h5") as fine:
        check("rate_derivative" not in coarse["identities"], "every interval is too wide, and yet rate_derivative is there")
        check(np.any(fine["identities/rate_derivative/stderr"][:] > 0), "rate_derivative tests nothing on a fine grid")
        for file in (coarse, fine):
            fluctuation = {key: file[f"identities/fluctuation/{key}"][:] for key in ("value", "expected", "stderr", "z")}
            untold = np.isnan(fluctuation["z"])
            check(untold.any() and not untold[0], "fluctuation is told at t-min alone")
            check(all(np.isnan(values[untold]).all() for values in fluctuation.values()), "fluctuation is reported where it cannot be")


def clean_ends(folder):
    """Interrupts and failures leave no half file and the earlier result as it was."""
    check.succeeded(run([KAIROS, "run", "--ensemble.trajectories=100", "--time.points=4"], folder), "small run")
    before = (folder / "result.h5").read_bytes()
    long_run = [str(KAIROS), "run", "--ensemble.trajectories=100000000", "--ensemble.batch=10000"]
    for launcher, sent, allowed in (([], signal.SIGINT, {75}), (["mpirun", "-n", "2"], signal.SIGINT, None)):
        process = subprocess.Popen(launcher + long_run, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(2.5)
        process.send_signal(sent)
        _, errors = process.communicate(timeout=30)
        check(process.returncode != 0 and (allowed is None or process.returncode in allowed),
              f"{launcher} {sent}: exit {process.returncode} {errors}")
        check((folder / "result.h5").read_bytes() == before, "an interrupted run changed the earlier result")
        check(not list(folder.glob("*.part")), "an interrupted run left a part of a file")
    for kept in folder.glob("*.checkpoint*"):
        kept.unlink()  # of another configuration than what follows
    diverging = [KAIROS, "run", "--data.dimension=4", "--ensemble.integrator=euler-maruyama", "--time.list=0.0001,0.0002,10",
                 "--process.t-min=0.0001", "--data.sigma=0", "--ensemble.trajectories=50", "--data.separation=1e200"]
    for ranks in (0, 2, 3):
        done = run(diverging, folder, ranks, timeout=60)
        check(done.returncode == 5, f"non-finite state on {ranks} ranks: exit {done.returncode} {done.stderr}")
        check(done.stderr.count("is not finite") == 1 and "seed" in done.stderr, f"non-finite state is not located: {done.stderr}")
    check((folder / "result.h5").read_bytes() == before, "a failed run changed the earlier result")


def other_commands(folder):
    done = run([KAIROS, "plan", "--data.dimension=1024", "--output.file=never.h5"], folder)
    check.succeeded(done, "plan")
    for words in ("dimension = 1024", "speciation_spectral", "memory per rank", "memory per node", "estimated time", "operations"):
        check(words in done.stdout, f"plan does not say: {words}")
    check(not (folder / "never.h5").exists(), "plan wrote a file")
    done = run([KAIROS, "plan", "--data.dimension=256", "--data.samples=20000", "--time.points=3"], folder)
    check.succeeded(done, "plan of data")
    times = dict(line.split() for line in done.stdout.splitlines() if re.match(r"  (speciation|collapse)_\w+ +[\d.]+$", line))
    check(abs(float(times.get("collapse_excess_entropy", "nan")) - 1.2988) < 5e-5, f"collapse of 20000 data in 256 dimensions: {times}")
    check("speciation_spectral" in times, f"plan of labelled data: {times}")
    done = run([KAIROS, "analyze", folder / "phi.h5"], folder)
    check.succeeded(done, "analyze")
    for words in ("speciation_clones", "class_last_change", "stein"):
        check(words in done.stdout, f"analyze does not say: {words}")
    for words in (["--version"], ["--help"], ["run", "--help"]):
        check.succeeded(run([KAIROS, *words], folder), " ".join(words))


with tempfile.TemporaryDirectory() as scratch:
    for part in (rank_counts, shards, quenched, published_figures, collapse, untold_identities, clean_ends, other_commands):
        part(pathlib.Path(scratch))
check.finish()
