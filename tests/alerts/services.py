"""Fake chat services and a mail server on loopback.

The chat services imitate the robots of DingTalk and WeCom and the web hooks of Feishu and Slack. They accept a message
only in the form that the service documents, and answer any other with an error of that service.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

Body = dict[str, Any]
URLS = {
    "dingtalk": "dingtalk://s3cret@t0ken/",
    "feishu": "feishu://t0ken",
    "wecom": "wecombot://k3y",
    "slack": "slack://TAAAAAAAA/BBBBBBBBB/cccccccccccccccccccccccc/#channel",
}
"""An address of each service, as docs/alerts.md has them."""


@dataclass
class Service:
    """A fake chat service and the messages that it accepted. If `refuses` is true, it rejects every message."""

    got: list[Body] = field(default_factory=list)
    refuses: bool = False


def dingtalk(path: str, query: dict[str, list[str]], raw: bytes, body: Body) -> str:
    """Assert the form of a robot's `markdown` message, and return the answer. A request has at most 20,000 bytes."""
    assert path == "/robot/send"
    assert query["access_token"] == ["t0ken"]
    assert {"timestamp", "sign"} <= query.keys()
    assert body["msgtype"] == "markdown"
    assert body["markdown"].keys() == {"title", "text"}
    assert body["markdown"]["title"]
    assert body["markdown"]["text"].startswith(f"# {body['markdown']['title']}\n")
    assert len(raw) <= 20_000
    return '{"errcode": 0, "errmsg": "ok"}'


def wecom(path: str, query: dict[str, list[str]], raw: bytes, body: Body) -> str:
    """Assert the form of a group robot's `markdown` message, and return the answer. Its content has at most 4,096
    bytes.
    """
    assert raw
    assert path == "/cgi-bin/webhook/send"
    assert query["key"] == ["k3y"]
    assert body.keys() == {"msgtype", "markdown"}
    assert body["msgtype"] == "markdown"
    assert body["markdown"].keys() == {"content"}
    assert 0 < len(body["markdown"]["content"].encode()) <= 4_096
    return '{"errcode": 0, "errmsg": "ok"}'


def feishu(path: str, query: dict[str, list[str]], raw: bytes, body: Body) -> str:
    """Assert the form of a card, and return the answer. A request has at most 20 KB."""
    assert not query
    assert path.rstrip("/") == "/open-apis/bot/v2/hook/t0ken"
    assert body["msg_type"] == "interactive"
    assert body["card"]["header"]["title"]["tag"] == "plain_text"
    assert body["card"]["header"]["title"]["content"]
    (element,) = body["card"]["elements"]
    assert (element["tag"], element["text"]["tag"]) == ("div", "lark_md")
    assert element["text"]["content"]
    assert len(raw) <= 20 * 1024
    return '{"code": 0, "msg": "success", "data": {}}'


def slack(path: str, query: dict[str, list[str]], raw: bytes, body: Body) -> str:
    """Assert the form of a message in blocks, and return the answer."""
    assert raw
    assert not query
    assert path == "/services/TAAAAAAAA/BBBBBBBBB/cccccccccccccccccccccccc"
    (attachment,) = body["attachments"]
    header, section, *_ = attachment["blocks"]
    assert (header["type"], header["text"]["type"]) == ("header", "plain_text")
    assert 0 < len(header["text"]["text"]) <= 150
    assert (section["type"], section["text"]["type"]) == ("section", "mrkdwn")
    assert 0 < len(section["text"]["text"]) <= 3_000
    return "ok"


_HOSTS: dict[str, tuple[str, Callable[..., str], str]] = {
    "oapi.dingtalk.com": ("dingtalk", dingtalk, '{"errcode": 310000, "errmsg": "keywords not in content"}'),
    "qyapi.weixin.qq.com": ("wecom", wecom, '{"errcode": 93000, "errmsg": "invalid webhook url"}'),
    "open.feishu.cn": ("feishu", feishu, '{"code": 19024, "msg": "Key Words Not Found"}'),
    "hooks.slack.com": ("slack", slack, ""),
}


@contextmanager
def services(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Service]]:
    """Run all chat services on one port of loopback, and send all HTTP requests of this process there.

    Yield the services by name.
    """
    found = {name: Service() for name, _, _ in _HOSTS.values()}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            name, check, refusal = _HOSTS[self.headers["X-Host"]]
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            url = urlsplit(self.path)
            status, answer = 200, refusal
            try:
                assert self.headers["Content-Type"].startswith("application/json")
                accepted = check(url.path, parse_qs(url.query), raw, json.loads(raw))
                if not found[name].refuses:
                    answer = accepted
                    found[name].got.append(json.loads(raw))
            except (AssertionError, KeyError, TypeError, ValueError) as error:
                answer = refusal or f"invalid_payload {error}"
            if not refusal and answer != "ok":
                status = 400
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        request = requests.Session.request

        def to_loopback(self: requests.Session, method: str, url: str, **kwargs: Any) -> requests.Response:
            parts = urlsplit(url)
            assert parts.scheme == "https"
            kwargs["headers"] = {**(kwargs.get("headers") or {}), "X-Host": str(parts.hostname)}
            there = f"http://127.0.0.1:{server.server_port}{parts.path}{f'?{parts.query}' if parts.query else ''}"
            return request(self, method, there, **kwargs)

        monkeypatch.setattr(requests.Session, "request", to_loopback)
        try:
            yield found
        finally:
            server.shutdown()


@contextmanager
def mail_server() -> Iterator[tuple[str, list[EmailMessage]]]:
    """Run a mail server on loopback. Yield the URL of a receiver and the list of the mails that arrived."""
    got: list[EmailMessage] = []

    def talk(client: socket.socket) -> None:
        with client, client.makefile("rwb") as file:

            def answer(text: str) -> None:
                file.write(f"{text}\r\n".encode())
                file.flush()

            answer("220 loopback")
            for line in file:
                command = line.strip().upper()
                if command == b"DATA":
                    answer("354 go on")
                    content = b""
                    for part in iter(file.readline, b".\r\n"):
                        content += part.removeprefix(b".") if part.startswith(b"..") else part
                    mail = message_from_bytes(content, policy=policy.default)
                    assert isinstance(mail, EmailMessage)
                    got.append(mail)
                answer("221 bye" if command == b"QUIT" else "250 ok")

    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                talk(client)

        threading.Thread(target=accept, daemon=True).start()
        port = server.getsockname()[1]
        yield f"mailto://127.0.0.1:{port}?from=authmeter@example.com&to=team@example.com", got
        server.shutdown(socket.SHUT_RDWR)
