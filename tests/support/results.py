"""Results compared bit by bit."""
import struct
import zlib

import h5py
import numpy as np

# What a configuration and a seed decide; other groups tell of the run.
GROUPS = ("observables", "batches", "clones", "transitions", "identities", "decisions", "histograms", "landscape", "symmetry", "paths", "theory",
          "schedule", "realisations", "bifurcation")


def bits(path, groups=()):
    """Shape and bytes of the times and of every array of these groups, which must be there; without any, of all that there are."""
    found = {}
    with h5py.File(path) as file:
        found["time"] = (file["time"].shape, file["time"][:].tobytes())
        for group in groups or filter(file.__contains__, GROUPS):
            file[group].visititems(lambda name, item: found.update({f"{group}/{name}": (item.shape, np.asarray(item[()]).tobytes())})
                                   if isinstance(item, h5py.Dataset) else None)
    return found


def same_bits(check, a, b, what, groups=()):
    one, other = bits(a, groups), bits(b, groups)
    check(one.keys() == other.keys(), f"{what}: {one.keys() ^ other.keys()}")
    wrong = [name for name in one if one[name] != other.get(name)]
    check(one and not wrong, f"{what}: other bits in {wrong}")


def sealed(path):
    """Gives a checkpoint that was changed on purpose the checksum of what it holds now (docs/checkpoint.md)."""
    data = path.read_bytes()
    if data[-27:].startswith(b"kairos-seal crc32 "):
        data = data[:-27]
    blocks = [zlib.crc32(data[i:i + 2**20]) for i in range(0, len(data), 2**20)]
    path.write_bytes(data + b"kairos-seal crc32 %08x\n" % zlib.crc32(struct.pack(f"<Q{len(blocks)}d", len(data), *blocks)))
