"""Finds the data folder of a command: its argument, the environment, or the project's own."""

import os
import re
from pathlib import Path
from typing import Final

from pipelines.common.errors import UsageError
from pipelines.common.files.near_names import file_in_the_way
from pipelines.common.project import PROJECT
from pipelines.common.text import name_as_text, printable

# Dagster puts the path into an address. Python reads bytes that are not UTF-8 as surrogates.
_UNUSABLE_PATH: Final = re.compile(r"[?\ud800-\udfff]|%[0-9A-Fa-f]{2}")


def data_folder(data: Path | None) -> Path:
    """Return the data folder: the argument, else `AUTHMETER_DATA`, else `data/` of the project; absolute.

    Raises:
        UsageError: the folder is a file, is below a file, is the `landing/` of a data folder, or has a path that
            cannot be used.
    """
    chosen = data or (Path(os.environ["AUTHMETER_DATA"]) if os.environ.get("AUTHMETER_DATA") else PROJECT / "data")
    folder = chosen.expanduser().absolute()
    if _UNUSABLE_PATH.search(str(folder)):
        raise UsageError(
            "The path of the data folder has a ?, a % before two hex digits, or bytes that are not UTF-8.",
            where=printable(name_as_text(str(folder))),
            why="The records of runs are SQLite files, which such a path would lead to another place.",
            do="Rename that folder, or name another one with --data or AUTHMETER_DATA.",
        )
    if file := file_in_the_way(folder):
        what = "The data folder is a file." if file == folder else "The path of the data folder leads through a file."
        raise UsageError(what, where=str(file), do="Name a folder with --data or AUTHMETER_DATA.")
    if folder.name == "landing" and folder.is_dir() and any(folder.iterdir()) and not (folder / "landing").is_dir():
        raise UsageError(
            "This is the landing/ of a data folder.",
            where=str(folder),
            why="A run would create another data folder in it without reading these logs.",
            do=f"Name the data folder with --data or AUTHMETER_DATA: {folder.parent}",
        )
    return folder
