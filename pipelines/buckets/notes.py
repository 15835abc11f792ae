"""Stores in `warehouse/buckets.json` the findings on buckets, for `status`, and the version of each folder that was
copied, for the next run.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal

from pipelines.common.files import durable
from pipelines.common.text import Bilingual
from pipelines.store.store import Store

Kind = Literal["fetch", "publish"]
_COPIED = "copied"


def note_findings(store: Store, kind: Kind, findings: Mapping[str, Bilingual]) -> None:
    """Replace the stored findings of fetching or publishing, by address."""
    _note(store, kind, {url: words.pair for url, words in sorted(findings.items())})


def findings_of(store: Store, kind: Kind) -> dict[str, Bilingual]:
    """Return the stored findings of fetching or publishing, by address; empty if there are none."""
    return {url: Bilingual(*words) for url, words in _noted(store).get(kind, {}).items()}


def note_copied_version(store: Store, target: str, version: str) -> None:
    """Store the version of a folder that was completely copied to a bucket."""
    _note(store, _COPIED, {**_noted(store).get(_COPIED, {}), target: version})


def copied_version(store: Store, target: str) -> str | None:
    """Return the version of the folder that was last copied completely to a bucket; None if no copy was completed."""
    version = _noted(store).get(_COPIED, {}).get(target)
    return str(version) if version else None


def _note(store: Store, name: str, value: Mapping[str, Any]) -> None:
    noted = _noted(store)
    changed = {**noted, name: dict(value)}
    if not value:
        changed.pop(name)
    if changed != noted:
        durable.make_folder(store.warehouse)
        durable.write_file(
            store.warehouse / "buckets.json", json.dumps(changed, ensure_ascii=False, indent=1, sort_keys=True).encode()
        )


def _noted(store: Store) -> dict[str, Any]:
    with suppress(OSError, ValueError):
        return dict(json.loads((store.warehouse / "buckets.json").read_bytes()))
    return {}
