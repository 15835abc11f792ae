"""The records behind open incidents: of each app with one, a file of its newest day, masked as an export of records.

The daily run asks for them and hands them to the site (`reports/build/app_files.py`), which reads no stored records.
Any other day or app: `authmeter export --events` (`exports.py`).
"""

from contextlib import closing
from pathlib import Path
from typing import Final

import polars as pl

from pipelines.contract.measures.sql import sql
from pipelines.contract.record.fields import ALL_APPS
from pipelines.contract.registry.registry import CODE_COLUMNS, Registry
from pipelines.contract.settings.settings import Settings
from pipelines.store.database import open_published, workbench
from pipelines.store.manifest import Manifest
from pipelines.store.part_records import create_records
from pipelines.store.store import Store
from reports.export.masked_ids import masked_ids

MOST_RECORDS: Final = 1000
"""Records of an app at most."""
MOST_APPS: Final = 20
"""Apps at most: those whose incident is newest."""
# So many records of the day are read once more for it at most, which takes two seconds.
_MOST_READ: Final = 1_000_000


def incident_records(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, key: str, temp: Path
) -> dict[str, pl.DataFrame]:
    """Return the records of the as-of of each app with an open incident of its own, by app key.

    At most `MOST_RECORDS` of an app, failed ones first, and at most `MOST_APPS` apps, fewer where they have very many
    records. An app without a record on that day is left out.

    Args:
        key: that of the hashes.
        temp: a folder for what does not fit in memory.
    """
    as_of = manifest.as_of
    if as_of not in manifest.days:
        return {}
    with closing(open_published(store.database, settings, temp)) as connection:
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
        # A view, as `resolved_of` takes a relation by its name; a variable, as a view takes no parameter.
        connection.execute("SET VARIABLE records_day = $day", {"day": as_of})
        connection.execute(f"CREATE TEMP VIEW incident_events AS {sql('reports.export', 'incident_events')}")
        found = pl.DataFrame(connection.sql(sql("reports.export", "incident_records"), params={"most": MOST_RECORDS}))
    masked = masked_ids(found, key)
    return {app: rows for (app,), rows in masked.group_by("app_key", maintain_order=True)}


def _dictionaries(registry: Registry) -> dict[str, pl.DataFrame]:
    """The relations that `resolved_of` reads: platforms of apps, and result codes."""
    codes = [pl.Series(name, [row[name] for row in registry.codes], pl.String) for name in CODE_COLUMNS]
    return {
        "app_platforms": pl.DataFrame(
            list(registry.platforms.items()), {"app_key": pl.String, "platform": pl.String}, orient="row"
        ),
        "result_codes": pl.DataFrame(codes),
    }
