"""Refuses habits of writing that a reader has to decode, in docstrings, comments and messages.

It checks Python, SQL, CSS, templates, shell and TOML. The habits and their exceptions are in `plain_english.toml`. If
files or folders are given as arguments, only these are checked.
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
_LINE_COMMENTS = {".sql": r"--[ \t]*([^\n]*)", ".toml": r"^#[ \t]*([^\n]*)", ".sh": r"^#[ \t]*([^\n]*)"}
_BLOCK_COMMENTS = {".css": r"/\*(.*?)\*/", ".jinja": r"\{#(.*?)#\}"}
# Calls whose texts users read, besides the errors that are raised.
_MESSAGES = frozenset(RULES["messages"])


def sentences(file: Path) -> Iterator[tuple[int, str]]:
    """Yield line number and text of each docstring, message and block of comments in a file."""
    text = file.read_text("utf-8")
    pattern = _LINE_COMMENTS.get(file.suffix) or _BLOCK_COMMENTS.get(file.suffix)
    if pattern:
        flags = re.DOTALL if file.suffix in _BLOCK_COMMENTS else re.MULTILINE
        found = ((text.count("\n", 0, one.start()) + 1, one[1].strip()) for one in re.finditer(pattern, text, flags))
        yield from found if file.suffix in _BLOCK_COMMENTS else _blocks(found)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, _DOCUMENTED) and (docstring := ast.get_docstring(node)):
            yield getattr(node, "lineno", 1), docstring
        elif isinstance(node, ast.Raise) or (isinstance(node, ast.Call) and _called(node) in _MESSAGES):
            yield from _texts(node)
    comments = (
        (token.start[0], token.string.lstrip("# "))
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    )
    yield from _blocks(comments)


def _called(call: ast.Call) -> str:
    """Return the last name of the called function or class."""
    return getattr(call.func, "id", "") or getattr(call.func, "attr", "")


def _texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield the strings below a node. Each value within a formatted string is replaced by `x`."""
    if isinstance(node, ast.JoinedStr):
        yield node.lineno, "".join(str(one.value) if isinstance(one, ast.Constant) else "x" for one in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    else:
        for below in ast.iter_child_nodes(node):
            yield from _texts(below)


def _blocks(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Join the comments of consecutive lines. Yield the first line number and the text of each block."""
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
    """Yield a line `file:line: habit` for each habit that a file contains. Code in backticks is not checked."""
    for line, found in sentences(file):
        prose = re.sub(r"``?[^`]*``?", "x", " ".join(found.split()))
        for habit in RULES["habits"]:
            match = re.match if habit.get("opening") else re.search
            if (hit := match(habit["pattern"], prose)) and prose not in RULES["exceptions"]:
                yield f'{file.relative_to(PROJECT)}:{line}: {habit["name"]}: "{hit[0]}". {habit["instead"]}'


def main(arguments: list[str]) -> int:
    """Check the given files and folders, or the whole project; return 1 if there is a fault, else 0."""
    places = [Path(one).resolve() for one in arguments] or [
        PROJECT / name for name in ("pipelines", "reports", "tools", "tests", "lab", "bench", "docs")
    ]
    files = sorted(
        file
        for place in places
        for file in ([place] if place.is_file() else place.rglob("*"))
        if file.suffix in (".py", *_LINE_COMMENTS, *_BLOCK_COMMENTS)
    )
    found = [fault for file in files for fault in faults(file)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
