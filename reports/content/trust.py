"""The reasons why the figures can be trusted or not, as the bar on top of every page shows them.

`pipelines/common/days.py` and the marts define complete, late and restated days; `attention.py` has the findings.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from pipelines.common.text import ENUMERATION, Bilingual, per_cent, same
from reports.content.context import DataState
from reports.content.wording.formats import count, day_text
from reports.content.wording.language import t
from reports.content.wording.words import CHECK_WORDS

# Most days that a reason lists, followed by their total number, and most failed checks with a reason of their own.
NAMED = 3


def reasons(data_state: DataState) -> list[tuple[str, Bilingual]]:
    """Return severity (`good`, `warn`, `bad`) and text of the reasons, in the order of the bar. Failed checks after the
    first `NAMED` are only counted.
    """
    return [*_data_day(data_state), *_window(data_state), *_checks(data_state)]


def public_reasons(data_state: DataState) -> list[tuple[str, Bilingual]]:
    """Return the reasons for readers who may see only some apps: whether the data day and other days have data.

    Late and restated records and failed checks are left out, because they may belong to other apps; an app's own
    figures contain its restated days.
    """
    found: list[tuple[str, Bilingual]] = []
    if data_state.today.state == "missing":
        found.append(("bad", t("The data day has no records.")))
    elif data_state.today.is_short:
        found.append(("bad", t("Far fewer records than usual arrived: logs are missing, or users stayed away.")))
    else:
        found.append(("good", t("The data day is closed.")))
    if data_state.missing_days:
        found.append((_gaps(data_state), _listed(t("Days without data in the last 30:"), data_state.missing_days)))
    return found


def finality(data_state: DataState, day: date) -> Bilingual:
    """Return a text: whether the figures of a day can still change, and how often days of this age or older changed in
    the last 60 days.

    A day is published on the day after it, so the data day is one day old.
    """
    if data_state.is_final(day):
        return t("Final: late records of this day are no longer counted.")
    until = day + timedelta(days=data_state.retention_days)
    age = (data_state.publication.as_of - day).days + 1
    found = [part for before, part in data_state.changes if before is None or before >= age]
    most = max((part for part in found if part is not None), default=None)
    old = t("1 day old") if age == 1 else t("{count} days old").format(count=age)
    if not found:
        said = t("data {old}: not changed in the last 60 days").format(old=old)
    elif most is None:
        said = t("data {old}: changed {count}× in the last 60 days").format(old=old, count=count(len(found)))
    else:
        said = t("data {old}: changed {count}× in the last 60 days, by {most} at most").format(
            old=old, count=count(len(found)), most=_part(most)
        )
    return t("Can still change: late records of this day are counted until {until}; {changes}.").format(
        until=until.isoformat(), changes=said
    )


def _part(share: float) -> str:
    """Return a small share as per cent, never rounded to zero."""
    return per_cent(share, 1) if share >= 0.001 else "< 0.1%"


def _data_day(data_state: DataState) -> Iterator[tuple[str, Bilingual]]:
    if data_state.today.state == "missing":
        yield "bad", t("The data day has no records: no logs were delivered, or its files are damaged or held.")
        return
    yield (
        "good",
        t("The day is closed. Accepted records: {records}; duplicates among them, not counted: {duplicates}.").format(
            records=count(data_state.today.records_accepted), duplicates=count(data_state.today.duplicates)
        ),
    )
    yield "good", finality(data_state, data_state.today.day)
    if data_state.today.is_short:
        yield "bad", t("Far fewer records than usual arrived: logs are missing, or users stayed away.")
    if data_state.today.usual_records:
        yield (
            "bad" if data_state.today.is_short else "good",
            t("Usual for this weekday, by the days before, duplicates left out: {usual} records.").format(
                usual=count(data_state.today.usual_records)
            ),
        )
    if data_state.today.unmapped_codes:
        yield (
            "warn",
            t("Records whose result code is not in the dictionary, counted as error: {records}").format(
                records=count(data_state.today.unmapped_codes)
            ),
        )


def _window(data_state: DataState) -> Iterator[tuple[str, Bilingual]]:
    if data_state.missing_days:
        yield _gaps(data_state), _listed(t("Days without data in the last 30:"), data_state.missing_days)
    if data_state.restated_days:
        yield "warn", _listed(t("Days restated after publication in the last 30:"), data_state.restated_days)
    if data_state.days_with_late_records:
        late = dict(data_state.days_with_late_records)
        yield "warn", _listed(t("Late records in the last 30 days:"), tuple(late), late)


def _gaps(data_state: DataState) -> str:
    """Return the severity of a text about days without data: `bad` if the data day is one of these, else `warn`."""
    return "bad" if data_state.today.state == "missing" else "warn"


def _checks(data_state: DataState) -> Iterator[tuple[str, Bilingual]]:
    for check in data_state.failed_checks[:NAMED]:
        name = CHECK_WORDS.get(check.name, same(check.name))
        day = f" {check.day}" if check.day else ""
        yield "warn", Bilingual(f"{name.zh}{day}：{check.detail.zh}", f"{name.en}{day}: {check.detail.en}")
    if others := data_state.failed_checks[NAMED:]:
        yield "warn", t("Other failed checks: {count}").format(count=count(len(others)))
    if not data_state.failed_checks:
        yield "good", t("All checks of the last run passed.")


def _listed(head: Bilingual, days: tuple[date, ...], numbers: dict[date, int] | None = None) -> Bilingual:
    """Return a heading followed by the newest days, with their counts if given."""

    def named(day: date) -> Bilingual:
        return (
            same("{day} ({count})").format(day=day_text(day), count=count(numbers[day])) if numbers else day_text(day)
        )

    newest = ENUMERATION.join(map(named, sorted(days, reverse=True)[:NAMED]))
    more = f" … ({len(days)})" if len(days) > NAMED else ""
    return same("{head} {days}{more}").format(head=head, days=newest, more=more)
