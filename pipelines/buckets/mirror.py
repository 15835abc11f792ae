"""Copies a folder to a bucket in an order that keeps the copied site working for readers during the copy.

New and changed files are copied first, entry pages last. A file that the folder no longer contains is removed from the
bucket one version later, so that pages opened before can still load the file. Only files that `mirror` copied are
removed.
"""

import json
import mimetypes
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.buckets.address import Address
from pipelines.buckets.failures import as_bucket_error
from pipelines.buckets.ledger import Copied, Ledger
from pipelines.buckets.listing import head
from pipelines.buckets.opening import open_bucket
from pipelines.common.digests import file_sha256

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_AT_ONCE = 8
_TOGETHER = 256
# The digest of a file whose content in the bucket is unknown, or which may not exist there; no content has this digest.
_UNKNOWN = ""
# The list of the operating system is not used, as it differs between machines.
_TYPES = mimetypes.MimeTypes(filenames=())
_TYPES.add_type("text/javascript", ".js")
_TYPES.add_type("application/vnd.apache.parquet", ".parquet")
_TYPES.add_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx")
Progress = Callable[[int, int], None]


@dataclass
class MirrorReport:
    """The number and size of the copied files, and the number of files removed from the bucket."""

    files: int = 0
    bytes: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Mirror:
    """A folder to copy.

    Attributes:
        version: identifies the content of the folder; different content has a different version.
        last: patterns of paths in the folder that are copied after all others, in this order; `*` also matches `/`.
        without: patterns of paths that are never copied.
        index: path in the folder of a JSON file with the list `files`; its copy lists only files that are copied. Empty
            if there is none.
        keeps_gone: whether the bucket keeps a file for one version more after the folder lost it.
    """

    folder: Path
    version: str
    last: Sequence[str] = ()
    without: Sequence[str] = ()
    index: str = ""
    keeps_gone: bool = True

    def is_copied(self, path: str) -> bool:
        """Whether a file of the folder belongs in the bucket: it matches no pattern of `without`."""
        return not any(fnmatch(path, pattern) for pattern in self.without)

    def files(self) -> list[list[Path]]:
        """Return all files that belong in the bucket, in groups that must be copied one after another."""
        groups: list[list[Path]] = [[] for _ in range(len(self.last) + 1)]
        for file in sorted(self.folder.rglob("*")):
            path = str(file.relative_to(self.folder))
            if file.is_file() and self.is_copied(path):
                places = [place for place, pattern in enumerate(self.last, 1) if fnmatch(path, pattern)]
                groups[places[-1] if places else 0].append(file)
        return groups


def mirror(
    what: Mirror, address: Address, ledger: Ledger, progress: Progress = lambda done, total: None
) -> MirrorReport:
    """Copy the new and changed files of a folder to a bucket, and remove copies of files that the folder no longer has.

    With `keeps_gone`, a copy stays until a later version of the folder lacks the file, too.

    Args:
        progress: called with the number of copied files and the total.

    Raises:
        BucketError: the bucket cannot be used. The next call continues after the last recorded file.
    """
    return _Mirroring(what, address, ledger).run(progress)


class _Mirroring:
    def __init__(self, what: Mirror, address: Address, ledger: Ledger) -> None:
        self._what, self._address, self._ledger = what, address, ledger
        self._target = f"{address.identity}/{address.base}"
        self._bucket: ObjectStore = open_bucket(address, may_make=True)
        self._report = MirrorReport()

    def run(self, progress: Progress) -> MirrorReport:
        groups = self._what.files()
        files = [file for group in groups for file in group]
        with ThreadPoolExecutor(2) as threads:
            digests = dict(zip(files, threads.map(file_sha256, files), strict=True))
        before = self._before(groups)
        due = [
            [file for file in group if (known := before.get(self._path(file))) is None or known.digest != digests[file]]
            for group in groups
        ]
        total = sum(map(len, due))
        progress(0, total)
        for group in due:
            for begin in range(0, len(group), _TOGETHER):
                batch = group[begin : begin + _TOGETHER]
                self._note_unknown([self._path(file) for file in batch], before)
                self._in_threads(self._put, batch)
                self._ledger.note_copied(self._target, {self._path(file): Copied(digests[file]) for file in batch})
                self._report.files += len(batch)
                self._report.bytes += sum(file.stat().st_size for file in batch)
                progress(self._report.files, total)
        self._drop({self._path(file) for file in digests}, before)
        return self._report

    def _before(self, groups: Sequence[Sequence[Path]]) -> dict[str, Copied]:
        """Return the files that the ledger lists as copied, by path.

        If the bucket was emptied, delete all entries from the ledger and return an empty dictionary.
        """
        # Only one file is looked up in the bucket: the last file, in the order of copying, whose copy is complete.
        before = self._ledger.copied(self._target)
        known = {path for path, copied in before.items() if copied.digest != _UNKNOWN}
        last = [path for group in groups for file in group if (path := self._path(file)) in known]
        try:
            if last and head(self._bucket, self._address.key(last[-1])) is None:
                self._ledger.note_copied(self._target, {}, before)
                return {}
        except Exception as error:
            raise as_bucket_error(error) from error
        return before

    def _drop(self, present: set[str], before: dict[str, Copied]) -> None:
        """Remove from the bucket the files of `before` that the folder lacks; `present` has the paths in the folder.

        With `keeps_gone`, a file is removed only if an earlier version of the folder already lacked it; a file that is
        missing for the first time is only recorded.
        """
        gone = {path: copied for path, copied in before.items() if path not in present}
        kept = (None, self._what.version) if self._what.keeps_gone else ()
        old = [path for path, copied in gone.items() if copied.gone_in not in kept]
        self._note_unknown(old, before)
        self._in_threads(self._remove, old)
        new = {
            path: Copied(one.digest, self._what.version)
            for path, one in gone.items()
            if one.gone_in is None and path not in old
        }
        back = {path: Copied(one.digest) for path, one in before.items() if path in present and one.gone_in}
        now = self._ledger.copied(self._target)
        self._ledger.note_copied(self._target, new | {p: Copied(now[p].digest) for p in back}, old)
        self._report.removed = len(old)

    def _note_unknown(self, paths: Sequence[str], before: Mapping[str, Copied]) -> None:
        """Record that the content of the files `paths` in the bucket is unknown, before they are copied or removed.

        If the process is killed meanwhile, a later call copies or removes the files again, even if their content did
        not change.
        """
        noted = {path: Copied(_UNKNOWN, before[path].gone_in if path in before else None) for path in paths}
        self._ledger.note_copied(self._target, noted)

    def _put(self, file: Path) -> None:
        import obstore

        options: dict[str, Any] = {}
        if self._address.scheme != "file":
            # Files change without a change of name, so browsers must revalidate them each time.
            options["attributes"] = {"Content-Type": content_type(file.name), "Cache-Control": "no-cache"}
        path = self._path(file)
        content = self._index(file) if path == self._what.index else file
        obstore.put(self._bucket, self._address.key(path), content, **options)

    def _index(self, file: Path) -> bytes:
        listed = json.loads(file.read_bytes())
        listed["files"] = [one for one in listed["files"] if self._what.is_copied(one["path"])]
        return json.dumps(listed, ensure_ascii=False, indent=2).encode() + b"\n"

    def _remove(self, path: str) -> None:
        if head(self._bucket, self._address.key(path)) is not None:
            self._bucket.delete(self._address.key(path))

    def _in_threads(self, act: Callable[[Any], None], values: Sequence[Any]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            try:
                for _ in threads.map(act, values):
                    pass
            except Exception as error:
                threads.shutdown(cancel_futures=True)
                raise as_bucket_error(error) from error

    def _path(self, file: Path) -> str:
        return str(file.relative_to(self._what.folder))


def content_type(name: str) -> str:
    """Return the content type of a file. Static web sites need it, as browsers download files without one."""
    kind = _TYPES.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind == "application/json" else kind
