"""Decides what happens if a path has new content: the old content is replaced or still counts, or the new content is
held.

All files of a run are decided together, so that no record of a closed day is lost without a report.
`content_decisions.py` calls it; `rotation.py` finds contents that were moved.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from pipelines.ingest.stored_contents import StoredContents, key_of
from pipelines.store.manifest import FileEntry, Manifest

_LISTED_DAYS = 5


@dataclass(eq=False)
class DisplacedContent:
    """A content of a path that still counts (`old`), and the new content of the path that may replace it (`new`).

    `new` is None if the path has no new content, for example because the file was moved. `by_rotation` is whether log
    rotation made the new content, which then counts even if it lacks records of the old content.
    """

    old: FileEntry
    new: FileEntry | None
    by_rotation: bool = False


def decide(
    displaced: list[DisplacedContent], others: list[FileEntry], manifest: Manifest, contents: StoredContents
) -> None:
    """Set the status of the old and the new content of each of `displaced`; `others` are all other contents that count.

    A record of an old content is lost if no other content that counts has it. If there is no new content, or it came by
    rotation, the old content still counts if a record would be lost; else it is replaced. Any other new content is held
    if a record of a closed day would be lost; else the old content is replaced.
    """
    undecided, counting = list(displaced), list(others)
    for one in displaced:
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
        # A content that still counts may contain records that another one seems to lose, so the rest is computed again.
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
    """Return the first day whose records can be lost; records of earlier days were deleted by retention."""
    return manifest.events_from or date.min


def sharing(olds: Iterable[FileEntry], others: Iterable[FileEntry]) -> list[FileEntry]:
    """Return the contents of `others` that have records on any of the days on which `olds` have records."""
    days = {day for entry in olds for day in entry.days}
    return [entry for entry in others if not days.isdisjoint(entry.days)]


def closed_days(lost: dict[date, int], manifest: Manifest) -> dict[date, int]:
    """Return the closed days of `lost` and the number of lost records on each."""
    closed = manifest.closed_through
    return {day: records for day, records in sorted(lost.items()) if closed and day <= closed}


def listed(lost: dict[date, int]) -> str:
    """Format the numbers of lost records by day, without words, so that the text needs no translation."""
    days = [f"{day}: -{records:,}" for day, records in list(lost.items())[:_LISTED_DAYS]]
    return ", ".join(days) + (f" … (+{len(lost) - _LISTED_DAYS})" if len(lost) > _LISTED_DAYS else "")
