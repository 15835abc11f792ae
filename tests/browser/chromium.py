"""Finds the Chromium that opens the pages of tests and benchmarks."""

import os
import shutil


def chromium() -> str:
    """Return the program that opens pages: `AUTHMETER_CHROMIUM`, else `chromium-headless-shell`, else `chromium`.

    Raises:
        FileNotFoundError: none of them exists.
    """
    named = os.environ.get("AUTHMETER_CHROMIUM")
    if found := named or shutil.which("chromium-headless-shell") or shutil.which("chromium"):
        return found
    raise FileNotFoundError("No Chromium: install `chromium`, or name its program in AUTHMETER_CHROMIUM.")
