"""Promise 3: late data restates the days that it belongs to, the windows that contain them, and nothing else.

Each try delivers a late file to a copy of one published folder. The file has records of random closed days, sometimes
of a day without records so far. In half of the tries the next day's own file comes, too, so that the windows move.

Days without new records must keep every cell, and windows must be the sums of their days. `restatements` must name
exactly the changed figures, with the file as their cause. The changed days must be flagged as restated, and the pages
must show it.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from lab.reliability.harness import Result, Tally, some
from lab.reliability.stories import figures, restated_rows
from reports.content.wording.language import t
from tests.data.small_logs import DAY, REGISTRY, log, span
from tests.support import DataFolder, morning_after

DAYS = span(DAY, 20)
MISSING = DAYS[-5]
RESTATED = ("usage_daily", "channel_daily", "channel_detail_daily", "outcome_daily")
DAILY = (*RESTATED, "latency_daily")


def trial(scale: float, work: Path) -> list[Result]:
    """Try 100 late files at full scale."""
    days = Tally(3, "late files: days that got nothing keep every cell, windows are the sums of their days")
    listed = Tally(3, "late files: each changed figure in restatements with its cause, and no other; days flagged")
    pages = Tally(3, "late files: changed figures on the quality page, and the page of a restated day says so")
    base = DataFolder(work / "base")
    base.write("registry/apps.csv", REGISTRY)
    draw = random.Random(3)
    for day in DAYS:
        if day != MISSING:
            base.land(f"{day}.ndjson", log(draw, [day], 30, ids=60))
    base.publish(DAY, morning_after(DAY))
    shutil.rmtree(base.store.landing)
    for seed in range(some(100, scale, 3)):
        folder = DataFolder(shutil.copytree(base.root, work / str(seed), symlinks=True))
        one_late_file(seed, folder, days, listed, pages)
        shutil.rmtree(folder.root)
    return [days.result(), listed.result(), pages.result()]


def one_late_file(seed: int, folder: DataFolder, days: Tally, listed: Tally, pages: Tally) -> None:
    draw = random.Random(seed)
    late_days = sorted({*draw.sample(DAYS, draw.randint(1, 3)), *([MISSING] if draw.random() < 0.4 else [])})
    text = b"".join(log(draw, [day], draw.randint(1, 6), ids=120) for day in late_days)
    folder.land("late.ndjson", text)
    as_of = DAY
    if draw.random() < 0.5:
        as_of = DAY + timedelta(days=1)
        folder.land("next.ndjson", log(draw, [as_of], 20))
    before, cells_before = figures(folder), _by_day(folder)
    folder.publish(as_of, morning_after(as_of))
    cells_now = _by_day(folder)
    case = f"seed {seed}, late for {', '.join(map(str, late_days))}"

    touched = {*late_days, *({as_of} - {DAY})}
    moved = [key for key in cells_before.keys() | cells_now.keys() if cells_before.get(key) != cells_now.get(key)]
    days.check({day for _, day in moved} <= touched, lambda: f"{case}: changed {sorted(moved)[:3]}")
    wrong = _wrong_windows(folder, as_of)
    days.check(not wrong, lambda: f"{case}: window {wrong[0]}")

    rows = restated_rows(listed, case, folder, before, DAY)
    listed.check({row[6] for row in rows} <= {"late.ndjson"}, lambda: f"{case}: causes { ({row[6] for row in rows}) }")
    flagged = {day for (day,) in folder.rows("SELECT day FROM day_quality WHERE restated")}
    changed = {day for table, day in moved if table in RESTATED and day <= DAY}
    listed.check(flagged == changed, lambda: f"{case}: flagged {sorted(flagged)}, changed {sorted(changed)}")

    pages.check(_on_the_quality_page(folder) == {row[:4] for row in rows}, lambda: f"{case}: the quality page")
    for day in DAYS[:-1]:
        wrong_page = _wrong_page(folder, day, [row for row in rows if row[0] == day])
        pages.check(not wrong_page, f"{case}: the page of {day} {wrong_page}")


def _by_day(folder: DataFolder) -> dict[tuple[str, date], list[str]]:
    found: dict[tuple[str, date], list[str]] = {}
    for name in DAILY:
        for row in folder.rows(f"SELECT day, * FROM {name}"):
            found.setdefault((name, row[0]), []).append(repr(row))
    return {key: sorted(rows) for key, rows in found.items()}


def _wrong_windows(folder: DataFolder, as_of: date) -> list[str]:
    """Return a text for each row of `login_trend_summary` whose counts are not the sums of `channel_daily` over its
    windows.
    """
    daily: dict[tuple[date, str, str], int] = {}
    for day, app, channel, count in folder.rows("SELECT day, app_key, channel, authorizations FROM channel_daily"):
        for key in (app, "*"):
            daily[day, key, channel] = daily.get((day, key, channel), 0) + count
    wrong = []
    for window, app, channel, found, previous in folder.rows(
        "SELECT window_days, app_key, channel, authorizations, previous_authorizations FROM login_trend_summary"
    ):
        sums = [
            sum(daily.get((day, app, channel), 0) for day in span(as_of - timedelta(days=back), window))
            for back in (0, window)
        ]
        if [found, previous] != sums:
            wrong.append(f"{window} {app} {channel}: {found}, {previous} instead of {sums}")
    return wrong


def _on_the_quality_page(folder: DataFolder) -> set[tuple[Any, ...]]:
    page = (folder.store.site / "quality.html").read_text("utf-8")
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    rows = json.loads(found[1])["tables"]["restatements"]
    # The page has a word of its own for all channels of an app together.
    channels = {"all_channels": "*"}
    return {(date.fromisoformat(row[0]), row[1][1], channels.get(row[2], row[2]), row[3]) for row in rows}


def _wrong_page(folder: DataFolder, day: date, rows: list[tuple[Any, ...]]) -> str:
    """Return the first difference between the page of a day and `rows`, the restatements of that day. Empty if there is
    none.
    """
    page = folder.store.site / "days" / f"{day}.html"
    if not page.exists():
        return "is missing" if rows else ""
    text = page.read_text("utf-8")
    says_so = t("Restated figures").en in text and t("Restated figures").zh in text
    if says_so != bool(rows):
        return "says that it was restated" if says_so else "does not say that it was restated"
    missing = [row for row in rows if str(row[6]) not in text]
    return f"lacks the cause {missing[0][6]}" if missing else ""
