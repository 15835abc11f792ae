"""All incidents of a data folder: of rates, of volumes and of the data, in the order in which they are reported.

Lives here: what is put together, and in which order. How each kind is found is in a module of its own.
"""

from dataclasses import dataclass
from typing import Final

import duckdb
import polars as pl

from pipelines.common.days import days_between
from pipelines.contract.settings import Settings
from pipelines.incidents.data_incidents import data_incidents
from pipelines.incidents.falls import LEAST_BASELINE_DAYS
from pipelines.incidents.incident import Incident
from pipelines.incidents.parts import with_parts
from pipelines.incidents.rate_incidents import rate_incidents
from pipelines.incidents.volume_incidents import volume_incidents
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

_CELL_COUNTS: Final = ("requests_before", "successes_before", "requests_now", "successes_now")
_EFFECTS: Final = ("mix_effect", "rate_effect")
_CELL_SCHEMA: Final = (
    dict.fromkeys(("incident_id", "dimension", "value"), pl.String)
    | dict.fromkeys(_CELL_COUNTS, pl.Int64)
    | dict.fromkeys(_EFFECTS, pl.Float64)
)


@dataclass(frozen=True)
class Incidents:
    """Every incident, in the order in which they are reported, and the cells of those of rates.

    `cells` has the columns of the table `incident_cells`, and lies in the order of its key.
    """

    rows: list[Incident]
    cells: pl.DataFrame


def all_incidents(
    connection: duckdb.DuckDBPyConnection, store: Store, manifest: Manifest, settings: Settings
) -> Incidents:
    """Every incident of the days up to the manifest's as-of, from its day tables.

    Args:
        connection: may read the store's day tables, and has nothing of its own.
    """
    found: list[Incident] = []
    cells = pl.DataFrame()
    if manifest.days and manifest.as_of is not None:
        days = tuple(days_between(min(manifest.days), manifest.as_of))
        # Nothing falls before it has a baseline.
        if len(days) > LEAST_BASELINE_DAYS:
            for table in ("channel_daily", "outcome_daily"):
                _view(connection, store, manifest, table)
            found, cells = rate_incidents(connection, days)
            requests = pl.DataFrame(
                connection.sql(
                    "SELECT day, app_key, channel, authorization_requests, verification_requests, devices "
                    "FROM channel_daily"
                )
            )
            found += volume_incidents(requests, days, frozenset(days) - manifest.days.keys())
        found += data_incidents(connection, store, manifest, settings, days)
    by_incident = cells.partition_by("incident_id", as_dict=True) if len(cells) else {}
    parts = with_parts(found, {str(key): frame for (key,), frame in by_incident.items()})
    return Incidents(sorted(parts, key=_order), named_cells(cells) if len(cells) else pl.DataFrame(schema=_CELL_SCHEMA))


def named_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells as `cells_of` gives them, under `dimension` and `value` alone: those of a pair have ` & ` between."""
    named = cells.with_columns(
        pl.concat_str("dimension", "second", separator=" & ", ignore_nulls=True),
        pl.concat_str("value", "second_value", separator=" & ", ignore_nulls=True).alias("value"),
    )
    # Two pairs may read the same where a value has such an `&` in it.
    others = [name for name in ("incident_id",) if name in cells.columns]
    key = [*others, "dimension", "value"]
    return named.group_by(key).agg(pl.col(*_CELL_COUNTS, *_EFFECTS).sum()).sort(key)


def _view(connection: duckdb.DuckDBPyConnection, store: Store, manifest: Manifest, table: str) -> None:
    files = [str(store.day_table(entry, table)) for _, entry in sorted(manifest.days.items())]
    connection.execute(f"SET VARIABLE {table}_files = $files", {"files": files})
    connection.execute(
        f"CREATE TEMP VIEW {table} AS FROM read_parquet(getvariable('{table}_files'), hive_partitioning = false)"
    )


def _order(one: Incident) -> tuple[bool, float, str]:
    """Contract: open before ended, the largest loss first, then by id."""
    return one.last_day is not None, -one.lost, one.incident_id
