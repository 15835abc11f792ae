"""What the arguments of commands may be: days, months, spans of days, names of files, and the data folder.

Lives here: how a text becomes a value, and what is said of one that cannot. Which command takes which stands in
`pipelines/cli.py`.
"""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipelines.common.days import Window


def day(text: str) -> date:
    """The day that a text says.

    Raises:
        BadParameter: it says none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2026-11-23") from None


def month(text: str) -> date:
    """The first day of the month that a text says.

    Raises:
        BadParameter: it says none.
    """
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no month; write it as 2026-11") from None


def span(text: str) -> Window:
    """The days that a text says, the first and the last with two dots between.

    Raises:
        BadParameter: it says none, or the last is before the first.
    """
    first, dots, last = text.partition("..")
    if not dots:
        raise typer.BadParameter(f"{text!r} is no span of days; write it as 2026-11-01..2026-11-07")
    window = Window(day(first), day(last))
    if window.last < window.first:
        raise typer.BadParameter(f"{text!r} ends before it begins")
    return window


def path(text: str) -> Path:
    """The path that a text says.

    Raises:
        BadParameter: it is empty.
    """
    # An empty text is what a script gives whose variable is not set; as a path it would be the folder one is in.
    if not text:
        raise typer.BadParameter("the name is empty")
    return Path(text)


Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        parser=path,
        metavar="DIR",
        help="Data folder [default: $AUTHMETER_DATA, else data/ of the project]",
    ),
]
DayOption = Annotated[
    date | None, typer.Option("--day", parser=day, metavar="YYYY-MM-DD", help="Last day to close [default: yesterday]")
]
