"""SQL stands in files: one statement each, its grain in the first line, values bound, and none that nobody reads."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from pipelines.common.project import PROJECT

OURS = sorted((PROJECT / "pipelines").rglob("*.sql"))
FILES = [*OURS, *sorted((PROJECT / "reports").rglob("*.sql"))]
STATEMENTS = [file for file in FILES if file.stem != "macros"]
PYTHON = "\n".join(
    file.read_text("utf-8") for folder in ("pipelines", "reports") for file in (PROJECT / folder).rglob("*.py")
)


def name_of(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix()


@pytest.mark.parametrize("file", STATEMENTS, ids=name_of)
def test_the_first_line_names_the_grain(file: Path) -> None:
    first = file.read_text("utf-8").splitlines()[0]
    # In `pipelines` with the word itself; in `reports` as `what a row is: what it tells`.
    assert re.match(r"(?i)-- grain: \S" if file in OURS else r"-- [^:]+: \S", first)


@pytest.mark.parametrize("file", STATEMENTS, ids=name_of)
def test_a_file_holds_one_query(file: Path) -> None:
    text = file.read_text("utf-8")
    (statement,) = duckdb.extract_statements(text)
    assert statement.type == duckdb.StatementType.SELECT
    assert ";" not in re.sub(r"--[^\n]*|'[^']*'", "", text)


@pytest.mark.parametrize("file", STATEMENTS, ids=name_of)
def test_nothing_is_formatted_into_it(file: Path) -> None:
    text = re.sub(r"--[^\n]*", "", file.read_text("utf-8"))
    assert not re.search(r"\{[a-z_]\w*\}|%s|%\(|\{\{", text)


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_it_is_read_by_the_code(file: Path) -> None:
    if file.parent.parent.name == "marts":
        # By the name of its table.
        assert f'"{file.stem}"' in (PROJECT / "pipelines" / "contract" / "tables.py").read_text()
    elif file.parent.name == "day":
        assert f'"{file.stem}"' in (PROJECT / "pipelines" / "contract" / "day_tables.py").read_text()
    elif file.parent.name == "figures":
        # By the step's name, or by its folder and name.
        assert re.search(rf'"(figures/)?{file.stem}"', PYTHON)
    else:
        assert re.search(rf"[\"']{file.stem}[\"']", PYTHON)


def test_no_folder_name_becomes_a_column() -> None:
    # Where `hive_partitioning` is not named, DuckDB takes `day=x` in a data folder's path for the value of a column.
    calls = re.findall(r"read_parquet\((?:[^()]|\([^()]*\))*\)", PYTHON + "\n".join(map(Path.read_text, OURS)))
    named = [call for call in calls if "$" in call or "?" in call or "getvariable" in call]
    assert len(named) > 20
    assert [call for call in named if "hive_partitioning = false" not in call] == []
