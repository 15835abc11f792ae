"""Every number of briefing, files, days' overviews and quality page equals the tables; see `test_read_back`."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Locator

from pipelines.contract.measures.metrics import METRICS
from tests.browser.conftest import Reader
from tests.browser.counted import CARDS, CHANNELS, CHANNELS_OF, LOGIN_COUNTS, Published, layer_of, ratio
from tests.browser.dom import read, table_rows
from tests.browser.figure_text import ABSENT, Change, Compact, Share, Signed, Size, count, day_said, numbers, said
from tests.browser.usual import colour_of, is_struck, place_of, technical, usual_range
from tests.data import site_logs
from tests.data.site_logs import AS_OF, MISSING_BACK, day


@pytest.fixture
def reader(read_site: Callable[..., Reader]) -> Reader:
    return read_site("logged")


def test_figures_of_the_briefing_equal_the_tables(reader: Reader, tables: Published) -> None:
    page = reader.open("index.html", lang="zh")
    for one in page.locator("details.folded, details.ended").all():
        one.evaluate("one => { one.open = true; }")
    for language in ("zh", "en"):
        if language == "en":
            reader.speak(language)
        check_key_figures(reader, tables, language)
        check_health(reader, tables, language)
        check_movers(table_rows(page, "table.movers"), tables)
        check_attention(page.locator(".attention li").all_inner_texts(), tables)
        check_incidents(reader, tables)
        assert_trust(reader, tables)


def test_figures_of_the_files_page_equal_the_tables(reader: Reader, tables: Published, folders: dict[str, str]) -> None:
    page = reader.open("files.html", lang="zh")
    months = page.locator(".days-of-month")
    states = months.evaluate_all("all => all.map((one) => [one.querySelector('summary').innerText, one.open])")
    # The months of the 30 days are open.
    assert [month.split()[0] for month, is_open in states if is_open] == sorted(
        {f"{one:%Y-%m}" for one in tables.window(30)}, reverse=True
    )
    assert len(states) > 2
    months.evaluate_all("all => all.forEach((one) => { one.open = true; })")
    # Days of a weekday are in one column.
    places = page.locator(".calendar li").evaluate_all("all => all.map((one) => `${one.className} ${one.offsetLeft}`)")
    assert len(set(places)) == 7
    for language in ("zh", "en"):
        if language == "en":
            reader.speak(language)
        check_calendar(page.locator(".calendar a").all_inner_texts(), tables, reader.site, language)
        check_files(read(page)["tables"]["files"], tables, reader.site, folders, language)
        check_listed(page.locator(".files li").all(), reader.site)


def check_listed(found: list[Locator], site: Path) -> None:
    """Every page and file of the list exists, with the size and the number of rows that it names."""
    paths = []
    for one in found:
        path = one.locator("a").get_attribute("href").split("?")[0]  # type: ignore[union-attr]
        detail = one.locator(".detail").inner_text()
        content = (site / path).read_bytes()
        paths.append(path)
        if path.endswith(".csv"):
            assert numbers(detail)[0] == count(content.count(b"\r\n") - 1)
        if path not in ("manifest.json", "files.html"):
            assert Size(len(content)) == re.sub(r".*?([\d.,]+ k?M?B)$", r"\1", detail), path
    months = sorted((f"monthly/{one.name}" for one in (site / "monthly").iterdir()), reverse=True)
    assert paths == [
        "usage_all.csv", *months, "sessions.csv", "session_paths.csv", "session_stops.csv", "funnel.csv", "limits.csv",
        "index.html", "usage.html", "monitor.html", "signin.html", "packages.html", "reconciliation.html",
        "limits.html", "quality.html", "metrics.html", "manifest.json",
    ]  # fmt: skip


# ---- the key figures and the apps of the briefing


def check_key_figures(reader: Reader, tables: Published, language: str) -> None:
    """Technical success and the four counts: the day, its usual range, 7 and 30 days with their changes."""
    displayed = reader.page.locator(".leading .card").all()
    names = ["technical_success_rate", *CARDS]
    assert [one.get_attribute("id") for one in displayed] == [f"card-{name}" for name in names]
    window = [day(back) for back in range(56, -1, -1)]
    for card, name in zip(displayed, names, strict=True):
        is_rate = name not in CARDS

        def over(days: list[date], name: str = name, is_rate: bool = is_rate) -> float | None:
            return technical(tables, "*", days)[0] if is_rate else tables.usage("*", name, days)

        def written(value: float | None, is_rate: bool = is_rate) -> Any:
            return Share(value) if is_rate else Compact(value, language)  # type: ignore[arg-type]

        values = {
            one: None if one < AS_OF and is_struck(tables, "*", CHANNELS_OF.get(name, CHANNELS), one) else over([one])
            for one in window
        }
        requests = {one: technical(tables, "*", [one])[1] for one in window} if is_rate else None
        usual = usual_range(values, requests, AS_OF)
        assert (card.get_attribute("class") or "").split() == ["card", *colour_of(name, place_of(over([AS_OF]), usual))]
        assert card.locator(".figure .short").inner_text() == written(over([AS_OF]))
        found = numbers(card.locator(".usual").inner_text())
        if usual is None:
            assert found == ()
        elif is_rate:
            assert [float(text[:-1]) for text in found] == pytest.approx([100 * usual.low, 100 * usual.high], abs=0.051)
        else:
            assert [int(text.replace(",", "")) for text in found] == pytest.approx([usual.low, usual.high], abs=0.51)
        change = card.locator(":scope > .versus .change").inner_text()
        assert change.replace("\n", " ") == Change(over([AS_OF]), over([day(7)]), tables.is_fair("day"), points=is_rate)
        for period in ("7", "30"):
            place = card.locator(f"[data-window='{period}']")
            matched, base = (over(span) for span in tables.matched(period))
            assert place.locator(".short").inner_text() == written(over(tables.period(period)[0]))
            assert place.locator(".change").inner_text() == Change(
                matched, base, tables.is_fair(period), points=is_rate
            )


def check_health(reader: Reader, tables: Published, language: str) -> None:
    """Every app with its requests and technical success of the day, and how far they are from the usual."""
    expected = {}
    details: dict[tuple[str, date], int] = defaultdict(int)
    for row in tables.rows("channel_daily"):
        details[row["app_key"], row["day"]] += row["authorization_requests"] + row["verification_requests"]
    window = [day(back) for back in range(56, -1, -1)]
    for key in tables.apps:
        if not any((key, one) in details for one in window[-30:]):
            said_ = "近 30 天没有记录" if language == "zh" else "no record in the last 30 days"
            expected[tables.name(key)] = [said_, "CSV"]
            continue
        begun = min(one for app, one in details if app == key and one >= window[0])
        known = [one for one in window if tables.has_data(one) and one >= begun]
        known = [one for one in known if one == AS_OF or not is_struck(tables, key, (*CHANNELS, "local_verify"), one)]
        volumes = {one: details[key, one] if one in known else None for one in window}
        requests = {one: technical(tables, key, [one])[1] for one in window}
        rates = {one: technical(tables, key, [one])[0] if one in known else None for one in window}
        volume, rate = volumes[AS_OF], rates[AS_OF]
        of_volume, of_rate = usual_range(volumes, None, AS_OF), usual_range(rates, requests, AS_OF)
        has_line_of_rate = any(rates[one] is not None for one in window[-30:])
        expected[tables.name(key)] = [
            count(volume), Signed(volume, of_volume and of_volume.usual), Share(rate),
            Signed(rate, of_rate and of_rate.usual, points=True),
            # The line is of the rate, and says so where it cannot be.
            "" if has_line_of_rate else {"zh": "请求量", "en": "Requests"}[language],
            "CSV",
            *("".join(colour_of(name, place_of(value, usual))) for name, value, usual in (
                ("authorization_requests", volume, of_volume), ("technical_success_rate", rate, of_rate),
            )),
        ]  # fmt: skip
    rows = reader.page.locator(".apps tbody tr").all()
    found = {}
    for row in rows:
        cells = row.locator("td").all_inner_texts()
        places = [(one.get_attribute("class") or "").removeprefix("number usual").strip()
                  for one in row.locator("td.usual").all()]  # fmt: skip
        found[row.locator("th bdi").inner_text()] = [*cells, *places]
    assert found == expected
    struck = {row["app_key"] for row in tables.rows("incidents") if row["last_day"] is None} - {"*"}
    marked = reader.page.locator(".apps tr:has(.mark) th bdi").all_inner_texts()
    assert sorted(marked) == sorted(tables.name(key) for key in struck)


def check_movers(found: list[list[str]], tables: Published) -> None:
    """The five apps that gained most and the five that lost most, the largest move first."""
    moves = []
    for key in tables.apps:
        now, base = (tables.usage(key, CARDS[0], [one]) or 0 for one in (AS_OF, day(7)))
        moves.append((base - now, key, now, base))
    gained = [move for move in sorted(moves) if move[0] < 0][:5]
    lost = [move for move in sorted(moves, key=lambda move: (-move[0], move[1])) if move[0] > 0][:5]
    assert found == [
        [
            tables.name(key),
            count(now),
            count(base),
            f"{'+' if now > base else '−'}{abs(now - base):,}",
            Change(now, base),
        ]
        for _, key, now, base in sorted([*gained, *lost], key=lambda move: (-abs(move[0]), move[1]))
    ]


def changes(tables: Published, is_english: bool) -> list[str]:
    """How often days changed after publication, all of the last 60 days, and which part of the records of one at most:
    the numbers of a sentence on the data day, which was a day ago.
    """
    moved: dict[tuple[date, int], int] = defaultdict(int)
    for row in tables.rows("restatements"):
        if row["metric"] == "records" and row["channel"] == "*":
            moved[row["day"], row["run"]] += abs((row["published_now"] or 0) - (row["published_before"] or 0))
    parts = [
        records / (tables.quality[one]["records_accepted"] - tables.quality[one]["duplicates"])
        for (one, _), records in moved.items()
    ]
    said = [count(len(moved)), "60"] if is_english else ["60", count(len(moved))]
    return ["1", *said, f"{max(parts):.1%}"]


def check_calendar(found: list[str], tables: Published, site: Path, language: str) -> None:
    """Every day that has a page, by month, the newest first, with its verifications; words for a missing day."""
    days = sorted(date.fromisoformat(file.stem) for file in (site / "days").iterdir())
    assert days[0] < day(59)
    days.sort(key=lambda one: (-one.year, -one.month, one.day))
    for text, one in zip(found, days, strict=True):
        date_said, _, value = text.partition("\n")
        assert date_said.startswith(f"{one:%m-%d} {day_said(one, language)[11:]}"), text
        if tables.has_data(one):
            assert value.split()[0] == Compact(tables.usage("*", CARDS[0], [one]), language)
            assert (len(value.split()) > 1) is tables.quality[one]["restated"]
        else:
            assert not re.search(r"\d", value)


def check_attention(found: list[str], tables: Published) -> None:
    """Every warning and note by its numbers: none of the tables is missing, and none is repeated."""
    files = tables.rows("input_files")
    today = tables.quality[AS_OF]
    expected = [
        *(numbers(f"{row['day'] or ''}: {row['detail_en']}") for row in failed_checks(tables)),
        tuple(str(one) for one in tables.window(30)[:-1] if tables.quality[one]["day_state"] == "missing"),
        tuple(str(one) for one, row in sorted(tables.quality.items()) if row["restated"] and one > day(30)),
        (count(sum(row["rejected"] for row in files)), count(sum(row["records_read"] for row in files))),
        # Unmapped codes are so many that the check of them warns.
        *((count(today[name]),) for name in ("unregistered_apps", "late_records") if today[name]),
    ]
    assert any(row["check_name"] == "unmapped_share" for row in failed_checks(tables))
    # The two languages name the numbers of a sentence in different orders.
    assert sorted(sorted(numbers(text)) for text in found) == sorted(map(sorted, expected))


def check_incidents(reader: Reader, tables: Published) -> None:
    """Incidents that are part of no other, in the contract's order, each with its first day."""
    rows = [row for row in tables.rows("incidents") if row["part_of"] is None]
    rows.sort(key=lambda row: (row["last_day"] is not None, -row["lost"], row["incident_id"]))
    found = reader.page.locator("[data-incident]").all()
    assert [one.get_attribute("data-incident") for one in found] == [row["incident_id"] for row in rows]
    for one, row in zip(found, rows, strict=True):
        assert f"{row['first_day']:%m-%d}" in one.inner_text()


def check_files(found: list[list[str]], tables: Published, site: Path, folders: dict[str, str], language: str) -> None:
    """The files in each app's folder, with their sizes."""
    rows = {}
    for key in tables.apps:
        place = site / "apps" / folders[key]
        page, detail, book = (
            (place / name).stat().st_size
            for name in ("index.html", f"{place.name}_usage_detail.csv", f"{place.name}_usage_detail.xlsx")
        )
        lines = sum(row["app_key"] == key and row["day"] > day(30) for row in tables.detail)
        rows[tables.named(key)] = [tables.platform(key), Size(page), count(lines), Size(detail), Size(book)]
    words = {said(value, language): value for value in ("android", "ios", "ipad", "harmony", "h5", "unknown")}
    assert {row[1]: [words[row[0]], *row[2:]] for row in found} == rows
    assert len(found) == len(rows)


def assert_trust(reader: Reader, tables: Published) -> None:
    """The bar: day, records and their share of the usual, time; and every number of its reasons."""
    page = reader.page
    today = tables.quality[AS_OF]
    usual = today["usual_records"]
    summary = page.locator(".trust summary").inner_text()
    share = ratio(today["records_accepted"] - today["duplicates"], usual)
    assert f"{AS_OF} " in summary
    assert re.search(rf"(Records|记录数) {today['records_accepted'] - today['duplicates']:,}\b", summary)
    assert "%" in summary if share else "%" not in summary
    assert not share or f"{share:.0%}" in summary
    assert f"{AS_OF.replace(day=AS_OF.day + 1)} 02:30" in summary
    page.locator(".trust summary").click()
    reasons = page.locator(".trust li").all_inner_texts()
    page.locator(".trust summary").click()
    expected = [
        (count(today["records_accepted"]), count(today["duplicates"])),
        (str(AS_OF + timedelta(days=400)), *changes(tables, page.locator("html").get_attribute("lang") == "en")),
        *([(count(usual),)] if usual else []),
        (count(today["unmapped_codes"]),),
        (str(day(MISSING_BACK)),),
        (str(day(site_logs.LATE_BACK)),),
        (str(day(site_logs.LATE_BACK)), "40"),
        # The first three; the quality page has all. The last line leads there.
        *[numbers(f"{row['day'] or ''} {row['detail_en']}") for row in failed_checks(tables)][:3],
        (),
    ]
    assert [numbers(text) for text in reasons] == expected


def failed_checks(tables: Published) -> list[dict[str, Any]]:
    """The checks that did not pass, errors first."""
    failed = [row for row in tables.rows("check_results") if not row["passed"]]
    return sorted(failed, key=lambda row: (row["severity"], row["check_name"], str(row["day"] or "")))


@pytest.mark.parametrize("back", [1, site_logs.LATE_BACK, MISSING_BACK, 29])
def test_figures_of_an_earlier_day_equal_the_tables(reader: Reader, tables: Published, back: int) -> None:
    one = day(back)
    quality = tables.quality[one]
    page = reader.open(f"days/{one}.html", lang="zh")
    for language in ("zh", "en"):
        if language == "en":
            reader.speak("en")
        displayed = read(page)
        assert page.locator("h1").inner_text().startswith(day_said(one, language))
        assert f"{quality['records_accepted'] - quality['duplicates']:,}" in page.locator(".trust summary").inner_text()
        badges = page.locator(".trust .state .badge").all_inner_texts()
        late = [f"{said('late', language)} {count(quality['late_records'])}"] * bool(quality["late_records"])
        restated = [said("restated", language)] * quality["restated"]
        assert badges == [said(quality["day_state"], language), *restated, *late]
        check_incidents_of_day(reader, tables, one)
        if not tables.has_data(one):
            assert displayed["cards"] == {}
            assert page.locator("table:not([data-incident] table)").count() == 0
            continue
        check_moves(table_rows(page, "table.day-movers"), tables, one, language)
        assert {metric: [figures[0], figures[2]] for metric, figures in displayed["cards"].items()} == {
            metric: [
                count(tables.usage("*", metric, [one])),
                Change(tables.usage("*", metric, [one]), tables.usage("*", metric, [day(back + 7)])),
            ]
            for metric in CARDS
        }
        rows = []
        for channel in (*CHANNELS, "*"):
            won, asked, left, failed = (tables.logins("*", channel, name, [one]) for name in LOGIN_COUNTS)
            rows.append([said(channel, language), Share(ratio(won, asked - left)), Share(ratio(won, asked)), count(won),
                         count(asked), count(left), count(failed)])  # fmt: skip
        assert table_rows(page, "table.summary") == rows
        changed = [row for row in tables.rows("restatements") if row["day"] == one]
        assert bool(changed) == bool(restated)
        if changed:
            assert sorted(table_rows(page, "table.restated")) == sorted(
                restated_row(row, tables, language) for row in changed
            )


def check_incidents_of_day(reader: Reader, tables: Published, one: date) -> None:
    """Incidents of the day that are part of no other of it, in the contract's order; how many began on it and ended."""
    there = [row for row in tables.rows("incidents") if row["first_day"] <= one <= (row["last_day"] or one)]
    ids = {row["incident_id"] for row in there}
    rows = [row for row in there if row["part_of"] not in ids]
    rows.sort(key=lambda row: (row["last_day"] is not None, -row["lost"], row["incident_id"]))
    found = reader.page.locator("[data-incident]").all()
    assert [element.get_attribute("data-incident") for element in found] == [row["incident_id"] for row in rows]
    began, ended = (sum(row[name] == one for row in rows) for name in ("first_day", "last_day"))
    expected = tuple(str(number) for number in (began, len(rows) - began, ended) if number)
    tally = reader.page.locator(".tally")
    assert numbers(tally.inner_text() if rows else "") == expected
    assert (tally.count() == 0) == (not rows)


def check_moves(found: list[list[str]], tables: Published, one: date, language: str) -> None:
    """The five counts that fell and the five that grew most against their norm, each with its range and its rate."""
    names = {"authorizations": "登录授权量 Authorizations", "verifications": "认证量 Verifications"}
    moves = []
    for (key, channel), first_seen in tables.first_days.items():
        known = {
            before: tables.successes(key, channel, before)[1]
            for before in (one - timedelta(days=back) for back in range(1, 57))
            if tables.has_data(before) and before >= first_seen and not tables.had_incident(key, channel, before)
        }
        values: dict[date, float | None] = {
            before: known[before][0] if before in known else None
            for before in (one - timedelta(days=back) for back in range(1, 57))
        }
        norm = usual_range(values, None, one)
        if norm is None or one < first_seen:
            continue
        metric, now = tables.successes(key, channel, one)
        before = [counts for at, counts in known.items() if at.weekday() == one.weekday()]
        usual = math.floor(median(won for won, _ in before) + 0.5)
        rate = ratio(sum(won for won, _ in before), sum(tried for _, tried in before))
        moves.append((now[0] - usual, key, channel, names[metric], now, usual, norm, rate))
    fell = sorted((move for move in moves if move[0] < 0), key=lambda move: move[:3])[:5]
    grew = sorted((move for move in moves if move[0] > 0), key=lambda move: (-move[0], *move[1:3]))[:5]
    assert len(found) == len(fell) + len(grew) > 3
    for row, (move, key, channel, name, (won, tried), usual, norm, usual_rate) in zip(
        found, [*fell, *grew], strict=True
    ):
        name_said, channel_said, now_said, usual_said, span, moved, rate, rate_said = row
        assert (name_said, channel_said) == (
            tables.name(key), f"{said(channel, language)} · {name.split()[language == 'en']}"
        )  # fmt: skip
        assert (now_said, usual_said) == (count(won), count(usual))
        lowest, highest = (int(text.replace(",", "")) for text in span.split(" – "))
        assert (lowest, highest) == pytest.approx((norm.low, norm.high), abs=0.501)
        difference, _, change = moved.partition(" ")
        assert difference == f"{'+' if move > 0 else '−'}{abs(move):,}"
        is_inside = norm.low <= won <= norm.high
        assert (change in ("在平时范围内", "within the usual")) if is_inside else (change == Change(won, usual))
        assert (rate, rate_said) == (Share(ratio(won, tried)), Share(usual_rate))


# ---- the quality page


def test_figures_of_the_quality_page_equal_the_tables(reader: Reader, tables: Published) -> None:
    page = reader.open("quality.html", lang="zh")
    # Every list is folded, and has its table as soon as it is opened.
    assert not any(table.is_visible() for table in page.locator("table").all())
    for summary in page.locator(".fold > summary").all():
        summary.click()
    for language in ("zh", "en"):
        if language == "en":
            reader.speak("en")
        for lengths in page.locator(".lengths select").all():
            lengths.select_option("100")
        displayed = read(page)["tables"]
        assert set(displayed) == {"days", "input_files", "restatements", "codes", "unregistered", "packages"}
        check_quality_days(displayed["days"], tables, language)
        check_input_files(displayed["input_files"], tables, language)
        check_restatements(displayed["restatements"], tables, language)
        check_unmapped(displayed["codes"], tables, language)
        check_unregistered(displayed, tables)
        check_books(reader, tables, language)


def check_quality_days(found: list[list[str]], tables: Published, language: str) -> None:
    assert found == [
        [day_said(one, language), said(row["day_state"], language),
         *(count(row[name]) for name in ("records_accepted", "duplicates", "unmapped_codes", "unregistered_apps",
                                         "late_records")),
         said("restated", language) if row["restated"] else ""]
        for one, row in sorted(tables.quality.items(), reverse=True)
    ]  # fmt: skip


def check_input_files(found: list[list[str]], tables: Published, language: str) -> None:
    expected = [
        [row["path"], row["source"], Size(row["bytes"]),
         *(count(row[name]) for name in ("records_read", "accepted", "rejected", "skipped", "nulled")),
         said(row["status"], language), row["finding"] or ABSENT]
        for row in sorted(
            tables.rows("input_files"),
            key=lambda row: (row["status"] == "read" and not row["rejected"], row["path"], row["sha256"]),
        )
    ]  # fmt: skip
    assert found == expected
    assert [row[0] for row in found[:3]] == ["bad.log", "cut.json.gz", "rotated.ndjson"]


def restated_row(row: dict[str, Any], tables: Published, language: str) -> list[str]:
    """A restated figure as tables show it, without its day."""
    # Devices are counted per app over all its channels.
    every = "全部渠道" if language == "zh" else "All channels"
    metric = METRICS.get(row["metric"])
    return [
        tables.named(row["app_key"], language), every if row["channel"] == "*" else said(row["channel"], language),
        getattr(metric.label, language) if metric else row["metric"], count(row["published_before"]),
        count(row["published_now"]), row["cause"],
    ]  # fmt: skip


def check_restatements(found: list[list[str]], tables: Published, language: str) -> None:
    expected = [
        [day_said(row["day"], language), *restated_row(row, tables, language)] for row in tables.rows("restatements")
    ]
    assert sorted(found) == sorted(expected)
    assert len(expected) > 25


def check_unmapped(found: list[list[str]], tables: Published, language: str) -> None:
    """Codes that the dictionary lacks, of the records that are counted as such."""
    expected: dict[tuple[str, ...], int] = defaultdict(int)
    window = set(tables.window(30))
    for row in tables.rows("unmapped_codes"):
        if row["day"] in window:
            platform = "ios" if row["platform"] == "ipad" else row["platform"]
            expected[row["vendor"], layer_of(row), said(platform, language), row["result_code"]] += row["records"]
    assert sorted(found) == sorted([*key, count(records)] for key, records in expected.items())
    assert sum(expected.values()) == sum(
        row["unmapped_codes"] for row in tables.quality.values() if row["day"] in window
    )


def check_unregistered(displayed: dict[str, Any], tables: Published) -> None:
    window = tables.window(30)
    assert sorted(displayed["unregistered"]) == sorted(
        [key, *(count(tables.usage(key, metric, window)) for metric in (CARDS[0], CARDS[3]))] for key in ("ghost", "-x")
    )
    listed = {(row["app_key"], row["scheme_id"], row["package_name"]) for row in tables.schemes}
    schemes = {(row["app_key"], row["scheme_id"]) for row in tables.schemes}
    packages = {(row["app_key"], row["package_name"]) for row in tables.schemes}
    expected: dict[tuple[str, str | None, str | None], list[int]] = defaultdict(lambda: [0, 0])
    for row in tables.detail:
        key, scheme, package = (row[name] for name in ("app_key", "scheme_id", "package_name"))
        if row["day"] <= day(30) or not tables.apps[key]["is_registered"] or (scheme is None and package is None):
            continue
        is_whole = scheme is not None and package is not None
        parts = (key, scheme) in schemes or (key, package) in packages
        if not ((key, scheme, package) in listed if is_whole else parts):
            expected[key, scheme, package][0] += row["verifications"]
            expected[key, scheme, package][1] += row["authorizations"]
    assert sorted(displayed["packages"]) == sorted(
        [tables.named(key), scheme or ABSENT, package or ABSENT, *map(count, counts)]
        for (key, scheme, package), counts in expected.items()
    )


def check_books(reader: Reader, tables: Published, language: str) -> None:
    """Figures of the template: the books, the heads of the sections, checks, reasons, fields."""
    page = reader.page
    files, rejected = tables.rows("input_files"), tables.rows("rejected_records")
    read_, accepted, refused = (sum(row[name] for row in files) for name in ("records_read", "accepted", "rejected"))
    assert numbers(page.locator(".books").inner_text()) == tuple(map(count, (len(files), read_, accepted, refused)))
    reasons = defaultdict(int)
    for row in rejected:
        reasons[row["reason"]] += row["rejected"]
    displayed = {}
    for part in page.locator("#rejected section").all():
        displayed[part.locator("h3 code").inner_text()] = part.locator("h3 b").inner_text()
        assert part.locator("li").count() == min(3, reasons[part.locator("h3 code").inner_text()])
    assert displayed == {reason: count(records) for reason, records in reasons.items()}
    nulled: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in tables.rows("nulled_fields"):
        nulled[row["field"]][0] += row["records"]
        nulled[row["field"]][1] += 1
    assert sorted(table_rows(page, "#nulled table")) == sorted([name, *map(count, two)] for name, two in nulled.items())
    checks = tables.rows("check_results")
    details = page.locator("#checks details")
    assert not details.evaluate("one => one.open")
    details.locator("summary").click()
    assert numbers(details.locator("summary").inner_text()) == (count(sum(row["passed"] for row in checks)),)
    for place, passed in (("#checks > .checks", False), ("#checks details", True)):
        assert sorted(page.locator(f"{place} .finding").all_inner_texts()) == sorted(
            row[f"detail_{language}"] for row in checks if row["passed"] is passed
        )
    details.locator("summary").click()
    verdict = page.locator(".verdict").inner_text()
    # The problems that are open, the items to look at, and the checks that warn, as on the briefing.
    alone = [row for row in tables.incidents if row["last_day"] is None and row["part_of"] is None]
    items = sum(row["kind"] == "further" for row in alone)
    counted = (len(alone) - items, items, sum(not row["passed"] for row in checks))
    assert numbers(verdict) == tuple(count(one) for one in counted if one)
    heads_of_lists = {
        "files": count(len(files)), "rejected": count(refused), "nulled": count(sum(one for one, _ in nulled.values())),
        "restatements": count(len(tables.rows("restatements"))), "days": count(len(tables.quality)),
    }  # fmt: skip
    for name, number in heads_of_lists.items():
        assert page.locator(f".fold:has(#{name}) > summary b").inner_text() == number
    quality = list(tables.quality.values())
    heads = page.locator(".findings b").all_inner_texts()
    assert heads == [
        count(sum(row["status"] in ("damaged", "held") for row in files)),
        count(sum(tables.quality[one]["day_state"] == "missing" for one in tables.window(30))),
        count(refused),
        count(len(tables.rows("restatements"))),
        count(sum(row["late_records"] for row in quality)),
        count(sum(tables.quality[one]["unmapped_codes"] for one in tables.window(30))),
        "2",
        heads[7],
        count(sum(records for records, _ in nulled.values())),
        count(sum(row["duplicates"] for row in quality)),
    ]
    # The number of unregistered packages is the length of their table.
    assert heads[7] == page.locator("#packages .found").inner_text().split(" / ")[0]
