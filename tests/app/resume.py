#!/usr/bin/python3
"""resume.py KAIROS: runs that are interrupted in every way and go on, on another number of ranks, have the bits of one that was not."""
import os
import pathlib
import signal
import sys
import tempfile
import time

import h5py

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from everything import SECTIONS  # noqa: E402
from kairos_runs import INTERRUPTED, Checks, configuration, programs_of, run, start  # noqa: E402
from results import same_bits  # noqa: E402
from resuming import alone, complete  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()


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
        complete(check, [KAIROS, "run", *JOB], folder, then, what)
        same_bits(check, whole, folder / "r.h5", what)
        alone(check, folder)


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
    alone(check, folder)


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
    alone(check, folder)
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
check.finish()
