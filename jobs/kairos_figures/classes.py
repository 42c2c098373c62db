"""Transitions as the number of classes, or the weight of guidance, grows, at one dimension and schedule.

Each takes a Summary and returns a figure, or None where the summary has fewer than three such numbers.
"""
import numpy as np

from .scaling import label_of, size
from .style import BLACK, COLUMN, legend, plt
from .result import text


def classes(summary):
    points = series(summary)
    if len(points) < 3:
        return None
    figure, (places, widths) = plt.subplots(1, 2, figsize=(2.1 * COLUMN, 3.0))
    over = np.log(summary.points["components"][points])
    transitions(summary, points, over, places, widths)
    predicted(summary, points, over, places, widths)
    finish(places, widths, f"$\\log K$  ($d$ = {size(summary.points['dimension'][points[0]])})")
    return figure


def guidance(summary):
    """The same over the weight of guidance."""
    points = series(summary, "guidance_weight", ("dimension", "separation", "components", "schedule"))
    if len(points) < 3:
        return None
    figure, (places, widths) = plt.subplots(1, 2, figsize=(2.1 * COLUMN, 3.0))
    transitions(summary, points, summary.points["guidance_weight"][points], places, widths)
    finish(places, widths, "weight of guidance $w$")
    return figure


def transitions(summary, points, over, places, widths):
    for name, group in summary.file["transitions"].items():
        if not name.startswith(("speciation", "class_")) or "log_snr" not in group or not np.isfinite(group["log_snr"][:][points]).any():
            continue
        label, colour = label_of(name)
        style = {"fmt": "o-", "markersize": 3, "linewidth": 0.8, "color": colour, "label": label}
        if "log_snr_width" in group:  # decisions of paths: hollow, told from transitions of the ensemble
            style.update(fmt="s--", markerfacecolor="none")
            widths.errorbar(over, group["log_snr_width"][:][points], group["log_snr_width_stderr"][:][points], **style)
        places.errorbar(over, group["log_snr"][:][points], summary.error_in_log_snr(name)[points], **style)


def finish(places, widths, abscissa):
    places.set_ylabel("log snr of the transition")
    widths.set_ylabel("width between paths, in log snr")
    for axes in (places, widths):
        axes.set_xlabel(abscissa)
        legend(axes, columns=3 if axes is places else 1)


def series(summary, over="components", fixed=("dimension", "separation", "schedule")):
    """Points that agree in what is fixed: those that have most values of what varies."""
    mark = np.stack([summary.points[key].astype(float) for key in fixed])
    found = []
    for one in np.unique(mark, axis=1).T:
        points = np.flatnonzero(np.all(mark == one[:, None], axis=0) & (summary.points["components"] > 1))
        if len(np.unique(summary.points[over][points])) == len(points) > len(found):
            found = points
    return found


def predicted(summary, points, over, places, widths):
    """Random means: where the information of d Gaussian channels is log K, and how far its fluctuations between paths reach."""
    config = summary.file["config"].attrs
    if text(config.get("data.model", "")) != "random-clusters":
        return
    d, mu = summary.points["dimension"][points[0]], summary.points["separation"][points[0]]
    variance = float(text(config["data.sigma"])) ** 2
    at = np.linspace(over.min(), over.max(), 100)
    signal = np.expm1(2 * at / d)
    with np.errstate(invalid="ignore", divide="ignore"):
        places.plot(at, np.log(signal / (mu**2 - variance * signal)), color=BLACK, linewidth=1.2, linestyle=":", label="information = $\\log K$")
        widths.plot(at, 2 / np.sqrt(-d * np.expm1(-2 * at / d)), color=BLACK, linewidth=1.2, linestyle=":", label="its fluctuations")
