"""Compares tables, columns, metrics, words of the log and commands with a copy of the contract's names in this
module.
"""

from __future__ import annotations

import csv

import plotly.offline
import typer

from pipelines.billing.published import BILLING_TABLES
from pipelines.cli import app
from pipelines.common.project import PROJECT
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.channels import CHANNELS
from pipelines.contract.record.fields import OUTCOMES, PLATFORMS, STAGES
from pipelines.contract.registry.registry import SHIPPED_CODES, load_registry
from pipelines.contract.tables.tables import TABLES, VIEWS
from pipelines.marts.build import QUERIES
from pipelines.marts.empty_file import view_queries

MARTS = PROJECT / "pipelines" / "marts" / "sql"
COUNTS = (
    "authorization_requests authorizations authorizations_cancelled authorizations_failed verification_requests "
    "verifications mismatches unknowns billable_verifications"
)
CONTRACT_TABLES = {
    "usage_daily": "day app_key app_name platform number_verifications one_click_verifications local_verifications "
    "third_party_authorizations wechat_authorizations qq_authorizations weibo_authorizations verification_requests "
    "billable_verifications devices",
    "channel_daily": f"day app_key channel {COUNTS} devices latency_p50_ms latency_p95_ms",
    "channel_detail_daily": f"day app_key channel platform scheme_id package_name carrier {COUNTS}",
    "login_trend": "as_of window_days app_key channel day authorizations authorization_requests "
    "authorizations_cancelled authorization_rate day_state",
    "login_trend_summary": "as_of window_days app_key channel authorizations authorization_requests authorization_rate "
    "previous_authorizations change matched_days days_with_data previous_days_with_data",
    "outcome_daily": "day app_key channel stage platform carrier sdk_version outcome vendor result_code records",
    "session_daily": "day app_key entry_channel platform carrier sdk_version scheme_id sessions direct retry other cut "
    "lost unchecked",
    "session_paths_daily": "day app_key failed_channel failure way signed_in_by sessions within_minute",
    "session_stops_daily": "day app_key channel stage outcome sessions",
    "funnel_daily": "day app_key platform carrier sdk_version scheme_id sessions page click authorize verify "
    "page_click click_authorize authorize_verify page_signed_in signed_in",
    "session_times_daily": "day app_key step sessions p50_ms p95_ms negative",
    "session_books": "day app_key records without_subject sessions by_server",
    "latency_daily": "day channel records latency_p50_ms latency_p95_ms",
    "input_files": "path sha256 bytes source records_read accepted rejected skipped first_read_at status",
    "rejected_records": "path line reason record",
    "day_quality": "day records_accepted duplicates unmapped_codes unregistered_apps late_records restated day_state",
    "restatements": "run day app_key channel metric published_before published_now cause",
    "reconciliation_daily": "day account_id app_key channel measure console log difference tolerance cause explained "
    "unexplained shift_hours late",
    "reconciliation_monthly": "month account_id channel measure log console bill bill_minus_log bill_minus_console "
    "log_days console_days tolerance cause explained unexplained amount",
    "resource_package_daily": "day resource_package_id account_id opening granted used adjusted expired remaining",
    "resource_package_usage": "day account_id app_key resource_package_id uses",
    "resource_packages": "resource_package_id account_id quantity purchased_at expires_at price used adjusted expired "
    "remaining state missing_days used_up_day unused_expected unused_least unused_most",
    "resource_package_forecast": "account_id remaining quantity uses_28d run_out_day run_out_earliest run_out_latest "
    "buy_by buy_quantity factor_low factor_mid factor_high coverage coverage_checks",
    "apps": "app_key app_name platform account_id created_at status",
    "schemes": "scheme_id scheme_group app_key scheme_name package_name methods created_at",
    "metrics": "metric",
    "result_codes": "vendor layer platform code outcome stage",
}
SUMS = "number_verifications one_click_verifications local_verifications third_party_authorizations "
SUMS += "wechat_authorizations qq_authorizations weibo_authorizations verification_requests billable_verifications"
CONTRACT_VIEWS = {
    "usage_7d": f"app_key app_name platform window_days days_with_data {SUMS}",
    "usage_30d": f"app_key app_name platform window_days days_with_data {SUMS}",
    "usage_month": f"month app_key app_name platform window_days days_with_data {SUMS}",
}
CONTRACT_METRICS = [
    "authorization_requests", "authorizations", "authorizations_cancelled", "authorizations_failed",
    "authorization_rate", "technical_success_rate", "verification_requests", "verifications",
    "one_click_verifications", "local_verifications", "number_verifications", "third_party_authorizations",
    "billable_verifications", "devices", "latency_p50_ms", "latency_p95_ms", "sign_in_rate", "recovery_rate",
    "page_rate", "click_rate", "eligible_rate",
]  # fmt: skip
CONTRACT_LABELS = {
    "authorization_requests": "授权请求量", "authorizations": "登录授权量", "authorizations_cancelled": "用户取消",
    "authorizations_failed": "授权失败", "authorization_rate": "授权成功率", "technical_success_rate": "技术成功率",
    "verification_requests": "认证请求量", "verifications": "认证量", "one_click_verifications": "一键登录认证量",
    "local_verifications": "本机号码认证量", "number_verifications": "号码认证量",
    "third_party_authorizations": "三方授权量",
    "sign_in_rate": "登录成功率", "recovery_rate": "失败挽回率", "page_rate": "授权页转化率", "click_rate": "点击率",
    "eligible_rate": "取号成功率",
    "billable_verifications": "计费量", "devices": "设备数",
}  # fmt: skip


def test_a_table_of_the_contract_has_its_columns_in_order() -> None:
    found = {
        name: " ".join(column for column in TABLES[name].columns if column in columns.split())
        for name, columns in CONTRACT_TABLES.items()
    }
    assert found == CONTRACT_TABLES


def test_a_view_of_the_contract_has_its_columns_and_no_other() -> None:
    assert {name: " ".join(view.columns) for name, view in VIEWS.items()} == CONTRACT_VIEWS
    assert VIEWS.keys() == view_queries().keys()


def test_a_table_has_a_grain_and_a_key_of_its_own_columns() -> None:
    assert [name for name, table in TABLES.items() if table.name != name or not table.grain] == []
    assert [name for name, table in TABLES.items() if not set(table.key) <= table.columns.keys()] == []


def test_a_table_comes_of_one_statement_or_of_listed_rows() -> None:
    rows = (PROJECT / "pipelines" / "marts" / "rows.py").read_text()
    of_statements = set(QUERIES)
    listed = {name for name in TABLES if f'"listed_{name}"' in rows} | (set(BILLING_TABLES) - of_statements)
    assert of_statements ^ listed == TABLES.keys()


def test_every_mart_statement_has_its_table() -> None:
    assert {file.stem for file in MARTS.glob("*.sql")} <= TABLES.keys()


def test_the_metrics_are_those_of_the_contract() -> None:
    assert [name for name in METRICS if name in CONTRACT_METRICS] == CONTRACT_METRICS


def test_a_metric_is_called_as_the_contract_calls_it() -> None:
    assert {name: METRICS[name].label.zh for name in CONTRACT_LABELS} == CONTRACT_LABELS


def test_the_words_of_the_log_are_those_of_the_contract() -> None:
    assert CHANNELS == ("one_click", "local_verify", "wechat", "qq", "weibo", "sms")
    assert STAGES == ("prefetch", "page", "click", "authorize", "verify", "login")
    assert PLATFORMS == ("android", "ios", "ipad", "harmony", "h5")
    assert OUTCOMES == (
        "success", "mismatch", "unknown", "cancelled", "switched", "unsupported", "carrier_error", "config_error",
        "timeout",
        "limited", "quota_exhausted", "error", "unchecked",
    )  # fmt: skip


OPTIONS = {
    "run": {"--day"}, "backfill": {"first", "last"}, "reread": {"--source", "--from"},
    "demo": set(), "sample": {"--out", "--days", "--apps", "--events", "--seed", "--format", "--last-day"},
    "export": {"--app", "--from", "--to", "--format", "--events"}, "check": {"--source", "file"}, "accept": {"path"},
    "dev": set(), "serve": {"--port", "--tokens"}, "status": {"--json"}, "verify": {"first", "last"},
    "packages": {"--json"},
}  # fmt: skip


def test_a_command_takes_what_the_contract_says() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    lacking = {
        name: (options | {"--data"})
        - {option for parameter in commands[name].params for option in (*parameter.opts, parameter.name)}
        for name, options in OPTIONS.items()
    }
    assert {name: options for name, options in lacking.items() if options} == {}


def test_a_code_is_in_the_dictionary_once() -> None:
    with SHIPPED_CODES.open(newline="", encoding="utf-8") as lines:
        keys = [(row["vendor"], row["layer"], row["platform"], row["code"]) for row in csv.DictReader(lines)]
    assert len(keys) == len(set(keys)) > 200


def test_the_shipped_dictionary_has_no_bad_row() -> None:
    registry = load_registry(PROJECT / "nothing")
    assert registry.problems == []
    assert all(row["meaning_en"] and row["meaning_zh"] for row in registry.codes)


def test_the_charts_library_of_the_pages_is_the_one_that_python_checks_against() -> None:
    assert (
        f'"plotly.js-basic-dist-min": "{plotly.offline.get_plotlyjs_version()}"'
        in (PROJECT / "package.json").read_text()
    )
