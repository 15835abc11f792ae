"""THE RULES OF A FIELD, in SQL over its text: the valid values, and the reasons for rejecting a record.

Every reader uses these rules. Fields, allowed words and lengths are in `fields.py`.
"""

from collections.abc import Iterable
from typing import Final

from pipelines.contract.record.fields import (
    APP_KEY_PATTERN,
    FIELD_NAMES,
    MAX_LATENCY_MS,
    MAX_TEXT,
    OPTIONAL_FIELDS,
    OUTCOMES,
    PACKAGE_PATTERN,
    PLATFORMS,
    STAGES,
    TOO_OLD,
)

# A line that the `where` of its source mapping does not select: it is no record, and is not counted as read.
SKIPPED: Final = "skipped"
# A line without any field that is read: an empty object, or not an object. Its text decides which.
BARE: Final = "bare"
# SQL of the text of a field whose expression failed. It breaks the rule of every field.
FAILED: Final = f"repeat(chr(1114110), {MAX_TEXT + 1})"


def _words(allowed: Iterable[str]) -> str:
    return f"$field NOT IN ({', '.join(map(repr, allowed))})"


def _pattern(pattern: str) -> str:
    return f"NOT regexp_full_match($field, '{pattern}')"


_TEXT = f"length($field) NOT BETWEEN 1 AND {MAX_TEXT}"
# The condition that the text of a field breaks its rule. It is true for broken values instead of valid ones, so that a
# column without broken values is passed on unchanged. The two fields not stored as text have their own rules below.
_BROKEN: Final = dict.fromkeys(FIELD_NAMES, _TEXT) | {
    "app_key": _pattern(APP_KEY_PATTERN),
    "stage": _words(STAGES),
    "outcome": _words(OUTCOMES),
    "platform": _words(PLATFORMS),
    "package_name": _pattern(PACKAGE_PATTERN),
    # Any text is a word for a carrier, also an unknown, empty or long one. Copies of a record are compared by it.
    "carrier": f"$field = {FAILED}",
}
_CLOCK = r"\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"
_OFFSET = r"([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"


def instant_of_local(time: str) -> str:
    """Return SQL for the instant of a local time in the source's zone, in UTC. A local time that occurs twice is the
    first of its two instants.

    Args:
        time: SQL of a TIMESTAMP.
    """
    offset = f"offset_at({time}, $source_changes::TIMESTAMP[], $source_offsets_ms::BIGINT[])"
    return f"({time} - to_milliseconds({offset}))"


# An instant in whole milliseconds, UTC; finer digits are cut, because a cast would round them. The casts accept no
# lower-case letters.
_INSTANT: Final = rf"""CASE
            WHEN regexp_full_match(event_time, '{_CLOCK}{_OFFSET}') THEN epoch_ms(epoch_us(
                coalesce(try_cast(event_time AS TIMESTAMPTZ), try_cast(upper(event_time) AS TIMESTAMPTZ))) // 1000)
            WHEN regexp_full_match(event_time, '\d{{13}}(\.\d+)?') THEN epoch_ms(left(event_time, 13)::BIGINT)
            WHEN regexp_full_match(event_time, '\d{{10}}(\.\d+)?')
                THEN epoch_ms(left(event_time, 10)::BIGINT * 1000 + rpad(substr(event_time, 12, 3), 3, '0')::BIGINT)
            WHEN regexp_full_match(event_time, '{_CLOCK}')
                THEN {instant_of_local("epoch_ms(epoch_us(try_cast(upper(event_time) AS TIMESTAMP)) // 1000)")}
        END"""
# A writer that has only floating-point numbers adds `.0` to a whole number.
_LATENCY: Final = rf"""CASE WHEN regexp_full_match(latency_ms, '0*\d{{1,6}}(\.0)?')
            AND try_cast(latency_ms AS INTEGER) <= {MAX_LATENCY_MS} THEN try_cast(latency_ms AS INTEGER) END"""
_VALUES: Final = {"event_time": _INSTANT, "latency_ms": _LATENCY}


def typed_values(channels: Iterable[str], instant: str = "") -> str:
    """Return SELECT items with each field's value as `good <field>`: NULL if its text is absent or breaks the rule.

    `event_time` is a TIMESTAMP in UTC, `latency_ms` an INTEGER; all other values are texts.

    Args:
        channels: the channels that a record may have.
        instant: the SQL of an `event_time` that is not text; empty if it is text.
    """
    broken = _BROKEN | {"channel": _words(channels)}
    values = {name: _value(name, broken[name]) for name in FIELD_NAMES} | ({"event_time": instant} if instant else {})
    return ",\n        ".join(f'{value} AS "good {name}"' for name, value in values.items())


def _value(name: str, broken: str) -> str:
    is_broken = broken.replace("$field", name)
    return _VALUES.get(name) or f"CASE WHEN {is_broken} THEN NULL ELSE {name} END"


def reason() -> str:
    """Return SQL for the reason of rejection: the first broken field in the order of `FIELD_NAMES`; NULL if accepted.

    If the column `row state` is not NULL, its value is the result: a reason of the reader, `SKIPPED` (not selected by
    `where`) or `BARE` (a line without any field that is read).
    """
    cases = ['WHEN "row state" IS NOT NULL THEN "row state"', _broken("event_id"), _broken("event_time")]
    cases.append("""WHEN "good event_time" > $newest::TIMESTAMP THEN 'invalid:event_time'""")
    cases.append(f"""WHEN "good event_time" < $oldest::TIMESTAMP THEN '{TOO_OLD}'""")
    cases += [_broken(name) for name in ("app_key", "channel", "stage")]
    cases.append("WHEN outcome IS NULL AND result_code IS NULL THEN 'missing:outcome'")
    cases += [
        f"""WHEN {name} IS NOT NULL AND "good {name}" IS NULL THEN 'invalid:{name}'"""
        for name in ("outcome", "result_code")
    ]
    return "CASE\n            " + "\n            ".join(cases) + "\n        END"


def _broken(name: str) -> str:
    why = f"CASE WHEN {name} IS NULL THEN 'missing:{name}' ELSE 'invalid:{name}' END"
    return f'WHEN "good {name}" IS NULL THEN {why}'


def nulled() -> str:
    """Return SQL for the optional fields whose value broke its rule, as a bit mask: bit i is field i of
    `OPTIONAL_FIELDS`.
    """
    return " + ".join(
        f'CASE WHEN {name} IS NOT NULL AND "good {name}" IS NULL THEN {1 << bit} ELSE 0 END'
        for bit, name in enumerate(OPTIONAL_FIELDS)
    )
