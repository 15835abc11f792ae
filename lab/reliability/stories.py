"""A model of a data folder: its books after each run, and the restatements that a change of its figures causes.

The model stores the records of every path; it has no parts and no fingerprints. It reads the values of figures from the
product's tables, because the oracle checks them elsewhere.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lab.reliability.harness import Tally
from pipelines.contract.tables.tables import TABLES
from tests.support import DataFolder

NUMBERS = ("usage_daily", "channel_daily", "channel_detail_daily", "outcome_daily", "latency_daily", "login_trend",
           "login_trend_summary")  # fmt: skip
Subject = tuple[date, str, str]
Figure = tuple[date, str, str, str]
COUNTS_AND_LATENCIES = tuple(
    column for column in TABLES["channel_daily"].columns if column not in TABLES["channel_daily"].key
)
USAGE = tuple(column for column, kind in TABLES["usage_daily"].columns.items() if kind == "BIGINT")
LATENCIES = ("latency_p50_ms", "latency_p95_ms")


def cells(folder: DataFolder, tables: tuple[str, ...] = NUMBERS) -> dict[str, list[tuple[Any, ...]]]:
    """Return the sorted rows of each published table in `tables`, by table name."""
    return {name: sorted(folder.rows(f"FROM {name}"), key=repr) for name in tables}


@dataclass
class Figures:
    """The published figures that a restatement can name.

    Attributes:
        days: the days with records.
        numbers: every figure, by day, app, channel and metric; the channel of usage is `*`.
        outcomes: the counts of `outcome_daily` by day, app and channel, then by the other columns of its key.
        details: the counts of `channel_detail_daily`, in the same form.
    """

    days: set[date] = field(default_factory=set)
    numbers: dict[Figure, int | None] = field(default_factory=dict)
    outcomes: dict[Subject, dict[tuple[Any, ...], int]] = field(default_factory=lambda: defaultdict(dict))
    details: dict[Subject, dict[tuple[Any, ...], tuple[int, ...]]] = field(default_factory=lambda: defaultdict(dict))

    def value(self, figure: Figure) -> int | None:
        """Return the value of a figure. An absent count is 0 on days with records; other absent figures are None."""
        absent = 0 if figure[0] in self.days and figure[3] not in LATENCIES else None
        return self.numbers.get(figure, absent)


def figures(folder: DataFolder) -> Figures:
    """Return the published figures of a folder."""
    found = Figures({day for (day,) in folder.rows("SELECT day FROM day_quality WHERE day_state = 'complete'")})
    for table, names in (("channel_daily", COUNTS_AND_LATENCIES), ("usage_daily", USAGE)):
        columns = ", ".join(names)
        channel_of = "channel" if table == "channel_daily" else "'*'"
        for day, app, channel, *values in folder.rows(f"SELECT day, app_key, {channel_of}, {columns} FROM {table}"):
            for metric, value in zip(names, values, strict=True):
                found.numbers[day, app, channel, metric] = value
    for day, app, channel, *key, records in folder.rows("FROM outcome_daily"):
        found.outcomes[day, app, channel][tuple(key)] = records
        for whole in (channel, "*"):
            figure = (day, app, whole, "records")
            found.numbers[figure] = (found.numbers.get(figure) or 0) + records
    for day, app, channel, platform, scheme, package, carrier, *counts in folder.rows("FROM channel_detail_daily"):
        found.details[day, app, channel][platform, scheme, package, carrier] = tuple(counts)
    return found


def changes(before: Figures, now: Figures, closed: date | None) -> dict[Figure, tuple[int | None, int | None]]:
    """Return the figures of closed days that changed, each with its value before and now.

    If records of a day, app and channel moved but its figures are equal, return their number as the figure
    `records_moved`.
    """
    if closed is None:
        return {}
    all_figures = {figure for figure in before.numbers.keys() | now.numbers.keys() if figure[0] <= closed}
    both = {figure: (before.value(figure), now.value(figure)) for figure in all_figures}
    changed = {figure: pair for figure, pair in both.items() if pair[0] != pair[1]}
    of_subjects = {figure[:3] for figure in changed}
    moved = {
        (*subject, "records_moved"): (None, count)
        for subject in now.outcomes
        if subject[0] <= closed and subject not in of_subjects and (count := _moved(before, now, subject))
    }
    return changed | moved


def restated_rows(
    tally: Tally, case: str, folder: DataFolder, before: Figures, closed: date | None, after_run: int = 0
) -> list[tuple[Any, ...]]:
    """Check that the runs after `after_run` restated exactly the changed figures, and return their rows of
    `restatements`.

    A row has day, app, channel, metric, value before, value now and cause.

    Args:
        before: the figures before the first of these runs.
        closed: the last closed day before these runs.
    """
    expected = changes(before, figures(folder), closed)
    rows = folder.rows(
        "SELECT day, app_key, channel, metric, published_before, published_now, cause FROM restatements "
        f"WHERE run > {after_run}"
    )
    listed = {row[:4]: row[4:6] for row in rows}
    odd = [figure for figure in expected.keys() | listed.keys() if expected.get(figure) != listed.get(figure)]
    tally.check(
        not odd,
        lambda: f"{case}: {odd[0]} changed {expected.get(odd[0])}, listed {listed.get(odd[0])} ({len(odd)} such)",
    )
    return rows


def _moved(before: Figures, now: Figures, subject: Subject) -> int:
    """Return how many records of a subject (day, app, channel) moved between rows of `outcome_daily`.

    If none moved, return how many of its rows of `channel_detail_daily` changed.
    """
    old, new = before.outcomes[subject], now.outcomes[subject]
    differences = sum(abs(new.get(key, 0) - old.get(key, 0)) for key in old.keys() | new.keys())
    if differences:
        assert differences % 2 == 0
        return differences // 2
    old_rows, new_rows = before.details[subject], now.details[subject]
    return sum(old_rows.get(key) != new_rows.get(key) for key in old_rows.keys() | new_rows.keys())


@dataclass
class Delivered:
    """One content of a path in the model.

    Attributes:
        days: ids of its good records by day.
        broken: number of its lines that are not JSON.
        status: as in `input_files`.
        late: number of its late records by day.
    """

    text: bytes
    days: dict[date, list[str]]
    broken: int
    status: str = "read"
    late: dict[date, int] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        """The number of good records."""
        return sum(len(ids) for ids in self.days.values())


def delivered(text: bytes) -> Delivered:
    """Return the model's content of an NDJSON file.

    Each line that is JSON must be a good record whose `event_time` begins with its business day.
    """
    days: dict[date, list[str]] = defaultdict(list)
    broken = 0
    for line in filter(bytes.strip, text.splitlines()):
        try:
            row = json.loads(line)
        except ValueError:
            broken += 1
            continue
        days[date.fromisoformat(row["event_time"][:10])].append(row["event_id"])
    return Delivered(text, dict(days), broken)


@dataclass
class Model:
    """The expected books of a data folder: its files, copies and late records."""

    files: dict[str, list[Delivered]] = field(default_factory=dict)
    closed: date | None = None

    def land(self, arrivals: dict[str, bytes]) -> None:
        """Apply a run that reads the contents `arrivals`, by path. Decide which contents are held."""
        for path, text in sorted(arrivals.items()):
            known = self.files.setdefault(path, [])
            same = next((one for one in known if one.text == text and one.status != "replaced"), None)
            if same:
                # Content that is known: what waited in its place was taken back.
                known[:] = [one for one in known if one is same or one.status != "held"]
                continue
            new, live = delivered(text), self.live(path)
            known[:] = [one for one in known if one.text != text]
            for day, ids in new.days.items():
                if self.closed and day <= self.closed:
                    in_time = len(live.days.get(day, ())) - live.late.get(day, 0) if live else 0
                    new.late[day] = max(0, len(ids) - in_time)
            for one in known:
                if one.status == "held":
                    one.status = "replaced"
            known.append(new)
            if live:
                new.status = "held"
        if arrivals:
            # Later files can contain the records that a held content would have taken away.
            held = [(path, one) for path, known in self.files.items() for one in known if one.status == "held"]
            self._decide([(old, new) for path, new in held if (old := self.live(path))])

    def _decide(self, pairs: list[tuple[Delivered, Delivered]]) -> None:
        """Decide which new contents replace the older content of their path, and which are held.

        A content is held if, without the older one, a record of a closed day would be in no content that counts.
        `pairs` has the older and the new content of each path.
        """
        is_final = False
        while not is_final:
            olds = [id(old) for old, _ in pairs]
            count = [one for one in self._live() if id(one) not in olds] + [new for _, new in pairs]
            ids = {(day, name) for one in count for day, names in one.days.items() for name in names}
            rest = [(old, new) for old, new in pairs if not self._takes_away(old, ids)]
            is_final, pairs = len(rest) == len(pairs), rest
        for old, new in pairs:
            old.status, new.status = "replaced", "read"

    def accept(self, path: str) -> None:
        """Let the held content of a path count from now on, instead of the older one."""
        for one in self.files[path]:
            one.status = {"held": "read", "read": "replaced"}.get(one.status, one.status)

    def live(self, path: str) -> Delivered | None:
        """Return the content that counts for a path; None if there is none."""
        return next((one for one in self.files.get(path, ()) if one.status == "read"), None)

    def _takes_away(self, old: Delivered, ids: set[tuple[date, str]]) -> bool:
        return any(
            (day, name) not in ids
            for day, names in old.days.items()
            if self.closed and day <= self.closed
            for name in names
        )

    def held(self) -> list[str]:
        """Return the paths with a held content."""
        return sorted(path for path, known in self.files.items() if any(one.status == "held" for one in known))

    def _live(self) -> list[Delivered]:
        return [one for path in self.files if (one := self.live(path))]

    def close(self, as_of: date) -> None:
        """Apply a run that published the days up to `as_of`."""
        if self.closed or any(day <= as_of for one in self._live() for day in one.days):
            self.closed = max(as_of, self.closed or as_of)

    def books(self) -> list[tuple[Any, ...]]:
        """Return the expected rows of `input_files`: path, status, records read, accepted and rejected."""
        return sorted(
            (path, one.status, one.accepted + one.broken, one.accepted, one.broken)
            for path, known in self.files.items()
            for one in known
        )

    def quality(self, as_of: date) -> dict[date, tuple[int, int, int]]:
        """Return the number of accepted, duplicate and late records of each day with records up to `as_of`."""
        found: dict[date, tuple[int, int, int]] = {}
        for day in {day for one in self._live() for day in one.days if day <= as_of}:
            ids = [name for one in self._live() for name in one.days.get(day, ())]
            late = sum(one.late.get(day, 0) for one in self._live())
            found[day] = (len(ids), len(ids) - len(set(ids)), late)
        return found


def wrong_books(folder: DataFolder, model: Model, as_of: date) -> Iterator[str]:
    """Yield a text for each table, `input_files` or `day_quality`, in which the folder differs from the model."""
    books = folder.rows("SELECT path, status, records_read, accepted, rejected FROM input_files")
    if sorted(books) != model.books():
        yield f"input_files: {sorted(set(books) ^ set(model.books()))[:4]}"
    quality = {
        day: row
        for day, *row in folder.rows(
            "SELECT day, records_accepted, duplicates, late_records, day_state FROM day_quality"
        )
        if row[3] == "complete" or row[2]
    }
    day_rows = {day: tuple(row[:3]) for day, row in quality.items()}
    if day_rows != model.quality(as_of):
        yield f"day_quality: {sorted(set(day_rows.items()) ^ set(model.quality(as_of).items()))[:4]}"
