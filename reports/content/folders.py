"""Under which folder name an app's files stand.

Lives here: the one rule that maps app keys to names that no file system confuses.
Does not belong here: the layout of the site (`site.py`).
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

from pipelines.contract.record.fields import APP_KEY_PATTERN

_KEY = re.compile(APP_KEY_PATTERN, re.ASCII)
# Windows keeps these names for devices, with any extension: NUL.txt is NUL.
_RESERVED = {"con", "prn", "aux", "nul", "conin$", "conout$"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(10)}


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _is_plain(key: str) -> bool:
    """Whether every file system keeps this key as it is: the log's own rule, no reserved name, no dot at the end."""
    return bool(_KEY.fullmatch(key)) and not key.endswith(".") and key.split(".")[0].lower() not in _RESERVED


def app_folders(keys: Iterable[str]) -> dict[str, str]:
    """The folder name of each app key: the key, or the first 16 hex digits of its SHA-256 where that is unsafe.

    Unsafe are keys that differ from another only in case, reserved names, a dot at either end, and a key that
    is spelt like the digest of another (made so on purpose: two apps would share a folder).
    """
    unique = sorted(set(keys))
    twins = Counter(key.casefold() for key in unique)
    folders = {key: key if _is_plain(key) and twins[key.casefold()] == 1 else _digest(key) for key in unique}
    digests = {folder for key, folder in folders.items() if folder != key}
    return {key: _digest(key) if folder == key and key.casefold() in digests else folder
            for key, folder in folders.items()}  # fmt: skip


def app_folder(key: str, all_keys: Iterable[str]) -> str:
    """The folder name of one app among all; see `app_folders`, which is the one to call for many."""
    return app_folders([*all_keys, key])[key]
