"""THE RULES OF A FIELD, in SQL over its text: what a good value is, and which record is rejected, for which reason.

Change them when the log contract changes. Fields, allowed words and lengths are in `fields.py`. Every way of reading
goes by these rules: they stand here once.
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

# A record of a `where` that is not true: it is none, and stands beside the books.
SKIPPED: Final = "skipped"
# A line without any field that is asked for: an empty object, or no object at all. Its text tells.
BARE: Final = "bare"


def _words(allowed: Iterable[str]) -> str:
    return f"$field NOT IN ({', '.join(map(repr, allowed))})"


def _pattern(pattern: str) -> str:
    return f"NOT regexp_full_match($field, '{pattern}')"


_TEXT = f"length($field) NOT BETWEEN 1 AND {MAX_TEXT}"
# When the text of a field breaks its rule. The two that are not kept as texts have their own below. Asked so, and not
# when it is good, a column without a broken value is passed on as it is.
_BROKEN: Final = dict.fromkeys(FIELD_NAMES, _TEXT) | {
    "app_key": _pattern(APP_KEY_PATTERN),
    "stage": _words(STAGES),
    "outcome": _words(OUTCOMES),
    "platform": _words(PLATFORMS),
    "package_name": _pattern(PACKAGE_PATTERN),
}
_CLOCK = r"\d{4}-\d\d-\d\d[Tt ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"
_OFFSET = r"([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)"
# An instant in whole milliseconds, UTC; finer digits are cut, where a cast would round them. The casts know no small
# letters. Of an hour that comes twice the first counts.
_INSTANT: Final = rf"""CASE
            WHEN regexp_full_match(event_time, '{_CLOCK}{_OFFSET}') THEN epoch_ms(epoch_us(
                coalesce(try_cast(event_time AS TIMESTAMPTZ), try_cast(upper(event_time) AS TIMESTAMPTZ))) // 1000)
            WHEN regexp_full_match(event_time, '\d{{13}}(\.\d+)?') THEN epoch_ms(left(event_time, 13)::BIGINT)
            WHEN regexp_full_match(event_time, '\d{{10}}(\.\d+)?')
                THEN epoch_ms(left(event_time, 10)::BIGINT * 1000 + rpad(substr(event_time, 12, 3), 3, '0')::BIGINT)
            WHEN regexp_full_match(event_time, '{_CLOCK}') THEN epoch_ms(epoch_us(
                first_instant(try_cast(upper(event_time) AS TIMESTAMP), $source_zone)) // 1000)
        END"""
# `.0` stands behind a whole number where a writer knew fractions only.
_LATENCY: Final = rf"""CASE WHEN regexp_full_match(latency_ms, '0*\d{{1,6}}(\.0)?')
            AND try_cast(latency_ms AS INTEGER) <= {MAX_LATENCY_MS} THEN try_cast(latency_ms AS INTEGER) END"""
_VALUES: Final = {"event_time": _INSTANT, "latency_ms": _LATENCY}
# A word that no carrier has is the carrier `unknown`, and no broken value.
_COUNTED_AS_NULLED: Final = tuple(name for name in OPTIONAL_FIELDS if name != "carrier")


def typed_values(channels: Iterable[str], instant: str = "") -> str:
    """SELECT items that give each field's value under `good <field>`: NULL where its text is absent or breaks the rule.

    `event_time` is a TIMESTAMP in UTC, `latency_ms` an INTEGER, all else its text. `instant` is the SQL of an
    `event_time` that is no text. `channels` are those that a record may have.
    """
    broken = _BROKEN | {"channel": _words(channels)}
    values = {name: _value(name, broken[name]) for name in FIELD_NAMES} | ({"event_time": instant} if instant else {})
    return ",\n        ".join(f'{value} AS "good {name}"' for name, value in values.items())


def _value(name: str, broken: str) -> str:
    is_broken = broken.replace("$field", name)
    return _VALUES.get(name) or f"CASE WHEN {is_broken} THEN NULL ELSE {name} END"


def reason() -> str:
    """SQL for why a record is rejected, by the first broken field in the order of the contract; NULL: it is accepted.

    `row state` is what is known before the fields are looked at: a reason, `SKIPPED` or `BARE`.
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
    """SQL for which optional fields broke their rule: bit i stands for field i of `nulled_names`."""
    return " + ".join(
        f'CASE WHEN {name} IS NOT NULL AND "good {name}" IS NULL THEN {1 << bit} ELSE 0 END'
        for bit, name in enumerate(_COUNTED_AS_NULLED)
    )


def nulled_names() -> tuple[str, ...]:
    """The fields behind the bits of `nulled`."""
    return _COUNTED_AS_NULLED
