"""Tests rules for modules and the names of their classes, and which modules may open DuckDB. import-linter checks which
package may import which.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from pipelines.common.project import PROJECT

MODULES = sorted([*(PROJECT / "pipelines").rglob("*.py"), *(PROJECT / "reports").rglob("*.py")])
# sample/ may not use the code that reads logs: its in-memory DuckDB makes records.
OPEN_DUCKDB = {"pipelines/store/database.py", "pipelines/store/published_file.py", "pipelines/sample/write.py"}


def name_of(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix()


@cache
def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))


def imports(file: Path) -> Iterator[str]:
    """Yield the full names that a module imports, including imports inside functions and for type checkers only."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(file)} imports by dots"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def opens_duckdb(file: Path) -> bool:
    return "duckdb.connect" in imports(file) or any(
        isinstance(node, ast.Attribute) and node.attr == "connect" and ast.unparse(node) == "duckdb.connect"
        for node in ast.walk(parsed(file))
    )


def test_only_the_warehouse_opens_duckdb() -> None:
    assert {name_of(file) for file in MODULES if opens_duckdb(file)} == OPEN_DUCKDB


def outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a module's code that an import of the module runs."""
    for part in ast.iter_child_nodes(node):
        is_for_types = isinstance(part, ast.If) and ast.unparse(part.test) == "TYPE_CHECKING"
        if not is_for_types and not isinstance(part, ast.FunctionDef):
            yield part
            yield from outside_functions(part)


def test_plotly_is_loaded_by_the_first_figure_of_a_notebook() -> None:
    """No module imports Plotly at its top, because a run may load the module."""
    assert any(name.startswith("plotly") for file in MODULES for name in imports(file))
    loading = [
        name_of(file)
        for file in MODULES
        for node in outside_functions(parsed(file))
        if isinstance(node, ast.Import | ast.ImportFrom) and "plotly" in ast.unparse(node)
    ]
    assert loading == []


def test_a_module_opens_with_what_lives_here() -> None:
    assert len(MODULES) > 100
    assert [name_of(file) for file in MODULES if not ast.get_docstring(parsed(file))] == []


def test_an_init_file_holds_a_docstring_and_nothing_else() -> None:
    files = [file for file in MODULES if file.name == "__init__.py"]
    assert [name_of(file) for file in files if len(parsed(file).body) != 1] == []


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


def test_what_is_public_has_a_docstring() -> None:
    assert [
        f"{name_of(file)}: {node.name}"
        for file in MODULES
        for node in public(parsed(file))
        if not ast.get_docstring(node)
    ] == []


def shared_classes(modules: Mapping[str, ast.Module]) -> dict[str, list[str]]:
    """Return the public classes that several modules define, with the names of these modules."""
    found = defaultdict(list)
    for name, module in modules.items():
        for node in ast.walk(module):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(name)
    return {name: modules for name, modules in found.items() if len(modules) > 1}


def test_no_two_classes_of_the_product_have_one_name() -> None:
    made = {"a": "class Row: pass\nclass _Part: pass", "b": "class Row: pass\nclass _Part: pass\nclass Step: pass"}
    assert shared_classes({name: ast.parse(text) for name, text in made.items()}) == {"Row": ["a", "b"]}
    assert shared_classes({name_of(file): parsed(file) for file in MODULES}) == {}
