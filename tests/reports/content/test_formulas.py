"""Formulas in words use the labels of the metrics from which a metric is computed, in both languages."""

import re

from pipelines.common.text import Bilingual
from pipelines.contract.measures.metrics import METRICS
from reports.content.wording.formulas import formula_words


def test_a_share_is_one_label_by_another():
    assert formula_words(METRICS["technical_success_rate"]) == Bilingual(
        "登录授权量 ÷ (授权请求量 − 用户取消)", "Authorizations ÷ (Authorization requests − Cancelled by user)"
    )
    assert formula_words(METRICS["authorization_rate"]).zh == "登录授权量 ÷ 授权请求量"


def test_a_sum_over_channels_names_them():
    assert formula_words(METRICS["third_party_authorizations"]).zh == "微信、QQ、微博的登录授权量"


def test_a_formula_that_is_in_words_has_them_in_both_languages():
    english = re.compile(r"\b(a|of|the|that|not|with)\b")
    in_words = [metric for metric in METRICS.values() if english.search(metric.expression)]
    assert len(in_words) >= 5
    # SQL names are not translated, and neither is `where`.
    assert [one.name for one in in_words if not one.expression_zh or english.search(one.expression_zh)] == []


def test_every_formula_in_words_is_without_names_of_columns():
    found = [words for metric in METRICS.values() if (words := formula_words(metric))]
    assert len(found) >= 5
    assert [words for words in found if "_" in words.zh + words.en] == []
