"""Who may import what: the boxes know no Dagster, reports know no assets, one module opens DuckDB."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.settings import PROJECT

MODULES = sorted([*(PROJECT / "pipelines").rglob("*.py"), *(PROJECT / "reports").rglob("*.py")])
WITH_DAGSTER = {"assets", "schedule", "definitions", "data_folder", "dagster_home"}
# sample.py belongs to a part that knows nothing of how logs are read: its DuckDB makes records, without a file.
OPEN_DUCKDB = {"pipelines/warehouse.py", "pipelines/sample.py"}


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


def is_of(imported: str, package: str) -> bool:
    return imported == package or imported.startswith(package + ".")


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_only_dagsters_own_modules_import_dagster(file: Path) -> None:
    uses = any(is_of(imported, "dagster") for imported in imports(file))
    assert uses == (file.parent.name == "pipelines" and file.stem in WITH_DAGSTER)


@pytest.mark.parametrize("file", MODULES, ids=name_of)
def test_no_box_imports_the_modules_of_dagster(file: Path) -> None:
    if file.stem in WITH_DAGSTER:
        return
    of_dagster = {
        imported for imported in imports(file) for name in WITH_DAGSTER if is_of(imported, f"pipelines.{name}")
    }
    # The command line starts Dagster, in functions that need it.
    assert of_dagster == set() or name_of(file) == "pipelines/commands.py"


@pytest.mark.parametrize("file", sorted((PROJECT / "reports").rglob("*.py")), ids=name_of)
def test_reports_know_neither_the_store_nor_the_engines(file: Path) -> None:
    forbidden = [
        f"pipelines.{name}"
        for name in ("assets", "store", "ingest", "rollup", "engines", "daily_run", "commands", "cli")
    ]
    assert [imported for imported in imports(file) if any(is_of(imported, name) for name in forbidden)] == []


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
