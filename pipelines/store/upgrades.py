"""Manifests of older stores, brought to the form of today: one function for each version that was left behind.

Raise `SCHEMA_VERSION` in `store.py` when an older authmeter would misread a new manifest, and add the step from the
version before here. What a step cannot carry over is left out where the parts give it again: a day without an entry is
rolled up anew. Day tables need no step: `ROLLUP_VERSION` makes them anew, but for days whose events are gone by
retention, which a new column must not break.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.common.digests import digest_of_folder

Raw = dict[str, Any]


def upgraded(raw: Raw, warehouse: Path, to: int) -> Raw:
    """The manifest as version `to` writes it; `raw` is of an older one, and changed."""
    for version in range(int(raw.get("schema_version", 1)), to):
        _STEPS[version](raw, warehouse)
    raw["schema_version"] = to
    return raw


def _from_1(raw: Raw, warehouse: Path) -> None:
    """Version 2 knows the retention of events and days; the first stores had no checksum of a day's tables."""
    days = raw.get("days", {})
    for day, entry in list(days.items()):
        if "content" not in entry:
            folder = warehouse / "days" / entry["folder"]
            if folder.is_dir():
                entry["content"] = digest_of_folder(folder)
            else:
                del days[day]


_STEPS: dict[int, Callable[[Raw, Path], None]] = {1: _from_1}
