"""Published sites that the browser tests read, each made once for all test processes.

A world is a folder with a published database and its site; no test may change it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.contract.measures.session_metrics import FUNNEL
from pipelines.sample.write import SampleSpec, write_sample
from reports.build.site import render_site
from tests.data import site_logs
from tests.data.bought_packages import add_packages, package
from tests.data.made_database import AS_OF, Database, day
from tests.data.made_sign_ins import add_sign_ins
from tests.data.published_tables import example, full, incident, many, steady
from tests.support import DataFolder, record

SAMPLE_DAY = date(2026, 11, 25)
"""The data day of the sample."""
MANY = 300
"""Apps of the world `many`."""


def made(make: Callable[..., Path], *arguments: Any, **named: Any) -> Callable[[Path], None]:
    """Return a function that fills a world's folder with the database of `make` and its site."""

    def fill(world: Path) -> None:
        (world / "site").mkdir()
        render_site(make(world / "authmeter.duckdb", *arguments, **named), world / "site")

    return fill


def run(publish: Callable[[Path], object]) -> Callable[[Path], None]:
    """Return a function that fills a world's folder by calling `publish` with a data folder in it."""

    def fill(world: Path) -> None:
        publish(world / "data")
        (world / "site").symlink_to(world / "data" / "site")
        (world / "authmeter.duckdb").symlink_to(world / "data" / "warehouse" / "authmeter.duckdb")

    return fill


def publish_sample(root: Path) -> None:
    """Publish a sample with everything that can be planted."""
    write_sample(root, SampleSpec(days=60, apps=8, events=6_000, seed=1, last_day=SAMPLE_DAY))
    DataFolder(root).publish(SAMPLE_DAY)


def no_subject(root: Path) -> None:
    """Publish an app whose sign-in records name neither a device nor an attempt."""
    folder = DataFolder(root)
    folder.land("a.ndjson", [record("a1", stage="page"), record("a2"), record("b1", channel="local_verify")])
    folder.publish()


def faults_of_data(world: Database) -> None:
    """Add open incidents of repeated records and of a day without records, and a fall of an app's volume as a part of
    the latter.
    """
    world.add(
        "incidents",
        incident("fault", 2, kind="data", metric="repeated_records", app_key="*", channel="*", cause_kind=None),
        incident("day", 3, kind="data", metric="missing_day", app_key="*", channel="*", cause_kind=None),
        incident("behind", 3, kind="volume", metric="volume", channel="*", part_of="day", cause_kind=None),
    )


def limited(world: Database) -> None:
    """Add verifications that the provider limited, and others that a limit of the product would have blocked."""
    world.connection.execute(
        "INSERT INTO limit_daily VALUES (?, 'phone_10_day', 'shop', 40, 30, 20, 1, 1, 1, 1)", [AS_OF]
    )
    world.add("outcome_daily", *(
        {"day": AS_OF, "app_key": "shop", "channel": "one_click", "stage": stage, "platform": "android",
         "carrier": "CMCC", "outcome": "limited", "vendor": "umeng", "records": 1234}
        for stage in ("verify", "authorize")
    ))  # fmt: skip


def holiday(world: Database) -> None:
    """Make the day 60 days before the as-of a holiday."""
    world.connection.execute("UPDATE day_quality SET is_holiday = true WHERE day = ?", [day(60)])


def sign_ins(world: Database) -> None:
    """Add sign-in sessions, and an incident of their rate."""
    add_sign_ins(world, "s3")
    world.add("incidents", incident("sign-in", 3, metric="sign_in_rate", channel="*"))


def click_not_logged(world: Database) -> None:
    """Add 20 days of sign-in sessions.

    The newest eight days have no clicks, but a hundred times as many sessions as the days before.
    """
    cell = {"app_key": "shop", "platform": "android", "carrier": "CMCC", "sdk_version": "2.1", "scheme_id": "s1"}
    for back in range(20):
        steps = ("click", "click_authorize") if back > 7 else ()
        counts = dict.fromkeys((*FUNNEL, "sessions"), 0)
        counts |= dict.fromkeys(("sessions", "authorize", "verify", "authorize_verify", "signed_in", *steps), 9)
        if not steps:
            counts |= {name: 100 * number for name, number in counts.items()}
        world.add("funnel_daily", {"day": day(back), **cell, **counts})
        world.add("session_daily", {
            "day": day(back), "entry_channel": "one_click", **cell, "sessions": counts["sessions"],
            "direct": counts["sessions"], **dict.fromkeys(("retry", "other", "cut", "lost", "unchecked"), 0),
        })  # fmt: skip
        world.add("session_times_daily", *(
            {"day": day(back), "app_key": key, "step": "authorize_verify", "sessions": 9,
             "p50_ms": 1000 + 4 * (back % 2), "p95_ms": 2000, "negative": 0}
            for key in ("*", "shop")
        ))  # fmt: skip
        book = {"day": day(back), "app_key": "shop", "by_server": True, "without_subject": 0}
        world.add("session_books", book | {"records": 2 * counts["sessions"], "sessions": counts["sessions"]})


def text_messages(world: Database) -> None:
    """Add requests by text message on one day, with notes of that day for the app and for all apps.

    An app without a page has a note on that day and one on the day before.
    """
    world.add("channel_daily", {
        "day": day(2), "app_key": "shop", "channel": "sms", "authorization_requests": 8, "authorizations": 5,
        "authorizations_cancelled": 0, "authorizations_failed": 3, "devices": 8,
        **dict.fromkeys(
            ("verification_requests", "verifications", "mismatches", "unknowns", "billable_verifications"), 0
        ),
    })  # fmt: skip
    world.add(
        "notes",
        *({"day": day(back), "app_key": "gone", "text": "of an app without a page"} for back in (2, 3)),
        *({"day": day(2), "app_key": key, "text": text} for key, text in (("shop", "its own"), ("*", "of all"))),
    )


def changed_channels(world: Database) -> None:
    """Add sign-ins by WeChat and by text message to the days 100 to 129 before the as-of."""
    unverified = dict.fromkeys(
        ("verification_requests", "verifications", "mismatches", "unknowns", "billable_verifications"), 0
    )
    for back in range(100, 130):
        for channel, requests, authorizations in (("wechat", 10, 7), ("sms", 4, 3)):
            world.add("channel_daily", unverified | {
                "day": day(back), "app_key": "shop", "channel": channel, "authorization_requests": requests,
                "authorizations": authorizations, "authorizations_cancelled": 0,
                "authorizations_failed": requests - authorizations, "devices": requests,
            })  # fmt: skip


def many_parts(world: Database) -> None:
    """Add an incident of app `a0`, and as its parts smaller incidents of `a1` to `a7`."""
    for i in range(8):
        world.connection.execute(f"INSERT INTO apps VALUES ('a{i}', 'App {i}', 'ios', '', NULL, 'enabled', true)")
        row = incident(f"of-a{i}", 3, app_key=f"a{i}", lost=100.0 - i, lost_total=900.0 - i)
        world.add("incidents", row | ({"part_of": "of-a0"} if i else {}))


def digits_and_a_missing_day(world: Database) -> None:
    """Add an app and a scheme whose keys and names look like numbers, days and formulas.

    Remove the records of one day.
    """
    world.connection.execute("INSERT INTO apps VALUES ('0012345', '0099', 'ios', '00077', NULL, 'enabled', true)")
    world.connection.execute(
        "INSERT INTO schemes VALUES ('12345678901234567890', '007', '0012345', '=1+1', '2026-01-02', '', NULL)"
    )
    world.connection.execute(
        "UPDATE day_quality SET day_state = 'missing', records_accepted = 0 WHERE day = ?", [day(9)]
    )


def varied(world: Database) -> None:
    """Add rows that tests read on different pages, or on different days, so that they do not disturb each other."""
    for add in (limited, text_messages, click_not_logged, many_parts):
        add(world)


BOUGHT = {"ample": (90_000, -300), "none-left": (100, -300), "short": (600, -300), "soon": (500, -300)}
"""Quantity and last day of the package of each account; by name they are in another order than by urgency."""


def accounts(path: Path) -> Path:
    """Return a database of four accounts with packages, each with one app that has 10 uses a day."""
    world = Database(path)
    world.publish(first_day=day(40))
    nothing = dict.fromkeys(("duplicates", "unmapped_codes", "unregistered_apps", "late_records"), 0)
    world.add("day_quality", *(
        nothing | {"day": day(back), "records_accepted": 9, "restated": False, "day_state": "complete"}
        for back in range(41)
    ))  # fmt: skip
    packages = [package(f"of-{name}", name, quantity, 39, ends) for name, (quantity, ends) in BOUGHT.items()]
    add_packages(world, packages, {name: {f"app-{name}": lambda back: 10} for name in BOUGHT})
    return world.close()


def improved(back: int) -> int:
    """Return the authorizations of the day `back` days before the as-of: 80 in the newest week, else 60."""
    return 80 if back < 7 else 60


WORLDS: dict[str, Callable[[Path], None]] = {
    "example": made(example),
    "logged": run(site_logs.publish),
    "sampled": run(publish_sample),
    "no-subject": run(no_subject),
    "empty": run(lambda root: DataFolder(root).publish()),
    "full": made(full),
    "many": made(many, MANY),
    "accounts": made(accounts),
    # The following have one app, `shop`, with the same counts on every day, except for the differences that are named.
    "calm": made(steady),
    # Only a test of the quality page reads its missing day.
    "stopped": made(steady, stopped={"old": 31, "recent": 29}, more=digits_and_a_missing_day),
    "fallen": made(
        steady, days=90, won=lambda back: 40 if back <= 10 else 70 + back % 3, incident_back=10, more=holiday
    ),
    # From 70 to 77 came, so that 74 is usual; on one Sunday fewer, within and outside of the usual range.
    "low-sunday": made(steady, won=lambda back: 40 if back == 2 else 70 + back % 8),
    # The usual range begins between two counts, at 5.27. It has sign-in sessions, too.
    "just-below": made(steady, won=lambda back: 5 if back == 2 else 18, more=sign_ins),
    # Its data day was restated.
    "improved": made(steady, won=improved, left=lambda back: (100 - improved(back)) // 2, restated=(0,)),
    "long": made(steady, days=200, won=lambda back: 80 if back < 90 else 60, more=changed_channels),
    "no-data": made(steady, missing=(0,)),
    # Only tests of the quality page and of a card read its open faults of the data.
    "young": made(steady, days=5, more=faults_of_data),
    "varied": made(steady, more=varied),
}
