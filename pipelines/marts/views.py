"""The views of the published file. Their columns are in `contract/tables/tables.py`, their queries in `sql/views/`.

Queries do not name the database, because users may attach the file under any name.
"""

import duckdb

from pipelines.common.days import WINDOWS
from pipelines.contract.measures.sql import sql


def view_queries() -> dict[str, str]:
    """Return the query of each view, by its name."""
    # A view accepts no parameter.
    window = sql("pipelines.marts", "views/usage_window")
    windows = {f"usage_{days}d": window.replace("$window_days", str(days)) for days in WINDOWS}
    return windows | {"usage_month": sql("pipelines.marts", "views/usage_month")}


def create_views(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Create every view in a database that has the tables."""
    for name, query in view_queries().items():
        connection.execute(f"CREATE VIEW {database}.{name} AS {query}")
