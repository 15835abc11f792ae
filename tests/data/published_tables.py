"""Published databases made by hand, for the tests of the reports."""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from pathlib import Path

import duckdb

from pipelines.contract.measures.counts import COUNTS, TOTALS
from pipelines.contract.measures.sql import sums, sums_by_channel
from pipelines.contract.tables.restatement_causes import RULES_CHANGED
from reports.content.chart_numbers import chart_numbers
from reports.content.context import App, listed_apps
from reports.content.published import PublishedTables
from tests.data import bought_packages
from tests.data.made_database import AS_OF, Database, day
from tests.data.made_sign_ins import add_sign_ins

# Names that break out of HTML, scripts, charts, CSV cells or their line.
HOSTILE_NAMES = {
    "img": '<img src=x onerror="document.title=`owned`">',
    "script": "</script><script>document.title='owned'</script>", "cmd": "=cmd|' /C calc'!A0",
    "quotes": "\"double\" 'single' `back` &amp; a,b", "bidi": "abc\u202edef\u2066ghi", "emoji": "应用 👩‍👩‍👧‍👦 café",
    "long": "长" * 300, "link": '<a href="https://example.invalid/">click</a>',
}  # fmt: skip


# Day 3 before the as-of is missing; the first day with data is 40 days before it.
MISSING_BACK = 3
FIRST_BACK = 40
# app, channel, scheme, package, carrier, requests per day, of those successes and cancelled ones, verify successes.
_SHAPES = [
    ("shop", "one_click", "s1", "com.example.shop", "CMCC", 20, 15, 3, 14),
    ("shop", "one_click", "s1", "com.example.shop", "CUCC", 10, 7, 1, 7),
    ("shop", "local_verify", "s2", None, "CTCC", 0, 0, 0, 9),
    ("shop", "wechat", None, None, "unknown", 8, 6, 1, 0),
    ("Shop", "qq", None, None, "unknown", 4, 2, 1, 0),
    ("ghost", "weibo", "=1+1", None, "unknown", 3, 1, 0, 0),
    *((key, "one_click", None, None, "CMCC", 5, 4, 0, 4) for key in HOSTILE_NAMES),
]


# Incidents of `example`, in the order of every report: open before ended, not acknowledged ones first, then by loss.
OPEN_INCIDENTS = ("all-rate", "shop-rate", "odd-rate")
ENDED_INCIDENTS = ("shop-volume", "missing-day")


def incident(incident_id: str, back: int, **changes: object) -> dict[str, object]:
    """Return a row of `incidents`: the technical success rate of one-click login of `shop`, which fell `back` days ago.

    `changes` replace columns.
    """
    return {
        "incident_id": incident_id, "kind": "rate", "metric": "technical_success_rate", "app_key": "shop",
        "channel": "one_click", "first_day": day(back), "state": "open", "days": back + 1, "level_before": 0.96,
        "level_now": 0.45, "lost": 139.4, "lost_total": 2500.6, "cause_kind": "broad",
    } | changes  # fmt: skip


def _add_incidents(made: Database) -> None:
    """Add incidents: open, ended, parts of others, one of all apps, one of the data, and one with hostile texts."""
    odd = HOSTILE_NAMES["img"]
    made.add(
        "incidents",
        incident("shop-rate", 10, cause_kind="cell", cause="platform=android & sdk_version=2.15.0", cause_before=0.96,
                 cause_now=0.26, rest_before=0.96, rest_now=0.95, share=0.98, codes="timeout 600015, error"),
        incident("shop-verify", 10, metric="verification_result_rate", lost=90.0, part_of="shop-rate"),
        incident("all-rate", 5, app_key="*", channel="wechat", lost=80.0),
        incident("ghost-rate", 5, app_key="ghost", channel="wechat", lost=60.0, part_of="all-rate"),
        incident("odd-rate", 2, app_key="img", lost=20.0, cause_kind="cell", cause=f"sdk_version={odd}",
                 cause_before=0.9, cause_now=0.2, rest_before=0.9, rest_now=0.9, share=1.0, codes=f"error {odd}"),
        incident("shop-volume", 25, kind="volume", metric="volume", channel="*", state="recovered", last_day=day(23),
                 ended_on=day(21), days=3, level_before=120.0, level_now=30.0, lost=70.0, cause_kind=None),
        incident("missing-day", MISSING_BACK, kind="data", metric="missing_day", app_key="*", channel="*",
                 state="recovered", last_day=day(MISSING_BACK),
                 ended_on=day(MISSING_BACK - 1), days=1, level_before=1.0, level_now=0.0, lost=0.0,
                 lost_total=0.0, cause_kind=None),
    )  # fmt: skip
    cell = {"dimension": "platform & sdk_version", "mix_effect": 0.0}
    made.add(
        "incident_cells",
        cell | {"incident_id": "shop-rate", "value": "android & 2.15.0", "requests_before": 0, "successes_before": 0,
                "requests_now": 700, "successes_now": 182, "rate_effect": -0.5},
        cell | {"incident_id": "shop-rate", "value": "ios & 2.14.0", "requests_before": 300, "successes_before": 288,
                "requests_now": 280, "successes_now": 266, "rate_effect": -0.01},
        cell | {"incident_id": "shop-rate", "value": "ios & 2.15.0", "requests_before": 20, "successes_before": 19,
                "requests_now": 20, "successes_now": 20, "rate_effect": 0.004},
        {"incident_id": "odd-rate", "dimension": "sdk_version", "value": odd, "requests_before": 90,
         "successes_before": 81, "requests_now": 90, "successes_now": 18, "mix_effect": 0.0, "rate_effect": -0.7},
    )  # fmt: skip
    made.add(
        "notes",
        {"day": day(9), "app_key": "shop", "text": "SDK 2.15.0 发布"},
        {"day": day(12), "app_key": "*", "text": "an earlier campaign"},
        {"day": day(1), "app_key": "img", "text": odd},
    )


def example(path: Path) -> Path:
    """Make a database with keys that differ only in case, an unregistered app, an idle app, hostile names, a missing
    day and incidents, and return its path. The counts of a day are `_SHAPES` times 1 + back % 3. `back` is the
    number of days before the as-of.
    """
    made = Database(path)
    made.publish(is_synthetic=True, first_day=day(FIRST_BACK))
    names = {"shop": "商城", "Shop": "Shop twin", "ghost": "ghost", "idle": "Idle", "CON": "Console"} | HOSTILE_NAMES
    for key, name in names.items():
        made.add("apps", {
            "app_key": key, "app_name": name, "platform": "unknown" if key == "ghost" else "android",
            "status": None if key == "ghost" else "disabled" if key == "idle" else "enabled",
            "is_registered": key != "ghost", "account_id": HOSTILE_NAMES.get(key),
        })  # fmt: skip
        if key in HOSTILE_NAMES:
            made.add("schemes", {
                "scheme_id": f"of-{key}", "scheme_group": name, "app_key": key, "scheme_name": name,
                "package_name": "com.example.odd", "methods": name,
            })  # fmt: skip
    for scheme in ("s1", "s2"):
        made.add("schemes", {
            "scheme_id": scheme, "scheme_group": "g", "app_key": "shop", "scheme_name": f"方案 {scheme}",
            "package_name": "com.example.shop", "methods": "number;wechat",
        })  # fmt: skip
    for back in range(FIRST_BACK + 1):
        missing, n = back == MISSING_BACK, 1 + back % 3
        made.add("day_quality", {
            "day": day(back), "records_accepted": 0 if missing else 500 + back, "duplicates": 2, "unmapped_codes": 1,
            "unregistered_apps": 1, "late_records": 5 if back == 0 else 0, "restated": back == 4,
            "day_state": "missing" if missing else "complete", "usual_records": None if missing else 400,
        })  # fmt: skip
        made.add("channel_detail_daily", *(
            {"day": day(back), "app_key": app, "channel": channel, "platform": "android", "scheme_id": scheme,
             "package_name": package, "carrier": carrier, "authorization_requests": n * requests,
             "authorizations": n * successes, "authorizations_cancelled": n * cancelled,
             "authorizations_failed": n * (requests - successes - cancelled),
             "verification_requests": n * verified + bool(verified), "verifications": n * verified,
             "mismatches": 0, "unknowns": int(bool(verified)), "billable_verifications": n * verified}
            for app, channel, scheme, package, carrier, requests, successes, cancelled, verified in _SHAPES
            if not missing
        ))  # fmt: skip
    _derive(made.connection)
    made.connection.execute(
        """
        UPDATE outcome_daily
        SET sdk_version = CASE
            WHEN app_key = 'img' THEN $odd
            WHEN channel <> 'one_click' THEN '2.13.0'
            WHEN day < $new THEN '2.14.0'
            ELSE '2.15.0'
        END
        WHERE app_key IN ('shop', 'img')""",
        {"odd": HOSTILE_NAMES["img"], "new": day(10)},
    )
    made.add("input_files", {
        "path": "<b>.ndjson", "sha256": "ab", "source": "authmeter", "bytes": 10, "records_read": 5, "accepted": 3,
        "rejected": 2, "skipped": 0, "nulled": 0, "status": "read",
    }, {
        "path": "cut.zst", "sha256": "cd", "source": "authmeter", "bytes": 4, "records_read": 0, "accepted": 0,
        "rejected": 0, "skipped": 0, "nulled": 0, "status": "damaged", "finding": "<i>cut</i> off",
    })  # fmt: skip
    made.add("rejected_records", *(
        {"path": "<b>.ndjson", "line": line, "reason": "malformed", "record": "<img src=x onerror=alert(1)>",
         "rejected": 996 if line == 5 else 1}
        for line in range(1, 6)
    ))  # fmt: skip
    made.add("result_codes", {"vendor": "umeng", "layer": "sdk", "platform": "*", "code": "600001", "stage": "page"},
             {"vendor": "umeng", "layer": "sdk", "platform": "ios", "code": "7", "outcome": "error"})  # fmt: skip
    coded = {"day": AS_OF, "app_key": "shop", "channel": "one_click", "stage": "authorize", "outcome": "error",
             "vendor": "umeng"}  # fmt: skip
    made.add("outcome_daily", coded | {"platform": "android", "result_code": "7", "records": 3},
             coded | {"platform": "ipad", "result_code": "7", "records": 4},
             coded | {"platform": "ios", "result_code": "600001", "records": 5},
             *(coded | {"app_key": key, "platform": "android", "result_code": name, "vendor": name, "records": 1}
               for key, name in HOSTILE_NAMES.items()))  # fmt: skip
    unmapped = {"day": AS_OF, "channel": "one_click", "stage": "authorize", "vendor": "umeng"}
    made.add("unmapped_codes", unmapped | {"platform": "android", "result_code": "7", "records": 3},
             unmapped | {"platform": "ios", "result_code": "600001", "records": 4},
             unmapped | {"platform": "ipad", "result_code": "600001", "records": 1},
             *(unmapped | {"platform": "android", "vendor": name, "result_code": name, "records": 1}
               for name in HOSTILE_NAMES.values()))  # fmt: skip
    made.add("nulled_fields", {"path": "<b>.ndjson", "field": "latency_ms", "records": 2})
    made.add("check_results", {"check_name": "files_balance", "severity": "error", "passed": True,
                               "detail_en": "All <b>files</b> balance.", "detail_zh": "账目平衡。"},
             {"check_name": "volume_jump", "severity": "warn", "passed": False, "day": AS_OF,
              "detail_en": "Fewer records.", "detail_zh": "记录减少。"})  # fmt: skip
    made.add("restatements", {"run": 1, "day": day(4), "app_key": "shop", "channel": "one_click",
                              "metric": "authorizations", "published_before": 40, "published_now": 44,
                              "cause": f"{HOSTILE_NAMES['img']}; a.ndjson (read again); {RULES_CHANGED}"})  # fmt: skip
    _add_incidents(made)
    _add_packages(made)
    _add_reconciliation(made)
    _add_limits(made)
    add_sign_ins(made, HOSTILE_NAMES["img"])
    return made.close()


def _add_reconciliation(made: Database) -> None:
    """Add bills of two months, the newer one with the cause `shift`, and console counts of many days with different
    causes. One console has an account with a hostile name.
    """
    odd = HOSTILE_NAMES["script"]
    month = {"month": date(2026, 2, 1), "account_id": "default", "channel": "number", "measure": "quantity",
             "log_days": 28, "console_days": 28, "tolerance": 50}  # fmt: skip
    made.add(
        "reconciliation_monthly",
        month | {"log": 9975, "console": 10005, "bill": 10000, "bill_minus_log": 25, "bill_minus_console": -5,
                 "cause": "shift", "explained": 23, "unexplained": 2, "tolerance": 5, "amount": 400.0},
        month | {"measure": "overflow", "log": 0, "bill": 0, "bill_minus_log": 0, "cause": "within", "explained": 0,
                 "unexplained": 0},
        month | {"month": date(2026, 1, 1), "log": 500, "bill": 900, "bill_minus_log": 400, "cause": "log_incomplete",
                 "log_days": 12, "explained": 0, "unexplained": 400},
    )  # fmt: skip
    count = {
        "account_id": "default", "app_key": "*", "channel": "number", "measure": "billed", "tolerance": 5, "late": 0,
    }  # fmt: skip
    for back in range(30):
        off = 12 if back == 6 else 0
        made.add("reconciliation_daily", count | {
            "day": day(back), "console": 100 + off, "log": 100, "difference": off,
            "cause": "unexplained" if off else "within", "explained": 0, "unexplained": off,
        })  # fmt: skip
    made.add(
        "reconciliation_daily",
        count | {"day": date(2026, 2, 10), "console": 130, "log": 100, "difference": 30, "cause": "shift",
                 "explained": 29, "unexplained": 1, "shift_hours": 8},
        count | {"day": day(0), "measure": "total", "console": 160, "log": 120, "difference": 40, "cause": "shift",
                 "explained": 38, "unexplained": 2, "shift_hours": 8, "late": 3},
        count | {"day": day(MISSING_BACK), "account_id": odd, "channel": "one_click", "console": 7, "cause": "no_log"},
        count | {"day": day(1), "app_key": "shop", "console": 60, "log": 50, "difference": 10, "cause": "mismatch",
                 "explained": 8, "unexplained": 2},
    )  # fmt: skip


def _add_limits(made: Database) -> None:
    """Add two limits of two apps on three days, and devices and phones with repeated requests. One limit has a hostile
    name.
    """
    limits = ((limit_id, app) for limit_id in ("phone_5_day", HOSTILE_NAMES["quotes"]) for app in ("shop", "cmd"))
    for place, (limit_id, app) in enumerate(limits):
        made.add("limit_daily", *(
            {"day": day(back), "limit_id": limit_id, "app_key": app, "requests": 100 + place, "with_key": 80 + place,
             "keys": 40, "blocked": 9 + place + back, "blocked_uses": 7 + place, "blocked_successes": 5 + back,
             "keys_blocked": 3}
            for back in (0, 1, 35)
        ))  # fmt: skip
    for key in ("phone", "device"):
        made.add("repeat_daily", *(
            {"day": day(0), "app_key": "shop", "key": key, "requests_class": name, "keys": 20 - most,
             "requests": (20 - most) * most, "uses": 20 - most}
            for name, most in (("11-20", 15), ("2", 2), ("6-10", 7), ("1", 1))
        ))  # fmt: skip
        made.add("repeat_top", *(
            {"day": day(0), "key": key, "rank": rank, "app_key": app, "key_hash": f"{rank:016x}",
             "requests": 16 - rank, "uses": 9 - rank, "first_at": f"{day(0)} 01:02:03+08:00",
             "last_at": f"{day(0)} 23:02:03+08:00"}
            for rank, app in ((1, "shop"), (2, "img"))
        ))  # fmt: skip


def _add_packages(made: Database) -> None:
    """Add an account whose packages suffice for its uses, and one with a hostile name whose package is used up."""
    odd = HOSTILE_NAMES["img"]
    package = bought_packages.package
    bought_packages.add_packages(
        made,
        [package("pkg-1", "default", 900, 60, -20, 90.0), package("pkg-2", "default", 800, 20, -340),
         package("next", "default", 500, -5, -370), package("old", "default", 100, 380, 15),
         package(odd, odd, 200, 30, -100)],
        {"default": {"shop": lambda back: 10 + back % 5, "ghost": lambda back: 2}, odd: {"cmd": lambda back: 9}},
        [bought_packages.reading("pkg-1", 9, 500)],
        days=FIRST_BACK + 1,
        missing=[MISSING_BACK],
    )  # fmt: skip


def steady(
    path: Path,
    *,
    days: int = 62,
    missing: Collection[int] = (),
    restated: Collection[int] = (),
    won: Callable[[int], int] = lambda back: 70,
    left: Callable[[int], int] = lambda back: 10,
    incident_back: int | None = None,
    stopped: Mapping[str, int] = {},
    more: Callable[[Database], None] = lambda made: None,
) -> Path:
    """Make a database of one app, `shop`, with 100 requests and 40 verifications a day, and return its path.

    Days are given as numbers of days before the as-of.

    Args:
        won, left: functions that return how many requests of a day are authorized and cancelled; the rest times out.
        incident_back: the first day of an open incident; None for no incident.
        stopped: other apps with the same counts, each with the last day on which it logged.
        more: adds other rows.
    """
    made = Database(path)
    made.publish(first_day=day(days - 1))
    made.add_codes()
    made.add("apps", {"app_key": "shop", "app_name": "商城", "platform": "android", "status": "enabled",
                      "is_registered": True})  # fmt: skip
    made.add("apps", *(
        {"app_key": key, "app_name": key.title(), "platform": "android", "status": "enabled", "is_registered": True}
        for key in stopped
    ))  # fmt: skip
    nothing = {"records_accepted": 0, "day_state": "missing"}
    made.add("day_quality", *(
        _complete(back, 140) | {"restated": back in restated} | (nothing if back in missing else {})
        for back in range(days)
    ))  # fmt: skip
    made.add("channel_detail_daily", *(
        {"day": day(back), "app_key": key, "channel": "one_click", "platform": "android", "carrier": "CMCC",
         "authorization_requests": 100, "authorizations": won(back), "authorizations_cancelled": left(back),
         "authorizations_failed": 100 - won(back) - left(back), "verification_requests": 40, "verifications": 40,
         "mismatches": 0, "unknowns": 0, "billable_verifications": 40}
        for back in range(days) if back not in missing
        for key, until in {"shop": 0, **stopped}.items() if back >= until
    ))  # fmt: skip
    _derive(made.connection)
    if incident_back is not None:
        made.add("incidents", incident("shop-rate", incident_back))
    made.add("restatements", *(
        {"run": 2, "day": day(back), "app_key": "shop", "channel": "one_click", "metric": "authorizations",
         "published_before": 69, "published_now": won(back), "cause": "late.ndjson"}
        for back in restated
    ))  # fmt: skip
    made.add("check_results", {"check_name": "files_balance", "severity": "error", "passed": True,
                               "detail_en": "All files balance.", "detail_zh": "账目平衡。"})  # fmt: skip
    more(made)
    return made.close()


def _complete(back: int, records: int) -> dict[str, object]:
    """Return a row of `day_quality` for a complete day without problems."""
    nothing = dict.fromkeys(("duplicates", "unmapped_codes", "unregistered_apps", "late_records"), 0)
    return {"day": day(back), "records_accepted": records, "restated": False, "day_state": "complete"} | nothing


def many(path: Path, count: int) -> Path:
    """Make a database of `count` apps over ten days, and return its path.

    App number i has i verifications a day; every third app also has i authorizations. There are two platforms and three
    accounts. Every tenth app is disabled, and every fifth has no record.
    """
    made = Database(path)
    made.publish(first_day=day(9))
    made.add_codes()
    made.connection.execute(
        """
        INSERT INTO apps
        SELECT format('app-{:04d}', i), ['示例商城', 'Sample Shop', '重庆出行'][1 + i % 3] || ' ' || i,
            ['android', 'ios'][1 + i % 2], 'account-' || i % 3, NULL, if(i % 10 = 0, 'disabled', 'enabled'), true
        FROM range($count) AS numbers(i)""",
        {"count": count},
    )
    made.add("day_quality", *(_complete(back, 100) for back in range(10)))
    made.connection.execute(
        """
        INSERT INTO channel_detail_daily BY NAME
        SELECT $last::DATE - back::INTEGER AS day, app_key, 'one_click' AS channel, platform, 'CMCC' AS carrier,
            if(i % 3 = 0, 2 * i, 0) AS authorization_requests, if(i % 3 = 0, i, 0) AS authorizations,
            0 AS authorizations_cancelled, if(i % 3 = 0, i, 0) AS authorizations_failed, i AS verification_requests,
            i AS verifications, 0 AS mismatches, 0 AS unknowns, i AS billable_verifications
        FROM (SELECT *, split_part(app_key, '-', 2)::INTEGER AS i FROM apps), range(10) AS days(back)
        WHERE i % 5 > 0""",
        {"last": AS_OF},
    )
    _derive(made.connection)
    return made.close()


def full(path: Path) -> Path:
    """Make a database of one app with everything that its page can show, and return its path.

    Every count of 62 days has seven digits. There are all channels, platforms, carriers and outcomes, more SDK versions
    than a page lists, more than ten codes in each step, and two open incidents with all cells that a page lists.
    """
    made = Database(path)
    made.publish(first_day=day(61))
    made.add_codes()
    made.add("apps", {"app_key": "60f1a2b3c4d5e6f7a8b9c0d1", "app_name": "一个名字很长的示例应用 Sample",
                      "platform": "android", "status": "enabled", "account_id": "account-0001",
                      "is_registered": True})  # fmt: skip
    for scheme in range(1, 4):
        made.add("schemes", {
            "scheme_id": f"scheme-{scheme:06}", "scheme_group": "默认分组", "app_key": "60f1a2b3c4d5e6f7a8b9c0d1",
            "scheme_name": f"示例方案 {scheme}", "package_name": f"com.example.sample.app{scheme}",
            "methods": "number;wechat;qq;weibo", "created_at": "2026-01-02",
        })  # fmt: skip
    values = {"last": AS_OF}
    made.add("day_quality", *(_complete(back, 100_000_000) for back in range(62)))
    # A channel's counts of a day, the sums over its six platforms, have seven digits each.
    made.connection.execute(
        """
        INSERT INTO channel_detail_daily BY NAME
        WITH cells AS (
            SELECT $last::DATE - back::INTEGER AS day, channel, platform, carrier,
                170000 + (hash(back, channel, platform, carrier) % 240000)::BIGINT AS n
            FROM range(62) AS days(back),
                (SELECT unnest(['one_click', 'local_verify', 'wechat', 'qq', 'weibo']) AS channel),
                (VALUES ('android', 'CMCC'), ('ios', 'CUCC'), ('ipad', 'CTCC'), ('harmony', 'unknown'), ('h5', 'CMCC'),
                    ('unknown', 'CUCC')) AS places(platform, carrier)
        )
        SELECT day, '60f1a2b3c4d5e6f7a8b9c0d1' AS app_key, channel, platform, 'scheme-000001' AS scheme_id,
            'com.example.sample.app1' AS package_name, carrier, 4 * n AS authorization_requests, n AS authorizations,
            n + 1 AS authorizations_cancelled, 2 * n - 1 AS authorizations_failed,
            3 * verified AS verification_requests, 2 * verified AS verifications, verified AS mismatches,
            verified AS unknowns, 2 * verified AS billable_verifications
        FROM (SELECT *, CASE WHEN channel IN ('one_click', 'local_verify') THEN n ELSE 0 END AS verified FROM cells)""",
        values,
    )
    _derive(made.connection)
    made.connection.execute("UPDATE channel_daily SET latency_p50_ms = 1234, latency_p95_ms = 12345")
    made.connection.execute("UPDATE outcome_daily SET sdk_version = '2.14.' || (hash(channel, platform) % 12)")
    made.connection.execute(
        """
        INSERT INTO outcome_daily BY NAME
        SELECT $last::DATE - 7 * back::INTEGER AS day, '60f1a2b3c4d5e6f7a8b9c0d1' AS app_key, 'one_click' AS channel,
            stage, 'android' AS platform, 'CMCC' AS carrier, outcome, 'umeng' AS vendor, 600000 + code AS result_code,
            1000000 + code AS records
        FROM range(2) AS days(back), (SELECT unnest(['authorize', 'verify']) AS stage), range(12) AS codes(code),
            (SELECT unnest(['switched', 'unsupported', 'carrier_error', 'config_error', 'limited', 'quota_exhausted',
                'error', 'unknown', 'mismatch']) AS outcome)""",
        values,
    )
    for incident_id, channel in (("0271486c7de239d9", "one_click"), ("8e1b0f5d36a94c27", "wechat")):
        made.add("incidents", incident(
            incident_id, 9, app_key="60f1a2b3c4d5e6f7a8b9c0d1", channel=channel, lost=139_412.4, lost_total=2_501_234.6,
            cause_kind="cell", cause="sdk_version=2.14.11", cause_before=0.96, cause_now=0.26, rest_before=0.96,
            rest_now=0.95, share=0.98, codes="carrier_error 600011, timeout 600015, unsupported 600021",
        ))  # fmt: skip
        made.add("incident_cells", *(
            {"incident_id": incident_id, "dimension": "sdk_version", "value": f"2.14.{version}",
             "requests_before": 8_531_000 + version, "successes_before": 8_000_000, "requests_now": 1_520_000 + version,
             "successes_now": 1_100_000, "mix_effect": 0.001, "rate_effect": -0.05}
            for version in range(12)
        ))  # fmt: skip
    made.add(
        "notes", {"day": day(4), "app_key": "60f1a2b3c4d5e6f7a8b9c0d1", "text": "SDK 2.14.11 被召回，见变更单 4711"}
    )
    made.add("resource_package_usage", *(
        {"day": day(back), "account_id": "account-0001", "app_key": "60f1a2b3c4d5e6f7a8b9c0d1", "uses": 1_000_000,
         "resource_package_id": f"resource-package-2026-03-{name:06}" if name else None}
        for back in (0, 8) for name in range(3)
    ))  # fmt: skip
    return made.close()


def _derive(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill the tables that are sums of `channel_detail_daily`, as the roll-up does."""
    connection.execute(f"""
        INSERT INTO channel_daily BY NAME
        SELECT day, app_key, channel, {sums(COUNTS)}, 1 AS devices,
            CASE WHEN channel <> 'qq' THEN 100 + day - DATE '2026-01-01' END AS latency_p50_ms,
            CASE WHEN channel <> 'qq' THEN 900 + day - DATE '2026-01-01' END AS latency_p95_ms
        FROM channel_detail_daily GROUP BY day, app_key, channel""")
    connection.execute("""
        INSERT INTO latency_daily BY NAME
        SELECT day, channel, count(*) AS records, max(latency_p50_ms) AS latency_p50_ms,
            max(latency_p95_ms) AS latency_p95_ms
        FROM channel_daily WHERE latency_p50_ms IS NOT NULL GROUP BY day, channel""")
    connection.execute("""
        INSERT INTO outcome_daily BY NAME
        SELECT day, app_key, channel, stage, platform, carrier, outcome,
            CASE WHEN channel IN ('one_click', 'local_verify') THEN 'umeng' ELSE channel END AS vendor, records
        FROM (
            SELECT *, unnest([authorizations, authorizations_cancelled, authorizations_failed, verifications, unknowns])
                    AS records,
                unnest(['success', 'cancelled', 'timeout', 'success', 'unknown']) AS outcome,
                unnest(['authorize', 'authorize', 'authorize', 'verify', 'verify']) AS stage
            FROM channel_detail_daily
        ) WHERE records > 0""")
    connection.execute(f"""
        INSERT INTO usage_daily BY NAME
        SELECT day, app_key, any_value(app_name) AS app_name, any_value(apps.platform) AS platform,
            {sums_by_channel()}, {sums(TOTALS)}, 1 AS devices
        FROM channel_detail_daily JOIN apps USING (app_key) GROUP BY day, app_key""")


def prepare(marts: PublishedTables, apps: list[App]) -> None:
    """Call `PublishedTables.prepare` for these apps. No app gets a workbook."""
    listed = listed_apps(apps, set())
    marts.prepare(listed, lambda: chart_numbers(marts.second_connection(), listed))
