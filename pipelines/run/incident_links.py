"""The published incidents, each with the page of the site that shows it."""

from pathlib import Path

from pipelines.incidents.incident import ALL
from pipelines.incidents.published import PublishedIncident, incidents_of
from pipelines.store.published_file import published_tables
from reports.content.folders import app_folders


def linked_incidents(database: Path) -> list[tuple[PublishedIncident, str]]:
    """Return the published incidents that were not withdrawn, open ones first, each with the path of its page in the
    site.

    Raises:
        UsageError: nothing is published, or only by an older version.
        UnreadablePublicationError: the published file is damaged.
    """
    with published_tables(database) as connection:
        found = incidents_of(connection)
        if not found:
            return []
        folders = app_folders(key for (key,) in connection.execute("SELECT app_key FROM apps").fetchall())
    return [(one, _page(one, folders)) for one in found]


def _page(one: PublishedIncident, folders: dict[str, str]) -> str:
    key = one.incident.app_key
    # The briefing shows incidents of all apps together and of the data.
    return "index.html" if key == ALL else f"apps/{folders[key]}/index.html"
