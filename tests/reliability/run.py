"""Runs the trials and writes `docs/reliability.md`: `python -m tests.reliability.run [--only NN …] [--scale X]`.

Each trial replaces its own rows of the page when it has ended; a run that is ended early keeps what it found.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.reliability.harness import PAGE, modules, page, rows


def main() -> int:
    """Gives 1 where a trial found a failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=[], metavar="NN", help="numbers of the trials to run")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full number of tries")
    given = parser.parse_args()
    for name in [name for name in os.environ if name.startswith(("AUTHMETER_", "DAGSTER_"))]:
        del os.environ[name]
    has_failed = False
    for name, module in modules().items():
        if given.only and name.partition("_")[0] not in given.only:
            continue
        begun = time.monotonic()
        # The runs tell their stages; here only what was found is told.
        with tempfile.TemporaryDirectory(prefix="authmeter-") as work, contextlib.redirect_stdout(io.StringIO()):
            found = module.trial(given.scale, Path(work))
        has_failed |= any(result.failures for result in found)
        PAGE.write_text(
            page(PAGE.read_text("utf-8") if PAGE.exists() else "", {name: rows(name, found, given.scale)}), "utf-8"
        )
        for result in found:
            print(f"{result.promise:>2}  {result.what}: {result.tries:,} tries, {result.failures:,} failures", end="")
            print(f" ({result.note})" if result.note else "", flush=True)
        print(f"    {name} took {time.monotonic() - begun:.0f} s", flush=True)
    return int(has_failed)


if __name__ == "__main__":
    sys.exit(main())
