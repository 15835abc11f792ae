"""Computes the cause of a fall of a rate from its cells, by the definition of a cause."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from lab.incidents.splits import Split, Splits, explained

CauseKind = Literal["mix", "cell", "broad"]
MOST = 0.95


@dataclass(frozen=True)
class Limits:
    """The limits in the definition of a cause. Parts are parts of the fall of the whole rate.

    Attributes:
        mix: least part that changed shares of one dimension's values explain, if the cause is a mix.
        cell: least part that a cell explains, if the cause is this cell.
        rest: largest fall of the rate of all other requests, if the cause is a cell, as a part of the fall of the
            cell's rate.
        of_whole: whether `rest` is a part of the fall of the whole rate instead.
    """

    mix: float = 0.5
    cell: float = 0.75
    rest: float = 0.25
    of_whole: bool = False


# Where all of these give the same cause, it is clear.
LIMITS = (
    Limits(),
    Limits(of_whole=True),
    Limits(mix=0.4, cell=0.85, rest=0.18),
    Limits(mix=0.6, cell=0.65, rest=0.35),
)


def clear_cause(splits: Splits) -> tuple[CauseKind, str] | None:
    """Return kind and text of the cause as `cause` does; None if slightly different limits give another cause."""
    found = {cause(splits, limits) for limits in LIMITS}
    return found.pop() if len(found) == 1 else None


def cause(splits: Splits, limits: Limits = LIMITS[0]) -> tuple[CauseKind, str]:
    """Return kind and text of the cause. The text is empty unless the cause is a cell, such as `carrier=CMCC &
    platform=ios`.
    """
    before, now = splits["platform",].wholes
    singles = [one for names, one in splits.items() if len(names) == 1]
    if any(one.effects()[0].sum() / (now - before) >= limits.mix for one in singles):
        return "mix", ""
    found: list[tuple[int, float, tuple[str, ...]]] = []
    for names, one in splits.items():
        share = one.now[0] / one.now[0].sum()
        most = limits.rest * ((before - now) if limits.of_whole else one.falls())
        fits = (explained(one) >= limits.cell) & (one.rests().falls() <= most) & (share < MOST)
        for place in np.flatnonzero(fits):
            if len(names) == 1 or _is_pair(splits, one, int(place), limits):
                parts = tuple(f"{name}={value}" for name, value in zip(names, one.values[place], strict=True))
                found.append((len(names), float(share[place]), parts))
    # A pair replaces the single cells of its two values.
    replaced = {part for dimensions, _, parts in found if dimensions == 2 for part in parts}
    best = min((one for one in found if one[0] == 2 or one[2][0] not in replaced), default=None)
    return ("cell", " & ".join(best[2])) if best else ("broad", "")


def _is_pair(splits: Splits, pair: Split, place: int, limits: Limits) -> bool:
    """Return whether only the cell with index `place` in `pair` fell, and not all requests with one of its two values.

    For both values, the rate of the other requests with that value must hardly have fallen.
    """
    before, now = pair.wholes
    for name, value in zip(pair.names, pair.values[place], strict=True):
        single = splits[name,]
        at = single.values.index((value,))
        n0, s0, n1, s1 = (
            whole[at] - own[place]
            for whole, own in zip((*single.before, *single.now), (*pair.before, *pair.now), strict=True)
        )
        fall = (s0 / n0 if n0 else before) - (s1 / n1 if n1 else now)
        if not n1 or fall > limits.rest * pair.falls()[place]:
            return False
    return True
