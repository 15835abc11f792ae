"""How people acknowledge incidents: the row to add to `registry/notes.csv`, and rows that name an unknown incident.

Pages and alerts print the row to add; `authmeter check` and the status report the unknown ids. `sql/published.sql`
defines which rows acknowledge an incident.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

import duckdb

from pipelines.common.text import Bilingual, listed, same
from pipelines.contract.measures.sql import sql

HOW_TO_MEND: Final = "Write the id shown on the incident's card, or leave incident_id empty."
# Up to this many days after the first stored day, a note may name an incident that no longer exists because retention
# removed its baseline: the 56 days before its first day. A note is at most 28 days later than this first day.
_UNCERTAIN_DAYS: Final = 56 + 28
_TEXT: Final = Bilingual("<情况说明>", "<your note>")


def note_line(day: date, app_key: str, incident_id: str) -> Bilingual:
    """Return the row of `registry/notes.csv` that acknowledges an incident, with a placeholder for the text.

    Args:
        day: the as-of, which becomes the date of the row.
        app_key: the app of the incident; `*`: all apps.
    """
    # Late data can change the first day of an open incident, but the as-of stays a day of the incident.
    return same(f"{day},{app_key},{{text}},{incident_id}").format(text=_TEXT)


def unknown_incidents(
    connection: duckdb.DuckDBPyConnection, named: Iterable[tuple[str, date]], days_from: date | None
) -> list[str]:
    """Return the ids in notes that belong to no published incident, current or withdrawn.

    Notes on days before the first published day are left out. If retention removed days, notes on the first
    `_UNCERTAIN_DAYS` days that it kept are left out, too.

    Args:
        connection: the published file.
        named: the id that each note names, and the day of the note.
        days_from: the first day that retention kept; None if it removed no day.
    """
    pairs = list(named)
    since = days_from + timedelta(days=_UNCERTAIN_DAYS) if days_from else date.min
    given = {"ids": [key for key, _ in pairs], "days": [day for _, day in pairs], "since": since}
    return [key for (key,) in connection.execute(sql("pipelines.incidents", "unknown_incidents"), given).fetchall()]


def unknown_words(ids: list[str]) -> Bilingual:
    """Return the warning that notes name these ids, although no incident has such an id."""
    return Bilingual(
        f"registry/notes.csv 中的异常编号不存在，所在行不确认任何异常：{listed(ids)}",
        f"registry/notes.csv names incidents that do not exist; these rows acknowledge nothing: {listed(ids)}",
    )
