"""`authmeter incidents`: prints the published incidents, open ones first."""

import json
from pathlib import Path

from pipelines.common.text import printable
from pipelines.incidents.published import PublishedIncident
from pipelines.run.incident_links import linked_incidents
from pipelines.store.published_file import last_day_of, published_tables
from pipelines.store.store import Store


def print_incidents(data: Path, *, with_parts: bool, as_json: bool) -> None:
    """Print the published incidents, in the order that all reports use: open ones first.

    Args:
        with_parts: include incidents that are part of another.
        as_json: print JSON for programs: the columns of the table, with app name, texts, note and page.

    Raises:
        UsageError: nothing is published, or only by an older version.
        UnreadablePublicationError: the published file is damaged.
    """
    store = Store(data)
    # Both from one opening: a run may publish other tables meanwhile.
    with published_tables(store.database) as connection:
        found, as_of = linked_incidents(connection), last_day_of(connection)
    listed = [(one, link) for one, link in found if with_parts or one.is_independent]
    if as_json:
        print(json.dumps({"as_of": str(as_of), "incidents": [_fields(*each) for each in listed]}, ensure_ascii=False))
        return
    if not listed:
        print("no incident")
    for one, _ in listed:
        state = "part" if not one.is_independent else one.incident.state
        print(f"{state:<10} {one.text.en}")
        if one.note:
            print(f"{'':<10} note of {one.note.day}: {printable(one.note.text)}")
    if parts := len(found) - len(listed):
        print(f"{parts:,} more as part of these: --all")


def _fields(one: PublishedIncident, link: str) -> dict[str, object]:
    row = one.incident.as_row()
    row |= {name: str(row[name]) for name in ("first_day", "last_day", "lost_day", "ended_on") if row[name]}
    note = {"day": str(one.note.day), "text": one.note.text} if one.note else None
    return row | {
        "app_name": one.app_name, "text_en": one.text.en, "text_zh": one.text.zh, "link": link,
        "acknowledged": one.is_acknowledged, "note": note, "notes": [note] if note else [],
    }  # fmt: skip
