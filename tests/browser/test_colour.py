"""A figure is green or red exactly where it lies outside its usual range, on every page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from random import Random

from playwright.sync_api import Locator

from tests.browser.conftest import Reader, rendered
from tests.browser.counted import CHANNELS, Published, ratio
from tests.browser.test_read_back import CARDS, CHANNELS_OF
from tests.browser.usual import colour_of, is_struck, side_of_period
from tests.data.published_tables import steady

COLOURED = ".change.good, .change.bad, .usual.good, .usual.bad, .cards > .good, .cards > .bad"
Value = Callable[[date], float | None]


class Colours:
    """The changes of one page, each held to the side of its figure."""

    def __init__(self, tables: Published, key: str) -> None:
        self.tables, self.key, self.coloured = tables, key, 0
        days = (day for app, _, day in tables.channels if key in ("*", app))
        self.first = min(days, default=tables.as_of)

    def side(self, channels: tuple[str, ...], value: Value, requests: Value | None, days: Collection[date]) -> str:
        """Where a figure lies over some days, counted anew."""
        tables = self.tables
        window = [max(days) - timedelta(days=back) for back in range(56 + len(days))]
        values = {one: value(one) if tables.has_data(one) else None for one in window}

        def is_clean(one: date) -> bool:
            is_holiday = requests is None and one in tables.quality and tables.quality[one]["is_holiday"]
            return one >= self.first and not is_struck(tables, self.key, channels, one) and not is_holiday

        clean = {one: value if is_clean(one) else None for one, value in values.items()}
        counts = None if requests is None else {one: int(requests(one) or 0) for one in window}
        expected = [one for one in days if requests is not None or not tables.quality.get(one, {}).get("is_holiday")]
        known = {one: values[one] for one in days}
        if 2 * len(expected) < sum(known[one] is not None for one in days):
            return "unknown"
        return side_of_period(values, clean, counts, expected)

    def usage(self, metric: str, days: Collection[date]) -> str:
        """The side of a count of usage."""
        return self.side(CHANNELS_OF[metric], lambda one: self.tables.usage(self.key, metric, [one]), None, days)

    def login(self, channel: str, field: str, days: Collection[date]) -> str:
        """The side of a channel's authorizations, or of a rate of them."""

        def count(name: str, one: date) -> int | None:
            return self.tables.logins(self.key, channel, name, [one])

        def requests(one: date) -> int | None:
            asked, cancelled = count("authorization_requests", one), count("authorizations_cancelled", one)
            return asked if asked is None or field == "authorization_rate" else asked - (cancelled or 0)

        channels = CHANNELS if channel == "*" else (channel,)
        if not field.endswith("_rate"):
            return self.side(channels, partial(count, field), None, days)
        return self.side(channels, lambda one: ratio(count("authorizations", one), requests(one)), requests, days)

    def check(self, change: Locator, metric: str, side: str) -> None:
        """The colour of a change: that of the side, where it moved that way."""
        classes = set((change.get_attribute("class") or "").split())
        moved = {"above": "up", "below": "down"}.get(side)
        expected = colour_of(metric, side) if moved in classes else []
        assert classes & {"good", "bad"} == set(expected), (self.key, metric, side, classes, change.inner_text())
        self.coloured += bool(expected)


def check_app(reader: Reader, tables: Published, key: str, days: int) -> int:
    """Cards, periods and channels of a usage or app page; how many figures are coloured."""
    found = Colours(tables, key)
    page = reader.page
    for metric in CARDS:
        card = page.locator(f"#card-{metric}")
        if not card.count():
            continue
        found.check(card.locator(":scope > .versus .change"), metric, found.usage(metric, tables.window(1)))
        found.check(card.locator(".window .change"), metric, found.usage(metric, tables.window(days)))
    for row in page.locator(".periods tbody tr").all():
        metric = row.locator("[data-metric]").get_attribute("data-metric") or ""
        for period, cell in zip(("day", "7", "30", "month", "last_month"), row.locator("td").all(), strict=True):
            side = found.usage(metric, tables.period(period)[0]) if metric in CHANNELS_OF else "unknown"
            found.check(cell.locator(".change"), metric, side)
    check_channels(page.locator("[data-part=summary]"), found, tables.window(days))
    check_range(page.locator("[data-part=range]"), found, tables.window(days))
    return found.coloured


def check_range(place: Locator, found: Colours, days: Collection[date]) -> None:
    """The range of an app's page, which begins as that of the charts; the page of all apps has none."""
    for row in place.locator(".range-usage tbody tr").all():
        metric = row.locator("[data-metric]").get_attribute("data-metric") or ""
        side = found.usage(metric, days) if metric in CHANNELS_OF else "unknown"
        found.check(row.locator(".change"), metric, side)
    names = channel_names(found.tables)
    for row in place.locator(".range-channels tbody tr").all():
        channel = names[row.locator("th").inner_text().strip()]
        fields = ("authorizations", "authorization_requests", "authorization_rate")
        for field, change in zip(fields, row.locator(".change").all(), strict=True):
            found.check(change, field, found.login(channel, field, days))


def channel_names(tables: Published) -> dict[str, str]:
    """The channels by their English names."""
    return {row["name_en"]: row["channel"] for row in tables.rows("channels")} | {"All four channels": "*"}


def check_channels(summary: Locator, found: Colours, days: Collection[date]) -> None:
    """The table of channels, in English."""
    channels = {words["name_en"]: words["channel"] for words in found.tables.rows("channels")} | {
        "All four channels": "*"
    }
    for row in summary.locator("tbody tr").all():
        channel = channels[row.locator("th").inner_text().strip()]
        changes = row.locator(".change").all()
        for field, change in zip(("authorizations", "authorization_rate"), changes, strict=bool(changes)):
            found.check(change, field, found.login(channel, field, days))


def coloured(reader: Reader) -> int:
    return reader.page.locator(COLOURED).count()


def test_the_sample_is_coloured_exactly_where_a_figure_is_unusual(
    read_site: Callable[..., Reader], sampled: Path
) -> None:
    tables = Published(sampled / "warehouse" / "authmeter.duckdb")
    reader = read_site(sampled / "site")
    all_apps = Colours(tables, "*")
    page = reader.open("index.html", lang="en")
    for metric in ("technical_success_rate", *CARDS):
        for period, change in (("day", "> .versus"), ("7", "[data-window='7']"), ("30", "[data-window='30']")):
            days = tables.period(period)[0]
            is_rate = metric not in CARDS
            side = all_apps.login("*", metric, days) if is_rate else all_apps.usage(metric, days)
            all_apps.check(page.locator(f"#card-{metric} {change} .change"), metric, side)
            if period == "day":
                classes = (page.locator(f"#card-{metric}").get_attribute("class") or "").split()
                assert classes == ["card", *colour_of(metric, side)]
                all_apps.coloured += len(classes) - 1
    assert page.locator(f".leading :is({COLOURED}), .cards > .good, .cards > .bad").count() == all_apps.coloured > 0
    assert page.locator(".movers .good, .movers .bad").count() == 0
    total = 0
    for days in (7, 30):
        reader.open("usage.html", lang="en", days=days)
        number = check_app(reader, tables, "*", days)
        assert coloured(reader) == number
        total += number
    for row in tables.rows("apps"):
        reader.open(f"apps/{row['app_key']}/index.html", lang="en", days=30)
        number = check_app(reader, tables, row["app_key"], 30)
        assert coloured(reader) == number, row["app_key"]
        total += number
    assert total > 10


def test_a_quiet_world_has_no_colour(read_site: Callable[..., Reader], tmp_path: Path) -> None:
    rng = Random(4)
    won = [round(rng.gauss(70, 2)) for _ in range(130)]
    reader = read_site(rendered(steady(tmp_path / "authmeter.duckdb", days=120, won=lambda back: won[back])))
    pages = sorted(path.relative_to(reader.site).as_posix() for path in reader.site.rglob("*.html"))
    assert len(pages) > 90
    days = [page for page in pages if page.startswith("days/")]
    moved = 0
    for page in [*(one for one in pages if one not in days), *days[::15]]:
        reader.open(page, lang="en", days=7)
        assert coloured(reader) == 0, page
        moved += reader.page.locator(".change.up, .change.down").count()
    assert moved > 10
