"""Reads pages for `snapshot.py`, as they open and with every fold open.

The twelve kinds of pages of the example are also checked for accessibility, width, paper and content policy.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.content.folders import app_folder
from tests.browser.snapshot import READ
from tests.data.published_tables import day

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Reader

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
KINDS = (
    "index.html", "usage.html", "monitor.html", "quality.html", "metrics.html", "files.html",
    f"apps/{app_folder('shop', ['Shop'])}/index.html", f"days/{day(4)}.html", "packages.html", "reconciliation.html",
    "limits.html", "signin.html",
)  # fmt: skip
"""A page of each kind."""
CHECKED_ON_PHONE = [KINDS[place] for place in (0, 2, 6, 8, 9, 11)]
PHONE = {"width": 390, "height": 844}
EVERY = "every state"
SHEET = 703
"""The width of an A4 sheet without the margins of the style sheet, in pixels of a page."""
# All that is shown or read out, except names, which can be in any language.
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
      // A label may end in the name of its subject.
      if (one.hasAttribute(name)) found.add(one.getAttribute(name).split(" · ")[0]);
    }
  }
  // An app's page is titled by its name.
  const title = document.title.split(" · ")[0];
  if (title !== document.querySelector("h1").textContent) found.add(title);
  return [...found].filter(Boolean);
}"""
# Tables that are wider than their box. That of a chart may scroll on a phone, and with a sixth column anywhere.
_BEYOND = """() => Array.from(document.querySelectorAll("main .scroll"))
  .filter((box) => !box.querySelector(innerWidth < 500 ? ".dense" : ".dense th:nth-child(6)"))
  .filter((box) => box.checkVisibility() && box.scrollWidth > box.clientWidth)
  .map((box) => `${box.scrollWidth} > ${box.clientWidth}: ${box.querySelector("thead").textContent}`)"""
# The heading of the first column of tables behind charts.
_DAY = {"en": "Day", "zh": "日期"}
# Figures of cards that overlap with the drawing of their card.
_OVERLAPS = """() => Array.from(document.querySelectorAll(".card .figure")).filter((one) => {
  const [figure, drawing] = Array.from(one.querySelectorAll(".short, svg")).map((part) => part.getBoundingClientRect());
  return drawing && figure.right > drawing.left && figure.bottom > drawing.top && drawing.bottom > figure.top;
}).map((one) => one.textContent)"""
# The file of every table and chart that is shown: its columns as a workbook gets them, and its text as CSV. Nothing is
# saved, because a browser lets a page begin few downloads at once.
_DOWNLOADS = """async () => {
  const shown = (selector) => Array.from(document.querySelectorAll(selector)).filter((one) => one.checkVisibility());
  const books = [], texts = [];
  Object.defineProperty(window, "AUTHMETER_WORKBOOK", {set() {}, get: () => (columns, name) => {
    books.push({name, columns});
    return new Promise(() => 0);
  }});
  const make = URL.createObjectURL;
  URL.createObjectURL = (content) => {
    texts.push(content.text());
    return "#";
  };
  HTMLAnchorElement.prototype.click = () => 0;
  for (const one of shown("main .download")) one.click();
  const excel = shown("main .download-workbook");
  for (const one of excel) one.click();
  while (books.length < excel.length) await new Promise((go) => setTimeout(go, 5));
  URL.createObjectURL = make;
  delete HTMLAnchorElement.prototype.click;
  return {
    books, texts: await Promise.all(texts), labels: shown("main .download").map((one) => one.innerText),
    tables: shown("main table").length - document.querySelectorAll("[data-chart-table] table").length,
    charts: document.querySelectorAll("[data-chart], [data-curve]").length,
  };
}"""
# Asks axe-core about a page without the drawings of lines and without most rows behind charts, which are all alike and
# would take half of the time. Without `preload` axe would fetch the style sheet, which the policy forbids.
_ASK_AXE = """async (where) => {
  const figures = ":is([data-chart-table], .course-figures)";
  const alike = document.querySelectorAll(`.scatterlayer > *, ${figures} tbody tr:nth-child(n + 4)`);
  const places = Array.from(alike, (one) => {
    const place = document.createComment("");
    one.replaceWith(place);
    return [place, one];
  });
  const found = await axe.run(where, {resultTypes: ["violations"], preload: false});
  for (const [place, one] of places) place.replaceWith(one);
  return found;
}"""
_MENU = "(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)(document.querySelector('header nav'))"
_WIDTH = "document.documentElement.scrollWidth"
# Attempts of a page to send something and to add code.
_TRESPASS = """() => {
  fetch("https://example.invalid/").catch(() => 0);
  document.body.append(Object.assign(document.createElement("script"), {textContent: "window.ran = 1"}));
  return window.ran === undefined;
}"""


def open_all(page: Page) -> None:
    """Open every fold of a page, also hidden ones: reasons of the trust bar, tables behind charts."""
    page.evaluate("for (const one of document.querySelectorAll('details:not([open]) > summary')) one.click()")


def faults(page: Page, where: str = "html") -> list[tuple[str, list[str]]]:
    """Return the rules of axe-core that a part of a page breaks, each with the first elements that break it."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(_ASK_AXE, where)
    return [(one["id"], [node["html"][:300] for node in one["nodes"]][:3]) for one in found["violations"]]


def take(reader: Reader, path: str, state: str, width: int, choices: dict[str, Any]) -> dict[str, Any]:
    """Open a page and read it in a state: `zh` or `en` as it opens, `opened zh` or `opened en` with every fold open.

    The state `EVERY` reads `zh`, `en` and `opened en`, and adds the results of checks that are the same for all pages.
    """
    page = reader.page
    page.set_viewport_size({"width": width, "height": PHONE["height"] if width < SHEET else 900})
    language = "zh" if state in (EVERY, "zh", "opened zh") else "en"
    reader.open(path, lang=language, **choices)
    taken: dict[str, Any] = {"title": page.title(), "requests": list(reader.requests)}
    menus = [page.evaluate(_MENU)]
    if state == EVERY:
        taken["zh"] = json.loads(page.evaluate(READ))
        reader.speak("en")
    if state in (EVERY, language):
        taken[state if state == language else "en"] = json.loads(page.evaluate(READ))
    if state != language:
        open_all(page)
        reader.settle(str(choices.get("period", "")))
        taken[state if state != EVERY else "opened en"] = json.loads(page.evaluate(READ))
    taken |= {"beyond": page.evaluate(_BEYOND), "widths": [[width, page.evaluate(_WIDTH)]]}
    if state != EVERY or width == PHONE["width"]:
        if state == EVERY and path in CHECKED_ON_PHONE:
            page.emulate_media(color_scheme="dark")
            reader.speak("zh")
            taken["faults"] = faults(page)
        return taken
    taken |= {"texts en": _texts_after(page, "zh"), "faults": faults(page)}
    page.set_viewport_size({"width": SHEET, "height": 1000})
    taken["sheets"] = [_sheet(page)]
    reader.speak("zh")
    taken["texts zh"] = _texts_after(page, "en")
    taken["sheets"].append(_sheet(page))
    taken["downloads"] = page.evaluate(_DOWNLOADS)
    fields = page.locator("input[type=search]").all()
    taken["faults"] += [] if path in CHECKED_ON_PHONE else faults(page)
    for field in fields:
        field.fill("no such app")
    taken["unmatched"] = [page.locator("td.nothing").count(), len(fields)]
    taken["faults"] += faults(page, "table:has(td.nothing)") if fields else []
    page.set_viewport_size(PHONE)
    taken["widths"].append([PHONE["width"], page.evaluate(_WIDTH)])
    return taken | {"menus": [*menus, page.evaluate(_MENU)], "policy": _policy(reader)}


def _texts_after(page: Page, former: str) -> list[str]:
    """Return the texts of a page whose language was `former` before.

    Charts of the other window, and tables behind charts, are drawn again a moment after the shown charts.
    """
    late = (
        f"figure:not([hidden]) [data-layer][data-drawn^='{former} ']",
        f"details[open] [data-chart-table] thead th:first-child:has-text('{_DAY[former]}')",
    )
    for selector in late:
        page.wait_for_selector(selector, state="detached")
    texts: list[str] = page.evaluate(_TEXTS)
    return texts


def _sheet(page: Page) -> list[Any]:
    """Return a page's width on paper, the texts of figures that overlap with drawings, and the colour of the paper."""
    page.emulate_media(media="print", color_scheme="dark")
    questions = (_WIDTH, _OVERLAPS, "getComputedStyle(document.body).backgroundColor")
    found = [page.evaluate(question) for question in questions]
    page.emulate_media(media="screen")
    return found


def _policy(reader: Reader) -> list[Any]:
    """Try to send a request and to add a script.

    Return whether the script did not run, and the numbers of policy violations and of other console messages.
    """
    assert reader.complaints == []
    is_kept = reader.page.evaluate(_TRESPASS)
    reader.page.wait_for_timeout(20)
    refused = [text for text in reader.complaints if "Content Security Policy" in text]
    others = len(reader.complaints) - len(refused)
    reader.complaints.clear()
    reader.requests[:] = [url for url in reader.requests if "example.invalid" not in url]
    return [is_kept, len(refused), others]
