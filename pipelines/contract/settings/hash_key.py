"""The key of the hashes: reads or creates it, and checks that it is the key of the stored hashes."""

import hmac
import os
import secrets
from pathlib import Path
from uuid import UUID

from pipelines.common.errors import UsageError
from pipelines.common.files import durable
from pipelines.common.files.rights import owner_of, require_private


def hash_key(data: Path, may_make: bool = True) -> tuple[str, str | None]:
    """Return the key of the hashes, and a notice if it was created just now.

    The key is read from `AUTHMETER_HASH_KEY`, else from the file that `AUTHMETER_HASH_KEY_FILE` names, else from
    `<data>/hash.key`. Only this last file is created if it is missing: with a random key, readable by its owner only.

    Args:
        may_make: whether a missing key is created. Must be false for a folder with stored hashes, which a new key would
            not match.

    Raises:
        UsageError: the key is missing or shorter than 16 characters, or the key's file cannot be read, or can be read
            by others.
    """
    where, notice = "AUTHMETER_HASH_KEY", None
    key = os.environ.get("AUTHMETER_HASH_KEY", "")
    if not key:
        named = os.environ.get("AUTHMETER_HASH_KEY_FILE")
        file = Path(named) if named else data / "hash.key"
        where = str(file)
        if not named and not file.exists() and not may_make:
            raise UsageError(
                "The hash key is missing.",
                where=where,
                why="Stored devices and phones were hashed with it; with another key the same device would count "
                "twice.",
                do="Restore the key, or give it in AUTHMETER_HASH_KEY or in the file named by AUTHMETER_HASH_KEY_FILE.",
            )
        if not named and not file.exists():
            data.mkdir(parents=True, exist_ok=True)
            durable.write_once(file, f"{secrets.token_hex(32)}\n".encode())
            notice = (
                f"No hash key was given, so a random one was written to {file}. Keep it: with another key devices "
                "count twice."
            )
        try:
            require_private(
                file, "The hash key", "Anyone with this key and a list of phone numbers can undo the hashes.",
                " If someone may have read it, start a new data folder with a new key.",
            )  # fmt: skip
            key = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            fault = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            whose = f" It belongs to {owner_of(file)}." if isinstance(error, PermissionError) else ""
            raise UsageError(
                f"The hash key cannot be read: {fault}.{whose}",
                where=where,
                why="Phones and devices are stored as keyed hashes only.",
                do="Make the file readable only for the user that runs authmeter, or set AUTHMETER_HASH_KEY.",
            ) from None
    if len(key) < 16:
        raise UsageError(
            "The hash key is shorter than 16 characters.",
            where=where,
            why="A short key can be guessed, and phone numbers with it.",
            do="Use a long random key, such as 64 hex digits.",
        )
    return key, notice


def key_fingerprint(key: str) -> str:
    """Return a fingerprint to store, by which a key is recognized."""
    return str(UUID(bytes=hmac.digest(key.encode(), b"authmeter", "sha256")[:16]))


def require_same_key(stored: str | None, key: str, data: Path) -> None:
    """Refuse a key that differs from the key of the stored hashes. `stored` is the fingerprint of that key, None if no
    hash is stored.

    Raises:
        UsageError: the keys differ.
    """
    if stored not in (None, key_fingerprint(key)):
        raise UsageError(
            "The hash key differs from the key that this data folder was created with.",
            where=str(data),
            why="The same device would have two hashes and count twice.",
            do="Give the original key (AUTHMETER_HASH_KEY, AUTHMETER_HASH_KEY_FILE or <data>/hash.key).",
        )
