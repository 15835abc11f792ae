"""Each published table and view: its grain, its key, and its columns with their DuckDB types.

Add a table or column here and in the statement that computes it, and its words in `column_comments.py`; the docs and
tests compare with this list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from pipelines.common.days import WINDOWS
from pipelines.contract.measures.counts import LOGIN_RATE, LOGINS, USAGE, VERIFIED, cut_by
from pipelines.contract.measures.measure import DETAIL
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.measures.session_metrics import FUNNEL, WAYS
from pipelines.contract.record.dimensions import BY_KEY, OUTCOME_KEY, SESSION_DIMENSIONS
from pipelines.contract.record.fields import ABSENT_FIELDS


@dataclass(frozen=True)
class Table:
    """A published table or view. `key` is unique and never changes its meaning; rows are sorted by it.

    `nullable` are the columns that may be NULL. Key columns can be among them: NULL then counts as one value. `later`
    are the nullable columns that files of earlier versions lack; their rows have NULL.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: dict[str, str]
    nullable: frozenset[str]
    later: frozenset[str] = frozenset()

    @property
    def comment(self) -> str:
        """The description of a row in the published file."""
        return f"Grain: {self.grain}. Key: {', '.join(self.key)}."

    def query(self, source: str, where: str = "true", nulls: Literal["FIRST", "LAST"] = "LAST") -> str:
        """Return SQL that selects rows of a relation with the columns of this table, in the order of the key."""
        key = (f"{name} NULLS {nulls}" if name in self.nullable else name for name in self.key)
        return f"SELECT {', '.join(self.columns)} FROM {source} WHERE {where} ORDER BY {', '.join(key)}"

    def stored(self, files: str) -> str:
        """Return a relation over the stored files of this table; `files` is the SQL of their list."""
        if not self.later:
            return f"read_parquet({files}, hive_partitioning = false)"
        absent = ", ".join(f"NULL::{self.columns[name]} AS {name}" for name in sorted(self.later))
        read = f"read_parquet({files}, union_by_name = true, hive_partitioning = false)"
        return f"(SELECT {absent} WHERE false UNION ALL BY NAME FROM {read})"

    def no_rows(self) -> str:
        """Return a relation without rows, as `read_parquet` refuses an empty list of files."""
        return f"(SELECT {', '.join(f'NULL::{kind} AS {name}' for name, kind in self.columns.items())} WHERE false)"


def _table(name: str, grain: str, key: str, columns: str) -> Table:
    """Return a table.

    Columns are given as `name:TYPE`, or `name` for a text, with a final `?` if they may be NULL, and `??` if files of
    earlier versions lack them.
    """
    nullable, later = (
        frozenset(column.partition(":")[0].rstrip("?") for column in columns.split() if column.endswith(mark))
        for mark in ("?", "??")
    )
    named = (column.rstrip("?").partition(":") for column in columns.split())
    types = {column: kind or "VARCHAR" for column, _, kind in named}
    return Table(name, grain, tuple(key.split()), types, nullable, later)


def _measures(names: Iterable[str]) -> str:
    return " ".join(METRICS[name].column for name in names)


def _counts(names: Iterable[str], prefix: str = "", absent: str = "") -> str:
    """Return columns of counts for `_table`, each named `prefix` and its name; `absent` is `?` if they may be NULL."""
    return " ".join(f"{prefix}{name}:BIGINT{absent}" for name in names)


def _fields(names: Iterable[str]) -> str:
    """Return columns for fields of a record, with a final `?` if a record may lack it, `??` if older files lack it."""
    later = {key for key, one in BY_KEY.items() if one.is_later}
    return " ".join(f"{name}{'??' if name in later else '?' if name in ABSENT_FIELDS else ''}" for name in names)


_INCIDENT: Final = """incident_id kind metric app_key channel first_day:DATE last_day:DATE? state days:INTEGER
    level_before:DOUBLE level_now:DOUBLE lost:DOUBLE lost_total:DOUBLE cause_kind? cause? cause_before:DOUBLE?
    cause_now:DOUBLE? rest_before:DOUBLE? rest_now:DOUBLE? share:DOUBLE? codes?"""

_ALL: Final = (
    _table(
        "publication",
        "the single row that describes the publication",
        "as_of",
        "as_of:DATE run:BIGINT generated_at:TIMESTAMPTZ time_zone first_day:DATE? is_synthetic:BOOLEAN",
    ),
    _table(
        "apps",
        "app, registered or found in a log",
        "app_key",
        "app_key app_name platform account_id? created_at:TIMESTAMP? status? is_registered:BOOLEAN",
    ),
    _table(
        "channels",
        "channel, built in, declared in the settings, or with a record",
        "channel",
        "channel name_zh name_en channel_group is_login:BOOLEAN place:INTEGER",
    ),
    _table(
        "schemes",
        "scheme and package",
        "scheme_id package_name",
        "scheme_id scheme_group? app_key scheme_name? package_name? methods? created_at:TIMESTAMP?",
    ),
    _table(
        "metrics",
        "metric",
        "metric",
        "metric label_zh label_en unit meaning_zh meaning_en formula caveat_zh caveat_en is_additive:BOOLEAN",
    ),
    _table(
        "result_codes",
        "vendor, layer, platform, code",
        "vendor layer platform code",
        "vendor layer platform code outcome? stage? meaning_en? meaning_zh?",
    ),
    _table(
        "channel_daily",
        "day, app_key, channel with a record of any stage",
        "day app_key channel",
        f"day:DATE app_key channel {_measures(cut_by('channel'))}",
    ),
    _table(
        "usage_daily",
        "day, app_key with a record",
        "day app_key",
        f"day:DATE app_key app_name platform {_measures((*USAGE, 'devices'))}",
    ),
    _table(
        "channel_detail_daily",
        f"day, app_key, {', '.join(DETAIL)}",
        f"day app_key {' '.join(DETAIL)}",
        f"day:DATE app_key {_fields(DETAIL)} {_measures(cut_by(*DETAIL))}",
    ),
    _table(
        "outcome_daily",
        ", ".join(OUTCOME_KEY),
        " ".join(OUTCOME_KEY),
        f"day:DATE {_fields(OUTCOME_KEY[1:])} records:BIGINT",
    ),
    _table(
        "session_daily",
        f"day, app_key, entry_channel, {', '.join(SESSION_DIMENSIONS)} with a sign-in session",
        f"day app_key entry_channel {' '.join(SESSION_DIMENSIONS)}",
        f"""day:DATE app_key entry_channel {_fields(SESSION_DIMENSIONS)}
        {_counts(("sessions", *WAYS, "unchecked"))}""",
    ),
    _table(
        "session_paths_daily",
        "day, app_key, failed_channel, failure, way, signed_in_by: sessions with a failure, by the first one",
        "day app_key failed_channel failure way signed_in_by",
        "day:DATE app_key failed_channel failure way signed_in_by? sessions:BIGINT within_minute:BIGINT",
    ),
    _table(
        "session_stops_daily",
        "day, app_key, channel, stage, outcome: sessions with way `lost`, by their last record",
        "day app_key channel stage outcome",
        "day:DATE app_key channel stage outcome sessions:BIGINT",
    ),
    _table(
        "funnel_daily",
        f"day, app_key, {', '.join(SESSION_DIMENSIONS)}: sessions with a record in one_click",
        f"day app_key {' '.join(SESSION_DIMENSIONS)}",
        f"day:DATE app_key {_fields(SESSION_DIMENSIONS)} {_counts(('sessions', *FUNNEL))}",
    ),
    _table(
        "session_times_daily",
        "day, app_key (`*`: all), step: sessions with a success of both, in two records",
        "day app_key step",
        "day:DATE app_key step sessions:BIGINT p50_ms:INTEGER? p95_ms:INTEGER? negative:BIGINT",
    ),
    _table(
        "session_books",
        "day, app_key with a sign-in record",
        "day app_key",
        "day:DATE app_key records:BIGINT without_subject:BIGINT sessions:BIGINT by_server:BOOLEAN",
    ),
    _table(
        "billing_daily",
        "day, account_id, app_key, channel with a verification record",
        "day account_id app_key channel",
        f"day:DATE account_id app_key channel {_counts(VERIFIED)}",
    ),
    _table(
        "billing_hourly",
        "day, hour, account_id, channel with a verification record",
        "day hour account_id channel",
        f"day:DATE hour:INTEGER account_id channel {_counts(VERIFIED[:5])}",
    ),
    _table(
        "limit_daily",
        "day, limit_id, app_key with a verification record in scope, over the last 30 days",
        "day limit_id app_key",
        """day:DATE limit_id app_key requests:BIGINT with_key:BIGINT keys:BIGINT blocked:BIGINT blocked_uses:BIGINT
        blocked_successes:BIGINT keys_blocked:BIGINT""",
    ),
    _table(
        "repeat_daily",
        "day, app_key, key, requests_class with a device or phone, over the last 30 days",
        "day app_key key requests_class",
        "day:DATE app_key key requests_class keys:BIGINT requests:BIGINT uses:BIGINT",
    ),
    _table(
        "repeat_top",
        "day, key, rank: the devices and phones with most verification records in an app, over the last 30 days",
        "day key rank",
        """day:DATE key rank:INTEGER app_key key_hash requests:BIGINT uses:BIGINT first_at:TIMESTAMPTZ
        last_at:TIMESTAMPTZ""",
    ),
    _table(
        "unmapped_codes",
        "day, channel, stage, vendor, platform, result_code that the dictionary lacks",
        "day channel stage vendor platform result_code",
        "day:DATE channel stage vendor platform result_code records:BIGINT",
    ),
    _table(
        "latency_daily",
        "day, channel with a record that has a latency, over all apps together",
        "day channel",
        "day:DATE channel records:BIGINT latency_p50_ms:INTEGER latency_p95_ms:INTEGER",
    ),
    _table(
        "login_trend",
        "as_of, window_days, app_key, channel, day: every day of the window",
        "as_of window_days app_key channel day",
        f"""as_of:DATE window_days:INTEGER app_key channel day:DATE {_counts(LOGINS, absent="?")}
        authorization_rate:DOUBLE? day_state""",
    ),
    _table(
        "login_trend_summary",
        "as_of, window_days, app_key, channel",
        "as_of window_days app_key channel",
        f"""as_of:DATE window_days:INTEGER app_key channel {_counts(LOGINS)} authorizations_failed:BIGINT
        authorization_rate:DOUBLE? {_counts(LOGIN_RATE, "previous_")} {_counts(LOGIN_RATE, "matched_")}
        {_counts(LOGIN_RATE, "counterpart_")} change:DOUBLE? matched_days:INTEGER days_with_data:INTEGER
        previous_days_with_data:INTEGER""",
    ),
    _table(
        "periods",
        "period that the pages show: the data day, 7 and 30 days, the month to date, the last whole month",
        "period",
        """period place:INTEGER window_days:INTEGER? first_day:DATE last_day:DATE base_first_day:DATE base_last_day:DATE
        days:INTEGER days_with_data:INTEGER base_days:INTEGER base_days_with_data:INTEGER matched_days:INTEGER
        is_comparable:BOOLEAN""",
    ),
    _table(
        "period_days",
        "period, is_base, day: the days of a period, and of the base that it is compared with",
        "period is_base day",
        "period is_base:BOOLEAN day:DATE day_state is_matched:BOOLEAN",
    ),
    _table(
        "input_files",
        "content of a landed path",
        "path sha256",
        """path sha256 bytes:BIGINT source records_read:BIGINT accepted:BIGINT rejected:BIGINT skipped:BIGINT
        first_read_at:TIMESTAMPTZ status nulled:BIGINT closed_through:DATE? finding?""",
    ),
    _table(
        "rejected_records",
        "rejected record of a log (the first 1,000 of each file and reason) or row of the registry",
        "path line reason origin",
        "path line:BIGINT reason record origin rejected:BIGINT",
    ),
    _table(
        "nulled_fields",
        "path, field: optional fields that broke their rule and became null",
        "path field",
        "path field records:BIGINT",
    ),
    _table(
        "day_quality",
        "day, from the first record to as_of",
        "day",
        """day:DATE records_accepted:BIGINT duplicates:BIGINT unmapped_codes:BIGINT unregistered_apps:BIGINT
        late_records:BIGINT restated:BOOLEAN day_state usual_records:BIGINT?
        is_holiday:BOOLEAN is_short:BOOLEAN""",
    ),
    _table(
        "restatements",
        "run, day, app_key, channel, metric: a published figure that a later run changed",
        "run day app_key channel metric",
        """run:BIGINT day:DATE app_key channel metric published_before:BIGINT? published_now:BIGINT? cause
        closed_through:DATE??""",
    ),
    _table(
        "incidents",
        "incident: one fault, from its first day to its last",
        "incident_id",
        f"{_INCIDENT} part_of? lost_day:DATE?",
    ),
    _table(
        "withdrawn_incidents",
        "incident that was reported but is not an incident by the current figures",
        "incident_id",
        f"{_INCIDENT} run:BIGINT lost_day:DATE?",
    ),
    _table(
        "incident_cells",
        "incident of a rate, dimension, value: each cell of its requests",
        "incident_id dimension value",
        """incident_id dimension value requests_before:BIGINT successes_before:BIGINT requests_now:BIGINT
        successes_now:BIGINT mix_effect:DOUBLE rate_effect:DOUBLE""",
    ),
    _table(
        "resource_package_daily",
        "day, resource_package_id: from the purchase day to the earlier of as_of and the day of the expiry",
        "day resource_package_id",
        """day:DATE resource_package_id account_id opening:BIGINT granted:BIGINT used:BIGINT adjusted:BIGINT
        expired:BIGINT remaining:BIGINT""",
    ),
    _table(
        "resource_package_usage",
        "day, account_id with a package, app_key, resource_package_id (NULL: overflow) with uses",
        "day account_id app_key resource_package_id",
        "day:DATE account_id app_key resource_package_id? uses:BIGINT",
    ),
    _table(
        "resource_packages",
        "resource package",
        "resource_package_id",
        """resource_package_id account_id quantity:BIGINT purchased_at:TIMESTAMPTZ expires_at:TIMESTAMPTZ price:DOUBLE?
        used:BIGINT adjusted:BIGINT expired:BIGINT remaining:BIGINT state missing_days:BIGINT used_up_day:DATE?
        unused_expected:BIGINT? unused_least:BIGINT? unused_most:BIGINT? drift:BIGINT?""",
    ),
    _table(
        "resource_package_readings",
        "resource package, read_at: uses left, as the console showed",
        "resource_package_id read_at",
        "resource_package_id read_at:TIMESTAMPTZ remaining:BIGINT",
    ),
    _table(
        "resource_package_forecast",
        "account_id with a resource package",
        "account_id",
        """account_id remaining:BIGINT quantity:BIGINT uses_28d:BIGINT? run_out_day:DATE? run_out_earliest:DATE?
        run_out_latest:DATE? buy_by:DATE? buy_quantity:BIGINT? factor_low:DOUBLE? factor_mid:DOUBLE factor_high:DOUBLE?
        coverage:DOUBLE? coverage_checks:BIGINT""",
    ),
    _table(
        "reconciliation_daily",
        "day, account_id, app_key (`*`: all), channel, measure: a count of a console up to as_of",
        "day account_id app_key channel measure",
        """day:DATE account_id app_key channel measure console:BIGINT log:BIGINT? difference:BIGINT? tolerance:BIGINT
        cause explained:BIGINT? unexplained:BIGINT? shift_hours:INTEGER? late:BIGINT""",
    ),
    _table(
        "reconciliation_monthly",
        "month that is over, account_id, channel, measure: a bill",
        "month account_id channel measure",
        """month:DATE account_id channel measure log:BIGINT console:BIGINT? bill:BIGINT bill_minus_log:BIGINT
        bill_minus_console:BIGINT? log_days:INTEGER console_days:INTEGER tolerance:BIGINT cause explained:BIGINT
        unexplained:BIGINT amount:DOUBLE?""",
    ),
    _table(
        "notes",
        "day, app_key, incident_id, text: a note that explains a day",
        "day app_key incident_id text",
        "day:DATE app_key text incident_id?",
    ),
    _table(
        "check_results",
        "check of the publishing run",
        "check_name day",
        "check_name severity passed:BOOLEAN day:DATE? detail_en detail_zh",
    ),
)

_USAGE: Final = f"app_name platform window_days:INTEGER days_with_data:INTEGER {_measures(USAGE)}"

_VIEWS: Final = (
    *(
        _table(
            f"usage_{days}d",
            f"app_key with a record in the {days} days that end with the last closed one: sums of `usage_daily`",
            "app_key",
            f"app_key {_USAGE}",
        )
        for days in WINDOWS
    ),
    _table(
        "usage_month",
        "calendar month, app_key with a record in it: sums of `usage_daily`",
        "month app_key",
        f"month:DATE app_key {_USAGE}",
    ),
)

TABLES: Final = {table.name: table for table in _ALL}
VIEWS: Final = {view.name: view for view in _VIEWS}
