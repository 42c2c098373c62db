"""What the tests of failures share: a small job, its undisturbed result, and runs that are told apart by exit code, message and what they leave."""
import os
import pathlib
import shutil
import subprocess
import time

from kairos_runs import INTERRUPTED, Checks, configuration, run, until
from results import same_bits

OFTEN = "--run.checkpoint-interval=0.1"
ONE_BATCH = "--run.walltime=0.001"  # what a rank has begun it finishes, however fast it is
# About two seconds on one rank, in 32 batches.
SECTIONS = {
    "data": {"dimension": 48},
    "ensemble": {"trajectories": 1024, "batch": 32, "integrator": "heun", "seed": 5},
    "time": {"points": 17, "substeps": 500},
    "observe": {"observables": "all", "histograms": "class_entropy", "paths": 20}}


def left_out(what, why):
    print(f"not run: {what}: {why}")


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def empty(folder):
    for path in folder.iterdir():
        path.unlink()


def finished(process):
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


class Failures:
    def __init__(self, kairos, base):
        self.kairos, self.base, self.check = pathlib.Path(kairos).resolve(), pathlib.Path(base), Checks()
        self.keys = ["-c", str(configuration(self.base, "job.ini", **SECTIONS))]
        self.whole = self.base / "whole.h5"
        self.check.succeeded(run(self.job("--output.file=whole.h5"), self.base, 1), "undisturbed")

    def job(self, *keys):
        return [self.kairos, "run", *self.keys, *keys]

    def folder(self, name):
        folder = self.base / name
        folder.mkdir()
        return folder

    def until(self, holds, what, seconds=60):
        return until(holds, seconds) or self.check(False, f"waited in vain: {what}")

    def heard(self, process, words, what):
        """Waits until it says so. Read past Python's own buffer, so that communicate() gets the rest."""
        text = ""
        while words not in text:
            more = os.read(process.stderr.fileno(), 65536).decode()
            if not more:
                return self.check(False, f"{what} ended without saying '{words}': {text}")
            text += more
        return True

    def said(self, done, code, words, what, messages=1):
        """Its exit code, and so many messages of what cannot be done, which have all these words."""
        self.check(done.returncode == code, f"{what}: exit {done.returncode}, expected {code}\n{done.stdout}{done.stderr}")
        self.check(all(word in done.stderr for word in words), f"{what} does not say {words}:\n{done.stderr}")
        count = sum(line.startswith("kairos: ") and not line.startswith("kairos: resuming") for line in done.stderr.splitlines())
        self.check(count == messages, f"{what}: {count} messages\n{done.stderr}")

    def first_part(self, folder, what, *keys, ranks=0):
        """Some batches, kept in r.h5.checkpoint."""
        done = run(self.job("--output.file=r.h5", ONE_BATCH, *keys), folder, ranks)
        self.check(done.returncode == INTERRUPTED, f"{what}, a first part: exit {done.returncode}\n{done.stderr}")

    def completes(self, folder, what, ranks=0, output="r.h5", left=("r.h5",)):
        """The same command goes on, or begins, to the bits of an undisturbed run, and leaves nothing. What it said."""
        done = run(self.job(f"--output.file={output}"), folder, ranks)
        self.check.succeeded(done, what)
        same_bits(self.check, self.whole, folder / output, what)
        self.check(names(folder) == sorted(left), f"{what}: left behind: {names(folder)}")
        return done.stderr

    def injector(self):
        """The library of faults.c, to be preloaded; nothing where there is no compiler for it."""
        library = self.base / "faults.so"
        source = pathlib.Path(__file__).with_name("faults.c")
        for compiler in filter(shutil.which, ("cc", "gcc", "clang")):
            done = subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], capture_output=True, text=True)
            return str(library) if self.check(done.returncode == 0, done.stderr) else None
        return None

    def each(self, *failures):
        for failure in failures:
            begin = time.monotonic()
            failure(self)
            print(f"{failure.__name__}: {time.monotonic() - begin:.1f} s", flush=True)
        self.check.finish()
