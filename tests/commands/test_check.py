"""`authmeter check`: the folder, its registry and sources, and a file as its source reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.commands.check import check_file
from tests.support import write_line_source


def test_check_shows_the_first_records_in_the_order_of_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_line_source(tmp_path, "line")
    # The records of this test must not grow too old with it.
    (tmp_path / "authmeter.toml").write_text("retention_days = 36500\n")
    (tmp_path / "a.txt").write_text("".join(f"z{number:02}\n" for number in range(40, 0, -1)))
    assert check_file(tmp_path, "x", tmp_path / "a.txt") == 0
    shown = [line for line in capsys.readouterr().out.splitlines() if "event_id=" in line]
    assert len(shown) == 20
    assert "line=1  event_id=z40" in shown[0]
    assert "line=20  event_id=z21" in shown[-1]
