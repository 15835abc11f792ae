"""Problems in the registry files of a page: rows that do not count, and notices of checks.

`pipelines/contract/` validates the rows, `pipelines/closing/registry_warnings.py` makes the notices.
"""

from dataclasses import dataclass
from typing import NamedTuple

from pipelines.common.text import Bilingual
from reports.content.published import PublishedTables


class BadRow(NamedTuple):
    """A row of a registry file that does not count."""

    path: str
    line: int
    reason: str
    record: str


@dataclass(frozen=True)
class RegistryNotes:
    """Notices and bad rows for a page.

    `is_of_page` is true if there is a bad row, or a notice of a check that reads only the page's own files.
    """

    notices: list[Bilingual]
    rows: list[BadRow]
    is_of_page: bool


class RegistryNotesReader:
    """Reads the bad rows and the notices of the registry once, and returns the notes of each page."""

    def __init__(self, marts: PublishedTables) -> None:
        self._rows = [BadRow(*row) for row in marts.rows("registry_rows")]
        self._notices = {
            name: Bilingual(zh, en) for name, level, _, _, zh, en in marts.rows("checks") if level == "notice"
        }

    def for_page(
        self, paths: tuple[str, ...], own: tuple[str, ...] = (), shared: tuple[str, ...] = ()
    ) -> RegistryNotes:
        """Return the notes of a page.

        Args:
            paths: the page's files and folders in the registry, such as `limits.csv` and `bills/`.
            own: names of the checks that read only these files.
            shared: names of checks that also read other files.
        """
        starts = tuple(f"registry/{path}" for path in paths)
        rows = [row for row in self._rows if row.path.startswith(starts)]
        noted = [name for name in (*shared, *own) if name in self._notices]
        return RegistryNotes([self._notices[name] for name in noted], rows, bool(rows or set(noted) & set(own)))
