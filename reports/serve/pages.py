"""The server's own pages, in both languages: sign-in, not granted, not found, and errors.

`app.py` decides when each is shown.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from reports.serve.access import Grant, address, app_page

_STYLE = Markup(
    "body{font:15px/1.6 system-ui,sans-serif;max-width:40em;margin:3em auto;padding:0 1em}"
    "h1{font-size:1.3em}p{margin:.4em 0}input,button{font:inherit;padding:.3em .6em}"
)
_DIGEST = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# No scripts and no external content; the form can only be sent to this server.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_DIGEST}'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)

# Heading and sentence by status, each in Chinese and English.
_WORDS = {
    401: (
        ("请输入访问令牌", "Sign in"),
        ("打开这份报表需要访问令牌。", "You need a token to open these reports."),
    ),
    403: (
        ("无权查看此页", "Not for this token"),
        ("此地址不在您的令牌范围内。您可以打开：", "Your token does not open this address. It opens:"),
    ),
    404: (
        ("没有这个文件", "No such file"),
        ("已发布的报表中没有这个地址。", "The published reports have nothing under this address."),
    ),
    405: (
        ("不支持此操作", "Not possible here"),
        ("报表只能查看。", "The reports are read-only."),
    ),
    413: (
        ("内容过长", "Too long"),
        ("这不是访问令牌。", "This is no token."),
    ),
    421: (
        ("地址不正确", "Wrong address"),
        ("请通过 http://127.0.0.1 或 http://localhost 打开报表。", "Open the reports at http://127.0.0.1 or http://localhost."),
    ),
    500: (
        ("出错了", "Something failed"),
        ("原因已写在服务器终端里。", "See the output of `authmeter serve` for the cause."),
    ),
    503: (
        ("暂时无法打开", "Not available now"),
        ("请稍后再试；原因已写在服务器终端里。", "Try again later. See the output of `authmeter serve` for the cause."),
    ),
}  # fmt: skip


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("page.html.jinja")


def page(
    status: int,
    *,
    grant: Grant | None = None,
    form: str | None = None,
    is_wrong: bool = False,
    is_once_more: bool = False,
) -> str:
    """Return the page of a status.

    Args:
        status: one of 401, 403, 404, 405, 413, 421, 500 and 503.
        grant: the page lists the apps of this grant, with a link for each published app.
        form: the address to which the sign-in form is sent.
        is_wrong: whether an invalid token was given.
        is_once_more: whether the page reloads the form's address by itself.
    """
    apps = {key: folder and address(app_page(folder)) for key, folder in sorted(grant.apps.items())} if grant else {}
    heading, sentence = _WORDS[status]
    return _template().render(
        style=_STYLE, heading=heading, sentence=sentence, apps=apps, form=form, is_wrong=is_wrong,
        is_once_more=is_once_more,
    )  # fmt: skip
