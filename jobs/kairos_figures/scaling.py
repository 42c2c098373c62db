"""How transitions scale over a sweep, from the summary of `kairos analyze -o SUMMARY.h5`: fitted lines, and data collapse.

Each function takes a Summary and returns a figure, or None where the summary lacks the data.
"""
import numpy as np

from .style import BLACK, BLUE, COLUMN, CYCLE, MARKS, legend, plt, with_error

OBSERVABLES = {  # in the order of the panels: name, label
    "class_collision": "clones in one class $\\phi$",
    "class_entropy_ratio": "$H_c/\\log K$",
    "binder_cumulant": "Binder cumulant $U_4$",
}


def label_of(transition):
    return MARKS.get(transition, (transition.split("_", 1)[1].replace("_", " "), BLACK))


def lines(summary):
    """Critical times against log d (log of log n/d) with their fits."""
    panels = [panel for panel in (("speciation", "log_dimension"), ("collapse", "log_excess")) if summary.fits(*panel)]
    if not panels:
        return None
    figure, axes = plt.subplots(len(panels), 1, figsize=(COLUMN, 2.9 * len(panels)), squeeze=False)
    for (kind, against), panel in zip(panels, axes[:, 0]):
        for transition in summary.fits(kind, against):
            fitted(panel, summary, transition, against)
        panel.set_xlabel("$\\log d$" if against == "log_dimension" else "$\\log(\\log(n)/d)$")
        panel.set_ylabel(f"{kind} time (process time)")
        legend(panel, columns=1)
    return figure


def fitted(axes, summary, transition, against):
    """Points, and a line for every series of them."""
    label, colour = label_of(transition)
    x, y = summary.size(against), summary.time(transition)
    good = np.isfinite(x) & np.isfinite(y)
    axes.errorbar(x[good], y[good], summary.error(transition)[good], fmt="o", markersize=3, color=colour, linewidth=0.8)
    fit = summary.fit(transition, against)
    ends = np.array([x[good].min(), x[good].max()])
    for slope, error, intercept in zip(fit["slope"], fit["slope_stderr"], fit["intercept"]):
        said = with_error(slope, error) if error > 1e-6 else f"{slope:.6f}"  # closed forms have no error to speak of
        axes.plot(ends, intercept + slope * ends, color=colour, linewidth=0.9, label=f"{label}: slope {said}")


def collapse(summary):
    """Curves of every size: as they are, shifted in t, and over snr."""
    names = [name for name in OBSERVABLES if summary.collapse(name, "time")]
    if not names:
        return None
    height = 2.0 * len(names) + 0.3
    figure, axes = plt.subplots(len(names), 3, figsize=(2.1 * COLUMN, height), squeeze=False, sharey="row")
    for row, name in zip(axes, names):
        draw(row[0], summary, name, "time", "x", "process time $t$")
        draw(row[1], summary, name, "time", "scaled", "$t - b\\,\\log d$")
        draw(row[2], summary, name, "log_snr", "scaled", shifted_snr(summary, name))
        row[0].set_ylabel(OBSERVABLES[name])
    figure.get_layout_engine().set(rect=(0, 0, 1, 1 - 0.25 / height))
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="upper center", ncol=7, handlelength=0.8, columnspacing=1)
    return figure


def shifted_snr(summary, name):
    separated = "mu" in summary.shifted(name, "log_snr")
    return "$\\log(\\mathrm{snr}\\, d^{\\,b}" + (" \\mu^2" if separated else "") + ")$"


def draw(axes, summary, name, variable, abscissa, title):
    data = summary.collapse(name, variable)
    if not data or not np.isfinite(data[abscissa]).any():  # no exponent was found
        axes.set_axis_off()
        return
    first, last = window(data, abscissa)
    points = [int(p) for p in data["point"]]
    for curve, point in enumerate(points):
        x, y, error = (data[key][curve] for key in (abscissa, "value", "stderr"))
        seen = np.isfinite(x) & np.isfinite(y) & (x >= first) & (x <= last)
        # the larger symbols lie below, so that curves that coincide all show
        axes.errorbar(x[seen], y[seen], error[seen], fmt="o-" if abscissa == "x" else "o", color=CYCLE[curve % len(CYCLE)], linewidth=0.6,
                      markersize=2 if abscissa == "x" else 4.5 - 3 * curve / max(1, len(points) - 1),
                      label=f"$d$ = {size(summary.points['dimension'][point])}")
    axes.set_xlim(first, last)
    axes.set_xlabel(title)
    if abscissa == "scaled":
        axes.set_title(f"$b$ = {with_error(data['exponent'][0], data['exponent_stderr'][0])}, $S$ = {data['quality'][0]:.2f}",
                       fontsize=7, color=BLUE)


def size(d):
    exponent = int(np.floor(np.log10(d) + 1e-9))
    mantissa = d / 10.0**exponent
    if d < 1000 or (d < 1e4 and abs(mantissa - 1) > 1e-9):
        return f"{d:.4g}"
    return f"$10^{exponent}$" if abs(mantissa - 1) < 1e-9 else f"${mantissa:.3g} \\cdot 10^{exponent}$"


def window(data, abscissa):
    """Where curves go from one plateau to the other, and some more."""
    x, value = data[abscissa], data["value"]
    low, high = max(0, np.nanmin(value)), np.nanmax(value)
    inside = (value > low + 0.15 * (high - low)) & (value < high - 0.15 * (high - low)) & np.isfinite(x)
    if not inside.any():
        return np.nanmin(x), np.nanmax(x)
    reach = 0.6 * (x[inside].max() - x[inside].min()) + 0.5 if abscissa == "scaled" else 2
    return max(np.nanmin(x), x[inside].min() - reach), min(np.nanmax(x), x[inside].max() + reach)
