"""What the tests of refusals share: a case, and the program run in a folder of its own for each.

Each refusal must have its exit code, name the key or file, appear once, and leave the folder as it was: nothing new, and a result of
an earlier run with the same bytes and the same time.
"""
import os
import pathlib
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import h5py

from kairos_runs import ENVIRONMENT

PREVIOUS = b"the result of an earlier run"


@dataclass
class Case:
    arguments: list
    codes: tuple
    says: str                                    # must stand in the message
    make: dict = field(default_factory=dict)     # file name -> function that makes it (given its path)
    ranks: int = 0                               # 0: without mpirun
    kind: str = ""                               # what is wrong with the file


def folder(path):
    path.mkdir()


def content(data):
    return lambda path: path.write_bytes(data)


def hdf5(**datasets):
    def make(path):
        with h5py.File(path, "w") as file:
            for name, values in datasets.items():
                file[name] = values
    return make


def state_of(path):
    return {str(p.relative_to(path)): (p.stat().st_mtime_ns, p.read_bytes() if p.is_file() else None) for p in path.rglob("*")}


def problems_of(kairos, case):
    with tempfile.TemporaryDirectory(prefix="kairos-refusal-") as name:
        path = pathlib.Path(name)
        (path / "result.h5").write_bytes(PREVIOUS)
        os.utime(path / "result.h5", (1e9, 1e9))
        for file, make in case.make.items():
            make(path / file)
        before = state_of(path)
        launcher = ["mpirun", "-n", str(case.ranks)] if case.ranks else []
        try:
            done = subprocess.run([*launcher, kairos, *case.arguments], cwd=path, env=ENVIRONMENT, capture_output=True,
                                  text=True, errors="replace", timeout=60)
        except subprocess.TimeoutExpired:
            return ["did not end within 60 s"]
        problems = []
        if done.returncode not in case.codes:
            problems.append(f"exit code {done.returncode}, expected {' or '.join(map(str, case.codes))}")
        messages = [line for line in done.stderr.splitlines() if line.startswith("kairos: ")]
        if len(messages) != 1:
            problems.append(f"{len(messages)} messages")
        if case.says not in done.stderr:
            problems.append(f"the message does not name '{case.says}'")
        if done.stdout and not case.ranks:
            problems.append(f"stdout holds {done.stdout[:80]!r}")
        if state_of(path) != before:
            problems.append(f"the folder changed: {sorted(state_of(path))}")
        return [f"{problem}\n      {done.stderr.strip()[:400]}" for problem in problems]


def refusals(name, kairos, cases):
    """The exit code of the test. What runs under mpirun runs alone, after all others."""
    kairos = os.path.abspath(kairos)
    cases = sorted(cases, key=lambda case: case.ranks > 0)
    several = [case for case in cases if not case.ranks]
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(lambda case: problems_of(kairos, case), several))
    found += [problems_of(kairos, case) for case in cases[len(several):]]
    failures = 0
    for case, problems in zip(cases, found):
        for problem in problems:
            failures += 1
            print(f"FAILED {'mpirun ' if case.ranks else ''}kairos {' '.join(case.arguments)} ({case.kind}): {problem}")
    print(f"{name}: {len(found)} cases, {failures} failures")
    return 1 if failures or not found else 0
