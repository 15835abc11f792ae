"""The key of the hashes: where it comes from, that it is made once, and how it is known again."""

import hmac
import os
import secrets
from pathlib import Path
from uuid import UUID

from pipelines.common import durable
from pipelines.common.errors import UsageError
from pipelines.common.rights import keep_private, owner_of


def hash_key(data: Path, may_make: bool = True) -> tuple[str, str | None]:
    """The key of the hashes, and a notice where it was made just now.

    From `AUTHMETER_HASH_KEY`, else the file that `AUTHMETER_HASH_KEY_FILE` names, else `<data>/hash.key`, which
    is made once, at random, readable by its owner alone.

    Args:
        may_make: whether the folder has no key yet; where it has, a new one would be a wrong one.

    Raises:
        UsageError: there is no key, its file cannot be read, or can be by others, or it is shorter than 16 characters.
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
                why="What is stored was hashed with it; with another key the same device would count twice.",
                do="Put the key back, or give it in AUTHMETER_HASH_KEY or a file that AUTHMETER_HASH_KEY_FILE names.",
            )
        if not named and not file.exists():
            data.mkdir(parents=True, exist_ok=True)
            durable.write_once(file, f"{secrets.token_hex(32)}\n".encode())
            notice = (
                f"No hash key was given: a random one was made in {file}. Keep it: another key counts devices twice."
            )
        try:
            keep_private(
                file, "The hash key", "With it and a list of numbers, anyone can find the numbers behind the hashes.",
                " If somebody may have read it, start a new data folder with a new key.",
            )  # fmt: skip
            key = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            whose = f" It belongs to {owner_of(file)}." if isinstance(error, PermissionError) else ""
            raise UsageError(
                f"The hash key cannot be read: {error}.{whose}",
                where=where,
                why="Phones and devices are stored as keyed hashes only.",
                do="Make the file readable for the user who runs authmeter alone, or set AUTHMETER_HASH_KEY.",
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
    """What is stored of a key, to know it again."""
    return str(UUID(bytes=hmac.digest(key.encode(), b"authmeter", "sha256")[:16]))


def require_same_key(stored: str | None, key: str, data: Path) -> None:
    """Refuse another key than the one of the stored hashes, by its fingerprint; None: nothing is stored.

    Raises:
        UsageError: the keys differ.
    """
    if stored not in (None, key_fingerprint(key)):
        raise UsageError(
            "The hash key is not the one that this data folder was made with.",
            where=str(data),
            why="The same device would have two hashes and count twice.",
            do="Give the first key again (AUTHMETER_HASH_KEY, AUTHMETER_HASH_KEY_FILE or <data>/hash.key).",
        )
