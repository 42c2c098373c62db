"""Read access to one result file by the names of its observables, and to the summary of a sweep (docs/result_file.md)."""
import os

import h5py
import numpy as np


class Unreadable(Exception):
    """The sentence to say: file and problem."""


def opened(path):
    """The file at a path as what it is: a result of a run, or the summary of an analysis."""
    if not os.path.exists(path):
        raise Unreadable(f"{path}: no such file.")
    if os.path.isdir(path):
        raise Unreadable(f"{path}: is a folder, not a result.")
    try:
        file = h5py.File(path, "r")
    except OSError:
        raise Unreadable(f"{path}: is not a readable HDF5 file.") from None
    kinds = {"kairos": Result, "kairos-summary": Summary}
    kind = text(file.attrs.get("format", ""))
    if kind not in kinds:
        raise Unreadable(f"{path}: is not a result of kairos run, nor a summary of kairos analyze.")
    version = text(file.attrs.get("format_version", ""))
    if not version.startswith("1."):
        raise Unreadable(f"{path}: its format_version is '{version}', and this program reads 1.x.")
    return kinds[kind](path, file)


def require(path, file, names):
    for needed in names:
        if needed not in file:
            raise Unreadable(f"{path}: holds no /{needed}, the result is incomplete.")


class Result:
    def __init__(self, path, file):
        self.path, self.file = path, file
        require(path, file, ("time", "schedule", "config", "observables"))
        self.time = file["time"][:]

    def has(self, *names):
        return all(f"observables/{name}" in self.file for name in names)

    def mean(self, name):
        """Mean and its standard error: [time] or [time, column]."""
        group = self.file[f"observables/{name}"]
        return group["mean"][:], group["stderr"][:]

    def variance(self, name):
        group = self.file[f"observables/{name}"]
        return group["variance"][:], group["variance_stderr"][:]

    def spread(self, name):
        """Standard deviation between realisations of the disorder, path noise removed; None for a single one."""
        return self.file[f"realisations/{name}/spread"][:] if f"realisations/{name}" in self.file else None

    def quantity(self, name):
        """Long name and units of an observable, as the axis of a figure says them."""
        attributes = self.file[f"observables/{name}"].attrs if self.has(name) else {}
        units = text(attributes.get("units", "")).replace("^2", "$^2$")
        return name.replace("_", " ") + (f" ({units})" if units not in ("", "dimensionless") else "")

    def columns(self, name):
        """What each column of a vector is: "class 3", "mode 1", ..."""
        dimensions = self.file[f"observables/{name}/mean"].dims
        if len(dimensions) < 2:
            return [None]
        scale = dimensions[1][0]
        return [f"{scale.name.split('/')[-1]} {value:.10g}" for value in scale[:]]

    def theory(self, name):
        return self.file[f"theory/{name}"][:] if f"theory/{name}" in self.file else None

    def schedule(self, name):
        return self.file[f"schedule/{name}"][:]

    def names(self, group):
        return [name for name in self.file.get(group, {}) if name != "time"]

    def transition(self, name):
        group = self.file.get(f"transitions/{name}")
        return {key: float(group[key][()]) for key in group} if group else None

    def config(self, key):
        return text(self.file["config"].attrs.get(key, ""))

    def has_data(self):
        """Whether the law is that of finitely many data."""
        return self.config("data.model") == "dataset-file" or self.samples() > 0

    def samples(self):
        """n; 0 for a population."""
        return int(self.file.attrs.get("samples", self.config("data.samples") or 0))

    def per_log_snr(self):
        """What turns a rate per time into one per unit of log snr: sigma^2/g^2."""
        return (self.schedule("sigma") / self.schedule("diffusion")) ** 2

    def early(self, values):
        """Those of the first three quarters of the time axis: late tails would hide the rest."""
        return values[self.time <= self.time[0] + 0.75 * (self.time[-1] - self.time[0])]


class Summary:
    """Of `kairos analyze -o`: arrays over the points of a sweep. only: the number of a schedule, whose lines and curves are to be seen alone."""

    def __init__(self, path, file, only=None):
        self.path, self.file, self.only = path, file, only
        require(path, file, ("point", "points", "transitions", "config"))
        self.points = {name: item[:] for name, item in file["points"].items()}
        for name in ("schedule", "law", "guidance_weight"):  # absent: one of each
            self.points.setdefault(name, np.zeros(len(file["point"]), int))

    def chosen(self, points):
        """Which of some points, given by their numbers, are to be seen."""
        points = points.astype(int)
        return np.full(points.shape, True) if self.only is None else self.points["schedule"][points] == self.only

    def size(self, abscissa):
        d, n = (np.where(self.chosen(self.file["point"][:]), self.points[name], np.nan) for name in ("dimension", "samples"))
        if abscissa == "log_dimension":
            return np.log(d)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(n > 1, np.log(np.log(n) / d), np.nan)

    def time(self, transition):
        return self.file[f"transitions/{transition}/time"][:]

    def error(self, transition):
        """That of the trajectories, or that over the disorder where it is larger."""
        group = self.file[f"transitions/{transition}"]
        return np.fmax(group["stderr"][:], group["disorder_stderr"][:])

    def schedules(self):
        """Names of the noise schedules, by number."""
        return text(self.file["points/schedule"].attrs["flag_meanings"]).split() if "points/schedule" in self.file else []

    def error_in_log_snr(self, transition):
        group = self.file[f"transitions/{transition}"]
        return np.fmax(group["log_snr_stderr"][:], group["log_snr_disorder_stderr"][:])

    def compared_laws(self):
        """Numbers of the laws that have several schedules."""
        return sorted({int(law) for group in self.file.get("schedules", {}).values() for law in group["law"][:]})

    def comparison(self, transition, law):
        """How the schedules of a law agree by one criterion; None where there are not several."""
        group = self.file[f"schedules/{transition}"]
        place = np.flatnonzero(group["law"][:] == law)
        return {name: item[place[0]] for name, item in group.items()} if place.size else None

    def fits(self, kind, abscissa):
        """Transitions of a kind that have a line against the abscissa."""
        paths = {"speciation": "class_", "collapse": "datum_"}[kind]  # decisions
        return [name for name, group in self.file.get("fits", {}).items()
                if name.startswith((kind, paths)) and abscissa in group and self.fit(name, abscissa)["slope"].size]

    def fit(self, transition, abscissa):
        group = {name: item[:] for name, item in self.file[f"fits/{transition}/{abscissa}"].items()}
        seen = np.full(len(group["slope"]), True) if self.only is None else group["schedule"] == self.only
        return {name: item[seen] for name, item in group.items()}

    def shifted(self, observable, variable):
        """The scaled variable as text."""
        group = self.file.get(f"collapse/{observable}/{variable}")
        return text(group.attrs["shifted"]) if group else ""

    def collapse(self, observable, variable):
        return self.series_seen(f"collapse/{observable}/{variable}", "curve", "point")

    def crossings(self, observable, variable):
        return self.series_seen(f"crossings/{observable}/{variable}", "crossing", "smaller")

    def series_seen(self, path, item, point):
        """Arrays over series and over their items (curves, crossings), of which each belongs to a point; None where there are none to be seen."""
        if path not in self.file:
            return None
        group = {name: array[:] for name, array in self.file[path].items()}
        seen = self.chosen(group[point])
        of_series = np.isin(group["series"], group["series_of"][seen])
        if not seen.any():
            return None
        masks = {item: seen, "series": of_series}
        found = {}
        for name, array in group.items():
            scale = self.file[path][name].dims[0]
            axis = name if not len(scale) else scale[0].name.rsplit("/", 1)[-1]
            found[name] = array[masks[axis]] if axis in masks else array
        return found


def text(value):
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def cell_edges(time):
    """Edges of cells around the observation times."""
    return np.concatenate(([time[0]], (time[1:] + time[:-1]) / 2, [time[-1]]))
