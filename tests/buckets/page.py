"""Writes `docs/buckets-tried.md`, the list of cases that tests try with each kind of bucket: `python -m
tests.buckets.page`.
"""

from __future__ import annotations

from pipelines.common.project import PROJECT
from tests.buckets import test_fetch, test_kinds, test_names
from tests.buckets.tried import KINDS, NOT_APPLICABLE, ROWS, SFTP, TRIED

PAGE = PROJECT / "docs" / "buckets-tried.md"
TESTS = (test_fetch, test_kinds, test_names)
"""The modules whose tests declare what they try."""
_HEAD = """\
<!-- Written by `python -m tests.buckets.page`. Do not edit: run that. -->

# Tests of each kind of bucket

This table shows what the tests try when a run [fetches logs from a bucket](operator.md#logs-in-a-bucket), by the kind
of its address. Each *tried* is a test in `tests/buckets`.

- `s3://` is tried against two servers, `rclone serve s3` and Moto's, and not against AWS.
- `oss://` is tried against the same servers with the variables of OSS, and not against OSS itself.
- `gs://` and `az://` are untried: run `authmeter fetch` with a few objects first, and compare the files in `landing/`.
- `sftp://` is refused by the [settings](settings.md#fetch): mount the folder and name it with `file://`.

"""


def page() -> str:
    lines = [["what", *KINDS], ["---"] * (len(KINDS) + 1)]
    lines += [[what, *(_cell(what, kind) for kind in KINDS)] for what in ROWS]
    return _HEAD + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(what: str, kind: str) -> str:
    if kind == SFTP:
        return "refused"
    return "tried" if (what, kind) in TRIED else NOT_APPLICABLE.get((what, kind), "untried")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
