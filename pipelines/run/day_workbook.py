"""Writes the workbook attached to the daily mail: the usage of every app on one day."""

from datetime import date
from pathlib import Path

from pipelines.common.days import Window


def write_day_workbook(database: Path, day: date, folder: Path) -> Path:
    """Write the rows of `usage_daily` of a day as an xlsx file into a folder; return its path.

    Raises:
        AuthmeterError: nothing is published, or the rows do not fit in a sheet.
    """
    # Imported lazily: a run without mails writes no workbook.
    from reports.export.tables import TableRequest, export_table

    target = folder / f"authmeter_usage_{day}.xlsx"
    export_table(database, TableRequest("usage_daily", Window(day, day), "xlsx", target))
    return target
