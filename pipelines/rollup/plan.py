"""The plan of a roll-up: the SQL of each relation of a day, in order. It is the same for every engine.

To add a step, put its SELECT in a folder of `sql/` and its path here. To add a table, put its SELECT in `sql/day/` and
its name in `contract/tables/day_tables.py`. `DayPlan` describes the relations that a step may read.
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

# A step over records or devices can run on subsets of them, and its results are then combined. The mappings name the
# columns that are summed; see `Adds` in `engines/base.py`.
_DELIVERED: Mapping[str, Adds] = {"records/delivered_apps": ("records",), "records/source_hours": ("records",)}
_NUMBERS = ("records/app_numbers",)
# Columns of an event that are not read after de-duplication.
_NOT_READ = ("file", "phone_mask")
_COPIES = ("records/repeated_ids", "records/picked_records", "records/dropped_copies")
_WITH = ("os_version", "device_id", "phone", "attempt_id", "account_id", "latency_ms")
_WORD_STEPS: Mapping[str, Adds] = {
    "records/record_groups": ("records", *(f"with_{name}" for name in _WITH)),
    "records/record_labels": None,
    "counted_words": None,
    "verifications/verification_kinds": None,
    "sign_ins/sign_in_kinds": None,
}
_SIGN_IN_STEPS: Mapping[str, Adds] = {
    "sign_ins/sign_in_records": None,
    "sign_ins/sign_in_counts": ("records", "without_subject"),
}
_ANSWER_STEPS: Mapping[str, Adds] = {"answers/numbered_records": None, "answers/latency_histogram": ("records",)}
_VERIFICATION_STEPS: Mapping[str, Adds] = {
    "verifications/verification_records": None,
    "verifications/hour_groups": ("with_device", "with_phone", *VERIFIED),
    "verifications/segment_groups": ("uses",),
}
_LIMITS = pa.schema(
    [("limit_number", pa.int32()), ("limit_id", pa.string()), ("app_key", pa.string()), ("channel", pa.string()),
     ("key_number", pa.uint8()), ("max_requests", pa.int64()), ("seconds", pa.int64())]
)  # fmt: skip
# The steps whose SQL `counts_query` writes, each with the relation whose metrics it counts.
_COUNTED = {"counts": "resolved_groups", "counted_words": "resolved_of('record_labels')"}
_RANGE_STEPS = ("devices/answering_devices",)
_RANGE_SUMS: Mapping[str, Adds] = {
    "devices/app_device_sets": ("devices",),
    "devices/device_sets": ("devices", "lone_devices"),
}
_KEY_STEPS: Mapping[str, Adds] = {
    "keys/repeated_keys": None,
    "keys/repeated_records": None,
    "keys/single_keys": None,
    "keys/counted_keys": None,
    "keys/key_channels": ("keys",),
    "keys/key_classes": ("keys", "requests", "uses"),
    "keys/top_keys": (),
    "keys/watched_keys": None,
    "keys/limit_blocks": ("blocked", "blocked_uses", "blocked_successes", "keys_blocked"),
}
_SUBJECT_VIEWS = ("known_records", "lone_records", "device_attempts")
_SUBJECTS = (*_SUBJECT_VIEWS, "first_devices", "found_records", "subject_records")
_SESSION_STEPS: Mapping[str, Adds] = {
    "sessions/repeated_subjects": None,
    "sessions/cut_records": None,
    "sessions/alone_groups": None,
    "sessions/session_records": None,
    "sessions/marked_records": None,
    "sessions/sessions": None,
    "sessions/session_groups": ("sessions",),
    "sessions/session_times": (),
}
_LAST = ("answers/latencies", "records/resolved_groups", "counts", "sessions/session_apps", "sessions/session_facts")
# Created as views: most have as many rows as records, and storing them costs more than computing them again.
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
        counted_records=_query("records/counted_records"),
        word_steps=_kept(_WORD_STEPS),
        sign_in_steps=_kept(_SIGN_IN_STEPS),
        answer_steps=_kept(_ANSWER_STEPS),
        verification_steps=_kept(_VERIFICATION_STEPS),
        device_records=Step("device_records", _query("devices/device_records"), is_view=True, adds=("records",)),
        subjects=SubjectSteps(
            **{name: _step(f"sign_ins/{name}") for name in _SUBJECTS},
            attempt_set="hash(app, attempt)",
            subject_set="hash(app, high, low)",
        ),
        session_steps=_kept(_SESSION_STEPS),
        device_set="device_low & 4095",
        range_steps=_steps(*_RANGE_STEPS),
        range_sums=_kept(_RANGE_SUMS),
        key_records=Step("key_records", _query("keys/key_records"), is_view=True, adds=()),
        key_set="hash(key_number, app, low)",
        key_steps=_kept(_KEY_STEPS),
        last_steps=_steps(*_LAST),
        tables=_steps(*(f"day/{name}" for name in DAY_TABLES)),
        booked_table="outcome_daily",
        books=_query("records/day_books"),
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
    """Return a batch's days as `BATCH_DAYS`; `cuts` are the instants that split a day's uses (`Packages.cuts`)."""
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
    """Return the relation `limits` for the steps; `key_number` is the position of the key in `KEYS`, from 1."""
    rows = [
        (number, one.limit_id, one.app_key, one.channel, KEYS.index(one.key) + 1, one.max_requests, one.seconds)
        for number, one in enumerate(limits)
    ]
    return pa.Table.from_pylist([dict(zip(_LIMITS.names, row, strict=True)) for row in rows], _LIMITS)


def _steps(*paths: str) -> tuple[Step, ...]:
    return tuple(map(_step, paths))


def _kept(steps: Mapping[str, Adds]) -> tuple[Step, ...]:
    return tuple(_step(path, adds) for path, adds in steps.items())


def _step(path: str, adds: Adds = None) -> Step:
    name = path.rpartition("/")[2]
    return Step(name, _query(path), is_view=name in _VIEWS, adds=adds)


def _query(path: str) -> str:
    return counts_query(_COUNTED[path]) if path in _COUNTED else sql("pipelines.rollup", path)


def _texts(columns: Mapping[str, list[str | None] | list[str]]) -> pa.Table:
    return pa.table(dict(columns), pa.schema([(name, pa.string()) for name in columns]))
