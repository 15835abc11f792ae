"""The page of limits: coverage, blocked uses, savings and harm of each limit, and calls that the provider limited."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.browser.conftest import Look, World
from tests.browser.figure_text import count
from tests.data.published_tables import AS_OF, HOSTILE_NAMES

KEYS = {"phone": "Phone", "device": "Device"}


def rows_of(world: Path, query: str, **values: Any) -> list[tuple[Any, ...]]:
    """Return the rows of a query over the tables of a world."""
    with closing(duckdb.connect(str(world / "authmeter.duckdb"), read_only=True)) as connection:
        return connection.execute(query, values or None).fetchall()


def test_figures_of_limits_equal_the_tables(look: Look, world: World) -> None:
    page = look("limits.html", opened=True)
    sums = rows_of(
        world("example"),
        """
        SELECT limit_id, sum(blocked)::BIGINT, sum(blocked_uses)::BIGINT, sum(blocked_successes)::BIGINT,
            sum(requests)::BIGINT, sum(with_key) / sum(requests)
        FROM limit_daily WHERE day > $as_of::DATE - 30 GROUP BY limit_id
        ORDER BY sum(blocked_uses) DESC, sum(blocked_successes), limit_id""",
        as_of=AS_OF,
    )
    assert len(sums) == 2
    # A limit cannot block requests without its key: the coverage is first.
    assert page.rows("[data-figures=limits]") == [
        [name, f"{coverage:.1%}", *map(count, counts)] for name, *counts, coverage in sums
    ]
    # From few verifications on a day to many.
    assert page.rows("[data-figures=repeats]") == [
        [name, word, count(keys), count(keys * most), count(keys)]
        for word in ("Device", "Phone")
        for name, most, keys in (("1", 1, 19), ("2", 2, 18), ("6–10", 7, 13), ("11–20", 15, 5))
    ]
    most = rows_of(
        world("example"),
        """
        SELECT key, key_hash, app_name, requests, uses FROM repeat_top JOIN apps USING (app_key)
        ORDER BY requests DESC, key""",
    )
    assert page.rows("[data-figures=most]") == [
        [str(AS_OF), KEYS[key], key_hash, name, count(requests), count(uses), "01:02:03 – 23:02:03"]
        for key, key_hash, name, requests, uses in most
    ]
    assert page.one("nav a[href*='limits.html']").visible


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
