"""The page of reconciliation: its first line says whether the bill is right and why not; and its figures."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Look, World
from tests.browser.figure_text import count, signed
from tests.browser.test_limits_in_browser import rows_of

SENTENCE = {
    "zh": "2 月账单与日志相差 0.2%，其中 92% 可由 8 小时时差解释，2 次未找到原因（约 ¥0.08）。",
    "en": "The bill of 2026-02 and the log differ by 0.2%, of which a shift of 8 hours explains 92%, no cause was "
    "found for 2 (about ¥0.08).",
}
CAUSES = {
    "within": "Within tolerance", "shift": "Shift of hours", "log_incomplete": "Days are missing in the log",
    "no_log": "No log of the day", "mismatch": "Mismatched numbers", "unexplained": "No cause found",
}  # fmt: skip
MEASURES = {"quantity": "Billed quantity", "overflow": "Billed overflow", "billed": "Billed", "total": "Calls"}
CHANNELS = {"number": "Number verification", "one_click": "One-click login"}


def in_days(value: int | None, counted: int, days: int) -> str:
    """Return a count of a month, with the number of its days if these are not all."""
    return count(value) if value is None or counted == days else f"{count(value)} {counted} of {days} days"


@pytest.mark.parametrize("choices", [{"width": 1280}, {"width": 390, "days": 7}], ids=["desk", "phone"])
@pytest.mark.parametrize("language", SENTENCE)
def test_the_first_line_says_whether_the_bill_is_right_and_why_not(
    look: Look, language: str, choices: dict[str, int]
) -> None:
    page = look("reconciliation.html", language, **choices)
    assert page.one("main .sentence").text == SENTENCE[language]
    assert page.one("main .sentence").box[3] <= 422
    assert page.one("nav a[href*='reconciliation.html']").visible


def test_figures_of_reconciliation_equal_the_tables(look: Look, world: World) -> None:
    page = look("reconciliation.html", opened=True)
    bills = rows_of(
        world("example"),
        """
        SELECT strftime(month, '%Y-%m'), account_id, channel, measure, bill, console, log, bill_minus_log, tolerance,
            cause, explained, unexplained, amount, console_days, log_days, day(last_day(month))
        FROM reconciliation_monthly
        ORDER BY month DESC, cause = 'within', cause = 'shift', account_id, channel, measure DESC""",
    )
    assert len(bills) == 3
    assert any(log_days < days for *_, log_days, days in bills)
    assert [*page.rows("[data-figures=months]"), *page.rows("[data-figures=earlier]")] == [
        [month, account, CHANNELS[channel], MEASURES[measure], count(said),
         in_days(console, console_days, days), in_days(log, log_days, days),
         f"{signed(apart)} ± {count(tolerance)}", CAUSES[cause], signed(explained), signed(rest),
         "—" if amount is None else f"¥{amount:,.2f}"]
        for month, account, channel, measure, said, console, log, apart, tolerance, cause, explained, rest, amount,
        console_days, log_days, days in bills
    ]  # fmt: skip
    different = rows_of(
        world("example"),
        """
        SELECT day, reconciliation_daily.account_id, CASE app_key WHEN '*' THEN 'All apps' ELSE app_name END,
            channel, measure, console, log, late, difference, tolerance, cause, shift_hours, explained, unexplained
        FROM reconciliation_daily LEFT JOIN apps USING (app_key)
        WHERE cause <> 'within' AND day > (SELECT as_of FROM publication) - 30 ORDER BY day DESC""",
    )
    assert len(different) == 4
    found = {name: page.rows(f"[data-figures={name}-cause]") for name in ("without", "with")}
    assert [CAUSES["unexplained"] in row for row in found["without"]] == [True]
    assert sorted([*found["without"], *found["with"]]) == sorted(
        [str(day), account, app, CHANNELS[channel], MEASURES[measure], count(console),
         count(log) + (f" late: {late}" if late else ""), f"{signed(apart)} ± {count(tolerance)}",
         CAUSES[cause] + (f" hours: {hours}" if hours else ""), signed(explained), signed(rest)]
        for day, account, app, channel, measure, console, log, late, apart, tolerance, cause, hours, explained, rest
        in different
    )  # fmt: skip
    assert [row[-1] for row in page.rows("[data-figures=days]")] == [
        "No log of the day 1", "No cause found 1 ; Shift of hours 1 ; Within tolerance 28",
    ]  # fmt: skip
    # The drawing has a box for each day with a console.
    assert [strip.count("rect") for strip in page.all(".day-strip")] == [1, 30]


@pytest.mark.parametrize(
    ("path", "language", "words", "files"),
    [
        ("reconciliation.html", "en", "No bill and no console is known", ("registry/console/", "registry/bills/")),
        ("reconciliation.html", "zh", "还没有账单和控制台数据", ("registry/console/", "registry/bills/")),
        ("packages.html", "en", "No resource package is known", ("registry/resource_packages.csv",)),
        ("packages.html", "zh", "还没有资源包", ("registry/resource_packages.csv",)),
    ],
)
def test_a_page_without_data_is_not_in_the_menu_and_names_the_file_to_write(
    look: Look, world: World, path: str, language: str, words: str, files: tuple[str, ...]
) -> None:
    page = look(path, language, "calm")
    assert page.count(f"header nav a[href*='{path}']") == 0
    assert page.texts("main h2") == [words]
    assert all(file in page.one("main").text for file in files)
    assert not (world("calm") / "site" / "packages.csv").exists()
