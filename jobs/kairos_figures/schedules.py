"""One law under several noise schedules: where every criterion falls in log snr.

Takes a Summary and returns a figure, or None where no law has several schedules.
"""
import numpy as np

from .scaling import label_of, size
from .style import BLACK, COLUMN, CYCLE, plt

MARKERS = "osD^vP*X<>"


def schedules(summary):
    """A law a row of panels: log snr itself, and what is left of it without the mean over the schedules."""
    laws = summary.compared_laws()[:4]
    if not laws:
        return None
    criteria = [name for name in summary.file["schedules"] if name in summary.file["transitions"]]
    height = 0.24 * len(criteria) * len(laws) + 0.6 * len(laws) + 0.3
    figure, axes = plt.subplots(len(laws), 2, figsize=(2.1 * COLUMN, height), squeeze=False, sharey="row")
    for row, law in zip(axes, laws):
        for k, criterion in enumerate(criteria):
            one_criterion(row, summary, law, criterion, -k)
        finish(row, summary, law, criteria)
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - 0.25 / height))
    handles = [plt.Line2D([], [], color=CYCLE[s % len(CYCLE)], marker=MARKERS[s % len(MARKERS)], markersize=3.5, linewidth=0.8, label=name)
               for s, name in enumerate(summary.schedules())]
    figure.legend(handles=handles, loc="upper center", ncol=6, handlelength=1.4, columnspacing=1.2)
    return figure


def one_criterion(row, summary, law, criterion, height):
    group = summary.file[f"transitions/{criterion}"]
    points = np.flatnonzero((summary.points["law"] == law) & np.isfinite(group["log_snr"][:]))
    x, error = group["log_snr"][:][points], summary.error_in_log_snr(criterion)[points]
    found = summary.comparison(criterion, law)
    judged = found is not None and found["compared"]
    for j, point in enumerate(points):
        number = int(summary.points["schedule"][point])
        at = height + 0.3 * (0.5 - (j + 0.5) / len(points)) * 2  # markers of one row do not hide one another
        style = {"fmt": MARKERS[number % len(MARKERS)], "markersize": 3, "color": CYCLE[number % len(CYCLE)], "linewidth": 0.8}
        row[0].errorbar(x[j], at, xerr=error[j], markerfacecolor=style["color"] if judged else "none", **style)
        if judged:
            row[1].errorbar(x[j] - (found["log_snr"] if np.isfinite(found["log_snr"]) else np.mean(x)), at, xerr=error[j], **style)
    if judged and found["stderr"] > 0:
        row[1].fill_betweenx([height - 0.4, height + 0.4], -found["stderr"], found["stderr"], color=BLACK, alpha=0.12, linewidth=0)
        says = f"$\\chi^2$ = {found['chi2']:.1f} of {int(found['dof'])}"
    else:
        says = "closed form" if judged else "not compared" if found is not None else ""
    row[1].annotate(says, (1.01, height), xycoords=("axes fraction", "data"), fontsize=6, va="center", color=BLACK)


def finish(row, summary, law, criteria):
    point = int(np.flatnonzero(summary.points["law"] == law)[0])
    row[0].set_yticks([-k for k in range(len(criteria))], [label_of(name)[0] for name in criteria])
    row[0].set_ylim(-len(criteria) + 0.4, 0.6)
    row[0].set_title(f"$d$ = {size(summary.points['dimension'][point])}", fontsize=7, loc="left")
    row[0].set_xlabel("log snr (hollow: no function of snr)")
    row[1].axvline(0, color=BLACK, linewidth=0.6)
    row[1].set_xlabel("log snr less the mean over the schedules")
    row[1].locator_params(axis="x", nbins=6)
    for axes in row:
        axes.grid(axis="x", linewidth=0.3, alpha=0.5)
