"""What a cause is; how it is found is in `causes.py`, for which what only tells of it has no use."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Cause:
    """Why a rate changed. `cell` is `dimension=value`, two of them with ` & ` between; None where it is broad.

    `before` and `now` are the cell's rates, `rest_before` and `rest_now` those of all other requests, `share` the
    cell's part of the change.
    """

    kind: str
    cell: str | None = None
    before: float | None = None
    now: float | None = None
    rest_before: float | None = None
    rest_now: float | None = None
    share: float | None = None
