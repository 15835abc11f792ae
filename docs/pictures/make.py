"""Takes the screenshots of the READMEs and the docs from a published site, in headless Chromium.

    .venv/bin/python docs/pictures/make.py [SITE]

SITE is `data/demo/site` unless given: run `make demo` first. Chromium is `chromium`, `google-chrome` or
`chromium-headless-shell` on the path, or the program that AUTHMETER_CHROMIUM names. A picture shows the part of the
page that is visible without scrolling.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import urlencode

from playwright.sync_api import ViewportSize, sync_playwright

HERE = Path(__file__).resolve().parent
_DESK = ViewportSize(width=1280, height=800)
_PHONE = ViewportSize(width=390, height=844)


class Picture(NamedTuple):
    """The page, language, number of days, screen size and colour scheme of one picture."""

    page: str
    language: str
    days: int
    size: ViewportSize = _DESK
    scheme: Literal["light", "dark"] = "light"


PICTURES = {
    "centre.png": Picture("index.html", "en", 7),
    "centre.zh-CN.png": Picture("index.html", "zh", 7),
    "usage.png": Picture("usage.html", "en", 7),
    "usage.zh-CN.png": Picture("usage.html", "zh", 7),
    "monitor.png": Picture("monitor.html", "en", 30),
    "monitor.zh-CN.png": Picture("monitor.html", "zh", 30),
    "monitor-dark.png": Picture("monitor.html", "en", 30, scheme="dark"),
    "phone.png": Picture("index.html", "zh", 7, size=_PHONE),
}


def main(site: Path) -> int:
    """Write the pictures into this file's folder. Return 0, or 2 if a page of the site or Chromium is missing."""
    site = site.resolve()
    missing = [site / one.page for one in PICTURES.values() if not (site / one.page).is_file()]
    if missing:
        print(f"There is no {missing[0]}. Run `make demo` first, or name a published site folder.", file=sys.stderr)
        return 2
    named = (shutil.which(name) for name in ("chromium", "google-chrome", "chromium-headless-shell"))
    program = os.environ.get("AUTHMETER_CHROMIUM") or next(filter(None, named), None)
    if not program:
        print("No Chromium: install `chromium`, or name its program in AUTHMETER_CHROMIUM.", file=sys.stderr)
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for name, one in PICTURES.items():
            # A page of its own context remembers nothing of the one before.
            page = browser.new_page(viewport=one.size, color_scheme=one.scheme)
            page.goto(f"{(site / one.page).as_uri()}?{urlencode({'lang': one.language, 'days': one.days})}")
            # The page says by attributes that its charts and tables are drawn.
            page.wait_for_selector("html[data-ready]", state="attached")
            waiting = "[data-chart]:not([data-ready]), [data-table]:not([data-ready])"
            page.wait_for_selector(f"html:not(:has({waiting}))", state="attached")
            page.screenshot(path=HERE / name)
            print(HERE / name)
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "data" / "demo" / "site"))
