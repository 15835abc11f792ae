"""Splits one CSV row into cells, as the database's reader does."""

import re

# The possible separators. If several split a header into equally many cells, the first is used.
SEPARATORS = (",", ";", "\t", "|", "\x01")
# A quoted cell, optionally between blanks, or a bare one, in which quotes have no meaning. The possessive quantifier
# prevents backtracking, which would take 140 bytes per letter of a cell of megabytes.
_CELLS = {
    mark: re.compile(rf' *"((?:[^"]++|"")*+)" *(?:[{mark}]|\Z)|([^{mark}\n]*)(?:[{mark}]|\Z)') for mark in SEPARATORS
}


def cells_of(text: str, separator: str) -> list[str] | None:
    """Return the cells of a row; None if its quotes are invalid."""
    if '"' not in text:
        return text.split(separator)
    cells, place = [], 0
    while cell := _CELLS[separator].match(text, place):
        quoted, bare = cell.groups()
        if quoted is None and bare.lstrip(" ").startswith('"'):
            return None
        cells.append(bare if quoted is None else quoted.replace('""', '"'))
        place = cell.end()
        if cell[0][-1:] != separator:
            return cells if place == len(text) else None
    return None
