"""Caches compiled templates next to Python's compiled modules: compiling takes most of the time of a small site."""

import sys
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

_HERE = Path(__file__).parent


class CompiledTemplates(FileSystemBytecodeCache):
    """A cache that source, words and filters invalidate. If its folder cannot be written, nothing is cached."""

    def __init__(self, folder: Path = _HERE / "__pycache__") -> None:
        super().__init__(str(folder), f"%s.{sys.implementation.cache_tag}.template")

    def get_source_checksum(self, source: str) -> str:
        """Return a checksum of the source and of all that is compiled into it."""
        return super().get_source_checksum(source) + compiled_inputs_checksum(_HERE.parent)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store a compiled template (`bucket` is Jinja's name for its cache entry), if the folder can be written."""
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


@cache
def compiled_inputs_checksum(reports: Path) -> str:
    """Return a checksum of the code of `content/` and `pages/`, and of the translations.

    A compiled template contains translated words, and results of filters, because Jinja applies filters to constants
    when it compiles. So it depends on this code and on the translations as well as on its source.
    """
    files = sorted([*reports.glob("content/**/*.py"), *reports.glob("pages/*.py"), *reports.glob("locale/**/*.po")])
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
