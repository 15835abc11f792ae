"""Incidents that were reported and are none any more, since late data or a correction changed the figures."""

from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import duckdb

from pipelines.common.errors import UsageError
from pipelines.incidents.incident import Incident
from pipelines.incidents.published import PublishedIncident, reported_of
from pipelines.store.database import open_published


def withdrawn(published: Path, now: Collection[Incident], since: date, run: int) -> list[tuple[Incident, int]]:
    """The incidents that the published file tells of and that are gone, each with the run that took it away.

    One of which another first day is found now is not gone. What was withdrawn before stays so, unless it is back.

    Args:
        published: the file that is to be replaced; there may be none.
        since: the first day that is kept.
        run: the number of this run.
    """
    return [
        (_ended(one.incident), one.withdrawn_by or run)
        for one in _reported(published)
        if one.incident.first_day >= since and not any(_is_of_it(one.incident, found) for found in now)
    ]


def _is_of_it(reported: Incident, one: Incident) -> bool:
    """Whether it is the same subject's, at the same time."""
    return (one.metric, one.subject) == (reported.metric, reported.subject) and one.overlaps(reported)


def _ended(reported: Incident) -> Incident:
    last = reported.last_day or reported.first_day + timedelta(days=reported.days - 1)
    return replace(reported, last_day=last, state="withdrawn", part_of=None)


def _reported(published: Path) -> list[PublishedIncident]:
    """What stood by itself in the published file; nothing where there is none, or one of an older version."""
    try:
        with closing(open_published(published)) as connection:
            return [one for one in reported_of(connection) if one.stands_alone]
    except (UsageError, duckdb.Error):
        return []
