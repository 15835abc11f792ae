"""Compares the sign-in log of a real server, read through a source mapping, with a plain count of its lines."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import duckdb
import pytest

from tests.support import DataFolder

AUTH_LOG = Path(__file__).parents[3] / "shared" / "real" / "auth.log"
pytestmark = pytest.mark.skipif(not AUTH_LOG.exists(), reason=f"the real log is not here: {AUTH_LOG}")

SOURCE = r"""
name = "auth"
files = ["*.log"]
format = "lines"
timezone = "UTC"
where = '''regexp_matches(line, ' sshd\[\d+\]: (Accepted|Failed) (password|publickey) for ')'''

[fields]
event_id = '''md5(line)'''
event_time = '''strptime('2017 ' || regexp_extract(line, '^\w+ +\d+ [\d:]+'), '%Y %b %d %H:%M:%S')'''
app_key = '''regexp_extract(line, '^\w+ +\d+ [\d:]+ (\S+)', 1)'''
channel = '''CASE WHEN contains(line, ' publickey for ') THEN 'one_click' ELSE 'local_verify' END'''
stage = '''CASE WHEN contains(line, ' publickey for ') THEN 'login' ELSE 'verify' END'''
outcome = '''CASE WHEN contains(line, ': Accepted ') THEN 'success' ELSE 'mismatch' END'''
device_id = '''regexp_extract(line, ' from (\S+) port ', 1)'''
"""
SIGN_IN = re.compile(
    r"(?P<time>\w{3} +\d+ [\d:]{8}) (?P<host>\S+) sshd\[\d+\]: "
    r"(?P<answer>Accepted|Failed) (?P<way>password|publickey) for .* from (?P<address>\S+) port .*"
)
CHINA = timedelta(hours=8)
COLUMNS = (
    "authorization_requests", "authorizations", "verification_requests", "verifications", "mismatches",
    "billable_verifications", "devices",
)  # fmt: skip


def count_by_hand(lines: list[str]) -> dict[tuple[date, str, str], tuple[int, ...]]:
    """Return the values of `COLUMNS` by day, host and channel. Equal lines count once."""
    groups: dict[tuple[date, str, str], list[tuple[bool, str]]] = defaultdict(list)
    for line in sorted(set(lines)):
        if found := SIGN_IN.fullmatch(line):
            time = datetime.strptime(f"2017 {found['time']}", "%Y %b %d %H:%M:%S").replace(tzinfo=UTC)
            channel = "one_click" if found["way"] == "publickey" else "local_verify"
            key = ((time + CHINA).date(), found["host"], channel)
            groups[key].append((found["answer"] == "Accepted", found["address"]))
    counted: dict[tuple[date, str, str], tuple[int, ...]] = {}
    for key, group in groups.items():
        asked, accepted = len(group), sum(is_accepted for is_accepted, _ in group)
        devices = len({address for _, address in group})
        if key[2] == "one_click":
            counted[key] = (asked, accepted, asked, asked, asked - accepted, accepted, devices)
        else:
            counted[key] = (0, 0, asked, asked, asked - accepted, asked, devices)
    return counted


def run(data: Path, lines: list[str]) -> duckdb.DuckDBPyConnection:
    """Run the product on the lines, and open the published file."""
    folder = DataFolder(data)
    folder.land("auth.log", "".join(f"{line}\n" for line in lines).encode())
    folder.write("sources/auth.toml", SOURCE)
    folder.tables(date(2017, 4, 30))
    return duckdb.connect(str(folder.store.database), read_only=True)


def assert_as_counted(published: duckdb.DuckDBPyConnection, lines: list[str]) -> None:
    """Compare books, channels and days of a run with the plain count."""
    sign_ins = [line for line in lines if SIGN_IN.fullmatch(line)]
    books = "SELECT source, records_read, accepted, rejected, skipped FROM input_files"
    expected = ("auth", len(sign_ins), len(sign_ins), 0, len(lines) - len(sign_ins))
    assert published.execute(books).fetchall() == [expected]

    channels = f"SELECT day, app_key, channel, {', '.join(COLUMNS)} FROM channel_daily"
    found = {row[:3]: row[3:] for row in published.execute(channels).fetchall()}
    counted = count_by_hand(lines)
    assert found == counted

    days = "SELECT sum(records_accepted), sum(duplicates), min(day), max(day) FROM day_quality"
    repeats = len(sign_ins) - len(set(sign_ins))
    first_day = min(day for day, _, _ in counted)
    span = (len(sign_ins), repeats, first_day, date(2017, 4, 30))
    assert published.execute(days).fetchone() == span
    with_data = "SELECT day FROM day_quality WHERE day_state = 'complete'"
    assert {day for (day,) in published.execute(with_data).fetchall()} == {day for day, _, _ in counted}


def test_the_whole_log(tmp_path: Path) -> None:
    lines = AUTH_LOG.read_text().splitlines()
    with run(tmp_path, lines) as published:
        assert_as_counted(published, lines)
        totals = "SELECT sum(records_read), sum(accepted), sum(skipped) FROM input_files"
        assert published.execute(totals).fetchone() == (858, 858, 7121 - 858)
        assert published.execute("SELECT sum(records) FROM outcome_daily").fetchone() == (853,)
        # The README has 190 + 628 and 36 + 4 records; the five repeats are all failed passwords.
        by_answer = "SELECT channel, outcome, sum(records) FROM outcome_daily GROUP BY ALL ORDER BY ALL"
        assert published.execute(by_answer).fetchall() == [
            ("local_verify", "mismatch", 623), ("local_verify", "success", 190),
            ("one_click", "mismatch", 4), ("one_click", "success", 36),
        ]  # fmt: skip


@pytest.mark.lab
@pytest.mark.parametrize("seed", [1, 2])
def test_a_shuffled_and_shortened_copy(tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    lines = AUTH_LOG.read_text().splitlines()
    lines = rng.sample(lines, len(lines) // 2)
    with run(tmp_path, lines) as published:
        assert_as_counted(published, lines)
