"""The figures documents equal sums of the tables, counted a second time here in plain Python."""

from __future__ import annotations

import json
from collections import defaultdict
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.contract.record import CHANNELS, OUTCOMES
from pipelines.store.database import open_published
from reports.content import context
from reports.content.published import PublishedTables
from tests.data.published_tables import AS_OF, MISSING_BACK, Database, day, example

TREND = ("one_click", "wechat", "qq", "weibo")
COUNTS = ("authorizations", "authorization_requests", "authorizations_cancelled", "authorizations_failed")


class Tables:
    """The rows of the published tables as mappings, and the documents made of them."""

    def __init__(self, path: Path) -> None:
        with closing(duckdb.connect(str(path), read_only=True)) as connection:
            self.detail = self._rows(connection, "channel_detail_daily")
            self.outcomes = self._rows(connection, "outcome_daily")
            self.usage = self._rows(connection, "usage_daily")
            self.channels = self._rows(connection, "channel_daily")
        with closing(open_published(path)) as connection:
            marts = PublishedTables(connection)
            listed = context.apps(marts)
            marts.prepare(context.listed_apps(listed, set()))
            keys = ["*", *(app.key for app in listed)]
            self.documents = {key: json.loads(text) for key, text in marts.documents(keys)}
            self.periods = {row[0]: row[1:] for row in marts.rows("periods")}

    @staticmethod
    def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[dict]:
        found = connection.execute(f"FROM {table}")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


@pytest.fixture(scope="module")
def tables(tmp_path_factory) -> Tables:
    return Tables(example(tmp_path_factory.mktemp("figures") / "authmeter.duckdb"))


def of(rows: list[dict], key: str) -> list[dict]:
    return [row for row in rows if key in ("*", row["app_key"])]


def total(rows: list[dict], name: str, first: date, last: date) -> int:
    return sum(row[name] for row in rows if first <= row["day"] <= last)


def test_every_app_and_all_together_have_a_document(tables):
    assert list(tables.documents) == sorted(tables.documents)
    assert {"*", "shop", "Shop", "ghost", "idle", "CON"} <= tables.documents.keys()


def test_usage_by_day_is_null_without_data_and_zero_without_records(tables):
    for key, document in tables.documents.items():
        for name, values in document["usage"].items():
            expected = [
                None if back == MISSING_BACK else total(of(tables.usage, key), name, day(back), day(back))
                for back in reversed(range(30))
            ]
            assert values == expected, (key, name)
    assert set(tables.documents["idle"]["usage"]["local_verifications"]) == {0, None}


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
        for name, pairs in document["sums"].items():
            rows = of(tables.usage, key)
            for pair, (first, last, base_first, base_last) in zip(pairs, spans.values(), strict=True):
                # No day of January has data: the first one is 40 days before the last of March.
                base = None if base_last < day(40) else total(rows, name, base_first, base_last)
                assert pair == [total(rows, name, first, last), base], (key, name)


def test_coverage_of_a_period_is_counted_in_days_with_data(tables):
    # Days, those with data, and the same of the period before; then whether the two may be compared.
    found = {name: row[4:] for name, row in tables.periods.items()}
    assert found == {
        "day": (1, 1, 1, 1, True),
        "7": (7, 6, 7, 7, False),
        "30": (30, 29, 30, 11, False),
        "month": (31, 30, 28, 10, False),
        "last_month": (28, 10, 31, 0, False),
    }


@pytest.mark.parametrize(
    ("as_of", "missing", "expected"),
    [
        (date(2026, 3, 31), [], {"month", "last_month", "day", "7", "30"}),
        # A gap in one of two months of unequal length: nothing tells how much is missing.
        (date(2026, 3, 31), [date(2026, 3, 2)], {"last_month", "day", "7"}),
        # As many gaps on both sides of equally long windows are fair.
        (date(2026, 3, 31), [date(2026, 3, 30), date(2026, 3, 20)], {"last_month", "day", "7"}),
        (date(2026, 3, 31), [date(2026, 3, 24)], {"last_month"}),
    ],
)
def test_which_periods_may_be_compared(tmp_path, as_of, missing, expected):
    path = tmp_path / "authmeter.duckdb"
    made = Database(path)
    made.publish()
    for back in range(120):
        one = as_of - timedelta(days=back)
        made.add("day_quality", {"day": one, "day_state": "missing" if one in missing else "complete"})
    with closing(open_published(made.close())) as connection:
        marts = PublishedTables(connection)
        marts.prepare(context.listed_apps([], set()))
        assert {row[0] for row in marts.rows("periods") if row[-1]} == expected


def test_login_trend_and_windows_by_channel(tables):
    for key, document in tables.documents.items():
        for place, channel in enumerate([*TREND, "*"]):
            rows = [r for r in of(tables.detail, key) if r["channel"] in (TREND if channel == "*" else (channel,))]
            if channel != "*":
                for lists, name in zip(document["trend"][channel], COUNTS, strict=False):
                    assert lists == [
                        None if back == MISSING_BACK else total(rows, name, day(back), day(back))
                        for back in reversed(range(30))
                    ]
            for days in (7, 30):
                columns = document["channels"][str(days)]
                now = [total(rows, name, day(days - 1), AS_OF) for name in COUNTS]
                before = [total(rows, name, day(2 * days - 1), day(days)) for name in COUNTS[:2]]
                assert [column[place] for column in columns] == [*now, *before]


@pytest.mark.parametrize(("part", "dimension"), [("platforms", "platform"), ("carriers", "carrier")])
def test_breakdowns_add_up(tables, part, dimension):
    for key, document in tables.documents.items():
        for days in (7, 30):
            expected: dict[str, list[int]] = defaultdict(lambda: [0] * 5)
            for row in of(tables.detail, key):
                back = (AS_OF - row["day"]).days
                if back >= 2 * days or row["channel"] not in (TREND if part == "platforms" else TREND[:1]):
                    continue
                names = COUNTS[:3] if back < days else ("authorizations", "authorization_requests")
                for i, name in enumerate(names):
                    expected[row[dimension]][i + (3 if back >= days else 0)] += row[name]
            found = {name: counts for name, *counts in document[part].get(str(days), [])}
            assert found == {name: counts for name, counts in expected.items() if counts[1] or counts[4]}, key


def test_failures_by_outcome_and_code(tables):
    for key, document in tables.documents.items():
        for days in (7, 30):
            expected: dict[tuple[int, int], int] = defaultdict(int)
            for row in of(tables.outcomes, key):
                if row["day"] <= AS_OF - timedelta(days=days):
                    continue
                if row["stage"] == "authorize" and row["channel"] in TREND and row["outcome"] != "success":
                    expected[0, OUTCOMES.index(row["outcome"])] += row["records"]
                if row["stage"] == "verify" and row["outcome"] not in ("success", "mismatch"):
                    expected[1, OUTCOMES.index(row["outcome"])] += row["records"]
            rows = document["outcomes"].get(str(days), [])
            assert {(step, outcome): records for step, outcome, records, _ in rows if records} == expected, key
    codes = tables.documents["shop"]["codes"]["7"]
    # A code is looked up for its platform first; ipad is looked up as ios; 600001 is a code of another stage.
    one_click, error = CHANNELS.index("one_click"), OUTCOMES.index("error")
    assert [0, one_click, error, 4, 1] in codes
    assert [0, one_click, error, 3, ["umeng", "7"]] in codes
    assert [0, one_click, error, 5, 0] in codes


def test_latencies_are_gaps_on_days_without(tables):
    for key, document in tables.documents.items():
        for channel, lists in document["latency"].items():
            rows = {r["day"]: r for r in of(tables.channels, key) if r["channel"] == channel}
            if key != "*":
                assert lists[1] == [
                    rows[day(back)]["latency_p95_ms"] if day(back) in rows else None for back in reversed(range(30))
                ]
            assert lists[0][29 - MISSING_BACK] is None
    assert "qq" not in tables.documents["*"]["latency"]


def test_packages_are_those_registered_and_those_seen(tables):
    found = [row[:2] + row[3:4] for row in tables.documents["shop"]["packages"]]
    assert found == [
        [None, None, None],
        ["s1", "方案 s1", "com.example.shop"],
        ["s2", None, None],
        ["s2", "方案 s2", "com.example.shop"],
    ]
    assert all(len(row) == 8 for row in tables.documents["shop"]["packages"])
