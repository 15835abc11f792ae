"""The templates of the pages, compiled once in a process of tests: of rendering a small site that is half the time."""

from __future__ import annotations

from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from reports.pages import rendering

_Environment = rendering._Environment


class _Compiled(BytecodeCache):
    """By their names and sources: a template that is changed is compiled again."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if kept := self._kept.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class _Keeping(_Environment):
    def __init__(self, **options: Any) -> None:
        super().__init__(bytecode_cache=_COMPILED, **options)


def keep_templates() -> None:
    """From now on this process compiles no template twice."""
    rendering._Environment = _Keeping  # type: ignore[misc]
