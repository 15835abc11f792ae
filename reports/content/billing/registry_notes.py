"""What of the registry a page lacks: rows of its files that do not count, and what the run notes of them.

Lives here: which notes are for a page. Does not belong here: what a good row is (`pipelines/contract/`), what is noted
(`pipelines/closing/registry_warnings.py`).
"""

from dataclasses import dataclass
from typing import NamedTuple

from pipelines.common.text import Bilingual
from reports.content.published import PublishedTables


class BadRow(NamedTuple):
    """A row of a registry's file that does not count."""

    path: str
    line: int
    reason: str
    record: str


@dataclass(frozen=True)
class RegistryNotes:
    """What checks note, and the rows that do not count; `is_of_page`: any of it is of this page alone."""

    notices: list[Bilingual]
    rows: list[BadRow]
    is_of_page: bool


class RegistryNotebook:
    """All that is to be said of the registry's rows, read once for all pages."""

    def __init__(self, marts: PublishedTables) -> None:
        self._rows = [BadRow(*row) for row in marts.rows("registry_rows")]
        self._notices = {
            name: Bilingual(zh, en) for name, level, _, _, zh, en in marts.rows("checks") if level == "notice"
        }

    def of(self, paths: tuple[str, ...], own: tuple[str, ...] = (), shared: tuple[str, ...] = ()) -> RegistryNotes:
        """The notes of a page.

        Args:
            paths: of its files and folders in the registry, such as `limits.csv` and `bills/`.
            own: names of the checks that look at these alone.
            shared: names of those that look at other files, too.
        """
        starts = tuple(f"registry/{path}" for path in paths)
        rows = [row for row in self._rows if row.path.startswith(starts)]
        noted = [name for name in (*shared, *own) if name in self._notices]
        return RegistryNotes([self._notices[name] for name in noted], rows, bool(rows or set(noted) & set(own)))
