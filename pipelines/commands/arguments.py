"""Parsers of the commands' arguments (days, months, spans of days, paths), and options that several commands have.

A parser returns a value or raises the error to show. `pipelines/cli.py` assigns parsers and options to commands.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from pipelines.common.days import Window


def day(text: str) -> date:
    """Parse a day, such as `2026-11-23`. Raises BadParameter if the text is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a day; write it as 2026-11-23") from None


def month(text: str) -> date:
    """Parse a month, such as `2026-11`, and return its first day. Raises BadParameter if the text is no month."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a month; write it as 2026-11") from None


def span(text: str) -> Window:
    """Parse a span of days, such as `2026-11-01..2026-11-07`.

    Raises:
        BadParameter: the text is no span, or the last day is before the first.
    """
    first, dots, last = text.partition("..")
    if not dots:
        raise typer.BadParameter(f"{text!r} is not a span of days; write it as 2026-11-01..2026-11-07")
    window = Window(day(first), day(last))
    if window.last < window.first:
        raise typer.BadParameter(f"{text!r} ends before it begins")
    return window


def path(text: str) -> Path:
    """Parse a path. Raises BadParameter if the text is empty."""
    # A script with an unset variable passes an empty text, which as a path would be the current folder.
    if not text:
        raise typer.BadParameter("the name is empty")
    return Path(text)


def day_option(name: str, help: str) -> Any:
    """Return an option whose value is a day."""
    return typer.Option(name, parser=day, metavar="YYYY-MM-DD", help=help)


Data = Annotated[
    Path | None,
    typer.Option(
        "--data", parser=path, metavar="DIR", help="Data folder [default: $AUTHMETER_DATA, else data/ of the project]"
    ),
]
DayOption = Annotated[date | None, day_option("--day", "Last day to close [default: yesterday]")]
Json = Annotated[bool, typer.Option("--json", metavar="", help="For programs")]
