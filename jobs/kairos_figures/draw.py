"""The list of figures and their rendering in memory."""
import io

from . import bifurcations, breaking, classes, collapse, crossings, curves, distributions, scaling, schedules, thermodynamics
from .result import Summary
from .style import RC, plt

FIGURES = {
    "entropy": (curves.entropies, "Conditional entropy over time, with theory (dashed); bands are one standard error, wide pale ones "
                                  "the spread between realisations of the disorder."),
    "rate": (curves.rates, "Rate of conditional entropy per unit of log snr in its three forms, which must agree, and that of the "
                           "class entropy with the speciation times (dotted; shaded: 95 % interval)."),
    "variances": (curves.variances, "Variance of the surprisal: between paths, within a path, and their sum, with the surprisal of the clean data (dotted) where "
                                     "these are known; where they were measured the variances of the compensator A_t and of the surprisal of the data beside Var h."),
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
    "classes": (classes.classes, "More and more classes in one dimension: where they part by every criterion, and the width of the decisions between paths; dotted: "
                                 "where d Gaussian channels carry log K nats, and how far that fluctuates (random means)."),
    "guidance": (classes.guidance, "More and more guidance towards one class: where paths part by every criterion, and the width of their decisions."),
    "schedules": (schedules.schedules, "One law under several noise schedules: every criterion falls at one log snr, where it is a function of the snr; "
                                       "right: what is left without the mean over the schedules (grey: its error)."),
    "crossings": (crossings.crossings, "Curves of every size over t/log d, where neighbouring ones cross, and the limit of the crossings, which is "
                                       "the exponent b."),
}


ONE_SCHEDULE = ("lines", "scaling-collapse", "crossings")  # times of different schedules have no axis in common


def views(result, name):
    """What a figure is drawn of: (ending of its name, what its caption adds, result)."""
    names = result.schedules() if isinstance(result, Summary) else []
    if len(names) < 2 or name not in ONE_SCHEDULE:
        return [("", "", result)]
    return [(f"-{schedule}", f" Schedule: {schedule}.", Summary(result.path, result.file, number)) for number, schedule in enumerate(names)]


def drawn_files(result, prefix):
    """File name -> bytes, and (stem, caption) of every figure the result has the data for."""
    files, captions = {}, []
    with plt.rc_context(RC):
        for name, (make, caption) in (FIGURES_OF_A_SWEEP if isinstance(result, Summary) else FIGURES).items():
            for ending, more, seen in views(result, name):
                figure = make(seen)
                if figure is None:
                    continue
                stem = f"{prefix}{name}{ending}"
                for kind in ("png", "pdf"):
                    files[f"{stem}.{kind}"] = rendered(figure, kind)
                    figure.set_layout_engine("none")  # the layout is found: the second drawing keeps it
                plt.close(figure)
                captions.append((stem, caption + more))
    return files, captions


def rendered(figure, ending):
    content = io.BytesIO()
    figure.savefig(content, format=ending)
    return content.getvalue()
