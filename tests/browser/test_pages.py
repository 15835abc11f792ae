"""What a reader meets on every page: one language at a time, no complaint, nothing from elsewhere, no sideways scroll.

Every reader fails its test where the page complained or asked for anything outside the site (`conftest.py`).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page

from reports.content.folders import app_folder
from tests.browser.conftest import Reader, open_all
from tests.data.published_tables import HOSTILE_NAMES, day
from tests.support import DataFolder

SHOP = app_folder("shop", ["Shop"])
PAGES = (
    "index.html", "usage.html", "monitor.html", "quality.html", "metrics.html", "files.html",
    f"apps/{SHOP}/index.html", f"days/{day(4)}.html", "packages.html", "reconciliation.html",
    "limits.html", "signin.html",
)  # fmt: skip
# All that is shown or read out, but for names, which are whatever somebody called something.
_TEXTS = """() => {
  const isName = (node) => node.closest("bdi, code, kbd, [data-language], datalist, time#generated-at");
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const isShown = parent.closest("option") ? parent.closest("select").checkVisibility() : parent.checkVisibility();
    if (isShown && !isName(parent) && !parent.closest("script, style, noscript")) found.add(node.data.trim());
  }
  for (const one of document.querySelectorAll("[aria-label], [title], [placeholder]")) {
    if (!one.checkVisibility()) continue;
    for (const name of ["aria-label", "title", "placeholder"]) {
      // A label may end in the name of what it is about.
      if (one.hasAttribute(name)) found.add(one.getAttribute(name).split(" · ")[0]);
    }
  }
  // An app's page is titled by its name.
  const title = document.title.split(" · ")[0];
  if (title !== document.querySelector("h1").textContent) found.add(title);
  return [...found].filter(Boolean);
}"""
CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]")
# Words that are the same in both languages: products, formats, units, names of files, tables and columns.
SAME = re.compile(
    r"registry/notes\.csv|day,app_key,text,incident_id|android|ios|ipad|harmonyos|h5|qq|csv|xlsx|png|html|json|authmeter|asia/shanghai|manifest\.json|usage_all|kB|MB|ms|"
    r"p50|p95|t\+1|appkey|sdk|api|id|excel|[a-z]+(_[a-z]+)+",
    re.IGNORECASE,
)


def visible_texts(page: Page) -> set[str]:
    return set(page.evaluate(_TEXTS))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_speaks_one_language_fits_its_window_and_sends_nothing(reader: Reader, path: str) -> None:
    page = reader.open(path, lang="en")
    assert_small_code(reader)
    assert_nothing_to_send_with(page)
    open_all(page)
    reader.settle()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").is_visible()
    english = visible_texts(page)
    assert len(english) > 30
    assert [text for text in english if CHINESE.search(text)] == []
    reader.speak("zh")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    # Tables behind charts are drawn anew a moment after the charts.
    for _ in range(50):
        chinese = visible_texts(page)
        # A text without Chinese that stands on both pages is a number, or a word that both share.
        common = {text for text in chinese & english if not CHINESE.search(text)}
        if not (left := [text for text in common if re.search(r"[a-z]{2}", SAME.sub("", text), re.IGNORECASE)]):
            break
        page.wait_for_timeout(100)
    assert left == []
    # Nor does English stand between Chinese.
    assert [text for text in chinese if CHINESE.search(text) and re.search(r"[a-z]{2}", _without_names(text))] == []
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        # No page of the menu lies out of sight.
        assert page.locator("header nav").evaluate("nav => nav.scrollWidth <= nav.clientWidth")
    assert_policy_holds(reader)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("path", ["monitor.html", f"apps/{SHOP}/index.html"])
def test_all_pages_and_the_switch_of_windows_stand_in_one_line(reader: Reader, path: str, language: str) -> None:
    page = reader.open(path, lang=language)
    assert page.locator("header nav a").count() >= 8
    centres = [
        box["y"] + box["height"] / 2
        for one in page.locator("header nav a, header .windows button, header .languages button, .help-button").all()
        if (box := one.bounding_box())
    ]
    assert max(centres) - min(centres) < 4
    # A number alone is read out with what it counts.
    windows = page.locator("header").get_by_role("button", name="天" if language == "zh" else "days", exact=False)
    words = ["7 天", "30 天", "90 天"] if language == "zh" else ["7", "30", "90 days"]
    assert [one.inner_text() for one in windows.all()] == words


def _without_names(text: str) -> str:
    """A text without the words that both languages share, and the names of tables and files."""
    return SAME.sub("", re.sub(r"表 (incidents|restatements)|<b>\.ndjson|SDK <img.*?…", "", text)).lower()


def assert_small_code(reader: Reader) -> None:
    """All scripts and styles that a page has loaded, packed: at most 500 kB."""
    paths = {Path(unquote(urlsplit(url).path)) for url in reader.requests if "/assets/" in url}
    code = {path for path in paths if path.suffix in (".js", ".css")}
    assert {path.name.split("-")[0].split(".")[0] for path in code} >= {"report", "texts", "site"}
    assert any("plotly" in path.name for path in code) == (reader.page.locator("[data-chart]").count() > 0)
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in code) <= 500_000


def assert_nothing_to_send_with(page: Page) -> None:
    """No form, no frame, no button of the charts' library, no link that leaves the site."""
    assert page.locator("form, input[type=file], iframe, object, embed").count() == 0
    assert page.locator(".modebar, .modebar-btn, [data-title*=loud]").count() == 0
    assert page.locator("a[href*='//'], a[href^='javascript:'], a[href^='mailto:'], a[ping]").count() == 0


def assert_policy_holds(reader: Reader) -> None:
    """A script of the page could not send anything nor add code if it wanted to."""
    page = reader.page
    assert reader.complaints == []
    page.evaluate("fetch('https://example.invalid/').catch(() => 0)")
    inline = "Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'})"
    page.evaluate(f"document.body.append({inline})")
    assert page.evaluate("window.ran") is None
    refused = [text for text in reader.complaints if "Content Security Policy" in text]
    assert len(refused) >= 2
    assert len(reader.complaints) - len(refused) <= 1
    reader.complaints.clear()
    reader.requests[:] = [url for url in reader.requests if "example.invalid" not in url]


def test_language_and_window_go_along_and_are_remembered(reader: Reader) -> None:
    page = reader.open("index.html")
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    reader.speak("en")
    reader.press("7")
    assert {"lang=en", "days=7"} <= set(urlsplit(page.url).query.split("&"))
    assert page.title() == "Briefing · authmeter"
    page.get_by_role("navigation").get_by_role("link", name="Usage", exact=True).click()
    reader.settle()
    assert "/usage.html?" in page.url
    assert {"lang=en", "days=7"} <= set(urlsplit(page.url).query.split("&"))
    assert page.locator("html").get_attribute("data-days") == "7"
    page.locator("table[data-table=apps] tbody a", has_text="Shop twin").click()
    reader.settle()
    assert (page.locator("html").get_attribute("lang"), page.locator("html").get_attribute("data-days")) == ("en", "7")
    assert page.locator("h1").inner_text() == "Shop twin"
    # An address that says nothing shows what was chosen before; one that says something wins.
    page = reader.open("monitor.html")
    assert (page.locator("html").get_attribute("lang"), page.locator("html").get_attribute("data-days")) == ("en", "7")
    page = reader.open("monitor.html", lang="zh", days=30)
    assert (page.locator("html").get_attribute("lang"), page.locator("html").get_attribute("data-days")) == (
        "zh-CN", "30",
    )  # fmt: skip
    page = reader.open("monitor.html", lang="fr", days=8)
    assert page.locator("html").get_attribute("data-days") in ("7", "30")


def test_without_storage_the_address_carries_the_choice(read_site: Callable[..., Reader], site: Path) -> None:
    reader = read_site(site, fresh=True)
    reader.page.add_init_script("delete window.localStorage; Object.defineProperty(window, 'localStorage', "
                                "{get() { throw new DOMException('no', 'SecurityError'); }})")  # fmt: skip
    page = reader.open("index.html", lang="en", days=7)
    page.get_by_role("navigation").get_by_role("link", name="Metrics").click()
    reader.settle()
    assert page.locator("html").get_attribute("lang") == "en"
    assert "days=7" in page.url


# ---- hostile names


def assert_harmless(page: Page, *, width: int = 1280) -> None:
    """No name became an element, an address or a title of its own."""
    assert page.locator("img, body script:not([type='application/json']), a[href*=invalid]").count() == 0
    assert "owned" not in page.title() or page.title().startswith(tuple(HOSTILE_NAMES.values()))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


# The monitor page shows all of them one after the other, see below.
@pytest.mark.parametrize("key", ["img", "script", "bidi", "long"])
def test_a_hostile_name_is_only_text_on_its_own_page(reader: Reader, key: str) -> None:
    name = HOSTILE_NAMES[key]
    page = reader.open(f"apps/{key}/index.html")
    open_all(page)
    assert page.locator("h1").text_content() == name
    assert page.title() == f"{name} · authmeter"
    # Its account, scheme, group, code and vendor are called the same.
    assert name in page.locator("[data-part=facts] bdi").all_text_contents()
    assert name in page.locator("[data-part=packages] bdi").all_text_contents()
    assert name in page.locator("[data-part=codes-authorization] bdi").all_text_contents()
    assert_harmless(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert_harmless(page, width=390)


@pytest.mark.parametrize("path", ["index.html", "usage.html", "monitor.html", "quality.html", "files.html"])
def test_hostile_names_are_only_text_in_every_list(reader: Reader, path: str) -> None:
    page = reader.open(path)
    open_all(page)
    if path == "quality.html":
        texts = "\n".join(page.locator("bdi").all_text_contents())
        assert all(name in texts for name in HOSTILE_NAMES.values())
        assert "<b>.ndjson" in texts
    else:
        names = page.locator(":is(table[data-table], .apps) tbody bdi").all_text_contents()
        assert set(HOSTILE_NAMES.values()) <= set(names)
    if path == "monitor.html":
        page.locator("#picker-field").click()
        assert set(HOSTILE_NAMES.values()) <= set(page.locator("#picker-list bdi").all_text_contents())
        for name in HOSTILE_NAMES.values():
            page.locator("#picker-field").fill(name)
            page.keyboard.press("Enter")
            page.wait_for_selector("[data-picker-note] bdi")
            assert page.locator("[data-picker-note] bdi").text_content() == name
            assert page.locator("#picker-field").input_value() == name
        reader.settle()
    assert_harmless(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert_harmless(page, width=390)


def test_a_folder_without_any_record_has_pages_that_say_so(read_site: Callable[..., Reader], tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.publish()
    reader = read_site(folder.store.site)
    for path in ("index.html", "usage.html", "monitor.html", "quality.html", "metrics.html", "files.html",
                 "packages.html", "reconciliation.html", "limits.html", "signin.html"):  # fmt: skip
        page = reader.open(path, lang="zh")
        reader.speak("en")
        assert page.locator(".waiting").count() == 0
        assert set(page.locator("table[data-table] .nothing").all_inner_texts()) <= {"Nothing matches."}
    page = reader.open("usage.html", lang="en", period="month")
    assert page.locator("[data-period=month]").get_attribute("aria-pressed") == "true"
