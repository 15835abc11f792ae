"""Sends one alert through Apprise in a separate process: `python -m pipelines.alerts.sender`, with JSON on stdin.

A separate process can be ended if a receiver hangs, and keeps addresses, which hold tokens, out of all logs. The only
output of the process says which addresses are valid and which receivers accepted the message.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import apprise
import requests
from apprise.manager_plugins import NotificationManager
from apprise.plugins.base import NotifyBase
from apprise.plugins.dingtalk import NotifyDingTalk
from apprise.plugins.email.base import NotifyEmail
from apprise.plugins.feishu import NotifyFeishu
from apprise.plugins.lark import NotifyLark
from apprise.plugins.slack import NotifySlack
from apprise.plugins.wecombot import NotifyWeComBot

# These services answer a refused message with HTTP 200 and an error code, which Apprise ignores.
_ROBOTS: Final = {urlsplit(one.notify_url).hostname for one in (NotifyDingTalk, NotifyWeComBot)}


class MarkdownWeComBot(NotifyWeComBot):
    """WeCom's group robot with markdown; the class that comes with Apprise sends only plain text."""

    notify_format = apprise.NotifyFormat.MARKDOWN
    title_maxlen = 300
    body_maxlen = 4096

    def send(self, body: str, title: str = "", *_: Any, **__: Any) -> bool:
        """Send one message; return whether the service accepted it."""
        self.throttle()  # type: ignore[no-untyped-call]
        content = f"**{title}**\n{body}" if title else body
        try:
            response = requests.post(
                self.api_url, json={"msgtype": "markdown", "markdown": {"content": content}},
                headers={"User-Agent": self.app_id}, verify=self.verify_certificate, timeout=self.request_timeout,
                allow_redirects=self.redirects,
            )  # fmt: skip
        except requests.RequestException:
            return False
        return bool(response.status_code == requests.codes.ok)


# The form for each service; all others get plain text.
_FORMS: Final = {
    NotifyDingTalk: "dingtalk",
    NotifyFeishu: "feishu",
    NotifyLark: "feishu",
    NotifyWeComBot: "wecom",
    NotifySlack: "slack",
    NotifyEmail: "mail",
}


def deliver(given: dict[str, Any]) -> dict[str, list[bool]]:
    """Send a message to each receiver, in the form of the receiver's service.

    Args:
        given: `urls`, `forms` by service, `is_bad` (whether the message is a warning), `attach` (path of a file for
            mails, or empty) and `seconds` (time limit of each receiver; all are tried at the same time).

    Returns:
        For each of `urls`, whether Apprise can use it (`known`) and whether the receiver got it (`delivered`).
    """
    # Mails and requests show these names as the sender. With a time limit of its own, Apprise sends in a pool of few
    # threads, in which receivers that hang keep the others waiting; without one, in the thread that calls it.
    asset = apprise.AppriseAsset(app_id="authmeter", app_desc="authmeter", service_timeout=0)
    NotificationManager().add(MarkdownWeComBot, force=True)  # type: ignore[no-untyped-call]
    receivers = [apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True) for url in given["urls"]]
    pool = ThreadPoolExecutor(max(1, len(receivers)))
    with refusals_as_errors():
        calls = [pool.submit(_send, one, asset, given) if one is not None else None for one in receivers]
        wait([call for call in calls if call], timeout=given["seconds"])
        delivered = [call is not None and call.done() and call.result() for call in calls]
    pool.shutdown(wait=False)
    return {"known": [one is not None for one in receivers], "delivered": delivered}


def _send(receiver: NotifyBase, asset: apprise.AppriseAsset, given: dict[str, Any]) -> bool:
    service = next((name for kind, name in _FORMS.items() if isinstance(receiver, kind)), "text")
    form = given["forms"][service]
    if isinstance(receiver, NotifySlack):
        # Slack reads markdown only in blocks.
        receiver.use_blocks = True
    one = apprise.Apprise(asset=asset)
    one.add(receiver)
    attach = given["attach"] if service == "mail" else None
    result = one.notify(
        form["body"], title=form["title"], body_format=apprise.NotifyFormat(form["format"]), attach=attach or None,
        notify_type=apprise.NotifyType.WARNING if given["is_bad"] else apprise.NotifyType.INFO,
    )  # fmt: skip
    return bool(result)


@contextmanager
def refusals_as_errors() -> Iterator[None]:
    """In the `with` block, `requests.post` raises an error if DingTalk or WeCom refuses the message.

    Both services refuse with HTTP status 200, which Apprise reads as success.
    """
    post = requests.post
    requests.post = _reading_answers(post)
    try:
        yield
    finally:
        requests.post = post


def _reading_answers(post: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
    def posted(url: str, *args: Any, **kwargs: Any) -> requests.Response:
        response = post(url, *args, **kwargs)
        if urlsplit(url).hostname in _ROBOTS and response.ok:
            try:
                code = response.json().get("errcode")
            except (ValueError, AttributeError):
                code = None
            if code != 0:
                raise requests.RequestException("The service refused the message.")
        return response

    return posted


def main() -> None:
    """Read the input of `deliver` from stdin, and print the result of `deliver`, both as JSON."""
    given = json.load(sys.stdin)
    logging.disable(logging.CRITICAL)
    answer = deliver(given)
    # Ends the process even if a receiver's thread hangs.
    print(json.dumps(answer), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
