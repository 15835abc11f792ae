"""The page of limits: blocked, saved, harm and coverage of each side by side, and what the provider limited in fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.browser.conftest import Reader, rendered
from tests.browser.dom import table_rows
from tests.browser.figure_text import count
from tests.data.published_tables import AS_OF, HOSTILE_NAMES, steady

KEYS = {"phone": "Phone", "device": "Device"}


@pytest.fixture(scope="module")
def published(site: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect(str(site.parent / "authmeter.duckdb"), read_only=True)) as connection:
        yield connection


def test_every_figure_is_that_of_the_tables(reader: Reader, published: duckdb.DuckDBPyConnection) -> None:
    page = reader.open("limits.html", lang="en")
    sums = published.execute(
        """
        SELECT limit_id, sum(blocked)::BIGINT, sum(blocked_uses)::BIGINT, sum(blocked_successes)::BIGINT,
            sum(requests)::BIGINT, sum(with_key) / sum(requests)
        FROM limit_daily WHERE day > $as_of::DATE - 30 GROUP BY limit_id
        ORDER BY sum(blocked_uses) DESC, sum(blocked_successes), limit_id""",
        {"as_of": AS_OF},
    ).fetchall()
    assert len(sums) == 2
    # What a limit does not see it cannot block: that is first.
    assert table_rows(page, "[data-figures=limits]") == [
        [name, f"{coverage:.1%}", *map(count, counts)] for name, *counts, coverage in sums
    ]
    # From few verifications on a day to many.
    assert table_rows(page, "[data-figures=repeats]") == [
        [name, word, count(keys), count(keys * most), count(keys)]
        for word in ("Device", "Phone")
        for name, most, keys in (("1", 1, 19), ("2", 2, 18), ("6–10", 7, 13), ("11–20", 15, 5))
    ]
    most = published.execute(
        """
        SELECT key, key_hash, app_name, requests, uses FROM repeat_top JOIN apps USING (app_key)
        ORDER BY requests DESC, key"""
    ).fetchall()
    page.locator("details:has([data-figures=most]) > summary").click()
    assert table_rows(page, "[data-figures=most]") == [
        [str(AS_OF), KEYS[key], key_hash, name, count(requests), count(uses), "01:02:03 – 23:02:03"]
        for key, key_hash, name, requests, uses in most
    ]
    assert page.get_by_role("navigation").get_by_role("link", name="Limits").is_visible()


def test_the_first_screen_says_what_was_limited_in_fact_and_what_would_be(reader: Reader) -> None:
    for width in (1280, 390):
        page = reader.open("limits.html", lang="zh")
        page.set_viewport_size({"width": width, "height": 844})
        # The limit has a hostile name.
        said = page.locator("main .sentence")
        assert said.inner_text().startswith(f"{HOSTILE_NAMES['quotes']} 节省最多，近 30 天少计费 ")
        assert said.inner_text().endswith("没有值得启用的限制方案。")
        assert said.locator("bdi").inner_text() == HOSTILE_NAMES["quotes"]
        assert page.locator("main .facts").inner_text().startswith("误伤最多的应用")
        assert page.locator(".limited").inner_text() == "服务商实际限流的认证：0 次"
        box = page.locator("[data-figures=limits] tbody tr").first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 844


def test_without_limits_of_ones_own_the_page_says_what_to_write_and_counts_what_was_limited(
    read_site: Callable[..., Reader], tmp_path: Path
) -> None:
    database = steady(tmp_path / "authmeter.duckdb")
    with closing(duckdb.connect(str(database))) as connection:
        connection.execute(
            "INSERT INTO limit_daily VALUES (?, 'phone_10_day', 'shop', 40, 30, 20, 1, 1, 1, 1)", [AS_OF]
        )
        connection.execute(
            "INSERT INTO outcome_daily BY NAME SELECT ? AS day, 'shop' AS app_key, 'one_click' AS channel, unnest(["
            "'verify', 'authorize']) AS stage, 'android' AS platform, 'CMCC' AS carrier, 'limited' AS outcome, 'umeng' "
            "AS vendor, 1234 AS records",
            [AS_OF],
        )
    reader = read_site(rendered(database))
    page = reader.open("limits.html", lang="en")
    assert page.locator("header nav a[href*=limits]").count() == 0
    assert page.locator(".limited").inner_text() == "Verifications that the provider limited in fact: 1,234"
    assert len(table_rows(page, "[data-figures=limits]")) == 1
    for language, words in (("en", "Limits of your own"), ("zh", "自定义限制方案")):
        reader.speak(language)
        assert words in page.locator("main h2").all_inner_texts()
        assert "registry/limits.csv" in page.locator("main").inner_text()
