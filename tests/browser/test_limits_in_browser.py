"""The page of limits: savings and harm, and calls that the provider limited. `page_texts` has its figures."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Look
from tests.data.published_tables import HOSTILE_NAMES


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_screen_says_what_was_limited_and_what_could_be(look: Look, width: int) -> None:
    page = look("limits.html", "zh", width=width, **({"days": 7} if width == 390 else {}))
    # The limit has a hostile name.
    sentence = page.one("main .sentence")
    assert sentence.text.startswith(f"{HOSTILE_NAMES['quotes']} 节省最多，近 30 天少计费 ")
    assert sentence.text.endswith("没有值得启用的限制方案。")
    assert sentence.one("bdi").text == HOSTILE_NAMES["quotes"]
    assert page.one("main .facts").text.startswith("误伤最多的应用")
    assert page.one(".limited").text == "服务商实际限流的认证：0 次"
    assert page.one("[data-figures=limits] tbody tr").box[3] <= 844


def test_without_own_limits_the_page_names_the_file_and_counts_what_was_limited(look: Look) -> None:
    page = look("limits.html", name="limited")
    assert page.count("header nav a[href*=limits]") == 0
    assert page.one(".limited").text == "Verifications that the provider actually limited: 1,234"
    assert len(page.rows("[data-figures=limits]")) == 1
    for language, words in (("en", "Limits of your own"), ("zh", "自定义限制方案")):
        page = look("limits.html", language, "limited")
        assert words in page.texts("main h2")
        assert "registry/limits.csv" in page.one("main").text
