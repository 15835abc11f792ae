"""What a module looks like, and that one module opens DuckDB; who may import whom is held by import-linter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.common.project import PROJECT

MODULES = sorted([*(PROJECT / "pipelines").rglob("*.py"), *(PROJECT / "reports").rglob("*.py")])
# sample/ knows nothing of how logs are read: its DuckDB makes records, without a file.
OPEN_DUCKDB = {"pipelines/store/database.py", "pipelines/sample/write.py"}


def name_of(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix()


def imports(file: Path) -> Iterator[str]:
    """The full names that a module imports, at its head or inside a function, for running or for types."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(file)} imports by dots"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_only_the_warehouse_opens_duckdb(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    opened = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "connect" and isinstance(node.value,
        ast.Name) and node.value.id == "duckdb"
    ]  # fmt: skip
    by_name = [imported for imported in imports(file) if imported == "duckdb.connect"]
    assert bool(opened or by_name) == (name_of(file) in OPEN_DUCKDB)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_a_module_opens_with_what_lives_here(file: Path) -> None:
    tree = ast.parse(file.read_text("utf-8"))
    assert ast.get_docstring(tree)
    if file.name == "__init__.py":
        assert len(tree.body) == 1, "an __init__.py holds a docstring and nothing else"


def public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef) and not any(
                isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases
            ):
                yield from (
                    part for part in node.body if isinstance(part, ast.FunctionDef) and not part.name.startswith("_")
                )


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_what_is_public_has_a_docstring(file: Path) -> None:
    assert [node.name for node in public(ast.parse(file.read_text("utf-8"))) if not ast.get_docstring(node)] == []
