"""Each service accepts the message form that it documents. A message that a service refuses is not counted as sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.alerts.forms import as_markdown, forms_of
from pipelines.alerts.lines import Line
from pipelines.alerts.message import Message
from pipelines.alerts.sender import deliver
from pipelines.common.text import same
from tests.alerts.messages import SHOP, SITE, WALLET, WARNINGS, of_day, of_week, warned
from tests.alerts.services import URLS, Service, mail_server, services

MESSAGE = of_day(WALLET, SHOP, warnings=WARNINGS)
# Longer than any limit, of signs that take three bytes.
LONG = of_day(
    *[SHOP.model_copy(update={"text_zh": "很长" * 900, "title_zh": "长" * 400})] * 40,
    warnings=[warned("check", "告警" * 2000)] * 9,
)

# Slack counts the five characters of the escape of each sign.
SIGNS = of_day(WALLET, warnings=[warned("check", "A&B" * 90)] * 5)


@pytest.fixture
def chats(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Service]]:
    with services(monkeypatch) as found:
        yield found


def sent(message: Message, *urls: str, attach: str = "") -> list[bool]:
    forms = forms_of(message.title.zh, message.lines, "zh")
    given = {"urls": urls, "forms": forms, "is_bad": message.is_bad, "attach": attach, "seconds": 20}
    answer = deliver(given)
    assert answer["known"] == [True] * len(urls)
    return answer["delivered"]


def texts(chats: dict[str, Service]) -> dict[str, str]:
    """Return the text that each service displays for its only message."""
    ((ding,), (feishu,), (wecom,), (slack,)) = (chats[name].got for name in ("dingtalk", "feishu", "wecom", "slack"))
    return {
        "dingtalk": ding["markdown"]["text"],
        "feishu": feishu["card"]["elements"][0]["text"]["content"],
        "wecom": wecom["markdown"]["content"],
        "slack": slack["attachments"][0]["blocks"][1]["text"]["text"],
    }


def test_each_chat_takes_the_message_in_its_own_form(chats: dict[str, Service]) -> None:
    assert sent(MESSAGE, *URLS.values()) == [True] * len(URLS)
    found = texts(chats)
    link = f"{SITE}/apps/wallet/index.html"
    assert found["dingtalk"].startswith(f"# {MESSAGE.title.zh}\n[authmeter 报告 2026-11-27]({link})\n\n**原因**：SDK")
    assert found["wecom"].startswith(f"**{MESSAGE.title.zh}**\n[authmeter 报告 2026-11-27]({link})\n**原因**：SDK")
    assert found["feishu"].startswith(f"[authmeter 报告 2026-11-27]({link})\n**原因**：SDK")
    assert found["slack"].startswith(f"<{link}|authmeter 报告 2026-11-27>\n*原因*：SDK")
    for text in found.values():
        assert "████████████·█┊▁▁▁" in text
        assert "- 技术成功率 92.44%（94.5%–96.8%），低于平时\n- 号码认证量" in text
    assert chats["feishu"].got[0]["card"]["header"]["template"] == "orange"
    assert chats["dingtalk"].got[0]["markdown"]["title"] == MESSAGE.title.zh


@pytest.mark.parametrize("message", [LONG, SIGNS, of_week(*[SHOP] * 9)])
def test_a_long_message_stays_within_each_limit(chats: dict[str, Service], message: Message) -> None:
    assert sent(message, *URLS.values()) == [True] * len(URLS)


def test_what_was_left_away_is_marked(chats: dict[str, Service]) -> None:
    assert sent(LONG, URLS["wecom"]) == [True]
    (body,) = chats["wecom"].got
    assert body["markdown"]["content"].endswith("\n…")


@pytest.mark.parametrize("name", URLS)
def test_a_refused_message_is_not_delivered(chats: dict[str, Service], name: str) -> None:
    chats[name].refuses = True
    assert sent(MESSAGE, *URLS.values()) == [other != name for other in URLS]


def test_text_of_users_becomes_no_markup() -> None:
    line = Line(same("[x](https://evil.example) <!channel> <at id=all> **b** `c` # h"), same("原因"))
    text = as_markdown([line], "zh")
    assert not set("[]<>`#") & set(text)
    assert text.count("*") == 4
    html = forms_of("<b>t</b>", [Line(same("<script>"), link="javascript:alert(1)")], "zh")["mail"]["body"]
    assert "<script>" not in html
    assert "<b>t</b>" not in html
    assert "href" not in html


def test_a_mail_has_html_and_the_same_as_text(tmp_path: Any) -> None:
    workbook = tmp_path / "authmeter_usage_2026-11-27.xlsx"
    workbook.write_bytes(b"PK\x03\x04 a workbook")
    with mail_server() as (url, got):
        assert sent(MESSAGE, url, attach=str(workbook)) == [True]
    (mail,) = got
    assert mail["Subject"] == MESSAGE.title.zh
    assert "authmeter" in mail["From"]
    assert mail.get_content_type() == "multipart/mixed"
    alternative, attached = mail.iter_parts()
    assert alternative.get_content_type() == "multipart/alternative"
    plain, html = (part.get_content() for part in alternative.iter_parts())  # type: ignore[attr-defined]
    assert [part.get_content_type() for part in alternative.iter_parts()] == ["text/plain", "text/html"]  # type: ignore[attr-defined]
    for line in (
        f"{SITE}/apps/wallet/index.html",
        "SDK 2.15.0（26%，其余 95%）",
        "11-27 少 139 次登录",
        "技术成功率 92.44%（94.5%–96.8%），低于平时",
    ):
        assert line in plain
        assert line in html
    assert f'<a href="{SITE}/apps/wallet/index.html">' in html
    assert "████████████·█</span>┊<span" in html
    assert not any(word in html for word in ("<img", "<script", "<style", "<svg", "http:"))
    assert attached.get_filename() == workbook.name
    assert attached.get_content() == workbook.read_bytes()  # type: ignore[attr-defined]
