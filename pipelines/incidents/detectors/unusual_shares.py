"""Shares that left what they were on the days before: of failures in a carrier, of a field in a platform, of a file.

Lives here: the one test behind them all. Which shares are looked at, and what they are called, is in `share_cuts.py`.

A share does not fall with the volume, so a quiet holiday is none. How far it comes and goes is learned from the days
before: from binomial chance (what is scarce), through bursts (an attempt leaves several records), to the swing of the
week (a workday's apps are not a Sunday's). Many shares are looked at each day, so what counts as far grows with their
number.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from math import inf, log

from pipelines.common.text import percent
from pipelines.incidents.chance import as_normal, binomial_deviation, far_of, variance_of_bursts, without_strangest
from pipelines.incidents.findings import Finding
from pipelines.incidents.norms import MIN_DAYS, history
from pipelines.incidents.profiles import Group, Profiles, burst_size, named, parts_of_weight
from pipelines.incidents.share_cuts import Cut

_HISTORY = 28
# A difference of fewer records, or bursts of records, is not worth a line, however improbable.
_LEAST_RECORDS = 10
_LEAST_BURSTS = 6
# Even what comes one by one is tried again at once where it fails.
_RETRIED = 2.0
_RARE = 20
_GONE = 0.1
# A finer cut is reported beside the coarser one where it is much worse there.
_CONCENTRATED = 1.3

Counts = tuple[int, int]
"""So many of so many."""


@dataclass(frozen=True)
class _Share:
    """One part of a whole, that day and on the days before."""

    cut: Cut
    group: Group
    part: str
    now: Counts
    before: Sequence[Counts]
    without: frozenset[str] = frozenset()
    """The parts that are left out of the wholes: those that were reported before."""

    @property
    def usual(self) -> float:
        """The share over all days before."""
        return sum(k for k, _ in self.before) / sum(n for _, n in self.before)

    @property
    def excess(self) -> float:
        """So many more than usual."""
        return self.now[0] - self.usual * self.now[1]

    @property
    def change(self) -> float:
        """The change of the odds, as a logarithm."""
        return _odds(*self.now) - _odds(sum(k for k, _ in self.before), sum(n for _, n in self.before))

    def is_worth_a_test(self, least: float) -> bool:
        """Whether the change would matter, were it no chance; cheap, as thousands of shares are asked."""
        (k, n), cut = self.now, self.cut
        if abs(self.excess) < least:
            return False
        factor = cut.rise_odds if self.excess > 0 and cut.rise_odds else cut.fall_odds
        is_gone = k <= _GONE * self.usual * n and cut.fall_odds < inf
        if not is_gone and (abs(self.change) < log(factor) or abs(k / n - self.usual) < cut.least_points):
            return False
        as_far = sum((one / of >= k / n) if self.excess > 0 else (one / of <= k / n) for one, of in self.before)
        return as_far <= len(self.before) // _RARE

    def strangeness(self, burst: float) -> float:
        """How far the share is from usual, as a normal deviation."""
        kept = without_strangest(self.before, lambda day: binomial_deviation(day[0], day[1], self.usual))
        all_k, all_n = sum(k for k, _ in kept), sum(n for _, n in kept)
        (k, n), usual = self.now, all_k / all_n
        # Both sides are uncertain: the day by its records, and the days before by theirs.
        pooled = (k + all_k) / (n + all_n)
        squared = binomial_deviation(k, n, pooled) ** 2 + binomial_deviation(all_k, all_n, pooled) ** 2
        return as_normal(
            squared, [binomial_deviation(k, n, usual) for k, n in kept], variance_of_bursts(max(burst, _RETRIED))
        )

    def finding(self) -> Finding:
        """The words."""
        k, n = self.now
        of_zh, of_en = (" ".join(word for word in (self.group[1], name) if word) for name in named(self.part))
        rest_zh = rest_en = ""
        if self.without:
            left_zh, left_en = zip(*(named(part) for part in sorted(self.without)), strict=True)
            rest_zh, rest_en = f"，不计 {', '.join(left_zh)}", f", without {', '.join(left_en)}"
        zh, en = f"{n:,} 条中 {k:,} 条（{percent(k / n)}）", f"{k:,} of {n:,} ({percent(k / n)})"
        if self.cut.is_sampled:
            zh = en = percent(k / n)
        usual_zh, usual_en = f"平时约 {percent(self.usual)}", f"usually some {percent(self.usual)}"
        if not self.usual:
            usual_zh = f"此前 {len(self.before)} 天从未出现"
            usual_en = f"never seen in the {len(self.before)} days before"
        return Finding(
            f"{self.cut.zh} {of_zh}：{zh}{rest_zh}，{usual_zh}",
            f"{self.cut.en} {of_en}: {en}{rest_en}, {usual_en}",
            abs(self.excess),
        )


def unusual_shares(day: date, profiles: Profiles, cuts: Sequence[Cut], least: float = 0.0) -> list[Finding]:
    """The shares of the day that are not as usual, the coarser cuts before the finer.

    Args:
        cuts: those of one subject, from coarse to fine.
        least: a difference of fewer records is none.
    """
    earlier = history(day, profiles)
    newest = {other: earlier[other] for other in sorted(earlier)[-_HISTORY:]}
    of_day = sum(profiles[day].get(("channel", ""), {}).values())
    groups = [
        _Cutting(cut, group, parts, [p[group] for p in newest.values() if cut.whole(p.get(group, {}))])
        for cut in cuts
        for group, parts in sorted(profiles[day].items())
        if group[0] == cut.measure and cut.whole(parts) >= max(cut.least_of_day * of_day, 1)
    ]
    groups = [group for group in groups if len(group.before) >= MIN_DAYS]
    looked_at = Counter(group.cut for group in groups for _ in group.shares())
    bursts = {kind: burst_size(newest.values(), of_answers=kind) for kind in (False, True)}
    found: list[_Share] = []
    findings: list[Finding] = []
    for group in groups:
        # Each cut has as much room for chance as the others: a few large parts need less than many small ones.
        far, burst = far_of(len(cuts) * looked_at[group.cut]), bursts[group.cut.comes_alone]
        strange = group.strange(far, burst, max(least, _LEAST_RECORDS, _LEAST_BURSTS * burst))
        new = [share for share in strange if all(_adds(share, other) for other in found)]
        found += new
        findings += [group.of_whole(share).finding() for share in new]
    return findings


@dataclass(frozen=True)
class _Cutting:
    """The parts of one group, that day and on the days before."""

    cut: Cut
    group: Group
    today: Mapping[str, int]
    before: Sequence[Mapping[str, int]]

    def shares(self, without: Set[str] = frozenset()) -> list[_Share]:
        """The parts that have enough records to differ from chance, as shares of what is left without some of them."""
        whole = self._left(self.today, without)
        days = [(parts, left) for parts in self.before if (left := self._left(parts, without))]
        if not whole or len(days) < MIN_DAYS:
            return []
        usual, made = whole / sum(left for _, left in days), []
        least = max(_LEAST_RECORDS, self.cut.least_points * whole)
        for part in parts_of_weight([(self.today, whole), *days], least / whole):
            if part in without or not self.cut.is_part(part):
                continue
            counts = [(parts.get(part, 0), left) for parts, left in days]
            if max(self.today.get(part, 0), sum(k for k, _ in counts) * usual) >= least:
                now = self.today.get(part, 0), whole
                made.append(_Share(self.cut, self.group, part, now, counts, frozenset(without)))
        return made

    def strange(self, far: float, burst: float, least: float) -> Iterator[_Share]:
        """The strangest part, then the strangest of the rest, as long as there is one: what one lost others gain.

        Of two parts of one whole both are as strange; the smaller is reported.
        """
        without: set[str] = set()
        while shares := [share for share in self.shares(without) if share.is_worth_a_test(least)]:
            strangest = max(shares, key=lambda share: (round(share.strangeness(burst), 6), -share.usual, share.part))
            if strangest.strangeness(burst) < far:
                return
            without.add(strangest.part)
            yield strangest

    def of_whole(self, share: _Share) -> _Share:
        """The share of the whole in place of what was left of it, where that says the same."""
        days = [(parts.get(share.part, 0), self.cut.whole(parts)) for parts in self.before]
        now = self.today.get(share.part, 0), self.cut.whole(self.today)
        whole = _Share(share.cut, share.group, share.part, now, days)
        is_same = (whole.change > 0) == (share.change > 0) and abs(whole.change) >= log(_CONCENTRATED)
        return whole if is_same else share

    def _left(self, parts: Mapping[str, int], without: Set[str]) -> int:
        left_out = 0 if self.cut.overlaps else sum(parts.get(part, 0) for part in without)
        return self.cut.whole(parts) - left_out


def _adds(share: _Share, coarser: _Share) -> bool:
    """Whether a share says something that a coarser cut did not."""
    if share.cut == coarser.cut or share.part != coarser.part:
        return True
    if (share.excess > 0) != (coarser.excess > 0):
        return True
    return abs(share.change) > abs(coarser.change) + log(_CONCENTRATED)


def _odds(k: float, n: float) -> float:
    return log((k + 0.5) / (n - k + 0.5))
