"""Lists the objects of a bucket.

obstore fails on a whole page of results if it cannot represent one key, such as `a//b` or `../b`. Buckets with the S3
protocol are then listed by pyarrow. pyarrow returns all keys but no ETags, so the ETag of each object is requested
separately.
"""

import os
import re
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.buckets.address import Address
from pipelines.buckets.failures import BucketError, ObjectGoneError, as_bucket_error
from pipelines.buckets.names import refusal
from pipelines.buckets.opening import open_raw
from pipelines.common.text import Bilingual, name_as_text

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_PAGE = 1000
_AT_ONCE = 8
# In folders, obstore gives such names to its own unfinished files and leaves them out of its lists.
_OMITTED = re.compile(r"[^#]*#[0-9]+")


@dataclass(frozen=True)
class Listed:
    """An object as listed by a bucket; `etag` is None if the server sends none."""

    key: str
    size: int
    etag: str | None
    written_at: datetime

    @property
    def version(self) -> str:
        """The ETag, or the time of writing if the server sends no ETag.

        If the same bytes are written again, an ETag that is an MD5 stays the same. A time of writing changes.
        """
        return self.etag.removeprefix("W/").strip('"') if self.etag else self.written_at.astimezone(UTC).isoformat()

    def is_same(self, other: "Listed") -> bool:
        """Whether another description is of the same content. Quotes of ETags are ignored: not all answers have any."""
        return (self.size, self.version) == (other.size, other.version)


@dataclass
class BucketListing:
    """The listed objects of a bucket.

    `refused` has keys that cannot be file names. `omitted` has keys of files that obstore does not list; only folders
    used as buckets have such keys.
    """

    objects: list[Listed]
    refused: list[str]
    omitted: list[str]


def list_objects(
    bucket: "ObjectStore", address: Address, prefix: str, since: datetime | None, also: Collection[str] = ()
) -> BucketListing:
    """List the objects whose names relative to the address begin with a prefix, sorted by key.

    Args:
        since: objects written before this instant are left out; None for all objects.
        also: keys of objects that are listed even if they were written before `since`.

    Raises:
        BucketError: the bucket cannot be listed.
    """
    begin = address.key(prefix)

    def is_wanted(key: str, written_at: datetime) -> bool:
        return since is None or written_at >= since or key in also

    try:
        found = [one for one in _plain(bucket, begin) if one.key.startswith(begin)]
        refused = [one.key for one in found if refusal(one.key)]
        found = [one for one in found if not refusal(one.key)]
        if len({one.key for one in found}) < len(found):
            # obstore drops a slash at the beginning of a key, which then equals the key of another object.
            found, refused = _raw(bucket, address, begin, is_wanted)
    except Exception as error:
        if type(error).__name__ != "InvalidPathError":
            raise as_bucket_error(error) from error
        if address.scheme not in ("s3", "oss"):
            raise BucketError(_UNREADABLE) from error
        found, refused = _raw(bucket, address, begin, is_wanted)
    kept = [one for one in found if is_wanted(one.key, one.written_at)]
    omitted = _omitted(Path(address.base), begin, since) if address.scheme == "file" else []
    return BucketListing(sorted(kept, key=lambda one: one.key), sorted(refused), sorted(omitted))


def _omitted(folder: Path, begin: str, since: datetime | None) -> Iterator[str]:
    """Yield the keys of files that obstore does not list because their names end in `#` and digits. Only keys that
    begin with `begin`, and files changed at `since` or later, are included.
    """
    # Only the folder of the prefix is read, as in `_plain`.
    for place, _, names in os.walk(folder / begin.rpartition("/")[0]):
        for file in (Path(place, name) for name in names if _OMITTED.fullmatch(name)):
            key = name_as_text(file.relative_to(folder).as_posix())
            # The file may have been removed since.
            with suppress(OSError):
                if key.startswith(begin) and (since is None or file.stat().st_mtime >= since.timestamp()):
                    yield key


_UNREADABLE = Bilingual(
    "有对象名无法打开（空路径段、. 或 ..、控制字符），列举因此失败：请改名，或用以 / 结尾的 prefix 避开其文件夹",
    "an object has a name that cannot be opened (an empty part, `.` or `..`, control characters), and listing stops "
    "there: rename it, or exclude its folder with a `prefix` that ends in /",
)


def head(bucket: "ObjectStore", key: str) -> Listed | None:
    """Return the object as it is now; None if it does not exist. Raises BucketError if the request failed."""
    import obstore

    try:
        return listed_of(obstore.head(bucket, key))
    except Exception as error:
        known = as_bucket_error(error)
        if isinstance(known, ObjectGoneError):
            return None
        raise known from error


def listed_of(found: Any) -> Listed:
    """Convert obstore's description of an object."""
    return Listed(found["path"], found["size"], found["e_tag"], found["last_modified"])


def _plain(bucket: "ObjectStore", begin: str) -> Iterator[Listed]:
    import obstore

    # obstore's prefix only matches whole folders.
    for page in obstore.list(bucket, prefix=begin.rpartition("/")[0] or None, chunk_size=_PAGE):
        for found in page:
            yield listed_of(found)


def _raw(
    bucket: "ObjectStore", address: Address, begin: str, is_wanted: Callable[[str, datetime], bool]
) -> tuple[list[Listed], list[str]]:
    from pyarrow.fs import FileSelector, FileType

    folder = f"{address.bucket}/{begin.rpartition('/')[0]}".rstrip("/")
    try:
        infos = open_raw(address).get_file_info(FileSelector(folder, recursive=True, allow_not_found=True))
    except (OSError, ValueError) as error:
        raise as_bucket_error(error) from error
    keys = {
        info.path.removeprefix(f"{address.bucket}/"): info.mtime
        for info in infos
        if info.type == FileType.File and info.path.removeprefix(f"{address.bucket}/").startswith(begin)
    }
    refused = [key for key in keys if refusal(key)]
    wanted = [key for key in keys if not refusal(key) and is_wanted(key, keys[key])]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        heads = list(threads.map(lambda key: head(bucket, key), wanted))
    return [one for one in heads if one], refused
