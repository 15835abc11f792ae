"""Incidents that were published but no longer exist, because late data or a correction changed the figures."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb

from pipelines.common.errors import UsageError
from pipelines.incidents.incident import Incident
from pipelines.incidents.published import PublishedIncident, reported_of
from pipelines.store.published_file import published_tables


def withdrawn(
    published: Path, now: Collection[Incident], stored_since: date, known_since: date, run: int
) -> list[tuple[Incident, int]]:
    """Return the incidents that were published and no longer exist, each with the number of the run that withdrew it.

    An incident still exists if one of the same subject in `now` overlaps it. Incidents withdrawn by earlier runs are
    included; incidents that were part of another one are left out.

    Args:
        published: the file that this run replaces; it may be missing.
        now: the incidents that this run found.
        stored_since: the first stored day; incidents that began earlier are left out.
        known_since: the first day whose baseline is stored. Incidents that began earlier are not withdrawn: they no
            longer exist because retention removed the days that they were compared with.
        run: the number of this run.
    """
    gone = []
    for one in _reported(published):
        was = one.incident
        found = (each for each in now if (each.metric, each.subject) == (was.metric, was.subject))
        since = stored_since if one.withdrawn_by else known_since
        if was.first_day >= since and not any(each.overlaps(was) for each in found):
            last = was.last_day or was.first_day + timedelta(days=was.days - 1)
            gone.append((replace(was, last_day=last, state="withdrawn", part_of=None), one.withdrawn_by or run))
    return gone


def _reported(published: Path) -> list[PublishedIncident]:
    """Return the published incidents that are part of no other; none without a readable file of this version."""
    try:
        with published_tables(published) as connection:
            return [one for one in reported_of(connection, channels={}) if one.is_independent]
    except (UsageError, duckdb.Error):
        return []
