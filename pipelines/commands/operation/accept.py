"""`authmeter accept`: accepts a held file after printing how many records it would remove."""

from pathlib import Path

from pipelines.common.errors import UsageError
from pipelines.common.text import counted, printable
from pipelines.contract.settings.settings import load_settings
from pipelines.ingest.held import accept_held, held_content, removed_records
from pipelines.ingest.replacing import closed_days
from pipelines.ingest.stored_contents import StoredContents
from pipelines.store.store import Store


def accept_file(data: Path, path: str, is_sure: bool = False) -> None:
    """Print how many records of each day the held content of a path would remove, and accept it.

    Args:
        is_sure: accept it even if a closed day loses records.

    Raises:
        UsageError: no content of that path is held, or a closed day would lose records and `is_sure` is false.
    """
    store, settings = Store(data), load_settings(data)
    with store.held("accept", settings.timezone):
        manifest = store.read_manifest()
        held = held_content(store, manifest, path)
        with StoredContents(store, settings) as contents:
            lost = removed_records(manifest, held, contents)
        closed = closed_days(lost, manifest)
        for day, records in sorted(lost.items()):
            print(f"{day}  loses {counted(records, 'record')}" + ("" if day in closed else ", and is not closed yet"))
        if closed and not is_sure:
            raise UsageError(
                f"{counted(len(closed), 'closed day')} would lose {counted(sum(closed.values()), 'record')}.",
                where=printable(path),
                why="No other file contains them, so the reports of these days would lose them, too.",
                do="If the old content was right, deliver it under another name and run authmeter. Else add --yes.",
            )
        accept_held(store, manifest, path)
    taken = f"accepted {printable(path)}: {counted(held.accepted, 'record')}"
    print(f"{taken}; the next `authmeter run` restates the days it touches")
