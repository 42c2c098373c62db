"""Symmetry breaking: where the ensemble is along its order parameters, and the moments of the order parameter.

Each function takes a result and returns a figure, or None where the result lacks the data.
"""
import matplotlib
import numpy as np

from .result import cell_edges
from .style import BLACK, BLUE, GREEN, ORANGE, SPECIATION, band, dashed, legend, mark_transitions, stacked, time_axis


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
        axes.pcolormesh(cell_edges(result.time), cell_edges(q), shown.T, cmap="Greys", vmin=0, vmax=1, rasterized=True)
        occupied = np.flatnonzero(density.max(axis=0) > 0)
        axes.set_ylim(q[occupied[0]], q[occupied[-1]])
        for key, style, label in (("second_well", "-", "second well of $U$"), ("second_well_theory", "--", "in theory")):
            if np.isfinite(group.attrs[key]):
                axes.axvline(group.attrs[key], color=ORANGE, linestyle=style, linewidth=0.8, label=label)
        axes.set_ylabel(f"$q = v\\cdot x/\\sqrt{{d}}$, {name.replace('_', ' ')}")
        legend(axes)
    time_axis(panels[-1], result)
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
    figure, panels = stacked(len(draws))
    for axes, draw in zip(panels, draws):
        draw(axes, result)
        legend(axes)
    time_axis(panels[-1], result)
    return figure
