"""Parts of a day that are gone, fell, rose or are new against the norm of their weekday: sources, channels, apps, …

Lives here: the rules, one row each, and the one comparison behind them. What an app never had is in
`swapped_owners.py`, shares within an app or a platform in `unusual_shares.py`. A part is unusual only where both its
records and its odds against the rest of its whole left the norm: so a quiet holiday, on which everything falls alike,
is none, and what is left when another part is gone is none either. Where the whole day looks more like another day of
the week than like its own, as a holiday looks like a Sunday, each part may be as on that day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from math import exp, log, sqrt
from statistics import median

from pipelines.common.text import about, counted
from pipelines.incidents.chance import variance_of_bursts
from pipelines.incidents.findings import Finding
from pipelines.incidents.norms import MIN_DAYS, WEEK, Norm, history, norm
from pipelines.incidents.profiles import Group, Profile, Profiles, burst_size, named, parts_of_weight
from pipelines.incidents.weekday_alike import weekday_alike

# A part must leave the norm by so many standard deviations: hundreds of parts are looked at each day.
SIGMAS = 5.0
SPREAD_FLOOR = 0.08
LEAST_RECORDS = 30
# What is under a tenth of the norm is as good as gone, whatever the rule's factor.
_GONE = 0.1
# Such a value may have been there on one day in twenty.
_RARE = 20
_NEW_DAYS = 28


@dataclass(frozen=True)
class Rule:
    """When a part of `measure` is unusual. Shares are of its whole; a factor 0 is never looked at."""

    measure: str
    zh: str
    en: str
    fall: float = 0.0
    rise: float = 0.0
    least_gone: float = 0.01
    least_fall: float = 0.03
    least_rise: float = 0.05
    least_new: float = 0.0
    gone_bursts: float = 14.0
    """So many bursts of records are usual of what is gone: fewer may all be away by chance, among many parts."""
    least_of_day: float = 0.0
    """A whole with a smaller share of the day's records is not looked at."""


MIX = (
    Rule("source", "日志源", "source", 1.7, 1.8, least_new=0.05),
    Rule("channel", "渠道", "channel", 1.7, 1.8, 0.005, least_new=0.02, gone_bursts=8),
    Rule("platform", "平台", "platform", 1.7, 1.8, 0.005, least_new=0.03),
    Rule("carrier", "运营商", "carrier", 1.7, 1.8, 0.005, least_new=0.03),
    Rule("vendor", "供应商", "vendor", 1.7, 1.8, 0.005, least_new=0.03),
    Rule("app", "应用", "app", 1.7, 1.8, 0.01, 0.03, 0.08, least_new=0.03),
    Rule("stage", "环节", "stage", 2.0, 2.0, 0.01, 0.05, 0.1, least_new=0.1, least_of_day=0.01),
)


def unusual_parts(day: date, profiles: Profiles, on_time: float = 1.0) -> list[Finding]:
    """The parts of the day that are not as usual.

    Args:
        on_time: the share of a usual day's records that is there when the day is closed.
    """
    found: list[Finding] = []
    today, earlier = profiles[day], history(day, profiles)
    of_day, like = sum(today.get(("channel", ""), {}).values()), weekday_alike(day, profiles)
    for rule in MIX:
        for group in sorted(group for group in today if group[0] == rule.measure):
            before = {other: profile[group] for other, profile in earlier.items() if group in profile}
            if len(before) < MIN_DAYS or (group[1] and sum(today[group].values()) < rule.least_of_day * of_day):
                continue
            found += _Comparison(
                day, group, rule, today[group], before, on_time, like, list(earlier.values())
            ).findings()
    return found


@dataclass(frozen=True)
class _Comparison:
    """One group of the day beside the same group of the days before."""

    day: date
    group: Group
    rule: Rule
    today: Mapping[str, int]
    before: Mapping[date, Mapping[str, int]]
    on_time: float
    like: int
    earlier: Sequence[Profile]

    def findings(self) -> Iterator[Finding]:
        """The parts that are not as usual."""
        days = [(self.today, self._whole), *((parts, self._wholes[day]) for day, parts in self.before.items())]
        for part in parts_of_weight(days, self.rule.least_gone / 2):
            if finding := self._finding(part):
                yield finding

    @cached_property
    def _whole(self) -> int:
        return sum(self.today.values())

    @cached_property
    def _wholes(self) -> dict[date, int]:
        return {other: sum(parts.values()) for other, parts in self.before.items()}

    def _finding(self, part: str) -> Finding | None:
        rule, now, whole = self.rule, self.today.get(part, 0), self._whole
        earlier = {other: parts.get(part, 0) for other, parts in self.before.items()}
        if not any(earlier[other] for other in sorted(earlier)[-_NEW_DAYS:]):
            is_new = rule.least_new and now >= max(rule.least_new * whole, LEAST_RECORDS)
            return self._described(part, now, 0.0, is_new=True) if is_new else None
        odds = {other: _odds(amount, self._wholes[other]) for other, amount in earlier.items()}
        alike = [odds[other] for other in odds if (self.day - other).days % WEEK in (0, self.like % WEEK)]
        odds_now, few = _odds(now, whole), max(1, len(alike) // _RARE)
        falls = sum(value <= odds_now for value in alike) <= few
        rises = sum(value >= odds_now for value in alike) <= few
        if not whole or (not (falls and rule.fall) and not (rises and rule.rise)):
            return None
        count = norm(self.day, {other: log(amount + 0.5) for other, amount in earlier.items()}, self.like)
        usual_odds = norm(self.day, odds, self.like)
        if not count or not usual_odds:
            return None
        usual = exp(count.expected) * self.on_time
        # What is scarce comes and goes by chance alone, the more as it comes in bursts.
        burst = self._burst(part)
        variance = variance_of_bursts(burst)
        chance, of_rest = variance / max(usual, 1.0), variance * exp(usual_odds.expected) / max(usual, 1.0)
        by_count = _beyond(log(now + 0.5) - log(self.on_time), count, sqrt(chance))
        by_odds = _beyond(odds_now, usual_odds, sqrt(chance + of_rest))
        share = max(usual, now) / max(whole, median(self._wholes.values()))
        if max(usual, now) < LEAST_RECORDS * variance and (now or usual < rule.gone_bursts * burst):
            return None
        if falls and rule.fall:
            change = -max(by_count, by_odds)
            is_gone = now <= _GONE * usual and share >= rule.least_gone
            is_unusual = change > 0 and (is_gone or (change >= log(rule.fall) and share >= rule.least_fall))
        else:
            is_unusual = min(by_count, by_odds) >= log(rule.rise) and share >= rule.least_rise
        return self._described(part, now, usual) if is_unusual else None

    def _burst(self, part: str) -> float:
        """How many of the part's records a device leaves; of a stage it leaves one, or tries again."""
        if self.rule.measure == "stage":
            return burst_size(self.earlier, of_answers=True)
        return burst_size(self.earlier, part if self.rule.measure == "channel" else "")

    def _described(self, part: str, now: int, usual: float, *, is_new: bool = False) -> Finding:
        of, (name_zh, name_en) = f"{self.group[1]} " if self.group[1] else "", named(part)
        if is_new:
            return Finding(
                f"{self.rule.zh} {of}{name_zh}：{now:,} 条，此前 {_NEW_DAYS} 天从未出现",
                f"{self.rule.en} {of}{name_en}: {now:,} records, never seen in the {_NEW_DAYS} days before",
                now,
            )
        return Finding(
            f"{self.rule.zh} {of}{name_zh}：{now:,} 条，平时约 {about(usual)} 条",
            f"{self.rule.en} {of}{name_en}: {counted(now, 'record')}, usually some {about(usual)}",
            abs(now - usual),
        )


def _odds(part: int, whole: int) -> float:
    """A part against the rest, as a logarithm; of a part that is nearly all, a few records of rest are no news."""
    return log(part + 0.5) - log(whole - part + 0.02 * whole + 0.5)


def _beyond(value: float, usual: Norm, chance: float) -> float:
    """How far a logarithm lies outside of the norm; 0 where that may be chance."""
    distance = value - usual.low if value < usual.low else max(value - usual.high, 0.0)
    spread = max(usual.spread, sqrt(SPREAD_FLOOR**2 + chance**2))
    return distance if abs(distance) > SIGMAS * spread else 0.0
