"""`authmeter packages` prints the remaining quantity, when it runs out and how much lapses, as text and as JSON."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date, timedelta

import pytest

from pipelines.store.published_file import open_published
from reports.content.billing.resource_packages import package_accounts
from reports.content.published import PublishedTables
from tests.published_folder import Call
from tests.support import DAY, CopyOf, DataFolder, record

PACKAGES = "resource_package_id,account_id,quantity,purchased_at,expires_at\n"


def publish(folder: DataFolder, packages: str, days: int) -> None:
    """Publish these packages, and one use on each of the last `days` days at nine in the morning."""
    folder.write("registry/resource_packages.csv", PACKAGES + packages)
    for back in range(days):
        day = DAY - timedelta(days=back)
        use = record(f"{day}", day, stage="verify", event_time=f"{day}T09:00:00+08:00")
        folder.land(f"{day}.ndjson", [use])
    folder.tables()


def two_accounts(folder: DataFolder) -> None:
    rows = "p,,20,2026-03-04,\nold,,9,2026-03-01,2026-03-04\nq,,30,2026-03-11,2026-04-01\nnext,other,5,2026-04-01,\n"
    publish(folder, rows, 7)


def test_an_account_and_its_packages_stand_in_words(call: Call, made_once: CopyOf) -> None:
    ended = call("packages", data=made_once(two_accounts).root)
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "default: 13 of 20 left; about 28 uses in the next 28 days; run out on 2026-04-14; "
        "buy by 2026-04-07, 365 for a year",
        "  expired  old: 0 of 9 left; expired after 2026-03-03, 9 lapsed",
        "  future   q: 0 of 30 left; valid until 2026-03-31; about 9 will lapse",
        "  active   p: 13 of 20 left; valid until 2027-03-04; used up on 2026-04-13",
        "other: no package is active; about 0 uses in the next 28 days",
        "  future   next: 0 of 5 left; valid until 2027-04-01; about 5 will lapse",
    ]


@pytest.mark.parametrize("zone", ["Africa/Casablanca", "America/Edmonton"])
def test_the_days_of_a_package_are_those_of_the_calendar(call: Call, folder: DataFolder, zone: str) -> None:
    """The rules of these zones changed in 2026: the database's own time zone tables may differ from the system's."""
    folder.write("authmeter.toml", f'timezone = "{zone}"\n')
    publish(folder, "p,,20,2026-11-15,2026-12-01\n", 1)
    assert "valid until 2026-11-30" in call("packages", data=folder.root).out
    with closing(open_published(folder.store.database)) as connection:
        ((package,),) = [one.packages for one in package_accounts(PublishedTables(connection))]
    assert (package.first_day, package.last_day) == (date(2026, 11, 15), date(2026, 11, 30))


def test_what_is_not_known_is_not_said(call: Call, folder: DataFolder) -> None:
    publish(folder, "p,,20,2026-03-04,\nq,,20,2026-03-08,\n", 2)
    assert call("packages", data=folder.root).out.splitlines() == [
        "default: ≤ 38 of 40 left; no forecast yet: it needs a week of data",
        "  active   p: ≤ 18 of 20 left; valid until 2027-03-04; 5 days without data",
        "  active   q: ≤ 20 of 20 left; valid until 2027-03-08; 1 day without data",
    ]


def test_programs_get_the_rows(call: Call, made_once: CopyOf) -> None:
    said = json.loads(call("packages", "--json", data=made_once(two_accounts).root).out)
    assert [(one["account_id"], one["remaining"], one["run_out_day"]) for one in said["accounts"]] == [
        ("default", 13, "2026-04-14"), ("other", 0, None),
    ]  # fmt: skip
    package = next(one for one in said["packages"] if one["resource_package_id"] == "p")
    assert (package["purchased_at"], package["last_day"], package["state"]) == (
        "2026-03-04T00:00:00+08:00", "2027-03-04", "active",
    )  # fmt: skip


def test_without_packages_it_says_where_to_write_them(call: Call, own: DataFolder) -> None:
    ended = call("packages", data=own.root)
    said = "no resource package is published: a run publishes those in registry/resource_packages.csv\n"
    assert (ended.code, ended.out) == (0, said)
    # The next run publishes this one.
    own.write("registry/resource_packages.csv", f"{PACKAGES}p,,20,{DAY},\n")
    ended = call("packages", data=own.root)
    assert (ended.code, ended.out) == (0, said)
