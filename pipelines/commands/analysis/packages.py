"""`authmeter packages`: prints what remains of each account's resource packages, when they run out, and what lapses."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from pipelines.common.days import last_business_day, stamp
from pipelines.common.text import counted, printable
from pipelines.contract.registry.packages import has_unseen_uses
from pipelines.store.database import named_rows
from pipelines.store.published_file import published_tables
from pipelines.store.store import Store

Row = dict[str, Any]
_PACKAGES: Final = "FROM resource_packages ORDER BY account_id, expires_at, purchased_at, resource_package_id"


def print_packages(data: Path, *, as_json: bool) -> None:
    """Print the published packages by account, the first to expire first.

    Args:
        as_json: print JSON for programs: the rows of `resource_package_forecast` and of `resource_packages`.

    Raises:
        UsageError: nothing is published, or only by an older version.
        UnreadablePublicationError: the published file is damaged.
    """
    with published_tables(Store(data).database) as connection:
        accounts = named_rows(connection, "SELECT * FROM resource_package_forecast ORDER BY account_id")
        packages = named_rows(connection, _PACKAGES)
        ((zone,),) = connection.execute("SELECT time_zone FROM publication").fetchall()
    for one in packages:
        one["last_day"] = last_business_day(one["expires_at"], zone)
    if as_json:
        for one in packages:
            one |= {name: stamp(one[name], zone) for name in ("purchased_at", "expires_at")}
        print(json.dumps({"accounts": accounts, "packages": packages}, ensure_ascii=False, default=str))
        return
    if not accounts:
        print("no resource package is published: a run publishes those in registry/resource_packages.csv")
    for account in accounts:
        own = [one for one in packages if one["account_id"] == account["account_id"]]
        print(f"{printable(account['account_id'])}: {'; '.join(_of_account(account, own))}")
        for one in own:
            print(f"  {one['state']:<8} {printable(one['resource_package_id'])}: {'; '.join(_of_package(one))}")


def _of_account(account: Row, packages: list[Row]) -> Iterator[str]:
    if not account["quantity"]:
        yield "no package is active"
    else:
        bound = "≤ " if any(has_unseen_uses(one["state"], one["missing_days"]) for one in packages) else ""
        yield f"{bound}{account['remaining']:,} of {account['quantity']:,} left"
    if account["uses_28d"] is None:
        yield "no forecast yet: it needs a week of data"
        return
    yield f"about {account['uses_28d']:,} uses in the next 28 days"
    earliest, latest = account["run_out_earliest"], account["run_out_latest"]
    if account["run_out_day"]:
        span = f" ({earliest} to {latest or 'later'})" if earliest else ""
        yield f"run out on {account['run_out_day']}{span}"
    elif earliest:
        yield f"run out on {earliest} at the earliest"
    if account["buy_by"]:
        amount = f", {account['buy_quantity']:,} for a year" if account["buy_quantity"] else ""
        yield f"buy by {account['buy_by']}{amount}"


def _of_package(one: Row) -> Iterator[str]:
    bound = "≤ " if one["missing_days"] and one["remaining"] else ""
    yield f"{bound}{one['remaining']:,} of {one['quantity']:,} left"
    if one["state"] == "expired":
        yield f"expired after {one['last_day']}, {one['expired']:,} lapsed"
        return
    yield f"valid until {one['last_day']}"
    if one["used_up_day"]:
        yield f"used up on {one['used_up_day']}"
    if one["unused_expected"]:
        yield f"about {one['unused_expected']:,} will lapse"
    if one["missing_days"]:
        yield f"{counted(one['missing_days'], 'day')} without data"
