"""Measures how long a reader waits for pages from file://, in headless Chromium: for charts, tables, a search, a
switch.

The figures are milliseconds of the browser's own clocks, on this machine. They are compared with limits instead of a
peer, because the time matters to a person, and not a ratio.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from bench.measure import BenchError

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
# Set before any script of the page: marks the first chart and the table by the attributes that the page sets, and
# keeps the browser's entries of paints, shifts and delays.
_WATCH = """
window.watched = {lcp: 0, shift: 0, delay: 0, answer: 0};
const note = (name) => { if (!(name in window.watched)) window.watched[name] = performance.now(); };
new MutationObserver((changes) => {
  for (const change of changes) {
    for (const added of change.addedNodes) {
      const [, rows] = /data\\/(\\w+)\\.js/.exec(added.src || "") || [];
      if (rows) note(`asked for ${rows}`);
    }
    const place = change.target;
    if (!place.dataset?.ready) continue;
    if (place.dataset.chart) note("chart");
    if (place.dataset.table) note("table");
  }
}).observe(document, {subtree: true, childList: true, attributes: true, attributeFilter: ["data-ready"]});
const keep = (type, use) => new PerformanceObserver((list) => list.getEntries().forEach(use)).observe(
  {type, buffered: true, durationThreshold: 16});
keep("largest-contentful-paint", (entry) => { window.watched.lcp = entry.startTime; });
keep("layout-shift", (entry) => { if (!entry.hadRecentInput) window.watched.shift += entry.value; });
keep("event", (entry) => {
  if (!entry.interactionId) return;
  window.watched.delay = Math.max(window.watched.delay, entry.processingStart - entry.startTime);
  window.watched.answer = Math.max(window.watched.answer, entry.duration);
});
"""
# From the click until the next frame after everything is drawn: the handlers draw before they return.
_SWITCH = """(days) => new Promise((done) => {
  const button = document.querySelector(`[data-days-button="${days}"]`);
  const before = performance.now();
  button.click();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - before)));
})"""
_SEARCH = """(text) => new Promise((done) => {
  const field = [...document.querySelectorAll('input[type="search"]')].find((one) => one.offsetParent);
  const before = performance.now();
  field.value = text;
  field.dispatchEvent(new Event("input", {bubbles: true}));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - before)));
})"""


@dataclass(frozen=True)
class Waited:
    """A measured waiting time, or layout shift, over the rounds: its median, its largest value, and its limit.

    `unit` is the unit of the three numbers; empty for a layout shift.
    """

    what: str
    middle: float
    largest: float
    limit: float
    unit: str = "ms"


@contextmanager
def browser_page(throttle: int = 1) -> Iterator[Page]:
    """Yield a new page of a new browser. The browser's processor is slowed down by the factor `throttle`."""
    found = shutil.which("chromium") or shutil.which("chromium-headless-shell")
    program = os.environ.get("AUTHMETER_CHROMIUM") or found
    if not program:
        raise BenchError("No Chromium: install `chromium`, or name its program in AUTHMETER_CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(_WATCH)
        if throttle > 1:
            page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": throttle})
        yield page
        browser.close()


def table_ready(site: Path, rounds: int, limit: float, name: str) -> list[Waited]:
    """Measure how long the large tables of three pages (apps, logins, files) take to be ready, and how long a search in
    them takes.

    The time of a table begins when the page asks for its rows, which is after its charts are drawn.

    Args:
        limit: the longest allowed time of a table in ms.
        name: the size of the site in words, for the rows.
    """
    found = []
    for path, rows in {"usage.html": "apps", "monitor.html": "logins", "files.html": "files"}.items():
        ready, searched = [], []
        for _ in range(rounds):
            with browser_page() as page:
                page.goto((site / path).as_uri())
                page.wait_for_selector("table[data-table][data-ready]")
                watched = page.evaluate("window.watched")
                ready.append(watched["table"] - watched[f"asked for {rows}"])
                searched += [page.evaluate(_SEARCH, text) for text in ("9", "99", "重庆", "app-0000", "")]
        found += [
            _waited(f"{path}, {name}: table since its rows are asked for", ready, limit),
            _waited(f"{path}, {name}: search", searched, 100),
        ]
    return found


def first_chart(site: Path, rounds: int) -> list[Waited]:
    """Measure the time to the first chart, and the time of a switch between 7 and 30 days, on three pages.

    The pages are `usage.html`, `monitor.html` and the page of an app.
    """
    found = []
    for path in ("usage.html", "monitor.html", _app_page(site)):
        charts, switched = [], []
        for _ in range(rounds):
            with browser_page() as page:
                page.goto((site / path).as_uri())
                page.wait_for_selector("html[data-ready]:not(:has([data-chart]:not([data-ready])))", state="attached")
                charts.append(page.evaluate("window.watched.chart"))
                # The window that is not shown is drawn when the browser has time.
                page.wait_for_timeout(1500)
                switched += [page.evaluate(_SWITCH, days) for days in (7, 30, 7, 30)]
        found += [
            _waited(f"{_named(path)}: first chart", charts, 1000),
            _waited(f"{_named(path)}: 7/30 switch", switched, 50),
        ]
    return found


def slow_reader(site: Path, rounds: int) -> list[Waited]:
    """Measure each kind of page with the processor slowed down four times.

    The figures are the largest paint, the longest delay of an input, the longest time from an input to its paint, and
    the layout shift.
    """
    found = []
    newest_day = max((site / "days").iterdir()).name
    for path in (*sorted(file.name for file in site.glob("*.html")), f"days/{newest_day}", _app_page(site)):
        measured = []
        for _ in range(rounds):
            with browser_page(throttle=4) as page:
                page.goto((site / path).as_uri())
                page.wait_for_selector("html[data-ready]", state="attached")
                page.wait_for_timeout(4000)
                for key in ("7", "3", "7"):
                    page.keyboard.press(key)
                    page.wait_for_timeout(400)
                if any(field.is_visible() for field in page.locator("input[type=search]").all()):
                    page.keyboard.press("/")
                    page.keyboard.type("app-1", delay=150)
                    page.wait_for_timeout(500)
                measured.append(page.evaluate("window.watched"))
        name = f"{_named(path)}, 4 times slower"
        found += [
            _waited(f"{name}: largest paint", [one["lcp"] for one in measured], 2500),
            _waited(f"{name}: longest input delay", [one["delay"] for one in measured], 200),
            _waited(f"{name}: from an input to its paint", [one["answer"] for one in measured], 200),
            _waited(f"{name}: layout shift", [one["shift"] for one in measured], 0.1, ""),
        ]
    return found


def _app_page(site: Path) -> str:
    """Return the path of the first app's page. In a made-up site, this app has the most records."""
    return f"apps/{min((site / 'apps').iterdir()).name}/index.html"


def _named(path: str) -> str:
    """Return the name of a page in the tables: its path, with placeholders for an app's key and a day."""
    folder, slash, _ = path.partition("/")
    return {"apps": "apps/<key>/index.html", "days": "days/<day>.html"}[folder] if slash else path


def _waited(what: str, values: list[float], limit: float, unit: str = "ms") -> Waited:
    return Waited(what, median(values), max(values), limit, unit)
