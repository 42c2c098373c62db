"""What the tests of checkpoints share: a run that goes on, and what is left when it has ended."""
from kairos_runs import run


def alone(check, folder):
    """Nothing is left but the result."""
    names = sorted(path.name for path in folder.iterdir())
    return check(names == ["r.h5"], f"left behind: {names}")


def complete(check, command, folder, ranks, what):
    done = run([*command, "--output.file=r.h5"], folder, ranks)
    check.succeeded(done, what)
    check("resuming from" in done.stderr, f"{what} does not say that it resumes: {done.stderr}")
