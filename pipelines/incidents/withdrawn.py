"""Incidents that were reported and are none any more, since late data or a correction changed the figures."""

from collections.abc import Collection
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from pipelines.common.errors import UsageError
from pipelines.common.sql import sql
from pipelines.incidents.incident import Incident
from pipelines.store.database import named_rows, open_published


def withdrawn(published: Path, now: Collection[Incident], since: date, run: int) -> list[tuple[Incident, int]]:
    """The incidents that the published file tells of and that are gone, each with the run that took it away.

    One of which another first day is found now is not gone. What was withdrawn before stays so, unless it is back.

    Args:
        published: the file that is to be replaced; there may be none.
        since: the first day that is kept.
        run: the number of this run.
    """
    return [
        (_ended(reported), int(row["run"] or run))
        for row in _reported(published)
        if (reported := Incident.of_row(row)).first_day >= since and not any(_is_of_it(reported, one) for one in now)
    ]


def _is_of_it(reported: Incident, one: Incident) -> bool:
    """Whether it is the same subject's, at the same time."""
    subjects = [(each.metric, *each.subject) for each in (reported, one)]
    return subjects[0] == subjects[1] and reported.overlaps(one)


def _ended(reported: Incident) -> Incident:
    last = reported.last_day or reported.first_day + timedelta(days=reported.days - 1)
    return replace(reported, last_day=last, state="withdrawn", part_of=None)


def _reported(published: Path) -> list[dict[str, Any]]:
    """What stood by itself in the published file; nothing where there is none, or one of an older version."""
    try:
        with closing(open_published(published)) as connection:
            return named_rows(connection, sql("pipelines.incidents", "reported"))
    except (UsageError, duckdb.Error):
        return []
