#!/usr/bin/python3
"""sweep.py KAIROS: the points of a sweep are runs like others; what is complete is left alone, what failed says why, and the array script runs one
task as Slurm would call it."""
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import h5py

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import ENVIRONMENT, Checks, run, start, until  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()
TEXT = """[data]
model = two-clusters   # the same for all
[time]
points = 9
[ensemble]
trajectories = 320
[sweep]
data.dimension = 16 | 1e3   # a comment
ensemble.seed = 1 | 2 | 3
[observe]
observables = class_entropy
"""
# Longer than any test waits.
LONG = """[data]
dimension = 64
[time]
points = 9
substeps = 1000
[ensemble]
trajectories = 1e8
integrator = heun
[sweep]
ensemble.seed = 1 | 2
"""
NAMES = [f"dimension-{d}_seed-{s}" for d in ("16", "1e3") for s in (1, 2, 3)]


def states(done):
    return {line.split()[0]: line.split(maxsplit=2)[1:] for line in done.stdout.splitlines() if line.startswith(("dimension", "ensemble", "data"))}


def sweep(folder, *keys, ranks=0, text=TEXT, code=0):
    (folder / "s.ini").write_text(text)
    done = run([KAIROS, "sweep", "-c", "s.ini", "-o", "out", *keys], folder, ranks)
    check(done.returncode == code, f"sweep {keys}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    if not keys:
        last = "run them: " if "failed" in str(states(done).values()) or "waiting" in str(states(done).values()) else "Nothing is left to run."
        check(done.stdout.splitlines()[-1].startswith(last), f"what is left: {done.stdout}")
    return states(done)


def stamps(folder):
    return {path.name: path.stat().st_mtime_ns for path in (folder / "out").iterdir()}


def whole(folder):
    """Made, run on two ranks, left alone; a point alone has the bits of the same run by hand."""
    made = sweep(folder)
    check(list(made) == NAMES and all(state == ["waiting"] for state in made.values()), f"made: {made}")
    check((folder / "out" / "points.txt").read_text().split() == NAMES, "points.txt")
    local = sweep(folder, "--local", ranks=2)
    check(list(local) == NAMES and all(state == ["complete", "320 trajectories"] for state in local.values()), f"local: {local}")
    by_hand = run([KAIROS, "run", "--data.dimension=1000", "--ensemble.seed=2", "--time.points=9", "--ensemble.trajectories=320",
                   "--observe.observables=class_entropy", "--output.file=hand.h5"], folder)
    check.succeeded(by_hand, "by hand")
    with h5py.File(folder / "hand.h5") as hand, h5py.File(folder / "out" / f"{NAMES[4]}.h5") as point:
        check(hand["batches/class_entropy/mean"][:].tobytes() == point["batches/class_entropy/mean"][:].tobytes(), "a point is not the run by hand")
        check(point["config"].attrs["data.dimension"] == "1000", "dimension of a point")
    check("transition" in (folder / "out" / f"{NAMES[0]}.log").read_text(), "the log of a point has no summary")
    before = stamps(folder)
    again = sweep(folder, "--local")
    check(sweep(folder) == again == local and stamps(folder) == before, "a complete sweep was touched")
    check.succeeded(run([KAIROS, "analyze", *sorted((folder / "out").glob("*_seed-1.h5"))], folder), "analyze")


def left_to_the_program(folder):
    """Values that a run fills in (auto, default, all, names in any order) are not other values; other observables are."""
    (folder / "filled").mkdir()
    for observables, other in (("default", "norm2"), ("all", "norm2"), ("norm2,class_entropy,norm2", "norm2,score_norm2")):
        for names, command, stage in ((observables, ["--local"], "2 complete"), (observables, [], "2 complete"), (other, [], "2 waiting")):
            (folder / "filled.ini").write_text(
                "[data]\ndimension = 8\n[time]\npoints = 5\n[process]\nt-min = auto\n[sweep]\nensemble.seed = 1 | 2\n"
                "[ensemble]\ntrajectories = 40\nbatch = auto\nrepresentation = auto\n"
                f"[observe]\nhistograms = order_parameter\nobservables = {names}\n")
            done = run([KAIROS, "sweep", "-c", "filled.ini", "-o", "filled", *command], folder)
            check(stage in done.stdout, f"{names} after {observables} {command}: {done.stdout}{done.stderr}")


def missing(folder):
    """Only what is missing or has changed is run."""
    before = stamps(folder)
    (folder / "out" / f"{NAMES[2]}.h5").unlink()
    check(sweep(folder)[NAMES[2]] == ["waiting"], "a result that was removed")
    sweep(folder, "--local")
    changed = {name for name, stamp in stamps(folder).items() if before.get(name) != stamp}
    check(changed == {f"{NAMES[2]}.h5", f"{NAMES[2]}.log"}, f"run again: {changed}")
    more = TEXT.replace("= 320", "= 640")
    check(all(state == ["waiting"] for state in sweep(folder, text=more).values()), "another configuration")
    check(all(state == ["complete", "640 trajectories"] for state in sweep(folder, "--local", text=more).values()), "more trajectories")
    check(all(state == ["complete", "640 trajectories"] for state in sweep(folder).values()), "fewer trajectories than there are")


def failures(folder):
    """A point that cannot run says why and does not stop the others."""
    text = "[data]\nmodel = dataset-file\ndataset = x\n[sweep]\ndata.file = a.h5 | b.h5\n[ensemble]\ntrajectories = 40\n[time]\npoints = 5\n"
    with h5py.File(folder / "b.h5", "w") as file:
        file["x"] = [[0.0, 1.0], [2.0, 3.0], [1.0, 1.0]]
    done = run([KAIROS, "sweep", "-c", "f.ini", "-o", "fail", "--local"], folder) if (folder / "f.ini").write_text(text) else None
    check(done.returncode == 1 and "1 points of the sweep have failed" in done.stderr, f"exit {done.returncode} {done.stderr}")
    check("file-a.h5" in done.stdout and "failed    exit code 3: a.h5: there is no such file" in done.stdout, done.stdout)
    check("2 points: 0 waiting, 0 running, 1 complete, 1 failed" in done.stdout, done.stdout)
    check.succeeded(run([KAIROS, "analyze", "fail/file-b.h5.h5", "-o", "points.h5"], folder), "analyze of given data")
    with h5py.File(folder / "fail/file-b.h5.h5") as result, h5py.File(folder / "points.h5") as summary:
        check(result.attrs["samples"] == summary["points/samples"][0] == 3, f"{result.attrs['samples']} data, {summary['points/samples'][:]} in the summary")
    together = run([KAIROS, "sweep", "-c", "f.ini", "-o", "fail", "--local"], folder, 2)
    check(together.returncode == 1 and together.stderr.count("1 points of the sweep have failed") == 1, f"on two ranks: {together.returncode} {together.stderr}")
    (folder / "fail" / "file-a.h5.state").write_text(f"running {os.uname().nodename} 999999999\n")
    done = run([KAIROS, "sweep", "-c", "f.ini", "-o", "fail"], folder)
    check("failed    its process ended without a word" in done.stdout, done.stdout)
    (folder / "fail" / "file-a.h5.state").write_text("running job 17_1\n")
    done = run([KAIROS, "sweep", "-c", "f.ini", "-o", "fail"], folder)
    check("running   job 17_1" in done.stdout and done.stdout.endswith("Those left are running.\n"), done.stdout)


def cannot_write(folder):
    """A folder that cannot be made ends all ranks with 4; a state that cannot be noted is a warning, and the point runs."""
    for command in ([], ["--local"]):
        done = run([KAIROS, "sweep", "-c", "s.ini", "-o", "/proc/nope", *command], folder, 2, timeout=60)
        check(done.returncode == 4 and done.stderr.count("cannot write /proc/nope") == 1, f"/proc/nope {command}: {done.returncode} {done.stderr}")
    (folder / "note.ini").write_text(TEXT.replace("16 | 1e3", "16"))
    (folder / "note" / "dimension-16_seed-2.state.part").mkdir(parents=True)
    done = run([KAIROS, "sweep", "-c", "note.ini", "-o", "note", "--local"], folder, 2, timeout=120)
    check(done.returncode == 0 and "3 complete" in done.stdout, f"no state: {done.returncode} {done.stdout}{done.stderr}")
    check(done.stderr.count("cannot write note/dimension-16_seed-2.state") == 1 and "goes on without that state" in done.stderr, done.stderr)


def no_way_to(folder):
    """Folders that cannot be seen, have too long a name or are gone, and a full disk: exit code 4, the cause, nothing left."""
    (folder / "private").mkdir(mode=0o700)
    folder.chmod(0o755)
    anyone = shutil.copy(KAIROS, folder / "anyone")
    text = folder / "private.ini"
    text.write_text(TEXT)
    gone = folder / "gone"
    for at, out, says, prepare in ((folder, folder / "private" / "out", "Permission denied", as_nobody), (folder, "n" * 300, "File name too long", None),
                                   (gone, folder / "away", "working folder cannot be told: No such file", gone.rmdir)):
        gone.mkdir(exist_ok=True)
        if prepare == as_nobody and os.geteuid() != 0:
            continue
        done = run([anyone, "sweep", "-c", text, "-o", out], at, prepare=prepare)
        check(done.returncode == 4 and "kairos: cannot write" in done.stderr and says in done.stderr, f"{says}: {done.returncode} {done.stderr}")
    disk = folder / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k,nr_inodes=100", "tmpfs", disk], capture_output=True).returncode != 0:
        print("sweep: without a full disk, mount is not allowed")
        return
    try:
        (disk / "ballast").write_bytes(b"0" * os.statvfs(disk).f_bavail * 4096)
        done = run([KAIROS, "sweep", "-c", text, "-o", disk / "out"], folder)
        check(done.returncode == 4 and "No space left on device" in done.stderr and not list((disk / "out").iterdir()), f"full: {done.returncode} {done.stderr}")
    finally:
        subprocess.run(["umount", disk], check=True)


def as_nobody():
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def long_names(folder):
    """Points whose names no file could have run under shorter ones, which do not depend on the other points."""
    times = [",".join(f"{0.01 * t + shift:.4f}" for t in range(1, 61)) for shift in (0, 0.001)]
    found = []
    for lists in (times, times[1:] + times[:1], times):
        (folder / "times.ini").write_text(f"[data]\ndimension = 4\n[ensemble]\ntrajectories = 40\n[sweep]\ntime.list = {' | '.join(lists)}\n")
        done = run([KAIROS, "sweep", "-c", "times.ini", "-o", "times", "--local"], folder)
        check(done.returncode == 0 and "2 complete" in done.stdout, f"long names: {done.returncode} {done.stdout}{done.stderr}")
        found.append(sorted(path.name for path in (folder / "times").glob("*.h5")))
    check(len(found[0]) == 2 and found[0] == found[1] == found[2], f"long names: {found}")


def side_by_side(folder):
    """A point that another process is running is left out: its state and its log stay that one's, and it ends well."""
    (folder / "two.ini").write_text(LONG.replace("integrator", "batch = 16\nintegrator"))
    first = start([KAIROS, "sweep", "-c", "two.ini", "-o", "two", "--local"], folder)
    state, log = folder / "two" / "seed-1.state", folder / "two" / "seed-1.log"
    check(until(lambda: state.exists() and log.exists()), "the first did not begin")
    log.write_text("of the first\n")
    second = start([KAIROS, "sweep", "-c", "two.ini", "-o", "two", "--local"], folder)
    check(until(lambda: (folder / "two" / "seed-2.log").exists()), "the second did not go on to the other point")
    check(state.read_text().split()[-1] == str(first.pid) and log.read_text() == "of the first\n", f"{state.read_text()} {log.read_text()}")
    for process in (second, first):
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
        check(process.returncode == 75, f"told to end: {process.returncode} {out}{err}")
        left_out = f"seed-1: left out, another job is running it (process {first.pid} on"
        check((left_out in err) == (process is second), err)


def impatient(folder):
    """A second SIGINT ends the sweep: the points that it did not come to wait as before."""
    (folder / "long.ini").write_text(LONG.replace("1 | 2", "1 | 2 | 3"))
    process = start([KAIROS, "sweep", "-c", "long.ini", "-o", "long", "--local"], folder)
    check(until(lambda: (folder / "long" / "seed-1.log").exists()), "a sweep to be interrupted did not begin")
    for _ in range(2):
        process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    out, err = process.communicate(timeout=60)
    check(process.returncode in (1, 75) and err.count("kairos: ") == 1, f"two SIGINT: {process.returncode} {out}{err}")
    told = run([KAIROS, "sweep", "-c", "long.ini", "-o", "long"], folder).stdout
    check("3 points: 3 waiting, 0 running, 0 complete, 0 failed" in told, f"after two SIGINT: {told}")


def script(folder):
    """One task of the array by bash; LAUNCH empty instead of srun. A failure is noted with its sentence."""
    (folder / "out" / f"{NAMES[3]}.h5").unlink()
    sweep(folder, text=TEXT.replace("= 320", "= 640"))
    environment = dict(ENVIRONMENT, LAUNCH="", SLURM_ARRAY_TASK_ID="4")
    done = subprocess.run(["bash", "out/sweep.sbatch"], cwd=folder, env=environment, capture_output=True, text=True)
    check(done.returncode == 0 and (folder / "out" / f"{NAMES[3]}.h5").exists(), f"task: {done.returncode} {done.stderr}")
    check(not (folder / "out" / f"{NAMES[3]}.state").exists(), "state of a task that is done")
    state, log = folder / "out" / f"{NAMES[3]}.state", folder / "out" / f"{NAMES[3]}.log"
    state.write_text("running job 17_4\n")
    said = log.read_bytes()
    with open(log, "a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = subprocess.run(["bash", "out/sweep.sbatch"], cwd=folder, env=dict(environment, LOCK_WAIT="0"), capture_output=True, text=True)
    check(done.returncode == 4 and done.stderr == f"another task is at work on {NAMES[3]}\n", f"second task: {done.returncode} {done.stderr}")
    check(state.read_text() == "running job 17_4\n" and log.read_bytes() == said, "a second task wrote over the first one's state or log")
    state.unlink()
    environment["SLURM_ARRAY_TASK_ID"] = "1"
    done = subprocess.run(["bash", "fail/sweep.sbatch"], cwd=folder, env=environment, capture_output=True, text=True)
    check(done.returncode == 3, f"failing task: {done.returncode}")
    told = run([KAIROS, "sweep", "-c", "f.ini", "-o", "fail"], folder).stdout
    check("failed    exit code 3: a.h5: there is no such file" in told, told)
    program = folder / "resumes"
    program.write_text("#!/bin/sh\necho 'kairos: resuming from x' >&2\necho 'kairos: cannot write y: No space left' >&2\necho '   more' >&2\nexit 4\n")
    program.chmod(0o755)
    done = subprocess.run(["bash", "fail/sweep.sbatch"], cwd=folder, env=dict(environment, PROGRAM=str(program)), capture_output=True, text=True)
    told = run([KAIROS, "sweep", "-c", "f.ini", "-o", "fail"], folder).stdout
    check("failed    exit code 4: cannot write y: No space left\n" in told, f"the cause after a resume: {told}")


def odd_folders(folder):
    """Spaces and quotes in the working folder and in -o: no directive has them, and the script finds its way from anywhere."""
    at = folder / "it's \"odd\" #1"
    at.mkdir()
    (at / "s.ini").write_text(TEXT)
    check.succeeded(run([KAIROS, "sweep", "-c", "s.ini", "-o", "a b'c"], at), "odd folders")
    text = (at / "a b'c" / "sweep.sbatch").read_text()
    check(not any("odd" in line for line in text.splitlines() if line.startswith("#SBATCH")), f"a directive holds a path: {text}")
    environment = dict(ENVIRONMENT, LAUNCH="", SLURM_ARRAY_TASK_ID="1")
    done = subprocess.run(["bash", at / "a b'c" / "sweep.sbatch"], cwd="/", env=environment, capture_output=True, text=True)
    check(done.returncode == 0 and (at / "a b'c" / f"{NAMES[0]}.h5").exists(), f"a task in odd folders: {done.returncode} {done.stderr}")


with tempfile.TemporaryDirectory() as name:
    for part in (whole, left_to_the_program, missing, failures, cannot_write, no_way_to, long_names, side_by_side, impatient, script, odd_folders):
        part(pathlib.Path(name))
check.finish()
