"""Parts of a day that are gone, fell, rose or are new against the norm of their weekday: channels, apps, outcomes, …

Lives here: the rules, one row each, and the one comparison behind them. What an app never had is in
`unusual_owners.py`, how many records have a field in `unusual_fields.py`. A part is unusual only where both its records
and its odds against the rest of its whole left the norm: so a quiet holiday, on which everything falls alike, is none,
and what is left when another part is gone is none either. A part may always be as it would be on some other day of the
week: a holiday looks like a Sunday.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import exp, log, sqrt
from statistics import median

from pipelines.findings import Finding, about, counted
from pipelines.norms import MIN_DAYS, Norm, history, norm
from pipelines.profiles import Group, Profiles

# A part must leave the norm by so many standard deviations: hundreds of parts are looked at each day.
SIGMAS = 4.5
SPREAD_FLOOR = 0.08
LEAST_RECORDS = 30
# That so many are none at all is no chance either.
_LEAST_GONE = 15
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
    least_of_day: float = 0.0
    """A whole with a smaller share of the day's records is not looked at."""
    under: str = ""
    """The measure of whole days whose finding about the same part says it already."""


MIX = (
    Rule("source", "日志源", "source", 1.7, 1.8, least_new=0.05),
    Rule("channel", "渠道", "channel", 1.7, 1.8, 0.005, least_new=0.02),
    Rule("platform", "平台", "platform", 1.7, 1.8, 0.005, least_new=0.03),
    Rule("carrier", "运营商", "carrier", 1.7, 1.8, 0.005, least_new=0.03),
    Rule("vendor", "供应商", "vendor", 1.7, 1.8, 0.005, least_new=0.03),
    Rule("app", "应用", "app", 2.2, 1.8, 0.01, 0.03, 0.08, least_new=0.08),
    Rule("stage", "环节", "stage", 2.0, 2.0, 0.01, 0.05, 0.1, least_new=0.1, least_of_day=0.01),
    Rule("channel_of_app", "应用渠道", "channel of app", 4.0, 4.0, 0.05, 0.1, 0.2, 0.3, 0.03, "channel"),
    Rule("platform_of_app", "应用平台", "platform of app", 4.0, 4.0, 0.05, 0.1, 0.2, 0.3, 0.03, "platform"),
    Rule("scheme_of_app", "应用方案", "scheme of app", 4.0, 0.0, 0.1, 0.1, least_of_day=0.03),
)
OUTCOMES = (
    Rule("outcome", "结果", "outcome", 1.6, 2.2, 0.01, 0.05, 0.06, least_of_day=0.01),
    Rule("outcome_of_app", "应用结果", "outcome of app", 2.0, 3.0, 0.03, 0.1, 0.15, 0.0, 0.03, "outcome"),
    Rule("code", "新结果码", "new result code", least_new=0.03, least_of_day=0.03),
)
FIELDS = (
    Rule("field", "有值的字段", "records with the field", 1.5, 0.0, 0.02, 0.05),
    Rule(
        "field_of_app",
        "应用中有值的字段",
        "records of the app with the field",
        2.5,
        0.0,
        0.1,
        0.1,
        0.0,
        0.0,
        0.03,
        "field",
    ),
)


def unusual_parts(
    day: date, profiles: Profiles, rules: Sequence[Rule], on_time: float = 1.0,
    said: set[tuple[str, str]] | None = None,
) -> list[Finding]:  # fmt: skip
    """The parts of the day that are not as usual.

    Args:
        on_time: the share of a usual day's records that is there when the day is closed.
        said: gets the measure and the part of each finding.
    """
    found: list[Finding] = []
    said = set() if said is None else said
    today, earlier = profiles[day], history(day, profiles)
    of_day = sum(today.get(("channel", ""), {}).values())
    for rule in rules:
        for group in sorted(group for group in today if group[0] == rule.measure):
            before = {other: profile[group] for other, profile in earlier.items() if group in profile}
            if len(before) < MIN_DAYS or (group[1] and _whole(group, today[group]) < rule.least_of_day * of_day):
                continue
            for part, finding in _Comparison(day, group, rule, today[group], before, on_time).findings():
                if (rule.under, part) not in said and ("app", group[1]) not in said:
                    found.append(finding)
                said.add((rule.measure, part))
    return found


def _whole(group: Group, parts: Mapping[str, int]) -> int:
    """The records of a whole: the fields of a record overlap, other parts do not."""
    return parts.get("records", 0) if group[0] in ("field", "field_of_app") else sum(parts.values())


@dataclass(frozen=True)
class _Comparison:
    """One group of the day beside the same group of the days before."""

    day: date
    group: Group
    rule: Rule
    today: Mapping[str, int]
    before: Mapping[date, Mapping[str, int]]
    on_time: float

    def findings(self) -> Iterator[tuple[str, Finding]]:
        """The parts that are not as usual."""
        for part in sorted({*self.today, *(part for parts in self.before.values() for part in parts)} - {"records"}):
            if finding := self._finding(part):
                yield part, finding

    def _finding(self, part: str) -> Finding | None:
        rule, now, whole = self.rule, self.today.get(part, 0), _whole(self.group, self.today)
        earlier = {other: parts.get(part, 0) for other, parts in self.before.items()}
        if not any(earlier[other] for other in sorted(earlier)[-_NEW_DAYS:]):
            is_new = rule.least_new and now >= max(rule.least_new * whole, LEAST_RECORDS)
            return self._told(part, now, 0.0, is_new=True) if is_new else None
        odds = {other: _odds(amount, _whole(self.group, self.before[other])) for other, amount in earlier.items()}
        odds_now, few = _odds(now, whole), max(1, len(earlier) // _RARE)
        falls = sum(value <= odds_now for value in odds.values()) <= few
        rises = sum(value >= odds_now for value in odds.values()) <= few
        if not whole or (not (falls and rule.fall) and not (rises and rule.rise)):
            return None
        count = norm(self.day, {other: log(amount + 0.5) for other, amount in earlier.items()})
        usual_odds = norm(self.day, odds)
        if not count or not usual_odds:
            return None
        usual = exp(count.expected) * self.on_time
        # What is scarce comes and goes by chance alone.
        chance, of_rest = 1 / max(usual, 1.0), exp(usual_odds.expected) / max(usual, 1.0)
        by_count = _beyond(log(now + 0.5) - log(self.on_time), count, sqrt(chance))
        by_odds = _beyond(odds_now, usual_odds, sqrt(chance + of_rest))
        share = max(usual, now) / max(whole, median(_whole(self.group, parts) for parts in self.before.values()))
        # Of single apps there are many, and an attempt leaves several records: what is scarce comes in bursts.
        least = 2 * LEAST_RECORDS if rule.under else LEAST_RECORDS
        if max(usual, now) < least and (rule.under or now or usual < _LEAST_GONE):
            return None
        if falls and rule.fall:
            change = -max(by_count, by_odds)
            is_gone = now <= _GONE * usual and share >= rule.least_gone
            is_unusual = change > 0 and (is_gone or (change >= log(rule.fall) and share >= rule.least_fall))
        else:
            is_unusual = min(by_count, by_odds) >= log(rule.rise) and share >= rule.least_rise
        return self._told(part, now, usual) if is_unusual else None

    def _told(self, part: str, now: int, usual: float, *, is_new: bool = False) -> Finding:
        of = f"{self.group[1]} " if self.group[1] else ""
        if is_new:
            return Finding(
                f"{self.rule.zh} {of}{part}：{now:,} 条，此前 {_NEW_DAYS} 天从未出现",
                f"{self.rule.en} {of}{part}: {now:,} records, never seen in the {_NEW_DAYS} days before",
                now,
            )
        return Finding(
            f"{self.rule.zh} {of}{part}：{now:,} 条，平时约 {about(usual)} 条",
            f"{self.rule.en} {of}{part}: {counted(now, 'record')}, usually some {about(usual)}",
            abs(now - usual),
        )


def _odds(part: int, whole: int) -> float:
    """A part against the rest, as a logarithm; of a part that is nearly all, a few records of rest are no news."""
    return log(part + 0.5) - log(whole - part + 0.02 * whole + 0.5)


def _beyond(value: float, usual: Norm, chance: float) -> float:
    """How far a logarithm lies outside of what any weekday would have; 0 where that may be chance."""
    distance = value - usual.low if value < usual.low else max(value - usual.high, 0.0)
    spread = max(usual.spread, sqrt(SPREAD_FLOOR**2 + chance**2))
    return distance if abs(distance) > SIGMAS * spread else 0.0
