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
        axes.plot(ends, intercept + slope * ends, color=colour, linewidth=0.9, label=f"{label}: slope {with_error(slope, error)}")


def collapse(summary):
    """Curves of every size: as they are, shifted in t, and over snr."""
    names = [name for name in OBSERVABLES if summary.collapse(name, "time")]
    if not names:
        return None
    figure, axes = plt.subplots(len(names) + 1, 3, figsize=(2.1 * COLUMN, 2.0 * len(names) + 0.3), squeeze=False, sharey="row",
                                gridspec_kw={"height_ratios": [0.02] + [1] * len(names)})
    for row, name in zip(axes[1:], names):
        draw(row[0], summary, name, "time", "x", "process time $t$")
        draw(row[1], summary, name, "time", "scaled", "$t - b\\,\\log d$")
        draw(row[2], summary, name, "log_snr", "scaled", "$\\log(\\mathrm{snr}\\, d^{\\,b} \\mu^2)$")
        row[0].set_ylabel(OBSERVABLES[name])
    for blank in axes[0]:
        blank.set_axis_off()
    axes[0][1].legend(*axes[1][0].get_legend_handles_labels(), loc="center", ncol=7, handlelength=1.2, columnspacing=1)
    return figure


def draw(axes, summary, name, variable, abscissa, title):
    data = summary.collapse(name, variable)
    if not data:
        axes.set_axis_off()
        return
    points = [int(p) for p in data["point"]]
    for curve, point in enumerate(points):
        good = np.isfinite(data[abscissa][curve]) & np.isfinite(data["value"][curve])
        x, y, error = (data[key][curve][good] for key in (abscissa, "value", "stderr"))
        colour = CYCLE[curve % len(CYCLE)]
        axes.plot(x, y, color=colour, label=f"$d$ = {summary.points['dimension'][point]:.3g}")
        axes.fill_between(x, y - error, y + error, color=colour, alpha=0.3, linewidth=0)
    axes.set_xlim(*window(data, abscissa))
    axes.set_ylim(min(0, np.nanquantile(data["value"], 0.02)) - 0.03, np.nanmax(data["value"]) + 0.03)
    axes.set_xlabel(title)
    if abscissa == "scaled":
        axes.set_title(f"$b$ = {with_error(data['exponent'][0], data['exponent_stderr'][0])}, $S$ = {data['quality'][0]:.2f}",
                       fontsize=7, color=BLUE)


def window(data, abscissa):
    """Where curves go from one plateau to the other, and some more."""
    value = data["value"]
    low, high = np.nanmin(value), np.nanmax(value)
    inside = (value > low + 0.1 * (high - low)) & (value < high - 0.1 * (high - low)) & np.isfinite(data[abscissa])
    x = data[abscissa][inside]
    if not x.size:
        return np.nanmin(data[abscissa]), np.nanmax(data[abscissa])
    reach = 0.35 * (x.max() - x.min()) + 0.5
    return x.min() - reach, x.max() + reach
