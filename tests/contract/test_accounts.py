"""Rows of `registry/accounts.csv`: which are valid, how an invalid one is listed, and which rule decides."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.contract.registry.accounts import AccountRow, account_rules, load_accounts
from pipelines.contract.registry.row_files import Problem


def load(folder: Path, text: str) -> tuple[tuple[AccountRow, ...], list[Problem]]:
    (folder / "accounts.csv").write_text(text)
    problems: list[Problem] = []
    return load_accounts(folder, problems), problems


def test_an_absent_file_has_no_rows(tmp_path: Path) -> None:
    assert load_accounts(tmp_path, []) == ()


def test_an_empty_cell_and_an_absent_column_are_any(tmp_path: Path) -> None:
    assert load(tmp_path, "app_key,vendor,account_id\nshop,,a\n*,umeng,b\n,,c\n") == (
        (AccountRow("*", "*", "c"), AccountRow("*", "umeng", "b"), AccountRow("shop", "*", "a")),
        [],
    )
    assert load(tmp_path, "vendor,account_id,note\numeng,b,x\n")[0] == (AccountRow("*", "umeng", "b"),)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("sh op,umeng,a", "invalid:app_key"),
        (f"shop,{'v' * 129},a", "invalid:vendor"),
        ("shop,umeng,", "missing:account_id"),
        (f"shop,umeng,{'a' * 129}", "invalid:account_id"),
        ("sh op,umeng,", "invalid:app_key"),
        ("kept,*,b", "duplicate:app_key+vendor"),
        ("kept,,", "missing:account_id"),
    ],
)
def test_a_bad_row_costs_itself_alone_and_is_listed_as_it_is(tmp_path: Path, row: str, reason: str) -> None:
    rows, problems = load(tmp_path, f"app_key,vendor,account_id\nkept,,a\n{row}\nother,,a\n")
    assert [found.app_key for found in rows] == ["kept", "other"]
    assert problems == [Problem("registry/accounts.csv", 3, reason, row, is_as_written=True)]


def test_a_bad_row_takes_no_key(tmp_path: Path) -> None:
    rows, _ = load(tmp_path, "app_key,account_id\nshop,\nshop,a\n")
    assert rows == (AccountRow("shop", "*", "a"),)


def test_own_app_is_before_any_then_own_vendor_then_the_apps_own_account() -> None:
    rows = (AccountRow("*", "*", "d"), AccountRow("*", "v", "c"), AccountRow("a", "*", "b"), AccountRow("a", "v", "a"))
    apps = [{"app_key": "a", "account_id": "e"}, {"app_key": "b", "account_id": None}]
    ranked = sorted(account_rules(rows, apps), key=lambda rule: str(rule[2]))
    assert [rule[3] for rule in ranked] == ["a", "b", "c", "d", "e", "default"]
    assert [rule[:2] for rule in ranked] == [["a", "v"], ["a", "*"], ["*", "v"], ["*", "*"], ["a", "*"], ["*", "*"]]
