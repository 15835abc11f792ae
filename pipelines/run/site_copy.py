"""Copies the site and its tables to buckets after a run, also after a run that made nothing new."""

import sqlite3
from typing import Final

from pipelines.buckets.address import address_of
from pipelines.buckets.failures import BucketError
from pipelines.buckets.ledger import finding_on, open_ledger
from pipelines.buckets.mirror import Mirror, MirrorReport, Progress, mirror
from pipelines.buckets.notes import copied_version, note_copied_version, note_findings
from pipelines.buckets.own_folders import require_foreign
from pipelines.common.text import Bilingual
from pipelines.contract.settings.bucket_settings import PublishSettings
from pipelines.store.store import Store

# Copied last, in this order: the days and the version that pages compare with the data that they load; the figures and
# lists of all apps; pages after the files that they load; the front page; the manifest, which marks a complete copy.
SITE_LAST: Final = ("assets/site.js", "data/*", "*.html", "index.html", "manifest.json")
# Tables are copied to a bucket of their own (`tables_url`). Tables of rejected records and of single phones and devices
# are not copied at all.
NEVER_COPIED: Final = ("tables/*", "rejected_records*", "repeat_top*", "data/rejected_records*", "data/repeat_top*")
"""Patterns of paths of the site that are never copied to its bucket."""
# The table with the as-of comes last: it marks a complete copy.
TABLES_LAST: Final = ("publication/*",)
TABLES_NEVER_COPIED: Final = ("rejected_records/*", "repeat_top/*")
"""Patterns of paths under `tables/` that are never copied to the bucket of tables."""
_DAMAGED = Bilingual(
    "warehouse/buckets.sqlite 已损坏：删除它，下次运行会重新复制全部文件",
    "warehouse/buckets.sqlite is damaged: remove it, and the next run copies all files again",
)


def copy_site(store: Store, publish: PublishSettings, progress: Progress) -> MirrorReport | None:
    """Copy the site and the tables to the buckets of the settings; return None if nothing was copied.

    A bucket that has this publication is skipped. If one of the two copies fails, the other is still made, and the
    failure is stored as a finding for `status`.

    Raises:
        AuthmeterError: the ledger cannot be written, because the disk is full or rights are missing.
    """
    found: dict[str, Bilingual] = {}
    reports = []
    site = store.site.resolve()
    for url, what in (
        (publish.url, Mirror(site, site.name, SITE_LAST, NEVER_COPIED, SITE_LAST[-1])),
        # Readers of a table read all of its files: the file of a removed month would add rows that are not published.
        (publish.tables_url, Mirror(site / "tables", site.name, TABLES_LAST, TABLES_NEVER_COPIED, keeps_gone=False)),
    ):
        try:
            if url and what.folder.is_dir() and (report := _copy(store, publish, url, what, progress)):
                reports.append(report)
        except BucketError as error:
            found[url] = error.words
        except sqlite3.DatabaseError as error:
            found[url] = finding_on(error, store, _DAMAGED)
    note_findings(store, "publish", found)
    if not reports:
        return None
    return MirrorReport(*(sum(getattr(one, name) for one in reports) for name in ("files", "bytes", "removed")))


def _copy(store: Store, publish: PublishSettings, url: str, what: Mirror, progress: Progress) -> MirrorReport | None:
    """Copy the folder `what` to the bucket `url`; return None if the bucket already has this version of the folder."""
    address = address_of(publish, url)
    require_foreign(address, store)
    target = f"{address.identity}/{address.base}"
    if copied_version(store, target) == what.version:
        return None
    with open_ledger(store) as ledger:
        report = mirror(what, address, ledger, progress)
    note_copied_version(store, target, what.version)
    return report
