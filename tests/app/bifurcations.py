#!/usr/bin/python3
"""bifurcations.py KAIROS: /bifurcation as a run writes it: the same bits on any ranks, the contract's layout to h5py and xarray, critical
times of laws that have them in closed form, empty tables, what plan and run say."""
import pathlib
import sys
import tempfile

import h5py
import numpy as np
import xarray

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import Checks, run  # noqa: E402
from results import same_bits  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
SMALL = ["--ensemble.trajectories=20", "--time.points=4"]
PITCHFORK, TRANSCRITICAL, SADDLE_NODE = 0, 1, 2
FOUR = [[1.5, 0.4], [-1.0, 1.3], [0.3, -1.4], [2.2, -2.0]]
check = Checks()


def rank_counts(folder):
    with h5py.File(folder / "four.h5", "w") as file:
        file["x"] = FOUR
    jobs = {"clusters": ["--data.model=random-clusters", "--data.components=4", "--data.dimension=16", "--data.sigma=0.5", "--bifurcation.drift=both"],
            "data": ["--data.model=dataset-file", "--data.file=four.h5", "--data.dataset=x", "--process.kind=ve", "--process.t-min=0.02",
                     "--process.t-max=6", "--bifurcation.drift=sde"],
            "drawn": ["--data.samples=12", "--data.dimension=3", "--process.t-min=0.05", "--bifurcation.drift=ode"]}
    for name, arguments in jobs.items():
        for ranks in (1, 2, 3):
            done = run([KAIROS, "run", *arguments, *SMALL, f"--output.file={name}-{ranks}.h5"], folder, ranks)
            if check.succeeded(done, f"{name} on {ranks} ranks") and ranks > 1:
                same_bits(check, folder / f"{name}-1.h5", folder / f"{name}-{ranks}.h5", f"{name} on {ranks} ranks")
    seed = run([KAIROS, "run", *jobs["clusters"], *SMALL, "--ensemble.seed=9", "--output.file=seed.h5"], folder)
    if check.succeeded(seed, "another seed of the ensemble"):
        same_bits(check, folder / "clusters-1.h5", folder / "seed.h5", "the diagram with another seed of the ensemble", ("bifurcation",))


def layout(folder):
    """Names, shapes, types and scales of every array, and what xarray makes of a group."""
    path = folder / "clusters-1.h5"
    with h5py.File(path) as file:
        check(set(file["bifurcation"]) == {"sde", "ode"}, f"drifts: {set(file['bifurcation'])}")
        for drift, group in file["bifurcation"].items():
            events, points, modes = (len(group[axis]) for axis in ("event", "point", "mode"))
            shapes = {"event_time": (events,), "event_kind": (events,), "event_position": (events, modes), "branch_time": (points,),
                      "branch_id": (points,), "branch_unstable": (points,), "branch_position": (points, modes)}
            check(set(group) == {*shapes, "event", "point", "mode"}, f"{drift} holds {set(group)}")
            for name, shape in shapes.items():
                check(group[name].shape == shape, f"{drift}/{name} has shape {group[name].shape}, not {shape}")
                check(all(len(group[name].dims[i]) == 1 for i in range(len(shape))), f"{drift}/{name} has a bare axis")
            kinds = group["event_kind"]
            check(kinds.dtype.kind == "i" and group["branch_id"].dtype.kind == "i" and group["branch_unstable"].dtype.kind == "i",
                  f"{drift}: kinds and counts are no integers")
            check(list(kinds.attrs["flag_values"]) == [PITCHFORK, TRANSCRITICAL, SADDLE_NODE] and kinds.attrs["flag_values"].dtype == kinds.dtype, f"{drift}: flag_values")
            meanings = kinds.attrs["flag_meanings"]
            check((meanings.decode() if isinstance(meanings, bytes) else meanings) == "pitchfork transcritical saddle-node", f"{drift}: {meanings}")
            times = group["branch_time"][:]
            check(times.min() >= file["time"][0] and times.max() <= file["time"][-1], f"{drift}: times outside of the process")
            check(np.all(np.diff(group["event_time"][:]) >= 0), f"{drift}: events do not ascend")
            check(np.all(np.diff(group["branch_id"][:]) >= 0) and group["branch_id"][0] == 0, f"{drift}: branches are not in order")
            check(np.isfinite(group["branch_position"][:]).all(), f"{drift}: positions are not finite")
    for engine in ("h5netcdf", "netcdf4"):
        try:
            data = xarray.open_dataset(path, group="/bifurcation/sde", engine=engine)
        except (ValueError, ImportError):  # not installed
            continue
        with data:
            check(data["branch_position"].dims == ("point", "mode") and data["event_position"].dims == ("event", "mode"),
                  f"{engine}: dimensions {data.sizes}")


def critical_times(folder):
    """Two clusters of mu = sigma = 1 in 1024 dimensions under ou: t* = log(2 d)/2 for the SDE, none for the flow. A simplex."""
    done = run([KAIROS, "run", "--data.dimension=1024", "--bifurcation.drift=both", *SMALL, "--output.file=two.h5"], folder)
    if check.succeeded(done, "two clusters"):
        check("pitchfork" in done.stdout and "bifurcations (ode)" in done.stdout, f"run says nothing of bifurcations: {done.stdout}")
        with h5py.File(folder / "two.h5") as file:
            sde, ode = file["bifurcation/sde"], file["bifurcation/ode"]
            stability = file["transitions/speciation_stability/time"][()]
            check(list(sde["event_kind"][:]) == [PITCHFORK], f"kinds {sde['event_kind'][:]}")
            check(abs(sde["event_time"][0] - 0.5 * np.log(2048)) < 1e-8, f"t* = {sde['event_time'][:]}")
            check(abs(sde["event_time"][0] - stability) < 1e-8, f"t* = {sde['event_time'][:]} against {stability}")
            check(ode["event_time"].shape == (0,) and ode["event_position"].shape == (0, 1), "the flow has a bifurcation under ou")
            check("flag_meanings" in ode["event_kind"].attrs, "an empty table lacks its attributes")
            check(set(ode["branch_unstable"][:]) == {1}, f"the midpoint under the flow: {set(ode['branch_unstable'][:])}")
    done = run([KAIROS, "run", "--data.model=simplex", "--data.components=3", "--data.dimension=64", "--bifurcation.drift=sde", *SMALL,
                "--output.file=three.h5"], folder)
    if check.succeeded(done, "simplex"):
        with h5py.File(folder / "three.h5") as file:
            group = file["bifurcation/sde"]
            kinds, times = group["event_kind"][:], group["event_time"][:]
            check(sorted(kinds) == [TRANSCRITICAL] + [SADDLE_NODE] * 3, f"simplex: {kinds}")
            check(np.ptp(times[kinds == SADDLE_NODE]) < 1e-8 and times[kinds == SADDLE_NODE].min() > times[kinds == TRANSCRITICAL].max(),
                  f"simplex: {times}")
            # rho = kappa alpha^2/Gamma with Gamma = 1, rho = 1/2, kappa = 64/2
            check(abs(times[kinds == TRANSCRITICAL][0] - 0.5 * np.log(64)) < 1e-8, f"simplex: {times}")


def generic_data(folder):
    """Points in general position: branches fold, and none cross."""
    for seed in (5, 8):
        points = np.random.default_rng(seed).standard_normal((200, 3))
        with h5py.File(folder / "points.h5", "w") as file:
            file["points"] = points
        done = run([KAIROS, "run", "--data.model=dataset-file", "--data.file=points.h5", "--data.dataset=points", "--bifurcation.drift=sde",
                    "--ensemble.trajectories=8", "--time.points=3", "--output.file=generic.h5", "--run.resume=never"], folder)
        if not check.succeeded(done, f"200 points of seed {seed}"):
            continue
        with h5py.File(folder / "generic.h5") as file:
            group = file["bifurcation/sde"]
            search = group.attrs["search"]
            kinds, times, places = (group[f"event_{name}"][:] for name in ("kind", "time", "position"))
        check(search == "complete" and len(kinds) > 200 and set(kinds) == {SADDLE_NODE}, f"seed {seed}: {search}, kinds {np.bincount(kinds)}")
        worst = max(abs(smallest_eigenvalue(points, u, t)) for u, t in zip(places, times))
        check(worst < 1e-3, f"seed {seed}: an eigenvalue of J that should vanish is {worst}")


def smallest_eigenvalue(points, x, t):
    """Of the drift x + 2 s of ou about x, in units of 2/sigma^2."""
    alpha, variance = np.exp(-t), -np.expm1(-2 * t)
    logits = -((x - alpha * points) ** 2).sum(axis=1) / (2 * variance)
    weights = np.exp(logits - logits.max())
    weights /= weights.sum()
    centred = points - weights @ points
    values = np.linalg.eigvalsh((0.5 * variance - 1) * np.eye(len(x)) + alpha**2 / variance * (centred.T * weights) @ centred)
    return values[np.abs(values).argmin()]


def bounded(folder):
    """A search that ends at its bound says so, in the summary and in the file; one that does not is complete."""
    job = [KAIROS, "run", "--data.samples=40", "--data.dimension=5", "--bifurcation.drift=sde", *SMALL]
    found = {}
    for bound in ("1e7", "2e12"):
        done = run([*job, f"--bifurcation.operations={bound}", f"--output.file=bound-{bound}.h5"], folder)
        if not check.succeeded(done, f"at most {bound} operations"):
            return
        with h5py.File(folder / f"bound-{bound}.h5") as file:
            found[bound] = file["bifurcation/sde"].attrs["search"], len(file["bifurcation/sde/event"])
        check(("the search ended at its bound, bifurcation.operations" in done.stdout) == (bound == "1e7"), f"{bound}: {done.stdout}")
    check(found["1e7"][0] == "ended at its bound of operations" and found["2e12"][0] == "complete", f"search: {found}")
    check(found["1e7"][1] < found["2e12"][1], f"events: {found}")


def refused_and_planned(folder):
    done = run([KAIROS, "plan", "--data.model=simplex", "--data.components=3", "--data.dimension=64", "--bifurcation.drift=both",
                "--output.file=never.h5"], folder)
    check.succeeded(done, "plan")
    check("sde, ode: fixed points of 3 components in 2 coordinates" in done.stdout, f"plan does not name the bifurcations: {done.stdout}")
    check(not (folder / "never.h5").exists(), "plan wrote a file")
    with h5py.File(folder / "many.h5", "w") as file:
        file["x"] = np.zeros((1001, 2))
    done = run([KAIROS, "run", "--data.model=dataset-file", "--data.file=many.h5", "--data.dataset=x", "--bifurcation.drift=sde"], folder, 2)
    check(done.returncode == 2 and done.stderr.count("bifurcation.drift = sde asks for the fixed points of 1001 data") == 1,
          f"1001 data: exit {done.returncode} {done.stderr}")
    done = run([KAIROS, "run", *SMALL, "--output.file=none.h5"], folder)
    check.succeeded(done, "no bifurcations")
    with h5py.File(folder / "none.h5") as file:
        check("bifurcation" not in file, "a run that traces nothing has /bifurcation")


with tempfile.TemporaryDirectory() as scratch:
    for part in (rank_counts, layout, critical_times, generic_data, bounded, refused_and_planned):
        part(pathlib.Path(scratch))
check.finish()
