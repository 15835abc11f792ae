"""`authmeter dev`: Dagster on loopback, with the home of the data folder."""

from __future__ import annotations

import os
import socket

import pytest

from pipelines.commands.operation import dev
from pipelines.common.project import PROJECT
from tests.published_folder import Call
from tests.support import DataFolder


def test_dev_starts_dagster_on_loopback_with_the_folders_home(
    call: Call, own: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[list[str], str]] = []
    monkeypatch.setattr(dev, "run_scheduler", lambda command, home, *_: started.append((command, str(home))) or 0)
    assert call("dev", "--port", 3999, data=own.root).code == 0
    ((command, home),) = started
    assert home == os.environ["DAGSTER_HOME"]
    assert command[1] == "-W"
    assert command[3:6] == ["-m", "dagster", "dev"]
    assert command[command.index("-w") + 1] == str(PROJECT / "workspace.yaml")
    assert command[command.index("-h") + 1] == "127.0.0.1"
    assert home == str(own.root / "dagster")


def test_dev_refuses_a_port_that_is_taken(call: Call, own: DataFolder) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = call("dev", "--port", port, data=own.root)
    assert ended.code == 1
    assert f"Port {port} cannot be opened" in ended.err
    assert "http://" not in ended.out
