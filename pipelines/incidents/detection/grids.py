"""Grids of days (rows) and subjects (columns); the values of a day are adjacent in memory."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
_NARROW = 8


def add_up(values: Floats, sums: Floats, step: int = 1) -> Floats:
    """Fill `sums` with running sums of `values`: `sums[i + step] = sums[i] + values[i]`.

    The first `step` rows of `sums` must be 0.
    """
    # Except for narrow grids, adding row to row is eight times as fast as a cumulative sum along the columns.
    if step == 1 and values.shape[1] <= _NARROW:
        np.cumsum(values, axis=0, out=sums[1:])
        return sums
    for row in range(len(values)):
        np.add(sums[row], values[row], out=sums[row + step])
    return sums


def sums_before(values: Floats) -> Floats:
    """Return for each row the sum of all rows before it. An additional last row has the sum of all rows."""
    return add_up(values, np.zeros((len(values) + 1, values.shape[1])))


def day_before(values: Floats) -> Floats:
    """Return for each day the values of the day before; 0 for the first day."""
    return np.concatenate([np.zeros((1, values.shape[1])), values[:-1]])
