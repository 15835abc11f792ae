"""All incidents of a data folder: rates and volumes that fell, surges, doubled latencies, and faults of the data.

Runs the detector of each kind, finds which incidents are part of another one (`parts.py`), and lists withdrawn
incidents. The daily run computes incidents before the marts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import duckdb
import numpy as np
import polars as pl

from pipelines.common.days import days_between
from pipelines.contract.measures.sql import sql
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.contract.tables.table import Table
from pipelines.contract.tables.tables import TABLES
from pipelines.incidents.causes import NO_CELLS, named_cells
from pipelines.incidents.data.data_incidents import data_incidents
from pipelines.incidents.detection.baselines import RECENT_DAYS
from pipelines.incidents.detection.subjects import COUNTED, day_counts, watched_volumes
from pipelines.incidents.folder import folder_of
from pipelines.incidents.further.latencies import latency_incidents
from pipelines.incidents.further.surges import surges
from pipelines.incidents.incident import Incident
from pipelines.incidents.parts import with_parts
from pipelines.incidents.rate_incidents import rate_incidents
from pipelines.incidents.reportable import is_reportable
from pipelines.incidents.sign_in_incidents import sign_in_incidents
from pipelines.incidents.volume_incidents import volume_incidents
from pipelines.incidents.withdrawn import withdrawn
from pipelines.store.database import set_files, workbench
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

DAY_VIEWS: Final = ("channel_daily", "outcome_daily", "profile_daily", "session_daily", "session_books")
# This table is not published.
_PROFILE: Final = Table(
    "profile_daily", "", ("day", "measure", "whole", "part"),
    {"day": "DATE", "measure": "VARCHAR", "whole": "VARCHAR", "part": "VARCHAR", "amount": "BIGINT"}, frozenset(),
)  # fmt: skip


@dataclass(frozen=True)
class AllIncidents:
    """All incidents, and the cells of the rate incidents, both sorted by key.

    `cells` has the columns of `incident_cells`. `withdrawn` has the incidents that were published and no longer exist,
    each with the number of the run that withdrew it.
    """

    rows: list[Incident]
    cells: pl.DataFrame
    withdrawn: list[tuple[Incident, int]]


def all_incidents(store: Store, manifest: Manifest, settings: Settings, registry: Registry) -> AllIncidents:
    """Return the reportable incidents (`reportable.py`) of the days up to the manifest's as-of, and the withdrawn ones.

    Reads the day tables, and the published file that this run replaces, if there is one.
    """
    found, cells = [], NO_CELLS
    if manifest.days and manifest.as_of is not None:
        days = tuple(days_between(min(manifest.days), manifest.as_of))
        with workbench(settings, store.temp, [store.warehouse]) as connection:
            files = {name: list(store.day_table_files(manifest, name).values()) for name in DAY_VIEWS}
            create_day_views(connection, files)
            read = f"SELECT day, app_key, channel, {', '.join(COUNTED)} FROM channel_daily"
            counts = day_counts(pl.DataFrame(connection.sql(read)), days)
            rates, cells = rate_incidents(connection, counts, days)
            sign_ins, cells_of_sessions = sign_in_incidents(connection, days)
            holidays = settings.holidays_among(days)
            has_logs, is_holiday = (np.array([day in some for day in days]) for some in (manifest.days, holidays))
            volumes = watched_volumes(counts, has_logs, is_holiday)
            records = pl.DataFrame(connection.sql(sql("pipelines.incidents", "data_counts")))
            every = (
                *rates,
                *sign_ins,
                *volume_incidents(volumes, days, registry.switched_off),
                *surges(connection, volumes, days),
                *latency_incidents(connection, days),
                *data_incidents(records, manifest, is_holiday, days),
            )
            cells = pl.concat([cells, cells_of_sessions])
            counted = sum(entry.counted for entry in manifest.days.values())
            reportable = [one for one in every if is_reportable(one)]
            folder = folder_of(counts, days, has_logs & ~is_holiday, counted, reportable)
            found = with_parts(reportable, cells, folder)
    cells = named_cells(cells.filter(pl.col("incident_id").is_in([one.incident_id for one in found])))
    rows = sorted(found, key=lambda one: one.incident_id)
    stored_since = min(manifest.days, default=date.max)
    # After retention removed days, incidents that begin soon after them lack a part of their baseline.
    known_since = manifest.days_from + timedelta(days=RECENT_DAYS) if manifest.days_from else stored_since
    return AllIncidents(rows, cells, withdrawn(store.reported, rows, stored_since, known_since, manifest.run))


def create_day_views(connection: duckdb.DuckDBPyConnection, files: Mapping[str, list[str]]) -> None:
    """Create a view over the files of each day table; a table without files becomes an empty view."""
    set_files(connection, {f"{name}_files": of for name, of in files.items()})
    for name, of in files.items():
        table = TABLES.get(name, _PROFILE)
        read = table.stored(f"getvariable('{name}_files')") if of else table.no_rows()
        connection.execute(f"CREATE TEMP VIEW {name} AS FROM {read}")
