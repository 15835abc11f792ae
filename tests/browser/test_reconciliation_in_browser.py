"""The page of reconciliation: its first line says whether the bill is right and why not; and its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from tests.browser.conftest import Reader, rendered
from tests.browser.dom import table_rows
from tests.browser.figure_text import count
from tests.data.published_tables import steady

SENTENCE = {
    "zh": "2 月账单与日志相差 0.2%，其中 8 小时时差解释 92%，2 次未找到原因（约 ¥0.08）。",
    "en": "The bill of 2026-02 and the log differ by 0.2%, of which a shift of 8 hours explains 92%, no cause was "
    "found for 2 (about ¥0.08).",
}
CAUSES = {
    "within": "Within tolerance", "shift": "Shift of hours", "log_incomplete": "Days are missing in the log",
    "no_log": "No log of the day", "mismatch": "Mismatched numbers", "unexplained": "No cause found",
}  # fmt: skip
MEASURES = {"quantity": "Billed quantity", "overflow": "Billed overflow", "billed": "Billed", "total": "Calls"}
CHANNELS = {"number": "Number verification", "one_click": "One-click login"}


@pytest.fixture(scope="module")
def published(site: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with closing(duckdb.connect(str(site.parent / "authmeter.duckdb"), read_only=True)) as connection:
        yield connection


def signed(value: int | None) -> str:
    return "—" if value is None else f"{value:+,}".replace("-", "−") if value else "0"


def in_days(value: int | None, counted: int, days: int) -> str:
    """A count of a month, and of how many of its days it is where these are not all."""
    return count(value) if value is None or counted == days else f"{count(value)} {counted} of {days} days"


def test_the_first_line_says_whether_the_bill_is_right_and_why_not(reader: Reader) -> None:
    for width, height in ((1280, 900), (390, 844)):
        page = reader.open("reconciliation.html", lang="zh")
        page.set_viewport_size({"width": width, "height": height})
        for language, said in SENTENCE.items():
            reader.speak(language)
            line = page.locator("main .sentence")
            assert line.inner_text() == said
            box = line.bounding_box()
            assert box
            assert box["y"] + box["height"] <= height / 2
    assert page.get_by_role("navigation").get_by_role("link", name="Reconciliation").is_visible()


def test_every_figure_is_that_of_the_tables(reader: Reader, published: duckdb.DuckDBPyConnection) -> None:
    page = reader.open("reconciliation.html", lang="en")
    bills = published.execute(
        """
        SELECT strftime(month, '%Y-%m'), account_id, channel, measure, bill, console, log, bill_minus_log, tolerance,
            cause, explained, unexplained, amount, console_days, log_days, day(last_day(month))
        FROM reconciliation_monthly
        ORDER BY month DESC, cause = 'within', cause = 'shift', account_id, channel, measure DESC"""
    ).fetchall()
    assert len(bills) == 3
    assert any(log_days < days for *_, log_days, days in bills)
    newest = table_rows(page, "[data-figures=months]")
    for folded in page.locator("details.folded").all():
        folded.locator("summary").click()
    assert [*newest, *table_rows(page, "[data-figures=earlier]")] == [
        [month, account, CHANNELS[channel], MEASURES[measure], count(said),
         in_days(console, console_days, days), in_days(log, log_days, days),
         f"{signed(apart)} ± {count(tolerance)}", CAUSES[cause], signed(explained), signed(rest),
         "—" if amount is None else f"¥{amount:,.2f}"]
        for month, account, channel, measure, said, console, log, apart, tolerance, cause, explained, rest, amount,
        console_days, log_days, days in bills
    ]  # fmt: skip
    different = published.execute(
        """
        SELECT day, reconciliation_daily.account_id, CASE app_key WHEN '*' THEN 'All apps' ELSE app_name END,
            channel, measure, console, log, late, difference, tolerance, cause, shift_hours, explained, unexplained
        FROM reconciliation_daily LEFT JOIN apps USING (app_key)
        WHERE cause <> 'within' AND day > (SELECT as_of FROM publication) - 30 ORDER BY day DESC"""
    ).fetchall()
    assert len(different) == 4
    found = {name: table_rows(page, f"[data-figures={name}-cause]") for name in ("without", "with")}
    assert [CAUSES["unexplained"] in row for row in found["without"]] == [True]
    assert sorted([*found["without"], *found["with"]]) == sorted(
        [str(day), account, app, CHANNELS[channel], MEASURES[measure], count(console),
         count(log) + (f" late: {late}" if late else ""), f"{signed(apart)} ± {count(tolerance)}",
         CAUSES[cause] + (f" hours: {hours}" if hours else ""), signed(explained), signed(rest)]
        for day, account, app, channel, measure, console, log, late, apart, tolerance, cause, hours, explained, rest
        in different
    )  # fmt: skip
    rows = table_rows(page, "[data-figures=days]")
    assert [row[-1] for row in rows] == [
        "No log of the day 1", "No cause found 1 Shift of hours 1 Within tolerance 28",
    ]  # fmt: skip
    # The drawing has a box for each day with a console.
    drawn = [strip.locator("rect").count() for strip in page.locator(".day-strip").all()]
    assert drawn == [1, 30]


def test_without_bills_and_consoles_the_page_is_not_in_the_menu_and_says_what_to_write(
    read_site: Callable[..., Reader], tmp_path: Path
) -> None:
    reader = read_site(rendered(steady(tmp_path / "authmeter.duckdb")))
    page = reader.open("reconciliation.html", lang="en")
    assert page.locator("header nav a[href*=reconciliation]").count() == 0
    for language, words in (("en", "No bill and no console is known"), ("zh", "还没有账单和控制台数据")):
        reader.speak(language)
        assert page.locator("main h2").all_inner_texts() == [words]
        text = page.locator("main").inner_text()
        assert "registry/console/" in text
        assert "registry/bills/" in text
