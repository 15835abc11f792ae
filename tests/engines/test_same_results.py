"""Both engines give the same rows in parts, books, rejects and tables, and the same bytes in every file of the site.

Each test compares two data folders that different engines processed, or both engines in turns.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from lab.worlds.random_sign_ins import DAYS, World
from pipelines.common.project import PROJECT
from pipelines.contract.tables.tables import TABLES
from pipelines.engines.spark import roller
from pipelines.run import engines
from pipelines.store.manifest import FileEntry
from tests.data.small_logs import BROKEN_LINES, DAY, REGISTRY, log
from tests.dropped.made import archived
from tests.engines.conftest import EVENT_LOG, needs_spark, use
from tests.engines.killing import Killing, KillingReader
from tests.engines.noting import NotingRanges, NotingTables
from tests.support import (
    KEY,
    DataFolder,
    Row,
    as_csv,
    as_parquet,
    columns_of,
    lines,
    morning_after,
    records,
    tree,
)

pytestmark = needs_spark
Made = Callable[[str], DataFolder]
ACCOUNTS = "app_key,vendor,account_id\nshop,,own\n,,acme\n"
LIMITS = (
    "limit_id,app_key,channel,key,max_requests,window\n"
    "device,*,*,device,1,day\nphone,*,one_click,phone,1,30\ngame,game,*,app,1,86400\n"
)
BILLING = '[[billing]]\nvalid_from = 2025-03-01\none_click = ["success", "mismatch"]\n'
PHONE, DEVICE = "13912345678", "device-0123456789abcdef"


def assert_same(one: DataFolder, other: DataFolder, *, are_parts_equal: bool = True) -> None:
    """Compare the stored files of two folders byte for byte, and, if published, their tables and sites.

    Parts are compared only if `are_parts_equal`.
    """
    assert [_stored(entry) for entry in one.manifest.files] == [_stored(entry) for entry in other.manifest.files]
    for folder in ("events", "days", "restatements") if are_parts_equal else ("days", "restatements"):
        assert tree(one.store.warehouse / folder) == tree(other.store.warehouse / folder)
    assert one.store.database.exists() == other.store.database.exists()
    if one.store.database.exists():
        tables, others = one.contents(), other.contents()
        assert [table for table in TABLES if tables[table] != others[table]] == []
    assert one.store.site.exists() == other.store.site.exists()
    if one.store.site.exists():
        assert tree(one.store.site.resolve()) == tree(other.store.site.resolve())


def _stored(entry: FileEntry) -> FileEntry:
    # A stamp is of a file's own time and inode; a digest is compared with the part.
    return replace(entry, stamp="", part_digest=None)


def as_array(rows: list[Row]) -> bytes:
    """Return records as one JSON array."""
    return json.dumps(rows).encode()


def repeated(day: date, app: str) -> list[Row]:
    """Return nine verifications of an app at the same second, with four devices and three phones."""
    rows = records(9, day, app, app_key=app, stage="verify")
    return [row | {"device_id": f"r{n % 4}", "phone": f"1391234567{n % 3}"} for n, row in enumerate(rows)]


@dataclass(frozen=True)
class Story:
    """Two folders with the same logs in two runs. Each engine did each run once, and continued from the files that the
    other one had stored.

    Attributes:
        spark_first: the folder whose second run was by DuckDB.
        spark_last: the folder whose second run was by Spark.
        noted: what Spark wrote into its event log and into temporary files, and its settings, before the site was made.
    """

    spark_first: DataFolder
    spark_last: DataFolder
    noted: list[bytes]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Return the two folders, published; no test may change them."""
    days, world = list(DAYS), World(0)
    settings = f'tables = ["parquet"]\n{world.settings}{BILLING}'
    sign_ins = world.files()
    noted: list[bytes] = []

    def delivered(*engines: str) -> DataFolder:
        folder, draw = DataFolder(tmp_path_factory.mktemp("story") / "data"), random.Random(7)
        for name, text in (("apps", REGISTRY), ("accounts", ACCOUNTS), ("limits", LIMITS)):
            folder.write(f"registry/{name}.csv", text)
        use(folder, engines[0], settings)
        folder.land("1/log.ndjson", log(draw, days[:1], 60) + b"\n".join(BROKEN_LINES))
        folder.land("1/copy.ndjson", (folder.store.landing / "1/log.ndjson").read_bytes())
        folder.land("1/packed.ndjson.gz", gzip.compress(log(draw, days[:1], 30), mtime=0))
        folder.land("1/cut.ndjson.gz", gzip.compress(log(draw, days[:1], 30), mtime=0)[:-9])
        folder.land("1/again.ndjson", [*repeated(days[0], "shop"), *repeated(days[0], "game")])
        folder.land("1/rows.csv", as_csv(records(5, days[0], "c", device_id="d1")) + b'"open,\n')
        folder.land("1/rows.parquet", as_parquet(columns_of(records(4, days[0], "p"))))
        folder.land("1/day.zip", archived({
            "a.log": lines(records(6, days[0], "z")), "b.parquet": as_parquet(columns_of(records(3, days[0], "zp"))),
            "../out.log": b"{}", "README.md": b"read me",
        }))  # fmt: skip
        tar = archived(
            {"x/a.csv": as_csv(records(7, days[0], "t")), "b.json": as_array(records(2, days[0], "ta"))}, "tar"
        )
        folder.land("1/day.tar.gz", gzip.compress(tar, mtime=0))
        # Larger than a piece, and neither may be cut into pieces.
        folder.land("1/array.json", as_array([row | {"x": "y" * 4000} for row in records(300, days[0], "a")]))
        noise = [row | {"x": draw.randbytes(2000).hex()} for row in records(600, days[0], "n")]
        folder.land("1/packed.log", gzip.compress(lines(noise), mtime=0))
        folder.land("1/damaged.parquet", b"PAR1 and nothing else PAR1")
        wrapped = [{"log": f"{text}\n"} for text in map(json.dumps, records(4, days[0], "w"))]
        folder.land("1/docker/auth.log", lines([*wrapped, {"log": "listening"}, {"log": '{"cut'}]))
        folder.land("1/cri/0.log", b"2026-03-10T10:00:00Z stdout F " + lines(records(1, days[0], "k")) + b"listening\n")
        folder.land("1/sign_ins.ndjson", sign_ins["0.ndjson"])
        folder.roll_up(days[0], morning_after(days[0]))
        use(folder, engines[1], settings)
        folder.land("2/log.ndjson", log(draw, days[1:], 50))
        folder.land("2/late.ndjson", log(draw, days[:1], 20) + lines(repeated(days[0], "new")))
        for name in ("1.ndjson", "2.ndjson"):
            # They hold late records of the first day, too.
            folder.land(f"2/sign_ins/{name}", sign_ins[name])
        personal = {"phone": PHONE, "device_id": DEVICE}
        folder.land("2/personal.ndjson", [*records(9, days[1], "me", stage="verify", **personal), personal])
        run = folder.open(days[1], morning_after(days[1]))
        run.ingest(days[1])
        run.roll_up(days[1])
        if engines[1] == "spark":
            noted.extend(_noted(folder))
        run.build_marts()
        run.render_site()
        return folder

    return Story(delivered("spark", "duckdb"), delivered("duckdb", "spark"), noted)


def _noted(folder: DataFolder) -> Iterator[bytes]:
    from pipelines.engines.spark.context import opened

    yield from (file.read_bytes() for file in (*EVENT_LOG.rglob("*"), *folder.store.temp.rglob("*")) if file.is_file())
    ((_, context),) = opened
    yield repr(context.getConf().getAll()).encode()


def test_a_story_of_two_runs_on_both_engines_in_turn(story: Story) -> None:
    one = story.spark_first
    assert {entry.status for entry in one.manifest.files} == {"read", "damaged"}
    for table in ("restatements", "rejected_records", "repeat_top", "session_times_daily"):
        assert one.rows(f"FROM {table}")
    read = {entry.path: (entry.accepted, entry.rejected, entry.skipped) for entry in one.manifest.files}
    assert (read["1/docker/auth.log"], read["1/cri/0.log"]) == ((4, 1, 1), (1, 0, 1))
    accounts = one.rows("SELECT DISTINCT account_id FROM billing_hourly WHERE uses > 0 ORDER BY ALL")
    blocking = one.rows("SELECT DISTINCT limit_id FROM limit_daily WHERE blocked > 0 ORDER BY ALL")
    assert (accounts, blocking) == ([("acme",), ("own",)], [("device",), ("game",), ("phone",)])
    assert_same(one, story.spark_last)


def test_spark_notes_nothing_personal(story: Story) -> None:
    assert any(b"SparkListenerJobStart" in text for text in story.noted)
    assert [text for text in story.noted for word in (KEY, PHONE, DEVICE) if word.encode() in text] == []


def test_the_lines_of_the_docs_read_the_published_tables(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    from pyspark.sql import SparkSession

    from pipelines.engines.spark.context import opened

    page = (PROJECT / "docs" / "other-systems.md").read_text("utf-8")
    (example,) = re.findall(r"^```pyspark\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    capsys.readouterr()
    ((_, context),) = opened
    exec(example.replace("data/site", str(story.spark_last.store.site)), {"spark": SparkSession(context)})
    printed = re.findall(r"(\d{4}-\d\d-\d\d)\s*\|\s*(\d+)\|", capsys.readouterr().out)
    assert printed == story.spark_last.rows(
        "SELECT day::VARCHAR, sum(number_verifications)::VARCHAR FROM usage_daily GROUP BY day ORDER BY day"
    )


def test_a_large_file_in_pieces_has_the_same_rows_and_line_numbers(made: Made) -> None:
    odd = [b"", b"  ", b"not json\r", b"\xff\xfe", b"\xef\xbb\xbf{}", b'{"a":1,}']
    # The last reason has more records than are kept, but fewer in each piece.
    rows = [
        row | ({"stage": "none"} if place % 5 == 0 else {})
        for place, row in enumerate(records(9_000, DAY, device_id="d1", sdk_version="长" * 20))
    ]
    good = lines(rows).splitlines()
    text = b"\xef\xbb\xbf" + b"\n".join(
        line for place, one in enumerate(good) for line in ([one] if place % 500 else [*odd, one])
    )
    assert len(text) > 2 << 20
    folders = [made("duckdb"), made("spark")]
    for folder in folders:
        use(folder, folder.root.name)
        folder.land("large.ndjson", text)
        folder.roll_up(DAY, morning_after(DAY))
    one, other = folders
    assert_same(other, one, are_parts_equal=False)
    ((part,), (pieces,)) = ([entry.part for entry in folder.manifest.files] for folder in folders)
    for kind, count in (("records", 3), ("rejects", 1)):
        files = sorted(other.store.part_folder(str(pieces)).glob(f"{kind}*.parquet"), key=lambda file: file.stem)
        assert len(files) == count
        rows = [row for file in files for row in pq.read_table(file).to_pylist()]
        assert rows == pq.read_table(one.store.part_folder(str(part)) / f"{kind}.parquet").to_pylist()


@pytest.mark.lab
def test_sessions_of_random_sign_ins(made: Made) -> None:
    world = World(1)
    files = world.files()
    one, other = (made(engine) for engine in ("duckdb", "spark"))
    for folder in (one, other):
        use(folder, folder.root.name, world.settings)
        for place, (name, rows) in enumerate(files.items()):
            folder.land(name, rows)
            # The other files hold late records of the first day, too.
            if place != 1:
                folder.roll_up(DAYS[min(place, 1)])
    assert pq.read_table(one.store.day_table(one.manifest.days[DAYS[1]], "session_times_daily")).num_rows
    assert_same(other, one)


def test_skew_within_so_little_memory_that_events_are_spilled_and_devices_made_range_by_range(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = records(20_000, DAY, device_id="of half of all", app_key="half")
    rows += [row | {"app_key": f"app{n % 90}", "device_id": f"d{n}"} for n, row in enumerate(records(18_000, DAY, "o"))]
    draw = random.Random(1)
    rows = [row | {name: draw.randbytes(64).hex() for name in ("event_id", "attempt_id", "account_id")} for row in rows]
    rows += records(1, DAY, "same") * 2_000
    # An attempt id that never changes; half of its records name a device.
    constant = records(4_000, DAY, "c", app_key="constant", attempt_id="undefined")
    rows += [row | {"device_id": f"d{n % 50}"} if n % 2 else row for n, row in enumerate(constant)]
    read = made("read")
    # Parts of different tasks, so that the events of a bucket come in pieces.
    for number in range(8):
        read.land(f"{number}.ndjson", rows[number::8])
        read.ingest(DAY, morning_after(DAY))
    monkeypatch.setattr(roller, "_FEWEST_BYTES", 1)
    tables, ranges, days = tmp_path / "tables", tmp_path / "ranges", {}
    monkeypatch.setattr(roller, "count_records", NotingTables(tables))
    monkeypatch.setattr(roller, "count_devices", NotingRanges(ranges))
    for engine, memory in (("duckdb", ""), ("spark", 'memory_limit = "32MB"\nthreads = 1\n')):
        folder = DataFolder(shutil.copytree(read.root, tmp_path / engine))
        use(folder, engine, memory)
        folder.open(DAY, morning_after(DAY)).roll_up(DAY)
        days[engine] = tree(folder.store.warehouse / "days")
    assert days["spark"] == days["duckdb"]
    noted = [int(line) for line in tables.read_text().splitlines()]
    assert sum(noted) == len(rows)
    assert all(int(line) > 1 for line in ranges.read_text().splitlines())


def test_executors_that_die_while_they_read_and_in_a_task_of_a_day(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test is here and not in `test_failures.py`, so that only one test process starts Spark."""
    folder.land("a.ndjson", records(3, DAY))
    folder.roll_up(DAY, morning_after(DAY))
    use(folder, "spark")
    folder.land("b.ndjson", records(4, DAY, "b"))
    monkeypatch.setattr(engines, "local_reader", KillingReader(tmp_path / "read"))
    monkeypatch.setattr(roller, "count_records", Killing("count_records", tmp_path / "counted"))
    folder.roll_up(DAY, morning_after(DAY))
    assert (tmp_path / "read").exists()
    assert (tmp_path / "counted").exists()
    assert folder.counted() == {DAY: 7}
