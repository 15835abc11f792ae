"""The published incidents, each with the page of the site that shows it."""

import duckdb

from pipelines.incidents.incident import ALL
from pipelines.incidents.published import PublishedIncident, incidents_of
from reports.content.folders import app_folders


def linked_incidents(connection: duckdb.DuckDBPyConnection) -> list[tuple[PublishedIncident, str]]:
    """Return all published incidents that were not withdrawn, each with the path of its page in the site.

    They are in the order of all reports: see `incidents_of`. The published file is open in `connection`.
    """
    found = incidents_of(connection)
    if not found:
        return []
    folders = app_folders(key for (key,) in connection.execute("SELECT app_key FROM apps").fetchall())
    return [(one, _page(one, folders)) for one in found]


def _page(one: PublishedIncident, folders: dict[str, str]) -> str:
    key = one.incident.app_key
    # The briefing shows incidents of all apps together and of the data.
    return "index.html" if key == ALL else f"apps/{folders[key]}/index.html"
