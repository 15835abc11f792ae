"""The dictionary of metrics: complete, in the contract's order, and sound in itself."""

import re

import pytest

from pipelines.common.errors import AuthmeterError
from pipelines.contract.metrics import METRICS, metric
from pipelines.contract.tables import TABLES

CONTRACT_ORDER = [
    "authorization_requests",
    "authorizations",
    "authorizations_cancelled",
    "authorizations_failed",
    "authorization_rate",
    "technical_success_rate",
    "verification_requests",
    "verifications",
    "one_click_verifications",
    "local_verifications",
    "number_verifications",
    "third_party_authorizations",
    "billable_verifications",
    "devices",
    "latency_p50_ms",
    "latency_p95_ms",
]


def test_holds_the_metrics_of_the_contract_in_its_order():
    assert [name for name in METRICS if name in CONTRACT_ORDER] == CONTRACT_ORDER


def test_every_count_that_a_table_shows_is_declared():
    """Not what joins, names or dates a row, and not what is there for the job alone."""
    counted = {
        column
        for table in ("usage_daily", "channel_daily", "channel_detail_daily", "day_quality", "input_files")
        for column, kind in TABLES[table].columns.items()
        if kind in ("BIGINT", "INTEGER", "DOUBLE")
    }
    assert counted - set(METRICS) == {"bytes", "nulled", "usual_records"}


@pytest.mark.parametrize("found", METRICS.values(), ids=METRICS)
def test_each_metric_is_told_in_both_languages(found):
    assert found.label_zh
    assert found.label_en
    assert found.meaning_zh
    assert found.meaning_en
    assert found.formula
    assert bool(found.caveat_zh) == bool(found.caveat_en)
    assert found.meaning_zh.endswith("。")
    assert found.meaning_en.endswith(".")


@pytest.mark.parametrize("found", METRICS.values(), ids=METRICS)
def test_a_share_is_a_sum_over_a_sum_of_additive_metrics(found):
    assert (found.unit == "share") == bool(found.numerator) == bool(found.denominator)
    for part in re.findall(r"\w+", f"{found.numerator or ''} {found.denominator or ''}"):
        assert METRICS[part].is_additive


def test_only_counts_of_records_add_up():
    assert {name for name, one in METRICS.items() if not one.is_additive} == {
        "authorization_rate", "technical_success_rate", "devices", "unregistered_apps", "latency_p50_ms",
        "latency_p95_ms",
    }  # fmt: skip


def test_an_unknown_metric_names_the_known_ones():
    with pytest.raises(AuthmeterError, match="no metric 'logins'") as caught:
        metric("logins")
    assert "number_verifications" in caught.value.do
