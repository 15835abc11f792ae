"""Rows of days that did not change are carried over from the published file. The new file equals one that is built
completely.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from datetime import date

import duckdb
import pytest

from pipelines.marts import carried
from pipelines.marts.carried import carry_over
from pipelines.store.publication_note import note_of
from tests.support import DAY, CopyOf, DataFolder, days_before, records, writable

FIRST, SECOND, THIRD = days_before(DAY, 3), days_before(DAY, 2), days_before(DAY, 1)


def three_days(folder: DataFolder) -> None:
    for place, day in enumerate((FIRST, SECOND, THIRD)):
        folder.land(f"{day}.ndjson", records(2 + place, day))
    folder.tables(THIRD)


@pytest.fixture
def published(copy_of: CopyOf) -> DataFolder:
    """A folder with three days, published as of the last one."""
    return copy_of(three_days)


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> list[list[date]]:
    """Return a list that receives, for each build of the file, the days that it carried over."""
    found: list[list[date]] = []

    def noted(*given: object) -> list[date]:
        found.append(carry_over(*given))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.setattr("pipelines.marts.build.carry_over", noted)
    return found


def require_as_made_whole(folder: DataFolder) -> None:
    found = folder.contents()
    folder.store.database.unlink()
    folder.open().build_marts()
    assert found == folder.contents()


def a_new_day_and_late_records_of_the_second(folder: DataFolder) -> None:
    folder.land("new.ndjson", records(3))
    folder.land("late.ndjson", records(1, SECOND, "late"))


def an_earlier_day(folder: DataFolder) -> None:
    folder.land("earlier.ndjson", records(1, days_before(DAY, 5), "earlier"))


def a_day_emptied(folder: DataFolder) -> None:
    """Remove the log of the second day from landing and from the manifest."""
    entry = next(e for e in folder.manifest.files if e.path == f"{SECOND}.ndjson")
    manifest = folder.manifest
    manifest.files = [e for e in manifest.files if e.path != entry.path]
    folder.store.commit(manifest)
    (folder.store.landing / entry.path).unlink()


def a_day_without_records(folder: DataFolder) -> None:
    pass


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (a_new_day_and_late_records_of_the_second, [FIRST]),
        (an_earlier_day, []),
        (a_day_emptied, [FIRST, THIRD]),
        (a_day_without_records, [FIRST, SECOND, THIRD]),
    ],
)
def test_days_before_the_first_that_changed_are_carried_over(
    published: DataFolder, kept: list[list[date]], change: Callable[[DataFolder], None], expected: list[date]
) -> None:
    change(published)
    published.tables()
    assert kept == [expected]
    require_as_made_whole(published)


def a_client_changed_rows(folder: DataFolder) -> None:
    with closing(duckdb.connect(writable(folder.store.database))) as client:
        client.execute("UPDATE outcome_daily SET records = records + 1")


def a_lost_note(folder: DataFolder) -> None:
    folder.store.database.with_suffix(".json").unlink()


def a_cut_note(folder: DataFolder) -> None:
    note = folder.store.database.with_suffix(".json")
    note.write_bytes(note.read_bytes()[:40])


def a_note_of_other_shape(folder: DataFolder) -> None:
    folder.store.database.with_suffix(".json").write_text("[]")


def a_note_of_other_code(folder: DataFolder) -> None:
    note = folder.store.database.with_suffix(".json")
    note.write_text(json.dumps(json.loads(note.read_text()) | {"code": "other"}))


@pytest.mark.parametrize(
    "change", [a_client_changed_rows, a_lost_note, a_cut_note, a_note_of_other_shape, a_note_of_other_code]
)
def test_nothing_is_carried_over_from_a_file_that_is_not_as_it_was_written(
    published: DataFolder, monkeypatch: pytest.MonkeyPatch, change: Callable[[DataFolder], None]
) -> None:
    database, fresh, manifest = published.store.database, published.root / "fresh", published.manifest
    note = note_of(database)
    assert note
    assert carry_over(database, fresh, manifest, "other accounts") == []
    with monkeypatch.context() as other:
        other.setattr(carried, "tables_digest", lambda: "other code")
        assert carry_over(database, fresh, manifest, note.accounts) == []
    assert carry_over(database, fresh, manifest, note.accounts) == [FIRST, SECOND, THIRD]
    fresh.unlink()
    change(published)
    assert carry_over(database, fresh, manifest, note.accounts) == []
    assert not fresh.exists()


def test_the_file_does_not_grow_with_each_day_that_is_made_again(published: DataFolder) -> None:
    sizes = []
    for place in range(3):
        published.land("late.ndjson", records(1 + place, THIRD, f"late{place}-"))
        published.tables(THIRD)
        sizes.append(published.store.database.stat().st_size)
    assert sizes[-1] <= 2 * sizes[0]
