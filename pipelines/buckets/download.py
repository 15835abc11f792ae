"""Downloads one object to a file, complete and of one version.

A download must have the listed size. Also, its MD5 must equal the object's ETag, or the object must still have the
listed ETag and size after the download.
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

# Larger objects are downloaded in pieces of this size, and an interrupted download continues at the next piece.
PIECE = 16 << 20
_CHUNK = 1 << 20
# The error of servers that do not support byte ranges.
_NO_PIECES = "NotPartial"
_TRIES = 2
_CHANGING = Bilingual("读取时内容有变化，下次运行再取", "it changed while it was read: the next run fetches it")


def download(bucket: "ObjectStore", listed: Listed, folder: Path) -> tuple[Listed, Path] | None:
    """Download an object into a folder. Return the description of the downloaded version, and the file.

    Return None if the bucket has no such object.

    Raises:
        BucketError: the object cannot be downloaded, or changed during each try.
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
        # The object's present version may be stable.
        wanted = head(bucket, wanted.key)
    raise BucketError(_CHANGING)


def unfinished_name(listed: Listed) -> str:
    """Return the file name for the download of a version of an object. A version always has the same name, so that
    another run can continue an unfinished download.
    """
    return hashlib.sha256(f"{listed.key}\0{listed.size}\0{listed.version}".encode()).hexdigest()[:32]


def _read(bucket: "ObjectStore", wanted: Listed, file: Path) -> bool:
    """Download an object to the file, and return whether the file is complete and of the wanted version. Raises the
    errors of `_chunks`.
    """
    if wanted.size > PIECE:
        md5 = _read_pieces(bucket, wanted, file)
    else:
        with open(file, "wb", buffering=0) as out:
            md5 = _write(bucket, wanted, out)
    # A server that reads a file while it is written can send parts of two versions.
    if file.stat().st_size == wanted.size and md5 == wanted.version:
        return True
    # The ETags of encrypted objects and of multipart uploads are no MD5.
    now = head(bucket, wanted.key) if file.stat().st_size == wanted.size else None
    return now is not None and wanted.is_same(now)


def _read_pieces(bucket: "ObjectStore", wanted: Listed, file: Path) -> str:
    """Download the ranges that the file still lacks, append them, and return the MD5 of the whole file. If the server
    does not support ranges, download the whole object. Raises `ObjectChangedError` if a range is too long.
    """
    with open(file, "ab", buffering=0) as out:
        while (at := out.tell()) < wanted.size:
            end = min(at + PIECE, wanted.size)
            try:
                _write(bucket, wanted, out, (at, end))
            except BucketError as error:
                if _NO_PIECES not in str(error.__cause__):
                    raise
                out.truncate(0)
                return _write(bucket, wanted, out)
            if out.tell() == at:
                break
            if out.tell() > end:
                # The next piece would begin too late, and the file could still get the size of the object.
                raise ObjectChangedError(_CHANGING)
            os.fsync(out.fileno())
    with open(file, "rb") as content:
        return hashlib.file_digest(content, "md5").hexdigest()


def _write(bucket: "ObjectStore", wanted: Listed, out: FileIO, span: tuple[int, int] | None = None) -> str:
    """Write the bytes of `span`, or the whole object if `span` is None, to the file, and return their MD5."""
    md5 = hashlib.md5(usedforsecurity=False)
    for chunk in _chunks(bucket, wanted, span):
        md5.update(chunk)
        while chunk:
            chunk = chunk[out.write(chunk) :]
    return md5.hexdigest()


def _chunks(bucket: "ObjectStore", wanted: Listed, span: tuple[int, int] | None) -> Iterator[memoryview]:
    """Yield the bytes of `span`, or of the whole object if `span` is None.

    Raises:
        ObjectGoneError: the object does not exist.
        ObjectChangedError: the object has another version.
        BucketError: the object cannot be read.
    """
    import obstore

    options: Any = {"if_match": wanted.etag} if wanted.etag else {}
    if span:
        options["range"] = span
    try:
        found = obstore.get(bucket, wanted.key, options=options)
        # Some servers ignore `If-Match`.
        if not wanted.is_same(listed_of(found.meta)):
            raise ObjectChangedError(_CHANGING)
        if wanted.size <= _CHUNK:
            yield memoryview(found.bytes())
        else:
            for chunk in found.stream(min_chunk_size=_CHUNK):
                yield memoryview(chunk)
    except Exception as error:
        raise as_bucket_error(error) from error
