#!/usr/bin/python3
"""provenance.py KAIROS: what a result says of how it was made, and that it repeats itself from its own configuration, bit by bit."""
import ctypes
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import zlib

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import ENVIRONMENT, INTERRUPTED, Checks, configuration, run  # noqa: E402
from results import same_bits  # noqa: E402

KAIROS = pathlib.Path(sys.argv[1]).resolve()
check = Checks()


def machine(base):
    """Host names, libraries, instruction set and job of a run on two ranks."""
    done = subprocess.run(["mpirun", "-n", "2", str(KAIROS), "run", *JOB, "--output.file=machine.h5"], cwd=base,
                          env={**ENVIRONMENT, "SLURM_JOB_ID": "4711", "KAIROS_SIMD": "avx2"}, capture_output=True, text=True)
    check.succeeded(done, "run")
    with h5py.File(base / "machine.h5") as file:
        said = dict(file.attrs)
        check(said["hosts"] == f"{socket.gethostname()}:2", said["hosts"])
        check(said["mpi_library"].startswith("Open MPI v"), said["mpi_library"])
        check(said["hdf5_library"] == "HDF5 " + ".".join(map(str, linked_hdf5())), said["hdf5_library"])
        check(all(said[name].count(".") == 2 for name in ("eigen_version", "boost_version")), f"{said}")
        check(not said["instructions"].startswith("AVX3") and said["slurm_job_id"] == "4711", f"{said}")
        check(said["command_line"].endswith("--output.file=machine.h5") and "interruptions" not in file, said["command_line"])


def linked_hdf5():
    """The version of the library that the program loads, by its own words: h5py's may be another."""
    listed = subprocess.run(["ldd", str(KAIROS)], capture_output=True, text=True).stdout
    library = next(line.split("=>")[1].split()[0] for line in listed.splitlines() if "libhdf5_openmpi.so" in line)
    numbers = [ctypes.c_uint() for _ in range(3)]
    ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL).H5get_libversion(*map(ctypes.byref, numbers))
    return [number.value for number in numbers]


def repeat(base):
    """-c RESULT.h5, on another number of ranks; a key of the command line wins."""
    for name, keys in (("two-clusters", []), ("random", ["--data.model=random-clusters", "--data.components=5", "--data.seed=9"]),
                       ("data", ["--data.samples=300", "--data.dimension=12", "--ensemble.direction=marginal", "--time.grid=entropic"])):
        check.succeeded(run([KAIROS, "run", *JOB, *keys, f"--output.file={name}.h5"], base, 1), name)
        check.succeeded(run([KAIROS, "run", "-c", f"{name}.h5", "--output.file=again.h5", "--run.resume=never"], base, 3), f"{name} again")
        same_bits(check, base / f"{name}.h5", base / "again.h5", name)
        with h5py.File(base / f"{name}.h5") as one, h5py.File(base / "again.h5") as other:
            differ = [key for key in one["config"].attrs if one["config"].attrs[key] != other["config"].attrs[key]]
            check(set(differ) <= {"output.file", "run.checkpoint", "run.resume"}, f"{name}: {differ}")
    before = (base / "two-clusters.h5").read_bytes()
    done = run([KAIROS, "run", "-c", "two-clusters.h5"], base)
    check("nothing left to do" in done.stdout and (base / "two-clusters.h5").read_bytes() == before, done.stdout + done.stderr)
    done = run([KAIROS, "plan", "-c", "two-clusters.h5", "--ensemble.seed=77"], base)
    check("seed = 77" in done.stdout and "dimension = 32" in done.stdout, done.stdout + done.stderr)


def changed_data(base):
    """The CRC-32 of data files is in /config: a result repeats itself from those bytes alone, and a checkpoint goes on with them alone."""
    def write(name, seed):
        with h5py.File(base / name, "w") as file:
            file["x"] = np.random.default_rng(seed).standard_normal((40, 8))

    write("points.h5", 1)
    write("axes.h5", 2)
    crc = {name: f"{zlib.crc32((base / name).read_bytes()):08x}" for name in ("points.h5", "axes.h5")}
    keys = ["--data.model=dataset-file", "--data.file=points.h5", "--data.dataset=x", "--data.dimension=8", "--time.points=9",
            "--ensemble.batch=16", "--landscape.bins=8", "--landscape.vectors=axes.h5:x"]
    check.succeeded(run([KAIROS, "run", *keys, "--ensemble.trajectories=640", "--output.file=of_file.h5"], base, 2), "data of a file")
    with h5py.File(base / "of_file.h5") as file:
        said = file["config"].attrs["data.crc32"], file["config"].attrs["landscape.crc32"]
        check(said == (crc["points.h5"], crc["axes.h5"]), f"{said}, not {crc}")
    check.succeeded(run([KAIROS, "run", "-c", "of_file.h5", "--output.file=again.h5", "--run.resume=never"], base, 3), "from the same file")
    same_bits(check, base / "of_file.h5", base / "again.h5", "data of a file")
    stopped = run([KAIROS, "run", *keys, "--output.file=cut.h5", "--ensemble.trajectories=64000", "--run.walltime=0.01"], base)
    check(stopped.returncode == INTERRUPTED, f"exit {stopped.returncode}\n{stopped.stderr}")
    write("points.h5", 3)
    check.refused(KAIROS, "run", ["-c", "of_file.h5", "--output.file=n.h5"], base, (3,), ["points.h5", f"data.crc32 = {crc['points.h5']}", "--data.crc32="])
    check.refused(KAIROS, "run", [*keys, "--output.file=cut.h5", "--ensemble.trajectories=64000"], base, (3,), ["data.crc32", crc["points.h5"]])
    check.succeeded(run([KAIROS, "run", "-c", "of_file.h5", "--output.file=n.h5", "--data.crc32="], base), "from the file as it is")
    write("axes.h5", 4)
    check.refused(KAIROS, "run", ["-c", "n.h5", "--output.file=m.h5"], base, (3,), ["axes.h5", "landscape.crc32"])
    check.refused(KAIROS, "run", ["--landscape.crc32=01234567", "--output.file=m.h5"], base, (2,), ["landscape.crc32", "landscape.vectors"])
    check.refused(KAIROS, "run", ["--data.crc32=01234567", "--output.file=m.h5"], base, (2,), ["data.crc32", "dataset-file"])


def not_repeatable(base):
    """A merge has no single seed; other HDF5 is no configuration."""
    check.succeeded(run([KAIROS, "run", *JOB, "--ensemble.seed=8", "--output.file=seed8.h5"], base, 1), "seed 8")
    check.succeeded(run([KAIROS, "merge", "two-clusters.h5", "seed8.h5", "-o", "both.h5"], base), "merge")
    with h5py.File(base / "other.h5", "w") as file:
        file["x"] = np.zeros(3)
    check.refused(KAIROS, "run", ["-c", "both.h5", "--output.file=n.h5"], base, (3,), ["both.h5", "ensemble.seed"])
    check.refused(KAIROS, "run", ["-c", "other.h5", "--output.file=n.h5"], base, (3,), ["other.h5", "not a kairos result"])


def interruptions(base):
    """Two slices of wall time on other numbers of ranks; then a kill that only the last checkpoint knows of."""
    keys = [*JOB, "--output.file=stops.h5", "--ensemble.integrator=heun", "--time.substeps=5000", "--run.checkpoint-interval=0.2"]
    start = time.time()
    for ranks in (1, 2):
        done = run([KAIROS, "run", *keys, "--run.walltime=0.5"], base, ranks)
        check(done.returncode == INTERRUPTED, f"slice on {ranks}: exit {done.returncode}\n{done.stderr}")
    killed = subprocess.Popen([str(KAIROS), "run", *keys], cwd=base, env=ENVIRONMENT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    checkpoint = base / "stops.h5.checkpoint"
    written = checkpoint.stat().st_mtime_ns
    while checkpoint.stat().st_mtime_ns == written and killed.poll() is None:
        time.sleep(0.05)
    os.kill(killed.pid, 9)
    killed.wait()
    check.succeeded(run([KAIROS, "run", *keys], base, 2), "the end")
    with h5py.File(base / "stops.h5") as file:
        group = file["interruptions"]
        reasons = group.attrs["reasons"].split("\n")
        batches = group["batches"][:]
        check(group["ranks"][:].tolist() == [1, 2, 1], f"ranks {group['ranks'][:]}")
        check(["run.walltime" in reason for reason in reasons] == [True, True, False], f"{reasons}")
        check((np.diff(batches) >= 0).all() and batches[-1] <= 40, f"batches {batches}")
        moments = group["unix_time"][:]
        check((np.diff(moments) > 0).all() and start - 1 < moments[0] and moments[-1] < time.time() + 1, f"{moments}")


with tempfile.TemporaryDirectory() as name:
    base = pathlib.Path(name)
    JOB = ["-c", str(configuration(base, "job.ini", data={"dimension": 32}, time={"points": 9},
                                   ensemble={"trajectories": 400, "batch": 10, "seed": 7}))]
    machine(base)
    repeat(base)
    changed_data(base)
    not_repeatable(base)
    interruptions(base)
check.finish()
