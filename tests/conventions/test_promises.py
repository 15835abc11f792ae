"""The list of tests for each promise (`lab/promises.md`) is complete, and each of these tests runs in `make test`."""

from __future__ import annotations

import re
from collections import Counter

from pipelines.common.project import PROJECT

TEXT = (PROJECT / "lab" / "promises.md").read_text("utf-8")
OF_PROMISES, OF_ROWS = TEXT.split("## Rows of docs/what-you-drop.md")


def rows(text: str) -> list[list[str]]:
    """Return the cells of each row of the Markdown tables in a text, without the heads."""
    found = [re.split(r" *\| *", line.strip("| ")) for line in text.splitlines() if line.startswith("| ")]
    return [row for row in found if not row[0].startswith(("---", "promise", "heading", "files"))]


def test_every_promise_is_held() -> None:
    tried = set(re.findall(r"^\| (\d+) \|", (PROJECT / "docs" / "reliability.md").read_text("utf-8"), re.MULTILINE))
    assert {row[0] for row in rows(OF_PROMISES)} == tried


def test_every_row_of_what_you_drop_is_held_once() -> None:
    page = (PROJECT / "docs" / "what-you-drop.md").read_text("utf-8")
    wanted = {
        (heading, number): 1
        for heading, text in re.findall(r"^## (.+?)$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
        for number, _ in enumerate(rows(text), 1)
    }
    assert Counter((row[0], int(number)) for row in rows(OF_ROWS) for number in row[1].split(",")) == wanted


def test_every_test_that_holds_a_promise_exists_and_is_no_test_of_the_laboratory() -> None:
    named = re.findall(r"`([\w/]+\.py)::(\w+)`", TEXT)
    assert len(named) > 80
    for file, name in named:
        source = (PROJECT / "tests" / file).read_text("utf-8")
        found = re.search(rf"((?:^@.*\n|^[ )\]].*\n)*)^def {name}\(", source, re.MULTILINE)
        assert found, f"{file} has no {name}"
        assert "@pytest.mark.lab" not in found[1], name
