"""Benchmarks of authmeter: `make bench` or `python bench/run.py`. Prints Markdown tables; see bench/README.md.

Ratios, not seconds, are the result: both sides of each run on the same machine, on the same files, in alternation.
"""

import argparse
import importlib.metadata
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench import rendering, scenarios
from bench.inputs import Cache
from bench.measure import BenchError

SCENARIOS = ("whole", "growth", "idle", "day31", "site")
GROWTH = 4


def parse() -> argparse.Namespace:
    """The arguments; `--quick` is a smoke test, whose numbers say little."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=5_000_000, help="records of the big day (5,000,000)")
    parser.add_argument("--apps", type=int, default=2_000, help="apps (2,000)")
    parser.add_argument("--day-records", type=int, default=0, help="records of each of the 31 days (records / 10)")
    parser.add_argument(
        "--site-apps", nargs="+", type=int, default=[10_000, 100_000], help="apps of the sites (10,000 and 100,000)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="runs of each; medians are shown (5)")
    parser.add_argument(
        "--growth-rounds", type=int, default=0, help="runs of the growth question (as --rounds, at most 3)"
    )
    parser.add_argument("--quick", action="store_true", help="one round of everything")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, default=SCENARIOS, help="questions to ask")
    parser.add_argument("--peers", nargs="*", choices=list(scenarios.PEERS), default=list(scenarios.PEERS))
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds = 1
    arguments.day_records = arguments.day_records or max(1, arguments.records // 10)
    arguments.growth_rounds = arguments.growth_rounds or min(arguments.rounds, 3)
    return arguments


def main() -> int:
    """Asks the questions one after the other and prints each table as soon as it is there."""
    arguments = parse()
    cache = Cache(Path(os.environ.get("AUTHMETER_BENCH_DIR") or Path(__file__).parent / ".cache").absolute())
    print(f"# authmeter benchmark\n\n{_machine()}\n")
    try:
        if {"whole", "growth", "idle"} & set(arguments.only):
            big = cache.logs(days=1, apps=arguments.apps, events=arguments.records)
            size = f"{arguments.records:,} records, {arguments.apps:,} apps, {big.bytes / 1e9:.2f} GB of NDJSON"
        if "whole" in arguments.only:
            rows, split = scenarios.whole_command(cache, big, arguments.rounds, arguments.peers)
            _print(f"Whole command: {size}; median of {arguments.rounds}", rows, "× bare DuckDB")
            _print("The whole command by stage, medians", split, "share")
        if "growth" in arguments.only:
            larger = cache.logs(days=1, apps=arguments.apps, events=arguments.records * GROWTH)
            rows = scenarios.growth(cache, big, larger, arguments.growth_rounds)
            title = f"{arguments.records:,} → {arguments.records * GROWTH:,} records"
            _print(f"Growth: {title}; median of {arguments.growth_rounds}", rows, "ratio")
        if "idle" in arguments.only:
            rows = scenarios.nothing_new(cache, big, arguments.rounds)
            _print(f"Nothing new: on {size}; median of {arguments.rounds}", rows, "× empty Dagster job")
        if "day31" in arguments.only:
            month = cache.logs(days=31, apps=arguments.apps, events=arguments.day_records)
            rows = scenarios.one_more_day(cache, month, arguments.rounds)
            title = f"31 days of {arguments.day_records:,} records, {arguments.apps:,} apps"
            _print(f"One more day: {title}; median of {arguments.rounds}", rows, "× first day")
        for apps in arguments.site_apps if "site" in arguments.only else ():
            rounds = arguments.rounds if apps <= 10_000 else 1
            rows, folder = rendering.renderings(cache, apps, rounds)
            _print(f"Site: {apps:,} apps; median of {rounds}", rows, "× cp -r")
            _print(
                f"Readers of it, in the browser; median of {rounds}", rendering.waiting(folder, apps, rounds), "limit"
            )
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _print(title: str, rows: Sequence[scenarios.Row], ratio: str) -> None:
    print(f"## {title}\n\n| what | time (range) | {ratio} | peak memory |\n| --- | ---: | ---: | ---: |")
    for row in rows:
        print(f"| {row.what} | {row.value} | {row.ratio} | {row.memory} |")
    print(flush=True)


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
