"""The headline figures of an alert are the published day's, compared with the same weekday of the week before."""

from __future__ import annotations

from datetime import date

from pipelines.alerts.figures import Figure, Headline, read_headline
from pipelines.alerts.week import read_week
from tests.support import DAY, DataFolder, days_before, records

WEEK = days_before(DAY, 7)


def figures(folder: DataFolder) -> dict[str, Figure]:
    folder.tables()
    return {figure.metric: figure for figure in read_headline(folder.store.database).figures}


def test_a_count_changes_by_a_part_of_its_base_and_a_rate_by_the_difference(folder: DataFolder) -> None:
    folder.land("week.ndjson", records(2, WEEK) + records(2, WEEK, "f", outcome="timeout"))
    folder.land(
        "today.ndjson", records(3) + records(1, prefix="f", outcome="timeout") + records(9, days_before(DAY, 6))
    )
    found = figures(folder)
    assert found["authorizations"] == Figure("authorizations", 3, 2, 0.5)
    assert found["authorization_rate"] == Figure("authorization_rate", 0.75, 0.5, 0.25)
    assert found["number_verifications"] == Figure("number_verifications", 0, 0, None)
    assert isinstance(found["authorizations"].value, int)


def test_without_data_a_week_before_there_is_no_change(folder: DataFolder) -> None:
    folder.land("today.ndjson", records(3))
    found = figures(folder)
    assert found["authorizations"] == Figure("authorizations", 3, None, None)
    assert found["authorization_rate"] == Figure("authorization_rate", 1.0, None, None)


def test_on_a_missing_day_no_figure_is_known(folder: DataFolder) -> None:
    folder.land("week.ndjson", records(2, WEEK))
    assert figures(folder)["authorizations"] == Figure("authorizations", None, 2, None)


def test_where_nothing_is_published_there_is_no_headline(folder: DataFolder) -> None:
    assert read_headline(folder.store.database) == Headline()


def test_a_week_is_compared_over_the_days_that_both_weeks_have(folder: DataFolder) -> None:
    sunday = date(2026, 3, 8)
    folder.land(
        "now.ndjson", records(3, sunday, channel="wechat") + records(4, days_before(sunday, 1), channel="wechat")
    )
    folder.land("before.ndjson", records(2, days_before(sunday, 7), channel="wechat"))
    folder.tables(sunday)
    week = read_week(folder.store.database, sunday)
    assert week
    (found,) = (one for one in week.figures if one.metric == "third_party_authorizations")
    assert (found.value, found.week_before, found.change, found.matched_days) == (7, 2, 0.5, 1)
