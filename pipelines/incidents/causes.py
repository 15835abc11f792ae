"""Splits the change of a rate over the cells of the rate's requests, and finds the cell that explains the change.

A *cell* is a value of one dimension, or a pair of values of two dimensions. A cell's part of the change is split into
the effect of its own rate (`rate_effect`) and the effect of its share of the requests (`mix_effect`). All effects of
the cells of one dimension add up to the change exactly. Incidents and `authmeter explain` use the same code.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Any, Final

import polars as pl

from pipelines.contract.record.dimensions import UNKNOWN
from pipelines.incidents.incident import ALL, BROAD, Cause, Incident

# Contract: shifts of share explain a change if they make up `_MIX_SHARE` of the change. A cell explains it if the cell
# makes up `_CELL_SHARE` of the change, and the rate of all other requests falls by at most `_REST_FALL` of the change.
# A cell with `WHOLE_SHARE` of the requests counts as all requests.
_MIX_SHARE: Final = 0.5
_CELL_SHARE: Final = 0.75
_REST_FALL: Final = 0.25
WHOLE_SHARE: Final = 0.95

_CELL: Final = ("dimension", "value", "second", "second_value")
_SIDES: Final = ("before", "now")
COUNTS: Final = ("requests_before", "successes_before", "requests_now", "successes_now")
EFFECTS: Final = ("mix_effect", "rate_effect")
NO_CELLS: Final = pl.DataFrame(
    schema=dict.fromkeys(("incident_id", *_CELL), pl.String)
    | dict.fromkeys(COUNTS, pl.Int64)
    | dict.fromkeys(EFFECTS, pl.Float64)
)
"""The result of `cells_of` without rows."""
# A rise is explained as a fall with both sides exchanged.
_TURNED: Final = dict(zip(COUNTS, (*COUNTS[2:], *COUNTS[:2]), strict=True))


def cells_of(counts: pl.DataFrame, dimensions: Sequence[str]) -> pl.DataFrame:
    """Return the cells of each dimension and of each pair of dimensions, with the effects of each cell on the whole
    rate.

    Args:
        counts: incident_id, the dimensions (NULL: unknown), `requests_before`, `successes_before`, `requests_now` and
            `successes_now`; a cell may have several rows. Each incident has requests both before and now.

    Returns:
        incident_id, dimension, value, second and second_value (NULL unless a pair), the four counts, mix_effect and
        rate_effect, sorted by the first five.
    """
    known = counts.group_by("incident_id", pl.col(*dimensions).fill_null(UNKNOWN)).agg(pl.col(COUNTS).sum())
    names = sorted(dimensions)
    cells = [_cells_over(known, *chosen) for size in (1, 2) for chosen in combinations(names, size)]
    return pl.concat(cells).sort("incident_id", *_CELL, nulls_last=False)


def with_causes(
    incidents: Sequence[Incident], counts: pl.DataFrame, dimensions: Sequence[str]
) -> tuple[list[Incident], pl.DataFrame]:
    """Return the incidents with their causes, and a frame with the cells of all incidents. Incidents of a single app
    have no cells of `app_key`.

    Args:
        counts: as for `cells_of`, for all incidents.
    """
    together = [one.incident_id for one in incidents if one.app_key == ALL]
    cells = cells_of(counts, dimensions).filter(
        (pl.col("dimension") != "app_key") | pl.col("incident_id").is_in(together)
    )
    by_id = cells.partition_by("incident_id", as_dict=True, include_key=False)
    return [replace(one, cause=cause_of(by_id[one.incident_id,])) for one in incidents], cells


def named_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Return the cells without `second` and `second_value`: the two dimensions and values of a pair are joined with
    ` & `.
    """
    named = cells.with_columns(
        pl.concat_str("dimension", "second", separator=" & ", ignore_nulls=True),
        pl.concat_str("value", "second_value", separator=" & ", ignore_nulls=True).alias("value"),
    )
    # Two pairs can get the same name if a value contains ` & `; their counts are then added up.
    key = ["incident_id", "dimension", "value"]
    return named.group_by(key).agg(pl.col(*COUNTS, *EFFECTS).sum()).sort(key)


def _cells_over(counts: pl.DataFrame, dimension: str, second: str | None = None) -> pl.DataFrame:
    key = ["incident_id", dimension] + ([second] if second else [])
    # Sorted, because sums of fractions depend on the order of their terms.
    cells = counts.group_by(key).agg(pl.col(COUNTS).sum()).sort(key)
    return cells.filter(pl.col("requests_before") + pl.col("requests_now") > 0).select(
        "incident_id",
        pl.lit(dimension).alias("dimension"),
        pl.col(dimension).alias("value"),
        pl.lit(second, pl.String).alias("second"),
        (pl.col(second) if second else pl.lit(None, pl.String)).alias("second_value"),
        *COUNTS,
        *_effects(),
    )


def _effects() -> list[pl.Expr]:
    def whole(each: pl.Expr) -> pl.Expr:
        return each.sum().over("incident_id")

    before, now = pl.col("requests_before"), pl.col("requests_now")
    whole_before = whole(pl.col("successes_before")) / whole(before)
    whole_now = whole(pl.col("successes_now")) / whole(now)
    is_new, is_gone = before == 0, now == 0
    share_before, share_now = before / whole(before), now / whole(now)
    # A cell that is missing on one side gets the same share on both sides; the shares of the others are scaled down.
    new = whole(pl.when(is_new).then(share_now).otherwise(0.0))
    gone = whole(pl.when(is_gone).then(share_before).otherwise(0.0))
    both = 1 - new * gone
    # If no cell has requests on both sides, the gone and the new cells get half of each side.
    is_replaced = whole(pl.when(~is_new & ~is_gone).then(now).otherwise(0)) == 0
    room_of_new, room_of_gone = (
        pl.when(is_replaced).then(0.5).otherwise(room / both) for room in (new * (1 - gone), gone * (1 - new))
    )
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
    """Return the cause of a change: a cell, or `BROAD` if no cell explains the change.

    The kind of the cause is `mix` if shifts of the cells' shares of the requests explain the change, else `cell`. A
    rise is explained like a fall, with the counts before and now exchanged.

    Args:
        cells: from `cells_of`, of one change.
    """
    singles = cells.filter(pl.col("second").is_null())
    whole = singles.filter(pl.col("dimension") == singles["dimension"][0]).sum().row(0, named=True)
    before, now = (whole[f"successes_{side}"] / whole[f"requests_{side}"] for side in _SIDES)
    if now >= before:
        turned = cause_of(cells.rename(_TURNED).with_columns(-pl.col(EFFECTS))) if now > before else BROAD
        return replace(
            turned, before=turned.now, now=turned.before, rest_before=turned.rest_now, rest_now=turned.rest_before
        )
    weighed = cells.with_columns(
        (pl.sum_horizontal(EFFECTS) / (now - before)).alias("share"),
        (pl.col("mix_effect") / (now - before)).alias("mix"),
        *(_rate(side, pl.col).alias(side) for side in _SIDES),
        *(_rate(side, lambda name: whole[name] - pl.col(name)).alias(f"rest_{side}") for side in _SIDES),
    )
    # If shifts of share within a dimension explain half of the change or more: the cell with the largest mix effect, of
    # the dimension that explains most.
    mixes = (
        weighed.filter(pl.col("second").is_null())
        .with_columns(pl.col("mix").sum().over("dimension").alias("in_all"))
        .filter(pl.col("in_all") >= _MIX_SHARE)
        .sort("in_all", "mix", "dimension", "value", descending=[True, True, False, False])
    )
    if mixes.height:
        return _cause("mix", mixes.row(0, named=True))
    # A pair counts only if the other requests with either of its values did not fall as well, and then replaces the
    # single cells of both values. Single cells win over pairs of other values, then the cell with the fewest requests.
    is_single = pl.col("second").is_null()
    explains = weighed.filter(
        pl.col("share") >= _CELL_SHARE,
        pl.col("rest_before") - pl.col("rest_now") <= _REST_FALL * (before - now),
        pl.col("requests_now") < WHOLE_SHARE * whole["requests_now"],
        is_single | (_fell_alone("value", before) & _fell_alone("second_value", before)),
    )
    singles, pairs = explains.filter(is_single), explains.filter(~is_single)
    for part in (["dimension", "value"], ["second", "second_value"]):
        singles = singles.join(pairs, left_on=["dimension", "value"], right_on=part, how="anti")
    found = singles.vstack(pairs).sort(~is_single, "requests_now", *_CELL)
    return _cause("cell", found.row(0, named=True)) if found.height else BROAD


def _rate(side: str, of: Callable[[str], pl.Expr]) -> pl.Expr:
    """Return the rate of one side (`before` or `now`); NULL without requests. `of` maps a count to its expression."""
    requests = of(f"requests_{side}")
    return pl.when(requests > 0).then(of(f"successes_{side}") / requests)


def _fell_alone(part: str, whole_before: float) -> pl.Expr:
    """Return the condition that a value of a pair fell only within the pair.

    The rate of the value's requests outside of the pair fell by at most `_REST_FALL` times the fall of the pair's rate.
    `part` is the column of the value, `value` or `second_value`. Without requests before, the rate before counts as
    `whole_before`, the rate of all requests.
    """

    def rest(name: str) -> pl.Expr:
        return pl.col(name).sum().over("dimension", "second", part) - pl.col(name)

    # NULL if the pair, or the value outside of the pair, has no requests now.
    fell, pair_fell = (_rate("before", of).fill_null(whole_before) - _rate("now", of) for of in (rest, pl.col))
    return fell <= _REST_FALL * pair_fell


def _cause(kind: str, row: dict[str, Any]) -> Cause:
    named = f"{row['dimension']}={row['value']}"
    if row["second"] is not None:
        named += f" & {row['second']}={row['second_value']}"
    return Cause(kind, named, *(row[name] for name in ("before", "now", "rest_before", "rest_now", "share")))
