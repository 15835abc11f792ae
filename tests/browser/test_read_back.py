"""Every number of the pages with charts equals the tables, counted a second time by `counted.py`: cards, periods,
charts, the tables behind them, summary, breakdowns, failures, packages, and the lists of apps.

The data are random and went through two real runs (`site_logs.py`). Each page is read in both languages and both
windows, and against the same counts: so the numbers of both languages are also the same.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from reports.content.folders import app_folder
from tests.browser.conftest import Reader, World
from tests.browser.counted import CARDS, CHANNELS, CHANNELS_OF, LOGIN_COUNTS, PERIODS, USAGE, Published, ratio
from tests.browser.dom import read, table_rows
from tests.browser.figure_text import ABSENT, Change, Compact, Share, Size, count, day_said, said
from tests.browser.tour import open_all
from tests.data.site_logs import AS_OF, HABITS, day

KEYS = [*HABITS, "idle"]
# Language and window do not depend on each other.
STATES = [("zh", 30), ("en", 7)]


@pytest.fixture
def reader(read_site: Callable[..., Reader]) -> Reader:
    return read_site("logged")


def each_state(reader: Reader, path: str, **choices: object) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield the figures of a page in both windows and both languages, with the table behind each chart open."""
    language, days = STATES[0]
    page = reader.open(path, lang=language, days=days, **choices)
    open_all(page)
    reader.settle()
    yield language, days, read(page)
    language, days = STATES[1]
    reader.speak(language)
    reader.press(str(days))
    yield language, days, read(page)


# ---- the parts that pages share


def check_cards(reading: dict[str, Any], tables: Published, key: str, days: int, language: str) -> None:
    """The data day against the same weekday of the week before, and the window against the one before."""
    (today, week_before), (window, _) = tables.period("day"), tables.period(str(days))
    expected = {}
    for metric in [one for one in CARDS if is_used(tables, key, one)]:
        now, then = tables.usage(key, metric, today), tables.usage(key, metric, week_before)
        total = tables.usage(key, metric, window)
        matched, base = (tables.usage(key, metric, span) for span in tables.matched(str(days)))
        expected[metric] = [
            Compact(now, language),
            count(now) if now and now >= 10_000 else None,
            Change(now, then, tables.is_fair("day")),
            Compact(total, language),
            count(total) if total and total >= 10_000 else None,
            Change(matched, base, tables.is_fair(str(days))),
        ]
    assert reading["cards"] == expected


def is_used(tables: Published, key: str, metric: str) -> bool:
    """Whether an app's page has that count: third-party sign-in only if the app used it."""
    if metric != CARDS[3] or key == "*":
        return True
    spans = [*(span for name in PERIODS for span in tables.period(name)), tables.window(30)]
    return any(tables.usage(key, metric, span) for span in spans)


def is_present(tables: Published, key: str, chart: str, series: str) -> bool:
    """Whether a chart has that line: something was counted for it on any day."""
    every = list(tables.quality)
    if chart == "usage":
        return bool(tables.usage(key, series, every))
    if "latency" in chart:
        return any(tables.latency(key, series, chart, one) for one in every)
    if chart == "verification_result_rate":
        return bool(tables.checked(key, series, "verification_requests", every))
    return bool(tables.logins(key, series, "authorization_requests", every))


def status_of(tables: Published, key: str) -> str:
    """The status of an app; of one that is not enabled also whether it logged in the 30 days."""
    app = tables.apps[key]
    if not app["is_registered"]:
        return "unregistered"
    is_active = any(place == key and one in tables.window(30) for place, _, one in tables.channels)
    return app["status"] if app["status"] == "enabled" else "disabled_active" if is_active else "disabled"


def incident_mark(tables: Published, key: str, channels: set[str], day: date, language: str) -> str:
    """The mark of a day on which an incident of one of the channels, or of all, began."""
    begun = {row["channel"] for row in tables.incidents
             if row["app_key"] == key and row["first_day"] == day and row["metric"] != "sign_in_rate"}  # fmt: skip
    begun &= {*channels, "*"}
    names = [said(channel, language) for channel in sorted(begun - {"*"}, key=[*CHANNELS, "local_verify"].index)]
    return " · ".join(["异常" if language == "zh" else "Incident", *names]) if begun else ""


def check_charts(
    reading: dict[str, Any],
    expected: dict[str, dict[str, list[Any]]],
    tables: Published,
    key: str,
    days: int,
    language: str,
) -> None:
    """The input of Plotly equals the table behind each chart; a missing day is null there, words here."""
    window = tables.window(days)
    for name, every in expected.items():
        series = {one: values for one, values in every.items() if is_present(tables, key, name, one)} or every
        drawn = reading["charts"][name][str(days)]
        assert list(drawn) == list(series), name
        for one, values in series.items():
            assert drawn[one] == [[str(day) for day in window], pytest.approx(values)], (name, one)
        latency = partial(_milliseconds, language=language)
        kind = Share if "rate" in name or name == "share" else count if "latency" not in name else latency
        channels = {channel for one in series for channel in CHANNELS_OF.get(one, (one,))}
        rows = [
            [
                day_said(day, language) + incident_mark(tables, key, channels, day, language),
                *(kind(values[i]) for values in series.values()),  # type: ignore[operator]
            ]
            for i, day in enumerate(window)
            if tables.has_data(day)
        ]
        found = reading["figures"][name]
        gaps = [row for row in found if row[0][:10] in {str(day) for day in window if not tables.has_data(day)}]
        assert len(gaps) + len(rows) == days
        assert not any(re.search(r"\d", text) for row in gaps for text in row[1:])
        assert [row for row in found if row not in gaps] == rows[::-1], name


def _milliseconds(value: int | None, language: str) -> str:
    return ABSENT if value is None else f"{value:,} {'毫秒' if language == 'zh' else 'ms'}"


def check_usage(reading: dict[str, Any], tables: Published, key: str, days: int, language: str) -> None:
    """The chart of usage by day, and the table of periods."""
    lines = {metric: [tables.usage(key, metric, [day]) for day in tables.window(days)] for metric in CARDS[1:]}
    check_charts(reading, {"usage": lines}, tables, key, days, language)
    rows = []
    for metric in [one for one in USAGE if is_used(tables, key, one)]:
        row: list[Any] = []
        for name in PERIODS:
            matched, base = (tables.usage(key, metric, span) for span in tables.matched(name))
            now = tables.usage(key, metric, tables.period(name)[0])
            row += [count(now), Change(matched, base, tables.is_fair(name))]
        rows.append(row)
    assert [row[1:] for row in reading["parts"]["periods"]] == rows


def login_lines(tables: Published, key: str, days: int) -> dict[str, dict[str, list[Any]]]:
    """The values of the charts of login authorization and of what verification delivered, by chart and series."""
    lines: dict[str, dict[str, list[Any]]] = defaultdict(dict)
    window = tables.window(days)
    for channel in CHANNELS:
        won, asked, left = ([tables.logins(key, channel, name, [day]) for day in window] for name in LOGIN_COUNTS[:3])
        whole = [tables.logins(key, "*", "authorizations", [day]) for day in window]
        lines["authorizations"][channel] = won
        lines["share"][channel] = [ratio(*pair) for pair in zip(won, whole, strict=True)]
        lines["authorization_rate"][channel] = [ratio(*pair) for pair in zip(won, asked, strict=True)]
        lines["technical_success_rate"][channel] = [
            ratio(one, all_ - gone) if all_ is not None else None
            for one, all_, gone in zip(won, asked, left, strict=True)
        ]
    for channel in ("one_click", "local_verify"):
        delivered, asked = (
            [tables.checked(key, channel, name, [day]) for day in window]
            for name in ("verifications", "verification_requests")
        )
        lines["verification_result_rate"][channel] = [ratio(*pair) for pair in zip(delivered, asked, strict=True)]
    for name in ("latency_p50_ms", "latency_p95_ms"):
        for channel in (*CHANNELS, "local_verify"):
            lines[name][channel] = [tables.latency(key, channel, name, day) for day in window]
    return lines


def present_channels(tables: Published, key: str) -> list[str]:
    """The channels with a request in the 30 days, or on a day of the 30 before that is compared with one of these."""
    spans = (tables.window(30), tables.matched("30")[1])
    return [
        channel
        for channel in CHANNELS
        if any(tables.logins(key, channel, "authorization_requests", span) for span in spans)
    ]


def check_logins(
    reading: dict[str, Any], tables: Published, key: str, days: int, language: str, *, is_own_page: bool = False
) -> None:
    """Charts, the summary by channel, breakdowns by platform, carrier and SDK version, outcomes and codes. An app's own
    page has only the channels that it uses."""
    present = present_channels(tables, key)
    lines = login_lines(tables, key, days)
    every = tables.window(90)
    has_logins = key == "*" or any(tables.logins(key, one, "authorization_requests", every) for one in CHANNELS)
    of_logins = {name for name in lines if "latency" not in name} - {"verification_result_rate"}
    absent = of_logins if is_own_page and not present else {"share"} if len(present) == 1 else set()
    for name in absent | ({"verification_result_rate"} if has_logins else set()):
        del lines[name]
    assert set(reading["charts"]) - {"usage"} == set(lines)
    check_charts(reading, lines, tables, key, days, language)
    steps = ("authorization", "verification")
    if is_own_page and not present:
        assert (
            reading["parts"].keys() & {"summary", "platforms", "carriers", "versions", "codes-authorization"} == set()
        )
        steps = ("verification",)
    else:
        check_parts(reading, tables, key, days, language)
    for step in steps:
        check_failures(reading["parts"], tables, key, step, days, language)


def check_parts(reading: dict[str, Any], tables: Published, key: str, days: int, language: str) -> None:
    """The summary by channel, and breakdowns by platform, carrier and SDK version."""
    present = present_channels(tables, key)
    (window, _), (matched, before) = tables.period(str(days)), tables.matched(str(days))
    fair = tables.is_fair(str(days))
    rows: list[list[Any]] = []
    all_won = tables.logins(key, "*", "authorizations", window)
    # One channel is also all of them together.
    for channel in (*present, *["*"] * (len(present) > 1)):
        won, asked, left, failed = (tables.logins(key, channel, name, window) for name in LOGIN_COUNTS)
        (won_matched, asked_matched), (won_before, asked_before) = (
            [tables.logins(key, channel, name, span) for name in LOGIN_COUNTS[:2]] for span in (matched, before)
        )
        rows.append([
            said(channel, language), "", count(won), Change(won_matched, won_before, fair), Share(ratio(won, all_won)),
            Share(ratio(won, asked)),
            Change(ratio(won_matched, asked_matched), ratio(won_before, asked_before), fair, points=True),
            Share(ratio(won, asked - left)), count(asked), count(left), count(failed),
        ])  # fmt: skip
    assert reading["parts"]["summary"] == where_fair(rows, fair)
    check_breakdown(reading["parts"]["platforms"], tables, key, "platform", days, language)
    check_breakdown(reading["parts"]["carriers"], tables, key, "carrier", days, language)
    check_versions(reading["parts"]["versions"], tables, key, days, language)


def check_breakdown(found: list[list[str]], tables: Published, key: str, dimension: str, days: int,
                    language: str) -> None:  # fmt: skip
    spans = (tables.period(str(days))[0], *tables.matched(str(days)))
    fair = tables.is_fair(str(days))
    now, same, then = (tables.by_dimension(key, dimension, span) for span in spans)
    rows: list[list[Any]] = []
    for value in sorted(now | then, key=lambda one: (-now.get(one, [0, 0, 0])[1], one)):
        won, asked, left = now.get(value, [0, 0, 0])
        won_matched, asked_matched, _ = same.get(value, [0, 0, 0])
        won_before, asked_before, _ = then.get(value, [0, 0, 0])
        rows.append([
            said(value, language), count(won), Change(won_matched, won_before, fair), Share(ratio(won, asked)),
            Change(ratio(won_matched, asked_matched), ratio(won_before, asked_before), fair, points=True),
            Share(ratio(won, asked - left)), count(asked),
        ])  # fmt: skip
    assert found == where_fair(rows, fair)


def check_versions(found: list[list[str]], tables: Published, key: str, days: int, language: str) -> None:
    """SDK versions: new ones first, then the worst, rare ones last. If an app has more than five, the rarest are one
    row, unless an incident names them.
    """
    counts = tables.by_version(key, tables.window(days))
    blamed = {row["cause"].removeprefix("sdk_version=") for row in tables.incidents
              if row["app_key"] == key and row["cause"] and (row["last_day"] or AS_OF) >= tables.day(29)}  # fmt: skip
    names = sorted(counts, key=lambda name: (name not in blamed, -counts[name][1], name))
    folded = names[4:] if len(names) > 5 and key != "*" else []
    groups = [[name] for name in sorted(set(names) - set(folded), key=lambda name: (-counts[name][1], name))]
    groups += [folded] if folded else []
    seen = {name: tables.version_seen(key, name) for name in names}
    oldest = min((seen[group[0]] or AS_OF for group in groups if len(group) == 1), default=AS_OF)
    whole = sum(asked for _, asked, _ in counts.values())
    rows = []
    for group in groups:
        won, asked, left = (sum(counts[name][place] for name in group) for place in range(3))
        first = seen[group[0]] if len(group) == 1 else None
        is_new = first is not None and first > oldest and first >= tables.day(days - 1)
        is_small = asked <= 0.01 * (whole or 0)
        place = 3 if group is folded else 2 if is_small else 0 if is_new else 1
        order = -asked if place > 1 else 1 if asked == left else won / (asked - left)
        rows.append([
            (place, order), version_said(group, language) + (" 新" if language == "zh" else " New") * is_new, "",
            Share(ratio(won, asked - left)), Share(ratio(won, asked)), count(asked), Share(ratio(asked, whole)),
            str(first) if first else ABSENT,
        ])  # fmt: skip
    assert found == [row[1:] for row in sorted(rows, key=lambda row: row[0])]


def version_said(group: list[str], language: str) -> str:
    """The name of a row of versions."""
    if len(group) > 1:
        return f"其余 {len(group)} 个版本" if language == "zh" else f"{len(group)} other versions"
    return said(group[0], language) if group[0] == "unknown" else group[0]


def where_fair(rows: list[list[Any]], fair: bool) -> list[list[Any]]:
    """The rows without their changes where the windows cannot be compared: the head of the column says so."""
    return [[cell for cell in row if fair or not isinstance(cell, Change)] for row in rows]


def check_failures(parts: dict[str, Any], tables: Published, key: str, step: str, days: int, language: str) -> None:
    """Outcomes with their share of all that failed, and the ten codes that came most."""
    (window, _), (matched, before) = tables.period(str(days)), tables.matched(str(days))
    now: dict[str, int] = defaultdict(int)
    same: dict[str, int] = defaultdict(int)
    then: dict[str, int] = defaultdict(int)
    codes: dict[tuple[Any, ...], int] = defaultdict(int)
    for row in tables.failures(key, step, window):
        now[row["outcome"]] += row["records"]
        if row["result_code"] is not None:
            meaning = tables.meaning(row)
            # The order of those that came equally often is part of the key.
            codes[row["channel"], row["vendor"], row["result_code"], row["outcome"], meaning] += row["records"]
    for sums, span in ((same, matched), (then, before)):
        for row in tables.failures(key, step, span):
            sums[row["outcome"]] += row["records"]
    total = sum(now.values())
    assert parts[f"outcomes-{step}"] == [
        [unknown_said(outcome, language), count(now[outcome]), Share(ratio(now[outcome], total)),
         Change(same[outcome], then[outcome], tables.is_fair(str(days)))]
        for outcome in sorted(now | then, key=lambda one: (-now[one], one))
    ]  # fmt: skip
    first_ten = sorted(codes.items(), key=lambda item: (-item[1], item[0][:4]))[:10]
    missing = "字典" if language == "zh" else "Not in the dictionary"
    for found, ((channel, vendor, code, outcome, meaning), records) in zip(
        parts[f"codes-{step}"], first_ten, strict=True
    ):
        assert found[0] == f"{code} {vendor}"
        meant, _, rest = found[1].rpartition(said(channel, language))
        assert meant.strip() == meaning[language == "en"] if meaning else missing in meant or "码表" in meant
        assert rest == f" · {unknown_said(outcome, language)}"
        assert found[2] == count(records)


def unknown_said(outcome: str, language: str) -> str:
    """An outcome in words; `unknown` is the carrier's answer there, not an unknown value."""
    if outcome == "unknown":
        return "Carrier could not tell" if language == "en" else "运营商无法判断"
    return said(outcome, language)


# ---- the pages


@pytest.mark.parametrize(
    "key",
    [
        *("shop", "social", "numbers", "stopped"),
        *(pytest.param(key, marks=pytest.mark.lab) for key in ("Shop", "CON", "ghost", "-x")),
    ],
)
def test_figures_of_an_app_page_equal_the_tables(
    reader: Reader, tables: Published, folders: dict[str, str], key: str
) -> None:
    for language, days, reading in each_state(reader, f"apps/{folders[key]}/index.html"):
        check_cards(reading, tables, key, days, language)
        check_usage(reading, tables, key, days, language)
        check_logins(reading, tables, key, days, language, is_own_page=True)
        registered = [row for row in tables.schemes if row["app_key"] == key]
        check_packages(reading["parts"]["packages"], tables, key, registered, days, language)
    records = reader.page.locator(".trust summary [data-part=records]").inner_text()
    check_facts(reading["facts"], records, tables, key, registered)


def test_an_app_page_without_a_record_equals_the_tables(
    reader: Reader, tables: Published, folders: dict[str, str]
) -> None:
    page = reader.open(f"apps/{folders['idle']}/index.html", lang="zh")
    for language, words in {"zh": "这个应用还没有记录", "en": "No record of this app yet"}.items():
        reader.speak(language)
        said_of_it = page.locator("[data-part=silent]").inner_text()
        assert words in said_of_it
        assert "idle" in said_of_it
        displayed = read(page)
        assert (displayed["cards"], displayed["charts"]) == ({}, {})
        check_packages(displayed["parts"]["packages"], tables, "idle", [], 30, language)
    check_facts(displayed["facts"], page.locator("[data-part=records]").inner_text(), tables, "idle", [])


def check_facts(
    facts: dict[str, str], records: str, tables: Published, key: str, registered: list[dict[str, Any]]
) -> None:
    """Facts of an app, in English, from the registry and from its days."""
    app = tables.apps[key]
    days = [row["day"] for row in tables.rows("channel_daily") if row["app_key"] == key]
    today = [row for row in tables.rows("usage_daily") if (row["app_key"], row["day"]) == (key, AS_OF)]
    counted = sum(row["records"] for row in tables.outcomes if (row["app_key"], row["day"]) == (key, AS_OF))
    assert facts.pop("Status").startswith(said(status_of(tables, key), "en"))
    assert facts == {
        "App key": key,
        "Platform": said(tables.platform(key), "en"),
        **({"Account": app["account_id"]} if app["account_id"] else {}),
        "Schemes": count(len({row["scheme_id"] for row in registered})),
        "Devices": count(today[0]["devices"] if today else 0 if days else None),
        "First seen": str(min(days)) if days else ABSENT,
        "Last seen": day_said(max(days), "en") if days else "never",
    }
    share = ratio(counted, usual_of(tables, key, min(days))) if days else None
    # JavaScript rounds a half up.
    of_usual = "" if share is None else f" ({math.floor(100 * share + 0.5)}% of usual)"
    assert records == f"Records {count(counted if days else None)}{of_usual}"


def usual_of(tables: Published, key: str, first_seen: date) -> int | None:
    """The app's records on a usual day: the median of that weekday over eight weeks, of three with data at least."""
    weeks = [one for one in (day(7 * back) for back in range(1, 9)) if one >= first_seen and tables.has_data(one)]
    counts = [
        sum(row["records"] for row in tables.outcomes if (row["app_key"], row["day"]) == (key, one)) for one in weeks
    ]
    return math.floor(median(counts) + 0.5) if len(weeks) >= 3 else None


def check_packages(
    found: list[list[str]], tables: Published, key: str, registered: list[dict[str, Any]], window: int, language: str
) -> None:
    """Every package that is registered, or logged in the 30 days, with its counts over the window."""
    names = {(row["scheme_id"], row["package_name"]): row for row in registered}
    counted: dict[tuple[str | None, str | None], list[int]] = {pair: [0, 0] for pair in names}
    for row in tables.detail:
        if row["app_key"] == key and row["day"] > day(30):
            counts = counted.setdefault((row["scheme_id"], row["package_name"]), [0, 0])
            if row["day"] > day(window):
                counts[0] += row["verifications"]
                counts[1] += row["authorizations"]
    pairs = sorted(counted, key=lambda pair: [(part is not None, part or "") for part in pair])
    assert [row[-2:] for row in found] == [[count(one) for one in counted[pair]] for pair in pairs]
    unnamed = "Without a scheme" if language == "en" else "无方案"
    for row, (scheme, package) in zip(found, pairs, strict=True):
        known = names.get((scheme, package), {})
        name = known.get("scheme_name") or scheme
        methods = [said(one, language) for one in (known.get("methods") or "").split(";") if one]
        created = f"{known['created_at']:%Y-%m-%d}" if known.get("created_at") else ABSENT
        assert row[:-2] == [
            f"{name} {scheme}" if scheme else unnamed, package or ABSENT,
            known.get("scheme_group") or ABSENT, " · ".join(methods) or ABSENT, created,
        ]  # fmt: skip


def test_figures_of_the_usage_page_equal_the_tables(reader: Reader, tables: Published) -> None:
    for language, days, reading in each_state(reader, "usage.html"):
        check_cards(reading, tables, "*", days, language)
        check_usage(reading, tables, "*", days, language)
        check_apps(reading, tables, str(days), language)
        check_months(table_rows(reader.page, "table.months"), tables, reader.site, language)
    assert reader.page.locator(".title").inner_text().startswith("Usage All apps, 9\n")
    for name in PERIODS:
        reader.page.locator(f'[data-period="{name}"]').click()
        reader.settle(name)
        check_apps(read(reader.page), tables, name, "en")
        note = reader.page.locator(".period").inner_text()
        days, base = tables.period(name)
        assert ("too few" in note or "no data to compare with" in note) is not tables.is_fair(name)
        coverage = re.search(
            r"(\d+) of (\d+) days comparable(?:.*: this period (\d+) days, the one before (\d+))?", note
        )
        if name != "day":
            assert coverage
            assert [int(text) for text in coverage.groups() if text] == tables.coverage(name)
        assert str(days[0])[5:] in note
        assert str(base[-1])[5:] in note


def check_months(found: list[list[str]], tables: Published, site: Path, language: str) -> None:
    """All apps together by calendar month, the newest first, and the file of each with its rows and size."""
    rows = []
    for month in sorted({one.replace(day=1) for one in tables.quality}, reverse=True):
        next_month = (month + timedelta(days=31)).replace(day=1)
        days = [month + timedelta(days=i) for i in range((min(next_month, AS_OF + timedelta(days=1)) - month).days)]
        file = site / "monthly" / f"usage_{month:%Y-%m}.csv"
        covered, lines = tables.covered(days), len(file.read_text("utf-8-sig").splitlines()) - 1
        joint = " / " if language == "zh" else " of "
        counts = [count(tables.usage("*", metric, days)) for metric in USAGE]
        rows.append(
            [f"{month:%Y-%m}", f"{covered}{joint}{len(days)}", *counts, MonthFile(lines, Size(file.stat().st_size))]
        )
    assert found == rows


@dataclass(frozen=True)
class MonthFile:
    """The file of a month that equals its text, with the number of its rows and its size."""

    rows: int
    size: Size

    def __eq__(self, text: object) -> bool:
        found = re.fullmatch(r"CSV ([\d,]+) (?:行，|rows, )(.*)", str(text))
        return found is not None and found[1] == count(self.rows) and self.size == found[2]

    __hash__ = None  # type: ignore[assignment]


def check_apps(reading: dict[str, Any], tables: Published, period: str, language: str) -> None:
    """A row for every app, most verifications first, and the sums of all rows."""
    (days, _), (matched, base) = tables.period(period), tables.matched(period)
    fair = tables.is_fair(period)
    rows, sums = {}, [""] * 12
    for key in ["*", *tables.apps]:
        number, one_click, local, third = (tables.usage(key, metric, days) for metric in CARDS)
        change, third_change = (
            Change(tables.usage(key, metric, matched), tables.usage(key, metric, base), fair)
            for metric in (CARDS[0], CARDS[3])
        )
        counts: list[Any] = [count(number), change, count(one_click), count(local), count(third), third_change]
        if key == "*":
            sums = [f"{len(KEYS)} / {len(KEYS)}", "", "", "", *counts, "", ""]
            continue
        app = tables.apps[key]
        status = status_of(tables, key)
        schemes = {row["scheme_id"] for row in tables.schemes if row["app_key"] == key}
        rows[tables.named(key)] = [
            said(tables.platform(key), language), app["account_id"] or ABSENT, said(status, language),
            count(len(schemes)), *counts, "", "CSVxlsx",
        ]  # fmt: skip
    found = {row[1]: row[:1] + row[2:] for row in reading["tables"]["apps"]}
    assert found == rows
    assert len(reading["tables"]["apps"]) == len(KEYS)
    order = [int(row[5].replace(",", "")) for row in reading["tables"]["apps"]]
    assert order == sorted(order, reverse=True)
    assert sums[0] in reading["sums"][1]
    assert reading["sums"][:1] + reading["sums"][2:] == ["", *sums[1:]]


@pytest.mark.parametrize("key", ["*", "shop"])
def test_figures_of_the_monitoring_page_equal_the_tables(reader: Reader, tables: Published, key: str) -> None:
    choices = {} if key == "*" else {"app": key}
    for language, days, reading in each_state(reader, "monitor.html", **choices):
        check_logins(reading, tables, key, days, language)
        check_login_table(reading["tables"]["logins"], tables, days, language)


def check_login_table(found: list[list[str]], tables: Published, days: int, language: str) -> None:
    window, fair = tables.window(days), tables.is_fair(str(days))
    rows = {}
    for key in tables.apps:
        won, asked, left = (tables.logins(key, "*", name, window) for name in LOGIN_COUNTS[:3])
        rate, rate_before = (
            ratio(*(tables.logins(key, "*", name, span) for name in LOGIN_COUNTS[:2]))
            for span in tables.matched(str(days))
        )
        channels = [count(tables.logins(key, channel, "authorizations", window)) for channel in CHANNELS]
        rows[tables.named(key)] = [
            said(tables.platform(key), language), *channels, count(asked), count(won), Share(ratio(won, asked)),
            Change(rate, rate_before, fair, points=True), Share(ratio(won, asked - left)),
            "Show" if language == "en" else "查看",
        ]  # fmt: skip
    assert {row[1]: row[:1] + row[2:] for row in found} == rows
    assert len(found) == len(rows)
    order = [int(row[7].replace(",", "")) for row in found]
    assert order == sorted(order, reverse=True)


@pytest.mark.parametrize("is_own_page", [True, False])
def test_a_reader_who_asks_gets_every_version_of_an_app(
    read_site: Callable[..., Reader], world: World, is_own_page: bool
) -> None:
    """An app's page lists five, and so does the monitoring page if the app is chosen there."""
    counted = Published(world("full") / "authmeter.duckdb")
    (key,) = counted.apps
    reader = read_site("full")
    if is_own_page:
        page = reader.open(f"apps/{app_folder(key, [key])}/index.html", lang="en", days=30)
    else:
        page = reader.open("monitor.html", lang="en", days=30, app=key)
        page.wait_for_selector("[data-part=versions] .all-versions")
    short = table_rows(page, "[data-part=versions] table")
    every, of_week = (counted.by_version(key, counted.window(days)) for days in (30, 7))
    assert len(short) == 5 < len(every)
    assert short[-1][0] == f"{len(every) - 4} other versions"
    page.get_by_role("button", name=f"List all {len(every)} versions").click()
    page.wait_for_selector("[data-part=versions] .all-versions", state="detached")
    for days, counts in ((30, every), (7, of_week)):
        # The list stays when the reader chooses another window.
        reader.press(str(days)[0])
        rows = table_rows(page, "[data-part=versions] table")
        assert {row[0].removesuffix(" New").replace("Unknown", "unknown"): row[4] for row in rows} == {
            name: f"{asked:,}" for name, (_, asked, _) in counts.items()
        }
        assert page.locator("[data-part=versions] svg.sparkline").count() == len(rows)
    if not is_own_page:
        # They are the app's own.
        page.locator("[data-picker-all]").click()
        page.wait_for_function("document.querySelector('[data-picker-all]').hidden")
        assert page.locator(".all-versions").count() == 0


def test_long_counts_are_shortened_beside_the_exact_one(read_site: Callable[..., Reader], world: World) -> None:
    """万 and 亿, thousands and millions: rounded rightly, and never alone."""
    counted = Published(world("full") / "authmeter.duckdb")
    reader = read_site("full")
    page = reader.open("usage.html", lang="en", days=7)
    for language, units in (("zh", "万亿"), ("en", "M")):
        reader.speak(language)
        for days in (7, 30):
            reader.press(str(days)[0])
            check_cards(read(page), counted, "*", days, language)
        short_texts = "".join(page.locator(".card .short").all_inner_texts())
        assert all(unit in short_texts for unit in units)
    page = reader.open("files.html", lang="en")
    page.locator(".days-of-month").evaluate_all("all => all.forEach((one) => { one.open = true; })")
    by_month = sorted(counted.window(62), key=lambda one: (-one.year, -one.month, one.day))
    for language in ("zh", "en"):
        reader.speak(language)
        day_texts = page.locator(".calendar [data-compact]").all_inner_texts()
        assert day_texts == [Compact(counted.usage("*", CARDS[0], [day]), language) for day in by_month]
