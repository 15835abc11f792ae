"""Tests which notes acknowledge an incident, which note is shown with it, and the place of acknowledged incidents."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.contract.status import is_alarm
from pipelines.incidents.acknowledging import note_line, unknown_incidents
from pipelines.incidents.published import PublishedIncident, incidents_of
from pipelines.store.published_file import open_published
from tests.data.published_tables import AS_OF, Database, day, incident

Row = dict[str, object]
OPEN = incident("open", 9)
# From the ninth day before the as-of to the fifth.
ENDED = incident("ended", 9, state="recovered", last_day=day(5), days=5)
OF_ALL = incident("all", 9, app_key="*")


def note(back: int, app: str = "shop", text: str = "known", names: str | None = None) -> Row:
    return {"day": day(back), "app_key": app, "text": text, "incident_id": names}


def published(path: Path, incidents: list[Row], notes: list[Row]) -> list[PublishedIncident]:
    made = Database(path / "authmeter.duckdb")
    made.publish(first_day=day(60))
    for key in ("shop", "game"):
        made.add("apps", {"app_key": key, "app_name": key, "platform": "android", "is_registered": True})
    made.add("incidents", *incidents)
    made.add("notes", *notes)
    with closing(open_published(made.close())) as connection:
        return incidents_of(connection)


@pytest.mark.parametrize(
    ("one", "row", "is_acknowledged", "has_note"),
    [
        # Notes for the incident's own app count from the day before its first day until its last.
        (OPEN, note(11), False, False),
        (OPEN, note(10), True, True),
        (OPEN, note(0), True, True),
        (OPEN, note(-1), False, False),
        (ENDED, note(10), True, True),
        (ENDED, note(5), True, True),
        # A note after the last day does not acknowledge an incident that ended.
        (ENDED, note(4), False, False),
        (OPEN, note(5, "game"), False, False),
        # A note for all apps is shown if it is within a day of the first day. It acknowledges no incident of one app.
        (OPEN, note(10, "*"), False, True),
        (OPEN, note(8, "*"), False, True),
        (OPEN, note(7, "*"), False, False),
        (OPEN, note(11, "*"), False, False),
        (OF_ALL, note(10, "*"), True, True),
        (OF_ALL, note(0, "*"), True, True),
        (OF_ALL, note(11, "*"), False, False),
        (OF_ALL | {"last_day": day(9), "state": "recovered"}, note(8, "*"), False, True),
        (OF_ALL, note(9, "shop"), False, False),
        # A note that names an incident acknowledges this one alone, whatever the day and app of the note.
        (OPEN, note(40, "game", names="open"), True, True),
        (OPEN, note(9, names="ended"), False, False),
        (OF_ALL, note(9, "*", names="ended"), False, False),
    ],
)  # fmt: skip
def test_which_notes_acknowledge_and_which_stand_beside_it(
    tmp_path: Path, one: Row, row: Row, is_acknowledged: bool, has_note: bool
) -> None:
    (found,) = published(tmp_path, [one], [row])
    assert (found.is_acknowledged, found.note is not None) == (is_acknowledged, has_note)
    assert found.is_alarm is not is_acknowledged


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([note(9, "*", "all"), note(8, text="own"), note(40, text="named", names="open")], "named"),
        ([note(9, "*", "all"), note(8, text="own")], "own"),
        ([note(9, text="old"), note(2, text="new"), note(5, text="between")], "new"),
        ([note(2, text="b"), note(2, text="a")], "a"),
        ([note(9, "*", "all"), note(8, "*", "later")], "later"),
        ([note(40, text="old", names="open"), note(30, text="new", names="open")], "new"),
    ],
)  # fmt: skip
def test_of_several_notes_an_incident_has_the_most_specific_or_newest(
    tmp_path: Path, rows: list[Row], text: str
) -> None:
    (found,) = published(tmp_path, [OPEN], rows)
    assert found.note is not None
    assert found.note.text == text


def test_a_part_is_acknowledged_by_its_own_rows_alone(tmp_path: Path) -> None:
    rows = [OF_ALL, incident("part", 9, part_of="all"), incident("other", 9, app_key="game", part_of="all")]
    found = published(tmp_path, rows, [note(9, "*"), note(9, "game")])
    assert {one.incident.incident_id: one.is_acknowledged for one in found} == {
        "all": True, "part": False, "other": True,
    }  # fmt: skip


def test_open_ones_come_first_then_those_that_nobody_acknowledged_then_faults(tmp_path: Path) -> None:
    ended = {"last_day": day(5), "state": "recovered", "days": 5}
    further = {"kind": "further", "metric": "surge", "channel": "*"}
    rows = [
        incident("b", 9, lost=20.0), incident("a", 9, lost=20.0), incident("large", 9, lost=30.0),
        incident("known", 9, lost=99.0), incident("further", 9, lost=500.0, **further),
        incident("further-known", 9, lost=600.0, **further), incident("ended-known", 9, lost=950.0, **ended),
        incident("ended", 9, lost=900.0, **ended), incident("ended-further", 9, lost=990.0, **further | ended),
    ]  # fmt: skip
    found = published(tmp_path, rows, [note(9, names=key) for key in ("known", "further-known", "ended-known")])
    assert [one.incident.incident_id for one in found] == [
        "large", "a", "b", "further", "known", "further-known", "ended", "ended-further", "ended-known",
    ]  # fmt: skip
    assert [one.incident.incident_id for one in found if one.is_alarm] == ["large", "a", "b", "ended"]


def test_what_is_only_worth_a_line_is_no_alarm() -> None:
    assert is_alarm("rate", is_acknowledged=False)
    assert not is_alarm("rate", is_acknowledged=True)
    assert not is_alarm("further", is_acknowledged=False)


def test_ids_that_no_incident_has_are_found(tmp_path: Path) -> None:
    made = Database(tmp_path / "authmeter.duckdb")
    made.publish(first_day=day(60))
    made.add("incidents", OPEN)
    made.add("withdrawn_incidents", ENDED | {"run": 3})
    first = day(60)
    named = [("open", AS_OF), ("ended", AS_OF), ("typo", first), ("typo", AS_OF), ("old", first - timedelta(days=1))]
    with closing(open_published(made.close())) as connection:
        assert unknown_incidents(connection, named, None) == ["typo"]
        assert unknown_incidents(connection, [], None) == []
        # Retention removed the days before the first: an incident of the next days may have lost its baseline.
        assert unknown_incidents(connection, [("a", first), ("b", first + timedelta(days=83))], first) == []
        assert unknown_incidents(connection, [("c", first + timedelta(days=84))], first) == ["c"]


def test_the_line_to_copy_is_a_row_of_the_notes() -> None:
    line = note_line(AS_OF, "wallet", "0123456789abcdef")
    assert line.en == f"{AS_OF},wallet,<your note>,0123456789abcdef"
    assert line.zh == f"{AS_OF},wallet,<情况说明>,0123456789abcdef"
