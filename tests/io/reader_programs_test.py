"""Opens the sample result with h5py, xarray (both netCDF engines), ncdump and h5dump, every group of it.

usage: reader_programs_test.py FILE          exit code 77: a reader is not installed
"""
import subprocess
import sys

try:
    import h5netcdf  # noqa: F401
    import h5py
    import netCDF4  # noqa: F401
    import numpy as np
    import xarray as xr
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

TIMES, CLASSES, BATCHES = 16, 3, 4


def posterior():
    """Values of /observables/class_posterior/mean as the sample defines them."""
    return 1e-6 * np.arange(TIMES * CLASSES).reshape(TIMES, CLASSES)


def check_h5py(path):
    with h5py.File(path) as file:
        assert file.attrs["format"] == "kairos", file.attrs["format"]
        assert file.attrs["trajectories"] == 1000
        assert {f"section.key{k}": str(k) for k in range(80)} == dict(file["config"].attrs)
        np.testing.assert_array_equal(file["time"][:], 0.25 * np.arange(TIMES))
        np.testing.assert_array_equal(file["observables/class_posterior/mean"][:], posterior())
        batches = file["batches/class_posterior/mean"]
        np.testing.assert_array_equal(batches[:], np.arange(BATCHES)[:, None, None] + posterior())
        assert [axis[0] for axis in batches.dims] == [file["batch"], file["time"], file["class"]]
        assert file["transitions/speciation_spectral/time"][()] == 3.5
        assert file["observables/class_entropy/time"] == file["time"]
        assert file["bifurcation/sde/event_kind"].shape == (0,)

        bare = []

        def look(name, item):
            if isinstance(item, h5py.Dataset) and not h5py.h5ds.is_scale(item.id):
                bare.extend(f"{name} axis {i}" for i, axis in enumerate(item.dims) if len(axis) != 1)

        file.visititems(look)
        assert not bare, bare


def groups_of(path):
    groups = ["/"]
    with h5py.File(path) as file:
        file.visititems(lambda name, item: groups.append("/" + name) if isinstance(item, h5py.Group) else None)
    return groups


def check_xarray(path):
    for engine in ("netcdf4", "h5netcdf"):
        for group in groups_of(path):
            # h5netcdf takes every variable called time for the coordinate of that name, scalars too.
            scalar_time = engine == "h5netcdf" and group.startswith("/transitions/")
            with xr.open_dataset(path, group=group, engine=engine, drop_variables="time" if scalar_time else None) as data:
                data.load()
        with xr.open_dataset(path, engine=engine) as root:
            assert root.attrs["format"] == "kairos"
            assert root["time"].attrs["units"] == "1"
        with xr.open_dataset(path, group="/observables/class_posterior", engine=engine) as data:
            assert data["mean"].dims == ("time", "class"), data["mean"].dims
            np.testing.assert_array_equal(data["mean"].values, posterior())
            np.testing.assert_array_equal(data["time"].values, 0.25 * np.arange(TIMES))
        with xr.open_dataset(path, group="/bifurcation/sde", engine=engine) as data:
            assert data["event_time"].shape == (0,), data["event_time"].shape
            assert data["event_kind"].attrs["flag_meanings"].split()[0] == "pitchfork"
        with xr.open_dataset(path, group="/batches/class_posterior", engine=engine) as data:
            assert data["mean"].dims == ("batch", "time", "class"), data["mean"].dims
    with xr.open_dataset(path, group="/transitions/speciation_spectral", engine="netcdf4") as data:
        assert float(data["time"]) == 3.5


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout


def check_programs(path):
    text = run("ncdump", path)
    assert "phony_dim" not in text
    assert "double mean(batch, time, class)" in text
    for group in groups_of(path):
        assert run("h5dump", "-g", group, path)


if __name__ == "__main__":
    for check in (check_h5py, check_xarray, check_programs):
        check(sys.argv[1])
        print(check.__name__, "good")
