"""Queries that list rows of one table, or sum its counts: columns, filter and order.

All other queries are files in `sql/`. `published.py` runs both kinds by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipelines.contract.measures.session_metrics import FUNNEL
from pipelines.contract.measures.sql import sums
from pipelines.contract.tables.tables import TABLES

_MONTH: Final = "day BETWEEN $first AND $last"
_QUARTER: Final = "day BETWEEN $long_first AND $last"


@dataclass(frozen=True)
class Listing:
    """A query that lists rows of a table.

    Attributes:
        columns, order: SELECT items and ORDER BY items. If `columns` is empty, all columns in the order of the key.
        sums: counts that are summed for each combination of the columns.
        is_cut: whether at most `$limit` rows are returned.
    """

    table: str
    columns: str = ""
    where: str = "true"
    order: str = ""
    is_cut: bool = False
    sums: Sequence[str] = ()

    @property
    def query(self) -> str:
        """The SQL text."""
        if not self.columns:
            return TABLES[self.table].query(self.table, self.where)
        listed = f"SELECT {self.columns} FROM {self.table} WHERE {self.where}"
        if self.sums:
            listed = f"SELECT {self.columns}, {sums(self.sums)} FROM {self.table} WHERE {self.where} GROUP BY ALL"
        listed += f" ORDER BY {self.order}"
        return f"{listed} LIMIT $limit" if self.is_cut else listed


LISTINGS: Final = {
    # files
    "usage_all": Listing("usage_daily", where=_MONTH),
    "usage_month": Listing("usage_month", "*", "month = $month::DATE", "app_key"),
    "limits": Listing("limit_daily", where=_MONTH),
    "packages": Listing("resource_package_daily", where=_MONTH),
    "package_usage": Listing("resource_package_usage", where=_MONTH),
    "sessions": Listing("session_daily", where=_MONTH),
    "session_paths": Listing("session_paths_daily", where=_MONTH),
    "session_stops": Listing("session_stops_daily", where=_MONTH),
    "funnel": Listing("funnel_daily", where=_MONTH),
    "reconciliation_daily": Listing("reconciliation_daily", where=_MONTH),
    "reconciliation_monthly": Listing("reconciliation_monthly"),
    "detail_texts": Listing(
        "detail_lines",
        "place, app_key, app_name, platform, scheme_id, package_name, channel, carrier",
        "app_key BETWEEN $first_app AND $last_app",
        "place",
    ),
    # the site
    "publication": Listing("publication", "as_of, generated_at, time_zone, first_day, is_synthetic", order="as_of"),
    "declared_channels": Listing("channels", "channel, name_zh, name_en", "channel_group = 'other'", "place"),
    "compared_days": Listing(
        "period_days",
        "period, is_base, day, is_matched",
        "period IN ('day', '7', '30')",
        "period, is_base, day",
    ),
    # Same order as the numbering in `windows/code_places.sql`.
    "codes": Listing(
        "result_codes",
        "vendor, layer, platform, code, meaning_zh, meaning_en",
        order="vendor, layer, platform, code",
    ),
    "active_apps": Listing("channel_daily", "DISTINCT app_key", _MONTH, "app_key"),
    "site_notes": Listing("notes", "day, text", f"app_key = '*' AND {_QUARTER}", "day, text"),
    "first_seen": Listing("channel_daily", "day", "$app_key IN (app_key, '*')", "day LIMIT 1"),
    "chart_notes": Listing("notes", "DISTINCT day", f"app_key IN ('*', $app_key) AND {_QUARTER}", "day"),
    "day_notes": Listing(
        "notes",
        "day, app_key, text",
        "day IN (SELECT unnest($days::DATE[]))",
        "day, app_key = '*' DESC, app_key, text",
    ),
    # the quality of the data
    "day_quality": Listing(
        "day_quality",
        "day, day_state, records_accepted, duplicates, unmapped_codes, unregistered_apps, late_records, restated, "
        "usual_records, is_holiday, is_short",
        order="day DESC",
    ),
    "checks": Listing(
        "check_results",
        "check_name, severity, passed, day, detail_zh, detail_en",
        order="passed, severity, check_name, day NULLS FIRST, detail_en",
    ),
    # Files with problems first, then by path; not by time of reading, which differs between runs.
    "input_files": Listing(
        "input_files",
        "path, source, bytes, records_read, accepted, rejected, skipped, nulled, status, finding",
        order="status = 'read' AND rejected = 0, path, sha256",
        is_cut=True,
    ),
    "registry_rows": Listing(
        "rejected_records", "path, line, reason, record", "origin = 'registry'", "path, line, reason"
    ),
    # sign-in sessions
    "session_times": Listing(
        "session_times_daily", "step, sessions, p50_ms, p95_ms, negative", "day = $last AND app_key = '*'", "step"
    ),
    "session_time_days": Listing(
        "session_times_daily",
        "step, day, p50_ms",
        "day BETWEEN $reference_first AND $last AND app_key = '*'",
        "step, day",
    ),
    "scheme_names": Listing(
        "schemes", "DISTINCT scheme_id, scheme_name", "scheme_name IS NOT NULL", "scheme_id, scheme_name"
    ),
    "funnel_days": Listing(
        "funnel_daily", "day", "day BETWEEN $reference_first AND $last", "day", sums=FUNNEL
    ),
    # Sums of tables that `published.py` prepares.
    "failure_paths": Listing(
        "sign_in_paths",
        "failed_channel, failure, way, signed_in_by",
        "window_days = $window_days",
        "sessions DESC, failed_channel, failure, way, signed_in_by",
        sums=("sessions", "within_minute"),
    ),
    "stop_places": Listing(
        "sign_in_stops",
        "channel, stage, outcome",
        "window_days = $window_days",
        "sessions DESC, channel, stage, outcome",
        sums=("sessions",),
    ),
    # billing
    "package_use_days": Listing(
        "resource_package_usage", "account_id, day", _MONTH, "account_id, day", sums=("uses",)
    ),
    "package_accounts": Listing("resource_package_forecast"),
    "package_days": Listing(
        "resource_package_daily", "resource_package_id, day, remaining", _QUARTER, "resource_package_id, day"
    ),
    "package_adjustments": Listing(
        "resource_package_daily",
        "account_id, day, resource_package_id, adjusted, remaining",
        "adjusted <> 0",
        "day DESC, resource_package_id",
        is_cut=True,
    ),
    "reconciled_months": Listing(
        "reconciliation_monthly",
        "*",
        order="month DESC, account_id, channel, measure DESC",
        is_cut=True,
    ),
}  # fmt: skip
