"""Adds made-up sign-in sessions of two apps and two SDK versions to a database. One scheme has a hostile name.

Of 12,340 sessions on the as-of, 11,218 signed in, 1,082 are lost and 40 are cut. 1,020 had a failure, and 643 of these
signed in. There are also 100 direct sessions ten days before, and 50 sixty days before.
"""

from tests.data.made_database import Database, day

_ONE_CLICK = {"app_key": "shop", "entry_channel": "one_click"}
_ANDROID = {"platform": "android", "carrier": "CMCC", "sdk_version": "2.14.0", "scheme_id": "s1"}
_IOS = {"platform": "ios", "carrier": "CUCC", "sdk_version": "2.15.0", "scheme_id": "s2"}
_STEPS = ("sessions", "page", "click", "authorize", "verify", "page_click", "click_authorize", "authorize_verify",
          "page_signed_in", "signed_in")  # fmt: skip


def add_sign_ins(made: Database, odd: str) -> None:
    """Add the tables of sessions. Sessions of the app `img` have the scheme `odd` and an unknown SDK version."""
    _add_ways(made, odd)
    _add_paths(made)
    for values, counts in (
        (_ANDROID, (8000, 7900, 7500, 7400, 7300, 7450, 7350, 7290, 7280, 7300)),
        (_IOS, (3000, 2950, 2800, 2700, 2600, 2790, 2690, 2590, 2580, 2600)),
    ):
        made.add("funnel_daily", {"day": day(0), "app_key": "shop"} | values | dict(zip(_STEPS, counts, strict=True)))
    for step, p50 in (
        ("page_click", 1200),
        ("click_authorize", 800),
        ("authorize_verify", 300),
        ("page_signed_in", 2500),
    ):
        made.add("session_times_daily", *(
            {"day": day(0), "app_key": key, "step": step, "sessions": 9000, "p50_ms": p50, "p95_ms": 4 * p50,
             "negative": 3}
            for key in ("*", "shop")
        ))  # fmt: skip
    book = {"day": day(0), "by_server": True}
    made.add(
        "session_books",
        book | {"app_key": "shop", "records": 60000, "without_subject": 600, "sessions": 11000},
        book | {"app_key": "img", "records": 4000, "without_subject": 400, "sessions": 1340},
    )


def _add_ways(made: Database, odd: str) -> None:
    none = dict.fromkeys(("retry", "other", "cut", "lost", "unchecked"), 0)
    made.add(
        "session_daily",
        _ONE_CLICK | _ANDROID | {"day": day(0), "sessions": 8000, "direct": 7000, "retry": 300, "other": 100, "cut": 20,
                                 "lost": 580, "unchecked": 7},
        _ONE_CLICK | _IOS | {"day": day(0), "sessions": 3000, "direct": 2500, "retry": 100, "other": 100, "cut": 10,
                             "lost": 290, "unchecked": 0},
        {"day": day(0), "app_key": "img", "entry_channel": "wechat", "platform": "android", "carrier": "unknown",
         "scheme_id": odd, "sessions": 1340, "direct": 1075, "retry": 23, "other": 20, "cut": 10, "lost": 212,
         "unchecked": 0},
        *(
            _ONE_CLICK | _ANDROID | none | {"day": day(back), "sessions": number, "direct": number}
            for back, number in ((10, 100), (60, 50))
        ),
    )  # fmt: skip


def _add_paths(made: Database) -> None:
    for channel, failure, way, by, sessions, within_minute in (
        ("one_click", "timeout", "retry", "one_click", 400, 380),
        ("one_click", "timeout", "other", "wechat", 150, 100),
        ("one_click", "timeout", "lost", None, 300, 0),
        ("one_click", "switched", "other", "wechat", 70, 70),
        ("one_click", "cancelled", "cut", None, 10, 0),
        ("wechat", "cancelled", "retry", "wechat", 23, 20),
        ("wechat", "error", "lost", None, 67, 0),
    ):
        made.add("session_paths_daily", {
            "day": day(0), "app_key": "shop", "failed_channel": channel, "failure": failure, "way": way,
            "signed_in_by": by, "sessions": sessions, "within_minute": within_minute,
        })  # fmt: skip
    for channel, stage, outcome, sessions in (
        ("one_click", "page", "success", 700),
        ("one_click", "click", "success", 200),
        ("one_click", "authorize", "success", 100),
        ("wechat", "authorize", "cancelled", 82),
    ):
        made.add("session_stops_daily", {"day": day(0), "app_key": "shop", "channel": channel, "stage": stage,
                                         "outcome": outcome, "sessions": sessions})  # fmt: skip
