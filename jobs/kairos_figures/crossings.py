"""Where curves of neighbouring dimensions cross over t/log d, and where the crossings go as d grows.

Takes a Summary and returns a figure, or None where the summary lacks the data.
"""
import numpy as np

from .scaling import OBSERVABLES, size
from .style import BLACK, BLUE, COLUMN, CYCLE, plt, with_error


def crossings(summary):
    names = [name for name in OBSERVABLES if summary.crossings(name, "time") and np.isfinite(summary.crossings(name, "time")["place"]).any()]
    if not names:
        return None
    height = 2.0 * len(names) + 0.3
    figure, axes = plt.subplots(len(names), 2, figsize=(1.5 * COLUMN, height), squeeze=False)
    for row, name in zip(axes, names):
        data = summary.crossings(name, "time")
        curves(row[0], summary, name, data)
        places(row[1], data)
        row[0].set_ylabel(OBSERVABLES[name])
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - 0.25 / height))
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="upper center", ncol=7, handlelength=0.8, columnspacing=1)
    return figure


def curves(axes, summary, name, data):
    """The curves over t/log d, near where they cross."""
    curve, place = summary.collapse(name, "time"), data["place"][np.isfinite(data["place"])]
    for i, point in enumerate(int(p) for p in curve["point"]):
        d = summary.points["dimension"][point]
        x = curve["x"][i] / np.log(d) if d > 1 else np.full_like(curve["x"][i], np.nan)
        axes.errorbar(x, curve["value"][i], curve["stderr"][i], fmt="o-", markersize=1.5, linewidth=0.6, color=CYCLE[i % len(CYCLE)],
                      label=f"$d$ = {size(d)}")
    axes.set_xlim(0.5 * place.min(), 1.5 * place.max())
    axes.set_xlabel("$t/\\log d$")


def places(axes, data):
    """Crossings over the inverse dimension of their pair, and the straight line to its limit."""
    x, y = data["inverse_dimension"], data["place"]
    axes.errorbar(x, y, data["place_stderr"], fmt="o", markersize=3, linewidth=0.8, color=BLUE)
    for limit, error, slope in zip(data["limit"], data["limit_stderr"], data["slope"]):
        if np.isfinite(limit):
            over = np.geomspace(x.min(), x.max(), 100)
            axes.plot(over, limit + slope * over, color=BLACK, linewidth=0.9)
            axes.set_title(f"limit {with_error(limit, error)}", fontsize=7, color=BLUE)
    axes.set_xscale("log")
    axes.set_xlabel("inverse dimension of the pair")
    axes.set_ylabel("crossing, $t/\\log d$")
