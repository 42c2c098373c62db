"""Results compared bit by bit."""
import h5py
import numpy as np

# What a configuration and a seed decide; other groups tell of the run.
GROUPS = ("observables", "batches", "clones", "transitions", "identities", "decisions", "histograms", "landscape", "paths", "theory")


def bits(path):
    found = {}
    with h5py.File(path) as file:
        for group in GROUPS:
            if group in file:
                file[group].visititems(lambda name, item: found.update({f"{group}/{name}": (item.shape, np.asarray(item[()]).tobytes())})
                                       if isinstance(item, h5py.Dataset) else None)
    return found


def same_bits(check, a, b, what):
    one, other = bits(a), bits(b)
    check(one.keys() == other.keys(), f"{what}: {one.keys() ^ other.keys()}")
    wrong = [name for name in one if one[name] != other.get(name)]
    check(one and not wrong, f"{what}: other bits in {wrong}")
