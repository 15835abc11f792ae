"""Reads tables of a page that is open in the browser."""

from __future__ import annotations

from playwright.sync_api import Page


def table_rows(page: Page, selector: str) -> list[list[str]]:
    """Return the cell texts of each row in a table's body."""
    return page.eval_on_selector(
        selector,
        """(table) => Array.from(table.tBodies[0].rows, (row) =>
             Array.from(row.cells, (cell) => cell.innerText.replace(/\\s+/g, " ").trim()))""",
    )


def pasted(page: Page) -> str:
    """Return the text of the clipboard, by pasting it into a field that is added to the page for a moment."""
    page.evaluate("() => { const one = document.createElement('textarea'); document.body.append(one); one.focus(); }")
    page.keyboard.press("Control+V")
    text = page.locator("body > textarea").input_value()
    page.evaluate("() => document.querySelector('body > textarea').remove()")
    return text
