"""What needs attention on the data day: the report centre's list, the worst first.

Lives here: which findings are listed, in which order, and their words. What counts as a finding about rates and apps is
in `sql/falling_rates.sql` and `sql/stopped_apps.sql`; the checks of a run are in `pipelines/closing/warnings.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from reports.content.context import ALL_APPS, App, Standing
from reports.content.language import Text, t
from reports.content.published import PublishedTables
from reports.content.words import word

# So many apps are named by each finding; the rest is counted.
APPS_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """One finding: how bad, about which app (None: all together), what, and the page that shows it."""

    severity: Literal["bad", "warn", "note"]
    text: Text
    link: str
    app: App | None = None


def findings(marts: PublishedTables, stand: Standing, by_key: dict[str, App]) -> list[Finding]:
    """Every finding about the data day and its 30-day window, the worst first."""
    found = [*_days(stand), *_rates(marts, by_key), *_stopped(marts, by_key), *_files(marts), *_records(marts, stand)]
    return sorted(found, key=lambda one: ("bad", "warn", "note").index(one.severity))


def _days(stand: Standing) -> Iterator[Finding]:
    as_of = stand.publication.as_of
    if stand.day_state == "missing":
        yield Finding(
            "bad",
            t("The data day has no records at all: nothing was delivered, or its files are damaged or held."),
            "quality.html",
        )
    gaps = [day for day in stand.missing_days if day != as_of]
    first = stand.publication.first_day
    gaps = [day for day in gaps if first and day >= first]
    if gaps:
        yield Finding(
            "warn",
            t("No data on {count} of the last 30 days: {days}").format(
                count=len(gaps), days=_some([day.isoformat() for day in gaps])
            ),
            "quality.html",
        )
    for check in stand.failed_checks:
        # That the data day has no record is said already.
        if check.name == "day_is_there" and stand.day_state == "missing":
            continue
        yield Finding(
            "bad" if check.severity == "error" else "warn",
            Text(_with_day(check.day, check.detail.zh), _with_day(check.day, check.detail.en)),
            "quality.html",
        )
    if stand.restated_days:
        yield Finding(
            "note",
            t("Restated by late data or corrections: {days}").format(
                days=_some([day.isoformat() for day in stand.restated_days])
            ),
            "quality.html#restatements",
        )


def _rates(marts: PublishedTables, by_key: dict[str, App]) -> Iterator[Finding]:
    rows = marts.rows("falling_rates")
    of_apps = [row for row in rows if row[0] != ALL_APPS]
    for key, channel, rate, before, lost, is_lasting in [row for row in rows if row[0] == ALL_APPS] + of_apps[
        :APPS_NAMED
    ]:
        app = by_key.get(key)
        yield Finding(
            "warn" if is_lasting else "bad",
            _both(
                t(
                    "{channel}: technical success rate still {rate}, {before} in the three weeks before the last 7 "
                    "days; some {lost} sign-ins lost"
                )
                if is_lasting
                else t(
                    "{channel}: technical success rate {rate}, {before} in the 7 days before; some {lost} sign-ins lost"
                ),
                {"channel": word(channel)},
                rate=f"{rate:.2%}",
                before=f"{before:.2%}",
                lost=f"{lost:,}",
            ),
            f"apps/{app.folder}/index.html" if app else "monitor.html",
            app,
        )
    if len(of_apps) > APPS_NAMED:
        yield Finding(
            "warn",
            t("More apps and channels whose success rate fell: {count}").format(count=len(of_apps) - APPS_NAMED),
            "monitor.html",
        )


def _stopped(marts: PublishedTables, by_key: dict[str, App]) -> Iterator[Finding]:
    rows = marts.rows("stopped_apps")
    for key, usual, last_seen in rows[:APPS_NAMED]:
        app = by_key[key]
        yield Finding(
            "bad",
            t("No record since {day}; {usual} a day until then").format(day=f"{last_seen}", usual=f"{usual:,}"),
            f"apps/{app.folder}/index.html",
            app,
        )
    if len(rows) > APPS_NAMED:
        yield Finding("warn", t("More apps that stopped: {count}").format(count=len(rows) - APPS_NAMED), "usage.html")


def _files(marts: PublishedTables) -> Iterator[Finding]:
    (_, read, _, rejected, _, _) = marts.rows("file_totals")[0]
    if rejected:
        yield Finding(
            "note",
            t("Records rejected: {count} of {all} read").format(count=f"{rejected:,}", all=f"{read:,}"),
            "quality.html#rejected",
        )


def _records(marts: PublishedTables, stand: Standing) -> Iterator[Finding]:
    today = stand.today
    # Where they are so many that the check warns, it says so.
    if today.unmapped_codes and not any(check.name == "unmapped_share" for check in stand.failed_checks):
        yield Finding(
            "note",
            t("Records of the data day whose result code the dictionary lacks: {count}").format(
                count=f"{today.unmapped_codes:,}"
            ),
            "quality.html#codes",
        )
    if today.unregistered_apps:
        yield Finding(
            "note",
            t("Apps that log without being registered: {count}").format(count=f"{today.unregistered_apps:,}"),
            "quality.html#unregistered",
        )
    if today.late_records:
        yield Finding(
            "note",
            t("Late records of the data day: {count}").format(count=f"{today.late_records:,}"),
            "quality.html#days",
        )


def _both(text: Text, words: dict[str, Text], **values: str) -> Text:
    """The text with its places filled, some by words of both languages."""
    return Text(
        text.zh.format(**values, **{name: one.zh for name, one in words.items()}),
        text.en.format(**values, **{name: one.en for name, one in words.items()}),
    )


def _some(names: list[str]) -> str:
    """The first few of the names."""
    return ", ".join(names[:APPS_NAMED]) + (" …" if len(names) > APPS_NAMED else "")


def _with_day(day: object, detail: str) -> str:
    return f"{day}: {detail}" if day else detail
