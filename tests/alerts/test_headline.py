"""Tests the figures of daily and weekly messages, and their comparison with the same weekday or the week before."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pipelines.alerts.figures import Figure, Headline, read_headline
from pipelines.alerts.week import WeekFigure, last_sunday, read_week
from tests.data.made_database import Database
from tests.data.published_tables import AS_OF, example, incident, steady
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


def test_a_week_has_the_usual_value_of_its_days_with_data(tmp_path: Path) -> None:
    """Each day has 40 verifications, and 90 requests that no user cancelled. 70 of the requests are authorized."""
    database = steady(tmp_path / "authmeter.duckdb", missing=(3,))
    week = read_week(database, last_sunday(AS_OF))
    assert week
    assert week.days == 6
    figures = {one.metric: one for one in week.figures}
    assert figures["number_verifications"] == WeekFigure("number_verifications", 240, 280, 0.0, 6, 240.0)
    rate = figures["technical_success_rate"]
    assert (rate.value, rate.usual) == pytest.approx((70 / 90, 70 / 90))


def test_a_week_has_what_began_what_ended_the_packages_and_the_newest_bill(tmp_path: Path) -> None:
    week = read_week(example(tmp_path / "authmeter.duckdb"), last_sunday(AS_OF))
    assert week
    # Parts of incidents, and those that began or ended in other weeks, are left out.
    assert {one.incident_id for one in week.opened} == {"all-rate", "odd-rate", "missing-day"}
    assert [one.incident_id for one in week.ended] == ["missing-day"]
    assert [one["account_id"] for one in week.packages][-1] == "default"
    assert {"remaining", "quantity", "run_out_day", "buy_by"} <= week.packages[-1].keys()
    # One day of its packages has no data.
    assert week.packages[-1]["is_upper_bound"] is True
    ((month, account, bill, log, amount),) = (
        [one[name] for name in ("month", "account_id", "bill", "log", "amount")] for one in week.bills
    )
    assert (month, account, bill, log, amount) == (date(2026, 2, 1), "default", 10_000, 9_975, 400.0)


def test_an_incident_ends_in_the_week_whose_days_show_its_end(tmp_path: Path) -> None:
    sunday = last_sunday(AS_OF)

    def more(made: Database) -> None:
        for back in (-1, 0, 6, 7, 14):
            ended = {
                "state": "recovered",
                "last_day": days_before(sunday, back + 2),
                "ended_on": days_before(sunday, back),
            }
            made.add("incidents", incident(f"{back} before", 40, **ended))

    week = read_week(steady(tmp_path / "authmeter.duckdb", more=more), sunday)
    assert week
    assert {one.incident_id for one in week.ended} == {"0 before", "6 before"}
    # A week without data has no message of its own, so that the next message reports its ends.
    newest = (AS_OF - sunday).days
    gap = tuple(range(newest + 7, newest + 14))
    week = read_week(steady(tmp_path / "gap.duckdb", missing=gap, more=more), sunday)
    assert week
    assert {one.incident_id for one in week.ended} == {"0 before", "6 before", "7 before"}


def test_a_bill_of_both_channels_is_counted_once(folder: DataFolder) -> None:
    """The console counts both channels together, so the reconciliation also has a row with the sum of both bills."""
    sunday = date(2026, 2, 1)
    folder.land("a.ndjson", records(1, sunday))
    folder.write(
        "registry/bills/b.csv",
        "month,account_id,channel,quantity,amount\n2026-01,a,one_click,90,9\n2026-01,a,local_verify,60,6\n"
        "2026-01,b,one_click,7,1\n2026-01,b,local_verify,2,1\n",
    )
    folder.write("registry/console/c.csv", "day,account_id,channel,billed\n2026-01-05,a,number,5\n")
    folder.tables(sunday)
    week = read_week(folder.store.database, sunday)
    assert week
    found = [tuple(one[name] for name in ("account_id", "bill", "log", "amount")) for one in week.bills]
    assert found == [("a", 150, 0, 15.0), ("b", 9, 0, 2.0)]
