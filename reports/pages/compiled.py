"""Compiled templates, kept where Python keeps compiled modules: compiling takes most of the time of a small site."""

import sys
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

_HERE = Path(__file__).parent


class CompiledTemplates(FileSystemBytecodeCache):
    """What was made of another source, or with other words or filters, is made anew.

    As with modules, a folder that may not be written is no fault.
    """

    def __init__(self, folder: Path = _HERE / "__pycache__") -> None:
        super().__init__(str(folder), f"%s.{sys.implementation.cache_tag}.template")

    def get_source_checksum(self, source: str) -> str:
        """Of the source and of all that is compiled into it."""
        return super().get_source_checksum(source) + made_with(_HERE.parent)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keeps a template that was compiled, where that may be."""
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


@cache
def made_with(reports: Path) -> str:
    """A checksum of the words, which are compiled into templates, and of the code of filters, which is applied to what
    is constant.
    """
    files = sorted([*reports.glob("content/**/*.py"), *reports.glob("pages/*.py"), *reports.glob("locale/**/*.po")])
    return sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
