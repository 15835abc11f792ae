"""A time in the registry is the same instant as the same text in a log; a bare date is allowed as well."""

from __future__ import annotations

from datetime import datetime

import pytest

from pipelines.contract.registry.event_times import instant_of
from tests.reading_bench import ReadingBench, limits
from tests.support import lines, record

ZONE = "America/New_York"
AS_IN_A_LOG = (
    "2026-03-10T10:00:00.123+08:00", "2026-03-10 10:00:00.1239Z", "2026-03-10t02:00:00z", "2026-03-10T10:00:00",
    "2026-03-10 10:00:00.5", "2026-03-09T21:00:00-05:00", "1773108000123", "1773108000123.99", "1773108000",
    "1773108000.25", "2025-11-02T01:30:00", "2026-03-08T02:30:00",
)  # fmt: skip
NO_TIME = (
    "2026-03-10T24:00:00", "2026-03-10T10:00", "2026-02-30T10:00:00", "2026-3-10T10:00:00", "17731080001", "noon", "",
    "2026-03-10T10:00:00+24:00", "2026-03-10T10:00:00 +08:00", "２026-03-10T10:00:00",
)  # fmt: skip


def test_a_time_is_the_same_instant_as_in_a_log(bench: ReadingBench) -> None:
    read = bench.read(
        lines([record(f"e{number}", event_time=text) for number, text in enumerate(AS_IN_A_LOG)]),
        reading=limits(source_zone=ZONE),
    )
    logged = [read.event(f"e{number}")["event_time"] for number in range(len(AS_IN_A_LOG))]
    assert [str(instant_of(text, ZONE)) for text in AS_IN_A_LOG] == [f"{time}+00:00" for time in logged]


def test_what_is_no_time_of_a_log_is_none_here(bench: ReadingBench) -> None:
    read = bench.read(lines([record(f"e{number}", event_time=text) for number, text in enumerate(NO_TIME)]))
    assert {reason for _, reason in read.reasons} == {"invalid:event_time"}
    assert len(read.reasons) == len(NO_TIME)
    assert [instant_of(text, ZONE) for text in NO_TIME] == [None] * len(NO_TIME)


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-03-10", "Asia/Shanghai", "2026-03-09T16:00:00+00:00"),
        ("2026-03-10", "UTC", "2026-03-10T00:00:00+00:00"),
        ("2026-02-30", "UTC", None), ("20260310", "UTC", None), ("2026/03/10", "UTC", None),
        ("0001-01-01", "Asia/Shanghai", None),
    ],
)  # fmt: skip
def test_a_bare_date_is_its_first_instant(text: str, zone: str, instant: str | None) -> None:
    assert instant_of(text, zone) == (datetime.fromisoformat(instant) if instant else None)
