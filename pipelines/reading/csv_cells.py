"""The cells of one CSV row, as the database's reader takes them apart."""

import re

# A quoted cell, blanks around it or not; or a bare one, in which a quote is a letter like any other.
_CELL = re.compile(r' *"((?:[^"]|"")*)" *(?:,|\Z)|([^,\n]*)(?:,|\Z)')


def cells_of(text: str) -> list[str] | None:
    """The cells of a row; None where the text is no row by its quotes."""
    if '"' not in text:
        return text.split(",")
    cells, place = [], 0
    while cell := _CELL.match(text, place):
        quoted, bare = cell.groups()
        if quoted is None and bare.lstrip(" ").startswith('"'):
            return None
        cells.append(bare if quoted is None else quoted.replace('""', '"'))
        place = cell.end()
        if cell[0][-1:] != ",":
            return cells if place == len(text) else None
    return None
