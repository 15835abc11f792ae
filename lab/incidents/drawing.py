"""Draws the records of an app at random: the requests of each cell, and the outcome of each request."""

from dataclasses import dataclass

import numpy as np

from lab.incidents.apps import App, Channel
from lab.incidents.codes import PAGE_OPENED, Answer, Answers, answers
from lab.incidents.days import Days, Floats, Ints
from lab.incidents.faults import Fault
from lab.incidents.keys import Keys, Records
from lab.incidents.traffic import (
    Cells,
    burst_cells,
    cells,
    failing,
    lost_volume,
    success,
    swings,
    volume,
)

_BURST_SUCCESS = 0.4


@dataclass(frozen=True)
class _Step:
    """A stage in which an app's channel logs requests.

    Attributes:
        expected: expected requests by day and cell.
        chance: chance of success by day and cell, without faults.
        failing: share of the successes that faults take away, by day and cell.
        mismatch: share of the successes that become mismatches.
    """

    channel: Channel
    stage: str
    expected: Floats
    chance: Floats
    failing: Floats
    mismatch: float = 0.0


def draw_app(seed: list[int], app: App, faults: list[Fault], days: Days, keys: Keys) -> Records:
    """Return all records of an app. Each channel has its own random numbers, so that a fault changes no other
    channel.
    """
    whole = volume(np.random.default_rng(seed), app, days)
    found: list[Records] = []
    for place, channel in enumerate(app.channels):
        rng = np.random.default_rng([*seed, place])
        reaching = [fault for fault in faults if fault.hits(app.key, channel.name)]
        requests = whole * channel.share * np.exp(rng.normal(0, app.swing / 2, days.count))
        requests *= lost_volume(app, channel, reaching, days.count)
        parts = cells(app, channel, reaching, days.count)
        for step in _steps(rng, app, channel, reaching, parts, requests):
            found += _draw_step(rng, app, step, parts, keys)
        if channel.name == "one_click":
            found += _pages(rng, app, requests, parts, keys)
    return Records(np.concatenate([one.keys for one in found]), np.concatenate([one.counts for one in found]))


def _steps(
    rng: np.random.Generator, app: App, channel: Channel, faults: list[Fault], parts: Cells, requests: Floats
) -> list[_Step]:
    """Return the steps in which a channel logs its requests.

    Failed authorizations do not reduce the verifications, because users who fail try again.
    """
    count = len(requests)
    swing = swings(rng, channel, count)
    expected = requests[:, None] * parts.shares
    usual = success(app, parts, channel.success, swing)
    authorize = failing(parts, faults, "technical_success_rate", count)
    verify = failing(parts, faults, "verification_result_rate", count)
    if channel.name == "local_verify":
        return [_Step(channel, "verify", expected, usual, verify, mismatch=0.04)]
    if channel.name != "one_click":
        return [_Step(channel, "authorize", expected, usual, authorize)]
    if app.logs_login:
        return [_Step(channel, "login", expected, usual, authorize)]
    verified = success(app, parts, 0.985, swing)
    return [
        _Step(channel, "authorize", expected * 0.55, usual, authorize),
        _Step(channel, "verify", expected * 0.45, verified, verify),
    ]


def _draw_step(rng: np.random.Generator, app: App, step: _Step, parts: Cells, keys: Keys) -> list[Records]:
    requests = rng.poisson(step.expected)
    leaving = step.channel.cancelled if step.stage != "verify" else 0.0
    left = rng.binomial(requests, leaving)
    kept = step.chance * (1 - step.failing)
    good = rng.binomial(requests - left, kept)
    bad = requests - left - good
    broken = rng.binomial(bad, np.clip((step.chance - kept) / np.maximum(1 - kept, 1e-12), 0, 1))
    bad = bad - broken
    day, cell, sizes = burst_cells(rng, step.channel, step.expected, step.chance)
    burst_good = rng.binomial(sizes, _BURST_SUCCESS)
    np.add.at(good, (day, cell), burst_good)
    np.add.at(bad, (day, cell), sizes - burst_good)
    found: list[Records] = []
    base = keys.base(app.key, step.channel.name, step.stage, parts.values)
    for vendor in sorted({str(name) for name in parts.values["vendor"]}):
        columns = np.flatnonzero([name == vendor for name in parts.values["vendor"]])
        known = answers(step.channel.name, step.stage, vendor)
        ended = _ends(rng, known, step.mismatch, [one[:, columns] for one in (good, left, bad, broken)])
        found += [_rows(counts, base[columns], answer, keys) for answer, counts in ended]
    return found


def _ends(rng: np.random.Generator, known: Answers, mismatch: float, drawn: list[Ints]) -> list[tuple[Answer, Ints]]:
    """Return each answer with its number of requests by day and cell.

    Args:
        known: the possible answers.
        mismatch: share of the successes that become mismatches.
        drawn: numbers of requests by day and cell, of four kinds: succeeded, left by the user, failed, failed by a
            fault.
    """
    good, left, bad, broken = drawn
    found: list[tuple[Answer, Ints]] = []
    if known.mismatch is not None and mismatch:
        wrong = rng.binomial(good, mismatch)
        found.append((known.mismatch, wrong))
        good = good - wrong
    if left.any():
        switched = rng.binomial(left, 0.3)
        found += [(known.switched, switched), (known.cancelled, left - switched)]
    weights = np.array([weight for _, weight in known.failed])
    split = rng.multinomial(bad, weights / weights.sum())
    by_answer = {answer: split[..., place] for place, (answer, _) in enumerate(known.failed)}
    by_answer[known.fault] = by_answer.get(known.fault, 0) + broken
    return [*found, (known.success, good), *by_answer.items()]


def _pages(rng: np.random.Generator, app: App, requests: Floats, parts: Cells, keys: Keys) -> list[Records]:
    """Return the records of opened authorization pages. These records are not requests."""
    opened = rng.poisson(requests[:, None] * parts.shares * 0.6)
    base = keys.base(app.key, "one_click", "page", parts.values)
    found = []
    for vendor in app.vendors:
        columns = [place for place, name in enumerate(parts.values["vendor"]) if name == vendor]
        found.append(_rows(opened[:, columns], base[columns], Answer("success", PAGE_OPENED[vendor]), keys))
    return found


def _rows(counts: Ints, base: Ints, answer: Answer, keys: Keys) -> Records:
    day, cell = np.nonzero(counts)
    return Records(base[cell] + keys.day(day) + keys.answer(answer), counts[day, cell])
