"""Comments of columns exist only for columns of the contract."""

from __future__ import annotations

from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.record.dimensions import CAUSES, SESSION_CAUSES
from pipelines.contract.tables import column_comments
from pipelines.contract.tables.tables import TABLES, VIEWS


def test_every_word_is_of_a_column() -> None:
    columns = {
        name for t in (TABLES | VIEWS).values() for column in t.columns for name in (column, f"{t.name}.{column}")
    }
    assert column_comments._WORDS.keys() | column_comments._ABSENT.keys() <= columns


def test_a_comment_is_plain_text() -> None:
    assert column_comments.column_comment("rejected_records", "reason") == "why it was rejected; see the log format"
    assert column_comments.column_comment("login_trend", "authorizations") == (
        "Authorizations 登录授权量: Authorization requests whose outcome is success; NULL on a missing day"
    )


def test_the_late_requests_of_an_account_are_without_copies() -> None:
    """The late records of a day, in contrast, include copies."""
    for table in ("billing_daily", "reconciliation_daily"):
        assert "copies are not counted" in column_comments.column_comment(table, "late")


def test_the_cases_in_which_a_column_counts_something_else_are_named() -> None:
    for table, column, case in (
        ("billing_daily", "duplicates", "copies of these requests"),
        ("day_quality", "is_short", "a day without records is `missing`"),
        ("day_quality", "late_records", "Except copies"),
        ("day_quality", "unmapped_codes", "for their step"),
        ("incidents", "level_before", "milliseconds"),
        ("incidents", "lost", "additional"),
        ("input_files", "closed_through", "for an unread file"),
        ("input_files", "source", "a refused archive"),
        ("rejected_records", "line", "the number of the object"),
        ("repeat_top", "first_at", "verification record in the app"),
        ("session_books", "by_server", "have a one_click record"),
    ):
        assert case in column_comments.column_comment(table, column), (table, column)


def test_a_metric_keeps_its_meaning_in_all_tables_but_those_named() -> None:
    """Sessions and requests can both be lost."""
    assert not column_comments._WORDS.keys() & METRICS.keys()
    assert "sessions" in column_comments.column_comment("session_daily", "lost")
    for table in ("incidents", "withdrawn_incidents"):
        assert "requests lost" in column_comments.column_comment(table, "lost")


def test_sessions_cannot_stop_in_a_channel_without_sign_ins() -> None:
    assert "local_verify" not in column_comments.column_comment("session_stops_daily", "channel")


def test_a_session_with_a_failure_is_never_direct() -> None:
    assert "direct" not in column_comments.column_comment("session_paths_daily", "way")


def test_a_list_of_values_is_complete() -> None:
    units = {metric.unit for metric in METRICS.values()}
    for table, column, values in (
        ("metrics", "unit", units),
        ("incident_cells", "dimension", {*CAUSES, *SESSION_CAUSES}),
    ):
        listed = column_comments.column_comment(table, column)
        assert all(f"`{value}`" in listed for value in values), column
