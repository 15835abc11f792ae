"""Refuses habits of writing that a reader has to decode, in docstrings and comments of Python and SQL.

The habits are in `plain_english.toml`. With paths as arguments only these are checked.
"""

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
RULES = tomllib.loads((PROJECT / "tools" / "plain_english.toml").read_text("utf-8"))
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_SQL_COMMENT = re.compile(r"--[ \t]*([^\n]*)")


def sentences(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line number and text of each docstring, and of each block of comments."""
    text = file.read_text("utf-8")
    if file.suffix == ".sql":
        yield from _blocks((text.count("\n", 0, one.start()) + 1, one[1]) for one in _SQL_COMMENT.finditer(text))
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, _DOCUMENTED) and (found := ast.get_docstring(node)):
            yield getattr(node, "lineno", 1), found
    comments = (
        (token.start[0], token.string.lstrip("# "))
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    )
    yield from _blocks(comments)


def _blocks(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Join the comments of consecutive lines."""
    first, last, texts = 0, -1, list[str]()
    for line, text in lines:
        if line != last + 1 and texts:
            yield first, " ".join(texts)
            texts = []
        first, last = (first if texts else line), line
        texts.append(text)
    if texts:
        yield first, " ".join(texts)


def faults(file: Path) -> Iterator[str]:
    """Yield a line for each habit in a file, as compilers write them. Code in backticks is no prose."""
    for line, found in sentences(file):
        prose = re.sub(r"``?[^`]*``?", "x", " ".join(found.split()))
        for habit in RULES["habits"]:
            match = re.match if habit.get("opening") else re.search
            if hit := match(habit["pattern"], prose):
                yield f'{file.relative_to(PROJECT)}:{line}: {habit["name"]}: "{hit[0]}". {habit["instead"]}'


def main(arguments: list[str]) -> int:
    """Check the files, and those in the folders, that are given, or all; return 1 if there is a fault."""
    places = [Path(one).resolve() for one in arguments] or [PROJECT / "pipelines", PROJECT / "reports"]
    files = sorted(
        file
        for place in places
        for file in ([place] if place.is_file() else place.rglob("*"))
        if file.suffix in (".py", ".sql")
    )
    found = [fault for file in files for fault in faults(file)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
