#!/usr/bin/python3
"""resume.py KAIROS: runs that are interrupted in every way and go on, on another number of ranks, have the bits of one that was not; damaged
and foreign checkpoints."""
import os
import pathlib
import signal
import sys
import tempfile
import time

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from everything import SECTIONS  # noqa: E402
from kairos_runs import Checks, configuration, programs_of, run, start  # noqa: E402
from results import same_bits  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()
INTERRUPTED = 75


def begin(folder, ranks, *keys):
    return start([KAIROS, "run", *JOB, "--output.file=r.h5", *keys], folder, ranks)


def at_work(process, ranks):
    """Waits until all ranks are there and have begun."""
    end = time.monotonic() + 60
    while ranks > 0 and (len(programs_of(process)) < ranks or programs_of(process) == [process.pid]):
        if process.poll() is not None or time.monotonic() > end:
            check(False, f"{ranks} ranks did not come up")
            return
        time.sleep(0.05)
    time.sleep(0.8)


def alone(folder):
    """Nothing is left but the result."""
    names = sorted(path.name for path in folder.iterdir())
    return check(names == ["r.h5"], f"left behind: {names}")


def complete(folder, ranks, what):
    done = run([KAIROS, "run", *JOB, "--output.file=r.h5"], folder, ranks)
    check.succeeded(done, what)
    check("resuming from" in done.stderr, f"{what} does not say that it resumes: {done.stderr}")


def end(process, what, code=INTERRUPTED):
    out, err = process.communicate(timeout=120)
    check(process.returncode == code, f"{what}: exit {process.returncode}\n{out}{err}")
    check(err.count("kairos: interrupted by") == 1, f"{what}: the message came {err.count('kairos: interrupted by')} times\n{err}")
    return err


def signals(base, whole):
    """Signals and a wall time: exit 75 and a checkpoint, and the rest by any number of ranks."""
    ways = [(0, signal.SIGTERM, "program", 2), (0, signal.SIGINT, "program", 3), (2, signal.SIGUSR1, "launcher", 1),
            (3, signal.SIGTERM, "rank", 2), (2, signal.SIGUSR1, "rank", 0)]
    for ranks, sent, whom, then in ways:
        what = f"{sent.name} to the {whom} of {ranks} ranks, then {then}"
        folder = base / f"signal-{sent.name}-{whom}-{ranks}"
        folder.mkdir()
        (folder / "r.h5").write_bytes(b"an earlier file")
        process = begin(folder, ranks)
        at_work(process, ranks)
        os_kill(programs_of(process)[-1] if whom == "rank" else process.pid, sent)
        err = end(process, what)
        check(sent.name in err and "r.h5.checkpoint" in err, f"{what}: {err}")
        check((folder / "r.h5").read_bytes() == b"an earlier file", f"{what} touched the earlier file")
        complete(folder, then, what)
        same_bits(check, whole, folder / "r.h5", what)
        alone(folder)


def os_kill(pid, sent):
    try:
        os.kill(pid, sent)
    except ProcessLookupError:
        check(False, "the run had ended before the signal came")


def wall_time(base, whole):
    """Slices of a second, on 1, 2 and 3 ranks in turn, until it is complete."""
    folder = base / "wall"
    folder.mkdir()
    for turn in range(80):
        done = run([KAIROS, "run", *JOB, "--output.file=r.h5", "--run.walltime=0.5"], folder, turn % 3 + 1)
        if done.returncode == 0:
            break
        check(done.returncode == INTERRUPTED and "run.walltime = 0.5" in done.stderr, f"slice {turn}: {done.returncode} {done.stderr}")
    check(done.returncode == 0 and turn > 1, f"{turn} slices, exit {done.returncode}")
    same_bits(check, whole, folder / "r.h5", "slices of wall time")
    with h5py.File(folder / "r.h5") as file:
        check(file.attrs["wall_seconds"] > 0.5 * turn, f"wall_seconds {file.attrs['wall_seconds']} of {turn} slices")
    alone(folder)


def long_batches(base):
    """Batches of minutes do not hold up the end for longer than the grace; teams that share data agree on it."""
    slow = ["--data.dimension=200", "--ensemble.trajectories=4000", "--ensemble.batch=2000", "--ensemble.integrator=euler-maruyama",
            "--time.substeps=4000", "--run.grace=1", "--run.walltime=1.5"]
    data = [*slow, "--data.samples=600", "--time.points=9", "--run.data-shards=2"]
    for keys, ranks in ((slow, 1), (slow, 2), (data, 2)):
        folder = base / f"long-{ranks}-{len(keys)}"
        folder.mkdir()
        begin = time.monotonic()
        done = run([KAIROS, "run", *keys, "--output.file=r.h5"], folder, ranks, timeout=100)
        spent = time.monotonic() - begin
        check(done.returncode == INTERRUPTED and spent < 20, f"grace: exit {done.returncode} after {spent:.1f} s\n{done.stderr}")
        check(" 0 of 2 batches" in done.stderr, f"grace: {done.stderr}")


def while_tracing(base):
    """Bifurcations are traced before the first batch: the end is the same there, and the same command goes on."""
    folder = base / "tracing"
    folder.mkdir()
    keys = ["--data.samples=40", "--data.dimension=30", "--bifurcation.drift=sde", "--ensemble.trajectories=64", "--time.points=5", "--output.file=r.h5"]
    for ranks, sent in ((0, signal.SIGTERM), (2, None)):
        process = start([KAIROS, "run", *keys, *([] if sent else ["--run.walltime=0.3"])], folder, ranks)
        if sent:
            time.sleep(1)
            os_kill(process.pid, sent)
        err = end(process, f"while tracing on {ranks} ranks")
        check("0 of " in err and "r.h5.checkpoint" in err, err)
    check.succeeded(run([KAIROS, "run", *keys], folder, 2), "traced after all")
    alone(folder)
    check.succeeded(run([KAIROS, "run", *keys[:-1], "--output.file=whole.h5"], folder), "never stopped")
    same_bits(check, folder / "whole.h5", folder / "r.h5", "interrupted while tracing")


def impatience(base):
    """SIGINT twice: at once, nothing more is written. run.checkpoint = none: nothing is kept."""
    for keys, times in (([], 2), (["--run.checkpoint=none"], 1)):
        folder = base / f"impatience-{times}"
        folder.mkdir()
        process = begin(folder, 0, "--ensemble.batch=2048", "--time.substeps=3000", *keys)
        for _ in range(times):
            time.sleep(1.0)
            os_kill(process.pid, signal.SIGINT)
        end(process, f"SIGINT {times} times", 1)
        check(not list(folder.iterdir()), f"left behind: {list(folder.iterdir())}")


def interrupted(base, name):
    """A folder with two checkpoints of the job."""
    folder = base / name
    folder.mkdir()
    done = run([KAIROS, "run", *JOB, "--output.file=r.h5", "--run.walltime=1.5", "--run.checkpoint-interval=0.3"], folder, 1)
    check(done.returncode == INTERRUPTED, f"{name}: exit {done.returncode} {done.stderr}")
    check((folder / "r.h5.checkpoint").exists() and (folder / "r.h5.checkpoint.previous").exists(), "no two checkpoints")
    return folder


def damage(base, whole):
    """Cut, or with a wrong byte in the moments or in the number of a batch: the one before is used, and if that is bad too the run begins anew; it says so."""
    folder = interrupted(base, "damage")
    newest, before = folder / "r.h5.checkpoint", folder / "r.h5.checkpoint.previous"
    good = newest.read_bytes()
    newest.write_bytes(good[:len(good) // 2])
    done = run([KAIROS, "run", *JOB, "--output.file=r.h5"], folder, 2)
    check.succeeded(done, "the previous checkpoint")
    check("r.h5.checkpoint is damaged" in done.stderr and "resuming from r.h5.checkpoint.previous" in done.stderr, done.stderr)
    same_bits(check, whole, folder / "r.h5", "from the previous checkpoint")
    alone(folder)
    folder = interrupted(base, "wrong-byte")
    for path in (folder / newest.name, folder / before.name):
        with h5py.File(path, "r+") as file:
            moments, batch = file["ensemble/moments"], file["ensemble/batch"]
            if path.suffix == ".previous":  # a batch under the number of another
                batch[0] = max(batch[:]) + 1
            else:
                moments[len(moments) // 2, 3] = np.nextafter(moments[len(moments) // 2, 3], 9e9)
    done = run([KAIROS, "run", *JOB, "--output.file=r.h5"], folder, 3)
    check.succeeded(done, "no good checkpoint")
    check(done.stderr.count("does not have its checksum") == 2 and "resuming" not in done.stderr, done.stderr)
    same_bits(check, whole, folder / "r.h5", "anew")


def foreign(base):
    """A checkpoint of another configuration or version is refused, and names the key; run.resume = never goes past it."""
    folder = interrupted(base, "foreign")
    output = ["--output.file=r.h5"]
    check.refused(KAIROS, "run", [*JOB, *output, "--ensemble.seed=6"], folder, {3}, ["ensemble.seed = 5", "has 6", "run.resume = never"])
    check.refused(KAIROS, "run", [*JOB, *output, "--data.dimension=49"], folder, {3}, ["data.dimension = 48", "has 49"])
    anew = run([KAIROS, "run", *JOB, *output, "--ensemble.trajectories=64", "--run.resume=never"], folder)
    check.succeeded(anew, "run.resume = never")
    check("resuming" not in anew.stderr, anew.stderr)
    folder = interrupted(base, "version")
    for path in folder.glob("*.checkpoint*"):
        with h5py.File(path, "r+") as file:
            file.attrs["kairos_version"] = "0.0.1"
    check.refused(KAIROS, "run", [*JOB, *output], folder, {3}, ["was written by kairos 0.0.1"])


with tempfile.TemporaryDirectory() as name:
    base = pathlib.Path(name)
    JOB = ["-c", str(configuration(base, "job.ini", **SECTIONS))]
    check.succeeded(run([KAIROS, "run", *JOB, "--output.file=whole.h5"], base, 1), "uninterrupted")
    whole = base / "whole.h5"
    signals(base, whole)
    wall_time(base, whole)
    long_batches(base)
    while_tracing(base)
    impatience(base)
    damage(base, whole)
    foreign(base)
check.finish()
