"""Selects the days and files that checks examine: the days that were closed last, and the files that were read by the
run that closed them or by a later run.

The selection depends only on the manifest, so that a run with nothing new selects the same.
"""

from datetime import date, timedelta

from pipelines.store.manifest import FileEntry, Manifest

# After a long gap, only the last days are examined.
EXAMINED_DAYS = 7


def closed_days(manifest: Manifest, as_of: date) -> list[date]:
    """Return the days after `closed_before` up to `as_of`, at most the last seven.

    If there are none, or `closed_before` is not set, return only `as_of`.
    """
    before = manifest.closed_before
    first = max(before + timedelta(days=1), as_of - timedelta(days=EXAMINED_DAYS - 1)) if before else as_of
    return [first + timedelta(days=n) for n in range((as_of - first).days + 1)] if first <= as_of else [as_of]


def files_since_closing(manifest: Manifest) -> list[FileEntry]:
    """Return the files that count and that were read by the run that closed the newest day, or by a later run. Return
    all files that count if `closed_before` is not set.
    """
    before = manifest.closed_before
    return [
        entry
        for entry in manifest.live_files()
        # A run for an older day has an older `run_day`: then only `closed_through` shows that the file was read since.
        if before is None or (entry.run_day and entry.run_day > before)
        or (entry.closed_through and entry.closed_through >= before)
    ]  # fmt: skip
