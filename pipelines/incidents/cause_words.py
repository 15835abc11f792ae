"""The words for the cause of an incident and for its parts: apps, channels, sources, hours and others."""

import re
from collections.abc import Mapping
from typing import Final

from pipelines.common.text import ENUMERATION, Bilingual, half_up, per_cent, printable, same
from pipelines.contract.record.channels import LABELS
from pipelines.contract.record.dimensions import BY_KEY, DIMENSIONS, UNKNOWN
from pipelines.incidents.data_metrics import SHORT_DAY
from pipelines.incidents.incident import FURTHER, Incident
from pipelines.incidents.sentences import (
    CAUSE_LINES,
    CAUSES,
    FAULT_OF,
    FAULT_PARTS,
    FAULTS,
    NAMED_APP,
    SINGULAR,
    in_both,
)

Channels = Mapping[str, Bilingual]
"""The words of channels that a data folder declares, by key."""

_VALUES: Final = {value: words for one in DIMENSIONS for value, words in one.values.items()}
# Longest name that is not cut: texts must fit on a phone.
_LONGEST: Final = 40
_NAMES: Final = (*BY_KEY, *FAULT_PARTS, "channel")
_ONE_HOUR: Final = re.compile(r"\bhour=\d+$")
_PAIR: Final = re.compile(rf" & (?=(?:{'|'.join(_NAMES)})=)")


def cause_words(one: Incident, app_name: str | None, channels: Channels) -> Bilingual | None:
    """Return the cause of an incident in one line. For a rate without a single cause, the line says that there is none.
    For any other incident without a named cause, return None.
    """
    cause = one.cause
    if not one.is_rate:
        is_named = cause.cell is not None and not (one.metric == SHORT_DAY and cause.cell == "all")
        return cell_words(cause.cell or "", app_name, channels) if is_named else None
    if cause.cell is None:
        return in_both(CAUSE_LINES["broad"])
    cell = cell_words(cause.cell, app_name, channels)
    if cause.kind == "mix":
        return in_both(CAUSE_LINES["mix"]).format(cell=cell)
    return in_both(CAUSE_LINES["gone"]).format(cell=cell) if cause.now is None else cell


def cause_with_rates(one: Incident, app_name: str | None, channels: Channels) -> Bilingual | None:
    """Return the line of `cause_words`. If the cause is of the kind `cell` (see `causes.py`) and both the cell and the
    other requests have a rate now, the line also has both rates.
    """
    words, cause = cause_words(one, app_name, channels), one.cause
    if words is None or cause.kind != "cell" or cause.now is None or cause.rest_now is None:
        return words
    now, rest = percent_words(cause.now), percent_words(cause.rest_now)
    return in_both(CAUSE_LINES["rates"]).format(cell=words, now=now, rest=rest)


def cell_words(cell: str, app_name: str | None, channels: Channels) -> Bilingual:
    """Return a cause as stored in `incidents.cause` (such as `carrier=CMCC & platform=android` or `source=gw2`) in
    words.

    An app is named by its registered name and key, if the name is given.
    """
    named = [part.partition("=") for part in _PAIR.split(cell)]
    return same(" & ").join(
        _part(name, value if has_value else name, app_name, channels) for name, has_value, value in named
    )


def cell_dimension(cell: str) -> str:
    """Return the dimension of a stored cause (`incidents.cause`), or two of them, such as `carrier & platform`."""
    return " & ".join(part.partition("=")[0] for part in _PAIR.split(cell))


def cause_clause(one: Incident, app_name: str | None, channels: Channels) -> Bilingual:
    """Return the cause as the last part of a sentence about an incident, such as `; SDK 2.15.0 only 24%`; empty without
    a cause.
    """
    cause = one.cause
    if cause.cell is None:
        return same("")
    kind = "mix" if cause.kind == "mix" else "gone" if cause.now is None else "cell"
    if one.kind == FURTHER and not one.is_rate:
        kind = "grown"
    elif one.metric == "cancellation_rate" and kind == "cell":
        kind = "risen"
    cell = cell_words(cause.cell, app_name, channels)
    return in_both(CAUSES[kind]).format(cell=cell, now=percent_words(cause.now or 0.0))


def _part(dimension: str, value: str, app_name: str | None, channels: Channels) -> Bilingual:
    if value == UNKNOWN and dimension in BY_KEY:
        return BY_KEY[dimension].unknown
    if dimension in FAULT_PARTS:
        form, (first, _, last) = FAULT_PARTS[dimension], value.partition("-")
        if dimension == "hours" and first == last:
            form, value = SINGULAR[form], first
        return in_both(form).format(value=short_name(value))
    if dimension == "app_key" and app_name not in (None, value):
        return in_both(NAMED_APP).format(name=short_name(app_name or ""), key=value)
    if dimension in ("channel", "entry_channel"):
        return channel_words(value, channels)
    if dimension in BY_KEY:
        return _listed(value, BY_KEY[dimension].values, BY_KEY[dimension].form)
    return _listed(value, {**_VALUES, **LABELS, **channels})


def fault_words(one: Incident, channels: Channels) -> Bilingual:
    """Return the name of a data fault, with its source, file or the like."""
    of_cell = FAULTS.get(f"{one.metric} {one.cause.cell}")
    is_few = one.metric == "hour_shift" and half_up(one.level_now, 0) > 0
    named = FAULTS["hour_shift few"] if is_few else FAULTS.get(one.metric)
    if _ONE_HOUR.search(one.cause.cell or ""):
        named = SINGULAR.get(named or "", named)
    fault = in_both(named) if named else same(one.metric)
    if of_cell or one.cause.cell is None:
        return in_both(of_cell) if of_cell else fault
    return in_both(FAULT_OF).format(fault=fault, cause=cell_words(one.cause.cell, None, channels))


def channel_words(value: str, channels: Channels) -> Bilingual:
    """Return the words of a channel, or of several with `, ` between them; without words, the text itself."""
    return _listed(value, {**LABELS, **channels})


def _listed(value: str, words: Mapping[str, Bilingual], form: str = "{}") -> Bilingual:
    # The cause of a data fault can list several values.
    values = value.split(", ")
    if not all(one in words for one in values):
        return same(form.format(short_name(value)))
    return ENUMERATION.join(words[one] for one in values)


def app_called(name: str, key: str, *, with_key: bool) -> str:
    """Return the name of an app in a sentence, with its key if `with_key`, as where several apps share the name."""
    return in_both(NAMED_APP).format(name=name, key=key).en if with_key else name


def short_name(name: str) -> str:
    """Return a name cut to `_LONGEST` characters (the last is then `…`), with control characters escaped."""
    return printable(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…")


def percent_words(share: float, digits: int = 0) -> Bilingual:
    """Return a share as a percentage, with one more digit if rounding would make it 0% or 100%."""
    text = per_cent(share, digits)
    is_rounded = (text in ("0%", "0.0%") and share > 0) or (text in ("100%", "100.0%") and share < 1)
    return same(per_cent(share, digits + 1) if is_rounded else text)
