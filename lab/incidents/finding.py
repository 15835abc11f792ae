"""Finds the incidents of rates and volumes in day tables that were made without log files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import duckdb
import numpy as np
import polars as pl

from pipelines.contract.settings.settings import Settings
from pipelines.incidents.detection.subjects import day_counts, watched_volumes
from pipelines.incidents.folder import folder_of
from pipelines.incidents.further.surges import surges
from pipelines.incidents.parts import with_parts
from pipelines.incidents.rate_incidents import rate_incidents
from pipelines.incidents.reportable import is_reportable
from pipelines.incidents.sign_in_incidents import sign_in_incidents
from pipelines.incidents.volume_incidents import volume_incidents


def found_in(
    connection: duckdb.DuckDBPyConnection, counts: pl.DataFrame, days: tuple[date, ...], missing: Collection[date]
) -> list[dict[str, Any]]:
    """Return the incidents of rates and volumes as rows of `incidents`.

    Args:
        connection: has the tables `outcome_daily`, `session_daily` and `session_books`.
        counts: rows of `channel_daily`.
        missing: the days without logs.
    """
    of_days = day_counts(counts, days)
    rates, cells = rate_incidents(connection, of_days, days)
    holidays = Settings().holidays_among(days)
    has_logs, is_holiday = np.array([day not in missing for day in days]), np.array([day in holidays for day in days])
    volumes = watched_volumes(of_days, has_logs, is_holiday)
    sign_ins, cells_of_sessions = sign_in_incidents(connection, days)
    cells = pl.concat([cells, cells_of_sessions])
    every = (*rates, *sign_ins, *volume_incidents(volumes, days), *surges(connection, volumes, days))
    requests = int(counts["authorization_requests"].sum()) + int(counts["verification_requests"].sum())
    reportable = [one for one in every if is_reportable(one)]
    folder = folder_of(of_days, days, has_logs & ~is_holiday, requests, reportable)
    incidents = with_parts(reportable, cells, folder)
    return [{**vars(one), "cause_kind": one.cause.kind, "cause": one.cause.cell} for one in incidents]
