"""The note next to the published file: the inputs that the file was made from.

The note decides which rows of the published file a new file can copy. The checksum in the note shows whether the
published file was changed since.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.common.digests import file_sha256
from pipelines.common.files import durable
from pipelines.contract.registry.registry import Registry
from pipelines.store.manifest import Manifest


@dataclass(frozen=True)
class PublicationNote:
    """The inputs of a published file.

    `sha256` is the checksum of the file, `code` the digest of the code, `accounts` the fingerprint of the apps'
    accounts, `has_packages` whether the registry has a resource package, and `days` the checksum of each day's tables.
    """

    sha256: str
    code: str
    accounts: str
    has_packages: bool
    days: dict[str, str]


def may_have_packages(published: Path) -> bool:
    """Return whether the published file can have resource packages: by its note, or true without a readable note."""
    note = note_of(published)
    return note is None or note.has_packages


def drop_note(published: Path) -> None:
    """Remove the note of the published file. Call it before another file replaces that file."""
    _note_file(published).unlink(missing_ok=True)


def write_note(published: Path, manifest: Manifest, registry: Registry, code: str) -> None:
    """Write the note of the published file. `code` is the digest of the code that made the file."""
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
    """Return the note; None if it is missing or cannot be read."""
    try:
        return PublicationNote(**json.loads(_note_file(published).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
