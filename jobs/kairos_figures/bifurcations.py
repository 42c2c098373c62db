"""Branches of fixed points of the generative drift over time, one panel a drift.

Takes a result and returns a figure, or None where the result lacks the data.
"""
import matplotlib
import numpy as np

from .style import BLACK, BLUE, GREEN, ORANGE, RED, legend, stacked, time_axis, wide_range

DRIFTS = {"sde": "reverse SDE", "ode": "probability flow"}
MARKERS = {"pitchfork": ("o", RED), "transcritical": ("D", GREEN), "saddle-node": ("^", ORANGE)}
MOST_LABELS = 200  # events of one kind that are drawn


def bifurcations(result):
    drifts = [name for name in DRIFTS if f"bifurcation/{name}" in result.file]
    if not drifts:
        return None
    figure, panels = stacked(len(drifts))
    for axes, drift in zip(panels, drifts):
        group = result.file[f"bifurcation/{drift}"]
        draw_branches(axes, group)
        draw_events(axes, group)
        spread = np.abs(group["branch_position"][:, 0])
        if not spread.size:
            axes.text(0.5, 0.5, "no fixed points", transform=axes.transAxes, ha="center")
        wide_range(axes, spread)
        if not spread.max(initial=0) > 1e-6:  # rounding about 0 is no structure
            axes.set_ylim(-1, 1)
        axes.set_ylabel(f"fixed points, {DRIFTS[drift]}\n(first mode, data)", fontsize=7)
        legend(axes)
    time_axis(panels[-1], result)
    latest = max((result.file[f"bifurcation/{drift}/event_time"][:].max(initial=0) for drift in drifts), default=0)
    if latest > result.time[0]:
        panels[-1].set_xlim(right=min(result.time[-1], 1.5 * latest))
    return figure


def draw_branches(axes, group):
    """Every stretch of a branch between changes of stability is a line: solid where generation is attracted, dashed elsewhere."""
    time, position = group["branch_time"][:], group["branch_position"][:, 0]
    branch, stable = group["branch_id"][:], group["branch_unstable"][:] == 0
    styles = {True: dict(color=BLUE, linewidth=1.2), False: dict(color=BLACK, linewidth=0.6, linestyle=(0, (4, 2)))}
    for wanted, style in styles.items():
        # A segment is as stable as the less stable of its ends.
        joined = (branch[1:] == branch[:-1]) & ((stable[1:] & stable[:-1]) == wanted)
        joined &= ~(np.isnan(position[1:]) | np.isnan(position[:-1]))
        lines = stretches(np.column_stack([time, position]), joined)
        label = ("stable" if wanted else "unstable") if lines else None
        axes.add_collection(matplotlib.collections.LineCollection(lines, label=label, **style))
    axes.autoscale_view()


def stretches(points, joined):
    """Runs of consecutive points whose segments are marked."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], joined, [False])).astype(int)))
    return [points[first:last + 1] for first, last in zip(edges[::2], edges[1::2])]


def draw_events(axes, group):
    kinds = group["event_kind"]
    meanings = kinds.attrs["flag_meanings"]
    meanings = (meanings.decode() if isinstance(meanings, bytes) else meanings).split()
    for value, meaning in zip(kinds.attrs["flag_values"], meanings):
        chosen = kinds[:] == value
        if not chosen.any():
            continue
        marker, colour = MARKERS[meaning]
        time, position = group["event_time"][:][chosen][-MOST_LABELS:], group["event_position"][:, 0][chosen][-MOST_LABELS:]
        axes.plot(time, position, marker, markersize=3.5, color=colour, zorder=3, label=label_of(meaning, time))


def label_of(meaning, time):
    return f"{meaning} {time[-1]:.6g}" if len(time) == 1 else f"{len(time)} {meaning}s, the latest {time[-1]:.6g}"
