"""The check of English finds the habits that it names, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import plain_english


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"""Of days are the places: …"""\n', ["subject last"]),
        ('"""Return the days whose tables must be rebuilt."""\n', []),
        ("x = 1  # the word stands in both\n", ["stands, lies, is there"]),
        ("# What may be\n# is told to whoever asks.\nx = 1\n", ["subject last", "no name", "a verb of people"]),
        ('"""Return the rows of `what is there`."""\n', []),
        ('name = "what is there"\n', []),
        ('raise Fault(f"What is in {file} lies there")\n', ["subject last", "stands, lies, is there"]),
        ('print(f"{file} lies" " there")\n', ["stands, lies, is there"]),
        ('raise Fault("Nothing is published yet.")\n', []),
    ],
)
def test_habits_are_found_in_prose_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: list[str]
) -> None:
    monkeypatch.setattr(plain_english, "PROJECT", tmp_path)
    (tmp_path / "a.py").write_text(text)
    assert [fault.split(": ")[1] for fault in plain_english.faults(tmp_path / "a.py")] == found


def test_the_first_line_of_sql_is_prose(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain_english, "PROJECT", tmp_path)
    (tmp_path / "a.sql").write_text("-- One row per day.\nSELECT 1\n-- What lies in `x`.\n")
    assert [fault.split(": ")[:2] for fault in plain_english.faults(tmp_path / "a.sql")] == [
        ["a.sql:3", "subject last"],
        ["a.sql:3", "stands, lies, is there"],
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.css", "/* A line lies here. */\n"),
        ("a.jinja", "{# A line lies here. #}\n"),
        ("a.toml", "# A line lies here.\n"),
    ],
)
def test_comments_of_styles_templates_and_settings_are_prose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    monkeypatch.setattr(plain_english, "PROJECT", tmp_path)
    (tmp_path / name).write_text(text)
    assert [fault.split(": ")[1] for fault in plain_english.faults(tmp_path / name)] == ["stands, lies, is there"]
