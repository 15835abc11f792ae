"""The page of resource packages: its first screen answers as text; `page_texts` has its figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Look, Reader
from tests.browser.dom import table_rows
from tests.data.made_database import day

SENTENCES = {
    "zh": ["没有生效中的资源包，用量全部计为超出用量，请尽快购买（应在 03-25 前购买）。",
           "按目前用量 07-20 用完，07-13 前购买；04-19 到期时约剩 106 次作废。"],
    "en": ["No package is active: all uses are overflow, buy now, it was due by 03-25.",
           "At the present rate it runs out on 07-20, buy by 07-13; on 04-19 about 106 lapse."],
}  # fmt: skip


@pytest.mark.parametrize(("choices", "height"), [({"width": 1280}, 900), ({"width": 390, "days": 7}, 844)])
@pytest.mark.parametrize("language", SENTENCES)
def test_the_first_screen_says_when_a_package_runs_out_and_how_much_lapses(
    look: Look, language: str, choices: dict[str, int], height: int
) -> None:
    page = look("packages.html", language, **choices)
    assert page.texts(".account .sentence") == SENTENCES[language]
    # Sentence and remaining uses of the first account are seen without scrolling.
    first = page.one(".account")
    for one in (first.one(".sentence"), first.one(".facts b")):
        assert one.box[3] <= height
    assert page.one("nav a[href*='packages.html']").visible


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
