"""A digest of the project's own files. It is stored with a result; if it changes, the result is computed again.

Comments, docstrings and blanks of Python and SQL are left out, so that a change of these causes no new computation. All
other files count by their bytes.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from pipelines.common.project import PROJECT

# Possessive quantifiers never backtrack: a megabyte takes 5 ms, in every run.
_TRIPLE = rb'"""(?:[^"\\]++|\\.|"(?!""))*+"""'
_TEXT = _TRIPLE + rb"""|"(?:[^"\\\n]++|\\.)*+"|'(?:[^'\\\n]++|\\.)*+\'"""
# A string in triple quotes counts as a docstring if it begins the file, the line after a colon, or a line without
# indentation. The group is a line of code, with all lines of a string that begins on it.
_PYTHON = re.compile(
    rb"(?:\A|(?:(?<=:)|(?<=# fmt: skip))\n[ \t]*+|\n)"
    + _TRIPLE
    + rb"(?=\n|\Z)|#[^\n]*+|((?:[^\"'#\n]++|"
    + _TEXT
    + rb")++)",
    re.DOTALL,
)
# The group is the SQL between two blanks or comments.
_SQL = re.compile(rb"--[^\n]*+|/\*.*?\*/|((?:[^\s'\"/-]++|'[^']*+'|\"[^\"]*+\"|-(?!-)|/(?!\*))++)", re.DOTALL)


def code_digest(paths: tuple[str, ...], without: tuple[str, ...] = (), suffix: str = "", root: Path = PROJECT) -> str:
    """Return a digest of the paths and contents of files.

    Args:
        paths: files, and folders with everything below them, relative to `root`; missing ones are ignored.
        without: files and folders to leave out.
        suffix: only files whose names end in it are included; empty: all files.
    """
    digest = hashlib.sha256()
    for path in sorted(path for each in paths for path in _files(root, each, without) if path.endswith(suffix)):
        with open(f"{root}/{path}", "rb", buffering=0) as file:
            text = file.read()
        if path.endswith(".py"):
            text = without_python_comments(text)
        elif path.endswith(".sql"):
            text = without_sql_comments(text)
        digest.update(f"{path}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()[:16]


def without_python_comments(text: bytes) -> bytes:
    """Return Python code without comments, empty lines, docstrings, and strings that document a module's globals."""
    lines = (line.rstrip() for line in _PYTHON.findall(text))
    return b"\n".join(line for line in lines if line)


def without_sql_comments(text: bytes) -> bytes:
    """Return SQL without comments, and with each sequence of blanks outside of strings reduced to one blank."""
    return b" ".join(word for word in _SQL.findall(text) if word)


def _files(root: Path, path: str, without: tuple[str, ...]) -> Iterator[str]:
    """Yield the paths, relative to the root, of the files at or below a path, except the paths in `without`."""
    if os.path.isfile(root / path):
        yield path
        return
    for folder, folders, names in os.walk(root / path):
        place = os.path.relpath(folder, root)
        folders[:] = [name for name in folders if name != "__pycache__" and f"{place}/{name}" not in without]
        yield from (path for name in names if (path := f"{place}/{name}") not in without)
