"""The heavy step in DuckDB, second half: one day's live parts into the day's tables."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.common.days import DayHours
from pipelines.common.sql import sql
from pipelines.contract.billing import BillingRule
from pipelines.contract.counts import counts_query
from pipelines.contract.day_tables import DAY_TABLES, DayBooks
from pipelines.contract.registry import CODE_COLUMNS, Registry


class DayRoller:
    """Rolls days up over one open workbench."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, registry: Registry) -> None:
        self._connection = connection
        platforms = sorted(registry.platforms.items())
        connection.register(
            "app_platforms",
            pa.table(
                {"app_key": [key for key, _ in platforms], "platform": [name for _, name in platforms]},
                _PLATFORM_SCHEMA,
            ),
        )
        codes = {name: [row[name] for row in registry.codes] for name in CODE_COLUMNS[:6]}
        connection.register("result_codes", pa.table(codes, _CODE_SCHEMA))

    def roll_up(
        self, day: date, clock: DayHours, parts: Mapping[Path, str], billing: BillingRule, target: Path
    ) -> DayBooks:
        """De-duplicates the day's events and writes its tables into the empty folder `target`.

        Args:
            clock: when the day begins, and its hours.
            parts: the files of the day's live parts, each with the source that read it.
        """
        given = {"parts": [str(part) for part in parts], "day": day}
        began = {"day_start": clock.start.replace(tzinfo=None), "clock_hours": list(clock.hours)}
        self._table("repeated_ids", sql("pipelines.rollup", "repeated_ids"), given)
        self._table("counted_copies", sql("pipelines.rollup", "counted_copies"), given)
        # Only repeated ids need a look at their copies: most days have few of them.
        records = f"SELECT * FROM {_PARTS} ANTI JOIN repeated_ids USING (event_id) WHERE day = $day"
        counted = f"WITH counted_records AS ({records} UNION ALL BY NAME FROM counted_copies) "
        self._table("record_groups", counted + f"({sql('pipelines.rollup', 'record_groups')})", given)
        self._table("device_records", counted + f"({sql('pipelines.rollup', 'device_records')})", given)
        self._table("latency_histogram", counted + f"({sql('pipelines.rollup', 'latency_histogram')})", given)
        of = {"of": max(self._number(_RECORDS, given) // _SAMPLE, 1)}
        self._table("id_sample", counted + f"({sql('pipelines.rollup', 'id_sample')})", given | of)
        self._table("record_hours", counted + f"({sql('pipelines.rollup', 'record_hours')})", given | began)
        self._connection.register(
            "file_sources", pa.table({"filename": given["parts"], "source": list(parts.values())}, _SOURCE_SCHEMA)
        )
        self._table("source_hours", sql("pipelines.rollup", "source_hours"), given | began)
        self._table("latencies", sql("pipelines.rollup", "latencies"), {})
        self._table("resolved_groups", sql("pipelines.rollup", "resolved_groups"), {})
        self._table("counts", counts_query(), {"billed": billing.billed})
        for table in DAY_TABLES:
            query = sql("pipelines.rollup", f"day/{table}")
            parameters = {"day": day} if "$day" in query else {}
            self._connection.sql(query, params=parameters).write_parquet(
                str(target / f"{table}.parquet"), compression="zstd"
            )
        return self._books(day, given, target)

    def _books(self, day: date, given: dict[str, object], target: Path) -> DayBooks:
        accepted = self._number(_RECORDS, given)
        counted = self._number("SELECT sum(records)::BIGINT FROM record_groups", {})
        unmapped = self._number("SELECT coalesce(sum(records), 0)::BIGINT FROM counts WHERE is_unmapped", {})
        outcomes: dict[str, object] = {"file": str(target / "outcome_daily.parquet")}
        in_outcomes = self._number(
            "SELECT coalesce(sum(records), 0)::BIGINT FROM read_parquet($file, hive_partitioning = false)", outcomes
        )
        return DayBooks(accepted, counted, unmapped, in_outcomes)

    def _number(self, query: str, parameters: dict[str, object]) -> int:
        return int(self._connection.execute(query, parameters).fetchall()[0][0])

    def _table(self, name: str, query: str, parameters: dict[str, object]) -> None:
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}", parameters)


# So many records tell whether ids are real as well as all do.
_SAMPLE = 400_000
_PARTS = "read_parquet($parts, hive_partitioning = false)"
_RECORDS = f"SELECT count(*) FROM {_PARTS} WHERE day = $day"
_PLATFORM_SCHEMA = pa.schema([("app_key", pa.string()), ("platform", pa.string())])
_SOURCE_SCHEMA = pa.schema([("filename", pa.string()), ("source", pa.string())])
_CODE_SCHEMA = pa.schema([(name, pa.string()) for name in CODE_COLUMNS[:6]])
