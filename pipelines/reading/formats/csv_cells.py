"""The cells of one CSV row, as the database's reader takes them apart."""

import re

# What may cut cells; of those that cut a header into equally many, the first does.
SEPARATORS = (",", ";", "\t", "|", "\x01")
# A quoted cell, blanks around it or not; or a bare one, in which a quote is a letter like any other. Without a way
# back: it would take 140 bytes for each letter of a cell of megabytes.
_CELLS = {
    mark: re.compile(rf' *"((?:[^"]++|"")*+)" *(?:[{mark}]|\Z)|([^{mark}\n]*)(?:[{mark}]|\Z)') for mark in SEPARATORS
}


def cells_of(text: str, separator: str) -> list[str] | None:
    """The cells of a row; None where the text is no row by its quotes."""
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
