"""The registry reads valid rows, lists invalid ones, and reads no secrets."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.common.errors import UsageError
from pipelines.contract.registry.registry import FILES, SHIPPED_CODES, Registry, load_registry, registry_time

APPS = "app_key,app_name,platform,account_id,created_at,status\n"
SCHEMES = "scheme_id,scheme_group,app_key,scheme_name,package_name,methods,created_at\n"
CODES = "vendor,layer,platform,code,outcome,stage,meaning_en,meaning_zh\n"

NEEDED = {
    "accounts.csv": ("account_id",),
    "limits.csv": ("limit_id", "key", "max_requests", "window"),
    "resource_packages.csv": ("resource_package_id", "quantity", "purchased_at"),
    "resource_package_readings.csv": ("resource_package_id", "read_at", "remaining"),
    "console/x.csv": ("day", "account_id", "channel"),
    "bills/x.csv": ("month", "account_id", "channel", "quantity"),
}
"""The columns without which a file of the registry is refused."""


def load(folder: Path, *, apps: str | bytes = "", schemes: str = "", codes: str = "") -> Registry:
    for name, text in (("apps", apps), ("schemes", schemes), ("result_codes", codes)):
        if text:
            (folder / f"{name}.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_registry(folder)


def problems(registry: Registry) -> list[tuple[str, int, str]]:
    return [(problem.path, problem.line, problem.reason) for problem in registry.problems]


def test_an_absent_registry_is_empty_and_has_the_shipped_codes(tmp_path: Path) -> None:
    registry = load_registry(tmp_path / "nothing")
    assert (registry.apps, registry.schemes, registry.problems) == ([], [], [])
    assert len(registry.codes) == len(SHIPPED_CODES.read_text().splitlines()) - 1


def test_an_app_row_is_read_as_it_is_written(tmp_path: Path) -> None:
    registry = load(tmp_path, apps=APPS + '"shop","商城, ""新""",ios,acc,2026-01-02,disabled\n')
    assert registry.apps == [
        {
            "app_key": "shop", "app_name": '商城, "新"', "platform": "ios", "account_id": "acc",
            "created_at": "2026-01-02", "status": "disabled",
        }
    ]  # fmt: skip
    assert registry.platforms == {"shop": "ios"}


def test_an_app_without_a_name_is_called_by_its_key(tmp_path: Path) -> None:
    assert load(tmp_path, apps=APPS + "shop,,,,,\n").apps[0]["app_name"] == "shop"


def test_an_empty_status_is_enabled_where_a_scheme_exists(tmp_path: Path) -> None:
    registry = load(
        tmp_path, apps=APPS + "b,,,,,\na,,,,,\nc,,,,,disabled\n", schemes=SCHEMES + "s1,,a,,,,\ns2,,c,,,,\n"
    )
    assert [(app["app_key"], app["status"]) for app in registry.apps] == [
        ("a", "enabled"),
        ("b", "disabled"),
        ("c", "disabled"),
    ]


@pytest.mark.parametrize(("file", "column"), [(file, column) for file, columns in NEEDED.items() for column in columns])
def test_a_file_without_a_needed_column_is_refused_by_name(tmp_path: Path, file: str, column: str) -> None:
    path, head = tmp_path / file, ",".join(NEEDED[file]).replace(column, "other")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{head}\n")
    with pytest.raises(UsageError, match=f"registry/{file} has no column {column}") as refused:
        load_registry(tmp_path, "Asia/Shanghai")
    assert f"It begins with {head!r}." in refused.value.do


def test_bad_app_rows_are_listed_and_cost_themselves_alone(tmp_path: Path) -> None:
    text = (
        APPS
        + ",no key,,,,\nbad key,x,,,,\n\nshop,Shop,ios,,,\nshop,again,,,,\nb,B,windows,,,\n"
        + "c,C,,,,open\nd,D,,,\ne,E,,,,enabled,more\nf,F,,,,\n"
    )
    registry = load(tmp_path, apps=text)
    assert [app["app_key"] for app in registry.apps] == ["f", "shop"]
    assert problems(registry) == [
        ("registry/apps.csv", 2, "missing:app_key"), ("registry/apps.csv", 3, "invalid:app_key"),
        ("registry/apps.csv", 6, "repeated:app_key"), ("registry/apps.csv", 7, "invalid:platform"),
        ("registry/apps.csv", 8, "invalid:status"), ("registry/apps.csv", 9, "malformed"), ("registry/apps.csv", 10,
        "malformed"),
    ]  # fmt: skip


def test_of_a_column_that_is_there_twice_the_first_counts(tmp_path: Path) -> None:
    registry = load(tmp_path, apps="app_key,app_name,app_name\nshop,Shop,Market\n")
    assert registry.apps[0]["app_name"] == "Shop"
    assert problems(registry) == [("registry/apps.csv", 1, "repeated_column:app_name")]


def test_a_note_may_name_an_incident_and_needs_no_such_column(tmp_path: Path) -> None:
    file = tmp_path / "notes.csv"
    file.write_text("day,app_key,text\n2026-03-01,shop,a\n")
    assert load(tmp_path).notes == [{"day": "2026-03-01", "app_key": "shop", "text": "a", "incident_id": None}]
    rows = ["0123456789abcdef", "0123456789ABCDEF", "", "0123456789abcde", "0123456789abcdeg", "1.23457E+15", " "]
    file.write_text("day,app_key,text,incident_id\n" + "".join(f"2026-03-01,,a,{key}\n" for key in rows))
    registry = load(tmp_path)
    assert [row["incident_id"] for row in registry.notes] == [None, "0123456789abcdef"]
    assert [(line, reason) for _, line, reason in problems(registry)] == [
        (5, "invalid:incident_id"), (6, "invalid:incident_id"), (7, "invalid:incident_id"), (8, "repeated:text"),
    ]  # fmt: skip


def test_the_day_of_a_note_with_an_offset_is_the_business_day(tmp_path: Path) -> None:
    days = ("2026-03-01T00:30:00+08:00", "2026-03-01T16:30:00Z", "2026/3/1 23:59")
    (tmp_path / "notes.csv").write_text("day,app_key,text\n" + "".join(f"{day},,{day}\n" for day in days))
    found = {row["text"]: row["day"] for row in load(tmp_path).notes}
    assert found == dict(zip(days, ("2026-03-01", "2026-03-02", "2026-03-01"), strict=True))


def test_bad_scheme_rows_are_listed_and_cost_themselves_alone(tmp_path: Path) -> None:
    rows = [
        "s1,g,shop,One,com.a,number;wechat,2026-01-01", "s1,g,shop,One,com.b,qq;weibo,", "s1,g,shop,One,com.a,number,",
        ",g,shop,,,,",
        "s2,g,,,,,", "s3,g,shop,,com a,,", "s4,g,shop,,,sms,", "s5,g,shop,,,number;,", f"s6,g,shop,,{'p' * 129},,",
    ]  # fmt: skip
    registry = load(tmp_path, schemes=SCHEMES + "\n".join(rows))
    assert [(row["scheme_id"], row["package_name"]) for row in registry.schemes] == [
        ("s1", "com.a"),
        ("s1", "com.b"),
        ("s5", None),
    ]
    assert problems(registry) == [
        ("registry/schemes.csv", 4, "repeated:package_name"), ("registry/schemes.csv", 5, "missing:scheme_id"),
        ("registry/schemes.csv", 6, "missing:app_key"), ("registry/schemes.csv", 7, "invalid:package_name"),
        ("registry/schemes.csv", 8, "invalid:methods"), ("registry/schemes.csv", 10, "invalid:package_name"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-02", "2026-01-02 00:00:00"), ("2026/1/2", "2026-01-02 00:00:00"),
        ("2026-01-02 10:00:05", "2026-01-02 10:00:05"), ("2026/1/2 9:05", "2026-01-02 09:05:00"),
        ("2026-01-02T10:00:00.9", "2026-01-02 10:00:00"), ("2026-01-02T20:00:00Z", "2026-01-03 04:00:00"),
        ("2026-01-02 10:00:00 +0900", "2026-01-02 09:00:00"), ("2026-01-02T10:00:00+08:00", "2026-01-02 10:00:00"),
        *((text, "None") for text in (
            "2026-02-30", "2026-01-02 24:00", "2026-01/02", "January", "20260102", "1767312000",
            "0001-01-01T00:00:00+14:00",
        )),
    ],
)  # fmt: skip
def test_a_time_of_the_registry_is_local_time(text: str, time: str) -> None:
    assert str(registry_time(text, "Asia/Shanghai")) == time


def test_a_row_whose_created_at_is_no_time_counts_without_it_and_is_listed(tmp_path: Path) -> None:
    registry = load(
        tmp_path, apps=APPS + "shop,Shop,,,last week,\ngame,,,,2026-01-02,\n",
        schemes=SCHEMES + "s1,,shop,,,,2026-13-01\n",
    )  # fmt: skip
    assert [(app["app_key"], app["app_name"], app["created_at"]) for app in registry.apps] == [
        ("game", "game", "2026-01-02"), ("shop", "Shop", None),
    ]  # fmt: skip
    assert [row["created_at"] for row in registry.schemes] == [None]
    assert problems(registry) == [
        ("registry/schemes.csv", 2, "invalid:created_at"), ("registry/apps.csv", 2, "invalid:created_at"),
    ]  # fmt: skip


def test_a_code_of_the_folder_adds_to_the_dictionary_or_takes_a_rows_place(tmp_path: Path) -> None:
    registry = load(tmp_path, codes=CODES + "umeng,sdk,*,600000,error,,,\nacme,sdk,*,1,success,,,\n")
    codes = {(row["vendor"], row["layer"], row["platform"], row["code"]): row["outcome"] for row in registry.codes}
    assert codes["umeng", "sdk", "*", "600000"] == "error"
    assert codes["acme", "sdk", "*", "1"] == "success"
    assert len(codes) == len(load_registry(tmp_path / "nothing").codes) + 1


def test_bad_code_rows_are_listed(tmp_path: Path) -> None:
    rows = ["acme,app,*,1,success,,,", "acme,sdk,mac,1,success,,,", "acme,sdk,*,,success,,,", ",sdk,*,1,success,,,",
    "acme,sdk,*,1,good,,,",
            "acme,sdk,*,1,,pay,,", "acme,sdk,*,1,,,,", "acme,,*,1,success,,,", "acme,sdk,,1,success,,,",
            ",app,mac,,good,pay,,", "acme,app,mac,,,,,", "acme,sdk,*,1,,none,,"]  # fmt: skip
    registry = load(tmp_path, codes=CODES + "\n".join(rows))
    assert [reason for _, _, reason in problems(registry)] == [
        "invalid:layer", "invalid:platform", "missing:code", "missing:vendor", "invalid:outcome", "invalid:stage",
        "missing:outcome", "missing:layer", "missing:platform", "missing:vendor", "invalid:layer",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "column", ["app_secret", "AppSecret", "password", "access_token", "PrivateKey", "master_key", "api_key"]
)
def test_a_column_that_looks_like_a_secret_is_refused_and_its_values_go_nowhere(tmp_path: Path, column: str) -> None:
    text = APPS.strip() + f",{column}\nshop,Shop,,,,,s3cr3t\nbad key,B,,,,,s3cr3t\n"
    registry = load(tmp_path, apps=text)
    assert ("registry/apps.csv", 1, f"secret:{column}") in problems(registry)
    assert "s3cr3t" not in str(registry)


def test_another_unknown_column_is_ignored(tmp_path: Path) -> None:
    registry = load(tmp_path, apps=APPS.strip() + ",note\nshop,Shop,,,,,hello\nbad key,B,,,,,hello\n")
    assert problems(registry) == [("registry/apps.csv", 3, "invalid:app_key")]
    assert "hello" not in str(registry)


def test_columns_may_stand_in_any_order_or_be_absent(tmp_path: Path) -> None:
    assert load(tmp_path, apps="app_name,app_key\nShop,shop\n").apps[0]["app_key"] == "shop"


def test_byte_order_marks_blank_lines_and_line_ends_of_windows_are_no_matter(tmp_path: Path) -> None:
    text = (APPS + "\n,,,,,\nshop,Shop,,,,\n").replace("\n", "\r\n")
    registry = load(tmp_path, apps=b"\xef\xbb\xbf" + text.encode())
    assert ([app["app_key"] for app in registry.apps], registry.problems) == (["shop"], [])


def test_bytes_that_are_no_text_cost_their_row(tmp_path: Path) -> None:
    registry = load(tmp_path, apps=APPS.encode() + b"a,\xff,,,,\nb,B,,,,\n")
    assert [app["app_key"] for app in registry.apps] == ["b"]
    assert problems(registry) == [
        ("registry/apps.csv", 2, "not_utf_8"), ("registry/apps.csv", 2, "malformed"),
    ]  # fmt: skip


def test_a_file_of_another_separator_is_reported_by_its_header(tmp_path: Path) -> None:
    registry = load(tmp_path, apps="app_key;app_name\nshop;Shop\n")
    assert registry.apps == []
    assert problems(registry) == [("registry/apps.csv", 1, "no_column:app_key")]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("what", ["folder", "link that leads nowhere"])
def test_a_file_that_is_there_and_cannot_be_read_is_not_taken_for_none(tmp_path: Path, name: str, what: str) -> None:
    if what == "folder":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).symlink_to(tmp_path / "nothing")
    with pytest.raises(UsageError, match="cannot be read") as refused:
        load_registry(tmp_path)
    assert refused.value.where == str(tmp_path / name)
    assert refused.value.do


def test_a_name_of_two_lines_is_one_row(tmp_path: Path) -> None:
    registry = load(tmp_path, apps=APPS + '"a","two\nlines",,,,\nbad key,,,,,\n')
    assert [app["app_name"] for app in registry.apps] == ["two\nlines"]
    assert problems(registry) == [("registry/apps.csv", 4, "invalid:app_key")]


def test_the_fingerprints_change_with_names_and_with_outcomes(tmp_path: Path) -> None:
    plain = load_registry(tmp_path)
    named = load(tmp_path, apps=APPS + "shop,Shop,,,,\n")
    assert named.fingerprint != plain.fingerprint
    assert named.codes_fingerprint == plain.codes_fingerprint
    coded = load(tmp_path, codes=CODES + "acme,sdk,*,1,success,,,\n")
    assert coded.codes_fingerprint != plain.codes_fingerprint


def test_an_unclosed_quote_costs_its_own_line_alone(tmp_path: Path) -> None:
    registry = load(tmp_path, apps=APPS + 'a,"A,,,,\nb,B,,,,\n"c"x,C,,,,\nd,D,,,,\n')
    assert [app["app_key"] for app in registry.apps] == ["b", "d"]
    assert problems(registry) == [("registry/apps.csv", line, "malformed") for line in (2, 4)]
