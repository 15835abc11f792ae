"""Takes the pictures of the README from a published site, in headless Chromium.

    .venv/bin/python docs/pictures/make.py [SITE]

SITE is `data/demo/site` unless given: run `make demo` first. Chromium is `chromium` or `google-chrome` on the path, or
the program that AUTHMETER_CHROMIUM names.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

HERE = Path(__file__).resolve().parent
# Picture by language of the page; one for each README.
PICTURES = {"en": "monitor.png", "zh": "monitor.zh-CN.png"}
_SIZE = {"width": 1280, "height": 900}


def main(site: Path) -> int:
    """Writes the pictures beside this file; gives the exit code."""
    page_file = site.resolve() / "monitor.html"
    if not page_file.is_file():
        print(f"There is no {page_file}. Run `make demo` first, or name a published site folder.", file=sys.stderr)
        return 2
    program = os.environ.get("AUTHMETER_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not program:
        print("No Chromium: install `chromium`, or name its program in AUTHMETER_CHROMIUM.", file=sys.stderr)
        return 2
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        for language, name in PICTURES.items():
            page = browser.new_page(viewport=_SIZE, color_scheme="light")
            page.goto(page_file.as_uri())
            page.click(f"[data-language={language}]")
            # The page says by an attribute that its charts are drawn.
            page.wait_for_selector("html[data-ready]", state="attached")
            page.wait_for_selector("html:not(:has([data-chart]:not([data-ready])))", state="attached")
            page.screenshot(path=HERE / name)
            print(HERE / name)
            page.close()
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "data" / "demo" / "site"))
