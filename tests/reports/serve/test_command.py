"""`authmeter serve` as a command: how it starts and stops, and the errors that it exits with."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.common.project import PROJECT
from tests.published_folder import Call
from tests.reports.serve.served_site import write_tokens
from tests.reports.serve.server import Serving, serving


def test_it_ends_cleanly_when_it_is_interrupted(data: Path, tmp_path: Path) -> None:
    """This test ends a server by SIGINT. `serving` ends all other servers by SIGTERM."""
    with serving(data, log=tmp_path / "log") as server:
        kept = socket.create_connection(("127.0.0.1", server.port), 10)
        kept.sendall(b"GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert kept.recv(100)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(20) == 0
        kept.close()
        assert server.said().count("\n") == 1


def test_a_port_that_is_taken_is_said(call: Call, whole: Serving, data: Path) -> None:
    ended = call("serve", "--port", whole.port, data=data)
    assert ended.code == 1
    assert f"Port {whole.port} cannot be opened" in ended.err
    assert "--port" in ended.err


def test_nothing_published_is_said(call: Call, tmp_path: Path) -> None:
    ended = call("serve", data=tmp_path)
    assert ended.code == 2
    assert "Nothing is published yet." in ended.err


@pytest.mark.parametrize(
    "arguments", [("--port", "65536"), ("--port", "-1"), ("--port", "http"), ("--token", "x"), ("all",)]
)
def test_wrong_use_ends_with_2(call: Call, data: Path, arguments: tuple[str, ...]) -> None:
    assert call("serve", *arguments, data=data).code == 2


def test_a_wrong_tokens_file_ends_with_2(call: Call, data: Path, tmp_path: Path) -> None:
    file = write_tokens(tmp_path / "tokens.toml", {"shop": ["shop"]})
    file.chmod(0o640)
    readable = call("serve", "--tokens", file, data=data)
    file.chmod(0o600)
    file.write_text('[[token]]\napps = "*"\nuser = "ann"\n')
    unknown = call("serve", "--tokens", file, data=data)
    missing = call("serve", "--tokens", tmp_path / "nothing", data=data)
    assert [ended.code for ended in (readable, unknown, missing)] == [2, 2, 2]
    assert "by others" in readable.err
    assert "`token.0.user`" in unknown.err
    assert "cannot be read" in missing.err


def test_the_command_tells_its_use(call: Call) -> None:
    ended = call("serve", "--help")
    assert ended.code == 0
    assert all(option in ended.out for option in ("--data", "--port", "--tokens", "--new-token", "8650"))


def test_the_command_line_loads_no_server_for_other_commands() -> None:
    script = "import sys, pipelines.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert not {"uvicorn", "starlette", "duckdb"} & set(done.stdout.split())
