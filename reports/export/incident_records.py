"""The records behind open incidents: for each app with an open incident, its records on the as-of.

They are masked as in exports; phone numbers and device ids inside other ids are masked, too (`masked_ids.py`).
The daily run reads them and passes them to the site (`reports/build/app_files.py`), which does not read stored records.
`authmeter export --events` (`exports.py`) writes other days and apps.
"""

from pathlib import Path
from typing import Final

import polars as pl

from pipelines.contract.measures.sql import sql
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.registry.registry import CODE_COLUMNS, Registry
from pipelines.contract.settings.settings import Settings
from pipelines.store.database import workbench
from pipelines.store.manifest import Manifest
from pipelines.store.part_records import create_records
from pipelines.store.published_file import published_tables
from pipelines.store.store import Store
from reports.export.exported_record import record_macro
from reports.export.masked_ids import masked_ids

MOST_RECORDS: Final = 1000
"""Largest number of records of an app."""
MOST_APPS: Final = 20
"""Largest number of apps: the apps with the newest incidents."""
# Most records of the day that are read again for this purpose, which takes two seconds.
_MOST_READ: Final = 1_000_000


def incident_records(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, key: str, temp: Path
) -> dict[str, pl.DataFrame]:
    """Return, by app key, the records on the as-of of apps that have an open incident of their own.

    An app has at most `MOST_RECORDS` records, failed ones first. There are at most `MOST_APPS` apps, and fewer if they
    have more than a million records together on that day. Apps without a record on that day are left out.

    Args:
        key: the key of the hashes.
        temp: a folder for data that does not fit in memory.
    """
    as_of = manifest.as_of
    if as_of not in manifest.days:
        return {}
    with published_tables(store.database, settings, temp) as connection:
        values = {"all_apps": ALL_APPS, "day": as_of, "most": MOST_APPS, "most_read": _MOST_READ}
        apps = pl.DataFrame(connection.sql(sql("reports.export", "incident_apps"), params=values))
    parts = store.part_records(entry for entry in manifest.live_files() if as_of in entry.days)
    if apps.is_empty() or not parts:
        return {}
    with workbench(settings, temp, [store.warehouse]) as connection:
        for name, rows in _dictionaries(registry).items():
            connection.register(name, rows)
        connection.register("incident_apps", apps)
        create_records(connection, "events", parts)
        connection.execute(record_macro())
        # `resolved_of` needs the name of a relation, hence a view; views cannot have parameters, hence the variable.
        connection.execute("SET VARIABLE records_day = $day", {"day": as_of})
        connection.execute(f"CREATE TEMP VIEW incident_events AS {sql('reports.export', 'incident_events')}")
        found = pl.DataFrame(connection.sql(sql("reports.export", "incident_records"), params={"most": MOST_RECORDS}))
    masked = masked_ids(found, key)
    return {app: rows for (app,), rows in masked.group_by("app_key", maintain_order=True)}


def _dictionaries(registry: Registry) -> dict[str, pl.DataFrame]:
    """Return the tables that the macro `resolved_of` joins to records: platforms of apps, and result codes."""
    codes = [pl.Series(name, [row[name] for row in registry.codes], pl.String) for name in CODE_COLUMNS]
    return {
        "app_platforms": pl.DataFrame(
            list(registry.platforms.items()), {"app_key": pl.String, "platform": pl.String}, orient="row"
        ),
        "result_codes": pl.DataFrame(codes),
    }
