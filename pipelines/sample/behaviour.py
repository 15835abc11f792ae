"""How people of the synthetic data sign in: steps of their visits, hours of the day, days of the week.

The tables here and in `answers.py` hold all shares and rhythms of the sample; `sql/sample_draws.sql` draws from them.
The apps are in `apps.py`. All shares are plausible assumptions; none was measured.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final, NamedTuple

from pipelines.sample.answers import ANSWERS, DRAWS
from pipelines.sample.apps import SampleApp

RECORDS_PER_BLOCK = 6
CLOCK_POINTS = 1024
MS_PER_HOUR = 3_600_000
# The last visits begin five minutes before midnight, so that they end on their day.
LAST_START_MS: Final = 24 * MS_PER_HOUR - 300_000
SOCIAL: Final = "social"
"""The channel of a step at one of the app's social platforms."""


class VisitStep(NamedTuple):
    """One record of a visit, `seconds` after the one before; outcome and code are drawn from `ANSWERS[situation]`."""

    seconds: float
    channel: str
    stage: str
    situation: str


STEPS: Final = {
    "prefetch": VisitStep(0, "one_click", "prefetch", "prefetch"),
    "ready": VisitStep(0, "one_click", "prefetch", "ready"),
    "page": VisitStep(1, "one_click", "page", "page"),
    "click": VisitStep(3, "one_click", "click", "click"),
    "no consent": VisitStep(3, "one_click", "click", "no consent"),
    "token": VisitStep(1, "one_click", "authorize", "token"),
    "fail": VisitStep(2, "one_click", "authorize", "fail"),
    "cancel": VisitStep(4, "one_click", "authorize", "cancel"),
    "switch": VisitStep(4, "one_click", "authorize", "switch"),
    "exchange": VisitStep(1, "one_click", "verify", "exchange"),
    "no exchange": VisitStep(2, "one_click", "verify", "no exchange"),
    "social": VisitStep(9, SOCIAL, "authorize", "answer"),
    "refuse": VisitStep(6, SOCIAL, "authorize", "refuse"),
    "ask": VisitStep(6, "sms", "click", "asked"),
    "type": VisitStep(14, "sms", "authorize", "typed"),
    "mistype": VisitStep(14, "sms", "authorize", "mistyped"),
    "check": VisitStep(0, "local_verify", "verify", "check"),
    "login": VisitStep(2, "one_click", "login", "login"),
    "no login": VisitStep(0, "one_click", "login", "no login"),
}

# A block is six records of one app at about the same time: the visits of a few people, each with its steps.
BLOCKS: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "direct": (("ready", "page", "click", "token", "exchange"), ("prefetch",)),
    "unchecked": (("page", "no consent", "click", "token", "exchange"), ("prefetch",)),
    "left": (("ready", "page"), ("page", "no consent"), ("ready", "page")),
    "cancelled, then again": (("page", "cancel", "page", "click", "token", "exchange"),),
    "cancelled, then social": (("page", "switch", "social"), ("ready", "page"), ("prefetch",)),
    "cancelled, then text": (("page", "switch", "ask", "type"), ("page", "cancel")),
    "failed, then again": (("page", "click", "fail", "click", "token", "exchange"),),
    "failed, then social": (("ready", "page", "click", "fail", "social"), ("prefetch",)),
    "failed, then text": (("page", "click", "fail", "ask", "type"), ("prefetch",)),
    "failed, then text again": (("page", "click", "fail", "ask", "mistype", "type"),),
    "failed": (("ready", "page", "click", "fail"), ("prefetch",), ("prefetch",)),
    "exchanged again": (("page", "click", "token", "no exchange", "token", "exchange"),),
    "text": (("ask", "type"), ("ask", "mistype", "type"), ("ask",)),
    "local": (("check",),) * RECORDS_PER_BLOCK,
    "social": (("social",),) * RECORDS_PER_BLOCK,
    "refused": (("refuse", "social"), ("refuse", "ask", "type"), ("social",)),
    # Two people whose page hardly reacts, and one whose page does; as many sign in as in `direct`.
    "stuck": (("page",), ("page",), ("page", "click", "token", "exchange")),
    "server": (("login",),) * RECORDS_PER_BLOCK,
    "server again": (("no login", "login"), ("no login", "social"), ("login",), ("login",)),
    "browse": (("prefetch",),) * RECORDS_PER_BLOCK,
}

# Shares of the kinds among blocks other than `browse`.
KINDS: Final = {
    "direct": 0.43,
    "unchecked": 0.03,
    "left": 0.03,
    "cancelled, then again": 0.026,
    "cancelled, then social": 0.056,
    "cancelled, then text": 0.048,
    "failed, then again": 0.008,
    "failed, then social": 0.006,
    "failed, then text": 0.006,
    "failed, then text again": 0.002,
    "failed": 0.008,
    "exchanged again": 0.004,
    "text": 0.02,
    "local": 0.16,
    "social": 0.126,
    "refused": 0.04,
}
# Block for a failure of the SDK or a carrier: apps fall back to a text message.
FAILING: Final = "failed, then text"
# Replacements in apps without social platforms.
_WITHOUT_SOCIAL: Final = {
    "social": "direct",
    "refused": "direct",
    "cancelled, then social": "cancelled, then text",
    "failed, then social": "failed, then text",
}
_WITHOUT_ONE_CLICK: Final = ("text", "local", "social", "refused")

# Weight of each hour, from midnight: quiet at night, a peak at noon and a higher one in the evening.
_HOURS = (30, 17, 9, 6, 5, 8, 20, 45, 68, 76, 78, 82, 92, 84, 72, 70, 72, 78, 88, 98, 108, 112, 94, 60)

# Share of blocks in which people open the app without signing in, Monday to Sunday; lower at weekends.
_BROWSE = (0.20, 0.22, 0.21, 0.20, 0.14, 0.04, 0.06)
_WEEKEND = 5


def browse_share(day: date) -> float:
    """Return the share (0 to 1) of a day's blocks that contain only pre-fetches; see `BLOCKS`."""
    return _BROWSE[day.weekday()]


def keep_shares(apps: Sequence[SampleApp], day: date, progress: float) -> list[float]:
    """Return for each app with logs, in the order of `app_no`, the share (0 to 1) of its blocks that it keeps on a day.

    Other blocks of an app go to other apps. `progress` is 0 on the first day of the sample and 1 on the last.
    """
    # Blocks that an app does not keep go to another app, so that the day's total does not change. Business apps rest at
    # weekends, and the growing app starts at a quarter of its size.
    weekend = day.weekday() >= _WEEKEND
    by_number = {app.app_no: app for app in apps if app.has_logs}
    return [
        (0.4 if app.is_business and weekend else 1.0) * (0.25 + 0.75 * progress if app.is_growing else 1.0)
        for _, app in sorted(by_number.items())
    ]


def clock() -> list[int]:
    """Return the milliseconds after midnight at which 0/1024, 1/1024, … 1024/1024 of a day's visits have begun."""
    total = sum(_HOURS)
    points, hour, before = [], 0, 0
    for step in range(CLOCK_POINTS):
        reached = step * total / CLOCK_POINTS
        while reached >= before + _HOURS[hour]:
            before += _HOURS[hour]
            hour += 1
        points.append(int((hour + (reached - before) / _HOURS[hour]) * LAST_START_MS / 24))
    return [*points, LAST_START_MS]


def kind_rows() -> list[dict[str, object]]:
    """Return the kind of block (a key of `BLOCKS`) for each sort of app and each draw, as rows.

    Columns: `is_server` and `has_social` (the sort of app), `draw` (-1 for `browse`; the `DRAWS` others are equally
    likely), `kind`, and `is_one_click` (people begin at the SDK's page).
    """
    drawn = [kind for kind, share in KINDS.items() for _ in range(round(share * DRAWS))]
    return [
        {
            "is_server": is_server,
            "has_social": has_social,
            "draw": draw,
            "kind": (kind := _kind(usual, is_server=is_server, has_social=has_social)),
            "is_one_click": not is_server and kind not in ("browse", *_WITHOUT_ONE_CLICK),
        }
        for is_server in (False, True)
        for has_social in (False, True)
        for draw, usual in enumerate(["browse", *drawn], start=-1)
    ]


def block_rows() -> list[dict[str, object]]:
    """Return all visits in `BLOCKS` as rows, one per step.

    Columns: `kind` of the block, `slot` (place of the record in the block, from 0), `person`, the step's
    `step_channel`, `stage` and `situation`, the `seconds` since the start of the visit, and `is_after_failure`, whether
    the person failed at an earlier step.
    """
    rows: list[dict[str, object]] = []
    for kind, people in BLOCKS.items():
        for person, names in enumerate(people):
            steps = [STEPS[name] for name in names]
            rows += [
                {
                    "kind": kind,
                    "slot": len(rows) % RECORDS_PER_BLOCK + place,
                    "person": person,
                    "step_channel": step.channel,
                    "stage": step.stage,
                    "situation": step.situation,
                    "seconds": sum(each.seconds for each in steps[: place + 1]),
                    "is_after_failure": any(_is_failure(each) for each in steps[:place]),
                }
                for place, step in enumerate(steps)
            ]
    return rows


def _kind(usual: str, *, is_server: bool, has_social: bool) -> str:
    kind = usual if has_social else _WITHOUT_SOCIAL.get(usual, usual)
    if not is_server or kind in _WITHOUT_ONE_CLICK:
        return kind
    return "server again" if has_social and kind.startswith("failed") else "server"


def _is_failure(step: VisitStep) -> bool:
    """Return whether every possible answer to a step is a failure, that is neither `success` nor `unchecked`."""
    if step.channel == SOCIAL:
        return step.situation == "refuse"
    return not any(outcome in ("success", "unchecked") for outcome, _, _ in ANSWERS[step.situation])
