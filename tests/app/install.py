#!/usr/bin/python3
"""install.py BUILD: installs into a temporary prefix and uses what is there as others would: the program, kairos-plot, the man page,
and the library from a project that knows nothing but the prefix."""
import pathlib
import shutil
import sys
import tempfile

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from kairos_runs import Checks, run  # noqa: E402

BUILD = pathlib.Path(sys.argv[1]).resolve()
check = Checks()

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES CXX)
find_package(kairos 1.0 REQUIRED)
add_executable(consumer main.cpp headers.cpp)
target_link_libraries(consumer PRIVATE kairos::kairos_physics)
"""
PROGRAM = """#include <cstdio>
#include <kairos/law/models.hpp>
#include <kairos/phases/theory.hpp>
int main() {
    kairos::law::ModelSpec spec;  // two clusters, mu = sigma = 1
    spec.dimension = 1024;
    const auto law = kairos::law::build_law(spec, kairos::law::Representation::reduced);
    const kairos::dynamics::Schedule schedule(kairos::dynamics::ScheduleKind::ou, {});
    std::printf("%.12f\\n", kairos::phases::class_theory(law)(schedule.at(kairos::Time{3.5})).entropy);
}
"""


def class_entropy(dimension, time):
    """H(c|x_t) = E log(1 + e^-2L), L ~ N(snr, snr), snr = alpha^2 d, for mu = sigma = 1 under ou: Gamma = 1."""
    snr = np.exp(-2 * time) * dimension
    logit = snr + np.sqrt(snr) * np.linspace(-12, 12, 20001)
    density = np.exp(-((logit - snr) ** 2) / (2 * snr)) / np.sqrt(2 * np.pi * snr)
    return np.sum(np.logaddexp(0, -2 * logit) * density) * (logit[1] - logit[0])


def consumer(prefix, folder):
    folder.mkdir()
    (folder / "CMakeLists.txt").write_text(PROJECT)
    (folder / "main.cpp").write_text(PROGRAM)
    headers = sorted((prefix / "include").rglob("*.hpp"))
    check(len(headers) > 25, f"only {len(headers)} headers are installed")
    rooms = {header.relative_to(prefix / "include" / "kairos").parts[0] for header in headers}
    check(rooms == {"base", "random", "law", "dynamics", "measure", "phases"}, f"rooms installed: {rooms}")
    (folder / "headers.cpp").write_text("".join(f"#include <{h.relative_to(prefix / 'include')}>\n" for h in headers))
    configured = run(["cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={prefix}"], folder)
    if not (check.succeeded(configured, "find_package") and
            check.succeeded(run(["cmake", "--build", folder / "build"], folder), "build of a consumer")):
        return
    done = run([folder / "build" / "consumer"], folder)
    expected = class_entropy(1024, 3.5)
    check.succeeded(done, "consumer")
    check(abs(float(done.stdout) - expected) < 1e-9, f"consumer says {done.stdout}, quadrature {expected}")


def programs(prefix, folder):
    done = run([prefix / "bin" / "kairos", "--version"], folder)
    check.succeeded(done, "installed kairos")
    check(done.stdout.startswith("kairos 1."), f"--version says {done.stdout}")
    result = folder / "result.h5"
    check.succeeded(run([prefix / "bin" / "kairos", "run", "-c", prefix / "share" / "kairos" / "two-clusters.ini",
                         "--ensemble.trajectories=50", "--time.points=6", "--clones.pairs=10", f"--output.file={result}"], folder),
                    "run of the installed example")
    check.succeeded(run([prefix / "bin" / "kairos-plot", result, "-o", folder / "figures"], folder), "installed kairos-plot")
    check((folder / "figures" / "rate.png").exists(), "installed kairos-plot draws nothing")
    check(not list(prefix.rglob("__pycache__")), "kairos-plot leaves files in the prefix")


def man_page(prefix, folder):
    page = prefix / "share" / "man" / "man1" / "kairos.1"
    check(page.exists(), "no man page")
    if not shutil.which("man"):
        print("man is not installed: the page is not rendered")
        return
    done = run(["man", "--warnings", "-E", "UTF-8", "-l", page], folder)
    check(done.returncode == 0 and done.stderr == "", f"man -l: exit {done.returncode} {done.stderr}")
    for words in ("kairos run", "kairos-plot", "EXIT STATUS", "data.model"):
        check(words in done.stdout, f"the man page does not say: {words}")


with tempfile.TemporaryDirectory() as directory:
    scratch = pathlib.Path(directory)
    if check.succeeded(run(["cmake", "--install", BUILD, "--prefix", scratch / "prefix"], scratch), "cmake --install"):
        programs(scratch / "prefix", scratch)
        man_page(scratch / "prefix", scratch)
        consumer(scratch / "prefix", scratch / "consumer")
check.finish()
