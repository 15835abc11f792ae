"""The plan of a roll-up: the SQL of each relation of a day, in order. It is the same for every engine.

To add a step, put its SELECT in `sql/` and its name here. To add a table, put its SELECT in `sql/day/` and its name in
`contract/tables/day_tables.py`. `DayPlan` describes the relations that a step may read. A step over records or devices
can run on subsets of them, and its results are then added up: the mappings below name the columns that are added, as
`Adds` in `engines/base.py` describes.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

import pyarrow as pa

from pipelines.common.days import day_hours
from pipelines.contract.measures.counts import VERIFIED, counts_query
from pipelines.contract.measures.sql import sql
from pipelines.contract.record.channels import CHANNELS, number_macros
from pipelines.contract.record.parts import EVENT_SCHEMA
from pipelines.contract.registry.limits import KEYS, Limit
from pipelines.contract.registry.registry import CODE_COLUMNS, Registry
from pipelines.contract.settings.billing import BillingRule
from pipelines.contract.tables.day_tables import DAY_TABLES
from pipelines.engines.base import BATCH_DAYS, Adds, DayPlan, Step, SubjectSteps

_DELIVERED: Mapping[str, Adds] = {"delivered_apps": ("records",), "source_hours": ("records",)}
_NUMBERS = ("app_numbers",)
# Columns of an event that are not read after de-duplication.
_NOT_READ = ("file", "phone_mask")
_COPIES = ("repeated_ids", "picked_records", "dropped_copies")
_WITH = ("os_version", "device_id", "phone", "attempt_id", "account_id", "latency_ms")
_WORD_STEPS: Mapping[str, Adds] = {
    "record_groups": ("records", *(f"with_{name}" for name in _WITH)),
    "record_labels": None,
    "counted_words": None,
    "verification_kinds": None,
    "sign_in_kinds": None,
}
_SIGN_IN_STEPS: Mapping[str, Adds] = {"sign_in_records": None, "sign_in_counts": ("records", "without_subject")}
_ANSWER_STEPS: Mapping[str, Adds] = {"numbered_records": None, "latency_histogram": ("records",)}
_VERIFICATION_STEPS: Mapping[str, Adds] = {
    "verification_records": None,
    "hour_groups": ("with_device", "with_phone", *VERIFIED),
    "segment_groups": ("uses",),
}
_LIMITS = pa.schema(
    [("limit_number", pa.int32()), ("limit_id", pa.string()), ("app_key", pa.string()), ("channel", pa.string()),
     ("key_number", pa.uint8()), ("max_requests", pa.int64()), ("seconds", pa.int64())]
)  # fmt: skip
# Steps that count relations resolved by other steps.
_COUNTED = {"counts": "resolved_groups", "counted_words": "resolved_of('record_labels')"}
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
_SUBJECT_VIEWS = ("known_records", "lone_records", "device_attempts")
_SESSION_STEPS: Mapping[str, Adds] = {
    "repeated_subjects": None,
    "cut_records": None,
    "alone_groups": None,
    "session_records": None,
    "marked_records": None,
    "sessions": None,
    "session_groups": ("sessions",),
    "session_times": (),
}
# Stored as views: they have as many rows as records, and storing them costs more than computing them again.
_VIEWS = (*_SUBJECT_VIEWS, "subject_records", "session_records", "marked_records", "resolved_groups")
_CODES = CODE_COLUMNS[:6]


def day_plan(registry: Registry, channels: Sequence[str] = CHANNELS) -> DayPlan:
    """Return the plan: the steps of every day, and the relations of the registry that they read.

    Args:
        channels: all channels that a record may have.
    """
    platforms = dict(sorted(registry.platforms.items()))
    return DayPlan(
        macros=number_macros(channels),
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
        word_steps=_kept(_WORD_STEPS),
        sign_in_steps=_kept(_SIGN_IN_STEPS),
        answer_steps=_kept(_ANSWER_STEPS),
        verification_steps=_kept(_VERIFICATION_STEPS),
        device_records=Step("device_records", _query("device_records"), is_view=True, adds=("records",)),
        subjects=SubjectSteps(
            **{name: _step(name) for name in (*_SUBJECT_VIEWS, "first_devices", "found_records", "subject_records")},
            attempt_set="hash(app, attempt)",
            subject_set="hash(app, high, low)",
        ),
        session_steps=_kept(_SESSION_STEPS),
        device_set="device_low & 4095",
        range_steps=_steps(*_RANGE_STEPS),
        range_sums=_kept(_RANGE_SUMS),
        key_records=Step("key_records", _query("key_records"), is_view=True, adds=()),
        key_set="hash(key_number, app, low)",
        key_steps=_kept(_KEY_STEPS),
        last_steps=(*_steps("latencies", "resolved_groups", "counts", "session_apps", "session_facts"),),
        tables=tuple(Step(name, sql("pipelines.rollup", f"day/{name}")) for name in DAY_TABLES),
        booked_table="outcome_daily",
        books=sql("pipelines.rollup", "day_books"),
    )


def day_values(rules: Mapping[str, BillingRule], session_minutes: int) -> dict[str, object]:
    """Return the parameters of the steps of days.

    Args:
        rules: the billing rule of each vendor.
        session_minutes: the longest time between two records of one sign-in session.
    """
    return {
        "session_ms": session_minutes * 60_000,
        "billed": [billed for rule in rules.values() for billed in rule.billed],
        "billed_vendors": list(rules),
    }


def batch_days(days: Sequence[date], zone: str, cuts: Mapping[date, Sequence[datetime]]) -> pa.Table:
    """Return the days of a batch, as `BATCH_DAYS`; `cuts` are the instants that split a day's uses: `Packages.cuts`."""
    hours = [day_hours(day, zone) for day in days]
    return pa.table(
        [
            days,
            range(len(days)),
            # In every time zone, business days of this century begin at a quarter of an hour.
            [int(of_day.start.timestamp()) // 900 for of_day in hours],
            [int(of_day.end.timestamp()) // 900 for of_day in hours],
            [of_day.hours for of_day in hours],
            [[cut.astimezone(UTC).replace(tzinfo=None) for cut in cuts.get(day, ())] for day in days],
        ],
        BATCH_DAYS,
    )


def limit_rows(limits: Iterable[Limit]) -> pa.Table:
    """Return limits as the steps read them, each with its number and the number of its key."""
    rows = [
        (number, one.limit_id, one.app_key, one.channel, KEYS.index(one.key) + 1, one.max_requests, one.seconds)
        for number, one in enumerate(limits)
    ]
    return pa.Table.from_pylist([dict(zip(_LIMITS.names, row, strict=True)) for row in rows], _LIMITS)


def _steps(*names: str) -> tuple[Step, ...]:
    return tuple(map(_step, names))


def _kept(steps: Mapping[str, Adds]) -> tuple[Step, ...]:
    return tuple(_step(name, adds) for name, adds in steps.items())


def _step(name: str, adds: Adds = None) -> Step:
    return Step(name, _query(name), is_view=name in _VIEWS, adds=adds)


def _query(name: str) -> str:
    return counts_query(_COUNTED[name]) if name in _COUNTED else sql("pipelines.rollup", name)


def _texts(columns: Mapping[str, list[str | None] | list[str]]) -> pa.Table:
    return pa.table(dict(columns), pa.schema([(name, pa.string()) for name in columns]))
