"""Rules of every page: one language, accessibility, no sideways scroll, nothing sent, hostile names as text.

Each page is opened once (`tour.py`); a console message or a request outside the site fails its tests.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from pipelines.common.project import PROJECT
from tests.browser.conftest import SHOP, Look, Reader, choices_of
from tests.browser.snapshot import Box
from tests.browser.tour import KINDS, SHEET, faults
from tests.data.published_tables import HOSTILE_NAMES

CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
# Words that are the same in both languages: products, formats, units, names of files, tables and columns.
SAME = re.compile(
    r"registry/notes\.csv|day,app_key,text,incident_id|android|ios|ipad|harmonyos|h5|qq|csv|xlsx|png|html|json|authmeter|asia/shanghai|manifest\.json|usage_all|kB|MB|ms|"
    r"p50|p95|t\+1|appkey|sdk|api|id|excel|[a-z]+(_[a-z]+)+",
    re.IGNORECASE,
)
each_kind = pytest.mark.parametrize("path", KINDS)
ReadPage = Callable[..., Any]


def has_latin(text: str) -> bool:
    """Whether a text has Latin words, apart from words of both languages, such as `SDK`, and names of tables and
    files.
    """
    rest = SAME.sub("", re.sub(r"表 (incidents|restatements)|<b>\.ndjson|SDK <img.*?…", "", text))
    return bool(re.search(r"[a-z]{2}", rest, re.IGNORECASE))


@each_kind
def test_a_page_has_one_language_at_a_time(read_page: ReadPage, look: Look, path: str) -> None:
    english, chinese = (set(read_page(path)[f"texts {language}"]) for language in ("en", "zh"))
    assert [look(path, language)["lang"] for language in ("en", "zh")] == ["en", "zh-CN"]
    assert look(path).one("h1").visible
    assert len(english) > 30
    assert [text for text in english if CHINESE.search(text)] == []
    # A text without Chinese on both pages is a number, or a word of both languages.
    assert [text for text in chinese & english if not CHINESE.search(text) and has_latin(text)] == []
    assert [text for text in chinese if CHINESE.search(text) and has_latin(text)] == []


NAMED = re.findall(
    r"^\| \[?([A-Z][^\]|(]*?)\]?(?:\(#[^)]*\))? ([\u4e00-\u9fff]+) \(`(\w+\.html)`\)",
    (PROJECT / "docs" / "analyst.md").read_text("utf-8"),
    re.MULTILINE,
)


@pytest.mark.parametrize(("english", "chinese", "path"), NAMED)
def test_a_page_has_one_name_in_menu_title_and_docs(
    read_page: ReadPage, look: Look, english: str, chinese: str, path: str
) -> None:
    assert len(NAMED) == len([one for one in KINDS if "/" not in one])
    for language, name in (("en", english), ("zh", chinese)):
        page = look(path, language)
        menu = page.one("header nav [aria-current=page]").text
        # In the English menu, two words are too long.
        assert menu == name or (path == "packages.html" and menu.lower() in name)
        # The briefing begins with its verdict.
        assert path == "index.html" or page.one("h1").words.startswith(name)
    assert read_page(path)["title"] == f"{chinese} · authmeter"


@each_kind
def test_a_page_has_no_fault_of_accessibility(read_page: ReadPage, path: str) -> None:
    """Each page is checked in light English and in dark Chinese; for some kinds of pages the second check is on a
    phone.
    """
    taken = read_page(path)
    found = taken["faults"] + read_page(path, width=390, days=7).get("faults", [])
    assert found == [], json.dumps(found, indent=1, ensure_ascii=False)
    # Every list without a match has a row that says so.
    rows, lists = taken["unmatched"]
    assert rows == lists


@each_kind
def test_a_page_fits_screen_phone_and_paper(read_page: ReadPage, path: str) -> None:
    desk, phone = read_page(path), read_page(path, width=390, days=7)
    assert [(width, found) for width, found in desk["widths"] + phone["widths"] if found > width] == []
    assert desk["menus"] == [True, True]
    assert desk["beyond"] + phone["beyond"] == []
    for width, overlaps, paper in desk["sheets"]:
        # The browser cuts a wider page, or shrinks it.
        assert width <= SHEET
        assert overlaps == []
        assert paper == "rgb(255, 255, 255)"


@each_kind
def test_a_page_can_send_nothing_and_loads_little_code(read_page: ReadPage, look: Look, path: str) -> None:
    taken, page = read_page(path), look(path)
    is_kept, refused, others = taken["policy"]
    assert is_kept
    assert refused >= 2
    assert others <= 1
    # Neither a form, a frame, a button of the charts' library, nor a link that leaves the site.
    assert page.count("form, input[type=file], iframe, object, embed, .modebar, .modebar-btn, [data-title*=loud]") == 0
    assert page.count("a[href*='//'], a[href^='javascript:'], a[href^='mailto:'], a[ping]") == 0
    files = {Path(unquote(urlsplit(url).path)) for url in taken["requests"] if "/assets/" in url}
    code = {file for file in files if file.suffix in (".js", ".css")}
    assert {file.name.split("-")[0].split(".")[0] for file in code} >= {"report", "texts", "site"}
    assert any("plotly" in file.name for file in code) == (page.count("[data-chart]") > 0)
    assert sum(len(gzip.compress(file.read_bytes(), 9)) for file in code) <= 500_000


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["monitor.html", SHOP])
def test_menu_and_switches_are_in_one_line(look: Look, path: str, language: str) -> None:
    page = look(path, language)
    assert page.count("header nav a") >= 8
    switches = "header nav a, header .windows button, header .languages button, .help-button"
    centres = [(one.box[1] + one.box[3]) / 2 for one in page.all(switches) if one.visible]
    assert max(centres) - min(centres) < 4
    # A number alone is read out with its unit.
    windows = page.all("header .windows button")[:3]
    words = ["7 天", "30 天", "90 天"] if language == "zh" else ["7", "30", "90 days"]
    assert [one.text for one in windows] == words
    unit = "天" if language == "zh" else "days"
    assert all(unit in one.attributes.get("aria-label", one.text) for one in windows)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["usage.html", "monitor.html", SHOP])
def test_parts_of_a_phones_header_do_not_overlap(look: Look, path: str, language: str) -> None:
    parts = "header nav a, header .windows, header .languages, header .help-button, header .brand"
    found = [one.box for one in look(path, language, width=390, days=7).all(parts) if one.visible]
    assert len(found) >= 9
    assert all(left >= 0 and right <= 390 for left, _, right, _ in found)

    def overlap(one: Box, other: Box) -> bool:
        return all(min(one[i + 2], other[i + 2]) - max(one[i], other[i]) > 1 for i in (0, 1))

    assert [pair for pair in combinations(found, 2) if overlap(*pair)] == []


def test_help_and_picker_have_no_fault_of_accessibility_and_hostile_names_are_text(reader: Reader) -> None:
    page = reader.open("monitor.html", lang="en")
    page.locator("#picker-field").click()
    assert page.get_by_role("option").count() > 5
    page.keyboard.press("ArrowDown")
    assert faults(page, ".picker") == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Keyboard shortcuts").click()
    assert page.get_by_role("dialog").is_visible()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert faults(page, "dialog") == []
    page.keyboard.press("Escape")
    page.locator("#picker-field").click()
    assert set(HOSTILE_NAMES.values()) <= set(page.locator("#picker-list bdi").all_text_contents())
    for name in HOSTILE_NAMES.values():
        page.locator("#picker-field").fill(name)
        page.keyboard.press("Enter")
        page.wait_for_selector("[data-picker-note] bdi")
        assert page.locator("[data-picker-note] bdi").text_content() == name
        assert page.locator("#picker-field").input_value() == name
    assert page.locator("img, a[href*=invalid]").count() == 0


def test_language_and_window_go_along_and_are_remembered(reader: Reader) -> None:
    page = reader.open("index.html")

    def chosen() -> tuple[str | None, str | None]:
        return page.locator("html").get_attribute("lang"), page.locator("html").get_attribute("data-days")

    assert chosen()[0] == "zh-CN"
    reader.speak("en")
    assert page.title() == "Briefing · authmeter"
    page.get_by_role("navigation").get_by_role("link", name="Usage", exact=True).click()
    reader.settle()
    assert "/usage.html?" in page.url
    reader.press("7")
    assert choices_of(page) == {"lang": "en", "days": "7"}
    page.reload()
    reader.settle()
    assert choices_of(page) == {"lang": "en", "days": "7"}
    page.locator("table[data-table=apps] tbody a", has_text="Shop twin").click()
    reader.settle()
    assert chosen() == ("en", "7")
    assert page.locator("h1").inner_text() == "Shop twin"
    # An address without choices shows the last ones; its own choices come first.
    for choices, expected in (({}, ("en", "7")), ({"lang": "zh", "days": 30}, ("zh-CN", "30"))):
        reader.open("quality.html", **choices)
        assert chosen() == expected
    reader.open("quality.html", lang="fr", days=8)
    assert chosen()[1] in ("7", "30")


def test_a_copy_that_the_browser_saved_keeps_its_content(reader: Reader) -> None:
    """A browser saves a page with all that its scripts have drawn, and without the choices of its address."""
    page = reader.open("monitor.html", lang="en", app="shop", days=7)
    page.wait_for_selector("[data-picker-note] bdi")
    reader.settle()
    content = "h2, [data-picker-note], main table"
    before = page.locator(content).all_inner_texts()
    copy, saved = (reader.site / "saved.html").as_uri(), page.content()
    page.route(copy, lambda route: route.fulfill(body=saved, content_type="text/html; charset=utf-8"))
    page.goto(copy)
    assert page.locator(".saved-copy").inner_text() == (
        "This is a saved copy: its charts and buttons do not work. To keep a page, print it."
    )
    assert page.locator(content).all_inner_texts() == before
    # The policy of the page refuses the styles of charts and bars that scripts drew.
    assert page.locator("[data-chart] svg:visible, .bar:visible").count() == 0
    reader.complaints = [one for one in reader.complaints if not one.startswith("Applying inline style violates")]


def test_hostile_names_are_text_on_their_own_pages(look: Look, read_page: ReadPage) -> None:
    # The lists of other pages show the others, see below.
    for key in ("img", "script", "long"):
        name, path = HOSTILE_NAMES[key], f"apps/{key}/index.html"
        page = look(path, "zh", opened=True)
        assert page.one("h1").content == name
        assert read_page(path, "opened zh")["title"] == f"{name} · authmeter"
        # Its account, scheme, group, code and vendor have the same name.
        for part in ("facts", "packages", "codes-authorization"):
            assert name in page.contents(f"[data-part={part}] bdi")
        assert_harmless(page, read_page(path, "opened zh"))
    assert_harmless(look(path, "zh", opened=True, width=390), read_page(path, "opened zh", width=390))


def assert_harmless(page: Any, taken: Any) -> None:
    """Assert that no hostile name became an element, an address or a title, and that no page is too wide."""
    assert page.count("img, a[href*=invalid], body script:not([type='application/json'])") == 0
    assert "owned" not in taken["title"] or taken["title"].startswith(tuple(HOSTILE_NAMES.values()))
    assert [one for one in taken["widths"] if one[1] > one[0]] == []


@pytest.mark.parametrize("path", ["index.html", "usage.html", "monitor.html", "quality.html", "files.html"])
def test_hostile_names_are_text_in_every_list(look: Look, read_page: ReadPage, path: str) -> None:
    page = look(path, opened=True)
    if path == "quality.html":
        texts = "\n".join(page.contents("bdi"))
        assert all(name in texts for name in (*HOSTILE_NAMES.values(), "<b>.ndjson"))
    else:
        assert set(HOSTILE_NAMES.values()) <= set(page.contents("table[data-table] tbody bdi, .apps tbody bdi"))
    assert_harmless(page, read_page(path))
    assert_harmless(look(path, width=390, opened=True, days=7), read_page(path, width=390, days=7))


@pytest.mark.parametrize("path", ["index.html", "usage.html", "monitor.html", "quality.html", "signin.html"])
def test_a_folder_without_any_record_has_whole_pages(look: Look, path: str) -> None:
    page = look(path, name="empty")
    assert page.count(".waiting") == 0
    assert set(page.texts("table[data-table] .nothing")) <= {"Nothing matches."}
