"""The list of figures and their rendering in memory."""
import io

from . import bifurcations, breaking, collapse, crossings, curves, distributions, scaling, schedules, thermodynamics
from .result import Summary
from .style import RC, plt

FIGURES = {
    "entropy": (curves.entropies, "Conditional entropy over time, with theory (dashed); bands are one standard error, wide pale ones "
                                  "the spread between realisations of the disorder."),
    "rate": (curves.rates, "Rate of conditional entropy per unit of log snr in its three forms, which must agree, and that of the "
                           "class entropy with the speciation times (dotted; shaded: 95 % interval)."),
    "variances": (curves.variances, "Variance of the surprisal: between paths, within a path, and their sum; where they were measured the "
                                     "variances of the compensator A_t and of the surprisal of the data beside Var h."),
    "posteriors": (curves.posteriors, "Mean class posteriors: they must stay at the weights of the classes."),
    "clones": (curves.clones, "Probability that two clones which part at t share their class (datum), from posteriors and from "
                              "simulated clones, and the overlap of these."),
    "overlap": (breaking.overlap, "Overlap of clones that part at t_b, on their way to the data: mean and standard deviation; its distribution for "
                                  "the branching time whose ends differ most, each time relative to its fullest bin."),
    "collapse": (collapse.collapse, "Condensation on a datum: excess entropy with its large-d theory (dashed), weight on one datum, and "
                                    "when paths settle on theirs; dotted: collapse times by each criterion (shaded: 95 % interval)."),
    "symmetry": (breaking.symmetry, "Symmetry breaking by moments: Binder cumulant of the order parameter with theory (dashed), Potts order "
                                    "parameter of the classes and its variance, with the speciation times (dotted)."),
    "landscape": (breaking.landscape, "Where the ensemble is along its order parameters, each time relative to its fullest bin, and when the "
                                      "log-density potential gets its second well."),
    "free-energy": (thermodynamics.free_energy, "Two wells of the log-density potential: the barrier between them and the difference of their free "
                                                "energies, with that of the noised data (dashed)."),
    "production": (thermodynamics.production, "Entropy production along the paths: its mean with the integral of its rate (dashed), its distribution, and "
                                              "the integral fluctuation theorem."),
    "bifurcations": (bifurcations.bifurcations, "Fixed points of the generative drift along the first mode: solid where generation is attracted, "
                                                "dashed elsewhere; marks: bifurcations, with the latest time of each kind."),
    "identities": (distributions.identities, "What the run checked about itself: z-scores, largest in brackets; beyond 4.5 is an "
                                             "alarm."),
    "paths": (distributions.paths, "Raw paths, coloured by the side on which they end."),
    "decisions": (distributions.decisions, "When paths decide: last change of the likeliest class (datum), and commitment to it."),
    "histograms": (distributions.histograms, "Distributions over the ensemble at every time."),
    "others": (curves.others, "The other observables."),
}


FIGURES_OF_A_SWEEP = {
    "lines": (scaling.lines, "Critical times by every criterion over the size, with fitted lines."),
    "scaling-collapse": (scaling.collapse, "Curves of every size: as they are, shifted by b log d, and over the scaled signal-to-noise "
                                           "ratio; b is fitted, S is the quality of the collapse (1: within errors)."),
    "schedules": (schedules.schedules, "One law under several noise schedules: every criterion falls at one log snr, where it is a function of the snr; "
                                       "right: what is left without the mean over the schedules (grey: its error)."),
    "crossings": (crossings.crossings, "Curves of every size over t/log d, where neighbouring ones cross, and the limit of the crossings, which is "
                                       "the exponent b."),
}


def drawn_files(result, prefix):
    """File name -> bytes, and (stem, caption) of every figure the result has the data for."""
    files, captions = {}, []
    with plt.rc_context(RC):
        for name, (make, caption) in (FIGURES_OF_A_SWEEP if isinstance(result, Summary) else FIGURES).items():
            figure = make(result)
            if figure is None:
                continue
            for ending in ("png", "pdf"):
                files[f"{prefix}{name}.{ending}"] = rendered(figure, ending)
                figure.set_layout_engine("none")  # the layout is found: the second drawing keeps it
            plt.close(figure)
            captions.append((f"{prefix}{name}", caption))
    return files, captions


def rendered(figure, ending):
    content = io.BytesIO()
    figure.savefig(content, format=ending)
    return content.getvalue()
