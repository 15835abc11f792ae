"""The command line reports an unexpected error in one screen, and the report contains no personal data."""

from __future__ import annotations

import errno
import tempfile
from pathlib import Path

import pytest

from pipelines.commands.unforeseen import unforeseen

PHONE = "13800138000"


def said_of(error: Exception) -> str:
    try:
        raise error
    except Exception as caught:
        return str(unforeseen(caught))


def test_a_fault_is_said_in_words_and_its_trace_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    said = said_of(ValueError(f"no number for {PHONE}\nand more"))
    (trace,) = tmp_path.iterdir()
    assert said.startswith("This should not happen: ValueError: no number for ")
    assert f"where: {trace}" in said
    assert "Traceback" not in said
    assert "Traceback" in trace.read_text()
    assert PHONE not in said + trace.read_text()


def test_a_fault_is_said_in_words_without_room_for_its_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", full)
    said = said_of(ValueError("no number"))
    assert said.startswith("This should not happen: ValueError: no number\nwhy it matters: ")
    assert said.endswith("report the message.")


def test_what_the_machine_lacks_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert said_of(OSError(errno.ENOSPC, "No space left on device")).startswith("The disk is full.")
    assert list(tmp_path.iterdir()) == []
