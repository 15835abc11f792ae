"""Upgrades of older stores to the current form: one function for each earlier version that needs one."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pipelines.common.digests import digest_of_folder
from pipelines.common.files import durable
from pipelines.store.catalogue import require_known_version, unreadable
from pipelines.store.manifest import SCHEMA_VERSION, Manifest

Raw = dict[str, Any]
_LAST_WITH_JSON = 2
# Versions 1 and 2 had no catalogue: their manifest was `manifest.json`, rewritten with each commit. The first commit of
# a newer authmeter creates the catalogue and replaces that file by a *signpost*: a JSON file of the same name with the
# version of the store, which makes an older authmeter refuse the store, and the name of the catalogue.
_SIGNPOST = "catalogue"


class OlderStore:
    """The `manifest.json` of a warehouse folder: the manifest of an older store, or the signpost of a current store."""

    def __init__(self, warehouse: Path) -> None:
        self._warehouse, self._file = warehouse, warehouse / "manifest.json"

    def is_older_store(self) -> bool:
        """Return whether the store is an older one, whose manifest is still in `manifest.json`.

        Raises:
            AuthmeterError: `manifest.json` cannot be read, or was written by a newer version of authmeter.
        """
        raw = self._raw()
        return raw is not None and _SIGNPOST not in raw

    def has_signpost(self) -> bool:
        """Return whether `manifest.json` is the signpost, the file of a current store that names its catalogue. Raises
        the errors of `is_older_store`.
        """
        return _SIGNPOST in (self._raw() or {})

    def manifest(self) -> Manifest | None:
        """Return the manifest of an older store, or None for a current store. Raises the errors of `is_older_store`."""
        raw = self._raw()
        if raw is None or _SIGNPOST in raw:
            return None
        try:
            for version in range(int(raw.get("schema_version", 1)), _LAST_WITH_JSON):
                _STEPS[version](raw, self._warehouse)
            return TypeAdapter(Manifest).validate_python(raw)
        except (ValidationError, KeyError) as error:
            found = error.errors()[0]["msg"] if isinstance(error, ValidationError) else f"it lacks {error}"
            raise unreadable(self._file, found) from None

    def write_signpost(self, catalogue: Path) -> None:
        """Replace the JSON file by the signpost. From then on, the catalogue is the valid manifest."""
        signpost = {"schema_version": SCHEMA_VERSION, _SIGNPOST: catalogue.name}
        durable.write_file(self._file, json.dumps(signpost).encode())

    def _raw(self) -> Raw | None:
        try:
            raw: Raw = json.loads(self._file.read_bytes())
            version = int(raw.get("schema_version", 1))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, AttributeError) as error:
            raise unreadable(self._file, str(error)) from None
        require_known_version(version, self._file)
        return raw


def _from_1(raw: Raw, warehouse: Path) -> None:
    """Add a checksum, which later versions require, to each day without one; remove days whose tables are missing."""
    days = raw.get("days", {})
    for day, entry in list(days.items()):
        if "content" not in entry:
            folder = warehouse / "days" / entry["folder"]
            if folder.is_dir():
                entry["content"] = digest_of_folder(folder)
            else:
                del days[day]


# If an older authmeter would misread a new store, raise `SCHEMA_VERSION` in `manifest.py`, and add here the step from
# the version before. A step may leave out entries that can be computed from the parts: a day without an entry is rolled
# up again. Day tables need no step: new code changes the fingerprint of a day (`rollup/counting_code.py`), and the day
# is rolled up again. New columns must be optional for days whose events retention deleted, as these keep their tables.
_STEPS: dict[int, Callable[[Raw, Path], None]] = {1: _from_1}
