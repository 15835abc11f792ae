"""Tests that names in Python use one word for one thing."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.common.project import PROJECT

# *Report*, *list* and *examine* say it; the others have a plain word, too.
WORDS = "judged|told|shown|shortages?|thinned|mixed_up|middle_of_day"
FORBIDDEN = re.compile(rf"(?:^|_)(?:{WORDS})(?:_|$)", re.IGNORECASE)
FILES = [
    file for folder in ("pipelines", "reports", "lab", "tests") for file in sorted((PROJECT / folder).rglob("*.py"))
]


def names(tree: ast.AST) -> Iterator[str]:
    """Yield every name that a module defines or uses."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.name
            case ast.Name():
                yield node.id
            case ast.Attribute():
                yield node.attr
            case ast.arg() | ast.keyword():
                yield node.arg or ""


def forbidden_names(file: Path, text: str) -> set[str]:
    # Parsing all files takes a second, and few contain a forbidden word at all.
    used = names(ast.parse(text)) if re.search(WORDS, text, re.IGNORECASE) else ()
    return {name for name in (file.stem, *used) if FORBIDDEN.search(name)}


@pytest.mark.parametrize(
    ("module", "text", "found"),
    [
        ("a", "def is_told(x): pass", {"is_told"}),
        ("a", "class Shown_: pass", {"Shown_"}),
        ("a", "_SHOWN = 1", {"_SHOWN"}),
        ("a", "def a(shortage): pass", {"shortage"}),
        ("a", "x.judged = 1", {"judged"}),
        ("apps_mixed_up", "", {"apps_mixed_up"}),
        ("a", "untold = 'told'", set()),
    ],
)
def test_a_forbidden_name_is_found(module: str, text: str, found: set[str]) -> None:
    assert forbidden_names(Path(f"{module}.py"), text) == found


def test_no_name_is_forbidden() -> None:
    assert len(FILES) > 200
    found = {str(file.relative_to(PROJECT)): forbidden_names(file, file.read_text("utf-8")) for file in FILES}
    assert {file: names for file, names in found.items() if names} == {}
