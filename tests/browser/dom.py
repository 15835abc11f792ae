"""Read the figures of a page: every table by its name, the cards, and the input of the charts."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

# A cell is its text, and its change as a text of its own. `innerText` omits hidden text, such as the other language.
_READ = """() => {
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const text = (node) => node ? node.innerText.replace(/\\s+/g, " ").trim() : null;
  const withChange = (node) => {
    const change = node.querySelector(".change");
    if (!change) return [text(node)];
    const rest = text(node).replace(text(change), "").trim();
    return rest ? [rest, text(change)] : [text(change)];
  };
  const rows = (place, section) => all(section + " tr", place).filter((row) => row.offsetParent !== null)
    .map((row) => Array.from(row.cells).flatMap(withChange));
  const named = (selector, name, read) =>
    Object.fromEntries(all(selector).map((one) => [one.dataset[name], read(one)]));
  const figures = [".figure .short", ".figure .exact", ":scope > .versus .change", ".window .short", ".window .exact",
    ".window .change"];
  return {
    cards: Object.fromEntries(all(".card").map((card) => [
      card.querySelector("[data-metric]").dataset.metric,
      figures.map((selector) => text(card.querySelector(selector))),
    ])),
    parts: named("[data-part]", "part", (place) => rows(place, "tbody")),
    facts: Object.fromEntries(all("[data-part=facts] dt").map((term) => [text(term), text(term.nextElementSibling)])),
    tables: named("table[data-table]", "table", (place) => rows(place, "tbody")),
    sums: all("tr.sums td, tr.sums th").flatMap(withChange),
    figures: named("figure:not([hidden]) [data-figures]", "figures", (place) => rows(place, "tbody")),
    charts: named("figure:not([hidden]) [data-chart]", "chart", (place) => Object.fromEntries(
      all("[data-layer]", place).map((layer) => [
      layer.dataset.layer,
      Object.fromEntries((layer.data || []).map((trace) => [trace.meta.series, [trace.x, trace.y]])),
    ]))),
  };
}"""


def read(page: Page) -> dict[str, Any]:
    """Return cards, parts, tables and charts of a page."""
    return page.evaluate(_READ)


def table_rows(page: Page, selector: str) -> list[list[str]]:
    """The rows of one table's body."""
    return page.eval_on_selector(
        selector,
        """(table) => Array.from(table.tBodies[0].rows, (row) =>
             Array.from(row.cells, (cell) => cell.innerText.replace(/\\s+/g, " ").trim()))""",
    )
