#!/usr/bin/python3
"""layering.py ROOT: no room includes one that it does not stand on, and every public header has its test."""
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
BELOW = {"base": set()}
BELOW["random"] = {"base"}
BELOW["law"] = BELOW["random"] | {"random"}
BELOW["dynamics"] = BELOW["law"] | {"law"}
BELOW["measure"] = BELOW["dynamics"] | {"dynamics"}
BELOW["phases"] = BELOW["measure"] | {"measure"}
BELOW["parallel"] = {"base"}
BELOW["io"] = BELOW["law"] | {"law", "parallel"}
BELOW["app"] = BELOW["phases"] | {"phases", "parallel", "io"}
# Tested through what uses them: plain types, and commands (tests/app/*.py run the program).
UNTESTED = {"base/array", "base/ids", "dynamics/states", "law/law", "parallel/native"}
PHYSICS_FREE_OF = re.compile(r"#include\s*[<\"](mpi|hdf5|H5|boost/program_options)")

failed = 0


def fail(what):
    global failed
    failed += 1
    print(f"FAILED: {what}")


for kind in ("include/kairos", "src"):
    for path in sorted((ROOT / kind).rglob("*.[hc]pp")):
        room = path.relative_to(ROOT / kind).parts[0]
        if room not in BELOW:
            continue
        text = path.read_text()
        for used in re.findall(r'#include "kairos/(\w+)/', text):
            if used != room and used not in BELOW[room]:
                fail(f"{path.relative_to(ROOT)} includes kairos/{used}, which {room} does not stand on")
        if room not in ("parallel", "io", "app") and PHYSICS_FREE_OF.search(text):
            fail(f"{path.relative_to(ROOT)} needs MPI, HDF5 or Program_options")
for header in sorted((ROOT / "include/kairos").rglob("*.hpp")):
    name = header.relative_to(ROOT / "include/kairos").with_suffix("").as_posix()
    if name.split("/")[0] != "app" and name not in UNTESTED and not (ROOT / f"tests/{name}_test.cpp").exists():
        fail(f"{name}.hpp has no tests/{name}_test.cpp")

print(f"{0 if failed else 1} passed, {failed} failed")
sys.exit(1 if failed else 0)
