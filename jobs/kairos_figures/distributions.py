"""What averages hide: raw paths, distributions over the ensemble, decision times, and the identities of a run.

Each function takes a result and returns a figure, or None where the result lacks the data.
"""
import matplotlib
import numpy as np

from .result import cell_edges
from .style import (BLUE, COLUMN, CYCLE, ORANGE, legend, mark_transitions, plt, stacked, time_axis, wide_range,
                    with_error)


def identities(result):
    """z-scores of every identity over time; of a vector the worst column."""
    names = [n for n in result.names("identities") if result.file[f"identities/{n}/z"].shape[:1] == result.time.shape]
    if not names:
        return None
    figure, axes = plt.subplots(figsize=(COLUMN, 0.26 * len(names) + 1.2))
    worst = np.array([worst_column(result.file[f"identities/{n}/z"][:]) for n in names])
    image = axes.pcolormesh(cell_edges(result.time), np.arange(len(names) + 1), np.ma.masked_invalid(worst), cmap="RdBu_r",
                            vmin=-4.5, vmax=4.5, rasterized=True)
    axes.set_facecolor("0.8")
    labels = [f"{n.replace('_', ' ')}  ({np.nanmax(np.abs(z)):.2g})" if np.nansum(np.abs(z)) > 0 else n.replace("_", " ")
              for n, z in zip(names, worst)]
    axes.set_yticks(np.arange(len(names)) + 0.5, labels)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    time_axis(axes, result)
    figure.colorbar(image, ax=axes, label="$z$ (grey: untestable)", pad=0.02, extend="both")
    return figure


def worst_column(z):
    """[time] of the entry of largest magnitude; NaN where all are."""
    columns = z.reshape(len(z), -1)
    at = np.argmax(np.nan_to_num(np.abs(columns), nan=-1), axis=1)
    return columns[np.arange(len(z)), at]


def paths(result):
    """A fan of raw paths: of the order parameter, or of the class entropy where there is none."""
    name = next((n for n in ("order_parameter", "class_entropy", "datum_entropy") if f"paths/{n}" in result.file), None)
    if name is None:
        return None
    values = result.file[f"paths/{name}"][:]
    figure, (axes,) = stacked(1)
    for path in values[:100]:
        colour = ORANGE if name == "order_parameter" and path[0] < 0 else BLUE
        axes.plot(result.time, path, linewidth=0.4, color=colour, alpha=0.7)
    if name == "order_parameter":
        wide_range(axes, values)
    mark_transitions(axes, result, ("speciation_spectral", "speciation_clones"))
    axes.set_ylabel(r"order parameter $m\cdot x/(\alpha|m|^2)$" if name == "order_parameter" else result.quantity(name))
    legend(axes)
    time_axis(axes, result)
    return figure


def decisions(result):
    names = [n for n in result.names("decisions") if result.file[f"decisions/{n}"].attrs["fraction"] > 0]
    if not names:
        return None
    figure, (axes,) = stacked(1)
    latest = result.time[0]
    for i, name in enumerate(names):
        group = result.file[f"decisions/{name}"]
        density, edges = group["density"][:], group["edges"][:]
        mean, error, fraction = float(group["mean"][()]), float(group["stderr"][()]), float(group.attrs["fraction"])
        axes.stairs(density, edges, color=CYCLE[i % 7],
                    label=f"{name.replace('_', ' ')}: mean {with_error(mean, error)}, {fraction:.0%} of paths")
        share = np.cumsum(density * np.diff(edges))
        latest = max(latest, edges[1 + np.searchsorted(share, 0.999 * share[-1])])
    axes.set_ylabel("density (1/time)")
    legend(axes, 1)
    time_axis(axes, result)
    if latest > result.time[0]:
        axes.set_xlim(right=min(result.time[-1], 1.1 * latest))
    return figure


def histograms(result):
    names = [n for n in result.names("histograms") if result.file[f"histograms/{n}/edges"].size > 1]
    if not names:
        return None
    figure, panels = stacked(len(names))
    for axes, name in zip(panels, names):
        edges, density = result.file[f"histograms/{name}/edges"][:], result.file[f"histograms/{name}/density"][:]
        shown = np.ma.masked_less_equal(density.T, 0)
        top = shown.max() if shown.count() else 1.0
        mesh = axes.pcolormesh(cell_edges(result.time), edges, shown, cmap="viridis", rasterized=True,
                               norm=matplotlib.colors.LogNorm(vmin=top * 1e-4, vmax=top))
        if name == "order_parameter":
            wide_range(axes, edges)
        else:
            axes.set_ylim(*occupied(edges, result.early(density)))
        axes.set_ylabel(result.quantity(name))
        figure.colorbar(mesh, ax=axes, label="density", pad=0.02, extend="min")
    time_axis(panels[-1], result)
    return figure


def occupied(edges, rows):
    """The range of values held."""
    held = np.nonzero(rows.sum(axis=0) > 0)[0]
    return (edges[held[0]], edges[held[-1] + 1]) if held.size else (edges[0], edges[-1])
