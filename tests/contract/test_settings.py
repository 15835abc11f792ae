"""Tests the settings: defaults, error messages, and the billing rule of each day."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from pipelines.common.errors import UsageError
from pipelines.common.project import PROJECT
from pipelines.contract.settings.data_folder import data_folder
from pipelines.contract.settings.settings import Settings, load_settings
from tests.support import DataFolder


def test_without_a_file_every_setting_has_its_default(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    assert settings == Settings()
    assert (settings.timezone, settings.schedule_time, settings.retention_days) == ("Asia/Shanghai", "02:30", 400)
    (rule,) = settings.billing_on(date(2026, 3, 10)).values()
    assert (rule.one_click, rule.local_verify) == (("success",), ("success", "mismatch"))


@pytest.mark.parametrize("what", ["folder", "link that leads nowhere", "link to itself"])
def test_a_file_that_is_there_and_cannot_be_read_is_not_taken_for_none(tmp_path: Path, what: str) -> None:
    file = tmp_path / "authmeter.toml"
    if what == "folder":
        file.mkdir()
    else:
        file.symlink_to(file if what == "link to itself" else tmp_path / "nothing")
    with pytest.raises(UsageError, match="The file cannot be read") as refused:
        load_settings(tmp_path)
    assert refused.value.where == str(file)
    assert refused.value.do


def test_a_setting_of_the_file_counts(folder: DataFolder) -> None:
    folder.write("authmeter.toml", 'timezone = "America/New_York"\nretention_days = 90\nmemory_limit = "512MB"\n')
    settings = load_settings(folder.root)
    assert (settings.timezone, settings.retention_days, settings.memory_limit) == ("America/New_York", 90, "512MB")


def test_the_address_of_the_site_makes_links_whole(folder: DataFolder) -> None:
    assert load_settings(folder.root).address_of("index.html") is None
    for text in ("https://reports.example.com/authmeter", "https://reports.example.com/authmeter//"):
        folder.write("authmeter.toml", f'site_url = "{text}"\n')
        settings = load_settings(folder.root)
        assert settings.address_of("apps/a b/index.html") == (
            "https://reports.example.com/authmeter/apps/a%20b/index.html"
        )


REFUSED = {
    "retention = 30": "`retention` is unknown",
    "[billing_rules]\nx = 1": "`billing_rules` is unknown",
    'timezone = "China"': "`timezone`",
    'timezone = "localtime"': "`timezone`",
    'site_url = "https://user:secret@reports.example.com"': "`site_url`",
    'site_url = "https://reports.example.com/?page=1"': "`site_url`",
    'site_url = "https://reports.example.com/#top"': "`site_url`",
    'site_url = "ftp://reports.example.com"': "`site_url`",
    'site_url = "reports.example.com"': "`site_url`",
    'site_url = "https://"': "`site_url`",
    'site_url = "https://reports.example.com:99999"': "`site_url`",
    'site_url = "https://reports.example.com/a)b"': "`site_url`",
    'schedule_time = "2:30"': "`schedule_time`",
    'schedule_time = "24:00"': "`schedule_time`",
    "retention_days = 0": "`retention_days`",
    'retention_days = "many"': "`retention_days`",
    'memory_limit = "3 apples"': "`memory_limit`",
    "threads = -1": "`threads`",
    "rejected_warn_share = 2": "`rejected_warn_share`",
    "jump_warn_ratio = 0": "`jump_warn_ratio`",
    "billing = []": "`billing`",
    '[[billing]]\none_click = ["error"]': "`billing.0.one_click.0` must be 'success', 'mismatch' or 'unknown'",
    '[billing]\none_click = ["success"]': "`billing` must be a list of tables: begin each with [[billing]]",
    '[[billing]]\nvendor = ""': "`billing.0.vendor`",
    "[[billing]]\nvalid_until = 2026-01-01": "`billing.0.valid_until` is unknown",
    'memory_limit = "lots"': '`memory_limit`: must be such as "800MB" or "6GB"',
    'xlsx_apps = "shop"': '`xlsx_apps` must be a list, such as ["a", "b"]',
    'ignore = "*.xlsx"': '`ignore` must be a list, such as ["a", "b"]',
    'threads = "two"': "`threads` must be a whole number without quotes",
    'retention_days = "60"': "`retention_days` must be a whole number without quotes",
    "threads = true": "`threads` must be a whole number without quotes",
    "keep_days = 900.0": "`keep_days` must be a whole number without quotes",
    'block_below_share = "0.7"': "`block_below_share` must be a number without quotes",
    "holidays = [1.5]": "`holidays.0` must be a day, such as 2026-11-23",
    "calendar = 'XX'": "`calendar`: must be the two letters of a country with a known calendar, such as CN",
    "calendar = 'cn'": "'cn' is none",
    "[channels.sms]": "[channels.sms] cannot be declared: one_click, local_verify, wechat, qq, weibo, sms, number are",
    "[channels.number]": "[channels.number] cannot be declared",
    "[channels.Apple]": "[channels.Apple] needs a key of at most 32 lower-case letters",
    "[channels.2fa]": "[channels.2fa] needs a key",
    "[channels.sign-in]": "[channels.sign-in] needs a key",
    f"[channels.{'a' * 33}]": "needs a key",
    "[channels.apple]\nname = 'Apple'": "`channels.apple.name` is unknown",
    "[channels.apple]\nname_zh = ' '": "`channels.apple.name_zh`",
    "[channels.apple]\nname_en = 1": "`channels.apple.name_en` must be a text in quotes",
    "channels = ['apple']": "`channels` must be a table",
    "[channels]\napple = 'Apple'": "`channels.apple` must be a table",
    '[channels.apple]\nname_en = "A\\u0007"': "`channels.apple.name_en`: must be a name of one line",
    "session_minutes = 0": "`session_minutes`",
    "session_minutes = 121": "`session_minutes`",
    "session_minutes = 10.5": "`session_minutes`",
    "session_minutes = '10'": "`session_minutes`",
    "session_minutes = true": "`session_minutes`",
    "timezone = ": "not valid TOML",
    "timezone = 'Asia/Shanghai'\ntimezone = 'UTC'": "not valid TOML",
}


@pytest.mark.parametrize("text", REFUSED)
def test_an_unknown_or_wrong_setting_is_refused_by_name(folder: DataFolder, text: str) -> None:
    folder.write("authmeter.toml", text + "\n")
    with pytest.raises(UsageError) as refused:
        load_settings(folder.root)
    assert REFUSED[text] in refused.value.what
    assert refused.value.where == str(folder.root / "authmeter.toml")
    assert refused.value.exit_code == 2


def test_holidays_are_those_listed_and_those_of_the_calendar() -> None:
    days = [date(2026, 10, day) for day in range(1, 12)]
    listed = date(2026, 10, 11)
    china = {date(2026, 10, day) for day in (1, 2, 3, 5, 6, 7, 10)}
    assert Settings(holidays=(listed,)).holidays_among(days) == {*china, listed}, "with the working weekend in lieu"
    assert Settings(timezone="UTC").holidays_among(days) == set()
    assert Settings(timezone="UTC", calendar="CN").holidays_among(days) == china
    assert Settings(calendar="none").holidays_among(days) == set()


def test_a_wrong_value_in_a_list_is_reported_alone(folder: DataFolder) -> None:
    folder.write("authmeter.toml", '[[billing]]\none_click = ["nix"]\n')
    with pytest.raises(UsageError) as refused:
        load_settings(folder.root)
    assert refused.value.what.count("`") == 2
    assert "Known settings" not in refused.value.do


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("retention = 30", "Known settings: alerts, "),
        ("[alerts]\ntimezone = 'UTC'", "Known settings of `alerts`: attach, command, "),
        ("[[billing]]\nvalid_until = 2026-01-01", "Known settings of `billing`: local_verify, one_click, "),
        ("[channels.apple]\nname = 'A'", "Known settings of `channels`: name_en, name_zh."),
        ("[publish]\nurls = ''", "Known settings of `publish`: "),
    ],
)
def test_the_known_settings_are_those_of_the_table_of_an_unknown_one(folder: DataFolder, text: str, known: str) -> None:
    folder.write("authmeter.toml", text + "\n")
    with pytest.raises(UsageError) as refused:
        load_settings(folder.root)
    assert known in refused.value.do
    assert refused.value.do.count("Known settings") == 1


def test_many_wrong_settings_fit_on_a_screen(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "".join(f"[channels.c{number}]\nname = 'C'\n" for number in range(40)))
    with pytest.raises(UsageError) as refused:
        load_settings(folder.root)
    assert refused.value.what.count("is unknown") == 5
    assert refused.value.what.endswith("(+35)")


def test_what_is_no_utf_8_is_reported_by_its_line(folder: DataFolder) -> None:
    (folder.root / "authmeter.toml").write_bytes(b"threads = 2\n# \xff\xfe\n")
    with pytest.raises(UsageError, match="line 2 is not UTF-8"):
        load_settings(folder.root)


def test_the_refusal_names_the_known_settings(folder: DataFolder) -> None:
    folder.write("authmeter.toml", "retention = 30\n")
    with pytest.raises(UsageError) as refused:
        load_settings(folder.root)
    assert all(name in refused.value.do for name in Settings.model_fields)


def test_every_setting_is_documented_where_it_is_declared() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_billing_rule_of_a_day_is_the_newest_that_began(folder: DataFolder) -> None:
    folder.write("authmeter.toml", """
[[billing]]
valid_from = 2026-03-10
local_verify = ["success"]
[[billing]]
valid_from = 2026-02-01
one_click = ["success", "mismatch"]
""")  # fmt: skip
    settings = load_settings(folder.root)
    rules = {
        day: settings.billing_on(date.fromisoformat(day))["*"]
        for day in ("2026-01-31", "2026-02-01", "2026-03-09", "2026-03-10")
    }
    assert {day: (rule.one_click, rule.local_verify) for day, rule in rules.items()} == {
        "2026-01-31": (("success",), ("success", "mismatch")),
        "2026-02-01": (("success", "mismatch"), ("success", "mismatch")),
        "2026-03-09": (("success", "mismatch"), ("success", "mismatch")),
        "2026-03-10": (("success",), ("success",)),
    }


@pytest.mark.parametrize("name", ["a?b", "c%20d", os.fsdecode(b"b\xff")])
def test_a_path_that_the_records_of_runs_cannot_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="The path of the data folder"):
        data_folder(tmp_path / name)
    assert data_folder(tmp_path / "100% #1 [x]") == tmp_path / "100% #1 [x]"


def test_the_data_folder_is_the_argument_then_the_environment_then_the_projects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert data_folder(None) == PROJECT / "data"
    monkeypatch.setenv("AUTHMETER_DATA", str(tmp_path / "env"))
    assert data_folder(None) == tmp_path / "env"
    assert data_folder(tmp_path / "given") == tmp_path / "given"
    monkeypatch.chdir(tmp_path)
    assert data_folder(Path("here")) == tmp_path / "here"


@pytest.mark.parametrize("below", ["", "data", "other/data"])
def test_a_data_folder_that_is_a_file_or_below_one_is_refused(tmp_path: Path, below: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="file") as refused:
        data_folder(tmp_path / "file" / below)
    assert refused.value.where == str(tmp_path / "file")


def test_two_billing_rules_of_one_day_are_refused(tmp_path: Path) -> None:
    (tmp_path / "authmeter.toml").write_text("[[billing]]\nvalid_from = 2026-01-01\n" * 2)
    with pytest.raises(UsageError, match=r"two rules of vendor \* have the same valid_from, 2026-01-01"):
        load_settings(tmp_path)


def test_two_vendors_may_have_rules_of_one_day_and_one_may_not_have_two(tmp_path: Path) -> None:
    rule = '[[billing]]\nvendor = "{}"\nvalid_from = 2026-01-01\n'
    (tmp_path / "authmeter.toml").write_text(rule.format("umeng") + rule.format("jiguang"))
    assert len(load_settings(tmp_path).billing) == 2
    (tmp_path / "authmeter.toml").write_text(rule.format("umeng") + rule.format("jiguang") + rule.format("umeng"))
    with pytest.raises(UsageError, match="two rules of vendor umeng have the same valid_from"):
        load_settings(tmp_path)


def test_the_rule_of_a_vendor_is_the_newest_of_its_own_that_began_else_the_newest_of_all(folder: DataFolder) -> None:
    folder.write("authmeter.toml", """
[[billing]]
vendor = "jiguang"
valid_from = 2026-02-01
one_click = ["success", "unknown"]
[[billing]]
valid_from = 2026-03-01
one_click = ["mismatch"]
[[billing]]
vendor = "jiguang"
valid_from = 2026-04-01
one_click = []
""")  # fmt: skip
    settings = load_settings(folder.root)
    rules = {day: settings.billing_on(date.fromisoformat(day)) for day in ("2026-01-31", "2026-02-01", "2026-03-01")}
    assert {day: {vendor: rule.one_click for vendor, rule in found.items()} for day, found in rules.items()} == {
        "2026-01-31": {"*": ("success",)},
        "2026-02-01": {"*": ("success",), "jiguang": ("success", "unknown")},
        # A newer rule for all vendors does not apply to a vendor that has its own rule.
        "2026-03-01": {"*": ("mismatch",), "jiguang": ("success", "unknown")},
    }
    assert settings.billing_on(date(2026, 4, 1))["jiguang"].one_click == ()
