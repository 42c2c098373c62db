"""Symmetry breaking: where the ensemble is along its order parameters, and the moments of the order parameter.

Each function takes a result and returns a figure, or None where the result lacks the data.
"""
import matplotlib
import numpy as np

from .result import cell_edges
from .style import BLACK, BLUE, CYCLE, GREEN, ORANGE, SPECIATION, band, dashed, drawn, legend, mark_transitions, stacked, time_axis


def landscape(result):
    """P(q, t) of the first axes: grey from empty to the fullest bin of each time; where U is seen to have its second well."""
    names = [name for name in result.names("landscape")][:3]
    if not names:
        return None
    figure, panels = stacked(len(names))
    for axes, name in zip(panels, names):
        group = result.file[f"landscape/{name}"]
        q, density = group["q"][:], group["density"][:]
        shown = density / density.max(axis=1, keepdims=True)
        image = axes.pcolormesh(cell_edges(result.time), cell_edges(q), shown.T, cmap="Greys", vmin=0, vmax=1, rasterized=True)
        occupied = np.flatnonzero(density.max(axis=0) > 0)
        axes.set_ylim(q[occupied[0]], q[occupied[-1]])
        for key, style, label in (("second_well", "-", "second well of $U$"), ("second_well_theory", "--", "in theory")):
            if np.isfinite(group.attrs[key]):
                axes.axvline(group.attrs[key], color=ORANGE, linestyle=style, linewidth=0.8, label=label)
        axes.set_ylabel(f"$q = v\\cdot x/\\sqrt{{d}}$, {name.replace('_', ' ')}")
        legend(axes)
    time_axis(panels[-1], result)
    figure.colorbar(image, ax=panels, label="$P(q)$ over its maximum at each time", pad=0.02, aspect=30 * len(names))
    return figure


def mean_overlap(axes, result, branches, choice):
    """Mean of Q(t_b, t) and one standard deviation around it, of a few branching times."""
    for colour, b in zip(CYCLE, choice):
        mean, variance = (result.file[f"clones/overlap_path_{name}"][b] for name in ("mean", "variance"))
        band(axes, result.time, mean, np.sqrt(variance), colour, f"clones part at $t_b$ = {branches[b]:.3g}")
    axes.set_ylabel("overlap $Q(t_b, t)$ ± st. dev.")


def overlap(result):
    """Overlap of clones on the way, and its distribution for the branching time whose ends differ most."""
    if "clones/overlap_path" not in result.file:
        return None
    branches = result.file["clones/branch_time"][:]
    figure, panels = stacked(2, shared=False)
    mean_overlap(panels[0], result, branches, sorted({round(i) for i in np.linspace(0, len(branches) - 1, 4)}))
    chosen = int(np.argmax(result.file["clones/overlap_path_variance"][:, 0]))
    group = result.file["clones/overlap_path"]
    below = result.time <= branches[chosen]
    density = group["density"][chosen][below]
    occupied = np.flatnonzero(density.max(axis=0) > 0)
    density, q = density[:, occupied[0]:occupied[-1] + 1], group["edges"][occupied[0]:occupied[-1] + 2]
    shown = density / density.max(axis=1, keepdims=True)
    panels[1].pcolormesh(cell_edges(result.time[below]), q, shown.T, cmap="Greys", vmin=0, vmax=1, rasterized=True)
    panels[1].set_ylabel(f"$Q(t_b, t)$, $t_b$ = {branches[chosen]:.3g}\n(grey: $P(Q)$ over its maximum)")
    for axes, last in zip(panels, (branches[-1], branches[chosen])):
        legend(axes)
        time_axis(axes, result)
        axes.set_xlim(right=last)
    return figure


def binder(axes, result):
    value, error = (result.file[f"symmetry/binder/{name}"][:] for name in ("value", "stderr"))
    band(axes, result.time, value, error, BLUE, "Binder cumulant $U_4$")
    if "symmetry/binder/theory" in result.file:
        dashed(axes, result.time, result.file["symmetry/binder/theory"][:])
    axes.axhline(2 / 3, color=BLACK, linewidth=0.5)
    axes.set_ylabel("$1 - \\langle M^4\\rangle/3\\langle M^2\\rangle^2$")
    mark_transitions(axes, result, SPECIATION)


def potts(axes, result):
    band(axes, result.time, *result.mean("potts_order_parameter"), GREEN, "Potts order parameter $P$")
    group = result.file["observables/potts_order_parameter"]
    band(axes, result.time, 4 * group["variance"][:], 4 * group["variance_stderr"][:], ORANGE, "4 Var $P$")
    axes.set_ylabel("$(K\\,\\max_c\\, w_c - 1)/(K - 1)$")
    mark_transitions(axes, result, ("speciation_potts_variance",))


def symmetry(result):
    draws = [draw for draw, there in ((binder, "symmetry/binder" in result.file), (potts, result.has("potts_order_parameter"))) if there]
    if not draws:
        return None
    return drawn(result, draws)
