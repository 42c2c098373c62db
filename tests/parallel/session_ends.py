#!/usr/bin/python3
"""session_ends.py PROGRAM: how an MpiSession ends a job under mpirun, whatever the number of ranks: quietly where all ranks leave it,
with the code given to abort_all, and at once where an exception leaves it on one rank while the others wait."""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import Checks, run  # noqa: E402

PROGRAM = sys.argv[1]
HERE = pathlib.Path.cwd()
check = Checks()


def ended(ranks, *words):
    """The process; a job that hangs is ended by the time limit of run() and fails the test."""
    return run([PROGRAM, *words], HERE, ranks=ranks, timeout=60)


for ranks in (1, 2, 3):
    left = ended(ranks, "leave")
    check.succeeded(left, f"leaving, {ranks} ranks")
    check(left.stdout.splitlines() == ["finalized 1"] * ranks, f"{ranks} ranks leave: {left.stdout!r}")
    last = str(ranks - 1)
    for code in (1, 2, 5, 75):
        aborted = ended(ranks, "abort", last, str(code))
        check(aborted.returncode == code, f"abort_all({code}) on rank {last} of {ranks}: exit {aborted.returncode}")
        check("finalized" not in aborted.stdout, f"abort_all({code}), {ranks} ranks: {aborted.stdout!r}")
    thrown = ended(ranks, "throw", last)
    check(thrown.returncode == 1, f"an exception on rank {last} of {ranks}: exit {thrown.returncode}")
    check("outlived" not in thrown.stdout and "finalized" not in thrown.stdout, f"{ranks} ranks: {thrown.stdout!r}")

check.finish()
