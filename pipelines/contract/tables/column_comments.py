"""The meaning of each column of the published tables, for the comments in the DuckDB file and for the docs.

Columns that are not metrics are described here, in `_WORDS`: in Markdown, with links relative to `docs/reference/`. The
comment is the same text without the links. For a metric's column, the docs link to the metric, and the comment has its
label and meaning from `metrics.py`.
"""

import re
from collections.abc import Sequence
from typing import Final

from pipelines.contract.measures.counts import RATE_OF, SIGN_IN
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.measures.session_metrics import STEP_PAIRS, WAYS
from pipelines.contract.record.channels import CHANNELS, CHECK_CHANNELS, LOGIN_CHANNELS, METHODS, NUMBER_CHANNELS
from pipelines.contract.record.dimensions import CAUSES, SESSION_CAUSES, UNKNOWN
from pipelines.contract.record.fields import CARRIERS, PLATFORMS, STAGES


def _listed(words: Sequence[str], last: str = ", ") -> str:
    """Return words as Markdown code, separated by commas, but with `last` before the last word."""
    marked = [f"`{word}`" for word in words]
    return f"{', '.join(marked[:-1])}{last}{marked[-1]}"


# The cases in which a metric's column is NULL, by the same names as in `_WORDS`.
_ABSENT: Final = {
    "latency_p50_ms": "NULL if no record has a latency",
    "latency_p95_ms": "NULL if no record has a latency",
    "authorization_rate": "NULL if there was no request",
    "login_trend.authorizations": "NULL on a missing day",
    "login_trend.authorization_requests": "NULL on a missing day",
    "login_trend.authorizations_cancelled": "NULL on a missing day",
}

# Tables with the columns of another table.
_LIKE: Final = {"withdrawn_incidents": "incidents"}

# By column name, or by `table.column` for a name with another meaning in a table.
_WORDS: Final = {
    "account_id": "the account, as in the registry",
    **dict.fromkeys(
        (f"{table}.account_id" for table in ("billing_daily", "billing_hourly")),
        "the billed account: from `accounts.csv`, else the app's in `apps.csv`, else `default`",
    ),
    **dict.fromkeys(
        (f"resource_package{table}.account_id" for table in ("_daily", "_usage", "s", "_forecast")),
        "the account of the package",
    ),
    **dict.fromkeys(
        ("reconciliation_daily.account_id", "reconciliation_monthly.account_id"),
        "the account, as in the console or bill",
    ),
    "reconciliation_daily.app_key": "the key of the app; `*`: all apps of the account",
    **dict.fromkeys(
        ("reconciliation_daily.channel", "reconciliation_monthly.channel"),
        f"{_listed(NUMBER_CHANNELS)}, or `number` for both together",
    ),
    "reconciliation_daily.measure": "`total`, `success`, `failed`, `unknown` or `billed`",
    "reconciliation_monthly.measure": "`quantity`; for `number` also `overflow`, the uses that no package covered",
    "reconciliation_daily.console": "the count of the console",
    "reconciliation_monthly.console": "the uses that the console billed in the month; NULL if it has none",
    "reconciliation_daily.log": "the count of the log; NULL if the day is missing",
    "reconciliation_monthly.log": "the count of the log, over the days with data",
    "difference": "`console` - `log`; NULL if the day is missing",
    "tolerance": (
        "the tolerated difference: the larger of `tolerance_records` and `tolerance_share` of the count of the "
        "console or bill"
    ),
    "reconciliation_daily.cause": (
        "`no_log` if the day is missing; else the first cause that leaves at most `tolerance`: `within`, `shift`, "
        "`other_account`, `mismatch`, `unknown`, `duplicates`; else `unexplained`"
    ),
    "reconciliation_monthly.cause": "`within`, `log_incomplete` if a day is missing, `overflow_only`, then as in "
    "`reconciliation_daily`",
    "explained": "the part of the difference that the cause explains",
    "unexplained": "the rest of the difference",
    "shift_hours": "by how many hours the console's days begin later than the log's; only with `shift`",
    "bill": "the count of the bill",
    "bill_minus_log": "`bill` - `log`",
    "bill_minus_console": "`bill` - `console`",
    "log_days": "days of the month with data",
    "console_days": "days of the month with a billed count of the console",
    "amount": "yuan, as on the bill; only for `quantity`",
    "adjusted": "sum of the corrections by readings: read less computed",
    "buy_by": "`buy_lead_days` before `run_out_earliest`, else `run_out_day`; NULL: nothing runs out",
    "buy_quantity": "the forecast of the 365 days from `run_out_day`, by `factor_low`, else by `factor_mid`",
    "coverage": (
        "share of `coverage_checks` in which the actual uses were between the factors; NULL if there are fewer than 8"
    ),
    "coverage_checks": "earlier days on which a forecast can be checked",
    "drift": "the correction by the newest reading; NULL if there is none",
    "expired": "uses that were left at its expiry",
    "expires_at": "the first instant at which it is not valid",
    "factor_high": "the greatest ratio of the uses of four weeks to their level; NULL if there are fewer than 8 ratios",
    "factor_low": "the least ratio of the uses of four weeks to their level; NULL if there are fewer than 8 ratios",
    "factor_mid": "the median ratio of the uses of four weeks to their level; 1 if there are fewer than 8 ratios",
    "granted": "uses that the purchase added",
    "missing_days": (
        "days without data since the purchase or the newest reading, up to the expiry; if there are any, `remaining` "
        "is an upper bound"
    ),
    "opening": "uses left at the beginning of the day",
    "price": "total price in yuan, as in the registry",
    "purchased_at": "the first instant at which it is valid",
    "quantity": "total uses",
    "resource_package_forecast.quantity": "total uses of the active packages",
    "remaining": "uses that are left",
    "resource_package_readings.remaining": "uses left, as the console showed",
    "resource_package_readings.read_at": "time of the reading",
    "resource_package_forecast.remaining": "uses left in the active packages",
    "resource_package_id": "the package, as in the registry",
    "resource_package_usage.resource_package_id": "the package; NULL: overflow, not covered by a package",
    "run_out_day": "the first day with uses that no package covers, by `factor_mid`; NULL: none of the next 400",
    "run_out_earliest": "that day by `factor_high`",
    "run_out_latest": "that day by `factor_low`",
    "resource_packages.state": "at the end of the as-of day: `expired`, else `future`, else `used_up`, else `active`",
    "unused_expected": (
        "uses left at its expiry, by `factor_mid`; NULL if it has expired, expires after 400 days, or no forecast is "
        "possible"
    ),
    "unused_least": "that by `factor_high`",
    "unused_most": "that by `factor_low`",
    "used": "uses drawn from it",
    "used_up_day": "the future day on which it is used up, by `factor_mid`; NULL: none",
    "resource_package_usage.uses": "its uses that were drawn from the package",
    "uses_28d": "the forecast of the next 28 days, by `factor_mid`",
    "app_key": "the key of the app",
    "login_trend.app_key": "the key of the app; `*`: all apps together",
    "login_trend_summary.app_key": "the key of the app; `*`: all apps together",
    "incidents.app_key": "the key of the app; `*`: all apps together",
    "notes.app_key": "the key of the app; `*`: all apps",
    "notes.incident_id": "the incident that the note names; NULL: none",
    "session_times_daily.app_key": "the key of the app; `*`: all apps together",
    "app_name": "the registered name, else the key",
    "as_of": "the last closed day",
    "authorize": "sessions with a success of stage `authorize` or `login` in one_click",
    "authorize_verify": "sessions with both steps, in any order",
    "base_days": "days of the base",
    "base_days_with_data": "days of the base that are `complete`",
    "base_first_day": "first day of the base, the days that the period is compared with",
    "base_last_day": "last day of the base",
    "blocked": "records that the limit would have blocked",
    "blocked_successes": "blocked records with outcome `success`: users who would have been turned away",
    "blocked_uses": "blocked records that are billed: uses that would have been saved",
    "by_server": "whether only a record of the server signs in by one_click: of the app's sessions with a one_click "
    "success in `authorize`, a tenth or more, and at least one, have a one_click record in `verify` or `login`",
    "bytes": "size of the file in landing, as delivered",
    "carrier": _listed((*CARRIERS, UNKNOWN), " or "),
    "cause": "the files that changed it, separated by `; `, or `registry, result codes or billing rule`; of a package "
    "also `days that retention removed`",
    "incidents.cause": (
        "`dimension=value`, joined by ` & ` for a pair; for `data` the file, source or hours; for `surge` the cell "
        "that grew most; NULL if there is none"
    ),
    "cause_before": "rate of the cause over the days of the baseline; NULL without requests or without a cause",
    "cause_kind": (
        "`cell`: one cell explains the fall; `mix`: changed shares alone explain it; `broad`: neither; NULL unless "
        "it is a rate"
    ),
    "cause_now": "rate of the cause over the newest days; NULL without requests or without a cause",
    "caveat_en": "limits of the metric, in English",
    "caveat_zh": "limits of the metric, in Chinese",
    "change": (
        "`matched_authorizations / counterpart_authorizations - 1`; NULL if the divisor is 0 or fewer than half of "
        "the window's days are matched"
    ),
    "channel": f"{_listed(CHANNELS)}, or a channel declared in the [settings](../settings.md#channels)",
    **dict.fromkeys(("billing_daily.channel", "billing_hourly.channel"), _listed(NUMBER_CHANNELS, " or ")),
    "channel_group": "`number`: with verification records; `social`: a platform's own sign-in; `other`",
    "login_trend.channel": _listed(LOGIN_CHANNELS, " or "),
    "login_trend_summary.channel": _listed(LOGIN_CHANNELS, " or "),
    "restatements.channel": "the channel; `*`: all channels together, as in `usage_daily`",
    "incidents.channel": "the channel; `*`: all channels together",
    "session_stops_daily.channel": (
        f"channel of the last record: {_listed([one for one in CHANNELS if one not in CHECK_CHANNELS])}, or a declared "
        "one"
    ),
    "check_name": "the check; see the [operator's guide](../operator.md#warnings-one-by-one)",
    "restatements.closed_through": (
        "the last closed day while `published_before` was published; NULL if an earlier version stored the change"
    ),
    "closed_through": (
        "the last closed day when the file was read; NULL if nothing was published yet, and for an unread file"
    ),
    "channels.channel": "the channel",
    "channels.is_login": "whether it is one of the channels of the login trend",
    "channels.name_en": "its name in English",
    "channels.name_zh": "its name in Chinese",
    "click": "sessions with a success of stage `click` in one_click: login was pressed",
    "click_authorize": "sessions with both steps, in any order",
    "code": "the result code, as text",
    "codes": "the outcomes and result codes that grew most, separated by `, `; NULL if none grew",
    "created_at": "as in the registry, in the business time zone; a date is its midnight",
    "day": "business day",
    "check_results.day": "the checked day; NULL: the data folder as a whole",
    "billing_daily.duplicates": (
        "copies of these requests that do not count, under the account, app and channel of the record that counts"
    ),
    "day_state": "`complete`: at least one record was read for the day, from any app; `missing`: none",
    "days": "days of the period",
    "days_with_data": "days of the window that are `complete`: with a record of any app",
    "usage_month.days_with_data": "days of the month that are `complete`: with a record of any app",
    "periods.days_with_data": "days of the period that are `complete`",
    "detail_en": "the finding, in English",
    "detail_zh": "the finding, in Chinese",
    "entry_channel": "channel of the session's first record",
    "failed_channel": "channel of the session's first failure",
    "failure": "outcome of the session's first failure: neither `success` nor `unchecked`",
    "field": "the field",
    "finding": (
        "why the file is damaged, or why few of its records were accepted; for a held file, the days that would lose "
        "records, and how many; for an unread file, its kind, NULL if `ignore` names it"
    ),
    "first_day": "the first day with records",
    "periods.first_day": "first day of the period",
    "first_at": "time of its first verification record in the app",
    "first_read_at": "time at which this content was first read; for an unread file, first seen",
    "formula": (
        "its definition in one line: SQL over the counted records or over other metrics; words for counts of files "
        "and days"
    ),
    "generated_at": "time at which data last changed",
    "hour": "hour of the business clock, 0 to 23; an hour that occurs twice is one row",
    "is_additive": "whether values of several days, apps or channels may be added",
    "is_base": "whether the day belongs to the base, the days that the period is compared with",
    "is_comparable": "whether a change from the base to the period is shown: at least half of its days are matched",
    "is_matched": (
        "whether the day is compared: it and its counterpart are `complete`. Counterparts have the same position "
        "from the first day, so months are matched by the number of the day"
    ),
    "is_registered": "whether the app is in `registry/apps.csv`",
    "is_holiday": "whether it is a holiday, by `holidays` or `calendar`: no usual volume is expected",
    "is_short": (
        "whether it has far fewer records than usual: it is a day of an incident `short_day`, or has less than 1 / "
        "(1 + `jump_warn_ratio`) of `usual_records`; a day without records is `missing`, not short"
    ),
    "is_synthetic": "whether the logs come from `authmeter sample`",
    "label_en": "its name in English",
    "label_zh": "its name in Chinese",
    "last_at": "time of its last verification record in the app",
    "last_day": "last day of the period",
    "late": (
        "requests that were read after their day was closed, and that their path had not delivered in time; copies are "
        "not counted"
    ),
    "layer": "`sdk`, `server`, `carrier` or `oauth`",
    "limit_id": "the limit, as in `limits.csv`",
    "line": (
        "the line of the unpacked file on which the record begins, counted from 1 with blank lines and the header; in "
        "Parquet the row, and in a JSON array or JSON objects over several lines the number of the object"
    ),
    "matched_days": "compared days of the period: they and their counterparts are `complete`",
    "login_trend_summary.matched_days": "days d of the window for which d and d − `window_days` are both `complete`",
    "matched_authorizations": "authorizations of the matched days",
    "matched_authorization_requests": "authorization requests of the matched days",
    "counterpart_authorizations": "authorizations of the days `window_days` before the matched days",
    "counterpart_authorization_requests": "authorization requests of the days `window_days` before the matched days",
    "incidents.days": "days from `first_day` to `last_day`, or to the as-of while it is open",
    "dimension": (
        f"{_listed(CAUSES)}, or two of them with ` & ` between; of the sign-in rate likewise {_listed(SESSION_CAUSES)}"
    ),
    "incidents.first_day": "the day on which it began",
    "incident_id": "id derived from kind, metric, app, channel and first day, the same in every run",
    "key": "`device` or `phone`",
    "key_hash": "the first 16 hex digits of its hash",
    "keys": "devices or phones, each counted once for an app",
    "limit_daily.keys": "devices or phones that came; 1 where the key is the app",
    "keys_blocked": "keys with a blocked record",
    "kind": "`rate`, `volume`, `data`, or `further`: worth a look, and no failure to sign in",
    "incidents.last_day": "its last day; NULL while it is open",
    "ended_on": "the day whose data show its end: of a rate, the second in a row that is back; if it settled, the day "
    "after its 28th; NULL while it is open",
    "withdrawn_incidents.last_day": "its last day, as it was reported",
    "meaning_en": "the meaning in English",
    "meaning_zh": "the meaning in Chinese",
    "methods": f"of {_listed(METHODS)}, separated by `;`",
    "metric": "the name of the metric",
    "restatements.metric": "the name of the metric: a figure of `channel_daily` or `usage_daily`, "
    "[`records`](metrics.md#records), or [`records_moved`](metrics.md#records_moved) if no figure changed; "
    "[`resource_package_remaining`](metrics.md#resource_package_remaining), of all apps, under the package as channel",
    "month": "the first day of the calendar month",
    "negative": "sessions in which the later step has the earlier time because clocks differ; counted only here",
    "nulled": "optional fields that broke their rule and became NULL",
    "outcome": "one of the thirteen outcomes, as logged or as resolved from the code",
    "result_codes.outcome": "the outcome of the code; NULL in a row with a stage",
    "session_stops_daily.outcome": "outcome of the last record",
    "p50_ms": "median of the milliseconds from the first step to the second, nearest rank; NULL if there are none",
    "p95_ms": "95th percentile of these milliseconds, nearest rank; NULL if there are none",
    "package_name": "the package; NULL if the record has none",
    "schemes.package_name": "the package",
    "passed": "whether the check passed",
    "path": "path under `landing`, with `/`",
    "period": "`day` (the data day), `7`, `30` (days), `month` (to date) or `last_month` (the last whole one)",
    "place": "place in the order of the pages, from 0",
    "rejected_records.origin": "`landing`: a record of a log; `registry`: a row of the registry",
    "rejected_records.path": "path under `landing`, or, of the registry's rows, `registry/<file>`",
    "rejected_records.rejected": (
        "number of rejected records that the row represents: 1; in the last row of a file and reason also all later "
        "ones, which have no rows"
    ),
    "rejected_records.sha256": (
        "SHA-256 of the content of the path that has the record, as in `input_files`; empty for a row of the registry"
    ),
    "platform": f"{_listed((*PLATFORMS, UNKNOWN), ' or ')}: of the record, else of the registry",
    **dict.fromkeys(
        (f"{table}.platform" for table in ("apps", "usage_daily", "usage_7d", "usage_30d", "usage_month")),
        "the registered platform, else `unknown`",
    ),
    "result_codes.platform": "the platform that the row is for; `*`: any",
    "previous_authorizations": "authorizations of the same number of days just before the window",
    "previous_authorization_requests": "authorization requests of the same number of days just before the window",
    "previous_days_with_data": "days of the previous window that are `complete`",
    "published_before": "the figure published before; NULL if the day had no records then, and for `records_moved`",
    "published_now": "the figure published now; NULL if the day has no records any more",
    "reason": "why it was rejected; see the [log format](../log-format.md#reasons-of-rejection)",
    "record": "its text, with possibly personal values masked, cut at 2,000 characters",
    "session_books.records": "sign-in records: all counted records except stage `prefetch` and channel `local_verify`",
    "latency_daily.records": "authorize, verify and login records with a latency, without copies",
    "latency_daily.latency_p50_ms": "[Latency p50](metrics.md#latency_p50_ms) over the records of all apps",
    "latency_daily.latency_p95_ms": "[Latency p95](metrics.md#latency_p95_ms) over the records of all apps",
    "level_before": "the level of the baseline: a rate, requests or records a day, or milliseconds",
    "level_now": "the level of its newest days, 7 at most",
    "incidents.lost": (
        "requests lost on `lost_day`: the difference to the baseline; of `surge` the additional requests, of "
        "`cancellation_rate` the additional cancellations; 0 for `latency_p95_ms`"
    ),
    "lost_day": "its last day, or the as-of day while it is open; the newest day before that if that one has no "
    "records or, for volumes, is a holiday",
    "lost_total": "requests lost in total",
    "incidents.metric": f"{', '.join(f'`{name}`' for name in (*RATE_OF, SIGN_IN))}, `volume`, `surge`, "
    "`latency_p95_ms`, or the name of the data check",
    "mix_effect": "effect on the rate of the change of its share of requests",
    "part_of": "the incident that it is part of; NULL if it is not part of another incident",
    "nulled_fields.records": "records where the field became NULL",
    "restated": "whether a later run changed a cell of the day in `usage_daily` (name and platform aside), "
    "`channel_daily`, `channel_detail_daily`, `outcome_daily` or a table of sessions",
    "result_code": "the code as logged; NULL if there was none",
    "run": "number of the run that changed data",
    "withdrawn_incidents.run": "number of the run that withdrew it; the restatements of that run list the changes",
    "scheme_group": "as in the registry",
    "scheme_id": "the scheme; NULL if the record has none",
    "schemes.scheme_id": "the scheme",
    "scheme_name": "as in the registry",
    "sdk_version": "as logged; NULL if there was none",
    **dict.fromkeys(
        ("session_paths_daily.sessions", "session_stops_daily.sessions"), "[sign-in sessions](metrics.md#sessions)"
    ),
    "funnel_daily.sessions": "[sign-in sessions](metrics.md#sessions) with a record in one_click",
    "session_times_daily.sessions": "sessions with a success of both steps, in two records, that are not `negative`",
    "severity": "`warn`, or `notice`: the check passed with a remark",
    "sha256": "SHA-256 of the file in landing, in hex; empty if its bytes cannot be read",
    "source": "the source mapping that read the file; empty for an unread file and a refused archive",
    "stage": _listed(STAGES, " or "),
    "result_codes.stage": "the step that the code reports, instead of an outcome; `none`: an action that is not a step",
    "session_stops_daily.stage": "stage of the last record",
    "signed_in": "sessions that signed in by one_click",
    "signed_in_by": "channel by which the session signed in; NULL if it was not seen signing in",
    "step": f"the two steps in one_click: {_listed(tuple(STEP_PAIRS), ' or ')}",
    "status": "`read`, `damaged`, `held`, `replaced` or `unread`",
    "apps.status": "`enabled` or `disabled`; NULL if the app is not registered",
    "time_zone": "the business time zone",
    "uses": "requests that are [billed](metrics.md#billable_verifications)",
    "unit": "`records`, `sessions`, `share` (0 to 1), `devices`, `ms` or `apps`",
    "unchecked": "sessions with a record of outcome `unchecked`: login was pressed without consent to the terms",
    "unmapped_codes.result_code": "the code as logged",
    "unmapped_codes.platform": f"{_listed((*PLATFORMS, UNKNOWN), ' or ')}; `ipad` is looked up as `ios`",
    "rate_effect": "effect on the rate of the change of its own rate",
    "rank": "1 to 20, by requests; ties by hash and app",
    "limit_daily.requests": "verification records in the scope of the limit",
    "requests_class": "number of requests in the day: `1` … `5`, `6-10`, `11-20`, `21-50` or `51+`",
    "requests": "verification records without copies",
    "requests_before": "requests on the days of the baseline",
    "requests_now": "requests on the newest days, 7 at most",
    "rest_before": "rate of all other requests over the days of the baseline",
    "rest_now": "rate of all other requests over the newest days",
    "incidents.share": "the part of the fall that the cause explains; NULL if there is none",
    "state": "`open`, `recovered`, or `settled`: the new level has become normal",
    "withdrawn_incidents.state": "`withdrawn`",
    "successes": "requests with outcome `success`",
    "successes_before": "successful requests on the days of the baseline",
    "successes_now": "successful requests on the newest days",
    "text": "text of the note",
    "usual_records": (
        "records without copies on a usual day: the median of the weekday over the eight weeks before, or of all "
        "days if the weekday has fewer than three days with data; NULL if there are fewer than three days, and for a "
        "holiday"
    ),
    "value": "the value of the dimension, joined by ` & ` for two; `unknown` if absent",
    "verify": "sessions with a success of stage `verify` or `login` in one_click",
    "vendor": "the vendor, as logged or by the channel",
    "result_codes.vendor": "the vendor whose code it is",
    "way": f"{_listed([way for way in WAYS if way != 'direct'])}: see [the metrics](metrics.md#retry) of these names",
    "window_days": "7 or 30",
    "within_minute": "sessions that signed in at most 60 seconds after the failure",
    "without_subject": "records with neither a device nor an attempt: they are in no session",
    "with_key": "requests with the key; divided by `requests`: the coverage of the limit",
    "usage_7d.window_days": "7",
    "usage_30d.window_days": "30",
    "usage_month.window_days": "days of the month; in the current month up to the last closed day",
    "periods.window_days": "7 or 30; NULL in the other periods",
}


def column_words(table: str, column: str) -> str:
    """Return a column's meaning in Markdown, with a link for a metric. Raises KeyError for an undescribed column."""
    said = _of_column(_WORDS, table, column)
    return said or f"[{METRICS[column].label.en}](metrics.md#{column}){_absence(table, column)}"


def column_comment(table: str, column: str) -> str:
    """Return the meaning of a column, in plain text. Raises KeyError for an undescribed column."""
    if said := _of_column(_WORDS, table, column):
        return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", said)
    if column not in METRICS:
        raise KeyError(f"{table}.{column} has no meaning: add it to column_comments.py")
    metric = METRICS[column]
    return f"{metric.label.en} {metric.label.zh}: {metric.meaning.en.rstrip('.')}{_absence(table, column)}"


def _absence(table: str, column: str) -> str:
    absent = _of_column(_ABSENT, table, column)
    return f"; {absent}" if absent else ""


def _of_column(words: dict[str, str], table: str, column: str) -> str | None:
    return words.get(f"{table}.{column}") or words.get(f"{_LIKE.get(table)}.{column}") or words.get(column)
