"""Formats a message: plain text, the markdown of each chat service within its limit, and HTML for mail.

The content is in `message.py`; `sender.py` chooses the form for each receiver.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Final, Literal

from pipelines.alerts.lines import BlockRow, Line
from pipelines.common.text import Language, same

Format = Literal["text", "markdown", "html"]

# Longest line: one long detail of a warning must not displace all others.
_LONGEST: Final = 300
# Slack's header has at most 150 characters.
_LONGEST_TITLE: Final = 150
# Characters of markup become full-width characters, so that no name or note of a user becomes a link, a mention or a
# heading. They are not escaped, because each chat service escapes differently.
_TWINS: Final = str.maketrans({mark: chr(ord(mark) + 0xFEE0) for mark in "*`[]<>~|\\#"})
_MARK: Final = "┊"


@dataclass(frozen=True)
class Form:
    """Title and body of a message, as one kind of receiver gets them."""

    title: str
    body: str
    format: Format


@dataclass(frozen=True)
class _Dialect:
    """The markdown dialect of a chat service.

    Attributes:
        gap: text between two lines; two list items (`Line.is_item`) always have only a line break between them.
        size: measures a text as the service does.
        limit: largest size of title and body together; below the limit of the service, because Apprise adds some text.
    """

    gap: str
    size: Callable[[str], int]
    limit: int


def _escaped_json(text: str) -> int:
    return len(json.dumps(text))


_DIALECTS: Final = {
    # DingTalk: 20,000 bytes a request; it ignores a single line break.
    "dingtalk": _Dialect("\n\n", _escaped_json, 18_000),
    # Feishu: 20 KB a request.
    "feishu": _Dialect("\n", _escaped_json, 18_000),
    # WeCom: `markdown.content` has at most 4,096 bytes of UTF-8.
    "wecom": _Dialect("\n", lambda text: len(text.encode()), 4_000),
    # Slack: the text of a section has at most 3,000 characters, in which `&`, `<` and `>` are escaped.
    "slack": _Dialect("\n", lambda text: len(escape(text, quote=False)), 2_700),
}


def forms_of(title: str, lines: Sequence[Line], language: Language) -> dict[str, dict[str, str]]:
    """Return title, body and format of the message for each service; the entry `text` is for all other services."""
    found = {
        "text": Form(title, as_text(lines, language), "text"),
        "mail": Form(title, as_html(title, lines, language), "html"),
        **{name: _chat_form(title, lines, language, dialect) for name, dialect in _DIALECTS.items()},
    }
    return {name: asdict(form) for name, form in found.items()}


def as_text(lines: Sequence[Line], language: Language) -> str:
    """Return the lines as plain text."""
    return "\n".join(_plain(line, language) for line in lines)


def as_markdown(lines: Sequence[Line], language: Language, gap: str = "\n") -> str:
    """Return the lines in the markdown that all chat services read: bold, links, code and items.

    `gap` is the text between two lines; two list items always have only a line break between them.
    """
    text = ""
    before: Line | None = None
    for line in lines:
        if before:
            text += "\n" if line.is_item and before.is_item else gap
        text += _marked(line, language)
        before = line
    return text


def as_html(title: str, lines: Sequence[Line], language: Language) -> str:
    """Return the lines as HTML for mail, without scripts, style sheets and images, which mail clients drop."""
    parts, is_list = [f'<h2 style="font-size:18px;margin:0 0 12px">{escape(title)}</h2>'], False
    for line in lines:
        if line.is_item != is_list:
            parts.append('<ul style="margin:0 0 8px;padding-left:20px">' if line.is_item else "</ul>")
            is_list = line.is_item
        inner = _html(line, language)
        parts.append(f"<li>{inner}</li>" if line.is_item else f'<p style="margin:0 0 8px">{inner}</p>')
    if is_list:
        parts.append("</ul>")
    style = "font-family:sans-serif;font-size:14px;line-height:1.6;color:#1f2329"
    return f'<div lang="{"zh-CN" if language == "zh" else "en"}" style="{style}">{"".join(parts)}</div>'


def _chat_form(title: str, lines: Sequence[Line], language: Language, dialect: _Dialect) -> Form:
    """Return the form for a chat service; lines at the end are dropped until the form is within the service's limit."""
    short = list(lines)
    heading = _cut(title.translate(_TWINS), _LONGEST_TITLE)
    body = as_markdown(short, language, dialect.gap)
    while short and dialect.size(heading) + dialect.size(body) > dialect.limit:
        short.pop()
        body = as_markdown([*short, Line(same("…"))], language, dialect.gap)
    return Form(heading, body, "markdown")


def _cut(text: str, longest: int = _LONGEST) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _is_address(link: str) -> bool:
    return link.startswith(("https://", "http://"))


def _joined(label: str, parts: Sequence[str], language: Language) -> str:
    """Return the label, a colon and the parts that are not empty. Without a label, there is no colon."""
    rest = " ".join(part for part in parts if part)
    colon = "：" if language == "zh" else ": "
    return f"{label}{colon}{rest}".rstrip() if label else rest


def _row(row: BlockRow | None) -> str:
    return f"{row.before}{_MARK}{row.since}" if row else ""


def _plain(line: Line, language: Language) -> str:
    parts = line.text.of(language), line.link, line.code.of(language), _row(line.row)
    text = _joined(line.label.of(language), parts, language)
    return f"- {text}" if line.is_item else text


def _marked(line: Line, language: Language) -> str:
    label, text = (one.translate(_TWINS) for one in (line.label.of(language), _cut(line.text.of(language))))
    link = line.link
    # The link is on the text, or on the label if there is no text.
    if _is_address(link):
        label, text = (label, f"[{text}]({link})") if text else ("", f"[{label}]({link})")
        link = ""
    code = f"`{of_code}`" if (of_code := line.code.of(language)) else ""
    joined = _joined(f"**{label}**" if label else "", (text, link, code, _row(line.row)), language)
    return f"- {joined}" if line.is_item else joined


def _html(line: Line, language: Language) -> str:
    label, text, code = (escape(one.of(language)) for one in (line.label, line.text, line.code))
    link = escape(line.link)
    if _is_address(line.link):
        # Without a text the address is written out, so that the plain-text version of the mail has it.
        text, link = f'<a href="{link}">{text or link}</a>', ""
    code = f"<code>{code}</code>" if code else ""
    row = (
        (
            '<span style="font-family:monospace;font-size:16px;white-space:nowrap">'
            f'<span style="color:#2456d6">{line.row.before}</span>{_MARK}'
            f'<span style="color:#c5221f">{line.row.since}</span></span>'
        )
        if line.row
        else ""
    )
    return _joined(f"<b>{label}</b>" if label else "", (text, link, code, row), language)
