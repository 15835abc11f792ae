"""Tests the examples of `docs/shippers.md`: with the files and this page alone, every line is accounted for."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from pipelines.reading.reasons import shippers
from tests.data.shipped_lines import ACCEPTED, SKIPPED, shipped
from tests.published_folder import Call
from tests.support import DAY, DataFolder, Row, days_before, finding, lines, records

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "shippers.md").read_text("utf-8")
# The examples of the page by the path in landing that the page gives for each.
EXAMPLES = dict(
    re.findall(r"^The example is `data/landing/(\S+)`:\n\n```\w+\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
EXAMPLE_DAY = date(2026, 11, 23)
DOCKER = next(text for path, text in EXAMPLES.items() if path.startswith("docker/"))


def test_each_example_ends_with_all_records_accounted_for(call: Call, folder: DataFolder) -> None:
    for path, text in EXAMPLES.items():
        folder.land(path, text.encode())
    _, *mappings = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    for name, begin, mapping in zip(("pattern", "gateway"), ("A pattern of", "A gateway"), mappings, strict=True):
        (log,) = re.findall(rf"^{begin} .*?\n\n```ndjson\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
        folder.land(f"{name}/auth.log", log.encode())
        folder.write(f"sources/{name}.toml", mapping)
    folder.roll_up(EXAMPLE_DAY)
    entries = {entry.path: entry for entry in folder.manifest.files}
    assert {path: (entry.source, entry.accepted, entry.rejected, entry.skipped) for path, entry in entries.items()} == {
        path: (source, 2, 0, 1)
        for path, source in zip(
            [*EXAMPLES, "pattern/auth.log", "gateway/auth.log"],
            ["sls", "fluent", "filebeat", "vector", "docker", "cri", "logback", "pattern", "gateway"],
            strict=True,
        )
    }
    assert folder.counted() == {EXAMPLE_DAY: 18}
    (command,) = re.findall(r"^```sh\n\S+authmeter (.*?) data/(\S+)\n```$", PAGE, re.MULTILINE)
    checked = call(*command[0].split(), folder.root / command[1], data=folder.root)
    assert "as docker: 2 records read, 2 accepted, 0 rejected, 1 skipped" in checked.out
    assert not {"nothing_accepted", "mostly_rejected", "source_mappings"} & {one.check_name for one in folder.warnings}


def test_each_line_that_a_shipper_writes_is_accounted_for_by_its_own_fate(folder: DataFolder) -> None:
    files = [*shipped(EXAMPLE_DAY)]
    for one in files:
        folder.land(one.path, one.content)
    folder.tables(EXAMPLE_DAY)
    books = folder.rows("SELECT path, source, accepted, rejected, skipped FROM input_files ORDER BY path")
    assert books == sorted(
        (one.path, one.source, one.count(ACCEPTED), len(one.rejected), one.count(SKIPPED)) for one in files
    )
    rejected = folder.rows("SELECT path, line, reason FROM rejected_records ORDER BY ALL")
    assert rejected == sorted((one.path, line, reason) for one in files for line, reason in one.rejected)
    assert folder.counted() == {EXAMPLE_DAY: sum(one.count(ACCEPTED) for one in files)}


def test_a_file_in_another_folder_names_the_one_to_put_it_into(folder: DataFolder) -> None:
    folder.land("auth.log", DOCKER.encode())
    cri = next(text for path, text in EXAMPLES.items() if path.startswith("pods/"))
    folder.land("0.log", cri.encode())
    folder.roll_up(EXAMPLE_DAY)
    said = finding(folder.warnings, "nothing_accepted").detail.en
    assert "auth.log (its records are within the lines of a shipper" in said
    assert "named after the shipper (docker, fluent)" in said
    assert "named after the shipper (cri)" in said
    # Moved there, the next run reads it.
    (folder.store.landing / "docker").mkdir()
    (folder.store.landing / "auth.log").rename(folder.store.landing / "docker" / "auth.log")
    folder.ingest(EXAMPLE_DAY)
    (entry,) = folder.files("docker/auth.log")
    assert (entry.source, entry.accepted, entry.skipped) == ("docker", 2, 1)
    assert "nothing_accepted" not in {one.check_name for one in folder.warnings}


CALLBACK: Row = {"appKey": "shop", "time": 1795397400000, "resultCode": "600000", "platform": "iOS"}


@pytest.mark.parametrize("more", [{}, {"token": "t"}])
def test_run_and_check_warn_of_authorizations_that_may_be_checks(
    call: Call, folder: DataFolder, more: dict[str, str]
) -> None:
    folder.land("umeng_sdk/a.log", lines([CALLBACK, CALLBACK | {"time": 1795397401000} | more]))
    folder.roll_up(EXAMPLE_DAY)
    words = "cannot be distinguished from environment checks and pre-fetches: 600000 without a token; log `method`"
    warned = [one for one in folder.warnings if one.check_name == "source_mappings"]
    assert [words in one.detail.en for one in warned] == ([] if more else [True])
    checked = call("check", data=folder.root)
    assert (words in checked.out) == (not more)
    of_file = call("check", folder.store.landing / "umeng_sdk" / "a.log", data=folder.root)
    assert ((words in of_file.out), of_file.code) == ((False, 0) if more else (True, 3))


def test_whole_records_are_not_searched_for_lines_of_shippers(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shippers, "_within", lambda *_: pytest.fail("a whole record was searched"))
    folder.land("old.ndjson", records(3, days_before(DAY, 500)))
    folder.roll_up()
    assert folder.files("old.ndjson")[0].finding == "too_old"
