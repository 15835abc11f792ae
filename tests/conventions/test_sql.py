"""SQL is stored in files: one statement in each, its grain in the first line, values bound, and every file is used.

Double braces in a statement enclose a name whose text is generated from the declarations of measures and channels.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import duckdb

from pipelines.common.project import PROJECT
from pipelines.contract.measures.sql import sql
from reports.content.published import statement

OURS = sorted((PROJECT / "pipelines").rglob("*.sql"))
FILES = [*OURS, *sorted((PROJECT / "reports").rglob("*.sql"))]
STATEMENTS = [file for file in FILES if file.stem != "macros"]
PYTHON = "\n".join(
    file.read_text("utf-8") for folder in ("pipelines", "reports") for file in (PROJECT / folder).rglob("*.py")
)


def name_of(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix()


def names_its_grain(file: Path) -> bool:
    """Return whether the first line of a statement is `-- grain: …`, or `-- rows: meaning` in `reports`."""
    first = file.read_text("utf-8").splitlines()[0]
    return bool(re.match(r"(?i)-- grain: \S" if file in OURS else r"-- [^:]+: \S", first))


def test_the_first_line_names_the_grain() -> None:
    assert len(STATEMENTS) > 60
    assert [name_of(file) for file in STATEMENTS if not names_its_grain(file)] == []


def filled_in(file: Path) -> str:
    """Return the text of a statement as it is run, with its double braces filled in."""
    package, _, name = name_of(file).removesuffix(".sql").partition("/sql/")
    return statement(name) if package == "reports/content" else sql(package.replace("/", "."), name)


def is_one_query(file: Path) -> bool:
    text = filled_in(file)
    types = [statement.type for statement in duckdb.extract_statements(text)]
    return types == [duckdb.StatementType.SELECT] and ";" not in re.sub(r"--[^\n]*|'[^']*'", "", text)


def test_a_file_holds_one_query() -> None:
    assert [name_of(file) for file in STATEMENTS if not is_one_query(file)] == []


def test_nothing_is_formatted_into_it() -> None:
    texts = {name_of(file): re.sub(r"--[^\n]*", "", file.read_text("utf-8")) for file in STATEMENTS}
    assert [name for name, text in texts.items() if re.search(r"(?<!\{)\{[a-z_]\w*\}|%s|%\(", text)] == []


def is_read(file: Path) -> bool:
    if file.parent.parent.name == "marts":
        # By the name of its table.
        return f'"{file.stem}"' in (PROJECT / "pipelines" / "contract" / "tables" / "tables.py").read_text()
    if file.parent.name == "day":
        return f'"{file.stem}"' in (PROJECT / "pipelines" / "contract" / "tables" / "day_tables.py").read_text()
    if file.parent.name != "sql":
        # By the step's name, or by its folder and name.
        return bool(re.search(rf'"({file.parent.name}/)?{file.stem}"', PYTHON))
    return bool(re.search(rf"[\"']{file.stem}[\"']", PYTHON))


def test_no_two_statements_have_one_name() -> None:
    names = Counter(file.stem for file in STATEMENTS)
    assert [name for name, number in names.items() if number > 1] == []


def test_every_file_is_read_by_the_code() -> None:
    assert [name_of(file) for file in FILES if not is_read(file)] == []


def test_no_folder_name_becomes_a_column() -> None:
    # Where `hive_partitioning` is not named, DuckDB takes `day=x` in a data folder's path for the value of a column.
    calls = re.findall(r"read_parquet\((?:[^()]|\([^()]*\))*\)", PYTHON + "\n".join(map(Path.read_text, OURS)))
    named = [call for call in calls if re.search(r"[$?]|getvariable|\(files,", call)]
    assert len(named) > 10
    assert [call for call in named if "hive_partitioning = false" not in call] == []
