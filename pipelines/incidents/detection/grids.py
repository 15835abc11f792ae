"""Grids of days (rows) and subjects (columns): all of a day lies together."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]
_NARROW = 8


def add_up(values: Floats, sums: Floats, step: int = 1) -> Floats:
    """Each row of `sums` from `step` on becomes the sum of the values of the rows before it, `step` apart. Adding row
    to row is eight times as fast as a cumulative sum along the columns, but of a few.
    """
    if step == 1 and values.shape[1] <= _NARROW:
        np.cumsum(values, axis=0, out=sums[1:])
        return sums
    for row in range(len(values)):
        np.add(sums[row], values[row], out=sums[row + step])
    return sums


def sums_before(values: Floats) -> Floats:
    """The sums of all rows before each row, and of all rows."""
    return add_up(values, np.zeros((len(values) + 1, values.shape[1])))


def day_before(values: Floats) -> Floats:
    """The values of the day before each day; 0 before the first."""
    return np.concatenate([np.zeros((1, values.shape[1])), values[:-1]])
