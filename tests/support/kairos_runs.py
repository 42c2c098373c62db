"""What the Python tests share: running the program, alone or under mpirun, and a checker that counts."""
import os
import pathlib
import signal
import subprocess
import sys
import time

# Exit codes (docs/commands.md).
OTHER, CONFIGURATION, INPUT, OUTPUT, INTERRUPTED = 1, 2, 3, 4, 75
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                   OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_mpi_yield_when_idle="1",
                   OMPI_MCA_hwloc_base_binding_policy="none")


def start(command, folder, ranks=0, environment=(), prepare=None):
    """The process, in a session of its own; ranks = 0: without mpirun. prepare: called in it before the program."""
    launcher = ["mpirun", "-n", str(ranks)] if ranks else []
    return subprocess.Popen(launcher + [str(c) for c in command], cwd=folder, env=dict(ENVIRONMENT, **dict(environment)), text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, preexec_fn=prepare)


def run(command, folder, ranks=0, timeout=300, **more):
    """The finished process."""
    process = start(command, folder, ranks, **more)
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def until(holds, seconds=30):
    """Whether it holds before so many seconds have passed."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def programs_of(process):
    """The ranks of a launcher, or the program itself."""
    listed = subprocess.run(["ps", "-o", "pid=,comm=", "--ppid", str(process.pid)], capture_output=True, text=True).stdout.split("\n")
    ranks = [int(line.split()[0]) for line in listed if line.strip().endswith("kairos")]
    return ranks or [process.pid]


def configuration(folder, name, **sections):
    """Writes an INI file; keys with a dash are written with an underscore here."""
    lines = []
    for section, keys in sections.items():
        lines.append(f"[{section}]")
        lines += [f"{key.replace('_', '-')} = {value}" for key, value in keys.items()]
    path = pathlib.Path(folder) / name
    path.write_text("\n".join(lines) + "\n")
    return path


class Checks:
    """Counts what holds; says what does not."""

    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, holds, what):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED: {what}")
        return bool(holds)

    def succeeded(self, process, what):
        return self(process.returncode == 0, f"{what}: exit {process.returncode}\n{process.stdout}{process.stderr}")

    def refused(self, program, command, arguments, folder, codes, says):
        """PROGRAM COMMAND ARGUMENTS ends with one of the codes, names what it should in one message, and touches no file of the folder."""
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
        done = run([program, command, *arguments], folder)
        what = f"{command} {' '.join(arguments)}"
        self(done.returncode in codes, f"{what}: exit {done.returncode}, expected {codes}\n{done.stderr}")
        self(all(word in done.stderr for word in says), f"{what} does not name {says}: {done.stderr}")
        self(done.stderr.count("kairos: ") == 1 and done.stdout == "", f"{what}: {done.stdout}{done.stderr}")
        self({path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before, f"{what} wrote something")

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed")
        sys.exit(1 if self.failed or not self.passed else 0)
