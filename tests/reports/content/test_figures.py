"""The documents of figures equal sums of the tables, which this module computes independently in Python."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.contract.measures.counts import CHARTED
from pipelines.contract.record.channels import CHANNELS
from pipelines.contract.record.fields import OUTCOMES
from pipelines.store.published_file import open_published
from reports.content import chart_numbers, context, site_data
from reports.content.figures.document_tables import TYPES, types
from reports.content.published import PublishedTables
from tests.data.packed_texts import unpacked
from tests.data.published_tables import (
    AS_OF,
    FIRST_BACK,
    HOSTILE_NAMES,
    MISSING_BACK,
    Database,
    day,
    full,
    incident,
    prepare,
    steady,
)

TREND = ("one_click", "wechat", "qq", "weibo")
COUNTS = ("authorizations", "authorization_requests", "authorizations_cancelled", "authorizations_failed")

KEY = ("account_id", "app_key", "resource_package_id")


class Tables:
    """The rows of the published tables as mappings, and the documents that are made from them."""

    def __init__(self, path: Path) -> None:
        with closing(duckdb.connect(str(path), read_only=True)) as connection:
            self.detail = self._rows(connection, "channel_detail_daily")
            self.outcomes = self._rows(connection, "outcome_daily")
            self.usage = self._rows(connection, "usage_daily")
            self.channels = self._rows(connection, "channel_daily")
            self.drawn = self._rows(connection, "resource_package_usage")
        self.path = path
        self.documents = documents_of(path)
        with closing(open_published(path)) as connection:
            marts = PublishedTables(connection)
            self.periods = {row[0]: row[1:] for row in marts.rows("site/compared_periods")}

    @staticmethod
    def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict]:
        found = connection.execute(f"FROM {table}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def documents_of(path: Path) -> dict[str, dict]:
    """Return the figures of every app, and of all apps together (`*`), by app key."""
    with closing(open_published(path)) as connection:
        marts = PublishedTables(connection)
        listed = context.apps(marts)
        prepare(marts, listed)
        keys = ["*", *(app.key for app in listed)]
        return {key: json.loads(text) for key, text in marts.documents(keys)}


@pytest.fixture(scope="module")
def tables(database: Path) -> Tables:
    return Tables(database)


def table(document: dict, name: str, key: str | None = None) -> list[dict]:
    """Return the rows of a table of a document. If the table is split by a column, `key` selects the value of that
    column.
    """
    found = document["tables"].get(name, {})
    columns = found if key is None else found.get(key, {})
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def test_the_types_of_the_scripts_are_those_of_the_documents():
    assert TYPES.read_text("utf-8") == types()


def test_the_figures_of_all_apps_begin_with_the_first_record_of_any(tables):
    first = {key: document.get("first_seen") for key, document in tables.documents.items()}
    assert first["*"] == str(day(FIRST_BACK)) == min(filter(None, first.values()))


def of(rows: list[dict], key: str) -> list[dict]:
    return [row for row in rows if key in ("*", row["app_key"])]


def total(rows: list[dict], name: str, first: date, last: date) -> int:
    return sum(row[name] for row in rows if first <= row["day"] <= last)


def matched(first: date, last: date, base_first: date, base_last: date) -> tuple[set[date], set[date]]:
    """Return the matched days of a period, and their counterparts in the base."""
    with_data = {day(back) for back in range(FIRST_BACK + 1)} - {day(MISSING_BACK)}
    length = min((last - first).days, (base_last - base_first).days) + 1
    pairs = [(first + timedelta(days=n), base_first + timedelta(days=n)) for n in range(length)]
    pairs = [pair for pair in pairs if with_data.issuperset(pair)]
    return {one for one, _ in pairs}, {other for _, other in pairs}


def total_of(rows: list[dict], name: str, days: set[date]) -> int:
    return sum(row[name] for row in rows if row["day"] in days)


def test_every_app_and_all_together_have_a_document(tables):
    assert list(tables.documents) == sorted(tables.documents)
    assert {"*", "shop", "Shop", "ghost", "idle", "CON"} <= tables.documents.keys()


def counted_of(channel: str, rows: list[dict], key: str) -> tuple[str, ...]:
    """Return the counts of a channel in the charts; `undelivered` only for an app without sign-in requests."""
    verified = ("verifications",) if channel in ("one_click", "local_verify") else ()
    is_of_logins = key == "*" or any(row["authorization_requests"] for row in rows)
    return (*(CHARTED[:3] if channel in TREND else ()), *verified, *(() if is_of_logins else ("undelivered",)))


def numbers(texts: dict[str, str], name: str, count: int, absent: int | None = 0) -> list[int | None]:
    """Return the `count` numbers in the text `name`; without this text, `absent` for each.

    Assert that the text is not empty.
    """
    assert texts.get(name) != ""
    return unpacked(texts.get(name, ""), count, absent)


def charted(rows: list[dict]) -> list[dict]:
    """Return the rows with an additional column `undelivered`, which exists only in the charts."""
    return [row | {"undelivered": row["verification_requests"] - row["verifications"]} for row in rows]


def test_the_ninety_days_are_those_of_the_tables(tables):
    for key, document in tables.documents.items():
        rows = charted(of(tables.channels, key))
        in_channel = {name: [row for row in rows if row["channel"] == name] for name in CHANNELS}
        assert sorted(document["days"]) == sorted(name for name in CHANNELS if in_channel[name]), key
        for channel, texts in document["days"].items():
            for name in (*CHARTED, "undelivered"):
                expected = [
                    total(in_channel[channel], name, day(back), day(back))
                    if name in counted_of(channel, rows, key)
                    else 0
                    for back in reversed(range(90))
                ]
                assert numbers(texts, name, 90) == expected, (key, channel, name)
    assert tables.documents["idle"]["days"] == {}


def test_charts_are_the_same_however_many_apps_are_laid_out_at_once(tables, monkeypatch):
    monkeypatch.setattr(chart_numbers, "CHARTED_APPS", 2)
    assert documents_of(tables.path) == tables.documents


def test_sums_over_each_period_and_the_one_before(tables):
    spans = {
        "day": (day(0), day(0), day(7), day(7)),
        "7": (day(6), day(0), day(13), day(7)),
        "30": (day(29), day(0), day(59), day(30)),
        "month": (AS_OF.replace(day=1), AS_OF, date(2026, 2, 1), date(2026, 2, 28)),
        "last_month": (date(2026, 2, 1), date(2026, 2, 28), date(2026, 1, 1), date(2026, 1, 31)),
    }
    assert {name: row[:4] for name, row in tables.periods.items()} == spans
    for key, document in tables.documents.items():
        found = table(document, "usage")
        assert [row["period"] for row in found] == list(spans)
        rows = of(tables.usage, key)
        for period, span in zip(found, spans.values(), strict=True):
            for name in ("one_click_verifications", "third_party_authorizations", "billable_verifications"):
                days, counterparts = matched(*span)
                # No day of January has data: the first one is 40 days before the last of March.
                base = None if span[3] < day(40) else total_of(rows, name, counterparts)
                whole = total(rows, name, *span[:2])
                columns = (name, f"unmatched_{name}", f"counterpart_{name}")
                expected = [whole, whole - total_of(rows, name, days), base]
                assert [period[column] for column in columns] == expected, (key, name)


def test_coverage_of_a_period_is_counted_in_days_with_data(tables):
    # Days, those with data, and the same of the period before; how many are matched, and whether that is enough.
    found = {name: row[4:-1] for name, row in tables.periods.items()}
    assert found == {
        "day": (1, 1, 1, 1, 1, True),
        "7": (7, 6, 7, 7, 6, True),
        "30": (30, 29, 30, 11, 10, False),
        "month": (31, 30, 28, 10, 9, False),
        "last_month": (28, 10, 31, 0, 0, False),
    }
    missing = {name: row[-1] for name, row in tables.periods.items()}
    assert missing["day"] == []
    assert missing["7"] == [day(MISSING_BACK)]
    assert missing["30"] == [day(MISSING_BACK), *(day(back) for back in range(FIRST_BACK + 1, 60))]


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ([], {"month", "last_month", "day", "7", "30"}),
        ([date(2026, 3, 2)], {"month", "last_month", "day", "7", "30"}),
        # The day of the week before is missing: nothing is left to compare the data day with.
        ([date(2026, 3, 24)], {"month", "last_month", "7", "30"}),
        # Four of the seven days lack data, or their counterparts do; of three, more than half are left.
        ([date(2026, 3, n) for n in (25, 26, 27, 21)], {"month", "last_month", "day", "30"}),
        ([date(2026, 3, n) for n in (25, 26, 20)], {"month", "last_month", "day", "7", "30"}),
        # The 5th to the 20th: of 30 days 14 are left, of 31 only the 12 that February has, too.
        ([date(2026, 3, n) for n in range(5, 21)], {"last_month", "day", "7"}),
    ],
)
def test_which_periods_may_be_compared(tmp_path, missing, expected):
    path = tmp_path / "authmeter.duckdb"
    made = Database(path)
    made.publish()
    made.add("day_quality", *(
        {"day": day(back), "day_state": "missing" if day(back) in missing else "complete"} for back in range(120)
    ))  # fmt: skip
    with closing(open_published(made.close())) as connection:
        marts = PublishedTables(connection)
        prepare(marts, [])
        assert {row[0] for row in marts.rows("site/compared_periods") if row[-2]} == expected


def compared(rows: list[dict], days: int, counts: tuple[str, ...]) -> dict[str, int]:
    """Return the sums of a window of `days` days, of its unmatched days, and of the counterparts of its matched
    days.
    """
    span, counterparts = matched(day(days - 1), AS_OF, day(2 * days - 1), day(days))
    found = {}
    for name in counts:
        found[name] = total(rows, name, day(days - 1), AS_OF)
        found[f"unmatched_{name}"] = found[name] - total_of(rows, name, span)
        found[f"counterpart_{name}"] = total_of(rows, name, counterparts)
    return found


@pytest.mark.parametrize("dimension", ["platform", "carrier"])
def test_breakdowns_add_up(tables, dimension):
    for key, document in tables.documents.items():
        expected = {}
        channels = TREND[: 4 if dimension == "platform" else 1]
        rows = [row for row in of(tables.detail, key) if row["channel"] in channels]
        for days in (7, 30):
            for value in {row[dimension] for row in rows}:
                counts = compared([row for row in rows if row[dimension] == value], days, COUNTS[:3])
                del counts["unmatched_authorizations_cancelled"], counts["counterpart_authorizations_cancelled"]
                if counts["authorization_requests"] or counts["counterpart_authorization_requests"]:
                    expected[days, value] = counts
        found = {
            (row.pop("window_days"), row.pop("value")): row for row in table(document, "breakdowns", dimension)
        }  # fmt: skip
        assert found == expected, key


def versions_of(rows: list[dict], days: set[date]) -> dict[str, list[int]]:
    """Return authorizations, requests and cancelled requests of the login channels on these days, by SDK version."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        if row["day"] in days and row["channel"] in TREND and row["stage"] == "authorize":
            counted = (row["outcome"] == "success", True, row["outcome"] == "cancelled")
            sums = found[row["sdk_version"] or "unknown"]
            sums[:] = [one + row["records"] * is_so for one, is_so in zip(sums, counted, strict=True)]
    return found


def test_versions_add_up_and_say_since_when_they_are_there(tables):
    for key, document in tables.documents.items():
        rows = of(tables.outcomes, key)
        for days in (7, 30):
            counts = versions_of(rows, {day(back) for back in range(days)})
            found = [row for row in table(document, "versions") if row["window_days"] == days]
            names = [row["value"] for row in found]
            assert names == sorted(counts, key=lambda name: (-counts[name][1], name)), key
            for row in found:
                name = row["value"]
                assert [row[count] for count in COUNTS[:3]] == counts[name], (key, name)
                seen = [one["day"] for one in rows if one["sdk_version"] == name]
                assert row["first_seen"] == (str(min(seen)) if seen else None)
                assert row["merged"] == 1
        for name, text in (row.values() for row in table(document, "version_days")):
            rates = [None if two == ".." else int(two, 36) for two in re.findall("..", text)]
            for rate, back in zip(rates, reversed(range(30)), strict=True):
                won, requests, cancelled = versions_of(rows, {day(back)})[name]
                assert rate == (math.floor(1000 * won / (requests - cancelled) + 0.5) if requests else None), name
    listed = {row["value"]: row["first_seen"] for row in table(tables.documents["shop"], "versions")}
    assert listed == {
        "2.13.0": str(day(FIRST_BACK)), "2.14.0": str(day(FIRST_BACK)), "2.15.0": str(day(10)), "unknown": None
    }  # fmt: skip


def test_of_many_versions_those_with_few_requests_are_one_row(tmp_path):
    made = Tables(full(tmp_path / "authmeter.duckdb"))
    ((key, document),) = [item for item in made.documents.items() if item[0] != "*"]
    # All apps together have them all.
    whole = [row for row in table(made.documents["*"], "versions") if row["window_days"] == 30]
    assert {row["value"] for row in whole} == set(versions_of(made.outcomes, {day(back) for back in range(30)}))
    *named, rest = [row for row in table(document, "versions") if row["window_days"] == 30]
    every = versions_of(of(made.outcomes, key), {day(back) for back in range(30)})
    assert len(named) == 4
    assert len(every) > 5
    assert (rest["value"], rest["merged"], rest["first_seen"]) == (None, len(every) - 4, None)
    requests = [row["authorization_requests"] for row in named]
    # The one that an incident names comes before those with more requests.
    blamed = next(row["value"] for row in named if row["value"] == "2.14.11")
    most = sorted(every, key=lambda name: (name != blamed, -every[name][1]))[:4]
    assert requests == sorted((every[name][1] for name in most), reverse=True)
    assert sum(requests) + rest["authorization_requests"] == sum(counts[1] for counts in every.values())
    names = {row["value"] for row in table(document, "version_days")}
    assert names >= {row["value"] for row in named}
    # A file of their own has all.
    with closing(open_published(made.path)) as connection:
        marts = PublishedTables(connection)
        prepare(marts, context.apps(marts))
        (found,) = marts.version_documents([key]).values()
    long = {"tables": json.loads(found)}
    counts = {
        row["value"]: row["authorization_requests"] for row in table(long, "versions") if row["window_days"] == 30
    }
    assert counts == {name: counts[1] for name, counts in every.items()}
    assert {row["value"] for row in table(long, "version_days")} == set(every)


def test_the_version_of_an_incident_is_listed_if_its_name_has_a_blank(tmp_path):
    blamed = "2.2 beta"
    cell = {"app_key": "shop", "channel": "one_click", "stage": "authorize", "platform": "ios", "carrier": "unknown",
            "outcome": "success", "vendor": "umeng", "day": day(0)}  # fmt: skip

    def add(made: Database) -> None:
        for version, count in {blamed: 2, "2.2": 1, **{f"2.{minor}": 20 for minor in range(3, 9)}}.items():
            made.add("outcome_daily", {**cell, "sdk_version": version, "records": count})
        made.add("incidents", incident("i1", 3, cause=f"sdk_version={blamed} & vendor=umeng"))

    document = documents_of(steady(tmp_path / "authmeter.duckdb", more=add))["shop"]
    listed = {row["value"] for row in table(document, "versions") if row["window_days"] == 30}
    assert blamed in listed
    assert "2.2" not in listed


def test_failures_by_outcome_and_code(tables):
    for key, document in tables.documents.items():
        for days in (7, 30):
            window = {day(back) for back in range(days)}
            spans = (window, *matched(day(days - 1), AS_OF, day(2 * days - 1), day(days)))
            expected: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
            for row in of(tables.outcomes, key):
                counted = [row["records"] * (row["day"] in span) for span in spans]
                steps = (
                    row["stage"] == "authorize" and row["channel"] in TREND and row["outcome"] != "success",
                    row["stage"] == "verify" and row["outcome"] not in ("success", "mismatch"),
                )
                for step, is_of_step in enumerate(steps):
                    if is_of_step and any(counted):
                        sums = expected[step, OUTCOMES.index(row["outcome"])]
                        sums[:] = [one + more for one, more in zip(sums, counted, strict=True)]
            found = {
                (step, row["outcome"]): [
                    row["records"], row["records"] - row["unmatched_records"], row["counterpart_records"]
                ]
                for step, name in enumerate(("authorization", "verification"))
                for row in table(document, "outcomes", name)
                if row["window_days"] == days
            }  # fmt: skip
            assert found == expected, key
    rows = table(tables.documents["shop"], "codes", "authorization")
    codes = [[*row.values()][1:] for row in rows if row["window_days"] == 7]
    # A code is looked up for its platform first; ipad is looked up as ios; 600001 is a code of another stage.
    one_click, error = CHANNELS.index("one_click"), OUTCOMES.index("error")
    assert [one_click, error, 4, 1] in codes
    assert [one_click, error, 3, ["umeng", "7"]] in codes
    assert [one_click, error, 5, 0] in codes


def test_latencies_are_gaps_on_days_without(tables):
    for key, document in tables.documents.items():
        for channel, texts in document["days"].items():
            if channel == "qq":
                assert not {"latency_p50_ms", "latency_p95_ms"} & texts.keys(), key
                continue
            rows = {r["day"]: r for r in of(tables.channels, key) if r["channel"] == channel}
            if key != "*":
                assert numbers(texts, "latency_p95_ms", 90, None) == [
                    rows[day(back)]["latency_p95_ms"] if day(back) in rows else None for back in reversed(range(90))
                ]
            assert numbers(texts, "latency_p50_ms", 90, None)[89 - MISSING_BACK] is None


def test_a_latency_of_zero_is_no_gap(tmp_path):
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish()
    made.add("apps", {"app_key": "shop", "app_name": "Shop", "platform": "android", "is_registered": True})
    made.add("day_quality", {"day": day(30), "day_state": "complete"})
    row = {"day": day(30), "channel": "one_click", "latency_p50_ms": 0, "latency_p95_ms": 2000}
    counts = dict.fromkeys((*COUNTS, "verification_requests", "verifications"), 1)
    made.add("channel_daily", row | counts | {"app_key": "shop"})
    made.add("latency_daily", row | {"records": 1, "latency_p95_ms": 7})
    documents = documents_of(made.close())
    texts = documents["shop"]["days"]["one_click"]
    names = ("latency_p50_ms", "latency_p95_ms")
    assert [unpacked(texts[name], 90, None)[58:61] for name in names] == [[None, 0, None], [None, 2000, None]]
    assert unpacked(documents["*"]["days"]["one_click"]["latency_p95_ms"], 90)[59] == 7


def test_packages_are_those_registered_and_those_seen(tables):
    rows = table(tables.documents["shop"], "packages")
    assert [[row["scheme_id"], row["scheme_name"], row["package_name"]] for row in rows] == [
        [None, None, None],
        ["s1", "方案 s1", "com.example.shop"],
        ["s2", None, None],
        ["s2", "方案 s2", "com.example.shop"],
    ]
    logged = [row for row in of(tables.detail, "shop") if row["scheme_id"] == "s1"]
    (found,) = [row for row in rows if row["scheme_id"] == "s1"]
    for days in (7, 30):
        for count in ("verifications", "authorizations"):
            assert found[f"{count}_{days}"] == total(logged, count, day(days - 1), AS_OF)


def test_what_an_app_drew_from_is_its_own_alone(tables):
    for key, document in tables.documents.items():
        found = {
            (row["account_id"], row["resource_package_id"]): [row["uses_7"], row["uses_30"]]
            for row in table(document, "drawn")
        }
        assert found == {
            (row["account_id"], row["resource_package_id"]): [
                sum(
                    one["uses"] for one in tables.drawn
                    if one["day"] > day(days)
                    and [one[name] for name in KEY] == [row[name] for name in KEY]
                )
                for days in (7, 30)
            ]
            for row in tables.drawn if row["app_key"] == key and row["day"] > day(30)
        }  # fmt: skip
    assert {key for key, document in tables.documents.items() if table(document, "drawn")} == {"shop", "ghost", "cmd"}


def test_of_many_packages_those_drawn_least_are_one_row_and_the_overflow_stands_for_itself(tmp_path):
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish()
    made.add("apps", {"app_key": "shop"})
    rows = [("a", "s", 0, 9), ("a", "t", 0, 8), ("a", "u", 0, 7), ("a", "v", 0, 6), ("b", "3", 9, 10)]
    made.add("resource_package_usage", *(
        {"day": day(back), "account_id": account, "app_key": "shop", "resource_package_id": name, "uses": uses}
        for account, name, back, uses in [*rows, ("a", None, 8, 1), ("a", "s", 31, 99)]
    ))  # fmt: skip
    document = documents_of(made.close())["shop"]
    assert [tuple(row.values()) for row in table(document, "drawn")] == [
        ("a", "s", None, 9, 9),
        ("a", None, None, 0, 1),
        ("a", None, 3, 21, 21),
        ("b", "3", None, 0, 10),
    ]


def test_thirteen_months_are_sums_of_the_tables(tables):
    firsts = [date(2025 + (month > 9), (month + 2) % 12 + 1, 1) for month in range(13)]
    assert (firsts[0], firsts[-1]) == (date(2025, 3, 1), date(2026, 3, 1))
    for key, document in tables.documents.items():
        for channel, lists in document["months"].items():
            every = charted(of(tables.channels, key))
            rows = [row for row in every if row["channel"] == channel]
            for name in (*CHARTED, "undelivered"):
                expected = [
                    sum(row[name] for row in rows if row["day"].replace(day=1) == month) for month in firsts
                ]  # fmt: skip
                counted = name in counted_of(channel, every, key)
                assert numbers(lists, name, 13) == (expected if counted else [0] * 13), (key, channel, name)


def test_an_app_has_its_own_notes_and_the_spans_of_its_incidents(tables):
    shop, img, ghost = (tables.documents[key] for key in ("shop", "img", "ghost"))
    assert table(shop, "notes") == [{"day": str(day(9)), "text": "SDK 2.15.0 发布"}]
    assert [row["text"] for row in table(img, "notes")] == [HOSTILE_NAMES["img"]]
    # Notes for all apps are only in the data of the site.
    assert table(ghost, "notes") == table(tables.documents["*"], "notes") == []
    spans = [tuple(row.values()) for row in table(shop, "incident_spans")]
    assert spans == [("*", str(day(25)), str(day(23)), False, False), ("one_click", str(day(10)), None, False, False)]


def test_incidents_of_the_sign_in_rate_are_marked_in_the_spans(tmp_path):
    """Usual ranges of sessions leave out the days of these incidents. Charts and usual ranges of records do not."""
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish()
    made.add("apps", {"app_key": "shop"})
    made.add("incidents", incident("signing", 5, metric="sign_in_rate", channel="*"))
    (row,) = table(documents_of(made.close())["shop"], "incident_spans")
    assert (row["channel"], row["first_day"], row["is_of_sessions"]) == ("*", str(day(5)), True)


def test_a_release_is_the_first_day_of_a_version_above_one_percent(tables):
    """Versions on the first day with requests may have been released earlier, so they are no releases."""
    for key in ("*", "shop"):
        rows = of(tables.outcomes, key)
        by_day = {back: versions_of(rows, {day(back)}) for back in reversed(range(30))}
        by_day = {back: found for back, found in by_day.items() if sum(counts[1] for counts in found.values())}
        used: dict[str, int] = {}
        for back, found in by_day.items():
            whole = sum(counts[1] for counts in found.values())
            for name, counts in found.items():
                if counts[1] > whole / 100 and name != "unknown":
                    used.setdefault(name, back)
        released = {name: str(day(back)) for name, back in used.items() if back != max(by_day)}
        found = table(tables.documents[key], "releases")
        assert {row["value"]: row["released"] for row in found} == released
    assert released == {"2.15.0": str(day(10))}


def test_a_version_that_was_used_before_the_thirty_days_is_no_release(tmp_path):
    """`2.1` was used two months ago. `2.2` was too, but only in a test: it had less than 1 % of the requests."""
    cell = {"app_key": "shop", "channel": "one_click", "stage": "authorize", "platform": "ios", "carrier": "unknown",
            "outcome": "success", "vendor": "umeng"}  # fmt: skip

    def add(made: Database) -> None:
        for version, back, count in (("2.1", 60, 20), ("2.1", 9, 20), ("2.2", 60, 1), ("2.2", 5, 20)):
            made.add("outcome_daily", {**cell, "day": day(back), "sdk_version": version, "records": count})

    database = steady(tmp_path / "authmeter.duckdb", more=add)
    with closing(open_published(database)) as connection:
        marts = PublishedTables(connection)
        for key in ("*", "shop"):
            assert [one for one in marts.releases(key) if one[0].startswith("2.")] == [("2.2", day(5))]


def test_the_site_knows_the_days_and_months_of_the_longer_look(database):
    with closing(open_published(database)) as connection:
        marts = PublishedTables(connection)
        quality = context.quality_by_day(marts)
        site = site_data.shared_data(marts, context.data_state(marts, quality, 400), quality, "v")
    assert site["long_days"] == [day(back) for back in reversed(range(90))]
    assert [site["long_days"][place] for place in site["long_missing"]] == [
        *(day(back) for back in reversed(range(FIRST_BACK + 1, 90))), day(MISSING_BACK),
    ]  # fmt: skip
    months = list(zip(*site["months"].values(), strict=True))
    assert [month for month, _, _ in months][:2] == [date(2025, 3, 1), date(2025, 4, 1)]
    # Ten days of February have data; of March one is missing.
    assert months[-2:] == [(date(2026, 2, 1), 28, 10), (date(2026, 3, 1), 31, 30)]
    assert site["notes"] == {"day": [day(12)], "text": ["an earlier campaign"]}
