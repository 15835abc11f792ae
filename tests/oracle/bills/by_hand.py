"""Small worlds whose tables are worked out by hand: a few records and the text of a few files."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from tests.oracle.bills.tables import tables
from tests.oracle.bills.world import read_world
from tests.oracle.counts import Row

AS_OF = date(2026, 3, 10)
Event = dict[str, object]
PACKAGES = "resource_package_id,account_id,quantity,purchased_at,expires_at,price\n"
READINGS = "resource_package_id,read_at,remaining\n"
LIMITS = "limit_id,app_key,channel,key,max_requests,window\n"
CONSOLE = "day,account_id,app_key,channel,total,success,failed,unknown,billed\n"
BILLS = "month,account_id,channel,quantity,overflow_quantity,amount\n"
ACCOUNTS = "app_key,vendor,account_id\na,,one\nb,,two\n"
EXACT = "tolerance_records = 0\ntolerance_share = 0\n"
APPS = "app_key,app_name,platform,account_id,created_at,status\n"


def use(at: str, app_key: str = "app", **changes: object) -> Event:
    """A record that is billed by the default rule, at a time of the business zone."""
    return {
        "event_time": at,
        "app_key": app_key,
        "channel": "one_click",
        "stage": "login",
        "outcome": "success",
        **changes,
    }


def counted(
    folder: Path,
    events: Iterable[Event],
    late: Iterable[Event] = (),
    runs: tuple[date, ...] = (AS_OF,),
    settings: str = "",
    **files: str,
) -> dict[str, list[Row]]:
    """The tables of a folder with these records, numbered where they have no id; `late` ones come with a second run.

    `files` are texts by path below `registry/`, without `.csv`, `__` for a slash.
    """
    (folder / "authmeter.toml").write_text(settings, "utf-8")
    for name, text in {"apps": APPS, **files}.items():
        path = folder / "registry" / f"{name.replace('__', '/')}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    for run, given in enumerate((events, late), start=1):
        lines = [json.dumps({"event_id": f"{run}-{number}"} | event) for number, event in enumerate(given)]
        path = folder / f"landing/run{run}/log.ndjson"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), "utf-8")
    return tables(read_world(folder, list(runs)))


def cells(rows: list[Row], *names: str) -> list[tuple[object, ...]]:
    """Some columns of a table."""
    return [tuple(row[name] for name in names) for row in rows]
