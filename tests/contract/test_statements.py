"""Rows of console and bills: valid ones are read, an invalid one affects no other, and the last duplicate counts."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from pipelines.contract.registry.row_files import Problem
from pipelines.contract.registry.statements import Bill, BillKey, ConsoleKey, ProviderStatements, load_statements

CONSOLE = "day,account_id,app_key,channel,total,success,failed,unknown,billed\n"
BILLS = "month,account_id,channel,quantity,overflow_quantity,amount\n"


def load(folder: Path, files: dict[str, str]) -> tuple[ProviderStatements, list[tuple[str, int, str]]]:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    problems: list[Problem] = []
    found = load_statements(folder, problems)
    return found, [(one.path, one.line, one.reason) for one in problems]


def test_a_row_is_read_as_it_is_written_and_an_empty_count_is_none(tmp_path: Path) -> None:
    found, problems = load(tmp_path, {
        "console/a.csv": CONSOLE + "2026-03-10,acme,shop,one_click,10,9,,0,8\n20260311,acme,,number,,,,,7\n",
        "bills/a.csv": BILLS + "2026-03,acme,one_click,100,20,5.50\n202604,acme,number,0,,\n",
    })  # fmt: skip
    assert problems == []
    assert found.console == {
        ConsoleKey(date(2026, 3, 10), "acme", "shop", "one_click"):
            {"total": 10, "success": 9, "unknown": 0, "billed": 8},
        ConsoleKey(date(2026, 3, 11), "acme", "*", "number"): {"billed": 7},
    }  # fmt: skip
    assert found.bills == {
        BillKey(date(2026, 3, 1), "acme", "one_click"): Bill(100, 20, 5.5),
        BillKey(date(2026, 4, 1), "acme", "number"): Bill(0, None, None),
    }


def test_of_a_key_given_twice_the_last_counts_by_file_name_then_line(tmp_path: Path) -> None:
    found, problems = load(tmp_path, {
        "console/b.csv": CONSOLE + "2026-03-10,acme,,one_click,3,,,,\n20260310,acme,*,one_click,,4,,,\n",
        "console/a.csv": CONSOLE + "2026-03-10,acme,,one_click,1,1,1,1,1\n",
        "bills/2.csv": BILLS + "2026-03,acme,number,2,,\n", "bills/1.csv": BILLS + "2026-03,acme,number,1,1,1\n",
    })  # fmt: skip
    assert (list(found.console.values()), list(found.bills.values())) == ([{"success": 4}], [Bill(2, None, None)])
    assert problems == []


def test_bad_rows_are_listed_with_the_first_column_that_is_wrong(tmp_path: Path) -> None:
    console = {
        ",acme,,one_click,,,,,": "missing:day", "2026-3-10,acme,,one_click,,,,,": "invalid:day",
        "202603-10,acme,,one_click,,,,,": "invalid:day", "20260230,acme,,one_click,,,,,": "invalid:day",
        "2026-03,,,x,,,,,": "invalid:day", "2026-03-10,,,x,,,,,": "missing:account_id",
        "2026-03-10,acme,a b,x,,,,,": "invalid:app_key", "2026-03-10,acme,,,,,,,": "missing:channel",
        "2026-03-10,acme,,wechat,,,,,": "invalid:channel", "2026-03-10,acme,,number,-1,x,,,": "invalid:total",
        "2026-03-10,acme,,number,1,1.5,,,": "invalid:success", "2026-03-10,acme,,number,1,,,,x": "invalid:billed",
        "2026-03-10,acme,,number,1": "malformed",
        # No log has such days, and dates are undefined beyond the first and last.
        "0001-01-01,acme,,number,1,,,,": "invalid:day", "9999-12-31,acme,,number,1,,,,": "invalid:day",
        "1999-12-31,acme,,number,1,,,,": "invalid:day",
    }  # fmt: skip
    bills = {
        ",acme,number,1,,": "missing:month", "2026-03-01,acme,number,1,,": "invalid:month",
        "202613,acme,number,1,,": "invalid:month", "9999-12,acme,number,1,,": "invalid:month",
        "2026-03,,number,1,,": "missing:account_id",
        "2026-03,acme,number,,x,": "missing:quantity", "2026-03,acme,number,1.5,,": "invalid:quantity",
        "2026-03,acme,number,1,x,": "invalid:overflow_quantity", "2026-03,acme,number,1,,free": "invalid:amount",
    }  # fmt: skip
    found, problems = load(tmp_path, {
        "console/a.csv": CONSOLE + "\n".join(console) + "\n2026-03-10,acme,,number,1,,,,",
        "bills/a.csv": BILLS + "\n".join(bills) + "\n2026-03,acme,number,1,,",
    })  # fmt: skip
    assert problems == [
        *(("registry/console/a.csv", line, reason) for line, reason in enumerate(console.values(), 2)),
        *(("registry/bills/a.csv", line, reason) for line, reason in enumerate(bills.values(), 2)),
    ]
    assert (len(found.console), len(found.bills)) == (1, 1)


def test_other_columns_may_be_absent_and_hidden_and_unfinished_files_are_left_alone(tmp_path: Path) -> None:
    found, problems = load(tmp_path, {
        "console/a.csv": "channel,day,account_id,total\nnumber,2026-03-10,acme,5\n",
        "console/.b.csv": "x", "console/a.csv~": "x", "console/b.csv.part": "x", "console/_notes.txt": "x",
        "console/_a.csv": "channel,day,account_id,total\nnumber,2026-03-11,acme,7\n", "bills/_2025/a.csv": "x",
    })  # fmt: skip
    assert (list(found.console.values()), found.bills, problems) == ([{"total": 5}], {}, [])


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "bills/2025").mkdir(parents=True)
    (tmp_path / "bills/2025/a.csv").write_text(BILLS)
    _, problems = load(tmp_path, {"bills/March.xlsx": "x", "bills/a.csv": BILLS, "console": "x"})
    assert problems == [
        (path, 1, "unread") for path in ("registry/console", "registry/bills/2025", "registry/bills/March.xlsx")
    ]


@pytest.mark.parametrize("shut", ["console", "bills"])
def test_a_folder_that_may_not_be_read_is_named_and_the_other_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shut: str
) -> None:
    real = os.listdir

    def listdir(folder: str | Path) -> list[str]:
        # A superuser can read files whatever their modes.
        if Path(folder) == tmp_path / shut:
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "listdir", listdir)
    found, problems = load(tmp_path, {
        "console/a.csv": CONSOLE + "2026-03-10,acme,,number,1,,,,\n",
        "bills/a.csv": BILLS + "2026-03,acme,number,1,,\n",
    })  # fmt: skip
    assert problems == [(f"registry/{shut}", 1, "unreadable")]
    assert (len(found.console), len(found.bills)) == ((0, 1) if shut == "console" else (1, 0))


def test_without_the_folders_there_is_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, {}) == (ProviderStatements(), [])


def test_a_file_may_have_any_name(tmp_path: Path) -> None:
    """Invalid rows are listed even if the file's name is not UTF-8, as in archives from other systems."""
    name = os.fsdecode("11月.CSV".encode("gbk"))
    found, problems = load(tmp_path, {f"console/{name}": CONSOLE + "2026-03-10,acme,,number,1,,,,\nx,,,,,,,,\n"})
    assert len(found.console) == 1
    assert problems == [("registry/console/11\\xd4\\xc2.CSV", 3, "invalid:day")]
