#!/usr/bin/python3
"""failures_of_disks.py KAIROS: disks that are full or broken, files that may not grow, folders that cannot be written, done for real. Nothing outside
of a temporary folder is touched: mounts are seen by this process alone."""
import errno
import os
import pathlib
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from failing import OFTEN, ONE_BATCH, Failures, empty, finished, left_out, names  # noqa: E402
from kairos_runs import INTERRUPTED, OUTPUT, run, start  # noqa: E402
from results import same_bits  # noqa: E402


# --- disks that are full, by a small tmpfs that only this process sees ---------------------------------------------------------------------
def small_disk(at, name, megabytes):
    """A mounted folder, or nothing where mounting is not allowed."""
    folder = at.folder(name)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], capture_output=True, text=True)
    if done.returncode == 0:
        return folder
    left_out("a full disk on a tmpfs", done.stderr.strip() or "mount is not allowed")
    return None


def fill(folder, spare):
    """A file that leaves `spare` bytes."""
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    with open(folder / "ballast", "wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, free - spare)


def full_disk(at):
    disk = small_disk(at, "disk", 16)
    if disk is None:
        return
    away = at.folder("away")
    fill(disk, 100_000)
    done = run(at.job("--output.file=r.h5", f"--run.checkpoint={disk}/c", OFTEN), away, 2)
    at.said(done, 0, [f"cannot write {disk}/c: no room", "No space left on device", "The run goes on", "No finished batch is kept"],
            "checkpoints on a full disk")
    same_bits(at.check, at.whole, away / "r.h5", "checkpoints on a full disk")
    at.check(names(disk) == ["ballast"] and names(away) == ["r.h5"], f"a full disk: left behind {names(disk)} {names(away)}")
    (away / "r.h5").unlink()
    done = run(at.job(f"--output.file={disk}/r.h5", "--run.checkpoint=c"), away, 2)
    at.said(done, OUTPUT, [f"cannot write {disk}/r.h5: no room", "c keeps 32 of 32 batches", "--run.checkpoint=c"], "output on a full disk")
    at.check(names(disk) == ["ballast"], f"output on a full disk: left behind {names(disk)}")
    done = run(at.job("--output.file=r.h5", "--run.checkpoint=c"), away, 1)
    at.check.succeeded(done, "to another disk")
    at.check("resuming from c: 32 of 32 batches" in done.stderr, done.stderr)
    same_bits(at.check, at.whole, away / "r.h5", "to another disk")
    both_full(at, disk)


def no_printing(at):
    """What only prints has failed where it cannot; a run whose result is there has not."""
    folder = at.folder("printing")
    for words, code in ((["plan"], OUTPUT), (["run", "--help"], OUTPUT), (["--version"], OUTPUT), (at.job("--output.file=r.h5")[1:], 0)):
        done = run(["/bin/sh", "-c", f"{shlex.join(map(str, [at.job()[0], *words]))} > /dev/full"], folder)
        at.check(done.returncode == code and ("standard output" in done.stderr) == (code != 0), f"{words} > /dev/full: {done.returncode} {done.stderr}")


def both_full(at, disk):
    """Output and checkpoint on a disk that fills up after a first checkpoint."""
    (disk / "ballast").unlink()
    at.first_part(disk, "a full disk", ranks=2)
    before = (disk / "r.h5.checkpoint").read_bytes()
    fill(disk, 100_000)
    done = run(at.job("--output.file=r.h5", OFTEN), disk, 2)
    at.said(done, OUTPUT, ["resuming", "The run goes on", "cannot write r.h5: no room", "cannot be kept either", "r.h5.checkpoint keeps"],
            "everything on a full disk", messages=2)
    at.check((disk / "r.h5.checkpoint").read_bytes() == before, "a full disk has cost the checkpoint that was there")
    done = run(at.job("--output.file=r.h5", ONE_BATCH), disk)
    at.said(done, OUTPUT, ["interrupted by run.walltime", "cannot write r.h5.checkpoint", "r.h5.checkpoint keeps"], "the end on a full disk")
    (disk / "ballast").unlink()
    at.completes(disk, "once there is room")


# --- files that may not grow, by ulimit -f: needs no privilege -----------------------------------------------------------------------------
def limited_files(at):
    # Open MPI's own files, of some MB, are not what is limited here.
    small = {"PMIX_MCA_gds": "hash", "OMPI_MCA_btl": "self,tcp"}

    def limited(ranks, *keys):
        return run(at.job("--output.file=r.h5", *keys), folder, ranks, environment=small,
                   prepare=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)))

    folder = at.folder("limited")
    at.said(limited(2, OFTEN), OUTPUT, ["cannot write r.h5.checkpoint: no room", "File too large", "The run goes on", "cannot write r.h5: no room",
                                        "cannot be kept either", "No finished batch is kept", "ulimit -f"], "files limited", messages=2)
    at.check(names(folder) == [], f"files limited: left behind {names(folder)}")
    at.first_part(folder, "files limited")
    at.said(limited(0, ONE_BATCH), OUTPUT, ["interrupted by run.walltime", "cannot write r.h5.checkpoint: no room", "the same command goes on"],
            "the end, limited")
    at.check("resuming from r.h5.checkpoint" in at.completes(folder, "without the limit", ranks=2), "began anew")


# --- a disk that answers with errors --------------------------------------------------------------------------------------------------------
def broken_disk(at):
    folder, library = at.folder("broken"), at.injector()
    if library is None:
        return left_out("a broken disk", "no C compiler")
    switch = folder / "broken-now"

    def broken(name, calls, error=errno.EIO):
        return {"LD_PRELOAD": library, "KAIROS_FAULT_NAME": name, "KAIROS_FAULT_CALLS": calls, "KAIROS_FAULT_WHILE": str(switch),
                "KAIROS_FAULT_ERRNO": str(error)}

    for ranks, calls, error, says in ((3, "w", errno.EIO, ""), (1, "f", errno.EIO, ""), (2, "wa", errno.EDQUOT, "Disk quota exceeded")):
        what = f"{errno.errorcode[error]} ({calls}) on {ranks} ranks"
        switch.touch()
        done = run(at.job("--output.file=r.h5", OFTEN), folder, ranks, environment=broken("r.h5.checkpoint.part", calls, error))
        at.said(done, 0, ["cannot write r.h5.checkpoint", says, "The run goes on"], f"checkpoints, {what}")
        same_bits(at.check, at.whole, folder / "r.h5", f"checkpoints, {what}")
        (folder / "r.h5").write_bytes(b"an earlier file")
        done = run(at.job("--output.file=r.h5"), folder, ranks, environment=broken("r.h5.part", calls, error))
        at.said(done, OUTPUT, ["cannot write r.h5:", "r.h5.checkpoint keeps 32 of 32 batches"], f"output, {what}")
        at.check((folder / "r.h5").read_bytes() == b"an earlier file", f"output, {what}: the earlier file is gone")
        switch.unlink()
        at.check("32 of 32 batches" in at.completes(folder, f"after {what}"), f"after {what}: batches were run again")
        (folder / "r.h5").unlink()
    mended_disk(at, folder, switch, broken("r.h5.checkpoint.part", "wf"))


def unchanged(file, seconds):
    before = file.read_bytes()
    time.sleep(seconds)
    return file.read_bytes() == before


def mended_disk(at, folder, switch, environment):
    """A disk that fails for a while in mid-run: the checkpoint before stays, later ones are written."""
    process = start(at.job("--output.file=r.h5", "--ensemble.trajectories=100000", OFTEN), folder, 2, environment=environment)
    newest = folder / "r.h5.checkpoint"
    at.until(newest.exists, "a first checkpoint")
    switch.touch()
    at.until(lambda: unchanged(newest, 0.5), "the end of the checkpoint in work")
    before = newest.read_bytes()
    time.sleep(0.5)
    at.check(newest.read_bytes() == before, "a broken disk has changed the checkpoint that was there")
    switch.unlink()
    at.until(lambda: newest.read_bytes() != before, "a checkpoint on the mended disk")
    process.send_signal(signal.SIGUSR1)
    at.said(finished(process), INTERRUPTED, ["The run goes on", "r.h5.checkpoint keeps", "interrupted by SIGUSR1"], "a mended disk", messages=2)
    empty(folder)


def no_links(at):
    """A disk without hard links: the checkpoint before is kept there too, and the newest never lacks its name."""
    folder, library = at.folder("no-links"), at.injector()
    if library is None:
        return left_out("a disk without hard links", "no C compiler")
    fault = {"LD_PRELOAD": library, "KAIROS_FAULT_NAME": "r.h5.checkpoint", "KAIROS_FAULT_CALLS": "l", "KAIROS_FAULT_WHILE": "/", "KAIROS_FAULT_ERRNO": str(errno.EPERM)}
    newest = folder / "r.h5.checkpoint"
    process = start(at.job("--output.file=r.h5", OFTEN), folder, 2, environment=fault)
    at.until(newest.exists, "a first checkpoint")
    always, sent = True, False
    while process.poll() is None:
        always = newest.exists() and always
        if not sent and (folder / "r.h5.checkpoint.previous").exists():
            sent = True
            process.send_signal(signal.SIGUSR1)
    at.check(always, "the newest checkpoint had no name for a moment")
    at.said(finished(process), INTERRUPTED, ["interrupted by SIGUSR1"], "a disk without hard links")
    at.check(names(folder) == ["r.h5.checkpoint", "r.h5.checkpoint.previous"], f"no links: {names(folder)}")
    newest.write_bytes(newest.read_bytes()[:-100])
    at.check("resuming from r.h5.checkpoint.previous" in at.completes(folder, "no links"), "the copy of the checkpoint before was not used")


# --- folders that cannot be written -----------------------------------------------------------------------------------------------------------
def read_only(at):
    folder = at.folder("read-only")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", folder], capture_output=True, text=True)
    if mounted.returncode:
        left_out("a read-only file system", mounted.stderr.strip())
    else:
        for ranks, keys in ((0, [f"--output.file={folder}/r.h5"]), (2, ["--output.file=r.h5", f"--run.checkpoint={folder}/c"])):
            done = run(at.job(*keys), at.base, ranks)
            at.said(done, OUTPUT, [f"cannot write {folder}", "Read-only file system", "Choose another file"], f"a read-only file system, {ranks} ranks")
    user = [] if os.geteuid() else ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if user and (not shutil.which("setpriv") or run([*user, "test", "-x", at.kairos], at.base).returncode):
        return left_out("a folder whose permission is taken away", "nobody may not run the program, and root ignores permissions")
    permission(at, user)


def permission(at, user):
    """Taken away in mid-run and given back: checkpoints and the result are missed, the work is not."""
    folder = at.folder("permission")
    at.base.chmod(0o755)
    if user:
        os.chown(folder, 65534, 65534)
    command = at.job("--output.file=r.h5", OFTEN)
    process = start([*user, *command], folder)
    at.until((folder / "r.h5.checkpoint").exists, "a first checkpoint")
    folder.chmod(0o555)
    at.said(finished(process), OUTPUT, ["cannot write r.h5.checkpoint: r.h5.checkpoint.part cannot be made: Permission denied", "The run goes on",
                         "cannot write r.h5: r.h5.part cannot be made", "r.h5.checkpoint keeps"], "no permission", messages=2)
    folder.chmod(0o755)
    at.check("resuming from r.h5.checkpoint" in at.completes(folder, "with permission"), "the checkpoint was not used")


def in_own_mounts():
    """Begins again where mounts are this process's own; goes on here where that is not allowed."""
    if os.environ.get("KAIROS_OWN_MOUNTS"):
        return
    for options in (["-m"], ["-r", "-m"]):
        command = ["unshare", *options]
        if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
            os.execvpe("unshare", [*command, sys.executable, *sys.argv], dict(os.environ, KAIROS_OWN_MOUNTS="1"))
    left_out("disks of its own", "unshare is not allowed")


in_own_mounts()
with tempfile.TemporaryDirectory() as name:
    try:
        Failures(sys.argv[1], name).each(full_disk, no_printing, limited_files, broken_disk, no_links, read_only)
    finally:
        for mounted in ("disk", "read-only"):
            subprocess.run(["umount", pathlib.Path(name) / mounted], capture_output=True)
