"""Findings as texts: what they name is somebody else's, and a share is told with the digits that it needs."""

from __future__ import annotations

import pytest

from pipelines.common.text import percent
from pipelines.incidents.findings import Basis, Finding, describe
from tests.support import DAY


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0.0%"), (1, "100.0%"), (0.2546, "25.5%"), (0.001, "0.1%"), (0.0004, "0.04%"), (0.0000123, "0.001%")],
)
def test_a_small_share_is_not_written_as_none(share: float, text: str) -> None:
    assert percent(share) == text


def test_a_name_from_a_log_ends_no_line_and_turns_no_text_around() -> None:
    name = "gw\u202e2\nOK: all is well\x1b[2J"
    for text in describe([Finding(name, name, 1)], Basis(28, DAY), "去看", "Look."):
        assert text.startswith("gw\\x202e2\\x0aOK: all is well\\x1b[2J")


def test_a_name_of_any_length_leaves_room_for_the_rest() -> None:
    zh, en = describe([Finding("长" * 5000, "x" * 5000, 1)], Basis(28, DAY), "去看。", "Look.")
    assert "…" in zh
    assert len(zh) < 400
    assert en.endswith("Look.")
    assert len(en) < 450
