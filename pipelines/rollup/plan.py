"""The plan of a roll-up: which SQL makes which relation of a day, in order. The same for every engine.

Add a step: its SELECT in `sql/`, its name here. Add a table: its SELECT in `sql/day/`, its name in
`contract/day_tables.py`. What a step may read, `DayPlan` says. Of a step over records or devices, what is said of some
of them must add up to what is said of all: its columns that do stand beside its name.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pyarrow as pa

from pipelines.common.days import day_hours
from pipelines.common.sql import sql
from pipelines.contract.counts import counts_query
from pipelines.contract.day_tables import DAY_TABLES
from pipelines.contract.limits import KEYS, Limit
from pipelines.contract.parts import EVENT_SCHEMA
from pipelines.contract.registry import CODE_COLUMNS, Registry
from pipelines.contract.settings import Settings
from pipelines.engines.base import Adds, DayPlan, Step

_DELIVERED: Mapping[str, Adds] = {"delivered_apps": ("records",), "source_hours": ("records",)}
_NUMBERS = ("app_numbers",)
# Of an event, what is read of no record that counts.
_NOT_READ = ("file", "day", "phone_mask")
_COPIES = ("repeated_ids", "picked_records", "dropped_copies")
_WITH = ("os_version", "device_id", "phone", "attempt_id", "account_id", "latency_ms")
_RECORD_STEPS: Mapping[str, Adds] = {
    "record_groups": ("records", *(f"with_{name}" for name in _WITH)),
    "numbered_records": None,
    "latency_histogram": ("records",),
    "said_words": None,
    "counted_words": None,
    "verification_kinds": None,
    "verification_records": None,
    "hour_groups": (
        "requests",
        "with_device",
        "with_phone",
        "successes",
        "mismatches",
        "unknowns",
        "uses",
        "duplicates",
        "late",
    ),
    "segment_groups": ("uses",),
}
_LIMITS = pa.schema(
    [("limit_number", pa.int32()), ("limit_id", pa.string()), ("app_key", pa.string()), ("channel", pa.string()),
     ("key_number", pa.uint8()), ("max_requests", pa.int64()), ("seconds", pa.int64())]
)  # fmt: skip
# These count what others resolved.
_COUNTED = {"counts": "resolved_groups", "counted_words": "resolved_of('said_words')"}
_RANGE_STEPS = ("answering_devices",)
_RANGE_SUMS: Mapping[str, Adds] = {"app_device_sets": ("devices",), "device_sets": ("devices", "lone_devices")}
_KEY_STEPS: Mapping[str, Adds] = {
    "repeated_keys": None,
    "repeated_records": None,
    "single_keys": None,
    "counted_keys": None,
    "key_channels": ("keys",),
    "key_classes": ("keys", "requests", "uses"),
    "top_keys": (),
    "watched_keys": None,
    "limit_blocks": ("blocked", "blocked_uses", "blocked_successes", "keys_blocked"),
}
_NO_DEVICES = Step(
    "device_records", "SELECT 0::BIGINT AS device_low, 0::BIGINT AS records WHERE false", True, ("records",)
)
# Whether a record is late is asked by nobody here.
_EVENTS_OF_DAYS = (
    "SELECT * REPLACE (day || ' ' || app_key AS app_key, day || ' ' || event_id AS event_id), false AS is_late "
    "FROM live_records WHERE day IN ({days})"
)
_CODES = CODE_COLUMNS[:6]


def day_plan(registry: Registry) -> DayPlan:
    """The steps of every day, and the registry's relations that they read."""
    platforms = dict(sorted(registry.platforms.items()))
    return DayPlan(
        relations={
            "app_platforms": _texts({"app_key": list(platforms), "platform": list(platforms.values())}),
            "result_codes": _texts({name: [row[name] for row in registry.codes] for name in _CODES}),
            "limits": limit_rows(registry.limits),
        },
        delivered_steps=_kept(_DELIVERED),
        number_steps=_steps(*_NUMBERS),
        copies=_steps(*_COPIES),
        record_columns=(*(name for name in EVENT_SCHEMA.names if name not in _NOT_READ), "is_late"),
        counted_records=sql("pipelines.rollup", "counted_records"),
        record_steps=_kept(_RECORD_STEPS),
        device_records=Step("device_records", sql("pipelines.rollup", "device_records"), True, ("records",)),
        device_set="device_low & 4095",
        range_steps=_steps(*_RANGE_STEPS),
        range_sums=_kept(_RANGE_SUMS),
        key_records=Step("key_records", sql("pipelines.rollup", "key_records"), True, ()),
        key_set="hash(key_number, app, low)",
        key_steps=_kept(_KEY_STEPS),
        last_steps=(
            *_steps("latencies"),
            Step("resolved_groups", sql("pipelines.rollup", "resolved_groups"), is_read_once=True),
            *_steps("counts"),
        ),
        tables=tuple(Step(name, sql("pipelines.rollup", f"day/{name}")) for name in DAY_TABLES),
        books=sql("pipelines.rollup", "day_books"),
    )


def limits_plan(registry: Registry, days: Iterable[date]) -> DayPlan:
    """The plan of `limit_daily` alone, to try limits of all apps on several days at once: on few records, a step takes
    longer to begin than to make.

    It is of the steps of every day those that the table comes of. An app is another one on each day, and so is an id:
    before them stands the day, which `split_app` takes away. It counts no device, and has no books, as nothing of it is
    kept.
    """
    plan, named = day_plan(registry), [str(day) for day in days]
    tables = tuple(step for step in plan.tables if step.name == "limit_daily")
    read = _names(plan.counted_records).union(*(_names(step.query) for step in (*tables, plan.key_records)))
    # A step is read by later ones alone.
    for step in reversed((*plan.number_steps, *plan.copies, *plan.record_steps, *plan.key_steps)):
        if step.name in read:
            read |= _names(step.query)

    def kept(steps: Iterable[Step]) -> tuple[Step, ...]:
        return tuple(step for step in steps if step.name in read)

    platforms = [(f"{day} {app_key}", name) for day in named for app_key, name in sorted(registry.platforms.items())]
    return replace(
        plan,
        relations={**plan.relations, "app_platforms": _texts({
            "app_key": [app_key for app_key, _ in platforms], "platform": [name for _, name in platforms],
        })},
        events=_EVENTS_OF_DAYS.format(days=", ".join(f"DATE '{day}'" for day in named)),
        delivered_steps=kept(plan.delivered_steps), number_steps=kept(plan.number_steps), copies=kept(plan.copies),
        record_steps=kept(plan.record_steps), device_records=_NO_DEVICES, range_steps=(), range_sums=(),
        key_steps=kept(plan.key_steps), last_steps=(), tables=tables, books="SELECT 0, 0, 0, 0",
    )  # fmt: skip


def split_app(app_key: str) -> str:
    """The app of a row of `limits_plan`."""
    return app_key.partition(" ")[2]


def day_values(day: date, settings: Settings, cuts: Sequence[datetime] = ()) -> dict[str, object]:
    """The parameters of a day's steps; `cuts` are those of the day's uses, see `Packages.cuts`."""
    hours, rules = day_hours(day, settings.timezone), settings.billing_on(day)
    return {
        "day": day,
        "day_start": hours.start.replace(tzinfo=None),
        "clock_hours": list(hours.hours),
        "billed": [billed for rule in rules.values() for billed in rule.billed],
        "billed_vendors": list(rules),
        "cuts": [cut.astimezone(UTC).replace(tzinfo=None) for cut in cuts],
    }


def limit_rows(limits: Iterable[Limit]) -> pa.Table:
    """Limits as the steps read them, each with its number and that of its key."""
    rows = [
        (number, one.limit_id, one.app_key, one.channel, KEYS.index(one.key) + 1, one.max_requests, one.seconds)
        for number, one in enumerate(limits)
    ]
    return pa.Table.from_pylist([dict(zip(_LIMITS.names, row, strict=True)) for row in rows], _LIMITS)


def _steps(*names: str) -> tuple[Step, ...]:
    return tuple(Step(name, _query(name)) for name in names)


def _kept(steps: Mapping[str, Adds]) -> tuple[Step, ...]:
    return tuple(Step(name, _query(name), adds=adds) for name, adds in steps.items())


def _names(query: str) -> set[str]:
    """What a query names, relations among them; of what it says in comments, nothing."""
    return set(re.findall(r"\w+", re.sub("--.*", "", query)))


def _query(name: str) -> str:
    return counts_query(_COUNTED[name]) if name in _COUNTED else sql("pipelines.rollup", name)


def _texts(columns: Mapping[str, list[str | None] | list[str]]) -> pa.Table:
    return pa.table(dict(columns), pa.schema([(name, pa.string()) for name in columns]))
