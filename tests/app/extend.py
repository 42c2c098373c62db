#!/usr/bin/python3
"""extend.py KAIROS: a complete result goes on, to more trajectories or a smaller error, and has the bits of one long run."""
import pathlib
import shutil
import sys
import tempfile

import h5py

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from everything import SECTIONS  # noqa: E402
from kairos_runs import INTERRUPTED, Checks, configuration, run  # noqa: E402
from results import same_bits  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()


def going_on(base):
    """A complete result and more trajectories: the batches it has are kept. Its own trajectories: nothing left to do."""
    folder = base / "more"
    folder.mkdir()
    keys = [*JOB, "--output.file=r.h5"]
    check.succeeded(run([KAIROS, "run", *JOB, "--output.file=short.h5"], base, 1), "uninterrupted")
    for trajectories, ranks in ((640, 1), (1280, 3), (2048, 2)):
        done = run([KAIROS, "run", *keys, f"--ensemble.trajectories={trajectories}"], folder, ranks)
        check.succeeded(done, f"{trajectories} trajectories")
        check(("which are kept" in done.stderr) == (trajectories > 640), done.stderr)
    same_bits(check, base / "short.h5", folder / "r.h5", "extended twice")
    before = (folder / "r.h5").stat().st_mtime_ns
    for ranks in (0, 2):
        done = run([KAIROS, "run", *keys], folder, ranks)
        check.succeeded(done, "nothing left to do")
        check(done.stdout.count("nothing left to do") == 1 and (folder / "r.h5").stat().st_mtime_ns == before, done.stdout + done.stderr)
    shutil.copy(folder / "r.h5", folder / "kept.h5")
    for key, says in (("--ensemble.trajectories=2050", ""), ("--ensemble.batch=48", ""), ("--ensemble.trajectories=4100 --ensemble.batch=48",
                      "its batches have 32 trajectories and those of the larger ensemble 48"), ("--ensemble.seed=6", "")):
        shutil.copy(folder / "kept.h5", folder / "r.h5")
        done = run([KAIROS, "run", *keys, *key.split()], folder, 2)
        check.succeeded(done, key)
        check(says in done.stderr and ("which are kept" in done.stderr) == (key == "--ensemble.trajectories=2050"), f"{key}: {done.stderr}")
        anew(folder, [*keys, *key.split()], key)


def anew(folder, command, what):
    """The result has the bits of a run that began without it."""
    shutil.move(folder / "r.h5", folder / "went-on.h5")
    fresh = run([KAIROS, "run", *command], folder, 2)
    check.succeeded(fresh, f"{what} anew")
    same_bits(check, folder / "r.h5", folder / "went-on.h5", what)


def batches(file):
    with h5py.File(file) as result:
        return len(result["batch"]), result["batches/class_entropy/count"][0, 0]


def growing(base):
    """By factors that no batch divides: automatic sizes grow along, a last batch that is not full is run again but counted once, and an
    interruption of that on the way changes nothing."""
    folder = base / "growing"
    folder.mkdir()
    keys = ["--data.dimension=12", "--data.samples=20", "--time.points=6", "--observe.histograms=class_entropy,datum_entropy",
            "--observe.paths=90", "--observe.states=true", "--landscape.bins=10", "--clones.times=1", "--clones.pairs=70",
            "--output.file=r.h5"]
    for trajectories, ranks, size in ((70, 2, 2), (333, 1, 8), (1000, 3, 16), (2900, 2, 64), (40001, 2, 128)):
        done = run([KAIROS, "run", *keys, f"--ensemble.trajectories={trajectories}"], folder, ranks)
        check.succeeded(done, f"{trajectories} trajectories")
        check(("which are kept" in done.stderr) == (trajectories > 70), done.stderr)
        check(batches(folder / "r.h5") == (-(-trajectories // size), size), f"{trajectories}: {batches(folder / 'r.h5')}")
    anew(folder, [*keys, "--ensemble.trajectories=40001"], "40001 trajectories in five steps")
    slow = [*keys, "--ensemble.batch=100", "--time.substeps=2500", "--ensemble.integrator=heun"]
    check.succeeded(run([KAIROS, "run", *slow, "--ensemble.trajectories=150"], folder, 2), "150 trajectories")
    slow.append("--ensemble.trajectories=700")
    slices = 0
    done = run([KAIROS, "run", *slow, "--run.walltime=0.7"], folder, 1)
    while done.returncode == INTERRUPTED and slices < 40:
        slices += 1
        done = run([KAIROS, "run", *slow, "--run.walltime=0.7"], folder, slices % 3 + 1)
    check.succeeded(done, "slices of an extension")
    check(slices > 0, f"{slices} slices of an extension")
    anew(folder, slow, "an extension in slices")


def realisations(base):
    """Of several draws of the disorder: a batch stays in its realisation, whatever their number. Batches of another size do not."""
    folder = base / "realisations"
    folder.mkdir()
    keys = ["--data.model=random-clusters", "--data.components=3", "--data.dimension=6", "--data.samples=30", "--data.realisations=3",
            "--time.points=5", "--observe.histograms=datum_entropy", "--observe.paths=50", "--observe.states=true", "--clones.times=1",
            "--clones.pairs=70", "--output.file=r.h5"]
    for trajectories, ranks, count in ((130, 2, 7), (410, 3, 21), (900, 1, 45)):
        done = run([KAIROS, "run", *keys, "--ensemble.batch=20", f"--ensemble.trajectories={trajectories}"], folder, ranks)
        check.succeeded(done, f"{trajectories} trajectories of realisations")
        check(("which are kept" in done.stderr) == (trajectories > 130), done.stderr)
        check(batches(folder / "r.h5") == (count, 20), f"{trajectories}: {batches(folder / 'r.h5')}")
    anew(folder, [*keys, "--ensemble.batch=20", "--ensemble.trajectories=900"], "900 trajectories of realisations in three steps")
    done = run([KAIROS, "run", *keys, "--ensemble.batch=40", "--ensemble.trajectories=2000"], folder, 2)
    check.succeeded(done, "other batches of realisations")
    check("running anew" in done.stderr and "ensemble.batch = 20" in done.stderr, f"other batches of realisations: {done.stderr}")


def unreadable(base):
    """A result that is cut, or has lost what it was made of, is run anew, and the run says why."""
    folder = base / "unreadable"
    folder.mkdir()
    keys = [*JOB, "--output.file=r.h5"]
    check.succeeded(run([KAIROS, "run", *keys], folder, 1), "a result")
    whole = (folder / "r.h5").read_bytes()
    for what, says in (("cut", "truncated"), ("without a key", "/config is damaged")):
        if what == "cut":
            (folder / "r.h5").write_bytes(whole[:len(whole) // 2])
        else:
            with h5py.File(folder / "r.h5", "r+") as file:
                del file["config"].attrs["ensemble.batch"]
        done = run([KAIROS, "run", *keys], folder, 2)
        check.succeeded(done, what)
        check("running anew: r.h5" in done.stderr and says in done.stderr, f"{what}: {done.stderr}")
        anew(folder, keys, what)


def fewer(base):
    """More trajectories than are asked for are kept, of one realisation and of several, with and without a target; run.resume = never runs anew."""
    folder = base / "fewer"
    folder.mkdir()
    small = ["--data.dimension=6", "--time.points=5", "--output.file=r.h5"]
    draws = ["--data.model=random-clusters", "--data.components=3", "--data.samples=30", "--data.realisations=3"]
    for keys in (small, [*small, *draws]):
        check.succeeded(run([KAIROS, "run", *keys, "--ensemble.trajectories=2000", "--run.resume=never"], folder), "2000 trajectories")
        before = (folder / "r.h5").read_bytes()
        for more, ranks in (([], 0), (["--ensemble.batch=48"], 2), ([] if draws[0] in keys else ["--ensemble.target=class_entropy:1e-9"], 2)):
            done = run([KAIROS, "run", *keys, *more, "--ensemble.trajectories=100"], folder, ranks)
            check.succeeded(done, f"fewer {more}")
            check("r.h5 has 2000 of 100 trajectories asked for: nothing left to do" in done.stdout, f"fewer {more}: {done.stdout}{done.stderr}")
            check((folder / "r.h5").read_bytes() == before, f"fewer {more}: the file has changed")
    check.succeeded(run([KAIROS, "run", *small, "--ensemble.trajectories=100", "--run.resume=never"], folder), "never")
    with h5py.File(folder / "r.h5") as file:
        check(file.attrs["trajectories"] == 100, f"never: {file.attrs['trajectories']} trajectories")


def target(base):
    """An ensemble ends in whole batches where every time has the error asked for; where does not depend on ranks and interruptions."""
    keys = [*JOB, "--ensemble.trajectories=100000", "--ensemble.target=class_entropy:0.006", "--output.file=r.h5"]
    for name, ranks, slices in (("one", 1, []), ("three", 3, []), ("slices", 2, ["--run.walltime=0.3"])):
        folder = base / f"target-{name}"
        folder.mkdir()
        done = run([KAIROS, "run", *keys, *slices], folder, ranks)
        for _ in range(60):
            if done.returncode != INTERRUPTED:
                break
            done = run([KAIROS, "run", *keys, *slices], folder, ranks)
        check.succeeded(done, f"target on {name}")
        same_bits(check, base / "target-one" / "r.h5", folder / "r.h5", f"target on {name}")
    with h5py.File(folder / "r.h5") as file:
        trajectories, errors = file.attrs["trajectories"], file["observables/class_entropy/stderr"][:]
        check(trajectories % 32 == 0 and 1024 < trajectories < 4000, f"{trajectories} trajectories")
        check(0.85 * 0.006 < errors.max() <= 0.006, f"largest error {errors.max()}")
    done = run([KAIROS, "run", *keys], folder, 2)
    check("nothing left to do" in done.stdout and "missed" not in done.stdout, f"target reached: {done.stdout}{done.stderr}")
    missed = run([KAIROS, "run", *JOB, "--ensemble.trajectories=64", "--ensemble.target=class_entropy:0.001", "--output.file=missed.h5"], base)
    check(missed.returncode == 0 and "ensemble.target missed" in missed.stdout, f"target missed: {missed.stdout}{missed.stderr}")
    sharper(base / "target-one", keys, trajectories)


def sharper(folder, keys, had):
    """A smaller error goes on from the result, one that it has leaves it alone, and without a target all trajectories are run."""
    other = [key for key in keys if not key.startswith(("--ensemble.target", "--ensemble.trajectories"))]
    done = run([KAIROS, "run", *other, "--ensemble.trajectories=100000", "--ensemble.target=class_entropy:0.004"], folder, 3)
    check.succeeded(done, "a smaller error")
    check("which are kept" in done.stderr, f"a smaller error: {done.stderr}")
    with h5py.File(folder / "r.h5") as file:
        trajectories, errors = file.attrs["trajectories"], file["observables/class_entropy/stderr"][:]
    check(had < trajectories < 3 * had and 0.85 * 0.004 < errors.max() <= 0.004, f"{trajectories} trajectories, largest error {errors.max()}")
    done = run([KAIROS, "run", *other, "--ensemble.trajectories=90000", "--ensemble.target=class_entropy:0.005"], folder, 2)
    check("nothing left to do" in done.stdout, f"a larger error: {done.stdout}{done.stderr}")
    more = [*other, f"--ensemble.trajectories={trajectories + 100}"]
    done = run([KAIROS, "run", *more], folder, 2)
    check("which are kept" in done.stderr, f"no target: {done.stderr}")
    anew(folder, more, "two targets and none")


with tempfile.TemporaryDirectory() as name:
    base = pathlib.Path(name)
    JOB = ["-c", str(configuration(base, "job.ini", **SECTIONS)), "--time.substeps=20"]
    going_on(base)
    growing(base)
    unreadable(base)
    fewer(base)
    realisations(base)
    target(base)
check.finish()
