#!/usr/bin/python3
"""slurm.py KAIROS JOBS: under a real slurmctld and two slurmds: a job over both nodes, an array sweep, a job that is signalled, requeued and completes, and a
node that goes down in mid-job. Results have the bits of runs without Slurm."""
import pathlib
import shutil
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import Checks, run  # noqa: E402
from results import same_bits  # noqa: E402
from slurm_cluster import Cluster, missing  # noqa: E402

KAIROS, JOBS = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
check = Checks()
KEYS = ["--data.dimension=48", "--ensemble.trajectories=1024", "--ensemble.batch=16", "--ensemble.integrator=heun", "--time.points=17",
        "--observe.histograms=norm2", "--clones.times=1", "--clones.pairs=64", "--time.substeps=1200"]


def submit(cluster, *words, **environment):
    done = cluster.run("sbatch", "--parsable", "--time=10", *words, KAIROS=str(KAIROS), **environment)
    check.succeeded(done, f"sbatch {words}")
    return done.stdout.strip()


def ended(cluster, job):
    return job not in cluster.run("squeue", "-h", "-o", "%A").stdout.split()


def both_nodes(cluster, whole):
    """Three ranks on two nodes by srun and by mpirun: numbers are dealt by messages, and the bits are the same."""
    for launch in ("srun --mpi=pmix", "mpirun"):
        folder = cluster.folder / launch.split()[0]
        folder.mkdir()
        done = cluster.run("sbatch", "--wait", "--time=20", "--nodes=2", "--ntasks=3", f"--chdir={folder}", f"--output={folder}/log", JOBS / "kairos.sbatch",
                           *KEYS, "--output.file=r.h5", KAIROS=str(KAIROS), LAUNCH=launch, timeout=120)
        log = (folder / "log").read_text()
        check(done.returncode == 0 and "on kn[1-2]" in log and "on 3 ranks" in log, f"{launch}: {done.returncode} {log[-1500:]}")
        same_bits(check, whole, folder / "r.h5", f"two nodes by {launch}")


def shards(cluster):
    """Nodes take batches in turn, and the two ranks of a node share the data of each."""
    keys = ["--data.samples=1500", "--data.dimension=16", "--ensemble.trajectories=256", "--ensemble.batch=32", "--time.points=9"]
    local = run([KAIROS, "run", *keys, "--run.data-shards=2", "--output.file=shards.h5"], cluster.folder, 2)
    check.succeeded(local, "shards without Slurm")
    folder = cluster.folder / "shards"
    folder.mkdir()
    done = cluster.run("sbatch", "--wait", "--time=20", "--nodes=2", "--ntasks-per-node=2", f"--chdir={folder}", f"--output={folder}/log",
                       JOBS / "kairos-shards.sbatch", *keys, "--output.file=r.h5", KAIROS=str(KAIROS), JOBS=str(JOBS), timeout=120)
    log = (folder / "log").read_text()
    check(done.returncode == 0 and "on 4 ranks" in log, f"shards: {done.returncode} {log[-1500:]}")
    same_bits(check, cluster.folder / "shards.h5", folder / "r.h5", "two nodes of two shards")


def array(cluster):
    """Every point of a sweep as a task, in a folder with spaces and quotes; the state shows them complete."""
    at = cluster.folder / "it's an \"array\""
    at.mkdir()
    (at / "s.ini").write_text("[time]\npoints = 9\n[ensemble]\ntrajectories = 64\n[sweep]\ndata.dimension = 8 | 16\nensemble.seed = 1 | 2\n")
    check.succeeded(run([KAIROS, "sweep", "-c", "s.ini", "-o", "out"], at), "sweep")
    done = cluster.run("sbatch", "--wait", "--time=20", at / "out/sweep.sbatch", timeout=120)
    told = run([KAIROS, "sweep", "-c", "s.ini", "-o", "out"], at).stdout
    check(done.returncode == 0 and "4 points: 0 waiting, 0 running, 4 complete, 0 failed" in told, f"array: {done.returncode} {done.stderr}{told}")


def requeued(cluster, whole):
    """A signal as Slurm sends it before the limit: checkpoint, exit 75, back in the queue, complete."""
    folder = cluster.folder / "signal"
    folder.mkdir()
    log = folder / "log"
    job = submit(cluster, "--nodes=2", "--ntasks=2", f"--chdir={folder}", f"--output={log}", JOBS / "kairos.sbatch", *KEYS, "--output.file=r.h5",
                 "--run.checkpoint-interval=0.4")
    check(cluster.until(30, lambda: (folder / "r.h5.checkpoint").exists()), "part 0 did not begin")
    cluster.run("scancel", "-b", "--signal=USR1", job)
    check(cluster.until(30, lambda: "part 0 ended with 75" in log.read_text()), f"signalled: {log.read_text()}")
    cluster.until(20, lambda: "PENDING" in cluster.run("squeue", "-h", "-j", job, "-o", "%T").stdout)
    cluster.run("scontrol", "update", f"JobId={job}", "StartTime=now+1")  # its credential need not expire first
    check(cluster.until(60, lambda: "part 1 ended with 0" in log.read_text()), f"requeued: {log.read_text()}")
    check("resuming from r.h5.checkpoint" in log.read_text(), log.read_text())
    same_bits(check, whole, folder / "r.h5", "requeued")
    cluster.until(10, lambda: ended(cluster, job))


def told_early(cluster, whole):
    """The signal comes while the program is still being loaded, which ends it: the job goes back into the queue and completes."""
    folder = cluster.folder / "early"
    folder.mkdir()
    log, slow = folder / "log", folder / "slow"
    slow.write_text(f'#!/bin/bash\n[ -e begun ] || {{ touch begun; exec sleep 60; }}\nexec {KAIROS} "$@"\n')
    slow.chmod(0o755)
    done = cluster.run("sbatch", "--parsable", "--time=20", "--nodes=1", "--ntasks=1", f"--chdir={folder}", f"--output={log}", JOBS / "kairos.sbatch", *KEYS,
                       "--output.file=r.h5", KAIROS=str(slow))
    job = done.stdout.strip()
    check(cluster.until(30, lambda: (folder / "begun").exists()), "the slow program did not begin")
    cluster.run("scancel", "-b", "--signal=USR1", job)
    check(cluster.until(30, lambda: "part 0 ended with 138" in log.read_text()), f"told early: {log.read_text()}")
    cluster.until(20, lambda: "PENDING" in cluster.run("squeue", "-h", "-j", job, "-o", "%T").stdout)
    cluster.run("scontrol", "update", f"JobId={job}", "StartTime=now+1")
    check(cluster.until(60, lambda: "part 1 ended with 0" in log.read_text()), f"told early, requeued: {log.read_text()}")
    same_bits(check, whole, folder / "r.h5", "told early")
    cluster.until(10, lambda: ended(cluster, job))


def node_down(cluster, whole):
    """A node dies in mid-job, with all that runs there: the job is requeued and goes on on the other from the newest checkpoint."""
    folder = cluster.folder / "down"
    folder.mkdir()
    log = folder / "log"
    job = submit(cluster, "--nodes=1", "--ntasks=2", f"--chdir={folder}", f"--output={log}", "--nodelist=kn2", JOBS / "kairos.sbatch", *KEYS,
                 "--output.file=r.h5", "--run.checkpoint-interval=0.4")
    check(cluster.until(30, lambda: (folder / "r.h5.checkpoint").exists()), f"no checkpoint: {log.read_text() if log.exists() else ''}")
    cluster.crash("kn2")
    check(not (folder / "r.h5").exists(), "complete before the node died")
    cluster.run("scontrol", "update", "NodeName=kn2", "State=DOWN", "Reason=test")
    check(cluster.until(20, lambda: "PENDING" in cluster.run("squeue", "-h", "-j", job, "-o", "%T").stdout), "not requeued")
    cluster.run("scontrol", "update", f"JobId={job}", "ReqNodeList=", "StartTime=now+1")
    check(cluster.until(60, lambda: (folder / "r.h5").exists()), f"node down: {log.read_text()}")
    check("resuming from r.h5.checkpoint" in log.read_text() and "on kn1" in log.read_text(), log.read_text())
    same_bits(check, whole, folder / "r.h5", "a node died")


reason = missing()
if reason:
    print(f"slurm: skipped, {reason}")
    sys.exit(77)
directory = tempfile.mkdtemp(prefix="kairos-slurm-")
try:
    with Cluster(pathlib.Path(directory) / "cluster") as cluster:
        whole = cluster.folder / "whole.h5"
        check.succeeded(run([KAIROS, "run", *KEYS, "--output.file=whole.h5"], cluster.folder), "without Slurm")
        both_nodes(cluster, whole)
        shards(cluster)
        array(cluster)
        requeued(cluster, whole)
        told_early(cluster, whole)
        node_down(cluster, whole)
finally:
    shutil.rmtree(directory, ignore_errors=True)
check.finish()
