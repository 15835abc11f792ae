"""The words of an incident in both languages, short enough for a phone: its kind, state and cause.

Texts are in `locale/`, with the English text as msgid; a test lists missing translations.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from pipelines.common.catalogue import read_catalogue
from pipelines.common.text import COMMA, ENUMERATION, Bilingual, half_up, per_cent, printable, same, whole
from pipelines.contract.record.channels import DECLARED
from pipelines.contract.record.dimensions import BY_KEY, DIMENSIONS, UNKNOWN
from pipelines.incidents.data_metrics import SHORT_DAY
from pipelines.incidents.incident import ALL, FURTHER, Incident
from pipelines.incidents.sentences import (
    ALL_APPS,
    ALL_CHANNELS,
    CAUSE_LINES,
    CAUSES,
    FAULT_OF,
    FAULT_PARTS,
    FAULTS,
    ITEMS,
    KINDS,
    LOSSES,
    NAMED_APP,
    NOTED,
    ON_DAY,
    ONE_DAY,
    PROBLEMS,
    RATES,
    SEVERAL_DAYS,
    SINGULAR,
    STATES,
    TITLE,
    WARNINGS,
)

_LOCALE: Final = Path(__file__).parent / "locale"
_VALUES: Final = {value: words for one in DIMENSIONS for value, words in one.values.items()}

Channels = Mapping[str, Bilingual]
"""The words of channels that a data folder declares, by key."""
_CHANNELS: Final[Channels] = {one.key: one.label for one in DECLARED}

# Longest name that is not cut: texts must fit on a phone.
_LONGEST: Final = 40
# Smaller falls are printed with a decimal.
_SMALL_FALL: Final = 0.05
_NAMES: Final = (*BY_KEY, *FAULT_PARTS, "channel")
_ONE_HOUR: Final = re.compile(r"\bhour=\d+$")
_PAIR: Final = re.compile(rf" & (?=(?:{'|'.join(_NAMES)})=)")


def incident_text(
    one: Incident, app_name: str, as_of: date, cause_app_name: str | None, channels: Channels
) -> Bilingual:
    """Return one line about an incident, for pages, alerts and commands.

    Args:
        one: a published incident, see `published.py`.
        app_name: the name of the incident's app, see `app_called`; not read for an incident of all apps together.
        as_of: the as-of of the publication; not read if the incident has a `lost_day`.
        cause_app_name: the registered name of the app that caused the incident, None if no app did.
        channels: the words of declared channels, by key.
    """
    names = incident_names(one, app_name, cause_app_name, channels)
    cost = names["lost" if one.state == "open" else "total"]
    names["when"] = _t(ON_DAY).format(day=_day(one.loss_day(as_of)))
    names["span"] = _t(ONE_DAY if one.last_day in (None, one.first_day) else SEVERAL_DAYS).format(**names)
    what, loss = KINDS.get(one.metric) or KINDS[one.kind]
    template = STATES.get(f"{one.metric} {_state(one)}") or STATES[_state(one)]
    return _t(template).format(**names, what=_t(what).format(**names), loss=_loss(one, cost) if loss else "")


def incident_title(one: Incident, app_name: str, channels: Channels) -> Bilingual:
    """Return the title of a message about an open incident, with the number of its days and its first day."""
    names = incident_names(one, app_name, None, channels)
    what, _ = KINDS.get(one.metric) or KINDS[one.kind]
    text = _t(what)
    tight = Bilingual(*(side.replace(" · ", " ").replace(" → ", "→") for side in (text.zh, text.en)))
    return _t(TITLE).format(what=tight.format(**names), days=names["days"], first=names["first"])


def loss_words(one: Incident, as_of: date, channels: Channels, *, with_total: bool = True) -> Bilingual | None:
    """Return the cost of an open incident on its newest day and, if `with_total`, of all its days. If the newest day
    lost nothing, return that the figure is back at its usual level. Return None if the incident has no loss to print.
    """
    if has_no_loss(one):
        return None
    names = incident_names(one, "", None, channels)
    form = LOSSES["back" if is_back(one) else "all" if with_total and one.days > 1 else "day"]
    when = _t(ON_DAY).format(day=_day(one.loss_day(as_of)))
    return _t(form).format(loss=_loss(one, names["lost"]), when=when, total=names["total"])


def cause_words(one: Incident, app_name: str | None, channels: Channels) -> Bilingual | None:
    """Return the cause of an incident in one line. For a rate without a single cause, the line says that there is none.
    For any other incident without a named cause, return None.
    """
    cause = one.cause
    if not one.is_rate:
        is_named = cause.cell is not None and not (one.metric == SHORT_DAY and cause.cell == "all")
        return cell_words(cause.cell or "", app_name, channels) if is_named else None
    if cause.cell is None:
        return _t(CAUSE_LINES["broad"])
    cell = cell_words(cause.cell, app_name, channels)
    if cause.kind == "mix":
        return _t(CAUSE_LINES["mix"]).format(cell=cell)
    return _t(CAUSE_LINES["gone"]).format(cell=cell) if cause.now is None else cell


def cause_with_rates(one: Incident, app_name: str | None, channels: Channels) -> Bilingual | None:
    """Return the line of `cause_words`. If the cause is of the kind `cell` (see `causes.py`) and both the cell and the
    other requests have a rate now, the line also has both rates.
    """
    words, cause = cause_words(one, app_name, channels), one.cause
    if words is None or cause.kind != "cell" or cause.now is None or cause.rest_now is None:
        return words
    now, rest = percent_words(cause.now), percent_words(cause.rest_now)
    return _t(CAUSE_LINES["rates"]).format(cell=words, now=now, rest=rest)


def problem_words(problems: int, items: int, warnings: int) -> Bilingual:
    """Return a text with the number of open problems, of items only worth a look, and of warnings."""
    none, one, many = PROBLEMS
    said = [_t(none if not problems else one if problems == 1 else many).format(count=f"{problems:,}")]
    if items:
        said.append(_t(ITEMS[0 if items == 1 else 1]).format(count=f"{items:,}"))
    if warnings:
        said.append(_t(WARNINGS).format(count=f"{warnings:,}"))
    return COMMA.join(said)


def is_back(one: Incident) -> bool:
    """Return whether an open incident lost nothing on its newest compared day; false for missing days."""
    return one.state == "open" and one.metric != "missing_day" and half_up(one.lost, 0) <= 0


def has_no_loss(one: Incident) -> bool:
    """Return whether an incident has no loss to print: its kind has none, or its missing days have no usual count."""
    lost = one.lost if one.state == "open" else one.lost_total
    is_unknown = one.metric == "missing_day" and half_up(lost, 0) <= 0
    return is_unknown or not (KINDS.get(one.metric) or KINDS[one.kind])[1]


def _loss(one: Incident, cost: Bilingual) -> Bilingual:
    """Return the text of a loss of `cost` requests, sessions or records."""

    def numbered(msgid: str) -> Bilingual:
        return _t(SINGULAR.get(msgid, msgid) if cost.en == "1" else msgid)

    _, loss = KINDS.get(one.metric) or KINDS[one.kind]
    _, successes = RATES.get(one.metric, ("", ""))
    return numbered(loss).format(cost=cost, successes=numbered(successes) if successes else "")


def _state(one: Incident) -> str:
    if has_no_loss(one):
        return one.state if one.state == "withdrawn" else f"{one.state} without loss"
    return "open back" if is_back(one) else one.state


def incident_names(
    one: Incident, app_name: str, cause_app_name: str | None, channels: Channels
) -> dict[str, Bilingual]:
    """Return the values for the placeholders of an incident's texts, by name."""
    names = {
        "app": _t(ALL_APPS) if one.app_key == ALL else same(app_name),
        "channel": _t(ALL_CHANNELS) if one.channel == ALL else _channel(one.channel, channels),
        "first": same(_day(one.first_day)),
        "last": same(_day(one.last_day or one.first_day)),
        "days": same(f"{one.days:,}"),
        "lost": same(whole(one.lost)),
        "total": same(whole(one.lost_total)),
        "cause": same("") if one.kind == "data" else _cause(one, cause_app_name, channels),
    }
    # Among data faults, only a short day has levels that mean something to a reader.
    if one.kind != "data" or one.metric == SHORT_DAY:
        names["before"], names["now"] = level_words(one)
    if one.metric in RATES:
        names["rate"] = _t(RATES[one.metric][0])
    elif one.kind == "data":
        names["fault"] = _fault(one, channels)
    return names


def level_words(one: Incident) -> tuple[Bilingual, Bilingual]:
    """Return the levels before and now, as printed."""
    levels = (one.level_before, one.level_now)
    if one.metric in RATES:
        digits = 1 if abs(one.level_before - one.level_now) < _SMALL_FALL else 0
        before, now = (percent_words(level, digits) for level in levels)
    else:
        before, now = (same(whole(level)) for level in levels)
    return before, now


def with_note(text: Bilingual, note: str) -> Bilingual:
    """Return the text of an incident with its note."""
    return _t(NOTED).format(text=text, note=short_name(note))


def cell_words(cell: str, app_name: str | None, channels: Channels) -> Bilingual:
    """Return a cause as stored in `incidents.cause` (such as `carrier=CMCC & platform=android` or `source=gw2`) in
    words.

    An app is named by its registered name and key, if the name is given.
    """
    named = [part.partition("=") for part in _PAIR.split(cell)]
    return same(" & ").join(
        _part(name, value if has_value else name, app_name, channels) for name, has_value, value in named
    )


def _cause(one: Incident, app_name: str | None, channels: Channels) -> Bilingual:
    cause = one.cause
    if cause.cell is None:
        return same("")
    kind = "mix" if cause.kind == "mix" else "gone" if cause.now is None else "cell"
    if one.kind == FURTHER and not one.is_rate:
        kind = "grown"
    elif one.metric == "cancellation_rate" and kind == "cell":
        kind = "risen"
    cell = cell_words(cause.cell, app_name, channels)
    return _t(CAUSES[kind]).format(cell=cell, now=percent_words(cause.now or 0.0))


def _part(dimension: str, value: str, app_name: str | None, channels: Channels) -> Bilingual:
    if value == UNKNOWN and dimension in BY_KEY:
        return BY_KEY[dimension].unknown
    if dimension in FAULT_PARTS:
        form, (first, _, last) = FAULT_PARTS[dimension], value.partition("-")
        if dimension == "hours" and first == last:
            form, value = SINGULAR[form], first
        return _t(form).format(value=short_name(value))
    if dimension == "app_key" and app_name not in (None, value):
        return _t(NAMED_APP).format(name=short_name(app_name or ""), key=value)
    if dimension in ("channel", "entry_channel"):
        return _channel(value, channels)
    if dimension in BY_KEY:
        return _listed(value, BY_KEY[dimension].values, BY_KEY[dimension].form)
    return _listed(value, {**_VALUES, **_CHANNELS, **channels})


def _fault(one: Incident, channels: Channels) -> Bilingual:
    of_cell = FAULTS.get(f"{one.metric} {one.cause.cell}")
    is_few = one.metric == "hour_shift" and half_up(one.level_now, 0) > 0
    named = FAULTS["hour_shift few"] if is_few else FAULTS.get(one.metric)
    if _ONE_HOUR.search(one.cause.cell or ""):
        named = SINGULAR.get(named or "", named)
    fault = _t(named) if named else same(one.metric)
    if of_cell or one.cause.cell is None:
        return _t(of_cell) if of_cell else fault
    return _t(FAULT_OF).format(fault=fault, cause=cell_words(one.cause.cell, None, channels))


def _channel(value: str, channels: Channels) -> Bilingual:
    return _listed(value, {**_CHANNELS, **channels})


def _listed(value: str, words: Mapping[str, Bilingual], form: str = "{}") -> Bilingual:
    # The cause of a data fault can list several values.
    values = value.split(", ")
    if not all(one in words for one in values):
        return same(form.format(short_name(value)))
    return ENUMERATION.join(words[one] for one in values)


def _day(day: date) -> str:
    return f"{day:%m-%d}"


def app_called(name: str, key: str, *, with_key: bool) -> str:
    """Return the name of an app in a sentence, with its key if `with_key`, as where several apps share the name."""
    return _t(NAMED_APP).format(name=name, key=key).en if with_key else name


def short_name(name: str) -> str:
    """Return a name cut to `_LONGEST` characters (the last is then `…`), with control characters escaped."""
    return printable(name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…")


def percent_words(share: float, digits: int = 0) -> Bilingual:
    """Return a share as a percentage, with one more digit if rounding would make it 0% or 100%."""
    text = per_cent(share, digits)
    is_rounded = (text in ("0%", "0.0%") and share > 0) or (text in ("100%", "100.0%") and share < 1)
    return same(per_cent(share, digits + 1) if is_rounded else text)


def _t(msgid: str) -> Bilingual:
    return Bilingual(_chinese()[msgid], msgid)


@cache
def _chinese() -> dict[str, str]:
    return read_catalogue(_LOCALE, "zh")
