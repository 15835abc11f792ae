"""Maps app keys to folder names that are safe on every file system."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from pipelines.contract.record.fields import APP_KEY_PATTERN

_KEY = re.compile(APP_KEY_PATTERN, re.ASCII)
# Windows reserves these names for devices, with any extension: NUL.txt is NUL.
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(10)}


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _is_plain(key: str) -> bool:
    """Whether every file system keeps this key unchanged: it matches the key pattern, is not reserved and has no final
    dot.
    """
    return bool(_KEY.fullmatch(key)) and not key.endswith(".") and key.split(".")[0].lower() not in _RESERVED


def app_folders(keys: Iterable[str]) -> dict[str, str]:
    """Return the folder name of each app key: the key, or the first 16 hex digits of its SHA-256 if the key is unsafe.

    A key is unsafe if it breaks the pattern of app keys, differs from another key only in case, is a reserved name, has
    a dot at either end, or equals the folder name of another key.
    """
    unique = sorted(set(keys))
    twins = Counter(key.casefold() for key in unique)
    folders = {key: key if _is_plain(key) and twins[key.casefold()] == 1 else _digest(key) for key in unique}
    digests = {folder for key, folder in folders.items() if folder != key}
    return {key: _digest(key) if folder == key and key.casefold() in digests else folder
            for key, folder in folders.items()}  # fmt: skip


def app_folder(key: str, all_keys: Iterable[str]) -> str:
    """Return the folder name of one app, which can depend on the keys of all; see `app_folders`."""
    return app_folders([*all_keys, key])[key]
