"""Draws small faults of the product: of Python by its syntax tree, of SQL and the pages' scripts by patterns.

A mutant replaces whole lines of a file, so that a later version of the file can get it too.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NotRequired, TypedDict

PROJECT = Path(__file__).resolve().parents[1]
GLOBS = ("pipelines/**/*.py", "reports/**/*.py", "pipelines/**/*.sql", "reports/**/*.sql", "reports/static/js/**/*.ts")
Edit = tuple[int, int, str, str]
"""The offsets of the text that is replaced, the new text, and the kind of fault."""


class Fault(TypedDict):
    """A drawn mutant; `before` and `after` are whole lines of the file."""

    id: int
    file: str
    line: int
    kind: str
    before: str
    after: str


class Mutant(Fault):
    """A mutant with the results of the tests, as `lab.mutations` records it.

    Attributes:
        found_by: the test that caught the mutant in the older record (`--again`); None for a new mutant.
        seen: the tests that reach the mutant.
        result: `caught`, `survived`, `timed out`, or `gone` if the file no longer has its lines.
        by: the failure that caught the mutant.
        tests: how many of the tests that reach the mutant were run: `5 of 9`.
    """

    found_by: str | None
    seen: list[str]
    result: NotRequired[str]
    by: NotRequired[str]
    tests: NotRequired[str]


class Record(TypedDict):
    """The file in which `lab.mutations` records its results. `seconds` has the duration of each test that passes."""

    seconds: dict[str, float]
    mutants: list[Mutant]


# The first of several is the opposite, the second one moves a boundary.
_COMPARED = {
    "<": (">=", "<="), "<=": (">", "<"), ">": ("<=", ">="), ">=": ("<", ">"), "==": ("!=",), "!=": ("==",),
    "in": ("not in",), "not in": ("in",), "is": ("is not",), "is not": ("is",),
}  # fmt: skip
_ARITHMETIC = {ast.Add: ("+", "-"), ast.Sub: ("-", "+"), ast.Mult: ("*", "/"), ast.Div: ("/", "*")}
# `+` and `/` join texts and paths here, and are no arithmetic.
_JOINS = re.compile(r"['\"]|\b(folder|home|path|root|target|data|PROJECT|place)\b")

_NUMBER = r"(?<![\w.\"$])\d+(?![\w.\"])"
_SQL = {
    r"(?<=\s)<=(?=\s)": "<", r"(?<=\s)<(?=\s)": "<=", r"(?<=\s)>=(?=\s)": ">", r"(?<=\s)>(?=\s)": ">=",
    r"(?<=\s)=(?=\s)": "!=", r"\bOR\b": "AND", r"\bAND\b": "OR", r"\bNOT (?=[\w(])": "", r" DESC\b": "",
    r"\bsum\(": "max(", r"\bmin\(": "max(", r"\bmax\(": "min(", r"(?<= )\+(?= )": "-", r"(?<= )-(?= )": "+",
    r"\bLEFT JOIN\b": "JOIN", r"(?<!LEFT )(?<!ANTI )(?<!SEMI )(?<!ASOF )(?<!CROSS )(?<!FULL )\bJOIN\b": "LEFT JOIN",
    r" FILTER \((?:[^()]|\([^()]*\))*\)": "",
    r"\bcoalesce\(((?:[^(),]|\([^()]*\))+),(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)": r"(\1)",
}  # fmt: skip
_SQL_NOISE = r"--[^\n]*|'[^'\n]*'|BETWEEN [^\n]*? AND|\{[{%].*?[}%]\}"
_SCRIPT = {
    "===": "!==", "!==": "===", " <= ": " < ", " < ": " <= ", " >= ": " > ", " > ": " >= ", "&&": "||", r"\|\|": "&&",
    r" \+ ": " - ", " - ": " + ", r"(?<=[ (!])!(?=[\w(])": "", r"\breturn [^;{}()\n]+;": "return;",
    r"\btrue\b": "false", r"\bfalse\b": "true", r"\bif \(((?:[^()]|\([^()]*\))*)\)": r"if (!(\1))",
    r"(?m)^( +)[\w.]+\([^\n;]*\);$": r"\1;",
}  # fmt: skip
_SCRIPT_NOISE = (
    r"/\*.*?\*/|(?<!:)//[^\n]*|'[^'\n]*'|\"[^\"\n]*\"|`[^`]*`|(?<=[(=,] )/[^\n/]+/|(?<=\()/[^\n/]+/|\bimport [^;]*;"
)


def drawn(seed: int, count: int) -> list[Fault]:
    """Return `count` mutants, at most one a line. Files are drawn in proportion to their lines."""
    dice = random.Random(seed)
    files = [path for glob in GLOBS for path in sorted(PROJECT.glob(glob)) if not path.name.endswith(".d.ts")]
    texts = {path: path.read_text("utf-8") for path in files}
    weights = [len(re.findall(r"\S.*\n", text)) for text in texts.values()]
    mutants: dict[tuple[str, int], Fault] = {}
    while len(mutants) < count:
        (path,) = dice.choices(files, weights)
        text, name = texts[path], path.relative_to(PROJECT).as_posix()
        edits = sorted(_python_edits(text) if path.suffix == ".py" else _pattern_edits(text, path.suffix == ".sql"))
        if not edits:
            continue
        start, end, new, kind = dice.choice(edits)
        line, first, last = text.count("\n", 0, start) + 1, text.rfind("\n", 0, start) + 1, text.find("\n", end)
        after = text[first:start] + new + text[end:last]
        if (name, line) not in mutants and (path.suffix != ".py" or _compiles(text[:first] + after + text[last:])):
            mutants[name, line] = {
                "id": len(mutants) + 1,
                "file": name,
                "line": line,
                "kind": kind,
                "before": text[first:last],
                "after": after,
            }
    return list(mutants.values())


def _compiles(text: str) -> bool:
    try:
        compile(text, "", "exec")
    except SyntaxError:
        return False
    return True


def _pattern_edits(text: str, is_sql: bool) -> Iterator[Edit]:
    """Yield the faults that can be planted in SQL or in a script of the pages.

    Comments, strings and templates get none, except for texts in SQL conditions.
    """
    noise = _SQL_NOISE if is_sql else _SCRIPT_NOISE
    code = re.sub(noise, lambda found: re.sub(r"[^\n]", "§", found[0]), text, flags=re.DOTALL)
    for pattern, new in (_SQL if is_sql else _SCRIPT).items():
        for found in re.finditer(pattern, code):
            old = text[slice(*found.span())]
            fault = re.sub(pattern, new, old) if "\\" in new else new
            yield *found.span(), fault, f"{old.strip().split('(')[0]} to {fault.strip().split('(')[0] or 'nothing'}"
    for found in re.finditer(_NUMBER, code):
        yield *found.span(), str(int(found[0]) + 1), "constant"
    for found in re.finditer(r"(?<= = )'\w+(?=')", text) if is_sql else ():
        yield found.end(), found.end(), "~", "text of a condition"


def _python_edits(text: str) -> Iterator[Edit]:
    """Yield the faults that can be planted in a Python file; type hints, docstrings and `__all__` get none."""
    lines = text.splitlines(keepends=True)
    starts = [sum(map(len, lines[:number])) for number in range(len(lines))]

    def at(line: int | None, column: int | None) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode()) if line else 0

    def span(node: ast.expr | ast.stmt) -> tuple[int, int]:
        return at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset)

    def between(left: ast.expr, right: ast.expr, old: str, new: str, kind: str) -> Iterator[Edit]:
        start, end = span(left)[1], span(right)[0]
        if found := re.search(rf"(?<!\w){re.escape(old)}(?![\w=])", text[start:end]):
            yield start + found.start(), start + found.end(), new, kind

    def edits(node: ast.AST) -> Iterator[Edit]:
        match node:
            case ast.Compare():
                for left, right in zip([node.left, *node.comparators], node.comparators, strict=False):
                    for old, news in _COMPARED.items():
                        for new, kind in zip(news, ("comparison", "boundary"), strict=False):
                            yield from between(left, right, old, new, kind)
                    if isinstance(right, ast.Constant) and isinstance(right.value, str):
                        yield span(right)[1] - 1, span(right)[1] - 1, "~", "text of a condition"
            case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div()) if not _JOINS.search(ast.unparse(node)):
                yield from between(node.left, node.right, *_ARITHMETIC[type(node.op)], "arithmetic")
            case ast.BoolOp():
                old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
                for left, right in zip(node.values, node.values[1:], strict=False):
                    yield from between(left, right, old, new, "boolean")
            case ast.UnaryOp(op=ast.Not()):
                yield span(node)[0], span(node.operand)[0], "", "not dropped"
            case ast.Constant(value=bool()):
                yield *span(node), str(not node.value), "constant"
            case ast.Constant(value=int() | float() as value):
                yield *span(node), repr(value + 1), "constant"
                yield *span(node), repr(value - 1), "constant"
            case ast.Return(value=ast.expr() as value):
                yield *span(value), "None", "return value"
            case ast.Expr(value=ast.Call() | ast.YieldFrom() | ast.Yield()) | ast.AugAssign() | ast.Raise():
                yield *span(node), "pass", "removed"
            case ast.Continue() | ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
                yield *span(node), "pass", "removed"
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                yield *span(test), f"not ({text[slice(*span(test))]})", "negated"
            case ast.comprehension():
                for test in node.ifs:
                    yield *span(test), f"not ({text[slice(*span(test))]})", "negated"

    def walk(node: ast.AST) -> Iterator[Edit]:
        yield from edits(node)
        names = [name for name in node._fields if name not in ("annotation", "returns")]
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            names = []
        for value in (getattr(node, name) for name in names):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from walk(child)

    yield from walk(ast.parse(text))
