"""What becomes of contents whose place was taken: they are replaced, count on, or the new content is held.

Lives here: the decision, over all files of a run together, so that no record of a closed day goes in silence. Does not
belong here: how files are read (`ingest.py`), and where content has moved to (`rotation.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pipelines.ingest.stored_contents import StoredContents, key_of
from pipelines.store.manifest import FileEntry, Manifest

_LISTED_DAYS = 5


@dataclass(eq=False)
class Leaving:
    """A content that counts and no longer stands at its path, with the new one that does.

    `new` is None where the path has no new content, as of a file that was moved. What came `by_rotation` is taken
    whatever it lacks.
    """

    old: FileEntry
    new: FileEntry | None
    by_rotation: bool = False


def decide(leaving: list[Leaving], others: list[FileEntry], manifest: Manifest, contents: StoredContents) -> None:
    """Sets the status of each old and new content.

    An old content is replaced where each of its records is in another content that counts. Else it counts on, as of a
    deleted file, where the new one came by rotation, or none did. Else the new one is held where a closed day would
    lose a record. What is no longer there of days that are not closed yet is no matter.

    Args:
        others: all other contents that count.
    """
    undecided, counting = list(leaving), list(others)
    for one in leaving:
        if one.new:
            if one.new.status == "held":
                one.new.finding = None
            one.new.status = "read"
    while undecided:
        olds = [one.old for one in undecided]
        lost = contents.lost(olds, oldest(manifest), [one.new for one in undecided if one.new], sharing(olds, counting))
        stay = [one for one in undecided if key_of(one.old) in lost and (one.by_rotation or not one.new)]
        held = [one for one in undecided if closed_days(lost.get(key_of(one.old), {}), manifest) and one not in stay]
        if not stay and not held:
            break
        # What counts on may hold what another one seems to have lost: the rest is looked at again.
        for one in stay or held:
            undecided.remove(one)
            counting.append(one.old)
            if one.new and stay:
                counting.append(one.new)
            elif one.new:
                one.new.status = "held"
                one.new.finding = listed(closed_days(lost[key_of(one.old)], manifest))
    for one in undecided:
        one.old.status = "replaced"


def oldest(manifest: Manifest) -> date:
    """The first day whose records can be lost: what retention took, or will, is nobody's loss."""
    return manifest.events_from or date.min


def sharing(olds: Iterable[FileEntry], others: Iterable[FileEntry]) -> list[FileEntry]:
    """The contents that have a day with one of the old ones in common."""
    days = {day for entry in olds for day in entry.days}
    return [entry for entry in others if not days.isdisjoint(entry.days)]


def closed_days(lost: dict[date, int], manifest: Manifest) -> dict[date, int]:
    """The lost records of days that were closed."""
    closed = manifest.closed_through
    return {day: records for day, records in sorted(lost.items()) if closed and day <= closed}


def listed(lost: dict[date, int]) -> str:
    """The lost records of each day, for a message of any language."""
    days = [f"{day}: -{records:,}" for day, records in list(lost.items())[:_LISTED_DAYS]]
    return ", ".join(days) + (f" … (+{len(lost) - _LISTED_DAYS})" if len(lost) > _LISTED_DAYS else "")
