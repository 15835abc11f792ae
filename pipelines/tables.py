"""Each published table: what one row is, its key, and its columns with their DuckDB types.

Add a table or column here and in `sql/mart/<table>.sql` of the same name; the docs and tests compare with this list.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Table:
    """A published table. `key` is unique and never changes its meaning; rows lie in its order."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: dict[str, str]


_COUNTS: Final = {
    name: "BIGINT"
    for name in (
        "authorization_requests", "authorizations", "authorizations_cancelled", "authorizations_failed",
        "verification_requests", "verifications", "mismatches", "unknowns", "billable_verifications",
    )
}  # fmt: skip
_TREND_KEY: Final = {"as_of": "DATE", "window_days": "INTEGER", "app_key": "VARCHAR", "channel": "VARCHAR"}


def _table(name: str, grain: str, key: str, columns: dict[str, str]) -> Table:
    return Table(name, grain, tuple(key.split()), columns)


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "VARCHAR")


def _numbers(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "BIGINT")


_ALL: Final = (
    _table("publication", "the one row of what is published", "as_of", {
        "as_of": "DATE", "run": "BIGINT", "generated_at": "VARCHAR", "time_zone": "VARCHAR", "first_day": "DATE",
        "is_synthetic": "BOOLEAN",
    }),
    _table("apps", "app: registered, or seen in a log", "app_key", {
        **_texts("app_key", "app_name", "platform", "account_id", "created_at", "status"), "is_registered": "BOOLEAN",
    }),
    _table("schemes", "scheme and package", "scheme_id package_name",
        _texts("scheme_id", "scheme_group", "app_key", "scheme_name", "package_name", "methods", "created_at")),
    _table("metrics", "metric", "metric", {
        **_texts("metric", "label_zh", "label_en", "unit", "meaning_zh", "meaning_en", "formula", "caveat_zh", "caveat_en"),
        "is_additive": "BOOLEAN",
    }),
    _table("result_codes", "vendor, layer, platform, code", "vendor layer platform code",
        _texts("vendor", "layer", "platform", "code", "outcome", "stage", "meaning_en", "meaning_zh")),
    _table("channel_daily", "day, app_key, channel with a record of any stage", "day app_key channel", {
        "day": "DATE", **_texts("app_key", "channel"), **_COUNTS, "devices": "BIGINT",
        "latency_p50_ms": "INTEGER", "latency_p95_ms": "INTEGER",
    }),
    _table("usage_daily", "day, app_key with a record", "day app_key", {
        "day": "DATE", **_texts("app_key", "app_name", "platform"),
        **_numbers("number_verifications", "one_click_verifications", "local_verifications", "third_party_authorizations",
            "wechat_authorizations", "qq_authorizations", "weibo_authorizations", "verification_requests",
            "billable_verifications", "devices"),
    }),
    _table("channel_detail_daily", "day, app_key, channel, platform, scheme_id, package_name, carrier",
        "day app_key channel platform scheme_id package_name carrier", {
        "day": "DATE", **_texts("app_key", "channel", "platform", "scheme_id", "package_name", "carrier"), **_COUNTS,
    }),
    _table("outcome_daily", "day, app_key, channel, stage, platform, carrier, sdk_version, outcome, vendor, result_code",
        "day app_key channel stage platform carrier sdk_version outcome vendor result_code", {
        "day": "DATE",
        **_texts("app_key", "channel", "stage", "platform", "carrier", "sdk_version", "outcome", "vendor", "result_code"),
        "records": "BIGINT",
    }),
    _table("login_trend", "as_of, window_days, app_key, channel, day: every day of the window",
        "as_of window_days app_key channel day", {
        **_TREND_KEY, "day": "DATE",
        **_numbers("authorizations", "authorization_requests", "authorizations_cancelled"),
        "authorization_rate": "DOUBLE", "day_state": "VARCHAR",
    }),
    _table("login_trend_summary", "as_of, window_days, app_key, channel", "as_of window_days app_key channel", {
        **_TREND_KEY, **_numbers("authorizations", "authorization_requests"), "authorization_rate": "DOUBLE",
        "previous_authorizations": "BIGINT", "change": "DOUBLE", "days_with_data": "INTEGER",
        "previous_days_with_data": "INTEGER",
    }),
    _table("input_files", "content of a landed path", "path sha256", {
        **_texts("path", "sha256"), "bytes": "BIGINT", "source": "VARCHAR",
        **_numbers("records_read", "accepted", "rejected", "skipped"), **_texts("first_read_at", "status"),
        "nulled": "BIGINT", "closed_through": "DATE", "finding": "VARCHAR",
    }),
    _table("rejected_records", "rejected record", "path line reason",
        {"path": "VARCHAR", "line": "BIGINT", **_texts("reason", "record")}),
    _table("nulled_fields", "path, field: optional fields that broke their rule and became null", "path field",
        {**_texts("path", "field"), "records": "BIGINT"}),
    _table("day_quality", "day, from the first record to as_of", "day", {
        "day": "DATE", **_numbers("records_accepted", "duplicates", "unmapped_codes", "unregistered_apps", "late_records"),
        "restated": "BOOLEAN", "day_state": "VARCHAR",
    }),
    _table("restatements", "run, day, app_key, channel, metric: a published figure that a later run changed",
        "run day app_key channel metric", {
        "run": "BIGINT", "day": "DATE", **_texts("app_key", "channel", "metric"),
        **_numbers("published_before", "published_now"), "cause": "VARCHAR",
    }),
    _table("check_results", "check of the run that published", "check_name day", {
        **_texts("check_name", "severity"), "passed": "BOOLEAN", "day": "DATE", **_texts("detail_en", "detail_zh"),
    }),
)  # fmt: skip

TABLES: Final = {table.name: table for table in _ALL}
