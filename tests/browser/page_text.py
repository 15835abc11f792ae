"""Pages as text: each heading, sentence, card, table and line of a chart that a reader sees, in the order of the page.

`test_page_texts.py` compares these texts with the files in `page_texts`; `python -m tests.browser.page_text` writes the
files.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from reports.content.folders import app_folder, app_folders
from tests.browser.tour import open_all
from tests.data.site_logs import HABITS, LATE_BACK, MISSING_BACK, day

if TYPE_CHECKING:
    from tests.browser.conftest import Reader

TEXTS = Path(__file__).with_name("page_texts")
# A change outside its usual range has its colour behind it, a chart the numbers that Plotly draws.
_READ = """(within) => {
  const parts = "h1, h2, h3, p, li, dt, dd, summary, figcaption, .card, table, [data-layer]";
  const aside = "header, nav, button, .downloads, .filters, .pager, .picker, .actions, .acknowledge, #records, svg";
  const coloured = ".change.good, .change.bad, .usual.good, .usual.bad, .cards > .good, .cards > .bad";
  const clean = (text) => text.replace(/\\s+/g, " ").trim();
  const colour = (one) => one.classList.contains("good") ? "good" : "bad";
  const colours = (one) => [one, ...one.querySelectorAll("*")].filter((each) => each.matches(coloured))
    .map((each) => ` {${colour(each)}}`).join("");
  const rows = (table) => Array.from(table.rows).filter((row) => row.checkVisibility()).map((row) =>
    "| " + Array.from(row.cells).filter((cell) => cell.checkVisibility())
      .map((cell) => clean(cell.innerText) + colours(cell)).join(" | "));
  const number = (value) => value === null ? "." : Number(value.toFixed(6));
  const lines = (layer) => (layer.data || []).map(({y, meta}) =>
    `${layer.parentElement.dataset.chart} of ${meta.series}: ${y.map(number).join(" ")}`);
  const span = document.documentElement.dataset.chartSpan;
  return Array.from(document.querySelectorAll(`${within} :is(${parts})`)).flatMap((one) => {
    if (!one.checkVisibility() || one.closest(aside) || one.parentElement.closest("table, .card")) return [];
    if (one.matches("table")) return ["", ...rows(one), ""];
    if (one.dataset.layer) return one.dataset.layer === span ? lines(one) : [];
    if (!one.matches(".card") && one.querySelector(parts)) return [];
    const mark = {H1: "# ", H2: "\\n## ", H3: "\\n### ", LI: "- ", DT: "- "}[one.tagName] || "";
    return [mark + clean(one.innerText) + colours(one)];
  }).filter((line) => line !== "- ").join("\\n").replace(/\\n{3,}/g, "\\n\\n") + "\\n";
}"""
# Sizes change with each word of a page.
_SIZE = re.compile(r"\b[\d.,]+ (?:k|M)?B\b")


@dataclass(frozen=True)
class Text:
    """A page of a world, or the element `within` of it.

    It is read in Chinese over 30 days, and in English over seven days with every fold open.
    """

    world: str
    path: str
    within: str = "body"
    choices: dict[str, object] = field(default_factory=dict)

    def read(self, reader: Reader) -> str:
        """Open the page and return the Chinese text, then the English text."""
        page = reader.open(self.path, lang="zh", days=30, **self.choices)
        for late in page.locator("#sign-ins").all():
            # It is drawn when a reader comes near.
            late.scroll_into_view_if_needed()
            page.wait_for_selector("#sign-ins[data-loaded]")
        page.wait_for_selector("[data-picker-note] bdi" if "monitor" in self.path and self.choices else self.within)
        reader.settle()
        found = page.evaluate(_READ, self.within)
        reader.speak("en")
        if page.locator("header .windows").count():
            reader.press("7")
        open_all(page)
        reader.settle()
        return _SIZE.sub("(size)", f"{found}\n\n{page.evaluate(_READ, self.within)}")


_FOLDERS = app_folders([*HABITS, "idle"])
_SHOP = f"apps/{_FOLDERS['shop']}/index.html"
_EXAMPLE = f"apps/{app_folder('shop', ['Shop'])}/index.html"
TEXT_OF = {
    "briefing": Text("logged", "index.html"),
    "usage": Text("logged", "usage.html"),
    "monitoring": Text("logged", "monitor.html"),
    "monitoring of an app": Text("logged", "monitor.html", choices={"app": "shop"}),
    "quality": Text("logged", "quality.html"),
    "files": Text("logged", "files.html"),
    "app": Text("logged", _SHOP),
    "app that only verifies numbers": Text("logged", f"apps/{_FOLDERS['numbers']}/index.html"),
    "app without a record": Text("logged", f"apps/{_FOLDERS['idle']}/index.html"),
    # One of the five days has no data.
    "range against a week before": Text(
        "logged", _SHOP, "[data-part=range]", {"from": day(19), "to": day(15), "vs": "week"}
    ),
    "day with late records": Text("logged", f"days/{day(LATE_BACK)}.html"),
    "day without records": Text("logged", f"days/{day(MISSING_BACK)}.html"),
    "day of an app": Text("logged", f"days/{day(2)}.html", choices={"app": "shop"}),
    "packages": Text("example", "packages.html"),
    "reconciliation": Text("example", "reconciliation.html"),
    "limits": Text("example", "limits.html"),
    "sign-ins": Text("example", "signin.html"),
    "sign-ins of an app": Text("example", _EXAMPLE, "#sign-ins"),
    "packages of an app": Text("example", _EXAMPLE, "[data-part=drawn]"),
}


def file_of(name: str) -> Path:
    """Return the file with the text of a page."""
    return TEXTS / f"{name.replace(' ', '-')}.txt"


def main() -> None:
    """Write the file of each page in `page_texts`."""
    from tests.browser.chromium import chromium
    from tests.browser.conftest import FLAGS, Reader
    from tests.browser.worlds import WORLDS

    TEXTS.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name, text in TEXT_OF.items():
            world = Path(folder) / text.world
            if not world.exists():
                world.mkdir()
                WORLDS[text.world](world)
            reader = Reader(browser.new_context().new_page(), world / "site")
            file_of(name).write_text(text.read(reader), "utf-8")
            reader.close()


if __name__ == "__main__":
    main()
