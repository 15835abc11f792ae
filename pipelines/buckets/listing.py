"""Which objects are in a bucket.

obstore lists all of a page or nothing: one key that its paths cannot hold, such as `a//b` or `../b`, ends the listing.
Buckets that speak S3 are then listed by pyarrow, which gives keys as they are but no ETags: these are asked for one by
one.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.buckets.address import Address
from pipelines.buckets.failures import BucketError, ObjectGoneError, as_bucket_error
from pipelines.buckets.names import refusal
from pipelines.buckets.opening import open_raw
from pipelines.common.text import Bilingual

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_PAGE = 1000
_AT_ONCE = 8


@dataclass(frozen=True)
class Listed:
    """An object as a bucket lists it; `etag` as given, None where the server has none."""

    key: str
    size: int
    etag: str | None
    written_at: datetime

    @property
    def version(self) -> str:
        """What differs when the object was written anew: its ETag; without one, its time."""
        return self.etag.removeprefix("W/").strip('"') if self.etag else self.written_at.astimezone(UTC).isoformat()

    def is_same(self, other: "Listed") -> bool:
        """Whether another description is of the same content: servers quote ETags in some answers and not in others."""
        return (self.size, self.version) == (other.size, other.version)


@dataclass
class Listing:
    """The objects of a bucket, and the keys that none can be opened by."""

    objects: list[Listed]
    refused: list[str]


def list_objects(bucket: "ObjectStore", address: Address, prefix: str, since: datetime | None) -> Listing:
    """The objects whose names behind the address begin with a prefix, by key.

    Args:
        since: leaves out what was written before; None: nothing.

    Raises:
        BucketError: the bucket cannot be listed.
    """
    begin = address.key(prefix)
    try:
        found = [one for one in _plain(bucket, begin) if one.key.startswith(begin)]
        refused = [one.key for one in found if refusal(one.key)]
        found = [one for one in found if not refusal(one.key)]
        if len({one.key for one in found}) < len(found):
            # A key that begins with a slash is given without it, and is then that of another object.
            found, refused = _raw(bucket, address, begin, since)
    except Exception as error:
        if type(error).__name__ != "InvalidPathError":
            raise as_bucket_error(error) from error
        if address.scheme not in ("s3", "oss"):
            raise BucketError(_UNREADABLE) from error
        found, refused = _raw(bucket, address, begin, since)
    kept = [one for one in found if since is None or one.written_at >= since]
    return Listing(sorted(kept, key=lambda one: one.key), sorted(refused))


_UNREADABLE = Bilingual(
    "有对象名无法打开（空路径段、. 或 ..、控制字符），列举因此失败：请改名或用 prefix 避开",
    "an object's name cannot be opened (an empty part, `.` or `..`, control characters) and ends the listing: rename "
    "it, or keep clear of it by `prefix`",
)


def head(bucket: "ObjectStore", key: str) -> Listed | None:
    """The object as it is now; None where there is none.

    Raises:
        BucketError: the bucket does not say.
    """
    import obstore

    try:
        return listed_of(obstore.head(bucket, key))
    except Exception as error:
        known = as_bucket_error(error)
        if isinstance(known, ObjectGoneError):
            return None
        raise known from error


def listed_of(found: Any) -> Listed:
    """An object as obstore describes it."""
    return Listed(found["path"], found["size"], found["e_tag"], found["last_modified"])


def _plain(bucket: "ObjectStore", begin: str) -> Iterator[Listed]:
    import obstore

    # A prefix is that of whole folders.
    for page in obstore.list(bucket, prefix=begin.rpartition("/")[0] or None, chunk_size=_PAGE):
        for found in page:
            yield listed_of(found)


def _raw(bucket: "ObjectStore", address: Address, begin: str, since: datetime | None) -> tuple[list[Listed], list[str]]:
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
    wanted = [key for key in keys if not refusal(key) and (since is None or keys[key] >= since)]
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        heads = list(threads.map(lambda key: head(bucket, key), wanted))
    return [one for one in heads if one], refused
