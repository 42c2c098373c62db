#!/usr/bin/python3
"""rank_counts.py KAIROS: a configuration and a seed have the same bits on any number of ranks, whatever the law, the direction and where the
data are; ranks that share the data agree to rounding."""
import pathlib
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import Checks, configuration, run  # noqa: E402
from results import bits, same_bits  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()
JOBS = {
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
                     ensemble=dict(trajectories=200, direction="marginal"), time=dict(grid="entropic", points=7)),
    "common": dict(data=dict(dimension=20, samples=40, model="hierarchical"),
                   ensemble=dict(trajectories=200, direction="marginal", coupling="common"),
                   observe=dict(observables="class_entropy,level_entropy,datum_entropy,data_surprisal,norm2")),
}


def rank_counts(folder):
    """Bitwise equal results on 1, 2, 3 and 5 ranks, for every direction and several laws."""
    common = dict(time=dict(points=9), output=dict(file="r.h5"))
    draw = np.random.default_rng(5)
    with h5py.File(folder / "points.h5", "w") as file:  # classes in no order, chunks that no slice matches
        file["c"] = draw.integers(3, 6, 161)
        file.create_dataset("x", data=draw.normal(size=(161, 5)).astype("f4"), chunks=(9, 2), compression="gzip")
    with h5py.File(folder / "vectors.h5", "w") as file:
        file["v"] = draw.normal(size=(2, 12))
    for name, sections in JOBS.items():
        job = configuration(folder, f"{name}.ini", **{**common, **sections})
        for ranks in (1, 2, 3, 5):
            done = run([KAIROS, "run", "-c", job, f"--output.file={name}-{ranks}.h5"], folder, ranks)
            if check.succeeded(done, f"{name} on {ranks} ranks") and ranks > 1:
                same_bits(check, folder / f"{name}-1.h5", folder / f"{name}-{ranks}.h5", f"{name} on {ranks} ranks")
    again = run([KAIROS, "run", "-c", folder / "reverse.ini", "--output.file=again.h5", "--ensemble.seed=2"], folder)
    check.succeeded(again, "another seed")
    check(bits(folder / "reverse-1.h5") != bits(folder / "again.h5"), "the seed does not matter")


def same_to_rounding(one, sharded, what):
    with h5py.File(one) as whole, h5py.File(sharded) as parts:
        for name, group in whole["observables"].items():
            for key in ("mean", "variance", "minimum", "maximum"):
                value, other = group[key][:], parts[f"observables/{name}/{key}"][:]
                near = np.isclose(other, value, rtol=1e-10, atol=1e-10 * np.nanmax(abs(value)), equal_nan=True)
                check(np.all(near), f"{what}: {key} of {name} is off by {np.nanmax(abs(other - value))}")


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
                found.setdefault(count, []).append(folder / file)
        for count, files in found.items():
            for file in files[1:]:
                same_bits(check, files[0], file, f"{name}, {count} shards on more ranks")
            if count > 1:
                same_to_rounding(found[1][0], files[0], f"{name}, {count} shards")
        data_in_a_file(folder, job, name, found)
    refused = run([KAIROS, "run", "-c", folder / "shards-reverse.ini", "--run.data-shards=2"], folder, 3)
    check(refused.returncode == 2 and refused.stderr.count("run.data-shards") == 1 and "3 ranks" in refused.stderr,
          f"2 shards on 3 ranks: exit {refused.returncode} {refused.stderr}")
    planned = run([KAIROS, "plan", "-c", folder / "shards-reverse.ini", "--run.data-shards=2"], folder)
    check("data shards        2" in planned.stdout, f"plan does not say the shards: {planned.stdout}{planned.stderr}")


def data_in_a_file(folder, job, name, in_memory):
    """Bits of results with the data on a disk are those with the data in memory; in_memory: results by the number of shards."""
    place = folder / "data"
    place.mkdir(exist_ok=True)
    for count, ranks in ((1, 1), (1, 3), (2, 2)):
        file = f"file-{name}-{count}-{ranks}.h5"
        done = run([KAIROS, "run", "-c", job, f"--run.data-shards={count}", f"--run.data-folder={place}",
                    f"--output.file={file}"], folder, ranks)
        if check.succeeded(done, f"{name} with data in a file on {ranks} ranks"):
            same_bits(check, in_memory[count][0], folder / file, f"{name}, data in a file, {ranks} ranks")
    check(not list(place.iterdir()), f"{name}: {list(place.iterdir())} left in the data folder")


with tempfile.TemporaryDirectory() as scratch:
    for part in (rank_counts, shards):
        part(pathlib.Path(scratch))
check.finish()
