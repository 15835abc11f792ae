"""All incidents of a data folder: of rates, of volumes and of the data.

Lives here: what is put together. How each kind is found is in a module of its own.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import polars as pl

from pipelines.common.days import days_between
from pipelines.contract.settings.settings import Settings
from pipelines.incidents.causes import named_cells
from pipelines.incidents.data_incidents import data_incidents
from pipelines.incidents.incident import Incident
from pipelines.incidents.parts import with_parts
from pipelines.incidents.rate_incidents import rate_incidents
from pipelines.incidents.volume_incidents import volume_incidents
from pipelines.incidents.withdrawn import withdrawn
from pipelines.store.manifest import Manifest

_READ: Final = (
    "day", "app_key", "channel", "authorization_requests", "authorizations", "authorizations_cancelled",
    "verification_requests", "verifications", "devices",
)  # fmt: skip


@dataclass(frozen=True)
class Incidents:
    """Every incident, and the cells of those of rates, both in the order of their key.

    `cells` has the columns of `incident_cells`; `withdrawn` are those that were reported before and are none
    any more, each with the run that took it away.
    """

    rows: list[Incident]
    cells: pl.DataFrame
    withdrawn: list[tuple[Incident, int]]


def all_incidents(
    connection: duckdb.DuckDBPyConnection, manifest: Manifest, settings: Settings, published: Path
) -> Incidents:
    """Return every incident of the days up to the manifest's as-of.

    Args:
        connection: has `channel_daily`, `outcome_daily` and `profile_daily` of these days.
        published: the file that is to be replaced, with the incidents that were reported; there may be none.
    """
    found, cells = [], pl.DataFrame()
    if manifest.days and manifest.as_of is not None:
        days = tuple(days_between(min(manifest.days), manifest.as_of))
        channel_daily = pl.DataFrame(connection.sql(f"SELECT {', '.join(_READ)} FROM channel_daily"))
        rates, cells = rate_incidents(connection, channel_daily, days)
        volumes = volume_incidents(channel_daily, days, frozenset(days) - manifest.days.keys())
        found = with_parts([*rates, *volumes, *data_incidents(connection, manifest, settings, days)], cells)
        cells = named_cells(cells) if cells.height else cells
    rows = sorted(found, key=lambda one: one.incident_id)
    return Incidents(rows, cells, withdrawn(published, rows, min(manifest.days, default=date.max), manifest.run))
