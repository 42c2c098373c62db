#!/usr/bin/python3
"""failures.py KAIROS: what goes wrong on an ordinary day, done for real: two jobs at one file, no memory, a clock that jumps, nobody who listens."""
import os
import pathlib
import resource
import signal
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from failing import OFTEN, ONE_BATCH, Failures, empty, finished, left_out, names  # noqa: E402
from kairos_runs import INTERRUPTED, OTHER, OUTPUT, programs_of, run, start  # noqa: E402
from results import same_bits  # noqa: E402


# --- two jobs at one file -------------------------------------------------------------------------------------------------------------
def two_jobs(at):
    folder = at.folder("two")
    first = start(at.job("--output.file=r.h5"), folder, 2)
    at.until(lambda: (folder / "r.h5.checkpoint.lock").exists() and len(programs_of(first)) == 2, "the first job")
    ranks_of_first = programs_of(first)
    for pid in ranks_of_first:  # for as long as the others try
        os.kill(pid, signal.SIGSTOP)
    for command, ranks in ((at.job("--output.file=r.h5"), 0), (at.job("--output.file=r.h5"), 2),
                           (at.job("--output.file=other.h5", "--run.checkpoint=r.h5.checkpoint"), 0),
                           ([at.kairos, "merge", at.whole, "../twice.h5", "-o", "r.h5"], 0), ([at.kairos, "analyze", at.whole, "-o", "r.h5"], 0)):
        refused_second(at, command, folder, ranks)
    for pid in ranks_of_first:
        os.kill(pid, signal.SIGCONT)
    at.check.succeeded(finished(first), "the first of two jobs")
    same_bits(at.check, at.whole, folder / "r.h5", "the first of two jobs")
    at.check(names(folder) == ["r.h5"], f"two jobs left behind: {names(folder)}")
    after_a_kill(at, folder)


def refused_second(at, command, folder, ranks):
    before, holder = names(folder), (folder / "r.h5.lock").read_text()
    at.check(holder.startswith("process ") and os.uname().nodename in holder, holder)
    done = run(command, folder, ranks)
    what = f"a second job: {command[1]} on {ranks} ranks"
    at.said(done, OUTPUT, ["cannot write r.h5", f"another job is writing it ({holder})", "Wait until"], what)
    at.check(names(folder) == before, f"{what}: {names(folder)}")


def after_a_kill(at, folder):
    """Its lock is gone with it: no waiting."""
    killed = start(at.job("--output.file=k.h5"), folder, 2)
    at.until(lambda: (folder / "k.h5.checkpoint.lock").exists() and programs_of(killed) != [killed.pid], "the job to kill")
    for pid in programs_of(killed):
        os.kill(pid, signal.SIGKILL)
    at.completes(folder, "after a job that was killed", output="k.h5", left=("k.h5", "r.h5"))
    finished(killed)


# --- no memory ---------------------------------------------------------------------------------------------------------------------------------
def memory(at):
    folder = at.folder("memory")
    large = at.job("--data.samples=40000", "--data.dimension=2000", "--output.file=r.h5")
    for ranks in (0, 2):
        done = run(large, folder, ranks, timeout=60, prepare=lambda: resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20)))
        at.said(done, OTHER, ["no memory is left", "ulimit -v", "kairos plan"], f"data that do not fit on {ranks} ranks")
    at.check(names(folder) in ([], ["r.h5.checkpoint.lock", "r.h5.lock"]), f"no memory: left behind {names(folder)}")
    for ranks in (0, 2):
        used_up(at, folder, ranks)


def used_up(at, folder, ranks):
    """Of one rank, in mid-run: nothing hangs, and what was kept stays."""
    what = f"no more memory on {ranks} ranks"
    keys = ["--ensemble.trajectories=20000"]
    at.first_part(folder, what, *keys, ranks=ranks)
    process = start(at.job("--output.file=r.h5", *keys), folder, ranks)
    at.heard(process, "resuming from r.h5.checkpoint", what)
    time.sleep(0.5)
    last = programs_of(process)[-1]
    pages = int(pathlib.Path(f"/proc/{last}/statm").read_text().split()[0])
    resource.prlimit(last, resource.RLIMIT_AS, (pages * resource.getpagesize(), resource.RLIM_INFINITY))
    at.said(finished(process), OTHER, ["no memory is left", "r.h5.checkpoint keeps", "of 625 batches; the same command goes on from there"], what)
    done = run(at.job("--output.file=r.h5", *keys, ONE_BATCH), folder, 0)
    at.check(done.returncode == INTERRUPTED and "resuming from r.h5.checkpoint" in done.stderr, f"after {what}: {done.returncode} {done.stderr}")
    empty(folder)


# --- times beyond what a clock counts -------------------------------------------------------------------------------------------------------------
def far_times(at):
    folder = at.folder("far")
    done = run(at.job("--output.file=r.h5", "--run.walltime=1e300", "--run.checkpoint-interval=1e10", "--run.grace=1e300"), folder, 2)
    at.check.succeeded(done, "times beyond what a clock counts")
    same_bits(at.check, at.whole, folder / "r.h5", "times beyond what a clock counts")


# --- a clock that jumps --------------------------------------------------------------------------------------------------------------------------
def jumping_clock(at):
    """By a day, forth and back: nothing that a run waits for is told by it."""
    folder, library = at.folder("clock"), at.injector()
    if library is None:
        return left_out("a clock that jumps", "no C compiler")
    jumps = {"LD_PRELOAD": library, "KAIROS_CLOCK_JUMPS": "0.15"}
    keys = ["--output.file=r.h5", "--run.walltime=1.5", OFTEN]
    days = {run(["date", "+%j"], folder, environment={**jumps, "KAIROS_CLOCK_JUMPS": "0.001"}).stdout for _ in range(12)}
    at.check(len(days) > 1, f"the clock does not jump: {days}")
    begin = time.monotonic()
    done = run(at.job(*keys, "--ensemble.trajectories=100000"), folder, 2, environment=jumps)
    spent = time.monotonic() - begin
    at.said(done, INTERRUPTED, ["interrupted by run.walltime = 1.5"], "a clock that jumps")
    at.check(1.5 < spent < 60 and (folder / "r.h5.checkpoint.previous").exists(), f"a clock that jumps: {spent:.1f} s, {names(folder)}")
    empty(folder)
    done = run(at.job("--output.file=r.h5", OFTEN), folder, 2, environment=jumps)
    at.check.succeeded(done, "a clock that jumps")
    same_bits(at.check, at.whole, folder / "r.h5", "a clock that jumps")


# --- nobody listens --------------------------------------------------------------------------------------------------------------------------
def nobody_listens(at):
    """Readers of messages and of the summary that have gone, and streams that were closed: the work is done."""
    folder = at.folder("unheard")
    program, resuming = f"'{at.kairos}' run {' '.join(at.keys)} --output.file=r.h5", "2>&1 >/dev/null | true; exit ${PIPESTATUS[0]}"
    at.first_part(folder, "to be gone on with")
    for shell in (f"{program} {resuming}", f"{program} | true; exit ${{PIPESTATUS[0]}}", f"{program} <&- >&- 2>&-", f"{program} 2>&-"):
        done = run(["bash", "-c", f"sleep 0.1; {shell}"], folder)
        at.check.succeeded(done, shell)
        same_bits(at.check, at.whole, folder / "r.h5", shell)
        at.check(names(folder) == ["r.h5"], f"{shell}: left behind {names(folder)}")
        empty(folder)
    done = run(["bash", "-c", f"'{at.kairos}' run --help >&-"], folder)
    at.said(done, OUTPUT, ["standard output"], "a closed standard output")
    done = run(["bash", "-c", f"for i in 1 2 3; do '{at.kairos}' run --help; done | true; echo ${{PIPESTATUS[0]}}"], folder)
    at.check(done.stderr == "" and done.stdout in ("141\n", "0\n"), f"a filter whose reader has gone: {done.stdout}{done.stderr}")


with tempfile.TemporaryDirectory() as name:
    Failures(sys.argv[1], name).each(two_jobs, memory, jumping_clock, far_times, nobody_listens)
