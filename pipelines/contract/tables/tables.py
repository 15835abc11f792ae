"""Each published table and view: its grain, its key, and its columns with their DuckDB types.

Add a table or column here and in the statement that computes it, and its words in `column_comments.py`; the docs and
tests compare with this list.
"""

from collections.abc import Iterable
from typing import Final

from pipelines.common.days import WINDOWS
from pipelines.contract.measures.counts import LOGIN_RATE, LOGINS, USAGE, VERIFIED, cut_by
from pipelines.contract.measures.measure import DETAIL
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.measures.session_metrics import FUNNEL, WAYS
from pipelines.contract.record.dimensions import BY_KEY, OUTCOME_KEY, SESSION_DIMENSIONS
from pipelines.contract.record.fields import ABSENT_FIELDS
from pipelines.contract.tables.table import table_of


def _measures(names: Iterable[str]) -> str:
    return " ".join(METRICS[name].column for name in names)


def _counts(names: Iterable[str], prefix: str = "", absent: str = "") -> str:
    """Return columns of counts for `table_of`. The name of each column is `prefix` followed by the count's name.

    `absent` is `?` if the columns may be NULL.
    """
    return " ".join(f"{prefix}{name}:BIGINT{absent}" for name in names)


def _fields(names: Iterable[str]) -> str:
    """Return columns for fields of a record, for `table_of`: with a final `??` if older files lack the field, else `?`
    if a record may lack it.
    """
    later = {key for key, one in BY_KEY.items() if one.is_later}
    return " ".join(f"{name}{'??' if name in later else '?' if name in ABSENT_FIELDS else ''}" for name in names)


_INCIDENT: Final = """incident_id kind metric app_key channel first_day:DATE last_day:DATE? state days:INTEGER
    level_before:DOUBLE level_now:DOUBLE lost:DOUBLE lost_total:DOUBLE cause_kind? cause? cause_before:DOUBLE?
    cause_now:DOUBLE? rest_before:DOUBLE? rest_now:DOUBLE? share:DOUBLE? codes?"""

_ALL: Final = (
    table_of("publication", "the single row that describes the publication", "as_of",
        "as_of:DATE run:BIGINT generated_at:TIMESTAMPTZ time_zone first_day:DATE? is_synthetic:BOOLEAN"),
    table_of("apps", "app, registered or found in a log", "app_key",
        "app_key app_name platform account_id? created_at:TIMESTAMP? status? is_registered:BOOLEAN"),
    table_of("channels", "channel, built in, declared in the settings, or with a record", "channel",
        "channel name_zh name_en channel_group is_login:BOOLEAN place:INTEGER"),
    table_of("schemes", "scheme and package", "scheme_id package_name",
        "scheme_id scheme_group? app_key scheme_name? package_name? methods? created_at:TIMESTAMP?"),
    table_of("metrics", "metric", "metric",
        "metric label_zh label_en unit meaning_zh meaning_en formula caveat_zh caveat_en is_additive:BOOLEAN"),
    table_of("result_codes", "vendor, layer, platform, code", "vendor layer platform code",
        "vendor layer platform code outcome? stage? meaning_en? meaning_zh?"),
    table_of("channel_daily", "day, app_key, channel with a record of any stage", "day app_key channel",
        f"day:DATE app_key channel {_measures(cut_by('channel'))}"),
    table_of("usage_daily", "day, app_key with a record", "day app_key",
        f"day:DATE app_key app_name platform {_measures((*USAGE, 'devices'))}"),
    table_of("channel_detail_daily", f"day, app_key, {', '.join(DETAIL)}", f"day app_key {' '.join(DETAIL)}",
        f"day:DATE app_key {_fields(DETAIL)} {_measures(cut_by(*DETAIL))}"),
    table_of("outcome_daily", ", ".join(OUTCOME_KEY), " ".join(OUTCOME_KEY),
        f"day:DATE {_fields(OUTCOME_KEY[1:])} records:BIGINT"),
    table_of("session_daily", f"day, app_key, entry_channel, {', '.join(SESSION_DIMENSIONS)} with a sign-in session",
        f"day app_key entry_channel {' '.join(SESSION_DIMENSIONS)}",
        f"""day:DATE app_key entry_channel {_fields(SESSION_DIMENSIONS)}
        {_counts(("sessions", *WAYS, "unchecked"))}"""),
    table_of("session_paths_daily",
        "day, app_key, failed_channel, failure, way, signed_in_by: sessions with a failure, by the first one",
        "day app_key failed_channel failure way signed_in_by",
        "day:DATE app_key failed_channel failure way signed_in_by? sessions:BIGINT within_minute:BIGINT"),
    table_of("session_stops_daily",
        "day, app_key, channel, stage, outcome: sessions with way `lost`, by their last record",
        "day app_key channel stage outcome", "day:DATE app_key channel stage outcome sessions:BIGINT"),
    table_of("funnel_daily", f"day, app_key, {', '.join(SESSION_DIMENSIONS)}: sessions with a record in one_click",
        f"day app_key {' '.join(SESSION_DIMENSIONS)}",
        f"day:DATE app_key {_fields(SESSION_DIMENSIONS)} {_counts(('sessions', *FUNNEL))}"),
    table_of("session_times_daily", "day, app_key (`*`: all), step: sessions with a success of both, in two records",
        "day app_key step", "day:DATE app_key step sessions:BIGINT p50_ms:INTEGER? p95_ms:INTEGER? negative:BIGINT"),
    table_of("session_books", "day, app_key with a sign-in record", "day app_key",
        "day:DATE app_key records:BIGINT without_subject:BIGINT sessions:BIGINT by_server:BOOLEAN"),
    table_of("billing_daily", "day, account_id, app_key, channel with a verification record",
        "day account_id app_key channel", f"day:DATE account_id app_key channel {_counts(VERIFIED)}"),
    table_of("billing_hourly", "day, hour, account_id, channel with a verification record",
        "day hour account_id channel", f"day:DATE hour:INTEGER account_id channel {_counts(VERIFIED[:5])}"),
    table_of("limit_daily", "day, limit_id, app_key with a verification record in scope, over the last 30 days",
        "day limit_id app_key",
        """day:DATE limit_id app_key requests:BIGINT with_key:BIGINT keys:BIGINT blocked:BIGINT blocked_uses:BIGINT
        blocked_successes:BIGINT keys_blocked:BIGINT"""),
    table_of("repeat_daily", "day, app_key, key, requests_class with a device or phone, over the last 30 days",
        "day app_key key requests_class",
        "day:DATE app_key key requests_class keys:BIGINT requests:BIGINT uses:BIGINT"),
    table_of("repeat_top",
        "day, key, rank: the devices and phones with most verification records in an app, over the last 30 days",
        "day key rank", """day:DATE key rank:INTEGER app_key key_hash requests:BIGINT uses:BIGINT first_at:TIMESTAMPTZ
        last_at:TIMESTAMPTZ"""),
    table_of("unmapped_codes",
        "day, channel, stage, vendor, platform, result_code that the dictionary does not have for the stage",
        "day channel stage vendor platform result_code",
        "day:DATE channel stage vendor platform result_code records:BIGINT"),
    table_of("latency_daily", "day, channel with a record that has a latency, over all apps together", "day channel",
        "day:DATE channel records:BIGINT latency_p50_ms:INTEGER latency_p95_ms:INTEGER"),
    table_of("login_trend", "as_of, window_days, app_key, channel, day: every day of the window",
        "as_of window_days app_key channel day",
        f"""as_of:DATE window_days:INTEGER app_key channel day:DATE {_counts(LOGINS, absent="?")}
        authorization_rate:DOUBLE? day_state"""),
    table_of("login_trend_summary", "as_of, window_days, app_key, channel", "as_of window_days app_key channel",
        f"""as_of:DATE window_days:INTEGER app_key channel {_counts(LOGINS)} authorizations_failed:BIGINT
        authorization_rate:DOUBLE? {_counts(LOGIN_RATE, "previous_")} {_counts(LOGIN_RATE, "matched_")}
        {_counts(LOGIN_RATE, "counterpart_")} change:DOUBLE? matched_days:INTEGER days_with_data:INTEGER
        previous_days_with_data:INTEGER"""),
    table_of("periods",
        "period that the pages show: the data day, 7 and 30 days, the month to date, the last whole month", "period",
        """period place:INTEGER window_days:INTEGER? first_day:DATE last_day:DATE base_first_day:DATE base_last_day:DATE
        days:INTEGER days_with_data:INTEGER base_days:INTEGER base_days_with_data:INTEGER matched_days:INTEGER
        is_comparable:BOOLEAN"""),
    table_of("period_days", "period, is_base, day: the days of a period, and of the base that it is compared with",
        "period is_base day", "period is_base:BOOLEAN day:DATE day_state is_matched:BOOLEAN"),
    table_of("input_files", "content of a landed path", "path sha256",
        """path sha256 bytes:BIGINT source records_read:BIGINT accepted:BIGINT rejected:BIGINT skipped:BIGINT
        first_read_at:TIMESTAMPTZ status nulled:BIGINT closed_through:DATE? finding?"""),
    table_of("rejected_records",
        "rejected record of a log (the first 1,000 of each file and reason) or row of the registry",
        "path line reason origin sha256", "path line:BIGINT reason record origin rejected:BIGINT sha256"),
    table_of("nulled_fields", "path, field: optional fields that broke their rule and became null", "path field",
        "path field records:BIGINT"),
    table_of("day_quality", "day, from the first record to as_of", "day",
        """day:DATE records_accepted:BIGINT duplicates:BIGINT unmapped_codes:BIGINT unregistered_apps:BIGINT
        late_records:BIGINT restated:BOOLEAN day_state usual_records:BIGINT?
        is_holiday:BOOLEAN is_short:BOOLEAN"""),
    table_of("restatements", "run, day, app_key, channel, metric: a published figure that a later run changed",
        "run day app_key channel metric",
        """run:BIGINT day:DATE app_key channel metric published_before:BIGINT? published_now:BIGINT? cause
        closed_through:DATE??"""),
    table_of("incidents", "incident: one fault, from its first day to its last", "incident_id",
        f"{_INCIDENT} part_of? lost_day:DATE? ended_on:DATE?"),
    table_of("withdrawn_incidents", "incident that was reported but is not an incident by the current figures",
        "incident_id", f"{_INCIDENT} run:BIGINT lost_day:DATE?"),
    table_of("incident_cells", "incident of a rate, dimension, value: each cell of its requests",
        "incident_id dimension value",
        """incident_id dimension value requests_before:BIGINT successes_before:BIGINT requests_now:BIGINT
        successes_now:BIGINT mix_effect:DOUBLE rate_effect:DOUBLE"""),
    table_of("resource_package_daily",
        "day, resource_package_id: from the purchase day to the earlier of as_of and the day of the expiry",
        "day resource_package_id",
        """day:DATE resource_package_id account_id opening:BIGINT granted:BIGINT used:BIGINT adjusted:BIGINT
        expired:BIGINT remaining:BIGINT"""),
    table_of("resource_package_usage",
        "day, account_id with a package, app_key, resource_package_id (NULL: overflow) with uses",
        "day account_id app_key resource_package_id", "day:DATE account_id app_key resource_package_id? uses:BIGINT"),
    table_of("resource_packages", "resource package", "resource_package_id",
        """resource_package_id account_id quantity:BIGINT purchased_at:TIMESTAMPTZ expires_at:TIMESTAMPTZ price:DOUBLE?
        used:BIGINT adjusted:BIGINT expired:BIGINT remaining:BIGINT state missing_days:BIGINT used_up_day:DATE?
        unused_expected:BIGINT? unused_least:BIGINT? unused_most:BIGINT? drift:BIGINT?"""),
    table_of("resource_package_readings", "resource package, read_at: uses left, as the console showed",
        "resource_package_id read_at", "resource_package_id read_at:TIMESTAMPTZ remaining:BIGINT"),
    table_of("resource_package_forecast", "account_id with a resource package", "account_id",
        """account_id remaining:BIGINT quantity:BIGINT uses_28d:BIGINT? run_out_day:DATE? run_out_earliest:DATE?
        run_out_latest:DATE? buy_by:DATE? buy_quantity:BIGINT? factor_low:DOUBLE? factor_mid:DOUBLE factor_high:DOUBLE?
        coverage:DOUBLE? coverage_checks:BIGINT"""),
    table_of("reconciliation_daily",
        "day, account_id, app_key (`*`: all), channel, measure: a count of a console up to as_of",
        "day account_id app_key channel measure",
        """day:DATE account_id app_key channel measure console:BIGINT log:BIGINT? difference:BIGINT? tolerance:BIGINT
        cause explained:BIGINT? unexplained:BIGINT? shift_hours:INTEGER? late:BIGINT"""),
    table_of("reconciliation_monthly", "month that is over, account_id, channel, measure: a bill",
        "month account_id channel measure",
        """month:DATE account_id channel measure log:BIGINT console:BIGINT? bill:BIGINT bill_minus_log:BIGINT
        bill_minus_console:BIGINT? log_days:INTEGER console_days:INTEGER tolerance:BIGINT cause explained:BIGINT
        unexplained:BIGINT amount:DOUBLE?"""),
    table_of("notes", "day, app_key, incident_id, text: a note that explains a day", "day app_key incident_id text",
        "day:DATE app_key text incident_id?"),
    table_of("check_results", "check of the publishing run", "check_name day",
        "check_name severity passed:BOOLEAN day:DATE? detail_en detail_zh"),
)  # fmt: skip

_USAGE: Final = f"app_name platform window_days:INTEGER days_with_data:INTEGER {_measures(USAGE)}"

_VIEWS: Final = (
    *(
        table_of(
            f"usage_{days}d",
            f"app_key with a record in the {days} days that end with the last closed one: sums of `usage_daily`",
            "app_key",
            f"app_key {_USAGE}",
        )
        for days in WINDOWS
    ),
    table_of(
        "usage_month",
        "calendar month, app_key with a record in it: sums of `usage_daily`",
        "month app_key",
        f"month:DATE app_key {_USAGE}",
    ),
)

TABLES: Final = {table.name: table for table in _ALL}
VIEWS: Final = {view.name: view for view in _VIEWS}
