"""Tests when a message is due, and for which receivers: each receiver gets it once, even if another receiver refuses
it, and the weekly message is sent once a week.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import closing
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines.alerts import sent
from pipelines.alerts.delivery import Delivery, Receivers, Workbook
from pipelines.alerts.due import alert_if_late, alert_of_end
from pipelines.alerts.figures import read_curve, read_headline
from pipelines.alerts.message import Message
from pipelines.alerts.sent import undelivered
from pipelines.common.errors import AuthmeterError
from pipelines.common.files import durable
from pipelines.contract.settings.settings import AlertSettings
from pipelines.contract.status import UNDELIVERED
from pipelines.incidents.usual.norms import IncidentDays
from pipelines.run.run_end import note_end
from pipelines.run.status import last_status, status_of
from pipelines.store.published_file import open_published
from reports.content.key_figures import key_figures
from reports.content.published import PublishedTables
from tests.data.failing_sdk import BAD_DAYS, failing_sdk
from tests.support import DAY, CopyOf, DataFolder, Make, days_before, morning_after, records

SUNDAY = date(2026, 3, 8)
TWO = "json://127.0.0.1:1/one\njson://127.0.0.1:1/two\n"


class Post:
    """Replaces the sending of messages.

    Receivers whose address ends with an entry of `refusing` refuse. `got` records receiver, kind and day of each
    accepted message, `with_workbook` the kinds of messages that had a workbook.
    """

    def __init__(self) -> None:
        self.refusing: Iterable[str] = ()
        self.got: list[tuple[str, str, date]] = []
        self.with_workbook: list[str] = []

    def __call__(
        self, _: object, __: AlertSettings, message: Message, to: Receivers, workbook: Workbook | None = None
    ) -> Delivery:
        took = {key for key, (_, url) in to.urls.items() if not url.endswith(tuple(self.refusing))}
        self.got += sorted((to.urls[key][1][-3:], message.kind, message.day) for key in took)
        self.with_workbook += [message.kind] if workbook else []
        return Delivery(len(to.keys), frozenset(took))


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    stands_in = Post()
    monkeypatch.setattr(sent, "send", stands_in)
    return stands_in


def with_receivers(folder: DataFolder, extra: str = "", urls: str = TWO) -> None:
    """Configure two receivers for the folder. `extra` has further settings of `[alerts]`."""
    folder.write("authmeter.toml", f'[alerts]\nurls_file = "alerts.urls"\n{extra}')
    folder.write("alerts.urls", urls).chmod(0o600)


def published(folder: DataFolder, day: date) -> None:
    """Land a day with five records, publish its tables, and send the messages of the run's end."""
    folder.land(f"{day}.ndjson", records(5, day))
    folder.tables(day)
    ended(folder, day)


def ended(folder: DataFolder, day: date) -> None:
    alert_of_end(folder.root, status_of(folder.root, morning_after(day)), lambda to: to / "usage.xlsx")


@cache
def one_day(day: date) -> Make:
    """Return a function that fills a data folder with one published day."""

    def fill(folder: DataFolder) -> None:
        folder.land(f"{day}.ndjson", records(5, day))
        folder.tables(day)

    return fill


def first_published(copy_of: CopyOf, day: date, extra: str = "") -> DataFolder:
    """Return a folder with two receivers, in which a run published `day` and sent its messages.

    `extra` has further settings of `[alerts]`.
    """
    folder = copy_of(one_day(day))
    with_receivers(folder, extra)
    ended(folder, day)
    return folder


def test_the_end_of_a_run_reports_the_undelivered_messages(copy_of: CopyOf, post: Post) -> None:
    folder = copy_of(one_day(DAY))
    with_receivers(folder)
    found = []
    for refusing in (["two"], [], []):
        post.refusing = refusing
        found.append(alert_of_end(folder.root, status_of(folder.root, morning_after(DAY))))
    assert found == [f"`daily` of {DAY}: 1 of 2 receivers accepted it", None, None]


def test_who_refused_a_message_gets_it_later_and_nobody_gets_it_twice(copy_of: CopyOf, post: Post) -> None:
    post.refusing = ["two"]
    folder = first_published(copy_of, DAY)
    assert post.got == [("one", "daily", DAY)]
    assert undelivered(folder.root) == f"`daily` of {DAY}: 1 of 2 receivers accepted it"
    ended(folder, DAY)
    assert len(post.got) == 1, "it is sent to the one that got it again"
    post.refusing = []
    for _ in range(2):
        ended(folder, DAY)
    assert post.got == [("one", "daily", DAY), ("two", "daily", DAY)]
    assert undelivered(folder.root) is None
    # No marker of a sent message shows an address.
    names = [path.name for path in (folder.root / "alerts").iterdir()]
    assert len(names) == 2
    assert not any("127" in name or "one" in name for name in names)


@pytest.fixture
def no_flush(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make each sync of the folder that records sent messages fail with an I/O error."""

    def broken(path: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(sent, "durable", SimpleNamespace(sync_folder=broken, write_file=durable.write_file))


@pytest.mark.usefixtures("no_flush")
def test_a_message_whose_marker_could_not_be_kept_is_sent_by_the_next_run(
    copy_of: CopyOf, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = first_published(copy_of, SUNDAY)
    assert post.got == []
    unkept = "0 of 2 receivers accepted it; its marker could not be written: Input/output error"
    assert (undelivered(folder.root) or "").startswith(f"`daily` of {SUNDAY}: {unkept}; `weekly` of")
    monkeypatch.setattr(sent, "durable", durable)
    ended(folder, SUNDAY)
    assert post.got == [(who, kind, SUNDAY) for kind in ("daily", "weekly") for who in ("one", "two")]


def test_a_run_that_may_not_write_to_the_folder_of_markers_ends_with_a_warning(
    copy_of: CopyOf, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(sent, "durable", SimpleNamespace(sync_folder=refused, write_file=refused))
    folder = copy_of(one_day(SUNDAY))
    with_receivers(folder)
    note_end(folder.root, morning_after(SUNDAY), SUNDAY, None)
    assert post.got == []
    status = last_status(folder.root)
    assert status.last_run
    assert status.last_run.result == "done"
    unkept = "0 of 2 receivers accepted it; its marker could not be written: Permission denied"
    assert [one.detail_en for one in status.warnings if one.check == UNDELIVERED and unkept in one.detail_en]


@pytest.mark.parametrize("settings", ["", '[alerts]\nurls_file = "one.urls"\n'])
def test_what_a_removed_receiver_did_not_get_is_no_longer_reported(copy_of: CopyOf, post: Post, settings: str) -> None:
    post.refusing = ["two"]
    folder = first_published(copy_of, DAY)
    folder.write("one.urls", TWO.splitlines()[0]).chmod(0o600)
    folder.write("authmeter.toml", settings)
    ended(folder, DAY)
    assert undelivered(folder.root) is None
    assert status_of(folder.root, morning_after(DAY)).state == "ok"


def test_an_undelivered_day_stays_reported_until_it_is_sent(copy_of: CopyOf, post: Post) -> None:
    post.refusing = ["two"]
    folder = first_published(copy_of, DAY)
    post.refusing = []
    assert alert_if_late(folder.root, morning_after(DAY) + timedelta(days=1, hours=9))
    note_end(folder.root, morning_after(DAY), DAY, AuthmeterError("It broke.", do="Mend it."))
    assert [kind for _, kind, _ in post.got] == ["daily", "late", "late", "failed", "failed"]
    assert undelivered(folder.root) == f"`daily` of {DAY}: 1 of 2 receivers accepted it"


def test_a_warning_reaches_who_got_the_day_before_it_while_others_get_the_day(copy_of: CopyOf, post: Post) -> None:
    post.refusing = ["two"]
    folder = first_published(copy_of, DAY)
    folder.land("unread.bin", b"no log")
    folder.tables(DAY)
    post.refusing = []
    ended(folder, DAY)
    assert post.got == [("one", "daily", DAY), ("two", "daily", DAY), ("one", "warning", DAY)]
    # The workbook of the day comes with the daily message alone.
    assert post.with_workbook == ["daily", "daily"]


def test_a_run_for_an_old_day_that_fails_again_is_reported_once(folder: DataFolder, post: Post) -> None:
    with_receivers(folder)
    (folder.root / "alerts").mkdir()
    markers = [folder.root / "alerts" / f"{days_before(DAY, back)}.daily.command" for back in range(45)]
    for marker in markers:
        marker.touch()
        os.utime(marker, (0, 0))
    old = days_before(DAY, 100)
    for _ in range(2):
        note_end(folder.root, morning_after(DAY), old, AuthmeterError("It broke.", do="Mend it."))
    assert post.got == [(who, "failed", old) for who in ("one", "two")]
    assert [marker.exists() for marker in markers] == [True] * 40 + [False] * 5


def test_the_week_is_sent_by_the_run_of_its_sunday_and_to_who_refused_it_by_a_later_run(
    copy_of: CopyOf, post: Post
) -> None:
    post.refusing = ["two"]
    folder = first_published(copy_of, SUNDAY)
    assert ("one", "weekly", SUNDAY) in post.got
    assert f"`weekly` of {SUNDAY}: 1 of 2 receivers accepted it" in (undelivered(folder.root) or "")
    post.refusing = []
    published(folder, days_before(SUNDAY, -1))
    assert [one for one in post.got if one[1] == "weekly"] == [(who, "weekly", SUNDAY) for who in ("one", "two")]
    assert undelivered(folder.root) is None


@pytest.mark.parametrize(("day", "extra"), [(DAY, ""), (SUNDAY, 'on = ["daily"]\n')])
def test_without_a_sunday_or_the_setting_no_week_is_sent(copy_of: CopyOf, post: Post, day: date, extra: str) -> None:
    first_published(copy_of, day, extra)
    assert {kind for _, kind, _ in post.got} == {"daily"}


def test_of_days_closed_together_those_without_a_record_are_named_and_the_week_of_their_sunday_is_sent(
    copy_of: CopyOf, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = first_published(copy_of, days_before(SUNDAY, 1))
    folder.land("back.ndjson", records(5, SUNDAY))
    folder.tables(DAY)
    titles = []

    def send(*given: Any) -> Delivery:
        titles.append((given[2].kind, given[2].title.en))
        return post(*given)

    monkeypatch.setattr(sent, "send", send)
    post.got.clear()
    ended(folder, DAY)
    assert titles[0] == ("late", "❗03-09 to 03-10 without data")
    assert post.got == [(who, kind, day) for kind, day in (("late", DAY), ("weekly", SUNDAY)) for who in ("one", "two")]


def test_a_day_without_a_record_is_reported_although_it_was_late(copy_of: CopyOf, post: Post) -> None:
    folder = first_published(copy_of, days_before(DAY, 1))
    # Each setting has receivers of its own.
    cases = [
        (TWO.replace(":1/", f":{port}/"), on, kind)
        for port, on, kind in (
            (2, "", "warning"),
            (3, 'on = ["warning"]\n', "warning"),
            (4, 'on = ["daily", "warning"]\n', "daily"),
        )
    ]
    for urls, on, _ in cases:
        with_receivers(folder, on, urls)
        alert_if_late(folder.root, morning_after(DAY) + timedelta(hours=9))
    folder.tables(DAY)
    for urls, on, kind in cases:
        with_receivers(folder, on, urls)
        post.got.clear()
        for _ in range(2):
            ended(folder, DAY)
        assert post.got == [(who, kind, DAY) for who in ("one", "two")], on


def test_a_day_without_a_record_is_reported_once_and_again_when_it_has_records(copy_of: CopyOf, post: Post) -> None:
    folder = first_published(copy_of, days_before(DAY, 1))
    post.got.clear()
    folder.tables(DAY)
    for _ in range(2):
        ended(folder, DAY)
    assert post.got == [(who, "late", DAY) for who in ("one", "two")]
    post.got.clear()
    published(folder, DAY)
    assert post.got == [(who, "daily", DAY) for who in ("one", "two")]
    assert post.with_workbook == ["daily", "daily"], "a late message has a workbook"


def test_the_usual_range_is_that_of_the_briefing(copy_of: CopyOf) -> None:
    database = copy_of(failing_sdk).store.database
    found = {one.metric: one for one in read_headline(database).key_figures}
    with closing(open_published(database)) as connection:
        marts = PublishedTables(connection)
        days = IncidentDays(one.incident for one in marts.incidents())
        drawn = {one.metric: one for one in key_figures(marts, marts.key_norms(days))}
    assert list(found) == list(drawn)
    for name, figure in drawn.items():
        assert (found[name].usual, found[name].low, found[name].high) == (
            figure.usual.usual, figure.usual.low, figure.usual.high,
        )  # fmt: skip
        assert found[name].value == figure.spans[0].value
    assert found["technical_success_rate"].low is not None


def test_the_curve_falls_on_the_first_day_of_the_incident(copy_of: CopyOf) -> None:
    folder = copy_of(failing_sdk)
    ((incident_id,),) = folder.rows("SELECT incident_id FROM incidents WHERE part_of IS NULL")
    curve = read_curve(folder.store.database, str(incident_id))
    assert curve
    assert curve.values == (*[1.0] * 14, *[0.55] * BAD_DAYS)
    assert (curve.first, curve.first_day) == (days_before(DAY, BAD_DAYS + 13), days_before(DAY, BAD_DAYS - 1))
    assert read_curve(folder.store.database, "0" * 16) is None


def test_a_day_is_late_if_the_first_run_was_killed(folder: DataFolder, post: Post) -> None:
    with_receivers(folder)
    folder.land("a.ndjson", records(3))
    folder.roll_up()
    at_noon = morning_after(DAY) + timedelta(hours=9)
    assert alert_if_late(folder.root, at_noon)
    assert post.got == [("one", "late", DAY), ("two", "late", DAY)]


def test_a_day_that_a_killed_run_left_unpublished_is_late(folder: DataFolder, post: Post) -> None:
    with_receivers(folder)
    folder.land("a.ndjson", records(3, days_before(DAY, 1)))
    folder.publish(days_before(DAY, 1))
    folder.land("b.ndjson", records(3))
    # The run ended after the commit of the day, and before it switched the site.
    folder.roll_up()
    assert alert_if_late(folder.root, morning_after(DAY) + timedelta(hours=9))
    assert post.got == [("one", "late", DAY), ("two", "late", DAY)]


@pytest.mark.parametrize(("is_published", "is_failed"), [(False, False), (True, False), (True, True)])
def test_a_killed_run_of_a_sunday_loses_no_weekly_message(
    copy_of: CopyOf, post: Post, is_published: bool, is_failed: bool
) -> None:
    saturday, monday = days_before(SUNDAY, 1), days_before(SUNDAY, -1)
    folder = copy_of(one_day(saturday))
    with_receivers(folder, 'on = ["weekly"]\n')
    note_end(folder.root, morning_after(saturday), saturday, None)
    folder.land("b.ndjson", records(5, SUNDAY, "b"))
    # Killed after the day was committed, or after it was published; or it failed then.
    (folder.tables if is_published else folder.roll_up)(SUNDAY)
    if is_failed:
        note_end(folder.root, morning_after(SUNDAY), SUNDAY, AuthmeterError("The bucket cannot be reached."))
    folder.land("c.ndjson", records(5, monday, "c"))
    folder.tables(monday)
    note_end(folder.root, morning_after(monday), monday, None)
    assert post.got == [(who, "weekly", SUNDAY) for who in ("one", "two")]
