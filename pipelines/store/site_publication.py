"""Reads the publication that the site shows.

Between the commit of a run and the switch of its site, the manifest has a newer publication; also if the run was
killed in between.
"""

import json
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from pipelines.store.store import Store

LONG_DAYS: Final = 90
"""The longest window of the site by day. Each of its days has a page."""


class SitePublication(NamedTuple):
    """The as-of day of a site, and the time of the run that made it."""

    as_of: date
    generated_at: str


def publication_of_site(site: Path) -> SitePublication | None:
    """Return the publication of the current site; None if there is no site or it cannot be read."""
    try:
        listed = json.loads((site / "manifest.json").read_bytes())
        return SitePublication(date.fromisoformat(listed["as_of"]), str(listed["generated_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def last_visible_day(store: Store, as_of: date) -> date | None:
    """Return the last day that readers can see; None if nothing is published. `as_of` is the as-of of the manifest."""
    # The site ends earlier if a run ended after its commit and before it switched the site. Without a site, readers can
    # see the days of the published file, if there is one.
    if site := publication_of_site(store.site):
        return min(as_of, site.as_of)
    return as_of if store.database.is_file() else None
