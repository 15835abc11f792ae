"""The data that all pages share, written as a script: days, periods, and declarations that the scripts compute with.

Tables are written by column. An app's own figures are in `figures/`, the texts of the scripts in
`reports/build/static_files.py`.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from pipelines.common.days import WINDOWS, window
from pipelines.contract.measures.counts import HEADLINE_USAGE
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.measures.session_metrics import SESSION_RATES
from pipelines.contract.record.channels import Channel
from pipelines.contract.record.fields import OUTCOMES
from pipelines.incidents.usual.norms import TUNED
from pipelines.store.site_publication import LONG_DAYS
from reports.content.context import DataState, Quality
from reports.content.figures.usage import USAGE_LOOKS, usage_parts
from reports.content.published import PublishedTables, months_to
from reports.content.trust import public_reasons


def shared_data(marts: PublishedTables, data_state: DataState, quality: Quality, version: str) -> dict[str, Any]:
    """Return the data that every page's script reads as `RawSite` (`static/js/types/site.d.ts`).

    It contains days, periods and their coverage, the code dictionary, notes on all apps, the reasons of the trust bar
    that every reader may see, and the declarations.
    """
    publication = data_state.publication
    as_of = publication.as_of
    days, long_days = list(window(as_of, max(WINDOWS))), list(window(as_of, LONG_DAYS))
    first = months_to(as_of)[0]
    older_days = list(window(long_days[0] - timedelta(days=1), (long_days[0] - first).days))
    names = ("first", "last", "base_first", "base_last", "days", "days_with_data", "base_days", "base_days_with_data",
             "matched_days", "is_comparable", "missing")  # fmt: skip
    return {
        "version": version,
        "as_of": as_of,
        "time_zone": publication.time_zone,
        "generated_at": publication.generated_at,
        "is_synthetic": publication.is_synthetic,
        "days": days,
        "missing": _without_data(days, quality),
        "long_days": long_days,
        "long_missing": _without_data(long_days, quality),
        "older_missing": _without_data(older_days, quality),
        "holidays": [i for i, day in enumerate(long_days) if day in quality.holidays],
        "months": columns(("month", "days", "days_with_data"), (
            (
                month,
                # Up to the data day.
                min(monthrange(month.year, month.month)[1], (as_of - month).days + 1),
                sum(day.replace(day=1) == month and day <= as_of for day in quality.with_data),
            )
            for month in months_to(as_of)
        )),
        "notes": columns(("day", "text"), marts.rows("site_notes")),
        "periods": {period: dict(zip(names, row, strict=True)) for period, *row in marts.rows("site/compared_periods")},
        "codes": columns(
            ("vendor", "layer", "platform", "code", "meaning_zh", "meaning_en"), marts.rows("codes")
        ),
        "reasons": columns(
            ("severity", "zh", "en"), ((severity, text.zh, text.en) for severity, text in public_reasons(data_state))
        ),
        "outcomes": OUTCOMES,
        **declarations(marts.channels),
    }  # fmt: skip


def declarations(channels: Iterable[Channel]) -> dict[str, Any]:
    """Return the channels, the counts of usage, the rates, and the parameters of usual ranges."""
    return {
        "channels": [
            {
                "key": one.key,
                "group": one.group,
                "is_login": one.is_login,
                "zh": one.label.zh,
                "en": one.label.en,
            }
            for one in channels
        ],
        "usage": [
            {
                "name": name,
                "summed": METRICS[name].summed,
                "channels": METRICS[name].channels,
                "parts": usage_parts(name),
                "look": USAGE_LOOKS.get(name, ""),
            }
            for name in HEADLINE_USAGE
        ],
        "rates": {
            name: {"numerator": signs(one.numerator), "denominator": signs(one.denominator)}
            for name, one in METRICS.items()
            # The scripts compute these rates from counts of records; rates of sessions have data of their own.
            if one.numerator and name not in SESSION_RATES
        },
        "norms": TUNED,
    }  # fmt: skip


def signs(term: str) -> dict[str, int]:
    """Return the names of the counts in a sum or difference, each with its sign: 1 or -1."""
    return {count: -1 if sign == "-" else 1 for sign, count in re.findall(r"([+-]?)\s*(\w+)", term)}


def columns(names: Sequence[str], rows: Iterable[Sequence[object]]) -> dict[str, list[object]]:
    """Convert rows to a table by column: a list of values for each name."""
    columns: dict[str, list[object]] = {name: [] for name in names}
    for row in rows:
        for name, value in zip(names, row, strict=True):
            columns[name].append(value)
    return columns


def _without_data(days: list[date], quality: Quality) -> list[int]:
    """Return the indexes of the days without data, including days before the first record."""
    return [i for i, day in enumerate(days) if day not in quality.with_data]
