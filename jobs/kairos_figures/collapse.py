"""Condensation on a datum: the excess entropy, how many data share the posterior, and when paths settle on one of them.

Each function takes a result and returns a figure, or None where the result lacks the data.
"""
import numpy as np

from .style import (BLACK, BLUE, COLLAPSE, GREEN, ORANGE, band, dashed, legend, mark_theory, mark_transitions, spread_band, stacked,
                    time_axis)


def collapse(result):
    """Three panels over the times in which the entropy of the datum rises."""
    panels_of = [draw for draw, there in ((excess_entropy, ratio(result) is not None),
                                          (participation, result.has("participation") or result.has("max_weight")),
                                          (last_changes, settled(result))) if there]
    if not panels_of:
        return None
    figure, panels = stacked(len(panels_of))
    for axes, draw in zip(panels, panels_of):
        draw(axes, result)
        legend(axes)
    time_axis(panels[-1], result)
    low, high = window(result)
    panels[-1].set_xlim(low, high)
    return figure


def ratio(result):
    """f/a = H(j|x_t)/log n, mean and error; None where n is not known."""
    if result.has("excess_entropy_ratio"):
        return result.mean("excess_entropy_ratio")
    samples = result.samples()
    if samples < 2 or not result.has("datum_entropy"):
        return None
    return tuple(values / np.log(samples) for values in result.mean("datum_entropy"))


def excess_entropy(axes, result):
    band(axes, result.time, *ratio(result), BLUE, "$f/a = H(j|x_t)/\\log n$")
    spread_band(axes, result, "excess_entropy_ratio", BLUE)
    dashed(axes, result.time, result.theory("excess_entropy_ratio"), "large $d$")
    axes.axhline(0, color=BLACK, linewidth=0.5)
    mark_theory(axes, result, "collapse_excess_entropy", "$t_C$, large $d$")
    mark_transitions(axes, result, ("collapse_excess_entropy",))
    axes.set_ylabel("excess entropy $f/a$")
    axes.set_ylim(-0.04, 1.04)


def participation(axes, result):
    for name, label, colour in (("max_weight", "E max$_j\\, w_j$", ORANGE), ("participation", "E $\\Sigma_j w_j^2$", GREEN)):
        if result.has(name):
            band(axes, result.time, *result.mean(name), colour, label)
            spread_band(axes, result, name, colour)
    axes.axhline(0.5, color=BLACK, linewidth=0.5)
    mark_transitions(axes, result, ("collapse_participation",))
    axes.set_ylabel("weight on one datum")
    axes.set_ylim(-0.04, 1.04)


def settled(result):
    group = result.file.get("decisions/datum_last_change")
    return group is not None and group.attrs["fraction"] > 0


def last_changes(axes, result):
    """The distribution of the last change of the nearest datum, with every criterion beside it."""
    group = result.file["decisions/datum_last_change"]
    axes.stairs(group["density"][:], group["edges"][:], color=BLACK, linewidth=0.9, label="paths")
    axes.set_ylim(bottom=0)
    mark_theory(axes, result, "collapse_excess_entropy", "$t_C$, large $d$")
    mark_transitions(axes, result, COLLAPSE)
    axes.set_ylabel("last change of nearest datum\n(density, 1/time)", fontsize=7)


def window(result):
    """Times from the settling of the last paths to where the state knows next to nothing of its datum."""
    low, high = result.time[0], result.time[-1]
    mean = ratio(result)
    if mean is not None:
        risen = result.time[mean[0] > 0.97]
        fallen = result.time[mean[0] < 1e-3]
        high = risen[0] if risen.size else high
        low = fallen[-1] if fallen.size else low
    if settled(result):
        group = result.file["decisions/datum_last_change"]
        edges, share = group["edges"][:], np.cumsum(group["density"][:] * np.diff(group["edges"][:]))
        low = min(low, edges[np.searchsorted(share, 0.002 * share[-1])])
        high = max(high, edges[1 + np.searchsorted(share, 0.998 * share[-1])])
    return (low, high) if low < high else (result.time[0], result.time[-1])
