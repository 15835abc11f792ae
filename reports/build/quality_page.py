"""Composes the page of data quality: the values of its template."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from pipelines.common.days import WINDOWS, window
from pipelines.common.text import Bilingual
from pipelines.contract.tables.restatement_causes import restatement_words
from reports.content.context import App, DataState, Day, json_block
from reports.content.incidents.incidents import PageIncidents
from reports.content.published import ROW_LIMIT, PublishedTables

# Findings that the page shows unfolded; the rest is one click away.
_FINDINGS_LISTED: Final = 10


def quality_values(
    marts: PublishedTables,
    data_state: DataState,
    quality: Mapping[date, Day],
    incidents: PageIncidents,
    by_key: Mapping[str, App],
    packages: Sequence[tuple[Any, ...]],
) -> dict[str, Any]:
    """Return the values of the page's template.

    Args:
        by_key: the apps that have a page.
        packages: rows of `quality/unregistered_packages`: schemes and package names that registered apps logged and
            the registry lacks.
    """

    def cell(key: str) -> list[str | None]:
        """Return the table cell of an app: name, key and folder. `*` (all apps) has no page, so its folder is None."""
        app = by_key.get(key)
        return [app.name, app.key, app.folder] if app else [key, key, None]

    days = window(data_state.publication.as_of, max(WINDOWS))
    tables = {
        "days": [(day, quality[day].display_state, *row) for day, _, *row in marts.rows("day_quality")],
        "files": marts.rows("input_files"),
        "restatements": [
            (day, cell(key), *figures, restatement_words(cause).both)
            for day, key, _, *figures, cause in marts.rows("quality/restatements")
        ],
        "codes": marts.rows("missing_codes"),
        "unregistered": [(cell(key), *rest) for key, *rest in marts.rows("unregistered_apps")],
        "packages": [(cell(key), *rest) for key, *rest in packages],
    }
    rejected = marts.rows("reject_reasons")
    return {
        "rejected_count": sum(row[1] for row in rejected),
        "totals": marts.rows("quality/file_totals")[0],
        "rejected": rejected,
        "checks": [(row[:4], Bilingual(row[4], row[5])) for row in marts.rows("checks")],
        "unmapped": sum(quality[day].unmapped_codes for day in days if day in quality),
        "nulled": marts.rows("nulled_fields"),
        "tables": tables,
        "limit": ROW_LIMIT,
        "listed": _FINDINGS_LISTED,
        "faults": [one for one in incidents.all if one.published.is_open and one.is_of_data],
        "counted": incidents.counted(len(data_state.failed_checks)),
        "open_independent": incidents.open_independent,
        "data": json_block({"tables": tables}),
    }
