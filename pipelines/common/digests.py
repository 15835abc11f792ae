"""The checksum of a folder of the store: of a part's files, or of a day's tables."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest_of_folder(folder: Path) -> str:
    """Return the first 16 hex digits of a SHA-256 over the folder's Parquet files, in order of their names."""
    digests = []
    for file in sorted(folder.glob("*.parquet")):
        with file.open("rb") as opened:
            digests.append(hashlib.file_digest(opened, "sha256").digest())
    return digest_of(digests)


def digest_of(digests: Iterable[bytes]) -> str:
    """Return the digest of a folder from the SHA-256 digests of its files, in order of their names."""
    return hashlib.sha256(b"".join(digests)).hexdigest()[:16]
