"""`authmeter alert --test` sends a message that is marked as a test, or fails without showing an address."""

from __future__ import annotations

import errno
import json
import sys
from datetime import date
from io import BytesIO

import openpyxl
import pytest

from pipelines.alerts import delivery
from tests.alerts.services import mail_server
from tests.published_folder import Call
from tests.support import KEY, DataFolder, days_before, records

# The command fails if it can see the key of the hashes.
SAID = """
import os, pathlib, sys
pathlib.Path('said.json').write_bytes(sys.stdin.buffer.read())
sys.exit('AUTHMETER_HASH_KEY' in os.environ)
"""


@pytest.mark.parametrize(("language", "word"), [("zh", "测试"), ("en", "test")])
def test_a_test_message_says_that_it_is_one(
    call: Call, folder: DataFolder, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.setenv("AUTHMETER_HASH_KEY", KEY)
    command = json.dumps([sys.executable, "-c", SAID])
    folder.write("authmeter.toml", f'[alerts]\ncommand = {command}\nlanguage = "{language}"\n')
    assert call("alert", "--test", data=folder.root).code == 0
    said = json.loads((folder.root / "said.json").read_bytes())
    assert said["kind"] == "test"
    assert word in said["title"]
    assert "报告" not in said["title"]
    assert "report" not in said["title"]


@pytest.mark.parametrize(
    ("mode", "words"),
    [(None, "No such file"), (0o644, "can be read or changed by others"), (0o600, "The settings name no receiver")],
)
def test_a_test_message_with_wrong_settings_is_refused(
    call: Call, folder: DataFolder, mode: int | None, words: str
) -> None:
    folder.write("authmeter.toml", '[alerts]\nurls_file = "alerts.urls"\n')
    if mode:
        folder.write("alerts.urls", "# nobody yet\n").chmod(mode)
    ended = call("alert", "--test", data=folder.root)
    assert ended.code == 2
    assert words in ended.err
    assert all(label in ended.err for label in ("where: ", "why it matters: ", "what to do: "))


def test_an_address_that_is_none_is_reported_by_its_line(call: Call, folder: DataFolder) -> None:
    folder.write("authmeter.toml", '[alerts]\nurls_file = "alerts.urls"\n')
    folder.write("alerts.urls", "# ours\n\nfoo://s3cr3tToken\n").chmod(0o600)
    ended = call("alert", "--test", data=folder.root)
    assert ended.code == 3
    assert "0 of 1 receivers accepted it" in ended.out
    assert "line 3 of the addresses" in ended.out
    assert "s3cr3tToken" not in ended.out + ended.err
    assert "foo" not in ended.out + ended.err


def test_a_receiver_that_does_not_accept_is_reported_by_its_line(call: Call, folder: DataFolder) -> None:
    folder.write("authmeter.toml", '[alerts]\nurls_file = "alerts.urls"\n')
    # Port 9 refuses connections, because no program listens on it.
    folder.write("alerts.urls", "# ours\njson://127.0.0.1:9/s3cr3tToken\nfoo://s3cr3tToken\n").chmod(0o600)
    ended = call("alert", "--test", data=folder.root)
    assert ended.code == 3
    assert (
        "0 of 2 receivers accepted it; unknown or incomplete address: line 3 of the addresses; not accepted: line 2 of "
        "the addresses\n" in ended.out
    )
    assert "s3cr3tToken" not in ended.out + ended.err


def test_a_late_day_without_a_receiver_or_whose_message_nobody_took_is_not_nothing_to_send(
    call: Call, folder: DataFolder, yesterday: date
) -> None:
    folder.land("a.ndjson", records(3, days_before(yesterday, 2)))
    folder.tables(days_before(yesterday, 2))
    folder.write("authmeter.toml", '[alerts]\nlate_after = "00:00"\n')
    assert call("alert", data=folder.root).out == "nothing is sent: the settings name no receiver of alerts\n"
    folder.write("authmeter.toml", '[alerts]\ncommand = ["false"]\nlate_after = "00:00"\n')
    ended = call("alert", data=folder.root)
    assert (ended.code, ended.out) == (
        3, f"not delivered: `late` of {yesterday}: 0 of 1 receivers accepted it; the command ended with 1\n",
    )  # fmt: skip
    folder.write("authmeter.toml", '[alerts]\ncommand = ["true"]\nlate_after = "00:00"\n')
    for said in ("sent: days are late\n", "nothing to send\n"):
        ended = call("alert", data=folder.root)
        assert (ended.code, ended.out) == (0, said)


def test_the_mail_of_a_day_has_its_usage_attached(call: Call, own: DataFolder, yesterday: date) -> None:
    settings = 'urls_file = "alerts.urls"\non = ["daily"]\nattach = true\n'
    own.write("authmeter.toml", f'site_url = "https://reports.example.com/"\n[alerts]\n{settings}')
    with mail_server() as (url, got):
        own.write("alerts.urls", f"{url}\n").chmod(0o600)
        assert call("run", data=own.root).code == 0
        assert call("run", data=own.root).code == 0
    (mail,) = got
    assert mail["Subject"] == f"{yesterday:%m-%d} 没有发现问题，但只有 3 天数据，不足以判断"
    plain = mail.get_body(("plain",))
    assert plain
    assert "https://reports.example.com/index.html" in plain.get_content()
    (attached,) = mail.iter_attachments()
    assert attached.get_filename() == f"authmeter_usage_{yesterday}.xlsx"
    sheet = openpyxl.load_workbook(BytesIO(attached.get_content())).active
    head, *rows = sheet.iter_rows(values_only=True)
    assert [row[head.index("AppKey app_key")] for row in rows] == ["game", "shop"]


def test_a_mail_without_room_for_its_attachment_is_sent_without_it(
    call: Call, own: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    own.write("authmeter.toml", '[alerts]\nurls_file = "alerts.urls"\non = ["daily"]\nattach = true\n')
    monkeypatch.setattr(delivery, "TemporaryDirectory", full)
    with mail_server() as (url, got):
        own.write("alerts.urls", f"{url}\n").chmod(0o600)
        assert call("run", data=own.root).code == 3
    (mail,) = got
    assert list(mail.iter_attachments()) == []
    assert "the xlsx file could not be attached: OSError" in call("status", data=own.root).out
