"""A figure is green or red exactly if it is outside its usual range, on every page."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, timedelta
from functools import partial

import pytest

from tests.browser.conftest import Look, World
from tests.browser.counted import CARDS, CHANNELS, CHANNELS_OF, PERIODS, Published, ratio
from tests.browser.snapshot import Node
from tests.browser.usual import colour_of, is_struck, side_of_period

COLOURED = ".change.good, .change.bad, .usual.good, .usual.bad, .cards > .good, .cards > .bad"
Value = Callable[[date], float | None]


class Colours:
    """The changes of one page, each held to the side of its figure."""

    def __init__(self, tables: Published, key: str) -> None:
        self.tables, self.key, self.coloured = tables, key, 0
        days = (day for app, _, day in tables.channels if key in ("*", app))
        self.first = min(days, default=tables.as_of)

    def side(self, channels: tuple[str, ...], value: Value, requests: Value | None, days: Collection[date]) -> str:
        """The side of a figure over some days, counted anew."""
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

    def check(self, change: Node, metric: str, side: str) -> None:
        """A change has the colour of its side, if it moved that way."""
        moved = {"above": "up", "below": "down"}.get(side)
        expected = colour_of(metric, side) if moved in change.classes else []
        assert {"good", "bad"} & set(change.classes) == set(expected), (self.key, metric, side, change.words)
        self.coloured += bool(expected)

    def check_usage_rows(self, rows: list[Node], spans: list[list[date]]) -> None:
        """The changes of a table of usage, one for each span."""
        for row in rows:
            metric = row.one("[data-metric]")["data-metric"]
            for span, change in zip(spans, row.all(".change"), strict=True):
                self.check(change, metric, self.usage(metric, span) if metric in CHANNELS_OF else "unknown")

    def check_channels(self, rows: list[Node], fields: tuple[str, ...], days: list[date]) -> None:
        """The changes of a table of channels, in English."""
        names = {row["name_en"]: row["channel"] for row in self.tables.rows("channels")} | {"All four channels": "*"}
        for row in rows:
            channel, changes = names[row.one("th").text.strip()], row.all(".change")
            for field, change in zip(fields, changes, strict=bool(changes)):
                self.check(change, field, self.login(channel, field, days))


def check_page(page: Node, tables: Published, key: str, days: int) -> int:
    """Cards, periods, channels and range of a usage or app page; return how many figures are coloured."""
    found, window = Colours(tables, key), tables.window(days)
    for metric in CARDS:
        for card in page.all(f"#card-{metric}"):
            found.check(card.one(".versus .change"), metric, found.usage(metric, tables.window(1)))
            found.check(card.one(".window .change"), metric, found.usage(metric, window))
    found.check_usage_rows(page.all(".periods tbody tr"), [tables.period(name)[0] for name in PERIODS])
    fields = ("authorizations", "authorization_requests", "authorization_rate")
    found.check_channels(page.all("[data-part=summary] tbody tr"), fields[::2], window)
    # The range of an app's page begins as that of the charts; the page of all apps has none.
    found.check_usage_rows(page.all("[data-part=range] .range-usage tbody tr"), [window])
    found.check_channels(page.all("[data-part=range] .range-channels tbody tr"), fields, window)
    assert page.count(COLOURED) == found.coloured, key
    return found.coloured


def test_the_briefing_of_the_sample_is_coloured_where_a_figure_is_unusual(look: Look, world: World) -> None:
    found = Colours(Published(world("sampled") / "authmeter.duckdb"), "*")
    page = look("index.html", name="sampled")
    for metric in ("technical_success_rate", *CARDS):
        (card,) = page.all(f"#card-{metric}")
        for period, place in (("day", ".versus"), ("7", "[data-window='7']"), ("30", "[data-window='30']")):
            days = found.tables.period(period)[0]
            side = found.usage(metric, days) if metric in CARDS else found.login("*", metric, days)
            found.check(card.one(f"{place} .change"), metric, side)
            if period == "day":
                assert card.classes == ["card", *colour_of(metric, side)]
                found.coloured += len(card.classes) - 1
    assert page.count(f".leading :is({COLOURED}), .cards > .good, .cards > .bad") == found.coloured > 0
    assert page.count(".movers .good, .movers .bad") == 0


def test_pages_of_the_sample_are_coloured_where_a_figure_is_unusual(look: Look, world: World) -> None:
    tables = Published(world("sampled") / "authmeter.duckdb")
    paths = ("usage.html", "monitor.html")
    total = sum(check_page(look(path, name="sampled", days=n), tables, "*", n) for path in paths for n in (7, 30))
    # `norm_cases.json` has the rule; the apps with an incident have the most coloured figures.
    keys = sorted({row["app_key"] for row in tables.incidents} - {"*"})[:3]
    total += sum(check_page(look(f"apps/{key}/index.html", name="sampled", days=30), tables, key, 30) for key in keys)
    assert total > 10
    # The other pages colour no figure.
    for path in ("signin", "packages", "reconciliation", "limits", "quality", "metrics", "files"):
        assert look(f"{path}.html", name="sampled", width=1280).count(COLOURED) == 0, path


@pytest.mark.parametrize("back", [0, 1])
def test_a_day_of_the_sample_is_coloured_where_a_figure_is_unusual(look: Look, world: World, back: int) -> None:
    found = Colours(Published(world("sampled") / "authmeter.duckdb"), "*")
    day = found.tables.day(back)
    page = look(f"days/{day}.html", name="sampled")
    for metric, card in zip(CARDS, page.all("[data-all-apps] .card"), strict=True):
        found.check(card.one(".change"), metric, found.usage(metric, [day]))
    rows = page.all(".day-movers tbody tr")
    assert len(rows) == 10
    for row in rows:
        now, _, span = (cell.words.replace(",", "") for cell in row.children[2:5])
        low, high = map(int, span.split(" – "))
        side = "below" if int(now) < low else "above" if int(now) > high else "inside"
        if side == "inside":
            assert row.count(".change") == 0
        else:
            found.check(row.one(".change"), "authorizations", side)
    assert page.count(COLOURED) == found.coloured > 0


def test_a_quiet_world_has_no_colour(look: Look, world: World) -> None:
    site = world("noise") / "site"
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    assert len(pages) > 90
    days = [page for page in pages if page.startswith("days/")]
    # A change of a day's page can only be coloured by its side.
    assert [path for path in days if "data-side" in (site / path).read_text("utf-8")] == []
    moved = 0
    for path in [*(one for one in pages if one not in days), *days[-2:]]:
        page = look(path, name="noise", days=7)
        assert page.count(COLOURED) == 0, path
        moved += page.count(".change.up, .change.down")
    assert moved > 10
