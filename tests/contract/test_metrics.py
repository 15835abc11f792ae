"""The dictionary of metrics is complete and consistent. `tests/conventions/test_names.py` tests the names."""

import re

import pytest

from pipelines.common.errors import AuthmeterError
from pipelines.contract.measures.metrics import METRICS, metric
from pipelines.contract.tables.tables import TABLES


def test_every_count_that_a_table_shows_is_declared():
    """The columns `bytes`, `nulled` and `usual_records` are numbers, but no metrics."""
    counted = {
        column
        for table in ("usage_daily", "channel_daily", "channel_detail_daily", "day_quality", "input_files")
        for column, kind in TABLES[table].columns.items()
        if kind in ("BIGINT", "INTEGER", "DOUBLE")
    }
    assert counted - set(METRICS) == {"bytes", "nulled", "usual_records"}


def test_each_metric_is_described_in_both_languages():
    for name, found in METRICS.items():
        texts = (found.label.zh, found.label.en, found.meaning.zh, found.meaning.en, found.formula)
        assert all(texts), name
        assert bool(found.caveat.zh) == bool(found.caveat.en), name
        assert found.meaning.zh.endswith("。"), name
        assert found.meaning.en.endswith("."), name


def test_a_share_is_a_sum_over_a_sum_of_additive_metrics():
    for name, found in METRICS.items():
        assert (found.unit == "share") == bool(found.numerator) == bool(found.denominator), name
        for part in re.findall(r"\w+", f"{found.numerator or ''} {found.denominator or ''}"):
            assert METRICS[part].is_additive, name


def test_more_failures_are_worse_and_more_authorizations_better():
    assert metric("authorizations_failed").better == "lower"
    assert metric("authorizations").better == metric("authorization_rate").better == "higher"


def test_only_counts_of_a_day_add_up():
    assert {name for name, one in METRICS.items() if not one.is_additive} == {
        "authorization_rate", "technical_success_rate", "cancellation_rate", "verification_result_rate", "devices",
        "unregistered_apps", "latency_p50_ms", "latency_p95_ms", "sign_in_rate", "recovery_rate", "page_rate",
        "click_rate", "eligible_rate", "resource_package_remaining",
    }  # fmt: skip


def test_an_unknown_metric_names_the_known_ones():
    with pytest.raises(AuthmeterError, match="metric 'logins' does not exist") as caught:
        metric("logins")
    assert "number_verifications" in caught.value.do
