#!/usr/bin/python3
"""analyze_laws.py KAIROS KAIROS_PLOT: sweeps over what is not a dimension, analysed: the numbers of classes and of
data, the weight of guidance."""
import pathlib
import sys
import tempfile

import h5py
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
from analyses import number, rows_of  # noqa: E402
from kairos_runs import Checks, run  # noqa: E402

KAIROS, PLOT = (pathlib.Path(argument).resolve() for argument in sys.argv[1:3])
check = Checks()


def many_classes(folder):
    """More random means: to higher snr where d Gaussian channels carry log K nats, over a width of their fluctuations; the spectral time goes astray."""
    d, numbers, files = 128, (4, 32, 256), []
    for seed, k in enumerate(numbers, 1):
        files.append(f"classes-{k}.h5")
        check.succeeded(run([KAIROS, "run", "--data.model=random-clusters", f"--data.components={k}", f"--data.dimension={d}", "--data.sigma=0.3", "--process.t-min=0.1",
                             "--process.t-max=6", "--time.points=41", "--ensemble.trajectories=1000", f"--ensemble.seed={seed}", f"--output.file={files[-1]}"], folder), files[-1])
    if not check.succeeded(run([KAIROS, "analyze", *files, "-o", "classes.h5"], folder), "many classes"):
        return
    with h5py.File(folder / "classes.h5") as file:
        signal = np.expm1(2 * np.log(numbers) / d)
        expected, width = np.log(signal / (1 - 0.09 * signal)), 2 / np.sqrt(d * signal / (1 + signal))
        for name in ("speciation_clones", "speciation_entropy_rate", "class_last_change", "class_commitment"):
            x, error = (file[f"transitions/{name}/{key}"][:] for key in ("log_snr", "log_snr_stderr"))
            # an O(1) part of what is asked of the channels is each criterion's own: 1 nat of log K, and the width
            check(np.all(np.diff(x) > 4.5 * np.hypot(error[1:], error[:-1])) and np.all(np.abs(x - expected) < 1 / np.log(numbers) + 0.5 * width), f"{name}: {x}, channels {expected}")
        for name in ("class_last_change", "class_commitment"):
            found = file[f"transitions/{name}/log_snr_width"][:]
            check(np.all(np.diff(found) < 0) and np.all(found > 0.45 * width) and np.all(found < 1.5 * width), f"{name}: widths {found}, fluctuations {width}")
        check(np.ptp(file["transitions/speciation_spectral/log_snr"][:] - expected) > 1, "the spectral criterion knows of K")
    if check.succeeded(run([PLOT, "classes.h5", "-o", "figures-classes"], folder), "kairos-plot of many classes"):
        check((folder / "figures-classes/classes.png").stat().st_size > 20000, "classes.png shows nothing")


def condensation(folder):
    """t_C against log(n)/d and its logarithm."""
    files = []
    for seed, (d, n) in enumerate(((24, 100), (24, 200), (24, 400), (24, 800)), 1):
        files.append(f"data-{n}.h5")
        done = run([KAIROS, "run", f"--data.dimension={d}", f"--data.samples={n}", f"--data.seed={seed}", f"--ensemble.seed={seed}",
                    "--ensemble.direction=marginal", "--ensemble.coupling=common", "--ensemble.trajectories=2000", "--process.t-min=0.05",
                    "--process.t-max=6", "--time.points=41", "--observe.observables=class_collision,class_entropy,datum_entropy,participation",
                    f"--output.file={files[-1]}"], folder)
        check.succeeded(done, files[-1])
    done = run([KAIROS, "analyze", *files, "--csv"], folder)
    if not check.succeeded(done, "collapse on data"):
        return
    fits = {(row["name"], row["against"], row["parameter"]): row for row in rows_of(done.stdout) if row["kind"] == "fit"}
    for against in ("log(n)/d", "log(log(n)/d)"):
        check(("collapse_excess_entropy", against, "slope") in fits, f"no fit against {against}")
    row = fits["collapse_excess_entropy", "log(log(n)/d)", "slope"]
    # The theory's own slope over this range: 1/2 log(1 + 1/(n^{2/d} - 1)) at both ends.
    x, t = (np.array([f(n) for n in (100, 800)]) for f in (lambda n: np.log(np.log(n) / 24), lambda n: 0.5 * np.log(1 + 1 / np.expm1(2 * np.log(n) / 24))))
    expected = (t[1] - t[0]) / (x[1] - x[0])
    check(abs(number(row, "value") - expected) < 4.5 * number(row, "stderr") + 0.1 * abs(expected), f"slope {row}, theory {expected}")
    check("speciation_clones" not in {key[0] for key in fits}, "one dimension has a slope in log d")


def guidance(folder):
    """Weights of guidance are points: weight 1 is the class alone, whose posteriors and decisions are those of the symmetric whole; more of it decides earlier."""
    files = []
    for seed, weight in enumerate((0, 1, 3), 1):
        files.append(f"guided-{weight}.h5")
        check.succeeded(run([KAIROS, "run", "--data.dimension=32", "--process.t-min=0.05", "--process.t-max=6", "--time.points=41", "--time.substeps=4", "--guidance.class=1",
                             f"--guidance.weight={weight}", "--ensemble.integrator=heun", "--ensemble.trajectories=4000", f"--ensemble.seed={seed}",
                             f"--output.file={files[-1]}"], folder), files[-1])
    if not check.succeeded(run([KAIROS, "analyze", *files, "-o", "guided.h5"], folder), "weights of guidance"):
        return
    with h5py.File(folder / "guided.h5") as file:
        check(file["points/guidance_weight"][:].tolist() == [0, 1, 3], f"weights {file['points/guidance_weight'][:]}")
        for name in ("speciation_clones", "speciation_entropy_rate", "speciation_entropy_variance", "class_last_change", "class_commitment"):
            x, error = (file[f"transitions/{name}/{key}"][:] for key in ("log_snr", "log_snr_stderr"))
            z = (x[1] - x[0]) / np.hypot(*error[:2])
            check(abs(z) < 4.5 and np.all(error < 0.1), f"{name}: weight 1 against 0: {x}, errors {error}, z = {z:.2f}")
            check(x[2] < x[0] - 4.5 * np.hypot(error[0], error[2]), f"{name}: weight 3 is not earlier: {x}")
    if check.succeeded(run([PLOT, "guided.h5", "-o", "figures-guided"], folder), "kairos-plot of guidance"):
        check((folder / "figures-guided/guidance.png").stat().st_size > 20000, "guidance.png shows nothing")


with tempfile.TemporaryDirectory() as directory:
    for part in (many_classes, condensation, guidance):
        part(pathlib.Path(directory))
check.finish()
