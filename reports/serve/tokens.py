"""Reads and validates the tokens file, finds the entry of a token, and makes tokens.

The file contains SHA-256 digests, so that it does not reveal tokens. A plain digest is enough, because tokens are long
and random. `access.py` defines what an entry may open.
"""

import hashlib
import hmac
import json
import re
import secrets
import stat
import sys
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pipelines.common.errors import UsageError
from pipelines.common.files.rights import require_private
from pipelines.common.files.toml_files import findings, read_toml
from pipelines.contract.record.fields import APP_KEY_PATTERN

EVERY_APP = "*"
_WHY = "It defines which token opens which apps. Until it is correct, no app can be opened."
_TOKEN = re.compile(r"[A-Za-z0-9_-]{20,200}", re.ASCII)


_App = Annotated[str, Field(pattern=rf"^(\*|{APP_KEY_PATTERN})$")]


class TokenEntry(BaseModel):
    """One token, as its digest, and the app keys that it opens; `*` is the whole site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    apps: Annotated[
        tuple[_App, ...], BeforeValidator(lambda apps: [apps] if apps == EVERY_APP else apps), Field(min_length=1)
    ]


class _Content(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    token: tuple[TokenEntry, ...] = ()


class TokensFile:
    """A tokens file. It is read again when it has changed, so that tokens can be withdrawn."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._read: tuple[object, tuple[TokenEntry, ...]] = (None, ())

    def entries(self) -> tuple[TokenEntry, ...]:
        """Return every entry of the file.

        Raises:
            UsageError: the file is missing, readable by others, not TOML, or has unknown or invalid content.
        """
        try:
            status = self.file.stat()
            mark = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            if mark != self._read[0]:
                self._read = (mark, self._parse(status.st_mode))
        except OSError as error:
            raise self._refusal(f"cannot be read: {error.strerror}", "Name an existing file with --tokens.") from None
        return self._read[1]

    def find(self, token: str) -> TokenEntry | None:
        """Return the entry of a token, or None if the token is malformed or has no entry.

        The time taken does not depend on which entry matches.

        Raises:
            UsageError: see `entries`.
        """
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
        same = [entry for entry in self.entries() if hmac.compare_digest(entry.sha256, digest)]
        return same[0] if same and _TOKEN.fullmatch(token) else None

    def _parse(self, mode: int) -> tuple[TokenEntry, ...]:
        if not stat.S_ISREG(mode):
            raise self._refusal("is not a file", "Name a file with --tokens.")
        require_private(self.file, "The tokens file", _WHY)
        try:
            entries = _Content.model_validate(read_toml(self.file)).token
        except ValidationError as error:
            found = findings(error, {"sha256": "64 hex digits", "apps": "an app key, or *"})
            raise self._refusal(
                f"has a fault: {found}", "Correct or remove it. Each [[token]] has `sha256` and `apps`."
            ) from None
        except ValueError as error:
            raise self._refusal(f"is not valid TOML: {error}", "Correct that line.") from None
        if len({entry.sha256 for entry in entries}) < len(entries):
            raise self._refusal("contains one token twice", "Keep one entry with all of its apps.")
        return entries

    def _refusal(self, what: str, do: str) -> UsageError:
        return UsageError(f"The tokens file {what}.", where=str(self.file), why=_WHY, do=do)


def print_new_token(apps: list[str]) -> None:
    """Make a random token (`authmeter serve --new-token`): print its entry for the tokens file, and the token to
    stderr.

    Raises:
        UsageError: an app key is invalid.
    """
    token = secrets.token_hex(32)
    try:
        entry = TokenEntry(sha256=hashlib.sha256(token.encode()).hexdigest(), apps=tuple(apps))
    except ValidationError:
        raise UsageError(
            f"These are not all app keys: {', '.join(apps)}.",
            where="--new-token",
            do="Give the app key as the logs write it, or '*' for the whole site.",
        ) from None
    print(f"The token for its holder, shown only once: {token}", file=sys.stderr)
    print(f'[[token]]\nsha256 = "{entry.sha256}"\napps = {json.dumps(entry.apps)}')
