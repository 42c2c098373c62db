"""Thermodynamics of trajectories: entropy production and its fluctuation theorem, free energies of two wells.

Each function takes a result and returns a figure, or None where the result lacks the data.
"""
import numpy as np

from .distributions import occupied
from .result import cell_edges
from .style import BLACK, BLUE, GREEN, ORANGE, band, dashed, drawn, legend, stacked, time_axis, wide_range


def production(result):
    """Mean D with the integral of its rate, its distribution where there is a histogram, and E[e^-D]."""
    if not result.has("entropy_production"):
        return None
    panels_of = [mean_production] + [draw for draw, there in ((distribution, "histograms/entropy_production" in result.file),
                                                              (fluctuation, testable(result).sum() > 2)) if there]
    return drawn(result, panels_of)


def mean_production(axes, result):
    band(axes, result.time, *result.mean("entropy_production"), BLUE, "E $D$ of the paths")
    rate = production_rate(result)
    if rate is not None:
        steps = np.diff(-result.schedule("log_snr")) * (rate[1:] + rate[:-1]) / 2
        dashed(axes, result.time, np.concatenate([[0], np.cumsum(steps)]), "integral of $dE[D]/dt$")
    axes.set_ylabel("entropy production $D$ (nats)")
    wide_range(axes, result.mean("entropy_production")[0])


def production_rate(result):
    """dE[D]/dt = (2/g^2) E|f x - (g^2/2) s|^2, per unit of -log snr; None where its three averages were not measured."""
    if not result.has("norm2", "x_dot_score", "score_norm2"):
        return None
    ratio = drift_over_diffusion(result)  # f/g^2
    norm2, product, score2 = (result.mean(name)[0] for name in ("norm2", "x_dot_score", "score_norm2"))
    return result.schedule("sigma") ** 2 * (2 * ratio**2 * norm2 - 2 * ratio * product + score2 / 2)


def drift_over_diffusion(result):
    kind = result.config("process.kind")
    if kind == "flow-matching":
        return -1 / (2 * result.time)
    return np.full(result.time.shape, 0.0 if kind in ("ve", "edm") else -0.5)


def distribution(axes, result):
    """P(D) over time, grey from empty to the fullest bin; below 0 are the paths that run the second law backwards."""
    group = result.file["histograms/entropy_production"]
    edges, density = group["edges"][:], group["density"][:]
    shown = np.ma.masked_less_equal(density.T, 0)
    axes.pcolormesh(cell_edges(result.time), edges, shown / shown.max(axis=0), cmap="Greys", vmin=0, vmax=1, rasterized=True)
    axes.axhline(0, color=BLACK, linewidth=0.5)
    wide_range(axes, edges)
    axes.set_ylim(*occupied(edges, density[1:]))
    axes.set_ylabel("$P(D)$, each time relative\nto its fullest bin", fontsize=7)


def testable(result):
    """Times at which the variance of e^-D is finite and small enough."""
    return np.isfinite(result.file["identities/fluctuation/z"][:]) if "identities/fluctuation" in result.file else np.zeros(1, bool)


def fluctuation(axes, result):
    """E[e^-D] and the 1 it must be."""
    seen = testable(result)
    value, error = (result.file[f"identities/fluctuation/{name}"][:][seen] for name in ("value", "stderr"))
    band(axes, result.time[seen], value, error, GREEN, "E $e^{-D}$")
    axes.axhline(1, color=BLACK, linestyle=(0, (4, 2)), linewidth=0.9, label="1")
    axes.set_ylabel("fluctuation theorem")


def free_energy(result):
    """Of two wells along the first order parameter that has them: barrier and difference, in nats."""
    name = next((n for n in result.names("landscape") if np.isfinite(result.file[f"landscape/{n}/barrier_position"][:]).any()), None)
    if name is None:
        return None
    group = {key: item[:] for key, item in result.file[f"landscape/{name}"].items()}
    figure, panels = stacked(2)
    band(panels[0], result.time, group["barrier"], group["barrier_stderr"], ORANGE, f"barrier of $U$ along {name.replace('_', ' ')}")
    panels[0].set_ylabel("$\\Delta U$ (nats)")
    band(panels[1], result.time, group["free_energy_difference"], group["free_energy_difference_stderr"], BLUE, "upper minus lower well")
    dashed(panels[1], result.time, group["free_energy_difference_theory"])
    panels[1].set_ylabel("$\\Delta F$ (nats)")
    for axes in panels:
        legend(axes)
    time_axis(panels[1], result)
    panels[1].set_xlim(right=1.2 * result.time[np.isfinite(group["barrier_position"])].max())
    return figure
