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
from results import same_bits, sealed  # noqa: E402

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


def complete(folder, ranks, what, job=None):
    done = run([KAIROS, "run", *(job or JOB), "--output.file=r.h5"], folder, ranks)
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
    """A folder with two checkpoints of the short job."""
    folder = base / name
    folder.mkdir()
    done = run([KAIROS, "run", *SHORT, "--output.file=r.h5", "--run.walltime=0.25", "--run.checkpoint-interval=0.05"], folder, 1)
    check(done.returncode == INTERRUPTED, f"{name}: exit {done.returncode} {done.stderr}")
    check((folder / "r.h5.checkpoint").exists() and (folder / "r.h5.checkpoint.previous").exists(), "no two checkpoints")
    return folder


def damage(base, whole):
    """Cut, or with a wrong byte in the moments or in the number of a batch: the one before is used, and if that is bad too the run begins anew; it says so."""
    folder = interrupted(base, "damage")
    newest, before = folder / "r.h5.checkpoint", folder / "r.h5.checkpoint.previous"
    good = newest.read_bytes()
    newest.write_bytes(good[:len(good) // 2])
    done = run([KAIROS, "run", *SHORT, "--output.file=r.h5"], folder, 2)
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
        sealed(path)
    done = run([KAIROS, "run", *SHORT, "--output.file=r.h5"], folder, 3)
    check.succeeded(done, "no good checkpoint")
    check(done.stderr.count("does not have its checksum") == 2 and "resuming" not in done.stderr, done.stderr)
    same_bits(check, whole, folder / "r.h5", "anew")


def places(data):
    """(what, offset, bytes that are put there): names, attributes, the configuration, HDF5's own structures, anywhere, the checksum itself."""
    def flip(at):
        return at, bytes([data[at] ^ 8])
    known = {"name of a decision": b"class_last_change", "attribute counted_from": b"counted_from", "a value of /config": b"heun",
             "checksum": b"kairos-seal", "signature": b"HDF"}
    for what, text in known.items():
        check(text in data, f"no {what} in a checkpoint")
        yield what, *flip(data.index(text) + 2)
    yield "its last digit", *flip(len(data) - 2)
    for at in (0, 800, 2112):
        yield f"zeros at {at}", at, bytes(64)
    anywhere = np.random.default_rng(3)
    for at in anywhere.integers(len(data), size=3):
        yield f"a bit at {at}", *flip(int(at))
    used = [at for at in range(0, len(data) - 64, 64) if data[at:at + 64] != bytes(64)]
    for at in anywhere.choice(used, size=2):
        yield f"zeros at {at}", int(at), bytes(64)


def any_byte(base, whole):
    """Wherever a checkpoint is damaged, the one before is used, or the run begins anew: the result has its bits. Nothing hangs."""
    stopped, folder = interrupted(base, "stopped"), base / "any-byte"
    folder.mkdir()
    data = (stopped / "r.h5.checkpoint").read_bytes()
    before = (stopped / "r.h5.checkpoint.previous").read_bytes()
    for turn, (what, at, wrong) in enumerate(places(data)):
        changed = data[:at] + wrong + data[at + len(wrong):]
        if changed == data:
            continue
        (folder / "r.h5.checkpoint").write_bytes(changed)
        if turn % 5:
            (folder / "r.h5.checkpoint.previous").write_bytes(before)
        done = run([KAIROS, "run", *SHORT, "--output.file=r.h5"], folder, 2 if turn % 7 == 0 else 0, timeout=60)
        check.succeeded(done, what)
        check("r.h5.checkpoint is damaged and is not used" in done.stderr, f"{what}: {done.stderr}")
        check(("resuming from r.h5.checkpoint.previous" in done.stderr) == (turn % 5 > 0), f"{what}: {done.stderr}")
        same_bits(check, whole, folder / "r.h5", what)
        alone(folder)
        (folder / "r.h5").unlink()


def lacking(base, whole):
    """A whole checkpoint without something that the run counts is damaged, whatever names it has instead."""
    for path, rename in (("ensemble/decisions/class_last_change", "ensemble/decisions/class_mast_change"), ("ensemble/histograms/1", None)):
        folder = interrupted(base, path.rsplit("/", maxsplit=1)[-1])
        with h5py.File(folder / "r.h5.checkpoint", "r+") as file:
            if rename:
                file[rename] = file[path]
            del file[path]
        sealed(folder / "r.h5.checkpoint")
        complete(folder, 0, f"without {path}", SHORT)
        same_bits(check, whole, folder / "r.h5", f"without {path}")


def removed(base):
    """A checkpoint that was removed does not come back from the one before, whatever the configuration; one of that name is written anew."""
    folder = interrupted(base, "removed")
    (folder / "r.h5.checkpoint").unlink()
    done = run([KAIROS, "run", *SHORT, "--output.file=r.h5", "--ensemble.seed=6", "--run.walltime=0.25", "--run.checkpoint-interval=0"], folder)
    check(done.returncode == INTERRUPTED and "resuming" not in done.stderr, f"removed: exit {done.returncode} {done.stderr}")
    check(not (folder / "r.h5.checkpoint.previous").exists(), "removed: one of another seed stays beside the new checkpoint")
    (folder / "r.h5.checkpoint").unlink()
    done = run([KAIROS, "run", *SHORT, "--output.file=r.h5"], folder)
    check.succeeded(done, "removed")
    check("resuming" not in done.stderr, f"removed: {done.stderr}")
    alone(folder)


def foreign(base):
    """A checkpoint of another configuration or version is refused, and names the key; run.resume = never goes past it."""
    folder = interrupted(base, "foreign")
    output = ["--output.file=r.h5"]
    check.refused(KAIROS, "run", [*SHORT, *output, "--ensemble.seed=6"], folder, {3}, ["ensemble.seed = 5", "has 6", "run.resume = never"])
    check.refused(KAIROS, "run", [*SHORT, *output, "--data.dimension=49"], folder, {3}, ["data.dimension = 48", "has 49"])
    anew = run([KAIROS, "run", *SHORT, *output, "--ensemble.trajectories=64", "--run.resume=never"], folder)
    check.succeeded(anew, "run.resume = never")
    check("resuming" not in anew.stderr, anew.stderr)
    folder = interrupted(base, "version")
    for path in folder.glob("*.checkpoint*"):
        with h5py.File(path, "r+") as file:
            file.attrs["kairos_version"] = "0.0.1"
        sealed(path)
    check.refused(KAIROS, "run", [*SHORT, *output], folder, {3}, ["was written by kairos 0.0.1"])


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
    SHORT = [*JOB, "--time.substeps=20"]
    check.succeeded(run([KAIROS, "run", *SHORT, "--output.file=whole-short.h5"], base, 2), "uninterrupted, short")
    for damages in (damage, any_byte, lacking):
        damages(base, base / "whole-short.h5")
    removed(base)
    foreign(base)
check.finish()
