"""The copy of the site in a bucket: brought up to date after a run, also of one that made nothing new."""

import sqlite3
from typing import Final

from pipelines.buckets.address import address_of
from pipelines.buckets.failures import BucketError
from pipelines.buckets.ledger import open_ledger
from pipelines.buckets.mirror import Mirror, MirrorReport, Progress, mirror
from pipelines.buckets.notes import copied_version, note_copied_version, note_findings
from pipelines.common.text import Bilingual
from pipelines.contract.settings.bucket_settings import PublishSettings
from pipelines.store.store import Store

# Pages come after what they load, the front page after those that it leads to; the manifest says that all is there.
_LAST: Final = ("*.html", "index.html", "manifest.json")
# Tables go where their own setting says. Those of rejected records and of single phones and devices go nowhere.
NEVER_COPIED: Final = ("tables/*", "*rejected_records*", "*repeat_top*")
"""Patterns of paths of the site that are never copied."""
_DAMAGED = Bilingual(
    "warehouse/buckets.sqlite 已损坏：删除它，下次运行会重新复制全部文件",
    "warehouse/buckets.sqlite is damaged: remove it, and the next run copies all files again",
)


def copy_site(store: Store, publish: PublishSettings, progress: Progress) -> MirrorReport | None:
    """Copies the site to the bucket of the settings; None where none is set, or the bucket has this site.

    What goes wrong is noted for `status`, and the next run goes on from there.
    """
    if not publish.url:
        note_findings(store, "publish", {})
        return None
    if not store.site.is_dir():
        return None
    folder, address = store.site.resolve(), address_of(publish, publish.url)
    target = f"{address.identity}/{address.base}"
    if copied_version(store, target) == folder.name:
        return None
    found: dict[str, Bilingual] = {}
    report = None
    try:
        with open_ledger(store) as ledger:
            report = mirror(Mirror(folder, folder.name, _LAST, NEVER_COPIED), address, ledger, progress)
        note_copied_version(store, target, folder.name)
    except BucketError as error:
        found[publish.url] = error.words
    except sqlite3.DatabaseError:
        found[publish.url] = _DAMAGED
    note_findings(store, "publish", found)
    return report
