"""How every figure looks: one journal column wide (86 mm), a palette for colour-blind readers, legends above the axes.

Lines are estimates with bands of one standard error, dashed lines theory, dotted vertical lines transitions with their 95 %
intervals.
"""
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

# Okabe and Ito's palette: told apart by colour-blind readers and in grey.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#000000"
CYCLE = [BLUE, ORANGE, GREEN, RED, PURPLE, SKY, BLACK]
COLUMN = 3.39  # inches
RC = {
    "font.size": 8, "axes.labelsize": 8, "legend.fontsize": 6, "xtick.labelsize": 7, "ytick.labelsize": 7,
    "lines.linewidth": 1.2, "figure.constrained_layout.use": True, "axes.spines.top": False, "axes.spines.right": False,
    "legend.frameon": False, "savefig.dpi": 220,
}
MARKS = {  # transitions drawn as vertical lines: label and colour
    "speciation_spectral": ("spectral", BLACK),
    "speciation_clones": ("clones", PURPLE),
    "speciation_stability": ("stability", SKY),
    "speciation_entropy_rate": ("rate peak", RED),
    "speciation_entropy_variance": ("variance peak", GREEN),
    "speciation_potts_variance": ("Potts variance", ORANGE),
    "class_last_change": ("last change", BLUE),
    "class_commitment": ("commitment", "#777777"),
    "collapse_excess_entropy": ("$f \\to 0$", BLUE),
    "collapse_participation": ("participation", PURPLE),
    "collapse_entropy_variance": ("variance peak", GREEN),
    "collapse_nearest": ("last change", RED),
}
SPECIATION = tuple(name for name in MARKS if name.startswith("speciation"))
COLLAPSE = tuple(name for name in MARKS if name.startswith("collapse"))


def stacked(panels, height=2.1, shared=True):
    """A figure of panels one above the other; shared: with one time axis."""
    figure, axes = plt.subplots(panels, 1, figsize=(COLUMN, (height + 0.3) * panels), squeeze=False, sharex=shared)
    return figure, list(axes[:, 0])


def drawn(result, draws):
    """A figure of draw(axes, result) of each, one above the other over time."""
    figure, panels = stacked(len(draws))
    for axes, draw in zip(panels, draws):
        draw(axes, result)
        legend(axes)
    time_axis(panels[-1], result)
    return figure


def time_axis(axes, result):
    time = result.time[result.time > 0]
    if time.size > 1 and time[-1] / time[0] > 2000:
        axes.set_xscale("log")
    first, last = time[0] if axes.get_xscale() == "log" else result.time[0], result.time[-1]
    if first < last:
        axes.set_xlim(first, last)
    axes.set_xlabel(f"process time $t$ ({result.config('process.kind')})")


def legend(axes, columns=2):
    """Above the axes, where it hides no data."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncol=columns, borderaxespad=0.2, handlelength=1.6, columnspacing=1)


def band(axes, time, mean, error, colour, label, style="-"):
    axes.plot(time, mean, color=colour, label=label, linestyle=style)
    axes.fill_between(time, mean - error, mean + error, color=colour, alpha=0.3, linewidth=0)


def spread_band(axes, result, name, colour):
    """Mean over realisations of the disorder ± the spread between them, where there are several."""
    spread = result.spread(name)
    if spread is None:
        return
    mean = np.mean(result.file[f"realisations/{name}/mean"][:], axis=0)
    axes.fill_between(result.time, mean - spread, mean + spread, color=colour, alpha=0.15, linewidth=0,
                      label=f"± spread of {len(result.file['realisation'])} realisations")


def dashed(axes, time, curve, label="theory"):
    if curve is not None:
        axes.plot(time, curve, color=BLACK, linestyle=(0, (4, 2)), linewidth=0.9, label=label)


def mark_transitions(axes, result, names):
    for name in names:
        found = result.transition(name)
        if not found or not result.time[0] <= found["time"] <= result.time[-1]:
            continue
        label, colour = MARKS[name]
        shift = 1.6 * (list(MARKS).index(name) % 2)  # neighbours in the list may coincide: their dots alternate
        axes.axvline(found["time"], color=colour, linewidth=1.2, linestyle=(shift, (1.6, 1.6)),
                     label=f"{label} {with_error(found['time'], found['stderr'])}")
        if found["ci95_high"] > found["ci95_low"]:
            axes.axvspan(found["ci95_low"], found["ci95_high"], color=colour, alpha=0.15, linewidth=0)


def mark_theory(axes, result, name, label):
    """The time that theory predicts of a transition."""
    found = result.transition(name)
    if found and result.time[0] <= found["theory"] <= result.time[-1]:
        axes.axvline(found["theory"], color=BLACK, linewidth=0.9, linestyle=(0, (4, 2)), label=f"{label} {found['theory']:.4g}")


def with_error(value, error):
    """The value to the digits its error leaves."""
    if not error > 0:
        return f"{value:.4g}"
    digits = max(0, int(np.ceil(-np.log10(error))))
    return f"{value:.{digits}f} ± {error:.{digits}f}"


def wide_range(axes, values, noise=0):
    """A logarithmic scale, linear about zero up to the noise, where a linear one would hide all but the largest values."""
    finite = np.abs(values)[np.isfinite(values)]
    if finite.size and finite.max() > 10:
        linear = max(1, 10 ** np.ceil(np.log10(max(noise, 1e-300))))
        axes.set_yscale("symlog", linthresh=linear)
        axes.yaxis.get_major_locator().set_params(numticks=6)
        axes.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda value, _: decade(value)))


def decade(value):
    if abs(value) < 1e4:
        return f"{value:g}".replace("-", "−")
    return f"${'-' if value < 0 else ''}10^{{{round(np.log10(abs(value)))}}}$"
