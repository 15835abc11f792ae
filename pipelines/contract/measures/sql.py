"""Loads SQL statements, with sums and rates of measures filled in from their declarations.

A statement is one SELECT in `sql/<name>.sql` of the package that runs it. For a list of measures or channels it calls a
function of this module between double braces: `{{ sums(USAGE) }}`. Conditions on channels are macros of every
connection (`record/channels.py`).
"""

import re
from collections.abc import Callable, Iterable
from functools import cache
from importlib.resources import files
from typing import Final

from pipelines.contract.measures import counts, session_metrics
from pipelines.contract.measures.counts import BY_CHANNEL
from pipelines.contract.measures.measure import DETAIL
from pipelines.contract.measures.metrics import METRICS, metric
from pipelines.contract.record.channels import LOGIN_CHANNELS, NUMBER_CHANNELS, is_one_of
from pipelines.contract.record.copies import copy_order
from pipelines.contract.record.dimensions import CAUSES, OUTCOME_KEY, SESSION_CAUSES, SESSION_DIMENSIONS, VERSION
from pipelines.contract.record.fields import ABSENT_FIELDS, COUNTED_FIELDS

# Prefixes of counts over a period, over its matched days, and over their counterparts in the base, with the condition
# on days.
_DAYS_OF_SPANS: Final = {
    "": "NOT is_base",
    "matched_": "NOT is_base AND is_matched",
    "counterpart_": "is_base AND is_matched",
}
SPANS: Final = tuple(_DAYS_OF_SPANS)


@cache
def sql(package: str, name: str, *more: Callable[..., str]) -> str:
    """Return the statement `sql/<name>.sql` of a package, with the results of the functions that it calls filled in.

    The name may contain a folder: `day/channel_daily`.

    Args:
        more: further functions that the statement may call.
    """
    text = files(package).joinpath("sql", f"{name}.sql").read_text("utf-8")
    if "{{" not in text and "{%" not in text:
        return text
    # Imported lazily: a run with nothing new needs no such statement.
    from jinja2 import Environment, StrictUndefined

    known = (sums, sums_by_channel, each_of, spans, rate, compared, condition, has_data, copy_order)
    functions = {
        one.__name__: one for one in (*known, numerator, denominator, span_names, each, counted, measured, *more)
    }
    declared = vars(counts) | vars(session_metrics)
    sets = {name: value for name, value in declared.items() if name.isupper()} | {
        "METRICS": METRICS,
        "LOGIN_CHANNELS": LOGIN_CHANNELS,
        "NUMBER_CHANNELS": NUMBER_CHANNELS,
        "CAUSES": CAUSES,
        "SESSION_CAUSES": SESSION_CAUSES,
        "SESSION_DIMENSIONS": SESSION_DIMENSIONS,
        "OUTCOME_KEY": OUTCOME_KEY,
        "VERSION": VERSION.key,
        "DETAIL": DETAIL,
        "COUNTED_FIELDS": COUNTED_FIELDS,
        "ABSENT_FIELDS": ABSENT_FIELDS,
    }
    return Environment(undefined=StrictUndefined).from_string(text, functions | sets).render()


def sums(names: Iterable[str], where: str = "", prefix: str = "") -> str:
    """Return SELECT items that sum counts; a sum is 0 if there are no rows. The name of each item is `prefix` followed
    by the count's name.

    Args:
        names: names of additive columns.
        where: a condition on the rows that count.
    """
    chosen = f" FILTER ({where})" if where else ""
    return _items(f"coalesce(sum({name}){chosen}, 0)::BIGINT AS {prefix}{name}" for name in names)


def sums_by_channel(names: Iterable[str] = BY_CHANNEL) -> str:
    """Return SELECT items for measures that sum another measure over some channels (column `channel`)."""
    return _items(
        f"coalesce(sum({one.summed}) FILTER ({is_one_of(one.channels)}), 0)::BIGINT AS {name}"
        for name, one in ((name, metric(name)) for name in names)
    )


def each_of(names: Iterable[str], item: str, between: str = ", ") -> str:
    """Return `item` for each name, with the name in place of `{0}`, joined by `between`."""
    return between.join(map(item.format, names))


def spans(names: Iterable[str]) -> str:
    """Return SELECT items that sum counts over a period, and over its base: the period with which it is compared.

    Each count is summed over all days of the period, over its matched days (`matched_…`), and over the matched days of
    the base (`counterpart_…`). The input rows have the columns `is_base` and `is_matched`.
    """
    names = tuple(names)
    return _items(sums(names, days, prefix) for prefix, days in _DAYS_OF_SPANS.items())


def has_data(day_state: str = "day_state") -> str:
    """Return the SQL condition that a day has data: it counts in coverage and can be compared. `day_state` is the
    column with the state of the day.
    """
    return f"{day_state} = 'complete'"


def rate(name: str, term: str = "{}") -> str:
    """Return the SQL of a rate's quotient, which is NULL if the denominator is 0.

    Args:
        term: the SQL for each count in the rate, with `{}` for the name of the count, such as `sum({})`.
    """
    return f"{numerator(name, term)} / nullif({denominator(name, term)}, 0)"


def numerator(name: str, term: str = "{}") -> str:
    """Return the SQL of a rate's numerator, in brackets if it is a sum or difference. For `term`, see `rate`."""
    counts = metric(name).numerator
    filled = _filled(counts, term)
    return f"({filled})" if " " in counts else filled


def denominator(name: str, term: str = "{}") -> str:
    """Return the SQL of a rate's denominator. For `term`, see `rate`."""
    return _filled(metric(name).denominator, term)


def _filled(counts: str, term: str) -> str:
    return re.sub(r"\w+", lambda count: term.format(count[0]), counts)


def span_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the columns that `spans` computes for counts."""
    return tuple(f"{span}{name}" for span in SPANS for name in names)


def each(names: Iterable[str], term: str) -> str:
    """Return SELECT items that apply `term` to columns, each under the column's name; `{}` in `term` is the column."""
    return each_of(names, term.replace("{}", "{0}") + " AS {0}", ",\n    ")


def counted(names: Iterable[str]) -> str:
    """Return a SELECT item for each count: the sum of `records` over the rows of `outcome_daily` that meet its
    condition.
    """
    return _items(f"coalesce(sum(records) FILTER ({metric(name).condition}), 0)::BIGINT AS {name}" for name in names)


def measured(names: Iterable[str]) -> str:
    """Return SELECT items that compute each measure by its `expression`; 0 if there are no rows."""
    return _items(f"coalesce({metric(name).expression}, 0)::BIGINT AS {name}" for name in names)


def compared(names: Iterable[str]) -> str:
    """Return SELECT items over the one-row relations `now` and `base`: for each measure, a struct of its value in both
    relations and the change (macro `compared`).
    """
    return _items(
        f"compared(now.{name}, base.{name}, {str(metric(name).change == 'points').lower()}) AS {name}" for name in names
    )


def condition(terms: str) -> str:
    """Return the SQL condition that a record is counted by `terms`: the name of a count, or a difference of counts such
    as `authorization_requests - authorizations_cancelled`.
    """
    first, *less = (f"({METRICS[name].condition})" for name in terms.split(" - "))
    return " AND NOT ".join((first, *less))


def _items(items: Iterable[str]) -> str:
    return ",\n    ".join(items)
