"""Finds the Chromium that opens the pages of tests and benchmarks."""

import os
import shutil


def chromium() -> str:
    """Return the program: `AUTHMETER_CHROMIUM`, else the headless shell, which opens pages in four fifths of the time,
    else Chromium itself.

    Raises:
        FileNotFoundError: there is none.
    """
    named = os.environ.get("AUTHMETER_CHROMIUM")
    if found := named or shutil.which("chromium-headless-shell") or shutil.which("chromium"):
        return found
    raise FileNotFoundError("No Chromium: install `chromium`, or name its program in AUTHMETER_CHROMIUM.")
