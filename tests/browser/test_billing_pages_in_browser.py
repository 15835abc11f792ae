"""First screens of the pages of packages, reconciliation and limits. `page_texts` has the figures of these pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Look, Reader, World
from tests.browser.dom import table_rows
from tests.data.made_database import day
from tests.data.published_tables import HOSTILE_NAMES

# The sentence of each account of the example.
SENTENCES = {
    "zh": ["没有生效中的资源包，用量全部计为超出用量，请尽快购买（应在 03-25 前购买）。",
           "按目前用量 07-20 用完，07-13 前购买；04-19 到期时约剩 106 次作废。"],
    "en": ["No package is active: all uses are overflow, buy now, it was due by 03-25.",
           "At the present rate it runs out on 07-20, buy by 07-13; on 04-19 about 106 lapse."],
}  # fmt: skip
SCREENS: dict[str, dict[str, int]] = {"desk": {}, "phone": {"width": 390, "days": 7}}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize(
    ("path", "bottom", "parts"),
    [
        ("packages.html", 844, (".account .sentence", ".account .facts b")),
        ("reconciliation.html", 422, ("main .sentence",)),
        ("limits.html", 844, ("main .sentence", "main .facts", ".limited", "[data-figures=limits] tbody tr")),
    ],
)
def test_the_first_screen_has_the_sentence_and_its_figures(
    look: Look, path: str, bottom: int, parts: tuple[str, ...], language: str, screen: str
) -> None:
    page = look(path, language, **SCREENS[screen])
    for part in parts:
        assert page.one(part).visible, part
        assert page.one(part).box[3] <= bottom, part
    assert page.one(f"nav a[href*='{path}']").visible
    if path == "packages.html":
        assert page.texts(".account .sentence") == SENTENCES[language]
    if path == "reconciliation.html":
        # The drawing has a box for each day with a console.
        assert [strip.count("rect") for strip in page.all(".day-strip")] == [1, 30]
    if path == "limits.html":
        assert page.one("main .sentence bdi").text == HOSTILE_NAMES["quotes"]


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


def test_without_own_limits_the_page_names_the_file_and_counts_what_was_limited(look: Look) -> None:
    page = look("limits.html", name="varied")
    assert page.count("header nav a[href*=limits]") == 0
    assert page.one(".limited").text == "Verifications that the provider actually limited: 1,234"
    assert len(page.rows("[data-figures=limits]")) == 1
    for language, words in (("en", "Limits of your own"), ("zh", "自定义限制方案")):
        page = look("limits.html", language, "varied")
        assert words in page.texts("main h2")
        assert "registry/limits.csv" in page.one("main").text


def test_of_many_accounts_the_most_urgent_are_open_and_each_says_its_sentence(
    read_site: Callable[..., Reader],
) -> None:
    reader = read_site("accounts")
    page = reader.open("packages.html", lang="zh")
    accounts = page.locator(".account")
    assert accounts.locator("h2 bdi").all_text_contents() == ["none-left", "soon", "short", "ample"]
    assert [one.get_attribute("open") is not None for one in accounts.all()] == [True, True, False, False]
    for one in accounts.all():
        assert one.locator(".sentence").is_visible()
        assert "剩余" in one.locator("h2").inner_text()
    folded = accounts.nth(2)
    assert not folded.locator("[data-figures=apps-3]").is_visible()
    folded.locator("summary").first.click()
    # The users come before the packages that they used.
    names = [one.get_attribute("data-figures") for one in folded.locator("table").all()]
    assert names == ["apps-3", "packages-3"]
    assert folded.locator("[data-figures=apps-3]").is_visible()
    # The drawing has its figures as a table and as a file.
    assert folded.locator(".course-figures table").count() == 0
    folded.locator(".course-figures summary").click()
    assert folded.locator(".course-figures table").get_attribute("class") == "plain dense"
    assert table_rows(page, "#account-3 .course-figures table")[0] == [str(day(39)), "590", "590"]
    assert folded.locator(".course-figures .download").is_visible()
    page.locator("[data-language=en]").click()
    assert folded.locator(".course-figures thead").inner_text().split("\t")[0] == "Day"
