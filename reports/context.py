"""What each page shows, typed: the rows of the marts, arranged for the templates and for `report.js`.

Lives here: arranging. Does not belong here: reading (`marts.py`), words and markup (`pages/`), the look (`charts.py`).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from markupsafe import Markup

from pipelines.days import WINDOWS, window
from reports.charts import TREND_CHANNELS
from reports.folders import app_folders
from reports.marts import Marts, Publication

ALL_APPS = "*"
CARD_METRICS = (
    "number_verifications",
    "one_click_verifications",
    "local_verifications",
    "third_party_authorizations",
)
# The lists of a trend, as in sql/login_series.sql.
TREND_FIELDS = ("authorizations", "authorization_requests", "authorization_rate")


@dataclass(frozen=True)
class Standing:
    """The line on top of every page: what is published, and how the last closed day stands."""

    publication: Publication
    day_state: str
    is_restated: bool
    late_records: int
    records_accepted: int
    coverage: dict[int, int]
    """Days with data, by window."""
    missing: tuple[int, ...]
    """Which of the 30 days have no data, counted from the oldest, 0."""


@dataclass(frozen=True)
class App:
    """One app as the lists name it; `status` is `enabled`, `disabled` or `unregistered`."""

    key: str
    name: str
    platform: str
    status: str
    schemes: int
    folder: str


@dataclass(frozen=True)
class Card:
    """One of the console's four counts: on the data day, and over the windows; None where no day has data."""

    metric: str
    day: int | None
    sums: dict[int, int | None]


@dataclass(frozen=True)
class ChannelRow:
    """Login authorization of one channel over one window, a row of `login_trend_summary`."""

    channel: str
    authorizations: int | None
    authorization_requests: int | None
    authorization_rate: float | None
    previous_authorizations: int | None
    change: float | None
    days_with_data: int
    previous_days_with_data: int


@dataclass(frozen=True)
class Figures:
    """All figures of one app, or of all together: cards, channel rows by window, and the charts' lists by day."""

    cards: tuple[Card, ...]
    channels: dict[int, list[ChannelRow]]
    usage: dict[str, dict[str, Sequence[int | None]]]
    trend: dict[str, dict[str, Sequence[float | None]]]


def standing(marts: Marts) -> Standing:
    """How the last closed day stands, from `day_quality`."""
    as_of = marts.publication.as_of
    days = {row[0]: row for row in marts.rows("day_quality")}
    last = days.get(as_of)
    has_data = {day for day, row in days.items() if row[1] == "complete"}
    return Standing(
        publication=marts.publication,
        day_state=last[1] if last else "missing",
        is_restated=bool(last and last[7]),
        late_records=(last[6] or 0) if last else 0,
        records_accepted=(last[2] or 0) if last else 0,
        coverage={n: sum(day in has_data for day in window(as_of, n)) for n in WINDOWS},
        missing=tuple(i for i, day in enumerate(window(as_of, max(WINDOWS))) if day not in has_data),
    )


def apps(marts: Marts) -> list[App]:
    """Every app, by key."""
    rows = marts.rows("apps")
    folders = app_folders(row[0] for row in rows)
    return [App(key, name, platform, status, schemes, folders[key]) for key, name, platform, status, schemes in rows]


def figures(marts: Marts) -> dict[str, Figures]:
    """The figures of every app by key, those of all apps together under `*`."""
    channels: dict[str, dict[int, list[ChannelRow]]] = defaultdict(lambda: {n: [] for n in WINDOWS})
    order = {channel: place for place, channel in enumerate(TREND_CHANNELS)}
    for app_key, days, *row in sorted(marts.rows("login_summary"), key=lambda r: (r[0], r[1], order[r[2]])):
        channels[app_key][days].append(ChannelRow(*row))
    trends: dict[str, dict[str, dict[str, Sequence[float | None]]]] = defaultdict(dict)
    for app_key, channel, *lists in marts.rows("login_series"):
        trends[app_key][channel] = dict(zip(TREND_FIELDS, lists, strict=True))
    found = {}
    count = len(CARD_METRICS)
    for app_key, *columns in marts.rows("usage"):
        lists, sums = columns[:count], columns[count:]
        found[app_key] = Figures(
            cards=tuple(
                Card(name, total[0], dict(zip(WINDOWS, total[1:], strict=True)))
                for name, total in zip(CARD_METRICS, sums, strict=True)
            ),
            channels=channels[app_key],
            usage={name: {"count": values} for name, values in zip(CARD_METRICS, lists, strict=True)},
            trend=trends[app_key],
        )
    none = tuple(Card(name, None, dict.fromkeys(WINDOWS)) for name in CARD_METRICS)
    found.setdefault(ALL_APPS, Figures(none, channels[ALL_APPS], {}, trends[ALL_APPS]))
    return found


def json_block(content: Any) -> Markup:
    """Data for `report.js`, safe inside a script element of a type that no browser runs."""
    # Nothing in it can close the element or open a comment once `<` is gone.
    return Markup(orjson.dumps(content).replace(b"<", b"\\u003c").decode())


def chart_data(stand: Standing, figures: Figures) -> dict[str, Any]:
    """The numbers of a page's charts: the window's first day, its missing days, and the lists by series and field."""
    first = window(stand.publication.as_of, max(WINDOWS)).first
    series = {name: lists for name, lists in figures.usage.items() if name != "number_verifications"}
    return {"first": first, "missing": stand.missing, "series": series | figures.trend}


def app_name(app: App) -> list[str]:
    """An app in a table's cell: name, key, folder."""
    return [app.name, app.key, app.folder]


def usage_rows(listed: list[App], by_app: dict[str, Figures]) -> list[list[Any]]:
    """The app table of the usage page; each count as [data day, 7 days, 30 days]."""
    return [
        [app.platform, app_name(app), app.schemes, app.status,
         *([card.day, *card.sums.values()] for card in by_app[app.key].cards), app.folder]
        for app in listed
    ]  # fmt: skip


def trend_rows(listed: list[App], by_app: dict[str, Figures]) -> list[list[Any]]:
    """The app table of the monitor page; each figure as [7 days, 30 days]: authorizations by channel, all, rate."""
    rows: list[list[Any]] = []
    for app in listed:
        windows = by_app[app.key].channels
        by_channel = [
            [next((row.authorizations for row in windows[n] if row.channel == channel), None) for n in WINDOWS]
            for channel in TREND_CHANNELS
        ]
        total = [_sum([row.authorizations for row in windows[n]]) for n in WINDOWS]
        requests = [_sum([row.authorization_requests for row in windows[n]]) for n in WINDOWS]
        rate = [round(part / whole, 6) if part is not None and whole else None
                for part, whole in zip(total, requests, strict=True)]  # fmt: skip
        rows.append([app.platform, app_name(app), *by_channel, requests, total, rate])
    return rows


def unregistered_rows(listed: list[App], by_app: dict[str, Figures]) -> list[list[Any]]:
    """Apps that log without being registered, with their number verifications and third-party authorizations."""
    rows: list[list[Any]] = []
    for app in listed:
        if app.status == "unregistered":
            number, *_, third_party = by_app[app.key].cards
            rows.append([app_name(app), number.sums[max(WINDOWS)], third_party.sums[max(WINDOWS)]])
    return rows


def _sum(values: list[int | None]) -> int | None:
    """The sum of what is there; None where nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
