#!/usr/bin/python3
"""checkpoints.py KAIROS: checkpoints that are damaged anywhere, lack something, were removed, or are of another configuration or version: the one
before is used, the run begins anew, or it is refused."""
import pathlib
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from everything import SECTIONS  # noqa: E402
from kairos_runs import INTERRUPTED, Checks, configuration, run  # noqa: E402
from results import same_bits, sealed  # noqa: E402
from resuming import alone, complete  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()


def interrupted(base, name):
    """A folder with two checkpoints of the job."""
    folder = base / name
    folder.mkdir()
    done = run([KAIROS, "run", *JOB, "--output.file=r.h5", "--run.walltime=0.25", "--run.checkpoint-interval=0.05"], folder, 1)
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
    alone(check, folder)
    folder = interrupted(base, "wrong-byte")
    for path in (folder / newest.name, folder / before.name):
        with h5py.File(path, "r+") as file:
            moments, batch = file["ensemble/moments"], file["ensemble/batch"]
            if path.suffix == ".previous":  # a batch under the number of another
                batch[0] = max(batch[:]) + 1
            else:
                moments[len(moments) // 2, 3] = np.nextafter(moments[len(moments) // 2, 3], 9e9)
        sealed(path)
    done = run([KAIROS, "run", *JOB, "--output.file=r.h5"], folder, 3)
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
        done = run([KAIROS, "run", *JOB, "--output.file=r.h5"], folder, 2 if turn % 7 == 0 else 0, timeout=60)
        check.succeeded(done, what)
        check("r.h5.checkpoint is damaged and is not used" in done.stderr, f"{what}: {done.stderr}")
        check(("resuming from r.h5.checkpoint.previous" in done.stderr) == (turn % 5 > 0), f"{what}: {done.stderr}")
        same_bits(check, whole, folder / "r.h5", what)
        alone(check, folder)
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
        complete(check, [KAIROS, "run", *JOB], folder, 0, f"without {path}")
        same_bits(check, whole, folder / "r.h5", f"without {path}")


def removed(base):
    """A checkpoint that was removed does not come back from the one before, whatever the configuration; one of that name is written anew."""
    folder = interrupted(base, "removed")
    (folder / "r.h5.checkpoint").unlink()
    done = run([KAIROS, "run", *JOB, "--output.file=r.h5", "--ensemble.seed=6", "--run.walltime=0.25", "--run.checkpoint-interval=0"], folder)
    check(done.returncode == INTERRUPTED and "resuming" not in done.stderr, f"removed: exit {done.returncode} {done.stderr}")
    check(not (folder / "r.h5.checkpoint.previous").exists(), "removed: one of another seed stays beside the new checkpoint")
    (folder / "r.h5.checkpoint").unlink()
    done = run([KAIROS, "run", *JOB, "--output.file=r.h5"], folder)
    check.succeeded(done, "removed")
    check("resuming" not in done.stderr, f"removed: {done.stderr}")
    alone(check, folder)


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
        sealed(path)
    check.refused(KAIROS, "run", [*JOB, *output], folder, {3}, ["was written by kairos 0.0.1"])


with tempfile.TemporaryDirectory() as name:
    base = pathlib.Path(name)
    JOB = ["-c", str(configuration(base, "job.ini", **SECTIONS)), "--time.substeps=20"]
    check.succeeded(run([KAIROS, "run", *JOB, "--output.file=whole.h5"], base, 2), "uninterrupted")
    for damages in (damage, any_byte, lacking):
        damages(base, base / "whole.h5")
    removed(base)
    foreign(base)
check.finish()
