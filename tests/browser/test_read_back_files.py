"""Every number of the CSV files and workbooks equals the tables, and every list has every app; see `test_read_back`."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import openpyxl
import pytest

from tests.browser.conftest import World
from tests.browser.counted import Published, ratio
from tests.data.site_logs import HABITS, day

KEYS = [*HABITS, "idle"]
DETAIL_COUNTS = (
    "authorization_requests", "authorizations", "authorizations_cancelled", "authorizations_failed",
    "verification_requests", "verifications", "mismatches", "unknowns", "billable_verifications",
)  # fmt: skip


def csv_of(columns: list[str], rows: list[list[Any]]) -> bytes:
    """The bytes of a CSV file: RFC 4180 with BOM and CRLF, formulas made harmless."""

    def cell(value: Any) -> Any:
        if isinstance(value, float):
            return repr(value).removesuffix(".0")
        return "'" + value if isinstance(value, str) and value[:1] in ("=", "+", "-", "@") else value

    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[cell(value) for value in row] for row in rows])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def test_the_csv_of_all_apps_equals_the_tables(tables: Published, world: World) -> None:
    rows = [row for row in tables.rows("usage_daily") if row["day"] > day(30)]
    rows.sort(key=lambda row: (row["day"], row["app_key"]))
    columns = [
        "day", "app_key", "app_name", "platform", "number_verifications", "one_click_verifications",
        "local_verifications", "third_party_authorizations", "wechat_authorizations", "qq_authorizations",
        "weibo_authorizations", "verification_requests", "billable_verifications", "devices",
    ]  # fmt: skip
    assert len(rows) > 150
    assert (world("logged") / "site" / "usage_all.csv").read_bytes() == csv_of(
        columns, [[row[name] for name in columns] for row in rows]
    )


@pytest.mark.parametrize("key", KEYS)
def test_csv_and_workbook_of_an_app_equal_the_tables(
    tables: Published, world: World, folders: dict[str, str], key: str
) -> None:
    names = ("day", "platform", "scheme_id", "package_name", "channel", "carrier")
    rows = [row for row in tables.detail if row["app_key"] == key and row["day"] > day(30)]
    rows.sort(key=lambda row: [(row[name] is not None, row[name] or "") for name in names])
    expected = [
        [row["day"], key, tables.name(key), row["platform"], row["scheme_id"], row["package_name"], row["channel"],
         row["carrier"], *(row[name] for name in DETAIL_COUNTS),
         ratio(row["authorizations"], row["authorization_requests"])]
        for row in rows
    ]  # fmt: skip
    columns = ["day", "app_key", "app_name", "platform", *names[2:], *DETAIL_COUNTS, "authorization_rate"]
    place = world("logged") / "site" / "apps" / folders[key]
    assert (place / f"{place.name}_usage_detail.csv").read_bytes() == csv_of(columns, expected)
    heads, *found = openpyxl.load_workbook(place / f"{place.name}_usage_detail.xlsx").active.iter_rows(values_only=True)
    assert [head.split(" ")[-1] for head in heads] == columns
    assert [[row[0].date(), *row[1:-1]] for row in found] == [row[:-1] for row in expected]
    # A workbook keeps 16 digits.
    for row, counted in zip(found, expected, strict=True):
        assert row[-1] == (None if counted[-1] is None else pytest.approx(counted[-1], rel=1e-15))


def test_lists_contain_every_app_once(tables: Published, world: World) -> None:
    """The lists that pages load name each app once; the manifest counts the rows of every CSV."""
    site = world("logged") / "site"
    for name in ("apps", "logins", "files"):
        text = (site / "data" / f"{name}.js").read_text("ascii")
        (keys,) = re.findall(r"^\"key\":'(\[.*?\])',$", text, re.MULTILINE)
        assert sorted(json.loads(keys)) == sorted(KEYS)
        assert f'"rows":{len(KEYS)}' in text
    listed = {one["path"]: one for one in json.loads((site / "manifest.json").read_text())["files"]}
    assert listed["usage_all.csv"]["rows"] == sum(row["day"] > day(30) for row in tables.rows("usage_daily"))


def test_the_own_files_of_an_app_are_small(world: World) -> None:
    """There may be a hundred thousand apps; that with everything in it is in `tests/reports/build/test_site.py`."""
    for app in (world("logged") / "site" / "apps").iterdir():
        assert sum((app / name).stat().st_size for name in ("index.html", "figures.js")) <= 16_000, app.name
