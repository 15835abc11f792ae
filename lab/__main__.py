"""Runs the laboratory: `python -m lab [--only NN …] [--scale X]`.

It runs the trials, then the tests marked `lab`, unless single trials are chosen. A trial that ends replaces its rows of
`docs/reliability.md`, so a run that is stopped early keeps its results.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lab.reliability.harness import PAGE, PROJECT, REAL_SERIES, modules, page, rows

_TESTS = ("-m", "pytest", "-n", "2", "--dist", "loadfile", "-m", "lab")


def main() -> int:
    """Run the chosen trials, or all trials and then the tests. Return 1 if one failed, else 0."""
    parser = argparse.ArgumentParser(prog="python -m lab", description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="NN", help="numbers of the trials to run")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full number of tries")
    chosen = parser.parse_args()
    for name in [name for name in os.environ if name.startswith(("AUTHMETER_", "DAGSTER_"))]:
        del os.environ[name]
    has_failed = False
    for name, module in modules().items():
        if chosen.only and name.partition("_")[0] not in chosen.only:
            continue
        begun = time.monotonic()
        # Runs print their stages, which are not results.
        with tempfile.TemporaryDirectory(prefix="authmeter-") as work, contextlib.redirect_stdout(io.StringIO()):
            found = module.trial(chosen.scale, Path(work))
            if (table := Path(work) / REAL_SERIES.name).exists():
                REAL_SERIES.write_text(table.read_text("utf-8"), "utf-8")
        has_failed |= any(result.failures for result in found)
        PAGE.write_text(page(PAGE.read_text("utf-8"), {name: rows(name, found, chosen.scale)}), "utf-8")
        for result in found:
            print(f"{result.promise:>2}  {result.what}: {result.tries:,} tries, {result.failures:,} failures", end="")
            print(f" ({result.note})" if result.note else "", flush=True)
        print(f"    {name} took {time.monotonic() - begun:.0f} s", flush=True)
    if not chosen.only:
        has_failed |= subprocess.run([sys.executable, *_TESTS], cwd=PROJECT, check=False).returncode != 0
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
