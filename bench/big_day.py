"""One day of 100 million records in 20 files, once, by hand: `python bench/big_day.py`. Prints a Markdown table.

It is no part of `make bench`, because the files take 400 bytes a record (40 GB); they are deleted at the end. Each file
holds the records of one sample, with other ids and devices. `--records` sets a smaller number of records.
"""

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.contestants import BARE, answer, authmeter, peer, published_records
from bench.inputs import Cache, Logs
from bench.measure import BenchError
from bench.tables import Row, memory, print_table, timed

MEMORY_LIMIT = 8.0
# Size of a data folder without its logs, as a share of them.
_ROOM_BESIDE_LOGS = 0.4
_BLOCK_BYTES = 1 << 24
# Fields that must differ between two files.
_IDS = (b'"event_id":"', b'"attempt_id":"', b'"device_id":"')


def big_day(cache: Cache, logs: Logs, files: int) -> list[Row]:
    """Measure the `run` command and bare DuckDB on `files` files. Each file has the sample's records with other ids.

    Raises:
        BenchError: the disk has too little free space.
    """
    needed = int(logs.bytes * files * (1 + _ROOM_BESIDE_LOGS))
    if (free := shutil.disk_usage(cache.folder).free) < needed:
        raise BenchError(f"{cache.folder} needs {needed / 1e9:.0f} GB, and has {free / 1e9:.0f} GB")
    with cache.data(logs, {}) as data:
        landing = data / "landing"
        landing.mkdir()
        made = [landing / f"{number:03}.ndjson" for number in range(files)]
        for file in made:
            with_other_ids(logs.files[0], file, file.stem)
        bare = peer(BARE, *made)
        ours = authmeter(data, logs.days[-1])
        published = published_records(data)
    return [
        timed(f"bare DuckDB: {answer(bare)['records']:,} records read (the yardstick)", [bare], [bare]),
        timed(f"authmeter run: {published:,} records published", [ours], [bare]),
        memory("its peak memory", [ours], MEMORY_LIMIT),
    ]


def with_other_ids(file: Path, target: Path, prefix: str) -> None:
    """Write a sample's records to `target`, with `prefix` before the ids of events, attempts and devices."""
    with file.open("rb") as lines, target.open("wb") as written:
        while block := lines.read(_BLOCK_BYTES):
            block += lines.readline()
            for key in _IDS:
                block = block.replace(key, key + prefix.encode())
            written.write(block)


def main() -> int:
    """Make the files, run both programs, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000_000, help="records of the day (100,000,000)")
    parser.add_argument("--files", type=int, default=20, help="its files (20)")
    parser.add_argument("--apps", type=int, default=2_000, help="apps (2,000)")
    asked = parser.parse_args()
    cache = Cache.at_home()
    try:
        logs = cache.logs(days=1, apps=asked.apps, events=asked.records // asked.files)
        rows = big_day(cache, logs, asked.files)
    except BenchError as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        cache.clear()
    size = f"{asked.records:,} records in {asked.files} files, {logs.bytes * asked.files / 1e9:.1f} GB of NDJSON"
    print_table(f"One big day: {size}; once", rows, "× bare DuckDB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
