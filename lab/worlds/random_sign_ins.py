"""Makes random sign-ins with few devices, attempts and times.

So sessions have many records, gaps are often exactly `session_minutes`, times are often equal, and days often end
within a session. `random_events.py` makes records of every kind, which hardly ever share a session.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from lab.oracle.records import DAY_MS, OUTCOMES

LAST_DAY = date(2026, 3, 10)
DAYS = (LAST_DAY - timedelta(days=1), LAST_DAY)
CHANNELS = ("one_click", "one_click", "one_click", "wechat", "sms", "apple", "local_verify")
STAGES = ("prefetch", "page", "click", "authorize", "verify", "login")
Row = dict[str, object]


class World:
    """Random records of two days, with three apps and few people. The same seed gives the same records."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        self.minutes = self.draw.choice((10, 1, 37, 120))
        self.people = self.draw.choice((3, 10, 30))
        self.bases = [0, DAY_MS - self.minutes * 60_000, *self.draw.choices(range(DAY_MS), k=self.draw.choice((1, 4)))]
        self.stages = self.draw.choice((STAGES, STAGES[:4], STAGES[1:], STAGES[3:]))
        self.share = self.draw.choice((0.4, 0.7, 0.95))

    @property
    def settings(self) -> str:
        """The text of the settings with which the world's records are read and counted."""
        return f"session_minutes = {self.minutes}\n[channels.apple]\n"

    def files(self) -> dict[str, list[Row]]:
        rows = list(self.rows())
        # Copies, of which some differ.
        for row in self.draw.choices(rows, k=len(rows) // 10):
            other = self.draw.choice(rows)
            changed = self.draw.sample(("outcome", "device_id", "stage", "sdk_version", "event_time"), 2)
            is_same_day = str(row["event_time"])[:10] == str(other["event_time"])[:10]
            fields = {name: other[name] for name in changed if name in other and is_same_day}
            rows.append(row | fields if self.draw.random() < 0.5 else row)
        self.draw.shuffle(rows)
        given = [{name: value for name, value in row.items() if value is not None} for row in rows]
        return {f"{place}.ndjson": given[place::3] for place in range(3)}

    def rows(self) -> Iterator[Row]:
        for place in range(self.draw.choice((200, 800))):
            yield self.row(f"{self.draw.randrange(36**3):x}-{place}")

    def row(self, event_id: str) -> Row:
        draw = self.draw
        person = draw.randrange(self.people)
        row: Row = {
            "event_id": event_id,
            "event_time": self.time(),
            "app_key": draw.choice(("shop", "game", "-")),
            "channel": draw.choice(CHANNELS),
            "stage": draw.choice(self.stages),
            "outcome": "success" if draw.random() < self.share else draw.choice(OUTCOMES),
        }
        if draw.random() < 0.1:
            row |= {"outcome": None, "result_code": draw.choice(("600000", "700000", "600007", "none"))}
        if draw.random() < self.share:
            row["device_id"] = f"d{person}"
        if draw.random() < 0.7:
            row["attempt_id"] = draw.choice((f"a{person}", f"a{draw.randrange(40)}", f"d{person}", "constant"))
        for name, words in {
            "platform": ("android", "ios"),
            "carrier": ("CMCC", "cu_xw", "none"),
            "sdk_version": ("2.1", "2.2"),
            "scheme_id": ("s1", "s2"),
        }.items():
            if draw.random() < 0.4:
                row[name] = draw.choice(words)
        return row

    def time(self) -> str:
        """Return a random time, chosen so that gaps often equal `session_minutes` and days often end within a
        session.
        """
        draw, gap = self.draw, self.minutes * 60_000
        base = draw.choice(self.bases)
        ms = base + draw.choice((0, 0, 1, 2)) * gap + draw.choice((0, 0, 1, -1, 60_000, 60_001, draw.randrange(gap)))
        moment = min(max(ms, 0), DAY_MS - 1)
        text = (f"{moment // 3_600_000:02}", f"{moment // 60_000 % 60:02}", f"{moment % 60_000 / 1000:06.3f}")
        return f"{draw.choice(DAYS)}T{':'.join(text)}+08:00"
