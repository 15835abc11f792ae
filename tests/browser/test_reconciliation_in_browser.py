"""The page of reconciliation: its first line says whether the bill is right. `page_texts` has its figures."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Look, World

SENTENCE = {
    "zh": "2 月账单与日志相差 0.2%，其中 92% 可由 8 小时时差解释，2 次未找到原因（约 ¥0.08）。",
    "en": "The bill of 2026-02 and the log differ by 0.2%, of which a shift of 8 hours explains 92%, no cause was "
    "found for 2 (about ¥0.08).",
}


@pytest.mark.parametrize("choices", [{"width": 1280}, {"width": 390, "days": 7}], ids=["desk", "phone"])
@pytest.mark.parametrize("language", SENTENCE)
def test_the_first_line_says_whether_the_bill_is_right_and_why_not(
    look: Look, language: str, choices: dict[str, int]
) -> None:
    page = look("reconciliation.html", language, **choices)
    assert page.one("main .sentence").text == SENTENCE[language]
    assert page.one("main .sentence").box[3] <= 422
    assert page.one("nav a[href*='reconciliation.html']").visible
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
