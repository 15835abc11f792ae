"""Converts a store into the format of version 2."""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter

from pipelines.store.manifest import DayRows, Manifest
from pipelines.store.store import Store


def make_older(store: Store) -> dict[str, Any]:
    """Replace the catalogue by a manifest of version 2, and return the JSON of the manifest."""
    manifest = store.read_manifest()
    raw = TypeAdapter(Manifest).dump_python(manifest, mode="json", exclude={"origin"})
    for entry in raw["files"]:
        entry["days"] = {day: DayRows(*rows)._asdict() for day, rows in entry["days"].items()}
        # Version 2 had one file in a part, and no place in it. That of others stays, as their parts do.
        if not entry["place"]:
            del entry["place"]
    raw = {"schema_version": 2, **raw}
    store.catalogue.file.unlink()
    write_older(store, raw)
    return raw


def write_older(store: Store, raw: dict[str, Any]) -> None:
    """Write `raw` as the manifest file of an older version."""
    (store.warehouse / "manifest.json").write_text(json.dumps(raw, indent=1), "utf-8")
