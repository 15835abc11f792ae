"""Benchmarks of authmeter: `make bench` or `python bench/run.py`. Prints Markdown tables; see bench/README.md.

Ratios, not seconds, are the result. The two programs of a ratio run in turn on the same machine and the same files.
"""

import argparse
import importlib.metadata
import os
import platform
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import backlog as many_days
from bench import buckets, contestants, reading, rendering, scenarios
from bench import packed as packed_files
from bench.inputs import Cache
from bench.measure import BenchError
from bench.tables import Row, print_table, print_targets

GROWTH = 4
FORM_GROWTH = 3
# Upper limit of the rounds of long questions.
FEWER_ROUNDS = 3
QUICK = {
    "records": 100_000, "apps": 100, "day_records": 10_000, "file_records": 10_000, "rejected_of": 20_000,
    "file_apps": 50, "files": 50, "backlog_days": [20], "backlog_records": [50], "late_days": 20,
    "late_day_records": 100, "site_apps": [200], "objects": 50, "rounds": 1,
}  # fmt: skip
Table = tuple[str, list[Row], str]


def parse() -> argparse.Namespace:
    """Return the arguments. `--quick` is a smoke test, whose numbers say little."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=5_000_000, help="records of the big day (5,000,000)")
    parser.add_argument("--apps", type=int, default=2_000, help="its apps (2,000)")
    parser.add_argument("--day-records", type=int, default=1_000_000, help="records of each of 31 days (1,000,000)")
    parser.add_argument("--file-records", type=int, default=1_000_000, help="records of the files' day (1,000,000)")
    parser.add_argument("--file-apps", type=int, default=500, help="its apps (500)")
    parser.add_argument(
        "--rejected-of", type=int, default=200_000, help="records of the file with many rejected ones (200,000)"
    )
    parser.add_argument("--files", type=int, default=5_000, help="small files (5,000)")
    parser.add_argument("--objects", type=int, default=5_000, help="small objects of a bucket (5,000)")
    parser.add_argument(
        "--site-apps", nargs="+", type=int, default=[10_000, 100_000], help="apps of the sites (10,000 and 100,000)"
    )
    parser.add_argument(
        "--backlog-days", nargs="+", type=int, default=[300, 1_000, 60], help="days of the backlogs (300, 1,000 and 60)"
    )
    parser.add_argument(
        "--backlog-records", nargs="+", type=int, default=[200, 200, 20_000], help="records of a day of each"
    )
    parser.add_argument("--late-days", type=int, default=30, help="stored days that get late records (30)")
    parser.add_argument("--late-day-records", type=int, default=20_000, help="records of each (20,000)")
    parser.add_argument(
        "--rounds",
        type=int,
        default=5,
        help=f"runs of each, {FEWER_ROUNDS} at most of the long ones; medians are shown (5)",
    )
    parser.add_argument("--quick", action="store_true", help="a smoke test: one round of everything, very small")
    parser.add_argument("--only", nargs="+", choices=list(QUESTIONS), default=list(QUESTIONS), help="questions to ask")
    parser.add_argument("--peers", nargs="*", choices=list(contestants.PEERS), default=list(contestants.PEERS))
    if parser.parse_known_args()[0].quick:
        parser.set_defaults(**QUICK)
    return parser.parse_args()


def whole(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure the `run` command and its stages, against its peers."""
    big = cache.logs(days=1, apps=asked.apps, events=asked.records)
    size = f"{asked.records:,} records, {asked.apps:,} apps, {big.bytes / 1e9:.2f} GB of NDJSON"
    rows, split = scenarios.whole_command(cache, big, asked.rounds, asked.peers)
    yield f"Whole command: {size}; median of {asked.rounds}", rows, "× bare DuckDB"
    yield "The whole command by stage, medians", split, "share"


def growth(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure how much longer a run takes with more records."""
    rounds = min(asked.rounds, FEWER_ROUNDS)
    big = cache.logs(days=1, apps=asked.apps, events=asked.records)
    larger = cache.logs(days=1, apps=asked.apps, events=asked.records * GROWTH)
    title = f"Growth: {asked.records:,} → {asked.records * GROWTH:,} records; median of {rounds}"
    yield title, scenarios.growth(cache, big, larger, rounds), "ratio"


def forms(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure the cost of added records in each form of the log."""
    rounds = min(asked.rounds, FEWER_ROUNDS)
    small, large = (
        cache.logs(days=1, apps=asked.file_apps, events=asked.file_records * times) for times in (1, FORM_GROWTH)
    )
    title = f"User CPU by form: {asked.file_records:,} → {asked.file_records * FORM_GROWTH:,} records"
    rows = reading.by_form(cache, small, large, rounds)
    yield f"{title}, {asked.file_apps:,} apps; median of {rounds}", rows, "× DuckDB's reader"


def packed(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure the cost of added records in packed files, archives and arrays."""
    rounds = min(asked.rounds, FEWER_ROUNDS)
    small, large = (
        cache.logs(days=1, apps=asked.file_apps, events=asked.file_records * times // FORM_GROWTH) for times in (1, 3)
    )
    title = f"User CPU of packed files: {asked.file_records // FORM_GROWTH:,} → {asked.file_records:,} records"
    rows = packed_files.packed(cache, small, large, rounds)
    yield f"{title}, {asked.file_apps:,} apps; median of {rounds}", rows, "× .gz, or NDJSON"


def bad_lines(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure a run on a file with bad lines, against the same file without any."""
    records = asked.file_records * FORM_GROWTH
    rows = reading.bad_lines(cache, cache.logs(days=1, apps=asked.file_apps, events=records), asked.rounds)
    yield f"Bad lines: {records:,} records; median of {asked.rounds}", rows, "× the clean file"


def rejected(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure a run on a file with many rejected records, against the same file without any."""
    logs = cache.logs(days=1, apps=asked.file_apps, events=asked.rejected_of)
    rows = reading.rejected(cache, logs, asked.rounds)
    yield f"Rejected records: {asked.rejected_of:,} records; median of {asked.rounds}", rows, "× none rejected"


def files(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure many small files, in the run that first reads them and in a second run with nothing new."""
    logs = cache.logs(days=1, apps=asked.file_apps, events=asked.file_records)
    rows = reading.many_files(cache, logs, asked.files, asked.rounds)
    yield f"Many files: {asked.file_records:,} records; median of {asked.rounds}", rows, "× its yardstick"


def day31(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure a run for one more day on a data folder with thirty days."""
    month = cache.logs(days=31, apps=asked.apps, events=asked.day_records)
    title = f"One more day: 31 days of {asked.day_records:,} records, {asked.apps:,} apps; median of {asked.rounds}"
    yield title, scenarios.one_more_day(cache, month, asked.rounds), "× first day"


def backlog(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure runs that process many days, of new logs and of late records."""
    rounds = min(asked.rounds, FEWER_ROUNDS)
    for days, events in zip(asked.backlog_days, asked.backlog_records, strict=True):
        title = f"Backlog: {days:,} days of {events:,} records; median of {rounds}"
        yield title, many_days.backlog(cache, days, events, rounds), "× one day"
    rows = many_days.late_days(cache, asked.late_days, asked.late_day_records, rounds)
    yield f"Late records: {asked.late_days} days; median of {rounds}", rows, "× one late day"


def site(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure the rendering of the site, and the waiting times of its readers."""
    for apps in asked.site_apps:
        rounds = asked.rounds if apps <= 10_000 else 1
        rows, folder = rendering.renderings(cache, apps, rounds)
        yield f"Site: {apps:,} apps; median of {rounds}", [*rows, *rendering.weights(folder)], "× cp -r"
        title = f"Readers of {apps:,} apps, in the browser; median of {rounds}, the largest counts"
        yield title, rendering.waiting(folder, apps, rounds), "ratio"


def bucket(cache: Cache, asked: argparse.Namespace) -> Iterator[Table]:
    """Measure the cost of fetching many small objects from a bucket."""
    rows = buckets.fetched(cache, asked.objects, asked.rounds)
    yield f"A bucket of {asked.objects:,} objects; median of {asked.rounds}", rows, "× rclone copy"


QUESTIONS = {
    "whole": whole, "growth": growth, "forms": forms, "packed": packed, "bad-lines": bad_lines, "rejected": rejected,
    "files": files, "day31": day31, "backlog": backlog, "site": site, "bucket": bucket,
}  # fmt: skip


def main() -> int:
    """Run the chosen measurements in turn. Print each table when it is complete, and all targets at the end."""
    asked = parse()
    cache = Cache.at_home()
    print(f"# authmeter benchmark\n\n{_machine()}\n", flush=True)
    asked_and_found: list[tuple[str, Row]] = []
    try:
        for name in asked.only:
            for title, rows, ratio_of in QUESTIONS[name](cache, asked):
                print_table(title, rows, ratio_of)
                asked_and_found += [(name, row) for row in rows]
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        cache.clear()
    print_targets(asked_and_found)
    return 0


def _machine() -> str:
    versions = []
    for name in ("duckdb", "dagster", "polars", "chdb", "pyspark"):
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, {', '.join(versions)}"


if __name__ == "__main__":
    sys.exit(main())
