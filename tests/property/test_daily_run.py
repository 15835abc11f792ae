"""Promises of the daily run over random logs: sums, books, and that neither order nor a rerun changes a cell."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.small_logs import REGISTRY, landing
from tests.support import DAY, DataFolder, days_before

LANDINGS = st.integers(0, 2**32 - 1).map(lambda seed: landing(seed, DAY))
# Of day_quality, lateness and restatement tell of arrival: they may differ where the numbers must not.
TABLES = {
    "usage_daily": "*",
    "channel_daily": "*",
    "channel_detail_daily": "*",
    "outcome_daily": "*",
    "latency_daily": "*",
    "login_trend": "*",
    "login_trend_summary": "*",
    "day_quality": "* EXCLUDE (late_records, restated)",
    "rejected_records": "*",
}


def cells(folder: DataFolder) -> dict[str, list[tuple[Any, ...]]]:
    """Every cell of the tables whose numbers must not depend on arrival, in their own order."""
    return {name: folder.rows(f"SELECT {columns} FROM {name}") for name, columns in TABLES.items()}


def folder_with(root: str, files: dict[str, bytes]) -> DataFolder:
    folder = DataFolder(Path(root))
    folder.write("registry/apps.csv", REGISTRY)
    for name, content in files.items():
        folder.land(name, content)
    return folder


@settings(max_examples=4)
@given(LANDINGS)
def test_a_window_is_the_sum_of_its_days(files: dict[str, bytes]) -> None:
    with TemporaryDirectory() as root:
        folder = folder_with(root, files)
        folder.tables()
        summary = folder.rows("""
            SELECT window_days, app_key, channel, authorizations, authorization_requests, days_with_data
            FROM login_trend_summary ORDER BY ALL""")
        of_trend = folder.rows("""
            SELECT window_days, app_key, channel, coalesce(sum(authorizations), 0)::BIGINT,
                coalesce(sum(authorization_requests), 0)::BIGINT, count(*) FILTER (day_state = 'complete')
            FROM login_trend GROUP BY ALL ORDER BY ALL""")
        assert summary == of_trend
        of_days = folder.rows(f"""
            SELECT window_days, app_key, channel, sum(authorizations)::BIGINT, sum(authorization_requests)::BIGINT
            FROM channel_daily CROSS JOIN (SELECT unnest([7, 30]) AS window_days)
            WHERE day > DATE '{DAY}' - window_days::INTEGER AND channel <> 'local_verify'
            GROUP BY window_days, channel, GROUPING SETS ((app_key), ()) ORDER BY ALL""")
        wanted = {(days, app or "*", channel): (won, asked) for days, app, channel, won, asked in of_days}
        assert {row[:3]: row[3:5] for row in summary} == {row[:3]: wanted.get(row[:3], (0, 0)) for row in summary}
        assert wanted.keys() <= {row[:3] for row in summary}


@settings(max_examples=4)
@given(LANDINGS)
def test_the_books_balance(files: dict[str, bytes]) -> None:
    with TemporaryDirectory() as root:
        folder = folder_with(root, files)
        folder.tables()
        lines = {name: sum(bool(line.strip()) for line in content.split(b"\n")) for name, content in files.items()}
        books = folder.rows("SELECT path, records_read, accepted + rejected FROM input_files ORDER BY path")
        assert books == [(name, lines[name], lines[name]) for name in sorted(files)]
        assert folder.rows(
            "SELECT (SELECT sum(rejected) FROM input_files) = (SELECT count(*) FROM rejected_records)"
        ) == [(True,)]
        days = folder.rows(
            "SELECT day, (records_accepted - duplicates)::INTEGER FROM day_quality WHERE day_state = 'complete'"
        )
        assert dict(days) == folder.counted()
        of_channels = folder.rows("""
            SELECT (SELECT coalesce(sum(records), 0) FROM outcome_daily WHERE stage IN ('authorize', 'login')),
                (SELECT sum(authorization_requests) FROM channel_daily),
                (SELECT sum(authorizations + authorizations_cancelled + authorizations_failed)
                FROM channel_detail_daily)""")
        assert len(set(of_channels[0])) == 1


@settings(max_examples=3)
@given(LANDINGS, st.randoms(use_true_random=False), st.booleans())
def test_neither_order_nor_names_nor_a_rerun_change_a_cell(
    files: dict[str, bytes], random: Any, is_split: bool
) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        first = folder_with(one, files)
        first.tables()
        expected = cells(first)
        first.tables(forced=frozenset(days_before(DAY, back) for back in range(6)))
        assert cells(first) == expected, "a rerun changed something"
        # The same files arrive shuffled, over two runs of which the first is of an earlier day.
        names = list(files)
        random.shuffle(names)
        second = folder_with(other, {})
        for arrival in (names[: len(names) // 2], names[len(names) // 2 :]):
            for name in arrival:
                second.land(name, files[name])
            second.tables(days_before(DAY, 1) if is_split and arrival == names[: len(names) // 2] else DAY)
        assert cells(second) == expected, "the order of arrival changed something"
