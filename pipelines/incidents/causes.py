"""What changed a rate: over which cells of the requests it moved, and whether one of them explains the change.

A *cell* is a value of one dimension, or of two. Of each cell the change of the whole is split into what its own rate
did (`rate_effect`) and what its share of the requests did (`mix_effect`); over the cells of a dimension both sum to
the change, exactly. The same code explains an incident and `authmeter explain`.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Final

import polars as pl

from pipelines.incidents.cause import Cause

# Contract: what explains the change, how little the rest may move, and which cell is as good as the whole.
_MIX_SHARE: Final = 0.5
_CELL_SHARE: Final = 0.75
_REST_FALL: Final = 0.25
_WHOLE_SHARE: Final = 0.95

UNKNOWN: Final = "unknown"
_CELL: Final = ("dimension", "value", "second", "second_value")
_Row = Mapping[str, Any]
COUNTS: Final = ("requests_before", "successes_before", "requests_now", "successes_now")
EFFECTS: Final = ("mix_effect", "rate_effect")


def cells_of(counts: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    """Every cell of the dimensions and of their pairs, with what it did to the whole rate.

    Args:
        counts: the dimensions, NULL where unknown, and `requests_before`, `successes_before`, `requests_now`,
            `successes_now`; both sides have requests. With `incident_id`, the cells of each are its own.

    Returns:
        dimension and value, second and second_value (NULL but of a pair), the four counts, mix_effect, rate_effect; by
        the first four.
    """
    known = counts.with_columns(pl.col(list(dimensions)).fill_null(UNKNOWN))
    names = [*((name,) for name in sorted(dimensions)), *combinations(sorted(dimensions), 2)]
    apart = _apart(counts)
    return pl.concat([_cells_over(known, chosen, apart) for chosen in names]).sort(*apart, *_CELL, nulls_last=False)


def named_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """The same cells under `dimension` and `value` alone: those of a pair have ` & ` between."""
    named = cells.with_columns(
        pl.concat_str("dimension", "second", separator=" & ", ignore_nulls=True),
        pl.concat_str("value", "second_value", separator=" & ", ignore_nulls=True).alias("value"),
    )
    # Two pairs may read the same where a value has such an `&` in it.
    key = [*_apart(cells), "dimension", "value"]
    return named.group_by(key).agg(pl.col(*COUNTS, *EFFECTS).sum()).sort(key)


def _apart(frame: pl.DataFrame) -> list[str]:
    """What keeps the cells of several changes apart, where there are several."""
    return [name for name in frame.columns if name == "incident_id"]


def _cells_over(counts: pl.DataFrame, chosen: Sequence[str], apart: Sequence[str]) -> pl.DataFrame:
    second = chosen[1] if len(chosen) > 1 else None
    cells = counts.group_by(*apart, *chosen).agg(pl.col(COUNTS).sum())
    cells = cells.filter(pl.col("requests_before") + pl.col("requests_now") > 0)
    return cells.select(
        *apart,
        pl.lit(chosen[0]).alias("dimension"),
        pl.col(chosen[0]).alias("value"),
        pl.lit(second, pl.String).alias("second"),
        (pl.col(second) if second else pl.lit(None, pl.String)).alias("second_value"),
        *COUNTS,
        *_effects(apart or [pl.lit(0)]),
    )


def _effects(apart: Sequence[str | pl.Expr]) -> list[pl.Expr]:
    def whole(each: pl.Expr) -> pl.Expr:
        return each.sum().over(apart)

    before, now = pl.col("requests_before"), pl.col("requests_now")
    whole_before = whole(pl.col("successes_before")) / whole(before)
    whole_now = whole(pl.col("successes_now")) / whole(now)
    is_new, is_gone = before == 0, now == 0
    share_before, share_now = before / whole(before), now / whole(now)
    # A cell that one side lacks has the same share on both, and the others make room.
    new = whole(pl.when(is_new).then(share_now).otherwise(0.0))
    gone = whole(pl.when(is_gone).then(share_before).otherwise(0.0))
    both = 1 - new * gone
    room_of_new, room_of_gone = new * (1 - gone) / both, gone * (1 - new) / both
    w0 = pl.when(is_new).then(share_now * (1 - room_of_gone)).otherwise(share_before * (1 - room_of_new))
    w1 = pl.when(is_gone).then(share_before * (1 - room_of_new)).otherwise(share_now * (1 - room_of_gone))
    r0 = pl.when(is_new).then(whole_before).otherwise(pl.col("successes_before") / before)
    r1 = pl.when(is_gone).then(whole_now).otherwise(pl.col("successes_now") / now)
    middle = (whole_before + whole_now) / 2
    return [
        ((w1 - w0) * ((r0 + r1) / 2 - middle)).alias("mix_effect"),
        ((r1 - r0) * (w0 + w1) / 2).alias("rate_effect"),
    ]


def cause_of(cells: pl.DataFrame) -> Cause:
    """Which cell explains the fall, if one does; `cells` are those of `cells_of`, of a rate that fell."""
    first = cells.filter(pl.col("second").is_null() & (pl.col("dimension") == cells.get_column("dimension")[0]))
    whole = first.select(pl.col(COUNTS).sum()).row(0, named=True)
    change = whole["successes_now"] / whole["requests_now"] - whole["successes_before"] / whole["requests_before"]
    weighed = cells.with_columns(
        ((pl.col("mix_effect") + pl.col("rate_effect")) / change).alias("share"), *_rates(whole)
    )
    mix = _mix(weighed.filter(pl.col("second").is_null()), change)
    if mix:
        return _cause("mix", mix)
    explains = weighed.filter(
        (pl.col("share") >= _CELL_SHARE)
        & (pl.col("rest_before") - pl.col("rest_now") <= _REST_FALL * -change).fill_null(value=False)
        & (pl.col("requests_now") < _WHOLE_SHARE * whole["requests_now"])
    )
    whole_before = whole["successes_before"] / whole["requests_before"]
    cell = _narrowest(explains.sort("requests_now", *_CELL), weighed, whole_before)
    return _cause("cell", cell) if cell else Cause("broad")


def _rates(whole: Mapping[str, float]) -> list[pl.Expr]:
    """The rates of each cell and of its rest; NULL where there are no requests."""

    def rate(successes: pl.Expr, requests: pl.Expr) -> pl.Expr:
        return pl.when(requests > 0).then(successes / requests)

    rates = []
    for side in ("before", "now"):
        requests, successes = pl.col(f"requests_{side}"), pl.col(f"successes_{side}")
        rest = rate(whole[f"successes_{side}"] - successes, whole[f"requests_{side}"] - requests)
        rates += [rate(successes, requests).alias(side), rest.alias(f"rest_{side}")]
    return rates


def _mix(singles: pl.DataFrame, change: float) -> _Row | None:
    """Of the dimension whose shares alone explain most, and half at least: the cell that does most of that."""
    order = [pl.col("mix"), pl.col("mix_effect") / change]
    mixes = (
        singles.with_columns((pl.col("mix_effect").sum().over("dimension") / change).alias("mix"))
        .filter(pl.col("mix") >= _MIX_SHARE)
        .sort(*order, "dimension", "value", descending=[True, True, False, False])
    )
    return mixes.row(0, named=True) if mixes.height else None


def _narrowest(explains: pl.DataFrame, weighed: pl.DataFrame, whole_before: float) -> _Row | None:
    """The smallest single cell, unless a pair fell alone: of its single, the rest did not fall."""
    singles = {(row["dimension"], row["value"]): row for row in explains.rows(named=True) if row["second"] is None}
    of_all = {
        (row["dimension"], row["value"]): row
        for row in weighed.filter(pl.col("second").is_null()).iter_rows(named=True)
    }
    for pair in explains.filter(pl.col("second").is_not_null()).iter_rows(named=True):
        parts = ((pair["dimension"], pair["value"]), (pair["second"], pair["second_value"]))
        if all(_fell_alone(pair, of_all[part], whole_before) for part in parts):
            return pair
    return next(iter(singles.values()), None)


def _fell_alone(pair: _Row, single: _Row, whole_before: float) -> bool:
    """Whether the rest of a single is there, and fell by at most a quarter of what the pair fell by; what was not there
    before is taken to have been as the whole.
    """
    before, now = (
        (single[f"requests_{side}"] - pair[f"requests_{side}"], single[f"successes_{side}"] - pair[f"successes_{side}"])
        for side in ("before", "now")
    )
    if not now[0] or not pair["requests_now"]:
        return False
    rest_before = before[1] / before[0] if before[0] else whole_before
    fall = rest_before - now[1] / now[0]
    pair_before = whole_before if pair["before"] is None else pair["before"]
    return bool(fall <= _REST_FALL * (pair_before - pair["now"]))


def _cause(kind: str, row: _Row) -> Cause:
    named = f"{row['dimension']}={row['value']}"
    if row["second"] is not None:
        named += f" & {row['second']}={row['second_value']}"
    return Cause(
        kind, named, row["before"], row["now"], row["rest_before"], row["rest_now"], row["share"],
    )  # fmt: skip
