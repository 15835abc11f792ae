"""Checksums of files, and of stored folders: the files of a part, or the tables of a day."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def digest_of_folder(folder: Path) -> str:
    """Return the digest of a folder's Parquet files, as `digest_of` defines it. Other files are ignored."""
    digests = []
    # Names, because paths compare slowly. Without Python's buffer, because the digest reads in large pieces itself.
    for name in sorted(file.name for file in folder.glob("*.parquet")):
        with open(f"{folder}/{name}", "rb", buffering=0) as opened:
            digests.append(hashlib.file_digest(opened, "sha256").digest())
    return digest_of(digests)


def digest_of(digests: Iterable[bytes]) -> str:
    """Return 16 hex digits of the SHA-256 over the SHA-256 digests of a folder's files, in order of the file names."""
    return hashlib.sha256(b"".join(digests)).hexdigest()[:16]


def file_sha256(file: Path) -> str:
    """Return the SHA-256 of a file, in hex."""
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
