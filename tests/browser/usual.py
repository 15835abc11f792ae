"""Usual ranges of figures, counted anew from the published tables, and the colours that follow from them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import hypot, sqrt
from statistics import median

from pipelines.contract.measures.metrics import METRICS
from tests.browser.counted import LOGIN_COUNTS, Published, ratio


@dataclass(frozen=True)
class Range:
    """Usual range of a day: the median of its weekday, or of a rate's days, and three spreads around
    it. A spread is that of the steps from one such day to the next, of chance at least."""

    usual: float
    low: float
    high: float
    swing: float
    chance: float


def usual_range(values: dict[date, float | None], requests: dict[date, int] | None, one: date) -> Range | None:
    """The range of a subject on a day, by the eight weeks before it."""
    days = [one - timedelta(days=back) for back in range(56, 0, -1)]
    is_rate = requests is not None
    kinds = [days] if is_rate else [[d for d in days if d.weekday() == weekday] for weekday in range(7)]
    reference = [values[d] for d in (days if is_rate else [d for d in days if d.weekday() == one.weekday()])]
    known = [value for value in reference if value is not None]
    if len(known) < (7 if is_rate else 4):
        return None
    usual = median(known)
    steps = []
    for alike in kinds:
        for before, after in pairwise(values[d] for d in alike):
            if before is None or after is None:
                continue
            if unit := 1.0 if is_rate else (before + after) / 2:
                steps.append(abs(after - before) / unit)
    swing = 1.4826 / sqrt(2) * median(steps or [0]) * (1.0 if is_rate else usual)
    if requests is not None:
        n = requests[one] or median([count for count in requests.values() if count])
        chance = sqrt(usual * (1 - usual) / n)
    else:
        chance = sqrt(max(usual, 1))
    room = 3 * max(swing, chance)
    return Range(usual, max(usual - room, 0.0), min(usual + room, 1.0) if is_rate else usual + room, swing, chance)


def is_struck(tables: Published, key: str, channels: tuple[str, ...], one: date) -> bool:
    """Whether an incident of the app, in one of these channels or in all, covers the day, which then does not count
    as usual.
    """
    return any(
        row["app_key"] == key
        and row["kind"] != "further"
        and row["metric"] != "sign_in_rate"
        and row["channel"] in ("*", *channels)
        and row["first_day"] <= one <= (row["last_day"] or tables.as_of)
        for row in tables.incidents
    )


def place_of(value: float | None, usual: Range | None) -> str:
    if value is None or usual is None:
        return "unknown"
    return "below" if value < usual.low else "above" if value > usual.high else "inside"


def colour_of(metric: str, place: str) -> list[str]:
    """The class of a figure outside its usual range, by the declaration of its measure; none within."""
    better = METRICS[metric].better
    if better is None or place not in ("above", "below"):
        return []
    return ["good" if (place == "above") is (better == "higher") else "bad"]


def side_of_period(
    values: dict[date, float | None],
    clean: dict[date, float | None],
    requests: dict[date, int] | None,
    days: Collection[date],
) -> str:
    """The side of the usual range on which some days are together; `clean` lacks days of incidents."""
    with_value = [one for one in days if values.get(one) is not None]
    ranges = {one: usual_range(clean, requests, one) for one in with_value}
    known = [(one, usual) for one, usual in ranges.items() if usual is not None]
    if not known or 2 * len(known) < len(with_value):
        return "unknown"
    weights = [1 if requests is None else requests[one] for one, _ in known]
    whole = 1 if requests is None else sum(weights)
    moved = sum(w * (float(values[one] or 0) - u.usual) for w, (one, u) in zip(weights, known, strict=True)) / whole
    swing = hypot(*(w * u.swing for w, (_, u) in zip(weights, known, strict=True))) / whole
    chance = hypot(*(w * u.chance for w, (_, u) in zip(weights, known, strict=True))) / whole
    room = 3 * max(swing, chance) * (sqrt(2) if len(known) > 1 else 1)
    return "inside" if abs(moved) <= room else "above" if moved > 0 else "below"


def technical(tables: Published, key: str, days: list[date]) -> tuple[float | None, int]:
    """Technical success over some days, and the requests that it is of."""
    won, asked, left = (tables.logins(key, "*", name, days) for name in LOGIN_COUNTS[:3])
    requests = 0 if asked is None or left is None else asked - left
    return ratio(won, requests), requests
