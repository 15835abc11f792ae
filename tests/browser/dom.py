"""Reading of a table of a page on which a test acts."""

from __future__ import annotations

from playwright.sync_api import Page


def table_rows(page: Page, selector: str) -> list[list[str]]:
    """The rows of one table's body."""
    return page.eval_on_selector(
        selector,
        """(table) => Array.from(table.tBodies[0].rows, (row) =>
             Array.from(row.cells, (cell) => cell.innerText.replace(/\\s+/g, " ").trim()))""",
    )
