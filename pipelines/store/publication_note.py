"""The note beside the published file: what that file was made of.

From the note, not the file, follows which rows a new file may take over, and by its checksum whether the file is still
the one that was written.
"""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.common import durable
from pipelines.contract.registry.registry import Registry
from pipelines.store.manifest import Manifest


@dataclass(frozen=True)
class PublicationNote:
    """What a published file was made of: its checksum, the digest of the code, the accounts of apps, whether it has a
    resource package, and of each day the checksum of its day tables.
    """

    sha256: str
    code: str
    accounts: str
    has_packages: bool
    days: dict[str, str]


def may_have_packages(published: Path) -> bool:
    """Whether the published file has resource packages, or nobody can tell without opening it."""
    note = note_of(published)
    return note is None or note.has_packages


def drop_note(published: Path) -> None:
    """Takes the note of the published file away before another file stands in its place: where the run is killed in
    between, it would be a note of the wrong one.
    """
    _note_file(published).unlink(missing_ok=True)


def write_note(published: Path, manifest: Manifest, registry: Registry, code: str) -> None:
    """Notes what the published file was made of. Until then, or where that fails, nothing of it is carried over.

    `code` is the digest of the code that made it.
    """
    note = {
        "sha256": file_sha256(published),
        "code": code,
        "accounts": registry.accounts_fingerprint,
        "has_packages": bool(registry.bought.packages),
        "days": {str(day): entry.content for day, entry in sorted(manifest.days.items())},
    }
    durable.write_file(_note_file(published), json.dumps(note, indent=1).encode())


def _note_file(published: Path) -> Path:
    return published.with_suffix(".json")


def note_of(published: Path) -> PublicationNote | None:
    """Return the note; None if there is none or it cannot be read."""
    try:
        return PublicationNote(**json.loads(_note_file(published).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def file_sha256(file: Path) -> str:
    """Return the checksum of a file, in hex."""
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
