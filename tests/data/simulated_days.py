"""Days as a plausible installation would have them, drawn without logs: profiles and books for the statistical checks.

Apps of very different size and habits, a rhythm of the week, growth, noise of the day, of each app and of each channel,
and a few weak holidays. A fault is a change of one day's numbers before they are added up. Nothing here
knows how the checks judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import NormalDist

import numpy as np

from pipelines.incidents.profiles import Profile, hour_windows
from pipelines.store.manifest import DayEntry, DayRows, FileEntry, Manifest

CHANNELS = ("one_click", "local_verify", "wechat", "qq", "weibo")
PLATFORMS = ("android", "ios", "harmony")
CARRIERS = ("CMCC", "CUCC", "CTCC", "unknown")
KINDS = ("success", "cancelled", "failed")
FIELDS = ("result_code", "sdk_version", "scheme_id", "package_name", "os_version", "attempt_id", "account_id")
VERSIONS = ("2.14.4", "2.14.5", "2.15.0")
OS_VERSIONS = ("12", "13", "14")
BURST = 3
CLASSES = ("0 ms", "1–99 ms", "100–299 ms", "300–999 ms", "1–2.9 s", "3–9.9 s", "10 s and more")
HOSTS = ("gw1", "gw2", "gw3")
FIRST = date(2026, 1, 1)
_WORKDAYS = np.array(
    (30, 17, 9, 6, 5, 8, 20, 45, 68, 76, 78, 82, 92, 84, 72, 70, 72, 78, 88, 98, 108, 112, 94, 60), float
)
_WEEKENDS = np.array(
    (42, 26, 14, 9, 6, 7, 12, 24, 42, 62, 80, 90, 94, 92, 90, 88, 86, 86, 92, 102, 110, 112, 100, 70), float
)
_STEPS = {"one_click": ("prefetch", "page", "click", "authorize", "verify", "login"), "local_verify": ("verify",)}
_STEP_SHARES = (0.34, 0.22, 0.16, 0.16, 0.1, 0.02)
_NORMAL = NormalDist()
SCHEMES = (0.7, 0.3)
"""Shares of an app's schemes."""


@dataclass
class Day:
    """One day's numbers before they are added up: records by app, channel, platform, carrier, and what they hold."""

    cells: np.ndarray
    """Records by app, channel, platform and carrier."""
    hours: np.ndarray
    """Weights of the hours, by app."""
    answers: np.ndarray
    """Shares of success, cancelled, failed, by app and channel."""
    latencies: np.ndarray
    """Median milliseconds, by app and channel."""
    devices: float = 0.83
    """Devices for each answer."""
    copies: float = 0.008
    versions: tuple[float, ...] = (0.2, 0.6, 0.2)
    """Shares of the versions of the SDK."""
    filled: dict[str, float] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0.97))
    apps: list[str] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    new_package: float = 0.0
    """The share of the first app's records under a package that nobody had."""
    schemes: tuple[float, ...] = SCHEMES
    lost_stages: set[str] = field(default_factory=set)
    failing_line: tuple[int, int] | None = None
    """The platform and the carrier of which all answers fail."""
    mismatches: float = 0.04
    """Of the numbers that were looked up."""
    platform_without: str = ""
    """The field that the first platform lost."""
    twins: float = 0.002
    attempts: float = 0.31
    """Attempts for each record."""
    tried_again: float = 0.15
    """Attempts of a device that had one already, for each attempt."""
    phones: float = 0.9
    """Numbers for each record that has one."""
    busiest: float = 0.0
    """The share of the records of each channel that one device has besides."""
    full_hour: float = 3e-7
    """The share of times at a full hour."""
    os_versions: tuple[float, ...] = (0.5, 0.3, 0.2)
    devices_of_platform: tuple[float, ...] = (1.0, 1.0, 1.0)
    hosts: tuple[float, ...] = (1.0, 1.0, 1.0)
    """What came of each of the hosts of the gateway."""
    codes: dict[str, float] = field(default_factory=dict)
    """Shares of codes that were never there, of the records of each channel."""
    unmapped: float = 0.001
    rejected: float = 0.0005
    late: float = 0.0
    after: float = 0.001
    """The share of the files' records that belong to the next day."""
    lost_sources: set[str] = field(default_factory=set)
    shifted: dict[int, int] = field(default_factory=dict)
    """Hours by which an app's records are moved; what leaves the day is lost to it."""
    lost_hours: tuple[int, ...] = ()
    copy_of: int = 0
    """The day is the one so many days before it, under new ids."""


Fault = Callable[[Day, np.random.Generator], None]


class Installation:
    """A made-up installation: its apps, their habits, and its days."""

    def __init__(self, seed: int, records: int, apps: int, noise: float, growth: float, holidays: bool) -> None:
        self.seed, self.records, self.noise, self.growth = seed, records, noise, growth
        draw = np.random.default_rng(seed)
        self.apps = [f"app-{number:02d}" for number in range(apps)]
        self.packages = [f"com.example.app{number:02d}" for number in range(apps)]
        self.sources = ["gateway", "sdk"]
        sizes = 1 / np.arange(1, apps + 1) ** draw.uniform(0.6, 1.2)
        self.sizes = sizes / sizes.sum()
        self.channel_shares = draw.dirichlet((6, 3, 3, 1.5, 1), apps)
        self.platform_shares = draw.dirichlet((5, 4, 1), apps)
        self.carrier_shares = draw.dirichlet((50, 20, 18, 6), apps)
        self.weekend = draw.uniform(0.45, 1.25, apps)
        self.all_weekend = draw.uniform(0.55, 1.1)
        rates = draw.dirichlet((90, 7, 5), (apps, len(CHANNELS)))
        self.answers = 0.6 * rates + 0.4 * np.array((0.88, 0.07, 0.05))
        self.latencies = draw.uniform(150, 900, (apps, len(CHANNELS)))
        span = range(200)
        self.holidays = set(draw.choice(span, 5, replace=False).tolist()) if holidays else set()

    def drawn(self, number: int, fault: Fault | None = None) -> Day:
        """One day by its number, with its fault."""
        draw = np.random.default_rng((self.seed, number))
        day = FIRST + timedelta(days=number)
        is_weekend = day.weekday() >= 5
        holiday = draw.uniform(0.72, 0.85) if number in self.holidays else 1.0
        rest = is_weekend or number in self.holidays
        level = self.records * (1 + self.growth) ** number * draw.lognormal(0, self.noise) * holiday
        if is_weekend:
            level *= self.all_weekend
        of_apps = self.sizes * np.where(rest, self.weekend, 1.0) * draw.lognormal(0, self.noise, len(self.apps))
        of_apps *= 1 / (self.sizes * np.where(rest, self.weekend, 1.0)).sum()
        of_channels = self.channel_shares * draw.lognormal(0, self.noise / 2, len(CHANNELS))
        of_channels *= draw.lognormal(0, self.noise / 2, of_channels.shape)
        mean = level * np.einsum("a,ac,ap,ar->acpr", of_apps, of_channels, self.platform_shares, self.carrier_shares)
        hours = (_WEEKENDS if rest else _WORKDAYS) * draw.lognormal(0, 0.05, 24) * np.ones((len(self.apps), 1))
        failing = draw.lognormal(0, 0.15, (1, len(CHANNELS)))
        answers = self.answers.copy()
        answers[..., 2] *= failing
        # An attempt leaves two to four records.
        attempts = draw.poisson(mean / BURST)
        made = Day(
            cells=2 * attempts + draw.binomial(2 * attempts, 0.5), hours=hours * draw.lognormal(0, 0.05, hours.shape),
            answers=answers / answers.sum(axis=-1, keepdims=True),
            latencies=self.latencies * draw.lognormal(0, 0.06, self.latencies.shape),
            devices=0.83 * draw.lognormal(0, 0.02), copies=0.008 * draw.lognormal(0, 0.3),
            apps=list(self.apps), packages=list(self.packages), versions=_versions(number),
            attempts=0.31 * draw.lognormal(0, 0.02),
        )  # fmt: skip
        if fault:
            fault(made, draw)
        return made

    def days(self, count: int, faults: dict[int, Fault]) -> tuple[Manifest, dict[date, Profile]]:
        """The books and the profiles of `count` days, faults by the number of their day."""
        manifest, profiles = Manifest(), {}
        for number in range(count):
            day = FIRST + timedelta(days=number)
            draw = np.random.default_rng((self.seed, number, 1))
            made = self.drawn(number, faults.get(number))
            if made.copy_of:
                draw = np.random.default_rng((self.seed, number - made.copy_of, 1))
                made = self.drawn(number - made.copy_of)
            profile, sources = _profile(made, draw)
            self._book(manifest, day, made, sources)
            if sum(sources.values()):
                profiles[day] = profile
        return manifest, profiles

    def _book(self, manifest: Manifest, day: date, made: Day, sources: dict[str, int]) -> None:
        counted = sum(sources.values())
        for source, accepted in sources.items():
            if accepted:
                read = round(accepted / (1 - made.rejected))
                manifest.files.append(FileEntry(
                    path=f"{source}/{day}.ndjson", sha256=f"{source}{day}", bytes=1, stamp="", source=source,
                    status="read", first_read_at=f"{day}", closed_through=None, run_day=day, part=f"{source}{day}",
                    records_read=read, accepted=accepted, rejected=read - accepted,
                    days={day: DayRows(accepted=accepted)},
                ))  # fmt: skip
        if counted:
            accepted = round(counted / (1 - made.copies))
            manifest.days[day] = DayEntry(
                folder="", content="", fingerprint="", parts=[], accepted=accepted, counted=counted,
                unmapped=round(counted * made.unmapped),
            )  # fmt: skip


def _profile(made: Day, draw: np.random.Generator) -> tuple[Profile, dict[str, int]]:
    """The day added up as the roll-up adds it, and its records by source."""
    hours = np.array(
        [draw.multinomial(n, w / w.sum()) for n, w in zip(made.cells.sum(axis=(1, 2, 3)), made.hours, strict=True)]
    )
    for app, shift in made.shifted.items():
        moved = np.zeros(24, int)
        kept = range(max(0, -shift), min(24, 24 - shift))
        moved[[hour + shift for hour in kept]] = hours[app][list(kept)]
        hours[app] = moved
    hours[:, list(made.lost_hours)] = 0
    before = np.maximum(made.cells.sum(axis=(1, 2, 3)), 1)
    cells = draw.binomial(made.cells, (hours.sum(axis=1) / before)[:, None, None, None])
    # The social channels are logged by the SDK, the rest by the gateway.
    for source, channels in (("gateway", slice(0, 2)), ("sdk", slice(2, 5))):
        if source in made.lost_sources:
            cells[:, channels] = 0
    profile: Profile = {}

    def put(measure: str, whole: str, part: str, amount: float) -> None:
        if amount > 0:
            parts = profile.setdefault((measure, whole), {})
            parts[part] = parts.get(part, 0) + int(amount)

    total = int(cells.sum())
    for measure, names, axes in (
        ("channel", CHANNELS, (0, 2, 3)),
        ("platform", PLATFORMS, (0, 1, 3)),
        ("carrier", CARRIERS, (0, 1, 2)),
    ):
        for name, amount in zip(names, cells.sum(axis=axes), strict=True):
            put(measure, "", name, amount)
    answered_by_channel = np.zeros((len(CHANNELS), len(PLATFORMS)), int)
    for a, app in enumerate(made.apps):
        mine = cells[a]
        put("app", "", app, mine.sum())
        is_large, is_main = mine.sum() * 200 >= total, mine.sum() * 50 >= total
        for c, channel in enumerate(CHANNELS):
            amount = int(mine[c].sum())
            stages = _STEPS.get(channel, ("authorize",))
            shares = _STEP_SHARES if len(stages) > 1 else (1.0,)
            split = draw.multinomial(mine[c], shares)
            for n, stage in enumerate(stages):
                if stage not in made.lost_stages:
                    put("stage", channel, stage, split[..., n].sum())
                    if is_main:
                        put("stage_of_app", f"{app} {channel}", stage, split[..., n].sum())
                    for p, platform in enumerate(PLATFORMS):
                        put("stage_of_platform", f"{channel} {platform}", stage, split[:, :, n][p].sum())
            answered = split[..., 3:].sum(axis=-1) if len(stages) > 1 else split[..., 0]
            answered_by_channel[c] += answered.sum(axis=1)
            kinds = _answered(made, draw, answered, made.answers[a, c])
            for put_in, whole, by_kind in _cut(kinds, app, channel, is_large, is_main):
                for kind, n in zip(KINDS, by_kind, strict=True):
                    put(put_in, whole, kind, n)
            for kind, of_versions in zip(KINDS, draw.multinomial(kinds.sum(axis=(0, 1)), made.versions), strict=True):
                for version, n in zip(VERSIONS, of_versions, strict=True):
                    put("outcome_of_version", version, kind, n)
            raw = f"{channel} {'verify' if channel == 'local_verify' else 'authorize'}"
            success, cancelled, failed = kinds.sum(axis=(0, 1))
            mismatch = draw.binomial(success, made.mismatches if channel == "local_verify" else 0.0)
            timeout, error = draw.multinomial(failed, (0.4, 0.6))
            for outcome, n in (
                ("success", success - mismatch), ("mismatch", mismatch), ("cancelled", cancelled), ("timeout", timeout),
                ("error", error),
            ):  # fmt: skip
                put("outcome_of_stage", raw, outcome, n)
            put("vendor", "", channel if c > 1 else "umeng", amount)
            strange = sum(made.codes.values())
            for code, share in made.codes.items():
                put("code", channel, code, draw.binomial(amount, share))
            put(
                "code",
                channel,
                "umeng 600000",
                draw.binomial(amount, max(0.9 - strange, 0) * made.filled["result_code"]),
            )
            if is_large:
                put("channel_of_app", app, channel, amount)
                if amount:
                    put("latency_of_app", app, channel, max(made.latencies[a, c], 1e-9) if made.latencies[a, c] else 0)
                    profile.setdefault(("latency_of_app", app), {}).setdefault(channel, 0)
            if is_main:
                put("vendor_of_app", app, channel if c > 1 else "umeng", amount)
        if is_main:
            for name, amount in zip(CARRIERS, mine.sum(axis=(0, 1)), strict=True):
                put("carrier_of_app", app, name, amount)
        if is_large:
            for name, amount in zip(PLATFORMS, mine.sum(axis=(0, 2)), strict=True):
                put("platform_of_app", app, name, amount)
            strange = 0 if a else draw.binomial(int(mine.sum()), made.new_package)
            put("package_of_app", app, made.packages[a], mine.sum() - strange)
            put("package_of_app", app, "com.example.unheard.of", strange)
            for n, amount in enumerate(draw.multinomial(int(mine.sum()), made.schemes)):
                put("scheme_of_app", app, f"S-{app}-{n}", amount)
        for name, share in (("records", 1.0), *made.filled.items()):
            for c, channel in enumerate(CHANNELS):
                for p, platform in enumerate(PLATFORMS):
                    is_lost = p == 0 and name == made.platform_without
                    n = 0 if is_lost else draw.binomial(int(mine[c, p].sum()), share)
                    put("field", "", name, n)
                    put("field_of_channel", channel, name, n)
                    put("field_of_platform", platform, name, n)
                    if is_large:
                        put("field_of_app", app, name, n)
        for hour, amount in enumerate(hours[a]):
            put("hour", "", f"{hour:02d}", amount)
            if is_large:
                put("hour_of_app", app, f"{hour:02d}", amount)
    for p, platform in enumerate(PLATFORMS):
        shares = _classes(float(np.exp(np.log(np.maximum(made.latencies, 1e-9)).mean())))
        for name, n in zip(CLASSES, draw.multinomial(answered_by_channel[:, p].sum(), shares), strict=True):
            put("latency_class_of_platform", platform, name, n)
        for c, channel in enumerate(CHANNELS):
            put("channel_of_platform", platform, channel, cells[:, c, p].sum())
        for r, carrier in enumerate(CARRIERS):
            put("carrier_of_platform", platform, carrier, cells[:, :, p, r].sum())
        of_platform = int(cells[:, :, p].sum())
        for names, measure, shares in (
            (VERSIONS, "sdk_version", made.versions),
            (OS_VERSIONS, "os_version", made.os_versions),
        ):
            for name, n in zip(names, draw.multinomial(of_platform, shares), strict=True):
                put(measure, platform, name, n)
        for hour, n in enumerate(draw.multinomial(of_platform, hours.sum(axis=0) / max(hours.sum(), 1))):
            put("hour_of_platform", platform, f"{hour:02d}", n)
        answers = answered_by_channel[:, p].sum()
        put("device_of_platform", platform, "records", answers)
        put("device_of_platform", platform, "", np.ceil(answers * made.devices * made.devices_of_platform[p]))
    for c, channel in enumerate(CHANNELS):
        amount = int(cells[:, c].sum())
        put("twin", channel, "records", amount)
        put("twin", channel, "", draw.binomial(amount, made.twins))
        put("busiest_device", channel, "records", amount)
        put("busiest_device", channel, "", min(6 + draw.poisson(3) + made.busiest * amount, amount))
        for p, platform in enumerate(PLATFORMS):
            amount = int(cells[:, c, p].sum())
            put("attempt", channel, "records", amount)
            put("attempt", channel, "", draw.binomial(amount, made.attempts))
            put("repeated_attempt", channel, "records", attempts := round(amount * 0.31))
            put("repeated_attempt", channel, "", draw.binomial(attempts, made.tried_again))
            put("phone", channel, "records", with_phone := round(amount * 0.2) if c < 2 else 0)
            put("phone", channel, "", np.ceil(with_phone * made.phones * draw.normal(1, 0.01)))
            put("full_hour", f"{channel} {platform}", "records", amount)
            put("full_hour", f"{channel} {platform}", "", draw.binomial(amount, made.full_hour))
    for whole, amount in (("", total), *zip(CHANNELS, cells.sum(axis=(0, 2, 3)), strict=True)):
        put("burst", whole, "records", amount)
        put("burst", whole, "bursts", amount / BURST)
    steps = answered_by_channel.sum(axis=1)
    put("devices", "", "answers", steps.sum())
    put("devices", "", "devices", np.ceil(steps.sum() * made.devices))
    for c, channel in enumerate(CHANNELS):
        if steps[c]:
            put("devices", channel, "answers", steps[c])
            put("devices", channel, "devices", np.ceil(steps[c] * made.devices))
            p50 = float(np.exp(np.log(np.maximum(made.latencies[:, c], 1e-9)).mean()))
            for name, n in zip(CLASSES, draw.multinomial(steps[c], _classes(p50)), strict=True):
                put("latency_class", channel, name, n)
            profile["latency", channel] = {"p50": round(p50), "p95": round(p50 * 3.2), "records": int(steps[c])}
    balanced = draw.lognormal(0, 0.03, len(HOSTS))
    for host, n in zip(HOSTS, draw.multinomial(int(cells[:, :2].sum()), balanced / balanced.sum()), strict=True):
        put("file", "gateway", f"{host}/<day>.log", draw.binomial(n, made.hosts[HOSTS.index(host)]))
    after = draw.binomial(total, made.after)
    put("day_of_file", "gateway", "same", total - after)
    put("day_of_file", "gateway", "later", after)
    sources = {"gateway": int(cells[:, :2].sum()), "sdk": int(cells[:, 2:].sum())}
    profile["source", ""] = dict(sources)
    of_hours = hours.sum(axis=0) / max(hours.sum(), 1)
    for c, channel in enumerate(CHANNELS):
        for hour, amount in enumerate(draw.multinomial(int(cells[:, c].sum()), of_hours) if hours.sum() else ()):
            put("hour_of_channel", channel, f"{hour:02d}", amount)
    for source in sources:
        for hour, amount in enumerate(hours.sum(axis=0)):
            put("hour_of_source", source, f"{hour:02d}", amount * sources[source] / max(total, 1))
    return profile | hour_windows(profile), sources


def _classes(p50: float) -> np.ndarray:
    """The shares of the classes of latencies that are spread about their median as real ones are."""
    ends = [_NORMAL.cdf(np.log(max(end, 0.5) / max(p50, 0.1)) / 0.7) for end in (1, 100, 300, 1000, 3000, 10000)]
    return np.diff([0.0, *ends, 1.0])


def _versions(number: int) -> tuple[float, ...]:
    """The shares of the SDK's versions: the newest takes over within half a year."""
    newest = min(0.05 + number / 200, 0.9)
    return (1 - newest) / 4, 3 * (1 - newest) / 4, newest


def _answered(made: Day, draw: np.random.Generator, answered: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Success, cancelled and failed by platform and carrier. A failure is tried again: they come in pairs."""
    pairs, single = np.divmod(answered, 2)
    kinds = 2 * draw.multinomial(pairs, shares) + draw.multinomial(single, shares)
    if made.failing_line:
        kinds[made.failing_line] = (0, 0, answered[made.failing_line])
    return kinds


def _cut(
    kinds: np.ndarray, app: str, channel: str, is_large: bool, is_main: bool
) -> Iterator[tuple[str, str, np.ndarray]]:  # fmt: skip
    """The measures and wholes to which an app's answers in a channel belong, each with its kinds."""
    whole = kinds.sum(axis=(0, 1))
    yield "outcome", "", whole
    yield "outcome", channel, whole
    if is_large:
        yield "outcome_of_app", app, whole
    if is_main:
        yield "outcome_of_app", f"{app} {channel}", whole
    for p, platform in enumerate(PLATFORMS):
        yield "outcome_of_platform", f"{channel} {platform}", kinds[p].sum(axis=0)
        for r, carrier in enumerate(CARRIERS):
            yield "outcome_of_line", f"{carrier} {platform}", kinds[p, r]
    for r, carrier in enumerate(CARRIERS):
        yield "outcome_of_carrier", f"{channel} {carrier}", kinds[:, r].sum(axis=0)
