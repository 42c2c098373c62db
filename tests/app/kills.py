#!/usr/bin/python3
"""kills.py KAIROS COUNT: COUNT runs are killed at random moments, a rank or the launcher of 1, 2 or 3 ranks, and go on upon another number of ranks: the
result has the bits of a run that was left alone, the one before stays until then, and no temporary file is left."""
import os
import pathlib
import random
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import everything  # noqa: E402
from kairos_runs import Checks, configuration, programs_of, run, start  # noqa: E402
from results import same_bits  # noqa: E402

KAIROS, COUNT = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])
check = Checks()
# About two seconds on one rank, in 64 batches and 20 of clones.
SECTIONS = {**everything.SECTIONS, "time": {"points": 17, "substeps": 80}}
EARLIER = b"an earlier result"


def killed(folder, ranks, whom, moment, job):
    """Whether it was killed before it ended."""
    process = start([KAIROS, "run", *job, "--run.checkpoint-interval=0.1"], folder, ranks)
    begin = time.monotonic()
    while time.monotonic() < begin + moment and process.poll() is None:
        time.sleep(0.01)
    victim = process.pid if whom == "launcher" else random.choice(programs_of(process))
    try:
        os.kill(victim, signal.SIGKILL)
    except ProcessLookupError:
        pass
    ended = process.wait(timeout=60)
    time.sleep(0.3)  # ranks of a launcher that died notice it
    process.communicate()
    return ended != 0


def one_kill(base, whole, turn, job, length):
    ranks, then, whom = turn % 3 + 1, (turn + 1 + turn // 3 % 2) % 3 + 1, ("rank", "launcher")[turn // 3 % 2]
    for _ in range(10):
        folder = pathlib.Path(tempfile.mkdtemp(dir=base))
        (folder / "r.h5").write_bytes(EARLIER)
        moment = random.uniform(0.1, length[ranks])
        what = f"turn {turn}: {whom} of {ranks} ranks killed after {moment:.2f} s, then {then}"
        stopped = killed(folder, ranks, whom, moment, job)
        if (folder / "r.h5").read_bytes() == EARLIER:
            check(stopped, f"{what}: it ended without a result")
            break
        same_bits(check, whole, folder / "r.h5", f"{what}: what it has made of the earlier result")  # complete, or this fails
    else:
        return check(False, f"turn {turn} always had its result before it was killed")
    done = run([KAIROS, "run", *job], folder, then)
    check.succeeded(done, what)
    same_bits(check, whole, folder / "r.h5", what)
    left = sorted(path.name for path in folder.iterdir())
    check(left == ["r.h5"], f"{what}: left behind: {left}")
    print(what, "resumed" if "resuming from" in done.stderr else "before the first checkpoint", flush=True)
    return "resuming from" in done.stderr


with tempfile.TemporaryDirectory() as name:
    base = pathlib.Path(name)
    job = ["-c", str(configuration(base, "job.ini", **SECTIONS)), "--output.file=r.h5"]
    random.seed(7)
    length = {}
    for ranks in (1, 2, 3):
        begin = time.monotonic()
        check.succeeded(run([KAIROS, "run", *job, "--run.resume=never"], base, ranks), f"left alone on {ranks}")
        length[ranks] = time.monotonic() - begin
    resumed = [one_kill(base, base / "r.h5", turn, job, length) for turn in range(COUNT)]
    check(sum(resumed) >= COUNT // 3, f"only {sum(resumed)} of {COUNT} went on from a checkpoint")
check.finish()
