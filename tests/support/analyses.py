"""Tables of kairos analyze --csv, read back."""
import csv
import io

import numpy as np


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def number(row, key):
    return float(row[key]) if row[key] else np.nan
