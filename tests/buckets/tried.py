"""Declares which test tries which case with which kind of bucket address. `page.py` writes the declarations into the
docs.

`on_each` and `on_s3_and_oss` also run the test with each declared kind.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Final

import pytest

RCLONE, MOTO, OSS, FILE, GS, AZ, SFTP = (
    "`s3://`, rclone", "`s3://`, Moto", "`oss://`", "`file://`", "`gs://`", "`az://`", "`sftp://`"
)  # fmt: skip
KINDS: Final = (RCLONE, MOTO, OSS, FILE, GS, AZ, SFTP)
PAGES = "a list of more than one page"
REPLACED = "an object that was replaced comes again, others do not"
CHANGING = "an object that changes while it is read"
CUT = "an object that is cut off"
RESUMED = "a large object continues where it was cut off"
DYING = "a server that dies during the fetch"
WRONG_KEY = "a wrong key"
PACKED = "gzip, Zstandard, zip and tar from the bucket to the counts"
UPLOADS = "an object with `Content-Encoding`, and one that was uploaded in parts"
NAMES = "names that cannot be file names"
ROWS: Final = (PAGES, REPLACED, CHANGING, CUT, RESUMED, DYING, WRONG_KEY, PACKED, UPLOADS, NAMES)
NOT_APPLICABLE: Final = {
    (WRONG_KEY, FILE): "has no key",
    (RESUMED, RCLONE): "gives no ranges",
    (UPLOADS, FILE): "has neither",
}
TRIED: dict[tuple[str, str], list[str]] = {}
"""The tests by case and kind of address."""
# A test of a kind has one of these words in its source.
_USES = {RCLONE: ("rclone", "relay"), MOTO: ("moto",), OSS: ("oss://",), FILE: ("file://",)}
Test = Callable[..., None]


def tries(what: str, *kinds: str) -> Callable[[Test], Test]:
    """Declare that a test tries the case `what` with these kinds of addresses.

    The source of the test must contain a word of each kind, such as `moto`.
    """

    def declare(test: Test) -> Test:
        source = inspect.getsource(test)
        for kind in kinds:
            assert any(word in source for word in _USES[kind]), (test.__name__, kind)
            _declare(what, kind, test)
        return test

    return declare


def on_each(what: str, *kinds: str) -> Callable[[Test], Any]:
    """Run a test with the fixture `place` for each kind of address, and declare that it tries the case `what`."""

    def declare(test: Test) -> Any:
        for kind in kinds:
            _declare(what, kind, test)
        return pytest.mark.parametrize("place", kinds, indirect=True)(test)

    return declare


def on_s3_and_oss(what: str, server: str) -> Callable[[Test], Any]:
    """Run a test with the fixture `scheme` for `s3` and `oss`, and declare that it tries `what` with `server` and
    `oss://`.
    """

    def declare(test: Test) -> Any:
        for kind in (server, OSS):
            _declare(what, kind, test)
        return pytest.mark.parametrize("scheme", ["s3", "oss"], indirect=True)(test)

    return declare


def _declare(what: str, kind: str, test: Test) -> None:
    assert what in ROWS
    TRIED.setdefault((what, kind), []).append(f"{test.__module__}.{test.__name__}")
