"""The check of recorded system calls detects each missing flush, of a renamed file as well as of a commit."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.reliability.durable_names import faults_of

DATA = Path("/data")
FOLDER, FILE = "/data/warehouse", "/data/warehouse/catalogue.sqlite"
NAMED = [("write", (f"{FILE}.new",)), ("flush", (f"{FILE}.new",)), ("rename", (f"{FILE}.new", FILE)),
         ("flush", (FOLDER,))]  # fmt: skip
COMMITTED = [
    ("write", (f"{FILE}-journal",)), ("flush", (FOLDER,)), ("write", (f"{FILE}-journal",)),
    ("flush", (f"{FILE}-journal",)), ("write", (FILE,)), ("flush", (FILE,)), ("unlink", (f"{FILE}-journal",)),
    ("flush", (FOLDER,)),
]  # fmt: skip


@pytest.mark.parametrize("events", [NAMED, COMMITTED])
def test_each_flush_that_is_left_out_is_found(events: list[tuple[str, tuple[str, ...]]]) -> None:
    assert faults_of(events, DATA) == (1, [])
    for place, (call, _) in enumerate(events):
        if call == "flush":
            for after in ([], NAMED):
                _, faults = faults_of([*events[:place], *events[place + 1 :], *after], DATA)
                assert len(faults) == 1, f"without {events[place]}: {faults}"
