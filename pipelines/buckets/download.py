"""Bringing one object to a file: whole, and of one version.

A server that reads a file while it is written may send parts of both. What comes is compared with the object's MD5,
where its ETag is that, and else with what the bucket says of it afterwards.
"""

import hashlib
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.buckets.failures import BucketError, ObjectChangedError, ObjectGoneError, as_bucket_error
from pipelines.buckets.listing import Listed, head, listed_of
from pipelines.common.text import Bilingual

if TYPE_CHECKING:
    from obstore.store import ObjectStore

# A larger object comes in pieces, and one that was begun goes on at its next piece.
PIECE = 16 << 20
_CHUNK = 1 << 20
# Of a server that gives whole objects alone.
_NO_PIECES = "NotPartial"
_TRIES = 2
_CHANGING = Bilingual("读取时内容有变化，下次运行再取", "it changed while it was read: the next run brings it")


def bring(bucket: "ObjectStore", listed: Listed, folder: Path) -> tuple[Listed, Path] | None:
    """Write an object to a file of its own in a folder; return it as it was brought, and the file.

    None: the bucket has no such object.

    Raises:
        BucketError: it cannot be brought, or changed each time that it was read.
        OSError: the file cannot be written.
    """
    wanted: Listed | None = listed
    for _ in range(_TRIES):
        if wanted is None:
            return None
        file = folder / unfinished_name(wanted)
        try:
            if _read(bucket, wanted, file):
                return wanted, file
        except ObjectGoneError:
            return None
        except ObjectChangedError:
            pass
        file.unlink(missing_ok=True)
        # What is there now may be whole.
        wanted = head(bucket, wanted.key)
    raise BucketError(_CHANGING)


def unfinished_name(listed: Listed) -> str:
    """The name of an object's file while it comes: the same for the same version, so that another run goes on."""
    return hashlib.sha256(f"{listed.key}\0{listed.size}\0{listed.version}".encode()).hexdigest()[:32]


def _read(bucket: "ObjectStore", wanted: Listed, file: Path) -> bool:
    """Writes the file; whether it is the wanted version as a whole. Raises what `_chunks` does."""
    if wanted.size > PIECE:
        md5 = _read_pieces(bucket, wanted, file)
    else:
        with open(file, "wb", buffering=0) as out:
            md5 = _write(bucket, wanted, out)
    if file.stat().st_size == wanted.size and md5 == wanted.version:
        return True
    # An encrypted object's ETag is no MD5, nor is that of one that was written in parts.
    now = head(bucket, wanted.key) if file.stat().st_size == wanted.size else None
    return now is not None and wanted.is_same(now)


def _read_pieces(bucket: "ObjectStore", wanted: Listed, file: Path) -> str:
    """Writes the file from where it ends; gives its MD5."""
    with open(file, "ab", buffering=0) as out:
        while (at := out.tell()) < wanted.size:
            try:
                _write(bucket, wanted, out, (at, min(at + PIECE, wanted.size)))
            except BucketError as error:
                if _NO_PIECES not in str(error.__cause__):
                    raise
                out.truncate(0)
                return _write(bucket, wanted, out)
            if out.tell() == at:
                break
            os.fsync(out.fileno())
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest()


def _write(bucket: "ObjectStore", wanted: Listed, out: FileIO, span: tuple[int, int] | None = None) -> str:
    """Writes the bytes of a span, of all without one; gives their MD5."""
    md5 = hashlib.md5(usedforsecurity=False)
    for chunk in _chunks(bucket, wanted, span):
        md5.update(chunk)
        while chunk:
            chunk = chunk[out.write(chunk) :]
    return md5.hexdigest()


def _chunks(bucket: "ObjectStore", wanted: Listed, span: tuple[int, int] | None) -> Iterator[memoryview]:
    """The bytes of a span, of all without one.

    Raises:
        ObjectGoneError: there is no such object.
        ObjectChangedError: it is another version.
        BucketError: it cannot be read.
    """
    import obstore

    options: Any = {"if_match": wanted.etag} if wanted.etag else {}
    if span:
        options["range"] = span
    try:
        found = obstore.get(bucket, wanted.key, options=options)
        # Servers exist that do not know `If-Match`.
        if not wanted.is_same(listed_of(found.meta)):
            raise ObjectChangedError(_CHANGING)
        if wanted.size <= _CHUNK:
            yield memoryview(found.bytes())
        else:
            for chunk in found.stream(min_chunk_size=_CHUNK):
                yield memoryview(chunk)
    except Exception as error:
        raise as_bucket_error(error) from error
