"""The server only answers requests from this machine, and only under the machine's loopback names."""

from __future__ import annotations

import os
import re
import socket
from contextlib import closing
from pathlib import Path

import pytest

from tests.reports.serve.served_site import token_of
from tests.reports.serve.server import Serving


def listening(process: int) -> list[str]:
    """Return the addresses at which a process listens, read from `/proc`: hexadecimal, IPv4 and IPv6."""
    links = [os.readlink(link) for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink()]
    sockets = {match[1] for link in links if (match := re.fullmatch(r"socket:\[(\d+)\]", link))}
    rows = [
        line.split()
        for family in ("tcp", "tcp6")
        for line in Path(f"/proc/{process}/net/{family}").read_text().splitlines()[1:]
    ]
    return [row[1] for row in rows if row[3] == "0A" and row[9] in sockets]


def test_it_listens_on_loopback_and_nowhere_else(whole: Serving) -> None:
    assert listening(whole.process.pid) == [f"0100007F:{whole.port:04X}"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:1234", "localhost", "LocalHost:8650", "[::1]", "[::1]:65535"])
def test_a_name_of_this_machine_is_answered(whole: Serving, host: str) -> None:
    assert whole.ask("/index.html", host=host).status == 200


@pytest.mark.parametrize(
    "host", ["example.com", "localhost.example.com", "127.0.0.1.example.com", "localhost.", "192.168.1.1", "0.0.0.0",
    "::1", "x@localhost", "localhost@example.com", "127.0.0.1:", "127.0.0.1:80a", "127.0.0.1:8650:1", "x localhost"],
)  # fmt: skip
def test_any_other_name_is_refused(whole: Serving, limited: Serving, host: str) -> None:
    assert whole.ask("/index.html", host=host).status == 421
    signing_in = limited.ask(f"/?token={token_of('all')}", host=host)
    assert signing_in.status == 421
    assert "set-cookie" not in signing_in.headers


def test_a_request_without_a_name_is_refused(whole: Serving) -> None:
    for request in (
        b"GET /index.html HTTP/1.0\r\n\r\n",
        b"GET /index.html HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01 no HTTP\r\n\r\n",
    ):
        with closing(socket.create_connection(("127.0.0.1", whole.port), 10)) as connection:
            connection.sendall(request)
            connection.settimeout(10)
            assert re.match(rb"HTTP/1\.1 4(21|00) ", connection.recv(1000))
