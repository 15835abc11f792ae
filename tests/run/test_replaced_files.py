"""New content of a path replaces the records of the old content; a file that is still being written is read later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipelines.reading.files.landing import LandedFile
from tests.support import DAY, DataFolder, lines, records

AFTER = DAY + timedelta(days=1)


def test_a_grown_file_replaces_what_it_gave(folder: DataFolder) -> None:
    """The file of an open day may also lose records."""
    folder.land("a.ndjson", records(3))
    folder.land("open.ndjson", records(5, AFTER))
    folder.roll_up()
    folder.land("a.ndjson", records(5))
    folder.land("open.ndjson", records(2, AFTER))
    folder.roll_up(AFTER)
    assert folder.counted() == {DAY: 5, AFTER: 2}
    assert folder.statuses("a.ndjson") == folder.statuses("open.ndjson") == ["replaced", "read"]
    assert (folder.manifest.days[DAY].accepted, folder.manifest.late_records) == (5, {DAY: 2})


def test_a_file_that_is_still_being_written_waits_for_the_next_run(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder.land("a.ndjson", records(3))
    from pipelines.ingest import ingest

    def grows(landed: LandedFile) -> str:
        with file.open("ab") as out:
            out.write(lines(records(1, prefix="more")))
        return real(landed)

    real = ingest.current_stamp
    with monkeypatch.context() as patched:
        patched.setattr(ingest, "current_stamp", grows)
        report = folder.ingest()
    assert (report.read, report.changing) == ([], ["a.ndjson"])
    folder.roll_up()
    assert folder.counted() == {DAY: 4}
