"""Counts sessions by value of a dimension, with numerator and denominator of each rate, so that the page's script can
compare values.

The script computes intervals and the difference (`static/js/data/intervals.ts`).
"""

from collections.abc import Callable
from typing import Any, Final

from pipelines.common.days import WINDOWS
from pipelines.common.text import Bilingual
from pipelines.contract.measures.session_metrics import FUNNEL, STEP_PAIRS
from pipelines.contract.record.dimensions import BY_KEY, COMPARED, UNKNOWN, Dimension
from pipelines.store.site_publication import LONG_DAYS
from reports.content.published import PublishedTables
from reports.content.sign_in.funnel import missing_steps
from reports.content.wording.language import t

VALUES_LISTED: Final = 20
"""Number of values of a dimension that can be chosen: the values with most sessions. The others are one choice."""


def compared(marts: PublishedTables) -> dict[int, dict[str, list[dict[str, Any]]]]:
    """Return the values of each dimension for all apps together, by window of 7, 30 and 90 days.

    A value has its key (None for all further values together), its label in both languages, its sessions, and for each
    rate numerator and denominator, or None if the logs lack a step of the rate. The denominator is 0 if no session
    counts in the rate.
    """
    schemes = dict(marts.rows("scheme_names"))
    found: dict[int, dict[str, list[dict[str, Any]]]] = {
        days: {dimension: [] for dimension in COMPARED} for days in (*WINDOWS, LONG_DAYS)
    }
    rows = marts.rows("sign_in/sign_in_compared", is_whole=True, compared_listed=VALUES_LISTED)
    for _, days, dimension, _, value, merged, sessions, sign_ins, concluded, *rest in sorted(
        rows, key=lambda row: row[:4]
    ):
        counts = dict(zip(FUNNEL, rest, strict=True))
        label = _label(BY_KEY[dimension], value, merged, schemes.get)
        rates = {
            pair: None if missing_steps(counts, steps) else (counts[pair], counts[steps[0]])
            for pair, steps in STEP_PAIRS.items()
        }
        found[days][dimension].append(
            {
                "key": value,
                "label": label.pair,
                "sessions": sessions,
                "is_named": value not in (None, UNKNOWN),
                "rates": {"sign_in_rate": (sign_ins, concluded), **rates},
            }
        )
    # Unnamed values come last: the page initially compares the first two.
    return {
        days: {
            dimension: [
                {key: one[key] for key in ("key", "label", "sessions", "rates")}
                for one in sorted(values, key=lambda one: not one["is_named"])
            ]
            for dimension, values in by_dimension.items()
        }
        for days, by_dimension in found.items()
    }


def _label(
    dimension: Dimension, value: str | None, merged: int | None, scheme_name: Callable[[str], str | None]
) -> Bilingual:
    if value is None:
        return t("{count} others").format(count=merged or 0)
    if value == UNKNOWN:
        return dimension.unknown
    name = scheme_name(value) if dimension.key == "scheme_id" else None
    text = f"{name} ({value})" if name else value
    return dimension.values.get(value) or Bilingual(text, text)
