#!/usr/bin/python3
"""documentation.py KAIROS SOURCE: what the documentation says is so: keys and their defaults, observables, the layout of a result,
links, and every command it shows."""
import pathlib
import re
import shlex
import sys
import tempfile

import h5py

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import Checks, run  # noqa: E402

KAIROS, SOURCE = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
DOCUMENTS = [SOURCE / "README.md", SOURCE / "CHANGELOG.md", *sorted((SOURCE / "docs").rglob("*.md"))]
check = Checks()


def read(name):
    return (SOURCE / name).read_text()


def keys(folder):
    """Key, default and unit: as `kairos run --help` prints them, in commands.md and in the man page, no more and no fewer."""
    printed = run([KAIROS, "run", "--help"], folder).stdout
    helped = set(re.findall(r"^  (\w+\.[\w-]+) +(\S+) +(\S+)  ", printed, re.M))
    check(len(helped) > 60, f"the help was read wrongly: {len(helped)} keys")
    rows = re.findall(r"^\| `(\w+\.[\w-]+)` \| (\S+) \| (\S+) \|", read("docs/commands.md"), re.M)
    documented = {(key, default.strip("`"), unit) for key, default, unit in rows}
    check(documented == helped, f"commands.md and the help differ: {documented ^ helped}")
    page = read("docs/man/kairos.1").replace("\\-", "-")
    manual = re.findall(r"^\\fB(\w+\.[\w-]+)\\fR = (\S+)(?: \[(\S+)\])?$", page, re.M)
    expected = {(key, default, "" if unit in "-1" else unit) for key, default, unit in helped}
    check(set(manual) == expected, f"man page and help differ: {set(manual) ^ expected}")
    for choices in re.findall(r"\(([\w/-]+(?: \| [\w/-]+)+)\)", " ".join(printed.split())):
        check(all(f"`{choice}`" in read("docs/commands.md") for choice in choices.split(" | ")), f"commands.md lacks one of {choices}")


def observables(folder):
    refused = run([KAIROS, "run", "--observe.observables=no_such_name"], folder)
    known = set(re.findall(r"\b\w+\b", refused.stderr.split("Allowed:")[1].split(".")[0])) - {"default", "all"}
    rows = re.findall(r"^\| `(\w+)`(?: •)? \|", read("docs/observables.md"), re.M)
    check(len(known) > 20 and set(rows) == known, f"observables.md and the program differ: {set(rows) ^ known}")
    default = set(re.findall(r"^\| `(\w+)` • \|", read("docs/observables.md"), re.M))
    for name, arguments in (("clusters", []), ("data", ["--data.samples=9"])):
        check.succeeded(run([KAIROS, "run", *arguments, "--ensemble.trajectories=20", "--time.points=4", f"--output.file={name}.h5"],
                            folder), name)
        with h5py.File(folder / f"{name}.h5") as file:
            expected = {n for n in default if name == "data" or not n.startswith(("datum", "part", "max"))}
            check(set(file["observables"]) == expected, f"default of {name}: {set(file['observables']) ^ expected}")
            for observable, group in file["observables"].items():
                row = "".join(re.findall(rf"^\| `{observable}`.*", read("docs/observables.md"), re.M))
                units = group.attrs["units"]
                units = (units.decode() if isinstance(units, bytes) else units).replace("^2", "²").replace("dimensionless", "–")
                check(f"| {units} |" in row, f"units of {observable}: {units} against {row}")


def expanded(pattern):
    """a/{b,c} -> a/b, a/c"""
    braces = re.search(r"\{([^}]*)\}", pattern)
    if not braces:
        return [pattern]
    return [p for part in braces[1].split(",") for p in expanded(pattern[:braces.start()] + part + pattern[braces.end():])]


def layout(folder):
    """Every array of a result that has everything is in result_file.md."""
    documented = set()
    for row in re.findall(r"^\| (`/.*?) \|", read("docs/result_file.md"), re.M):
        for pattern in re.findall(r"`(/[^`]*)`", row):
            documented |= set(expanded(pattern))
    jobs = {"all": ["--data.dimension=9", "--bifurcation.drift=sde", "--observe.observables=all", "--observe.histograms=norm2", "--clones.times=1",
                    "--clones.overlap=path"],
            "points": ["--data.samples=130", "--data.dimension=3", "--clones.times=1", "--ensemble.integrator=heun", "--observe.tangents=1",
                       "--observe.observables=all", "--ensemble.representation=full"],
            "quenched": ["--data.samples=9", "--data.dimension=3", "--data.realisations=2"]}
    for name, arguments in jobs.items():
        small = ["--ensemble.trajectories=20", "--time.points=4", "--observe.paths=2", "--observe.states=true", "--clones.pairs=5"]
        check.succeeded(run([KAIROS, "run", *arguments, *small, f"--output.file={name}.h5"], folder), f"run {name}")
        with h5py.File(folder / f"{name}.h5") as file:
            file.visititems(lambda path, item: check_documented(path, item, documented))


def check_documented(path, item, documented):
    parts = path.split("/")
    if not isinstance(item, h5py.Dataset) or parts[-1] == "time" and parts[0] != "transitions":
        return
    label = "DRIFT" if parts[0] == "bifurcation" else "NAME"
    named = [label if i == 1 and (len(parts) > 2 or parts[0] == "theory") else part for i, part in enumerate(parts)]
    also = [parts[0], "NAME"] if parts[0] == "paths" else parts[:2] + ["NAME"] + parts[3:]
    check(any("/" + "/".join(one) in documented for one in (named, also, parts)), f"result_file.md lacks /{path}")
    if parts[0] in ("schedule", "clones", "paths", "bifurcation"):
        check("long_name" in item.attrs, f"/{path} has no long_name")
    if any(len(axis) > 0 and axis[0].name.endswith("/time") for axis in item.dims):
        check("time" in item.parent, f"the group of /{path} has no time")


def anchors(document):
    titles = re.findall(r"^#+ (.*)", document.read_text(), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def links(_):
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
            if target.startswith("http"):
                continue
            name, _, anchor = target.partition("#")
            path = (document.parent / name).resolve() if name else document
            check(path.exists(), f"{document.name}: {target} leads nowhere")
            check(not anchor or path.exists() and anchor in anchors(path), f"{document.name}: no heading for {target}")


def small_sweep(path, folder):
    """The sweep with few trajectories and times."""
    small = folder / path.name
    small.write_text(re.sub(r"^(trajectories|points) = \d+", lambda key: f"{key[1]} = {40 if key[1] == 'trajectories' else 6}", path.read_text(), flags=re.M))
    return small


def table(folder):
    """jobs/phi-table: the published curve in four dimensions, to 0.002."""
    done = run([SOURCE / "jobs/phi-table", "phi"], folder, environment={"KAIROS": str(KAIROS)})
    if not check.succeeded(done, "jobs/phi-table"):
        return
    rows = {float(row.split()[0]): row.split() for row in done.stdout.splitlines()[1:20]}
    check(len(rows) == 19 and min(rows) == 1 and max(rows) == 10, f"times {sorted(rows)}")
    check(float(re.search(r"largest standard error ([\d.]+)", done.stdout)[1]) < 0.002, done.stdout)
    check(float(re.search(r"0.999 ([\d.]+)", done.stdout)[1]) < 4.5, done.stdout)
    for t, phi in zip((2.5, 3, 3.5, 4, 4.5), (0.9934, 0.9176, 0.7644, 0.6319, 0.5565)):
        value, _, error, theory = rows[t][5:9]
        check(float(theory) == phi and abs(float(value) - phi) < 4.5 * float(error) + 5e-5, f"phi({t}): {rows[t]}")


def excess_entropy(folder):
    """jobs/excess-entropy with few data: the curve falls to 0 about where the formula says, and is drawn."""
    small = {"KAIROS": str(KAIROS), "SAMPLES": "2000", "DIMENSIONS": "64 128", "TRAJECTORIES": "400"}
    done = run([SOURCE / "jobs/excess-entropy", "excess"], folder, environment=small)
    if not check.succeeded(done, "jobs/excess-entropy"):
        return
    rows = [row.split() for row in done.stdout.splitlines()[1:3]]
    check([row[0] for row in rows] == ["64", "128"], done.stdout)
    for _, time, _, error, theory, *_ in rows:
        check(abs(float(time) - float(theory)) < 2 * float(error) + 0.1, f"t_C {time} +- {error}, formula {theory}")
    check((folder / "excess/excess-entropy.png").stat().st_size > 10000, "no figure")


def commands(folder):
    """The commands shown, with few trajectories."""
    for name in ("README.md", "docs/commands.md", "docs/gallery/README.md"):
        for line in re.findall(r"^    ((?:mpirun|(?:build/)?kairos|(?:jobs/)?kairos-plot) .*)", read(name), re.M):
            if any(sign in line for sign in ("FILE", "SWEEP.ini", "RESULT", "--help", "|", " ... ")):
                continue
            words = [word.removeprefix("build/") for word in shlex.split(line, comments=True)]
            words = [KAIROS if word == "kairos" else SOURCE / "jobs" / "kairos-plot" if word.endswith("kairos-plot") else
                     SOURCE / word if word.startswith("jobs/") else word for word in words]
            if "run" in words:
                words += ["--ensemble.trajectories=40", "--time.points=6", "--clones.pairs=10"]
            if "sweep" in words:
                words[words.index("-c") + 1] = small_sweep(words[words.index("-c") + 1], folder)
            words = [match for word in words for match in (sorted(folder.glob(word)) if "*" in str(word) else [word])]
            check.succeeded(run(words, folder), f"{name}: {line}")


with tempfile.TemporaryDirectory() as directory:
    for part in (keys, observables, layout, links, table, excess_entropy, commands):
        part(pathlib.Path(directory))
check.finish()
