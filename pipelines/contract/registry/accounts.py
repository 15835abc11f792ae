"""Accounts: the provider accounts that the uses of apps are billed to, as assigned in `registry/accounts.csv`.

This module reads the file and ranks its rows as rules. The account of an app in `apps.csv` applies if no row matches.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from pipelines.contract.record.fields import APP_KEY_PATTERN
from pipelines.contract.registry.row_files import BadRowError, Problem, Row, RowFile, read_row_file

ACCOUNTS_FILE: Final = "accounts.csv"
ANY: Final = "*"
DEFAULT_ACCOUNT: Final = "default"
_APP_KEY: Final = re.compile(APP_KEY_PATTERN, re.ASCII)


class AccountRow(NamedTuple):
    """A row of `accounts.csv`; `*` means any app, or any vendor."""

    app_key: str
    vendor: str
    account_id: str


def app_or_any(row: Row) -> str:
    """Return a row's app key; `*` if the cell is empty. Raises BadRowError for any other text."""
    key = row.text("app_key") or ANY
    if key != ANY and not _APP_KEY.fullmatch(key):
        raise BadRowError("invalid:app_key")
    return key


def load_accounts(folder: Path, problems: list[Problem]) -> tuple[AccountRow, ...]:
    """Return the valid rows of `accounts.csv` in the registry's folder, sorted; bad rows are added to `problems`.

    Raises:
        UsageError: the file cannot be read, or has no column `account_id`.
    """
    row_file = RowFile(
        folder / ACCOUNTS_FILE,
        f"registry/{ACCOUNTS_FILE}",
        columns=AccountRow._fields,
        needed=("account_id",),
        key=("app_key", "vendor"),
    )
    return tuple(sorted(read_row_file(row_file, _row_of, lambda row: row[:2], problems)))


def account_rules(rows: Iterable[AccountRow], apps: Iterable[Mapping[str, str | None]]) -> Iterator[list[object]]:
    """Yield app, vendor, rank and account of each rule; of the rules that match a record, the lowest rank applies.

    `apps` are the rows of `apps.csv`. The last rule, for the account `default`, matches every record.
    """
    for row in rows:
        yield [row.app_key, row.vendor, 2 * (row.app_key == ANY) + (row.vendor == ANY), row.account_id]
    for app in apps:
        if app["account_id"]:
            yield [app["app_key"], ANY, 4, app["account_id"]]
    yield [ANY, ANY, 5, DEFAULT_ACCOUNT]


def _row_of(row: Row) -> AccountRow:
    return AccountRow(app_or_any(row), row.text("vendor") or ANY, row.needed("account_id"))
