"""Books and counts of random days of made-up installations, without logs.

The detection of data faults reads them. A fault changes the numbers of one day before they are added up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.store.manifest import DayEntry, DayRows, FileEntry, Manifest

CHANNELS = ("one_click", "local_verify", "wechat", "qq", "weibo")
PLATFORMS = ("android", "ios", "harmony")
CARRIERS = ("CMCC", "CUCC", "CTCC", "unknown")
FIELDS = ("result_code", "sdk_version", "scheme_id", "package_name", "os_version", "attempt_id", "device_id")
HOSTS = ("gw1", "gw2", "gw3")
SOURCES = {"gateway": slice(0, 2), "sdk": slice(2, 5)}
"""The social channels are logged by the SDK, the rest by the gateway."""
BURST = 3
FIRST = date(2026, 1, 1)
_WORKDAYS = np.array(
    (30, 17, 9, 6, 5, 8, 20, 45, 68, 76, 78, 82, 92, 84, 72, 70, 72, 78, 88, 98, 108, 112, 94, 60), float
)
_WEEKENDS = np.array(
    (42, 26, 14, 9, 6, 7, 12, 24, 42, 62, 80, 90, 94, 92, 90, 88, 86, 86, 92, 102, 110, 112, 100, 70), float
)
_STEPS = {"one_click": ("prefetch", "page", "click", "authorize", "verify", "login"), "local_verify": ("verify",)}
_STEP_SHARES = (0.34, 0.22, 0.16, 0.16, 0.1, 0.02)
Counts = list[tuple[str, str, str, date, float]]


@dataclass
class Day:
    """The numbers of one day before they are added up: records by cell, and properties of these records."""

    cells: np.ndarray
    """Records by app, channel, platform and carrier."""
    hours: np.ndarray
    """Weights of the hours, by app."""
    lone: float = 0.6
    """Share of the devices that answered only once."""
    copies: float = 0.008
    filled: dict[str, float] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0.97))
    lost_stages: set[str] = field(default_factory=set)
    hosts: tuple[float, ...] = (1.0, 1.0, 1.0)
    """Share of the records of each host of the gateway that arrived."""
    unmapped: float = 0.001
    rejected: float = 0.0005
    sources: dict[str, float] = field(default_factory=lambda: dict.fromkeys(SOURCES, 1.0))
    """Factor for the records of each source: 0 if none arrived."""
    shifted: dict[int, int] = field(default_factory=dict)
    """Hours by which the records of an app are shifted, by the app's number. Records that leave the day are lost."""
    lost_hours: tuple[int, ...] = ()
    copy_of: int = 0
    """The day is a copy, under new ids, of the day that is this number of days earlier; 0 for no copy."""


Fault = Callable[[Day, np.random.Generator], None]


def burst_of_a_device(day: Day, draw: np.random.Generator) -> None:
    """Add a thousand records of one device in an hour. The detection must not report this as a fault."""
    cell = 0, draw.integers(0, 5), draw.integers(0, 3), draw.integers(0, 4)
    day.hours[0, draw.integers(0, 24)] += day.hours[0].sum() * 1000 / max(day.cells[0].sum(), 1)
    day.cells[cell] += 1000


def campaign(day: Day, draw: np.random.Generator) -> None:
    """Triple the records of the largest app. The detection must not report this as a fault."""
    day.cells[0] *= 3


class Installation:
    """A made-up installation: its apps, their habits, and its days."""

    def __init__(self, seed: int, records: int, apps: int, noise: float, growth: float, holidays: bool) -> None:
        self.seed, self.records, self.noise, self.growth, self.apps = seed, records, noise, growth, apps
        draw = np.random.default_rng(seed)
        sizes = 1 / np.arange(1, apps + 1) ** draw.uniform(0.6, 1.2)
        self.sizes = sizes / sizes.sum()
        self.channel_shares = draw.dirichlet((6, 3, 3, 1.5, 1), apps)
        self.platform_shares = draw.dirichlet((5, 4, 1), apps)
        self.carrier_shares = draw.dirichlet((50, 20, 18, 6), apps)
        self.weekend = draw.uniform(0.45, 1.25, apps)
        self.all_weekend = draw.uniform(0.55, 1.1)
        self.lone = draw.uniform(0.3, 0.8)
        chosen = draw.choice(200, 9, replace=False).tolist()
        self.holidays = set(chosen[:5]) if holidays else set()
        self.unusual: dict[int, Fault] = dict.fromkeys(chosen[5:7], burst_of_a_device) | dict.fromkeys(
            chosen[7:], campaign
        )

    def drawn(self, number: int, fault: Fault | None = None) -> Day:
        """Return the day `number` days after `FIRST`, changed by `fault` if given."""
        draw = np.random.default_rng((self.seed, number))
        is_weekend = (FIRST + timedelta(days=number)).weekday() >= 5
        rest = is_weekend or number in self.holidays
        level = self.records * (1 + self.growth) ** number * draw.lognormal(0, self.noise)
        level *= (draw.uniform(0.72, 0.85) if number in self.holidays else 1) * (self.all_weekend if is_weekend else 1)
        of_apps = self.sizes * np.where(rest, self.weekend, 1.0)
        of_apps *= draw.lognormal(0, self.noise, self.apps) / of_apps.sum()
        of_channels = self.channel_shares * draw.lognormal(0, self.noise / 2, len(CHANNELS))
        of_channels *= draw.lognormal(0, self.noise / 2, of_channels.shape)
        mean = level * np.einsum("a,ac,ap,ar->acpr", of_apps, of_channels, self.platform_shares, self.carrier_shares)
        hours = (_WEEKENDS if rest else _WORKDAYS) * draw.lognormal(0, 0.05, 24) * np.ones((self.apps, 1))
        # An attempt leaves two to four records.
        attempts = draw.poisson(mean / BURST)
        made = Day(
            cells=2 * attempts + draw.binomial(2 * attempts, 0.5), hours=hours * draw.lognormal(0, 0.05, hours.shape),
            lone=self.lone * draw.normal(1, 0.03), copies=0.008 * draw.lognormal(0, 0.3),
        )  # fmt: skip
        for change in (self.unusual.get(number), fault):
            if change:
                change(made, draw)
        return made

    def days(self, count: int, faults: dict[int, Fault]) -> tuple[Manifest, pl.DataFrame, tuple[date, ...]]:
        """Return a manifest with the books of `count` days, the counts of these days, and the days.

        `faults` has the fault of a day by the index of the day.
        """
        manifest, counts = Manifest(), Counts()
        days = tuple(FIRST + timedelta(days=number) for number in range(count))
        for number, day in enumerate(days):
            made, source = self.drawn(number, faults.get(number)), number
            if made.copy_of:
                source = number - made.copy_of
                made = self.drawn(source)
            counts += _added_up(made, np.random.default_rng((self.seed, source, 1)), day, manifest)
        names = ("metric", "whole", "part")
        schema = {**dict.fromkeys(names, pl.String), "day": pl.Date, "records": pl.Float64}
        frame = pl.DataFrame(counts, schema, orient="row").group_by(*names, "day").agg(pl.col("records").sum())
        return manifest, frame, days


def _added_up(made: Day, draw: np.random.Generator, day: date, manifest: Manifest) -> Counts:
    """Return the counts of a day in the form that the detection reads, and add the books of the day to `manifest`."""
    before = made.cells.sum(axis=(1, 2, 3))
    hours = np.array([draw.multinomial(n, w / w.sum()) for n, w in zip(before, made.hours, strict=True)])
    for app, shift in made.shifted.items():
        kept = np.arange(max(0, -shift), min(24, 24 - shift))
        moved = np.zeros(24, int)
        moved[kept + shift] = hours[app][kept]
        hours[app] = moved
    hours[:, list(made.lost_hours)] = 0
    cells = draw.binomial(made.cells, (hours.sum(axis=1) / np.maximum(before, 1))[:, None, None, None])
    for source, channels in SOURCES.items():
        cells[:, channels] = cells[:, channels] * made.sources[source]
    total, counts = int(cells.sum()), Counts()

    def put(metric: str, whole: str, kind: str, parts: Iterable[tuple[str, float]], of: float) -> None:
        counts.append((metric, whole, "", day, float(of)))
        counts.extend((metric, whole, f"{kind}={part}", day, float(n)) for part, n in parts if n)

    for kind, names, axes in (
        ("channel", CHANNELS, (0, 2, 3)), ("platform", PLATFORMS, (0, 1, 3)), ("carrier", CARRIERS, (0, 1, 2)),
    ):  # fmt: skip
        put("mix_shift", "", kind, zip(names, cells.sum(axis=axes), strict=True), total if kind == "channel" else 0)
    for channel, amount in zip(CHANNELS, cells.sum(axis=(0, 2, 3)), strict=True):
        steps = _STEPS.get(channel, ("authorize",))
        shares = _STEP_SHARES if len(steps) > 1 else (1.0,)
        split = [
            (step, 0 if step in made.lost_stages else n)
            for step, n in zip(steps, draw.multinomial(amount, shares), strict=True)
        ]
        put("mix_shift", channel, f"channel={channel} & stage", split, sum(n for _, n in split))
        devices = amount // 5
        lone = draw.binomial(devices, min(made.lone, 1))
        counts.append(("repeated_records", channel, "", day, float(devices)))
        counts.append(("repeated_records", channel, f"channel={channel}", day, float(lone)))
    put("field_shift", "", "field", [(name, draw.binomial(total, share)) for name, share in made.filled.items()], total)
    for source, channels in SOURCES.items():
        records = int(cells[:, channels].sum())
        split = hours.sum(axis=0) * (records / max(hours.sum(), 1))
        put(
            "hour_shift",
            source,
            f"source={source} & hour",
            [(f"{h:02d}", round(n)) for h, n in enumerate(split)],
            records,
        )
        balanced = draw.lognormal(0, 0.03, len(HOSTS)) if source == "gateway" else np.ones(1)
        for host, n in enumerate(draw.multinomial(records, balanced / balanced.sum())):
            came = int(draw.binomial(n, made.hosts[host])) if source == "gateway" else int(n)
            if came:
                _book(manifest, f"{source}/{HOSTS[host]}/{day}.log", source, day, came, made.rejected)
    if total:
        accepted = round(total / (1 - made.copies))
        manifest.days[day] = DayEntry("", "", "", [], accepted, total, round(total * made.unmapped))
    return counts


def _book(manifest: Manifest, path: str, source: str, day: date, accepted: int, rejected: float) -> None:
    read = round(accepted / (1 - rejected))
    manifest.files.append(FileEntry(
        path=path, sha256=path, bytes=1, stamp="", source=source, status="read", first_read_at=f"{day}",
        closed_through=None, run_day=day, part=path, records_read=read, accepted=accepted, rejected=read - accepted,
        days={day: DayRows(accepted=accepted)},
    ))  # fmt: skip
