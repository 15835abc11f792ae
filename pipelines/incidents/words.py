"""The words of an incident in both languages, short enough for a phone: its kind, state and loss."""

from datetime import date
from typing import Final

from pipelines.common.text import COMMA, Bilingual, half_up, same, whole
from pipelines.incidents.cause_words import (
    Channels,
    cause_clause,
    channel_words,
    fault_words,
    percent_words,
    short_name,
)
from pipelines.incidents.data_metrics import SHORT_DAY
from pipelines.incidents.incident import ALL, Incident
from pipelines.incidents.sentences import (
    ALL_APPS,
    ALL_CHANNELS,
    ITEMS,
    KINDS,
    LOSSES,
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
    in_both,
)

# Smaller falls are printed with a decimal.
_SMALL_FALL: Final = 0.05


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
    names["when"] = in_both(ON_DAY).format(day=_day(one.loss_day(as_of)))
    names["span"] = in_both(ONE_DAY if one.last_day in (None, one.first_day) else SEVERAL_DAYS).format(**names)
    what, loss = KINDS.get(one.metric) or KINDS[one.kind]
    template = STATES.get(f"{one.metric} {_state(one)}") or STATES[_state(one)]
    return in_both(template).format(**names, what=in_both(what).format(**names), loss=_loss(one, cost) if loss else "")


def incident_title(one: Incident, app_name: str, channels: Channels) -> Bilingual:
    """Return the title of a message about an open incident, with the number of its days and its first day."""
    names = incident_names(one, app_name, None, channels)
    what, _ = KINDS.get(one.metric) or KINDS[one.kind]
    text = in_both(what)
    tight = Bilingual(*(side.replace(" · ", " ").replace(" → ", "→") for side in (text.zh, text.en)))
    return in_both(TITLE).format(what=tight.format(**names), days=names["days"], first=names["first"])


def loss_words(one: Incident, as_of: date, channels: Channels, *, with_total: bool = True) -> Bilingual | None:
    """Return the cost of an open incident on its newest day and, if `with_total`, of all its days. If the newest day
    lost nothing, return that the figure is back at its usual level. Return None if the incident has no loss to print.
    """
    if has_no_loss(one):
        return None
    names = incident_names(one, "", None, channels)
    form = LOSSES["back" if is_back(one) else "all" if with_total and one.days > 1 else "day"]
    when = in_both(ON_DAY).format(day=_day(one.loss_day(as_of)))
    return in_both(form).format(loss=_loss(one, names["lost"]), when=when, total=names["total"])


def problem_words(problems: int, items: int, warnings: int) -> Bilingual:
    """Return a text with the number of open problems, of items only worth a look, and of warnings."""
    none, one, many = PROBLEMS
    said = [in_both(none if not problems else one if problems == 1 else many).format(count=f"{problems:,}")]
    if items:
        said.append(in_both(ITEMS[0 if items == 1 else 1]).format(count=f"{items:,}"))
    if warnings:
        said.append(in_both(WARNINGS).format(count=f"{warnings:,}"))
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
        return in_both(SINGULAR.get(msgid, msgid) if cost.en == "1" else msgid)

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
        "app": in_both(ALL_APPS) if one.app_key == ALL else same(app_name),
        "channel": in_both(ALL_CHANNELS) if one.channel == ALL else channel_words(one.channel, channels),
        "first": same(_day(one.first_day)),
        "last": same(_day(one.last_day or one.first_day)),
        "days": same(f"{one.days:,}"),
        "lost": same(whole(one.lost)),
        "total": same(whole(one.lost_total)),
        "cause": same("") if one.kind == "data" else cause_clause(one, cause_app_name, channels),
    }
    # Among data faults, only a short day has levels that mean something to a reader.
    if one.kind != "data" or one.metric == SHORT_DAY:
        names["before"], names["now"] = level_words(one)
    if one.metric in RATES:
        names["rate"] = in_both(RATES[one.metric][0])
    elif one.kind == "data":
        names["fault"] = fault_words(one, channels)
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
    return in_both(NOTED).format(text=text, note=short_name(note))


def _day(day: date) -> str:
    return f"{day:%m-%d}"
