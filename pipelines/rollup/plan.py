"""The plan of a roll-up: which SQL makes which relation of a day, in order. The same for every engine.

Add a step: its SELECT in `sql/`, its name here. Add a table: its SELECT in `sql/day/`, its name in
`contract/day_tables.py`. A step reads `events`, `counted_records` and what stands before it.
"""

from collections.abc import Mapping
from datetime import date

import pyarrow as pa

from pipelines.common.days import day_hours
from pipelines.common.sql import sql
from pipelines.contract.counts import counts_query
from pipelines.contract.day_tables import DAY_TABLES
from pipelines.contract.registry import CODE_COLUMNS, Registry
from pipelines.contract.settings import Settings
from pipelines.engines.base import DayPlan, Step

_COPIES = ("repeated_ids", "picked_records", "dropped_copies")
_STEPS = (
    "id_sample", "record_groups", "app_numbers", "numbered_records", "latency_histogram", "latencies", "record_hours",
    "busiest_devices", "app_hours", "source_hours",
)  # fmt: skip
_LAST_STEPS = ("app_sizes", "sample_profile")
_DEVICE_STEPS = ("answering_devices",)
_DEVICE_SUMS = ("app_device_sets", "device_sets")
# So many records tell whether ids are real as well as all do.
ID_SAMPLE = 100_000
_CODES = CODE_COLUMNS[:6]


def day_plan(registry: Registry) -> DayPlan:
    """The steps of every day, and the registry's relations that they read."""
    platforms = dict(sorted(registry.platforms.items()))
    return DayPlan(
        relations={
            "app_platforms": _texts({"app_key": list(platforms), "platform": list(platforms.values())}),
            "result_codes": _texts({name: [row[name] for row in registry.codes] for name in _CODES}),
        },
        copies=_steps(*_COPIES),
        counted_records=sql("pipelines.rollup", "counted_records"),
        steps=(
            *_steps(*_STEPS),
            Step("resolved_groups", sql("pipelines.rollup", "resolved_groups"), is_read_once=True),
            Step("counts", counts_query()),
            *_steps(*_LAST_STEPS),
        ),
        device_steps=_steps(*_DEVICE_STEPS),
        device_sums=_steps(*_DEVICE_SUMS),
        tables=tuple(Step(name, sql("pipelines.rollup", f"day/{name}")) for name in DAY_TABLES),
        books=sql("pipelines.rollup", "day_books"),
    )


def day_values(day: date, settings: Settings) -> dict[str, object]:
    """The parameters of a day's steps."""
    hours, billing = day_hours(day, settings.timezone), settings.billing_on(day)
    return {
        "day": day,
        "day_start": hours.start.replace(tzinfo=None),
        "clock_hours": list(hours.hours),
        "id_sample": ID_SAMPLE,
        "billed": billing.billed,
    }


def _steps(*names: str) -> tuple[Step, ...]:
    return tuple(Step(name, sql("pipelines.rollup", name)) for name in names)


def _texts(columns: Mapping[str, list[str | None] | list[str]]) -> pa.Table:
    return pa.table(dict(columns), pa.schema([(name, pa.string()) for name in columns]))
