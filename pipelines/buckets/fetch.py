"""Downloads new objects from the buckets of the settings into landing, before a run reads landing.

An object is identified by bucket, key, size and ETag (if the server sends no ETag, by the time of writing). It is
downloaded only once, even if its file was removed since. Errors of a bucket become findings and never fail a run.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from pipelines.buckets import fetch_words
from pipelines.buckets.address import address_of
from pipelines.buckets.download import download, unfinished_name
from pipelines.buckets.failures import BucketError
from pipelines.buckets.ledger import Ledger, finding_on, open_ledger
from pipelines.buckets.listing import Listed, list_objects
from pipelines.buckets.names import is_ignored_name
from pipelines.buckets.notes import note_findings
from pipelines.buckets.opening import open_bucket
from pipelines.buckets.own_folders import require_foreign
from pipelines.buckets.placing import Placer
from pipelines.common.files import durable
from pipelines.common.text import SEMICOLON, Bilingual, counted
from pipelines.contract.settings.bucket_settings import FetchSettings
from pipelines.store.store import Store

if TYPE_CHECKING:
    from obstore.store import ObjectStore

_AT_ONCE = 8
# A batch of downloads is moved into landing and recorded when it has this many objects or bytes.
_TOGETHER, _TOGETHER_BYTES = 512, 256 << 20
# The most downloads that are started before the first of them is moved into landing.
_AHEAD = 256
_PAGE = 1000
_GB = 10**9
# The downloaded version of an object with its file (None for a folder marker); or the reason why it was not downloaded;
# or None if the fetch ended before it.
Outcome = tuple[Listed, Path | None] | BucketError | None
Progress = Callable[[int, int], None]


@dataclass
class FetchReport:
    """The result of a fetch: numbers of buckets, of downloaded objects, and of their bytes.

    Attributes:
        waiting: the number of objects that are left for the next run because of `max_gb`.
        ignored: the number of objects with names that landing ignores.
        findings: a text for each bucket with errors or with objects that were not downloaded, by the bucket's address.
    """

    buckets: int = 0
    objects: int = 0
    bytes: int = 0
    waiting: int = 0
    ignored: int = 0
    findings: dict[str, Bilingual] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The result in words; empty if nothing was downloaded and there is no finding."""
        if self.objects:
            return f"{counted(self.objects, 'object')}, {self.bytes / 10**6:,.1f} MB"
        return "no object fetched" if self.findings else ""


def fetch(
    store: Store, fetches: Sequence[FetchSettings], now: datetime, progress: Progress = lambda done, total: None
) -> FetchReport:
    """Download the new objects of all buckets. The caller must hold the lock of the data folder.

    Args:
        progress: called with the bytes downloaded and the total bytes.

    Raises:
        OSError: landing cannot be written.
        AuthmeterError: the ledger cannot be written, because the disk is full or rights are missing.
    """
    report = FetchReport(buckets=len(fetches))
    found: dict[str, list[Bilingual]] = {}
    try:
        with open_ledger(store) as ledger:
            buckets = [_Fetch(store, ledger, one, report, found.setdefault(one.url, [])) for one in fetches]
            due = [one for one in buckets if one.list_due(now)]
            total = sum(one.bytes for one in due)
            progress(0, total)
            for one in due:
                one.download_due(lambda: progress(report.bytes, total))
    except sqlite3.DatabaseError as error:
        found = {one.url: [finding_on(error, store, fetch_words.DAMAGED)] for one in fetches}
    report.findings = {url: SEMICOLON.join(words) for url, words in found.items() if words}
    note_findings(store, "fetch", report.findings)
    return report


class _Fetch:
    """One `[[fetch]]` of the settings: `list_due` lists its bucket, `download_due` downloads the objects."""

    def __init__(
        self, store: Store, ledger: Ledger, settings: FetchSettings, report: FetchReport, found: list[Bilingual]
    ) -> None:
        self._store, self._ledger, self._settings = store, ledger, settings
        self._report, self._found = report, found
        self._address = address_of(settings, settings.url)
        self._placer = Placer(store.landing, settings.into, self._address, ledger)
        self._bucket: ObjectStore
        self._due: list[Listed] = []
        self._is_unavailable, self._failed_in_a_row = Event(), 0

    @property
    def bytes(self) -> int:
        """The total size of the objects to download in this run."""
        return sum(one.size for one in self._due)

    def list_due(self, now: datetime) -> bool:
        """List the bucket and return whether there are objects to download."""
        try:
            require_foreign(self._address, self._store)
            self._placer.require_folder()
            self._bucket = open_bucket(self._address)
            days = self._settings.since_days
            since = now - timedelta(days=days) if days else None
            waiting = self._ledger.waiting(self._address.identity, self._settings.into)
            listing = list_objects(self._bucket, self._address, self._settings.prefix, since, waiting)
        except BucketError as error:
            self._found.append(error.words)
            return False
        if listing.refused:
            self._found.append(fetch_words.refused([self._address.name(key) for key in listing.refused]))
        if named := [name for name in map(self._address.name, listing.omitted) if not is_ignored_name(name)]:
            self._found.append(fetch_words.omitted(named))
        new = [*self._new(listing.objects)]
        self._due = self._bounded(new)
        if since:
            # A later run fetches the objects that wait, or whose download fails, even if they are older than
            # `since_days` by then.
            self._ledger.note_waiting(self._address.identity, self._settings.into, (one.key for one in new))
        self._placer.clear_unfinished({unfinished_name(one) for one in self._due})
        return bool(self._due)

    def _new(self, objects: list[Listed]) -> Iterator[Listed]:
        for begin in range(0, len(objects), _PAGE):
            page = objects[begin : begin + _PAGE]
            known = self._ledger.fetched(self._address.identity, (one.key for one in page))
            for one in page:
                before = known.get(one.key)
                if is_ignored_name(self._address.name(one.key)):
                    self._report.ignored += 1
                elif before is None or (before.size, before.version) != (one.size, one.version):
                    yield one

    def _bounded(self, new: list[Listed]) -> list[Listed]:
        """Sort the objects by age, and return the oldest ones up to `max_gb`, but at least one."""
        new.sort(key=lambda one: (one.written_at, one.key))
        size = 0
        for place, one in enumerate(new):
            size += one.size
            if size > self._settings.max_gb * _GB and place:
                waiting = new[place:]
                self._report.waiting += len(waiting)
                gone = sum(one.size for one in waiting)
                self._found.append(fetch_words.bounded(self._settings.max_gb, len(waiting), gone))
                return new[:place]
        return new

    def download_due(self, progress: Callable[[], None]) -> None:
        """Download the listed objects. Ends early if several in a row fail because the bucket is not available."""
        # Another [[fetch]] of the same bucket may have downloaded some objects meanwhile.
        self._due = [*self._new(self._due)]
        durable.make_folder(self._placer.unfinished)
        failed: dict[Bilingual, list[str]] = {}
        unavailable: list[tuple[Listed, BucketError]] = []
        done = 0
        for outcomes in _together(self._outcomes()):
            whole = [outcome for _, outcome in outcomes if isinstance(outcome, tuple)]
            self._placer.place(whole)
            done += len(whole)
            self._report.objects += len(whole)
            self._report.bytes += sum(one.size for one, _ in whole)
            progress()
            for one, outcome in outcomes:
                if isinstance(outcome, BucketError) and outcome.is_unavailable:
                    unavailable.append((one, outcome))
                elif isinstance(outcome, BucketError):
                    failed.setdefault(outcome.words, []).append(self._address.name(one.key))
        if self._is_unavailable.is_set():
            self._found.append(fetch_words.ended(done, len(self._due), unavailable[0][1].words))
        else:
            for one, error in unavailable:
                failed.setdefault(error.words, []).append(self._address.name(one.key))
        self._found += (fetch_words.not_fetched(names, why) for why, names in failed.items())
        self._placer.clear_unfinished({unfinished_name(one) for one in self._due})

    def _outcomes(self) -> Iterator[tuple[Listed, Outcome]]:
        """Yield each object to download with its outcome, in order, while the next ones are downloaded. The outcome is
        the downloaded version with its file, an error, or None if the download was skipped because the bucket became
        unavailable.
        """
        ahead = deque[tuple[Listed, Future[Outcome]]]()
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            try:
                for one in self._due:
                    ahead.append((one, threads.submit(self._one, one)))
                    if len(ahead) == _AHEAD:
                        first, outcome = ahead.popleft()
                        yield first, outcome.result()
                for one, outcome in ahead:
                    yield one, outcome.result()
            finally:
                # On a full disk or Ctrl+C, waiting downloads are cancelled.
                threads.shutdown(wait=False, cancel_futures=True)

    def _one(self, wanted: Listed) -> Outcome:
        if self._is_unavailable.is_set():
            return None
        try:
            downloaded = download(self._bucket, wanted, self._placer.unfinished)
        except BucketError as error:
            if error.is_unavailable:
                # A single object can have a fault or permissions of its own, which must not stop the others.
                self._failed_in_a_row += 1
                if self._failed_in_a_row > _AT_ONCE:
                    self._is_unavailable.set()
            return error
        self._failed_in_a_row = 0
        if downloaded:
            return downloaded
        return BucketError(fetch_words.NOT_THERE) if wanted.size else (wanted, None)


def _together(outcomes: Iterable[tuple[Listed, Outcome]]) -> Iterator[list[tuple[Listed, Outcome]]]:
    """Group outcomes into batches that are moved into landing and recorded together."""
    batch: list[tuple[Listed, Outcome]] = []
    size = 0
    for one, outcome in outcomes:
        batch.append((one, outcome))
        size += one.size
        if len(batch) == _TOGETHER or size >= _TOGETHER_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
