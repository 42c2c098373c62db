"""Read access to one result file by the names of its observables (docs/result_file.md)."""
import os

import h5py
import numpy as np


class Unreadable(Exception):
    """The sentence to say: file and problem."""


class Result:
    def __init__(self, path):
        if not os.path.exists(path):
            raise Unreadable(f"{path}: no such file.")
        if os.path.isdir(path):
            raise Unreadable(f"{path}: is a folder, not a result.")
        try:
            self.file = h5py.File(path, "r")
        except OSError:
            raise Unreadable(f"{path}: is not a readable HDF5 file.") from None
        if text(self.file.attrs.get("format", "")) != "kairos":
            raise Unreadable(f"{path}: is not a result of kairos run.")
        self.path = path
        for needed in ("time", "schedule", "config", "observables"):
            if needed not in self.file:
                raise Unreadable(f"{path}: holds no /{needed}, the result is incomplete.")
        self.time = self.file["time"][:]

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

    def per_log_snr(self):
        """What turns a rate per time into one per unit of log snr: sigma^2/g^2."""
        return (self.schedule("sigma") / self.schedule("diffusion")) ** 2

    def early(self, values):
        """Those of the first three quarters of the time axis: late tails would hide the rest."""
        return values[self.time <= self.time[0] + 0.75 * (self.time[-1] - self.time[0])]


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def cell_edges(time):
    """Edges of cells around the observation times."""
    return np.concatenate(([time[0]], (time[1:] + time[:-1]) / 2, [time[-1]]))
