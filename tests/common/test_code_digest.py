"""Comments, docstrings and blanks of Python and SQL change no digest of code; everything else does."""

from __future__ import annotations

import io
import token
import tokenize
from pathlib import Path

import pytest

from pipelines.common.code_digest import code_digest, without_python_comments, without_sql_comments
from pipelines.common.project import PROJECT

SQL = "-- grain: day\nSELECT\n    day, '--', \"a  b\" -- why\nFROM days /* all */ WHERE n - 1 > 4 / 2\n"
PYTHON = '''"""What the module does."""

LIMIT = 3
"""What the limit is of."""


def text() -> str:
    """Return the text."""
    # Why.
    first = "# no comment"  # noqa
    return first + """
# no comment
"""


def table(
    first: int, second: int,
) -> str:  # fmt: skip
    """Return the table."""
    return text()
'''


def changed(text: str, before: str, after: str) -> str:
    assert before in text
    return text.replace(before, after, 1)


def digest(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text)
    return code_digest((name,), root=folder)


@pytest.mark.parametrize(
    ("name", "text", "before", "after"),
    [
        ("a.sql", SQL, "grain: day", "grain: day, app"),
        ("a.sql", SQL, " -- why", ""),
        ("a.sql", SQL, "/* all */", "/* all\n'of them' */"),
        ("a.sql", SQL, "\n    day", " day"),
        ("a.py", PYTHON, "What the module does.", "What it does."),
        ("a.py", PYTHON, "What the limit is of.", "Its limit."),
        ("a.py", PYTHON, "Return the text.", "Return 'it'.\n\n    And more."),
        ("a.py", PYTHON, "Return the table.", "Return it."),
        ("a.py", PYTHON, "    # Why.\n", ""),
        ("a.py", PYTHON, "Why.", "Why: it's so."),
        ("a.py", PYTHON, "  # noqa", ""),
        ("a.py", PYTHON, "\n\n\ndef", "\n\ndef"),
    ],
)
def test_what_computes_nothing_changes_no_digest(tmp_path: Path, name: str, text: str, before: str, after: str) -> None:
    assert digest(tmp_path, name, text) == digest(tmp_path, name, changed(text, before, after))


@pytest.mark.parametrize(
    ("name", "text", "before", "after"),
    [
        ("a.sql", SQL, "FROM days", "FROM hours"),
        ("a.sql", SQL, "'--'", "'-- '"),
        ("a.sql", SQL, '"a  b"', '"a b"'),
        ("a.sql", SQL, "n - 1", "n --1"),
        ("a.sql", SQL, "4 / 2", "4 /* 2 */"),
        ("a.py", PYTHON, "LIMIT = 3", "LIMIT = 4"),
        ("a.py", PYTHON, '"# no comment"', '"# a comment"'),
        ("a.py", PYTHON, "\n# no comment\n", "\n# a comment\n"),
        ("a.py", PYTHON, "    return", "return"),
        ("a.css", "/* a */", "a", "b"),
    ],
)
def test_everything_else_changes_the_digest(tmp_path: Path, name: str, text: str, before: str, after: str) -> None:
    assert digest(tmp_path, name, text) != digest(tmp_path, name, changed(text, before, after))


def test_files_count_by_path_and_only_those_that_are_asked_for(tmp_path: Path) -> None:
    def found() -> str:
        return code_digest(("kept",), ("kept/out",), ".sql", tmp_path)

    for folder in ("kept/in", "kept/out", "other"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "kept/in/a.sql").write_text("SELECT 1")
    before = found()
    for path in ("kept/out/b.sql", "other/c.sql", "kept/in/d.py"):
        (tmp_path / path).write_text("SELECT 2")
    assert found() == before
    (tmp_path / "kept/in/a.sql").rename(tmp_path / "kept/in/b.sql")
    assert found() != before


def code_tokens(text: bytes) -> list[tuple[str, int]]:
    """Return the tokens of a module with their columns, without comments and statements that are only a string."""
    ignored = {token.COMMENT, token.NL, token.INDENT, token.DEDENT, token.ENCODING, token.ENDMARKER}
    found = [t for t in tokenize.tokenize(io.BytesIO(text).readline) if t.type not in ignored]
    begins = [True, *(t.type == token.NEWLINE for t in found)]
    kept: list[tuple[str, int]] = []
    skips_end = False
    for at, begin in zip(found, begins, strict=False):
        if skips_end:
            skips_end = False
        elif begin and at.type == token.STRING and at.string.startswith('"""'):
            skips_end = True
        else:
            kept.append(("", 0) if at.type == token.NEWLINE else (at.string, at.start[1]))
    return kept


@pytest.mark.parametrize("package", ["pipelines", "reports"])
def test_no_code_of_the_project_is_left_out_of_its_digest(package: str) -> None:
    modules = sorted((PROJECT / package).rglob("*.py"))
    assert modules
    for module in modules:
        text = module.read_bytes()
        assert code_tokens(without_python_comments(text) + b"\n") == code_tokens(text), module


def without_comments(query: str) -> str:
    """Return an SQL query in which a space replaces each comment. It shares no code with the product."""
    kept, place, quote = [], 0, ""
    while place < len(query):
        if not quote and query.startswith(("--", "/*"), place):
            end = "\n" if query[place] == "-" else "*/"
            place = query.index(end, place) + len(end)
            kept.append(" ")
            continue
        at = query[place]
        if quote or at in "'\"":
            quote = "" if at == quote else quote or at
        kept.append(at)
        place += 1
    return "".join(kept)


def test_no_query_of_the_project_is_left_out_of_its_digest() -> None:
    queries = sorted(PROJECT.glob("pipelines/**/*.sql")) + sorted(PROJECT.glob("reports/**/*.sql"))
    assert queries
    for query in queries:
        text = query.read_text("utf-8")
        # A text with several blanks in a row would come out otherwise here, and has none in the project.
        assert without_sql_comments(text.encode()).decode() == " ".join(without_comments(text).split()), query
