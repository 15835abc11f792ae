"""Measures the rendering of the site for very many apps, against copying the same files, and the waiting times of
readers.

`published.py` makes the database, `pages.py` runs the browser.
"""

import gzip
import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from bench import pages
from bench.inputs import Cache
from bench.measure import Run, run
from bench.published import make_published
from bench.tables import Row, Target, middle, short, timed

_RENDER = "import sys; from pathlib import Path; from reports.build.site import render_site; " \
    "print(render_site(Path(sys.argv[1]), Path(sys.argv[2])))"  # fmt: skip
_KB = 1000
# Without the CSV, which nobody waits for.
_OWN = ("index.html", "figures.js")
# Limit of rendering, in ms an app.
RENDERING_LIMIT = 1
# Limit of a table, in ms, by the number of apps.
TABLE_LIMITS = {10_000: 300, 100_000: 1_000}


def renderings(cache: Cache, apps: int, rounds: int) -> tuple[list[Row], Path]:
    """Measure the process that renders the site of `apps` apps, against `cp -r` of the finished site.

    Return the rows, and the folder of the site.
    """
    database, sites, copies = (cache.folder / f"{name}-{apps}" for name in ("published", "site", "copy"))
    if not database.exists():
        fresh = database.with_name(f"{database.name}.new")
        make_published(fresh, apps)
        fresh.replace(database)
    runs: dict[str, list[Run]] = {"render": [], "cp": []}
    # No files are removed between the rounds: a file system is busy with that for a long time.
    for folder in (sites, copies):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
    os.sync()
    for number in range(rounds):
        site, copy = sites / str(number), copies / str(number)
        site.mkdir()
        runs["render"].append(run([sys.executable, "-c", _RENDER, str(database), str(site)]))
        runs["cp"].append(run(["cp", "-r", str(site), str(copy)]))
    shutil.rmtree(copies)
    files = sum(1 for file in site.rglob("*") if file.is_file())
    render, copied = runs["render"], runs["cp"]
    each = middle(render) / apps * 1000
    return [
        timed(f"cp -r of the finished site, {files:,} files (the yardstick)", copied, copied),
        replace(timed(f"rendering {apps:,} apps", render, copied), target=Target(each, RENDERING_LIMIT, "ms an app")),
    ], site


def weights(site: Path) -> list[Row]:
    """Return two rows: the gzipped size of the code that pages share, and the size of the largest of the apps' own
    files.
    """
    # Data, and the script that a page loads when a reader asks for a workbook.
    later = ("site.js", "workbook-")
    assets = [file for file in (site / "assets").iterdir() if not file.name.startswith(later)]
    code = sum(len(gzip.compress(file.read_bytes())) for file in assets) / _KB
    own = max(sum((app / name).stat().st_size for name in _OWN) for app in (site / "apps").iterdir()) / _KB
    return [
        Row("code of a page, gzipped", f"{code:.0f} KB", target=Target(code, 500, "KB")),
        Row(f"the largest of the apps' own {' and '.join(_OWN)}", f"{own:.1f} KB", target=Target(own, 20, "KB")),
    ]


def waiting(site: Path, apps: int, rounds: int) -> list[Row]:
    """Measure the waiting times of a reader: all of them for up to 10,000 apps, only tables and searches for more."""
    found = pages.table_ready(site, rounds, TABLE_LIMITS.get(apps, 1_000), f"{apps:,} apps")
    if apps <= 10_000:
        found += [*pages.first_chart(site, rounds), *pages.slow_reader(site, rounds)]
    return [
        Row(
            one.what,
            f"{short(one.middle)} (up to {short(one.largest)}) {one.unit}".strip(),
            target=Target(one.largest, one.limit, one.unit),
        )
        for one in found
    ]
