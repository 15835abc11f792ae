"""The incidents of rates and volumes in day tables that were made without files."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import duckdb
import polars as pl

from pipelines.contract.settings.settings import Settings
from pipelines.incidents.folder import folder_of
from pipelines.incidents.parts import with_parts
from pipelines.incidents.rate_incidents import rate_incidents
from pipelines.incidents.shown import is_shown
from pipelines.incidents.volume_incidents import volume_incidents


def found_in(
    connection: duckdb.DuckDBPyConnection, counts: pl.DataFrame, days: tuple[date, ...], missing: Collection[date]
) -> list[dict[str, Any]]:
    """Rows of `incidents`; `connection` has `outcome_daily`, and `counts` are of `channel_daily`."""
    rates, cells = rate_incidents(connection, counts, days)
    unwatched = {*missing, *Settings().holidays_among(days)}
    found = [one for one in (*rates, *volume_incidents(counts, days, unwatched)) if is_shown(one)]
    requests = counts["authorization_requests"].sum() + counts["verification_requests"].sum()
    told = with_parts(found, cells, folder_of(counts, days, unwatched, requests))
    return [{**vars(one), "cause_kind": one.cause.kind, "cause": one.cause.cell} for one in told]
