"""Writes the records of a sample again: in other forms, with bad lines or old records, or as many small files.

Each result is made once and kept in the cache. `inputs.py` makes the sample; `sources/` has the source mappings.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import duckdb

from bench.inputs import Logs, kept_beside
from bench.measure import run
from bench.peers.job import TEXT_FIELDS

_YEAR = re.compile(rb'("event_time":\s*")\d{4}')
SOURCES = Path(__file__).parent / "sources"
# One column of text as it is: no quotes, and a delimiter that no line holds.
_TEXT = r"""
SELECT line
FROM read_csv(
    $file, columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, delim = '\x01', quote = '', escape = ''
)
"""
_AS_TEXT = r"FORMAT csv, HEADER false, DELIMITER '\x01', QUOTE '', ESCAPE ''"
_COLUMNS = dict.fromkeys((*TEXT_FIELDS, "event_time"), "VARCHAR") | {"latency_ms": "BIGINT"}
_RECORDS = f"SELECT * FROM read_json($file, format = 'newline_delimited', columns = {_COLUMNS})"
_MAPPED = f"""
SELECT
    event_id AS id, event_time AS ts, app_key AS app, channel AS way, stage AS step,
    {{'status': outcome, 'code': result_code, 'vendor': vendor, 'took': latency_ms}} AS result,
    {{
        'os': platform, 'osVersion': os_version, 'network': carrier, 'device': device_id, 'phone': phone,
        'package': package_name
    }} AS client,
    {{'version': sdk_version, 'scheme': scheme_id}} AS sdk,
    attempt_id AS attempt, account_id AS account
FROM ({_RECORDS})
"""
# In the order in which sources/lines.toml counts them.
_LINE_FIELDS = (
    "event_time", "event_id", "app_key", "channel", "stage", "outcome", "result_code", "vendor", "platform", "carrier",
    "scheme_id", "package_name", "device_id", "phone", "sdk_version", "os_version", "attempt_id", "account_id",
    "latency_ms || ' ms'",
)  # fmt: skip
_LINES = f"""
SELECT concat_ws('|', {", ".join(f"coalesce({field}, '')" for field in _LINE_FIELDS)})
FROM ({_RECORDS})
"""


@dataclass(frozen=True)
class Form:
    """A form of the records, such as CSV.

    Attributes:
        landed: the path of the file under landing.
        query, options: the SELECT and the COPY options that write the file.
        source: file name of the source mapping; None if the form needs none.
    """

    landed: str
    query: str
    options: str
    source: str | None = None


FORMS = {
    "ndjson": Form("day.ndjson", _TEXT, _AS_TEXT),
    "ndjson.gz": Form("day.ndjson.gz", _TEXT, f"{_AS_TEXT}, COMPRESSION gzip"),
    "ndjson.zst": Form("day.ndjson.zst", _TEXT, f"{_AS_TEXT}, COMPRESSION zstd"),
    "csv": Form("day.csv", _RECORDS, "FORMAT csv"),
    "csv.gz": Form("day.csv.gz", _RECORDS, "FORMAT csv, COMPRESSION gzip"),
    "parquet": Form("day.parquet", _RECORDS, "FORMAT parquet, COMPRESSION zstd"),
    "mapped": Form("mapped/day.ndjson", _MAPPED, "FORMAT json", "mapped.toml"),
    "lines": Form("lines/day.log", _LINES, _AS_TEXT, "lines.toml"),
}


def in_form(logs: Logs, form: str) -> Path:
    """Return the path of the sample's records in a form, a key of `FORMS`. For `ndjson`, it is the sample's file."""
    (file,) = logs.files
    if form == "ndjson":
        return file
    # A process of its own: the kernel counts a parent's memory as its children's peak.
    command = [sys.executable, "-m", "bench.forms", form, str(file)]
    return kept_beside(logs, f"all.{form}", lambda target: run([*command, str(target)]))


def with_bad_lines(logs: Logs, share: float) -> Path:
    """Return the path of a copy of the sample's file with added bad lines, about `share` of the number of records and
    at least one.

    A bad line is the first half of the line before it.
    """
    (file,) = logs.files

    def write(target: Path) -> None:
        with file.open("rb") as lines, target.open("wb") as written:
            total = _count(lines)
            step = total // max(1, int(total * share))
            for number, line in enumerate(lines):
                written.write(line)
                if number % step == step // 2:
                    written.write(line[: len(line) // 2] + b"\n")

    return kept_beside(logs, f"bad-{share}.ndjson", write)


def with_old_records(logs: Logs, share: float) -> tuple[Path, int]:
    """Return the path of a copy of the sample's file in which a `share` of the records is dated 2020, and the number of
    these records.
    """
    (file,) = logs.files
    with file.open("rb") as lines:
        count = int(_count(lines) * share)

    def write(target: Path) -> None:
        with file.open("rb") as lines, target.open("wb") as written:
            for number, line in enumerate(lines):
                is_old = int((number + 1) * share) > int(number * share)
                written.write(_YEAR.sub(rb"\g<1>2020", line, count=1) if is_old else line)

    return kept_beside(logs, f"old-{share}.ndjson", write), count


def in_small_files(logs: Logs, count: int) -> tuple[Path, ...]:
    """Cut the sample's file into `count` files with nearly the same number of lines, and return their paths."""
    (file,) = logs.files

    def write(target: Path) -> None:
        target.mkdir()
        with file.open("rb") as lines:
            total = _count(lines)
            for number in range(count):
                size = total * (number + 1) // count - total * number // count
                (target / f"{number:05}.ndjson").write_bytes(b"".join(next(lines) for _ in range(size)))

    return tuple(sorted(kept_beside(logs, f"{count}-files", write).iterdir()))


def _count(lines: BinaryIO) -> int:
    """Return the number of lines of an open file, and set its position back to the beginning."""
    total = sum(1 for _ in lines)
    lines.seek(0)
    return total


if __name__ == "__main__":
    name, source, made = sys.argv[1:]
    with duckdb.connect(config={"memory_limit": "2GB"}) as connection:
        form = FORMS[name]
        connection.execute(f"COPY ({form.query}) TO '{made}' ({form.options})", {"file": source})
