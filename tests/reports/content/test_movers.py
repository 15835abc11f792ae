"""The largest moves of a day: which days are usual for an app in a channel."""

from contextlib import closing
from pathlib import Path

from pipelines.store.published_file import open_published
from reports.content.movers import movers
from reports.content.published import PublishedTables
from tests.data.published_tables import Database, day, incident, steady


def test_days_of_an_incident_of_all_apps_alone_stay_in_the_usual_count(tmp_path: Path) -> None:
    """The page of one app's day computes the same norm, and reads only the incidents of the app."""

    def with_incident(made: Database) -> None:
        made.add("incidents", incident("everyone", 28, app_key="*", state="recovered", last_day=day(1)))

    path = steady(tmp_path / "authmeter.duckdb", won=lambda back: 50 if 1 <= back <= 28 else 80, more=with_incident)
    with closing(open_published(path)) as connection:
        (move,) = movers(PublishedTables(connection), [day(0)])[day(0)]
    # The same weekday had 50 in four of the eight weeks before, and 80 in the other four.
    assert (move.now, move.usual) == (80, 65)
