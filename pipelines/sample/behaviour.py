"""How people sign in, in the synthetic data: steps of an attempt, answers, hours of the day, days of the week.

Here: every share and rhythm of the sample, as plain tables. Change it to make the sample show something else.
Not here: the apps (`apps.py`), the SQL that draws from these tables (`sql/sample_draws.sql`).
All shares are assumptions made to look plausible; none was measured on a real console.
"""

from collections.abc import Sequence
from datetime import date

from pipelines.sample.apps import SampleApp

RECORDS_PER_BLOCK = 6
DRAWS = 500
CLOCK_POINTS = 1024
MS_PER_HOUR = 3_600_000

# A block is six records of one app at about one time. Per record: attempt and person within the block, stage,
# and the situation whose answers it draws from. `page` and `click` always succeed: they log that it happened.
BLOCKS: dict[str, tuple[tuple[int, int, str, str], ...]] = {
    "full": (
        (0, 0, "prefetch", "ready"),
        (0, 0, "page", "page"),
        (0, 0, "click", "click"),
        (0, 0, "authorize", "token"),
        (0, 0, "verify", "exchange"),
        (1, 1, "prefetch", "prefetch"),
    ),
    "left": (
        (0, 0, "prefetch", "ready"),
        (0, 0, "page", "page"),
        (0, 0, "authorize", "leave"),
        (1, 0, "authorize", "social"),
        (2, 1, "prefetch", "prefetch"),
        (3, 2, "prefetch", "prefetch"),
    ),
    "failed": (
        (0, 0, "prefetch", "ready"),
        (0, 0, "page", "page"),
        (0, 0, "click", "click"),
        (0, 0, "authorize", "fail"),
        (1, 0, "prefetch", "ready"),
        (1, 0, "page", "page"),
    ),
    "local": tuple((step, step, "verify", "check") for step in range(RECORDS_PER_BLOCK)),
    "social": tuple((step, step, "authorize", "social") for step in range(RECORDS_PER_BLOCK)),
    "server": tuple((step, step, "login", "login") for step in range(RECORDS_PER_BLOCK)),
    "browse": tuple((step, step, "prefetch", "prefetch") for step in range(RECORDS_PER_BLOCK)),
}

# What is drawn among the blocks that are not `browse`: upper ends of the shares.
KIND_ENDS = {"full": 0.52, "left": 0.61, "failed": 0.64, "local": 0.80, "social": 1.0}

# situation -> (outcome, code as the vendor writes it or none, share). Codes are of the dictionary;
# 600099 is in no dictionary, so that the sample has unmapped codes to show.
Answers = tuple[tuple[str, str | None, float], ...]
ANSWERS: dict[str, Answers] = {
    "ready": (("success", "600000", 1.0),),
    "page": (("success", "600001", 1.0),),
    "click": (("success", "700002", 1.0),),
    "token": (("success", "600000", 1.0),),
    "prefetch": (
        ("success", "600000", 0.918),
        ("unsupported", "600008", 0.03),
        ("unsupported", "600007", 0.012),
        ("carrier_error", "600012", 0.022),
        ("timeout", "600015", 0.01),
        ("config_error", "600004", 0.004),
        ("error", "600099", 0.004),
    ),
    "leave": (("cancelled", "700000", 0.66), ("switched", "700001", 0.34)),
    "fail": (
        ("carrier_error", "600011", 0.6),
        ("timeout", "600015", 0.24),
        ("unsupported", "600021", 0.07),
        ("limited", "600014", 0.03),
        ("config_error", "600017", 0.04),
        ("error", "600099", 0.02),
    ),
    "exchange": (
        ("success", "OK", 0.984),
        ("timeout", None, 0.006),
        ("carrier_error", None, 0.006),
        ("quota_exhausted", None, 0.002),
        ("error", None, 0.002),
    ),
    "check": (
        ("success", "PASS", 0.904),
        ("mismatch", "REJECT", 0.054),
        ("unknown", "UNKNOWN", 0.026),
        ("timeout", None, 0.01),
        ("limited", None, 0.006),
    ),
    "login": (
        ("success", "OK", 0.93),
        ("cancelled", None, 0.03),
        ("timeout", None, 0.02),
        ("carrier_error", None, 0.02),
    ),
    # Of a device without a number of its own a carrier knows nothing; of an app that WeChat turns away, WeChat.
    "no carrier": (("unknown", "UNKNOWN", 1.0),),
    "banned": (("config_error", "-6", 1.0),),
    "wechat": (
        ("success", "0", 0.87),
        ("cancelled", "-2", 0.09),
        ("cancelled", "-4", 0.02),
        ("unsupported", "-5", 0.01),
        ("error", "-1", 0.01),
    ),
    "qq": (
        ("success", "onComplete", 0.85),
        ("cancelled", "onCancel", 0.11),
        ("error", "onError", 0.03),
        ("timeout", "-7", 0.01),
    ),
    "weibo": (
        ("success", "0", 0.82),
        ("cancelled", "-1", 0.12),
        ("unsupported", "8000", 0.03),
        ("error", "-100", 0.03),
    ),
}

# Weight of each hour, from midnight: quiet at night, a peak at noon and a higher one in the evening.
_HOURS = (30, 17, 9, 6, 5, 8, 20, 45, 68, 76, 78, 82, 92, 84, 72, 70, 72, 78, 88, 98, 108, 112, 94, 60)

# Share of blocks in which people open the app and sign in to nothing, Monday to Sunday: at weekends they do sign in.
_BROWSE = (0.20, 0.22, 0.21, 0.20, 0.14, 0.04, 0.06)
_WEEKEND = 5


def browse_share(day: date) -> float:
    """Share of blocks that are pre-fetches alone on that day, 0 to 1."""
    return _BROWSE[day.weekday()]


def keep_shares(apps: Sequence[SampleApp], day: date, progress: float) -> list[float]:
    """Per logging app, in the order of `app_no`: the share of its blocks that stay with it on that day.

    The rest go to another app, so the day's total stays. `progress` is 0 on the first day of the sample and 1 on
    the last; business apps rest at weekends and the growing app starts at a quarter of its size.
    """
    weekend = day.weekday() >= _WEEKEND
    by_number = {app.app_no: app for app in apps if app.has_logs}
    return [
        (0.4 if app.is_business and weekend else 1.0) * (0.25 + 0.75 * progress if app.is_growing else 1.0)
        for _, app in sorted(by_number.items())
    ]


def clock() -> list[int]:
    """Milliseconds after midnight at which 0/1024, 1/1024, … 1024/1024 of a day's records have happened."""
    total = sum(_HOURS)
    points, hour, before = [], 0, 0
    for step in range(CLOCK_POINTS):
        reached = step * total / CLOCK_POINTS
        while reached >= before + _HOURS[hour]:
            before += _HOURS[hour]
            hour += 1
        points.append(int((hour + (reached - before) / _HOURS[hour]) * MS_PER_HOUR))
    return [*points, 24 * MS_PER_HOUR]


def answer_rows() -> list[dict[str, object]]:
    """The answers spread over `DRAWS` equally likely draws: `situation`, `draw`, `outcome`, `result_code`."""
    rows: list[dict[str, object]] = []
    for situation, answers in ANSWERS.items():
        drawn: list[tuple[str, str | None]] = []
        for outcome, code, share in answers:
            drawn += [(outcome, code)] * round(share * DRAWS)
        # Rounding may leave a draw or two over: the likeliest answer, first in each list, takes them.
        drawn = ([answers[0][:2]] * DRAWS + drawn)[-DRAWS:]
        rows += [
            {"situation": situation, "draw": draw, "outcome": outcome, "result_code": code}
            for draw, (outcome, code) in enumerate(drawn)
        ]
    return rows


def block_rows() -> list[dict[str, object]]:
    """The blocks as rows: `kind`, `slot`, `attempt`, `person`, `stage`, `situation`."""
    return [
        {
            "kind": kind,
            "slot": slot,
            "attempt": attempt,
            "person": person,
            "stage": stage,
            "situation": situation,
        }
        for kind, steps in BLOCKS.items()
        for slot, (attempt, person, stage, situation) in enumerate(steps)
    ]
