"""Lists the briefing's findings that are not incidents, the worst first: a data day without records, failed checks of
the run, and *notes*, such as restated days or rejected records.

Falls and outages are in `incidents/incidents.py`, the checks themselves in `pipelines/closing/warnings.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.common.text import Bilingual
from pipelines.contract.measures.metrics import METRICS
from pipelines.incidents.cause_words import app_called
from reports.content.context import DataState
from reports.content.published import PublishedTables
from reports.content.wording.language import t
from reports.content.wording.words import CHECK_PAGES

# Names of the checks which report that packages run out or have run out.
_URGENT_CHECKS: Final = ("package_run_out", "package_overflow")
# Most names that are listed in a finding; an ellipsis replaces the rest.
_DAYS_NAMED = 5


@dataclass(frozen=True)
class Finding:
    """One finding: severity, text, and the page that shows it."""

    severity: Literal["bad", "warn", "note"]
    text: Bilingual
    link: str
    is_urgent: bool = False
    """Whether the finding is shown directly below the headline, because packages run out or have run out."""


def findings(marts: PublishedTables, data_state: DataState) -> list[Finding]:
    """Return the briefing's findings that are not incidents, the worst first."""
    found = [*_days(data_state), *_files(marts), *_records(marts, data_state)]
    return sorted(found, key=lambda one: ("bad", "warn", "note").index(one.severity))


def _days(data_state: DataState) -> Iterator[Finding]:
    if data_state.today.state == "missing":
        yield Finding(
            "bad",
            t("The data day has no records: no logs were delivered, or its files are damaged or held."),
            "quality.html",
        )
    for check in data_state.failed_checks:
        # The finding above already says that the data day has no record.
        if check.name == "day_is_there" and data_state.today.state == "missing":
            continue
        yield Finding(
            "warn",
            Bilingual(_with_day(check.day, check.detail.zh), _with_day(check.day, check.detail.en)),
            CHECK_PAGES.get(check.name, "quality.html"),
            check.name in _URGENT_CHECKS,
        )
    # Comparisons that include days without data are incomplete. The data day itself was reported above.
    gaps = [day for day in data_state.missing_days if day != data_state.today.day]
    if gaps:
        yield Finding(
            "note",
            t("Days without data in the last 30: {days}").format(days=_some([day.isoformat() for day in gaps])),
            "quality.html#days",
        )
    if data_state.restated_days:
        yield Finding(
            "note",
            t("Restated by late data or corrections: {days}").format(
                days=_some([day.isoformat() for day in data_state.restated_days])
            ),
            "quality.html#restatements",
        )


def _files(marts: PublishedTables) -> Iterator[Finding]:
    (_, _, read, _, rejected, _, _) = marts.rows("quality/file_totals")[0]
    if rejected:
        yield Finding(
            "note",
            t("Records rejected: {count} of {all} read").format(count=f"{rejected:,}", all=f"{read:,}"),
            "quality.html#rejected",
        )


def _records(marts: PublishedTables, data_state: DataState) -> Iterator[Finding]:
    today = data_state.today
    # Above a threshold the check `unmapped_share` fails and already reports them.
    if today.unmapped_codes and not any(check.name == "unmapped_share" for check in data_state.failed_checks):
        yield Finding(
            "note",
            t("Records of the data day whose result code is not in the dictionary: {count}").format(
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
    if whole := list(_whole_rates(marts)):
        named = Bilingual(_some([one.zh for one in whole]), _some([one.en for one in whole]))
        yield Finding(
            "note", t("Suddenly 100%, as on none of the 28 days before: {rates}").format(rates=named), "monitor.html"
        )
    if today.late_records:
        yield Finding(
            "note",
            t("Late records of the data day: {count}").format(count=f"{today.late_records:,}"),
            "quality.html#days",
        )


def _whole_rates(marts: PublishedTables) -> Iterator[Bilingual]:
    """Yield a text (app, channel and rate) for each rate that is suddenly 100% on the data day: the log may lack
    failures.

    `sql/briefing/whole_rates.sql` compares the rate with earlier days.
    """
    words = {one.key: one.label for one in marts.channels}
    for name, key, channel, metric in marts.rows("briefing/whole_rates"):
        said, label = words[channel], METRICS[metric].label
        app = app_called(name, key, with_key=name != key)
        yield Bilingual(f"{app} · {said.zh}{label.zh}", f"{app} · {said.en} {label.en.lower()}")


def _some(names: list[str]) -> str:
    """Return the first `_DAYS_NAMED` names, separated by commas, with an ellipsis if there are more."""
    return ", ".join(names[:_DAYS_NAMED]) + (" …" if len(names) > _DAYS_NAMED else "")


def _with_day(day: object, detail: str) -> str:
    return f"{day}: {detail}" if day else detail
