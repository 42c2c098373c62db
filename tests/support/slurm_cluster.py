"""A Slurm of two nodes, private to one folder, on this machine: real slurmctld, slurmd, munged. Needs root; changes nothing outside the folder.

Each node is a slurmd with a host name, an /etc/hosts and a /dev/shm of its own (unshare), so that MPI sees two nodes and shares no memory between
them; traffic goes over TCP on the loopback. Ports are free ones, the munge key and its socket are the folder's own.
"""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time

NODES = ("kn1", "kn2")
PROGRAMS = ("slurmctld", "slurmd", "munged", "unshare", "srun", "sbatch")
# Own host name, /etc/hosts and /dev/shm, then the daemon in place of the shell.
IN_NODE = 'hostname "$1"; mount --bind "$2" /etc/hosts; mount -t tmpfs -o mode=1777 tmpfs /dev/shm; shift 2; exec "$@"'


def missing():
    """Why no cluster can be had here; empty if it can."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    if absent:
        return f"not installed: {' '.join(absent)}"
    return "" if os.geteuid() == 0 else "unshare and slurmd need root"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Cluster:
    def __init__(self, folder, cpus=2):
        self.folder = pathlib.Path(folder)
        self.daemons = {}
        for name in ("spool", "log", "ctld", "ompi", *NODES):
            (self.folder / name).mkdir(parents=True)
        self.folder.chmod(0o755)
        (self.folder / "hosts").write_text(pathlib.Path("/etc/hosts").read_text() + f"127.0.0.1 {' '.join(NODES)}\n")
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(128))
        self.write_configuration(cpus)
        self.environment = dict(
            os.environ, SLURM_CONF=str(self.folder / "slurm.conf"), OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
            OMPI_MCA_mpi_yield_when_idle="1", OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_hwloc_base_binding_policy="none",
            OMPI_MCA_btl_tcp_if_include="lo", OMPI_MCA_oob_tcp_if_include="lo", OMPI_MCA_orte_tmpdir_base=str(self.folder / "ompi"))

    def write_configuration(self, cpus):
        control, *ports = free_ports(1 + len(NODES))
        at = self.folder
        nodes = "\n".join(f"NodeName={name} NodeAddr=127.0.0.1 Port={port} CPUs={cpus} RealMemory=1000 TmpDisk=0" for name, port in zip(NODES, ports))
        # cred_expire: a requeued job waits until its old credential has expired; 5 s is the least.
        # %n: two slurmds on one machine share neither spool nor PMIx scratch (TmpFS).
        (at / "slurm.conf").write_text(f"""ClusterName=kairos
SlurmctldHost=kn1(127.0.0.1)
SlurmctldPort={control}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={at}/munge.sock,cred_expire=5
MpiDefault=pmix
StateSaveLocation={at}/ctld
SlurmdSpoolDir={at}/spool/%n
TmpFS={at}/%n
SlurmctldPidFile={at}/slurmctld.pid
SlurmdPidFile={at}/%n/slurmd.pid
SlurmctldLogFile={at}/log/slurmctld.log
SlurmdLogFile={at}/log/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=2,bf_interval=2,sched_min_interval=0,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=5
MailProg=/bin/true
{nodes}
PartitionName=test Nodes={','.join(NODES)} Default=YES MaxTime=60 State=UP
""")

    def start(self, name, *command):
        with open(self.folder / "log" / f"{name}.out", "ab") as log:
            self.daemons[name] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment, start_new_session=True)

    def start_in_node(self, name, node, *command):
        self.start(name, "unshare", "--uts", "--mount", "bash", "-c", IN_NODE, "_", node, str(self.folder / "hosts"), *command)

    def run(self, *command, timeout=60, **more):
        try:
            return subprocess.run([str(word) for word in command], env=dict(self.environment, **more), capture_output=True, text=True, timeout=timeout,
                                  cwd=self.folder)
        except subprocess.TimeoutExpired as late:
            raise RuntimeError(f"{late}\n{self.state()}") from None

    def state(self):
        """Why something may be waiting: nodes, jobs, processes with what they wait for, the last words of daemons and jobs."""
        asked = [subprocess.run(words, env=self.environment, capture_output=True, text=True, check=False, timeout=20)
                 for words in (["sinfo", "-N", "-l"], ["scontrol", "show", "job"])]
        processes = subprocess.run(["ps", "-o", "pid,stat,wchan:24,time,args", "-p", ",".join(map(str, self.ours()))], capture_output=True, text=True, check=False)
        logs = [*(self.folder / "log").iterdir(), *self.folder.glob("*/log")]
        words = [f"{path}: {path.read_text(errors='replace')[-1500:]}" for path in logs if path.is_file()]
        return "\n".join([*(done.stdout + done.stderr for done in asked), processes.stdout, *words])

    def until(self, seconds, holds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return True
            time.sleep(0.1)
        return False

    def up(self, node):
        self.start_in_node(f"slurmd-{node}", node, "slurmd", "-D", "-N", node)

    def __enter__(self):
        at = self.folder
        self.start("munged", "munged", "--foreground", "--force", f"--key-file={at}/munge.key", f"--socket={at}/munge.sock", f"--pid-file={at}/munged.pid",
                   f"--log-file={at}/log/munged.log", f"--seed-file={at}/munge.seed")
        self.until(5, lambda: (at / "munge.sock").exists())
        self.start_in_node("slurmctld", "kn1", "slurmctld", "-D", "-i")
        for node in NODES:
            self.up(node)
        ready = self.until(30, lambda: self.run("sinfo", "-h", "-N", "-o", "%T").stdout.split() == ["idle", "idle"])
        if not ready:
            state = self.state()
            self.__exit__()
            raise RuntimeError(f"the nodes did not come up\n{state}")
        return self

    def crash(self, node):
        """Its daemon and every process of its jobs die; the step daemons (of all nodes: no other may have jobs) first, before they can report."""
        self.daemons[f"slurmd-{node}"].kill()
        steps = [pid for pid in self.ours() if pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "slurmstepd"]
        for pid in steps + self.ours(f"SLURMD_NODENAME={node}"):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass

    def ours(self, mark=""):
        """Processes of this cluster's jobs and daemons: those that carry its SLURM_CONF, or another variable of theirs."""
        mark = (mark or f"SLURM_CONF={self.folder}/slurm.conf").encode()
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                if mark in path.read_bytes().split(b"\0"):
                    found.append(int(path.parent.name))
            except OSError:
                pass  # it has ended, or is another's
        return [pid for pid in found if pid != os.getpid()]

    def __exit__(self, *_):
        self.run("scancel", "--state=PENDING,RUNNING", "--partition=test", timeout=10)
        for sent in (signal.SIGTERM, signal.SIGKILL):
            for pid in self.ours():
                try:
                    os.kill(pid, sent)
                except ProcessLookupError:
                    pass
            if self.until(5, lambda: not self.ours()):
                break
        for daemon in self.daemons.values():
            daemon.wait(timeout=10)
