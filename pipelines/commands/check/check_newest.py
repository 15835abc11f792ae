"""Reads the newest files for `authmeter check`: whether their sign-in records have the fields and stages that sessions
and the funnel need, and which result codes the dictionary lacks.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pyarrow as pa

from pipelines.commands.check.beginnings import read_beginning
from pipelines.commands.check.check_mappings import DRY_KEY
from pipelines.common.errors import DamagedFileError
from pipelines.common.text import counted, percent, printable
from pipelines.contract.record.masking import masked_value
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.engines.duckdb.engine import DuckDBEngine
from pipelines.engines.steps import create_plan
from pipelines.ingest.given_days import GivenDays
from pipelines.ingest.part_reader import reading_limits
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.sources.mapping import SourceMapping
from pipelines.reading.sources.sources import Sources
from pipelines.rollup.plan import day_plan
from pipelines.store.database import named_rows, workbench
from pipelines.store.part_records import PartRecords, create_records, record_files
from pipelines.store.store import Store

# Files read per source: few enough for seconds, enough to cover the logs of app and server.
_NEWEST: Final = 10
_FEW_SUBJECTS: Final = 0.9
HINTS: Final = {
    "subject": "`device_id` in the log of the app, and `attempt_id` in the logs of app and server",
    "page": "a record of stage `page` when the authorization page is shown",
    "click": "a record of stage `click` when the user presses the login button",
}
"""How to log missing fields and records, as in `docs/log-format.md`."""
_DICTIONARY: Final = "registry/result_codes.csv has a row for {each} (docs/engineer.md, The code dictionary)"
_CODES_LISTED: Final = 20
_WORDS: Final = {"subject": "with a subject", "page": "page", "click": "click"}
_COUNTS: Final = """
    SELECT
        source,
        count(DISTINCT filename) AS files,
        count(*) AS records,
        count(*) FILTER (device_low IS NOT NULL OR attempt_id IS NOT NULL) AS subject,
        count(*) FILTER (channel = 'one_click' AND stage = 'page') AS page,
        count(*) FILTER (channel = 'one_click' AND stage = 'click') AS click,
        count(*) FILTER (channel = 'one_click' AND stage = 'authorize' AND outcome = 'success') AS authorized,
        count(*) FILTER (channel = 'one_click' AND stage = 'login' AND outcome = 'success') AS logged_in
    FROM resolved_of('newest_records')
    JOIN newest_sources USING (filename)
    WHERE is_sign_in(channel, stage)
    GROUP BY source
    ORDER BY source
"""
# The key of a row of `registry/result_codes.csv`: an unknown platform is matched only by `*`.
_UNMAPPED: Final = """
    SELECT
        source,
        concat_ws(',', vendor, layer_of(channel, stage), replace(code_platform(platform), 'unknown', '*'), result_code)
            AS code,
        count(DISTINCT event_id) AS records
    FROM resolved_of('newest_records')
    JOIN newest_sources USING (filename)
    WHERE is_unmapped
    GROUP BY source, code
    ORDER BY source, records DESC, code
"""


def check_newest(
    store: Store, settings: Settings, sources: Sources, registry: Registry, landed: Sequence[LandedFile]
) -> None:
    """Print for each source the shares of the sign-in records in its newest files that have a subject, the stage `page`
    and the stage `click`, and the result codes that the dictionary lacks.

    Also print how to log subjects if fewer than 90 % of a source's records have one, and how to log pages or clicks if
    all sources together have fewer than half as many as sign-ins. `landed` are the files in landing.
    """
    with TemporaryDirectory(prefix="authmeter-check-") as folder:
        root = Path(folder).resolve()
        given = GivenDays.at(datetime.now(UTC), store.read_manifest(), settings)
        parts = dict(_parts(_newest(landed, sources), settings, root, given))
        if not parts:
            return
        with workbench(settings, root / "tmp", [root]) as connection:
            create_records(connection, "newest_records", [PartRecords((file,), {0: parts[file]}) for file in parts])
            names = {"filename": [str(file) for file in parts], "source": list(parts.values())}
            connection.register("newest_sources", pa.table(names))
            create_plan(connection, day_plan(registry))
            rows = named_rows(connection, _COUNTS)
            unmapped = connection.execute(_UNMAPPED).fetchall()
    _print_sign_ins(rows)
    for source, of_source in groupby(unmapped, key=itemgetter(0)):
        codes = [(printable(masked_value(code)), records) for _, code, records in of_source]
        until = _DICTIONARY.format(each="it" if len(codes) == 1 else "each")
        print(f"codes      {source}: {counted(len(codes), 'unmapped code')}, counted as error until {until}")
        for code, records in codes[:_CODES_LISTED]:
            print(f"codes      {source}: {code}: {counted(records, 'record')}")


def _print_sign_ins(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        shares = ", ".join(f"{percent(row[name] / row['records'])} {words}" for name, words in _WORDS.items())
        newest = f"{counted(row['records'], 'sign-in record')} in the newest {counted(row['files'], 'file')}"
        print(f"sign-in    {row['source']}: {newest}: {shares}")
    for hint in _hints(rows):
        print(f"hint       {hint} (docs/log-format.md, Log a sign-in)")


def _hints(rows: list[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        if row["subject"] < row["records"] * _FEW_SUBJECTS:
            yield f"{row['source']}: records without a subject are in no session; log {HINTS['subject']}"
    # Steps can be in different logs: of the app, or of the server. A sign-in may have a success in both.
    signed_in = max(sum(row[name] for row in rows) for name in ("authorized", "logged_in"))
    for step in ("page", "click"):
        if sum(row[step] for row in rows) < signed_in / 2:
            source = rows[0]["source"] if len(rows) == 1 else "all sources together"
            yield f"{source}: too few records of the step {step} to show its rate; log {HINTS[step]}"


def _newest(landed: Sequence[LandedFile], sources: Sources) -> Iterator[tuple[LandedFile, SourceMapping]]:
    """Yield the files that were modified last, the newest first: at most `_NEWEST` files of each source."""
    left: dict[str, int] = {}
    for file in sorted(landed, key=_changed_at, reverse=True):
        mapping = sources.for_landed(file)
        if mapping and file.bytes and left.setdefault(mapping.name, _NEWEST):
            left[mapping.name] -= 1
            yield file, mapping


def _changed_at(file: LandedFile) -> tuple[float, str]:
    try:
        return file.full.stat().st_mtime, file.path
    except OSError:
        return 0, file.path


def _parts(
    files: Iterator[tuple[LandedFile, SourceMapping]], settings: Settings, root: Path, given: GivenDays
) -> Iterator[tuple[Path, str]]:
    """Read the beginning of each file into a part of its own. Yield each record file with the name of its source."""
    with DuckDBEngine(settings, root / "tmp", root).file_reader(DRY_KEY, root) as reader:
        for number, (file, mapping) in enumerate(files):
            target = root / str(number)
            limits = reading_limits(settings, mapping, given.time_of(file.path))
            try:
                read_beginning(reader, file, mapping, limits, target)
            except (OSError, DamagedFileError):
                # The check of landing reports it.
                continue
            for part in record_files(target):
                yield part, mapping.name
