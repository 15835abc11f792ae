"""Commands at the same time: only one writes to a data folder, and commands that read do not wait for it."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from pathlib import Path

from pipelines.common.project import PROJECT
from tests.published_folder import Call, held
from tests.support import DataFolder, records


def test_a_second_run_at_once_ends_with_1_and_reading_commands_do_not_wait(call: Call, own: DataFolder) -> None:
    with held(own) as process:
        for command in (("run",), ("accept", "a.ndjson")):
            ended = call(*command, data=own.root)
            assert ended.code == 1
            assert f"process {process} has been doing `run` since" in ended.err
        assert call("check", data=own.root).code == 0
        assert call("status", data=own.root).code == 0


# Opens the file again and again until its input ends. It is a process of its own, as an analyst's is: within one
# process DuckDB gives the file that is open already.
READER = """
import select, sys, duckdb
while not select.select([sys.stdin], [], [], 0.02)[0]:
    with duckdb.connect(sys.argv[1], read_only=True) as connection:
        print(connection.execute(sys.argv[2]).fetchone(), flush=True)
"""


def test_the_published_file_can_be_read_at_any_time_of_a_run(own: DataFolder, tmp_path: Path, yesterday: date) -> None:
    own.land("new.ndjson", records(4000, yesterday, "new"))
    whole = (
        "SELECT run, (SELECT sum(records) FROM outcome_daily), "
        "(SELECT sum(records_accepted - duplicates) FROM day_quality) FROM publication"
    )
    file, early = own.store.database, tmp_path / "early"
    # A client that opened the file before the run would read this inode.
    early.hardlink_to(file)
    before = file.read_bytes()
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(file), whole], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout
        assert reader.stdout.readline() == "(1, 755, 755)\n"
        own.tables(yesterday)
        seen = set(reader.communicate("")[0].splitlines())
    assert early.read_bytes() == before
    assert reader.returncode == 0
    assert own.rows(whole) == [(2, 4755, 4755)]
    assert seen <= {"(1, 755, 755)", "(2, 4755, 4755)"}


# Writes a file of one letter, whole; it ends when its input ends.
WRITER = """
import sys
from pathlib import Path
from pipelines.common.files.atomic import whole_file
with whole_file(Path(sys.argv[1])) as temporary:
    temporary.write_text(sys.argv[2] * 10)
    print("written", flush=True)
    sys.stdin.read()
"""


def test_two_exports_to_one_file_are_both_whole_and_the_later_one_stays(tmp_path: Path) -> None:
    target, writers = tmp_path / "a.csv", []
    for letter in "ab":
        command = [sys.executable, "-c", WRITER, str(target), letter]
        writers.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT))
        out = writers[-1].stdout
        assert out is not None
        assert out.readline() == "written\n"
    found = []
    for writer in writers:
        writer.communicate("")
        found.append((writer.returncode, target.read_text()))
    assert found == [(0, "a" * 10), (0, "b" * 10)]
    assert list(tmp_path.iterdir()) == [target]
