"""Reads the published incidents in the order of all reports, with the name of the app, the note to show, and whether a
note acknowledges the incident. `sql/published.sql` defines the order, which note is shown, and which notes acknowledge
an incident.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import duckdb

from pipelines.common.text import Bilingual
from pipelines.contract.measures.sql import sql
from pipelines.contract.status import is_alarm
from pipelines.incidents.cause_words import Channels, app_called, short_name
from pipelines.incidents.incident import Incident
from pipelines.incidents.words import incident_text
from pipelines.store.database import named_rows


@dataclass(frozen=True)
class Note:
    """A text that people wrote about a day."""

    day: date
    text: str


@dataclass(frozen=True)
class PublishedIncident:
    """An incident with the texts shown beside it."""

    incident: Incident
    as_of: date
    app_name: str
    # The note to show. A note about all apps that names no incident can be shown with the incident of one app, but does
    # not acknowledge it.
    note: Note | None = None
    # Whether any note acknowledges the incident.
    is_acknowledged: bool = False
    # The name of the app that is the cause; None if no app is.
    cause_app_name: str | None = None
    # The run that withdrew the incident; None for a current one.
    withdrawn_by: int | None = None
    # The words of declared channels.
    channels: Channels = field(default_factory=dict)
    # Whether several apps have the name `app_name`.
    is_name_shared: bool = False
    # The id of the incident with which it is reported; None if it is reported by itself. This is `part_of`, except that
    # an open incident is not reported with an ended one.
    whole: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether the incident still lasts."""
        return self.incident.last_day is None

    @property
    def is_independent(self) -> bool:
        """Whether it is reported by itself: it is part of no other incident, or is open and all these have ended."""
        return self.whole is None

    @property
    def is_alarm(self) -> bool:
        """Whether it is shown in red, and counts for the exit code while it is open and independent."""
        return is_alarm(self.incident.kind, is_acknowledged=self.is_acknowledged)

    @property
    def called(self) -> str:
        """The app in a line of text, with its name shortened."""
        return app_called(short_name(self.app_name), self.incident.app_key, with_key=self.is_name_shared)

    @property
    def text(self) -> Bilingual:
        """The incident in one line."""
        return incident_text(self.incident, self.called, self.as_of, self.cause_app_name, self.channels)


def incidents_of(connection: duckdb.DuckDBPyConnection) -> list[PublishedIncident]:
    """Return all current incidents of the published tables, in the order of `sql/published.sql`."""
    return [one for one in reported_of(connection, channel_words(connection)) if one.withdrawn_by is None]


def withdrawn_of(connection: duckdb.DuckDBPyConnection) -> list[PublishedIncident]:
    """Return all withdrawn incidents, the latest first day first."""
    found = [one for one in reported_of(connection, channel_words(connection)) if one.withdrawn_by is not None]
    return sorted(found, key=lambda one: one.incident.first_day, reverse=True)


def reported_of(connection: duckdb.DuckDBPyConnection, channels: Channels) -> list[PublishedIncident]:
    """Return current and withdrawn incidents; `channels` has the words of declared channels."""
    rows = named_rows(connection, sql("pipelines.incidents", "published"))
    by_id = {row["incident_id"]: Incident.of_row(row) for row in rows}
    return [
        PublishedIncident(
            by_id[row["incident_id"]],
            row["as_of"],
            row["app_name"],
            Note(**row["note"]) if row["note"] else None,
            row["is_acknowledged"],
            row["cause_app_name"],
            row["run"],
            channels,
            row["is_shared"],
            _whole_of(by_id[row["incident_id"]], by_id),
        )
        for row in rows
    ]


def _whole_of(one: Incident, by_id: Mapping[str, Incident]) -> str | None:
    """Return `PublishedIncident.whole` of an incident."""
    if one.last_day:
        return one.part_of
    # An open incident in the entry of an ended one would not be noticed.
    whole, passed = one.part_of, {one.incident_id}
    while whole and whole not in passed and (of := by_id.get(whole)) and of.last_day:
        passed.add(whole)
        whole = of.part_of
    return whole


def incident_days(
    connection: duckdb.DuckDBPyConnection, ids: Sequence[str], first: date
) -> list[tuple[str, date, int, int | None]]:
    """Return the points of the curves of the current incidents `ids`, from the day `first` on: id, day, value
    (successes, requests, records or latency) and, for rates, requests. Days without a record are left out.
    """
    given = {"incident_ids": list(ids), "first": first}
    return connection.execute(sql("pipelines.incidents", "incident_days"), given).fetchall()


def channel_words(connection: duckdb.DuckDBPyConnection) -> Channels:
    """Return the words of every channel of the published tables, by key."""
    rows = connection.execute("SELECT channel, name_zh, name_en FROM channels ORDER BY channel").fetchall()
    return {channel: Bilingual(zh, en) for channel, zh, en in rows}
