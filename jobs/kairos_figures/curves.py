"""Ensemble averages over time: entropies, their rates and variances, posteriors, clones, everything else that was measured.

Each function takes a result and returns a figure, or None where the result lacks the data.
"""
import numpy as np

from .style import (BLACK, BLUE, COLUMN, CYCLE, GREEN, ORANGE, PURPLE, RED, SKY, SPECIATION, band, dashed, drawn, legend, mark_transitions,
                    plt, spread_band, stacked, time_axis, wide_range)


def entropies(result):
    names = [row for row in (("class_entropy", "class $H(c|x_t)$", BLUE), ("datum_entropy", "datum $H(j|x_t)$", ORANGE))
             if result.has(row[0])]
    if not names:
        return None
    figure, panels = stacked(len(names))
    for axes, (name, label, colour) in zip(panels, names):
        band(axes, result.time, *result.mean(name), colour, label)
        spread_band(axes, result, name, colour)
        dashed(axes, result.time, result.theory(name))
        if name == "class_entropy":
            add_levels(axes, result)
            mark_transitions(axes, result, ("speciation_spectral", "speciation_clones"))
        else:
            mark_transitions(axes, result, ("collapse_excess_entropy",))
        axes.set_ylabel("entropy (nats)")
        axes.set_ylim(bottom=min(0, axes.get_ylim()[0] / 4))
        legend(axes)
    time_axis(panels[-1], result)
    return figure


def add_levels(axes, result):
    if not result.has("level_entropy"):
        return
    mean, error = result.mean("level_entropy")
    for level in range(mean.shape[1]):
        band(axes, result.time, mean[:, level], error[:, level], CYCLE[(level + 1) % 7], f"level {level + 1}", "-.")


def rates(result):
    forms = [name for name in ("entropy_rate", "entropy_rate_score", "score_divergence") if result.has(name)]
    panels_of = ([data_rate] if forms else []) + ([class_rate] if result.has("class_entropy_rate") else [])
    if not panels_of:
        return None
    return drawn(result, panels_of)


def data_rate(axes, result):
    """dH(y|x_t)/d(-log snr) in its three forms; they must agree within their bands."""
    per_log_snr, noise = result.per_log_snr(), 0
    if result.has("entropy_rate_score"):
        mean, error = (per_log_snr * q for q in result.mean("entropy_rate_score"))
        noise = np.median(np.nan_to_num(error))
        band(axes, result.time, mean, error, ORANGE, "(b) score norm")
    if result.has("entropy_rate"):
        band(axes, result.time, *(per_log_snr * q for q in result.mean("entropy_rate")), BLUE, "(c) I-MMSE")
    if result.has("score_divergence"):
        sigma2, d = result.schedule("sigma") ** 2, float(result.config("data.dimension"))
        mean, error = result.mean("score_divergence")
        band(axes, result.time, (d + sigma2 * mean) / 2, sigma2 * error / 2, GREEN, "(a) divergence", ":")
    theory = result.theory("entropy_rate")
    dashed(axes, result.time, None if theory is None else per_log_snr * theory)
    wide_range(axes, np.concatenate([line.get_ydata() for line in axes.lines]), noise)
    axes.set_ylabel("$dH(y|x_t)$ per log snr (nats)")


def class_rate(axes, result):
    per_log_snr = result.per_log_snr()
    band(axes, result.time, *(per_log_snr * q for q in result.mean("class_entropy_rate")), BLUE, "class entropy rate")
    theory = result.theory("class_entropy_rate")
    dashed(axes, result.time, None if theory is None else per_log_snr * theory)
    mark_transitions(axes, result, SPECIATION)
    axes.set_ylabel("$dH(c|x_t)$ per log snr (nats)")


def variances(result):
    pairs = [(f"{latent}_entropy", f"{latent}_varentropy", latent) for latent in ("class", "datum")
             if result.has(f"{latent}_entropy", f"{latent}_varentropy")]
    paths = along_paths(result)
    if not pairs and not paths:
        return None
    figure, panels = stacked(len(pairs) + bool(paths))
    if paths:
        pathwise(panels[-1], result, paths)
    for axes, (entropy, varentropy, latent) in zip(panels, pairs):
        between, between_error = result.variance(entropy)
        within, within_error = result.mean(varentropy)
        band(axes, result.time, between, between_error, BLUE, "between paths, Var $h$")
        band(axes, result.time, within, within_error, ORANGE, "within a path, E $v$")
        band(axes, result.time, between + within, np.hypot(between_error, within_error), SKY, "their sum")
        measured_surprisal(axes, result, latent)
        theories = result.theory(f"{entropy}_variance"), result.theory(varentropy)
        if all(curve is not None for curve in theories):
            for curve, label in zip((*theories, theories[0] + theories[1]), ("theory", None, None)):
                dashed(axes, result.time, curve, label)
        mark_transitions(axes, result, ("speciation_entropy_variance" if latent == "class" else "collapse_entropy_variance",))
        axes.set_ylabel(f"{latent} variance (nats$^2$)")
        legend(axes)
    time_axis(panels[-1], result)
    return figure


def measured_surprisal(axes, result, latent):
    """Var i of the datum, or where there are no data of the class, as the clean data behind the states show it."""
    group = result.file.get("identities/total_variance")
    if latent != ("datum" if result.has_data() else "class"):
        return
    if latent == "datum" and result.has("data_surprisal"):
        band(axes, result.time, *result.variance("data_surprisal"), RED, "measured, Var $i$", ":")
    elif group is not None:
        band(axes, result.time, group["value"][:], group["stderr"][:], RED, "measured, Var $i$", ":")


def along_paths(result):
    """(observable, label, colour) of the variances of paths; none without that of the compensator or of the surprisal."""
    entropies = [("class_entropy", "Var $h_c$", BLUE), ("datum_entropy", "Var $h_j$", ORANGE)]
    others = [("entropy_compensator" if result.has("entropy_compensator") else "accumulated_entropy", "Var $A_t$", PURPLE),
              ("data_surprisal", "Var $i$", GREEN)]
    rows = [row for row in entropies + others if result.has(row[0])]
    return rows if set(rows) & set(others) else []


def pathwise(axes, result, names):
    """Beside Var h that of the compensator A_t, which paths have, and that of the surprisal, which needs the clean data: forward paths have both."""
    for name, label, colour in names:
        band(axes, result.time, *result.variance(name), colour, label)
    wide_range(axes, np.concatenate([line.get_ydata() for line in axes.lines]))
    axes.set_ylabel("variance (nats$^2$)")
    legend(axes, 4)


def posteriors(result):
    if not result.has("class_posterior"):
        return None
    figure, (axes,) = stacked(1)
    mean, error = result.mean("class_posterior")
    shown = min(mean.shape[1], len(CYCLE))
    for c in range(shown):
        band(axes, result.time, mean[:, c], 2 * np.nan_to_num(error[:, c]), CYCLE[c], f"class {result.file['class'][c]}")
    spread = 4 * np.nanmax(np.nan_to_num(error[:, :shown])) + 1e-3
    axes.set_ylim(max(0, np.nanmin(mean[:, :shown]) - spread), min(1, np.nanmax(mean[:, :shown]) + spread))
    more = f", {shown} of {mean.shape[1]} classes" if shown < mean.shape[1] else ""
    axes.set_ylabel("E $p(c|x_t)$, band ±2 s.e." + more, fontsize=7 if more else 8)
    legend(axes, 4)
    time_axis(axes, result)
    return figure


def clones(result):
    """The collision probability of the class (datum), which clones must reproduce, and their overlap."""
    wanted = [row for row in (("class_collision", "same_class", "class", "c", BLUE),
                                ("participation", "same_datum", "datum", "j", ORANGE))
              if result.has(row[0]) or f"clones/{row[1]}" in result.file]
    overlap = "clones/overlap_mean" in result.file
    if not wanted and not overlap:
        return None
    figure, panels = stacked(len(wanted) + overlap)
    arrays = result.file["clones"].items() if "clones" in result.file else ()
    group = {name: values[()] for name, values in arrays if hasattr(values, "shape")}
    for axes, (observable, same, latent, index, colour) in zip(panels, wanted):
        if result.has(observable):
            band(axes, result.time, *result.mean(observable), colour, f"E $\\Sigma_{index} w_{index}^2$")
            dashed(axes, result.time, result.theory(observable))
        if same in group:
            points(axes, group["branch_time"], group[same], group[f"{same}_stderr"], "clones")
        if latent == "class":
            axes.axhline(0.775, color=BLACK, linewidth=0.6, linestyle="-", label="0.775")
            mark_transitions(axes, result, ("speciation_clones",))
        else:
            axes.axhline(0.5, color=BLACK, linewidth=0.6, linestyle="-", label="1/2")
            mark_transitions(axes, result, ("collapse_participation",))
        axes.set_ylabel(f"P(clones share their {latent})")
        axes.set_ylim(-0.03, 1.03)
        legend(axes)
    if overlap:
        points(panels[-1], group["branch_time"], group["overlap_mean"], np.sqrt(group["overlap_variance"]), "mean, bars: std")
        panels[-1].set_ylabel("overlap $x_1\\cdot x_2/d$ (data$^2$)")
        legend(panels[-1])
    time_axis(panels[-1], result)
    return figure


def points(axes, time, value, error, label):
    axes.errorbar(time, value, np.nan_to_num(error), fmt="o", markersize=3, capsize=1.5, linewidth=0.8, color=RED, label=label)


DRAWN_ELSEWHERE = {"class_entropy", "class_varentropy", "class_collision", "class_posterior", "class_entropy_rate", "level_entropy",
                   "datum_entropy", "datum_varentropy", "participation", "max_weight", "excess_entropy", "excess_entropy_ratio",
                   "entropy_rate", "entropy_rate_score"}


def others(result):
    """Every observable that no other figure shows."""
    names = [name for name in result.names("observables") if name not in DRAWN_ELSEWHERE]
    if not names:
        return None
    rows = (len(names) + 1) // 2
    figure, panels = plt.subplots(rows, 2, figsize=(2 * COLUMN, 1.6 * rows + 0.3), squeeze=False, sharex=True)
    for axes, name in zip(panels.flat, names):
        mean, error = result.mean(name)
        columns = mean[:, :len(CYCLE)] if mean.ndim > 1 else mean[:, None]
        errors = error[:, :len(CYCLE)] if mean.ndim > 1 else error[:, None]
        labels = result.columns(name)
        for c in range(columns.shape[1]):
            band(axes, result.time, columns[:, c], errors[:, c], CYCLE[c], labels[c] if columns.shape[1] > 1 else None)
        if columns.shape[1] > 1:
            axes.legend(loc="best", handlelength=1.2)
        dashed(axes, result.time, result.theory(name), None)
        size = np.abs(mean[np.isfinite(mean)])
        if size.size and size.max() > 1000 * np.median(size):
            wide_range(axes, mean)
        axes.set_title(result.quantity(name), fontsize=7.5, loc="left")
    for axes in panels.flat[len(names):]:
        axes.set_visible(False)
    for column in range(2):
        shown = [axes for axes in panels[:, column] if axes.get_visible()]
        if shown:
            time_axis(shown[-1], result)
            shown[-1].xaxis.set_tick_params(labelbottom=True)
    return figure
