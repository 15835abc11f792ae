"""Builds the query that turns raw records into typed ones by a mapping's expressions, then by the rules of the fields.

The expressions of a mapping are SQL; everything else that is inserted is quoted. The same query reads whole files, a
few lines of a file, and every format.
"""

from collections.abc import Iterable, Mapping
from typing import Final

import duckdb

from pipelines.common.errors import UsageError
from pipelines.common.sql import quoted
from pipelines.contract.record.field_rules import FAILED, SKIPPED, nulled, reason, typed_values
from pipelines.contract.record.fields import FIELD_NAMES
from pipelines.reading.envelopes import BROKEN, IS_WITHIN, unwrapped
from pipelines.reading.raw_relations import RawRelation, raw_column, raw_names, set_apart
from pipelines.reading.sources.mapping import WITHIN, SourceMapping
from pipelines.reading.sources.mapping_use import use_conditions, uses_of
from pipelines.store.database import expression_parser

SAFE_ZONES: Final = """
CREATE OR REPLACE TEMP MACRO timezone(time) AS system.main.timezone(time), (zone, time) AS
    system.main.timezone(
        CASE WHEN ('2000-01-01 00:00:00 ' || regexp_replace(zone, '(^|[[:space:]])$', '?'))::TIMESTAMPTZ IS NOT NULL
            THEN zone
        END,
        time
    )
"""
"""A macro in the place of DuckDB's function of this name, which AT TIME ZONE calls. Expressions of mappings need it.

An unknown zone is an error that TRY does not catch there; a cast with that zone fails first here, with an error that
TRY catches. The cast accepts an empty zone and blanks at its end, so a question mark is added to these.
"""
# An unlikely text that replaces NULL, to distinguish it from a failed expression.
_ABSENT = "chr(1114111)"
# The `rejected` argument for masking: the device id and phone of rejected records, valid or not.
GIVEN = {"given_device": "device_id", "given_phone": "phone"}
_TEXT_FIELDS = tuple(name for name in FIELD_NAMES if name != "event_time")


def record_query(
    mapping: SourceMapping, raw: RawRelation, channels: Iterable[str], rejected: Mapping[str, str] | None = None
) -> str:
    """Return SQL with one row per raw record, in order. The columns are:

    - `file`, `day`, `phone_mask` and each field.
    - `reason`: why the record is rejected, `SKIPPED` or `BARE`; NULL if it is accepted.
    - `nulled`: the optional fields that broke their rule, as the bits of `field_rules.nulled`.
    - `use 0`, `use 1` and so on: for each condition in `uses_of(mapping)`, whether the record meets it.

    The parameters are $business_changes, $business_offsets_ms, $oldest, $newest and, unless times are timestamps with
    zone, $source_changes and $source_offsets_ms.

    Args:
        channels: the channels that a record may have.
        rejected: more columns by name, filled only in rows that were not accepted: SQL over the unchecked fields and
            the carried columns of the relation.

    Raises:
        UsageError: an expression of the mapping cannot be used.
    """
    raw = unwrapped(mapping, raw)
    typed = ", ".join(f'"good {name}" AS {name}' for name in _TEXT_FIELDS)
    used = "".join(f", {quoted(f'use {place}')}" for place in range(len(uses_of(mapping))))
    extra = "".join(
        f", CASE WHEN reason IS NOT NULL THEN {expression} END AS {name}"
        for name, expression in (rejected or {}).items()
    )
    return f"""
    SELECT "row file" AS file, reason, nulled, "good event_time" AS event_time,
        ("good event_time" + to_milliseconds(
            offset_at("good event_time", $business_changes::TIMESTAMP[], $business_offsets_ms::BIGINT[])
        ))::DATE AS day,
        phone_mask("good phone") AS phone_mask, {typed}{used}{extra}
    FROM (
        SELECT *,
        {reason()} AS reason,
        {nulled()} AS nulled
        FROM (
        SELECT *,
        {typed_values(channels, raw.instant)}
        FROM ({_fields(mapping, raw)})
        )
    )"""


def _fields(mapping: SourceMapping, raw: RawRelation) -> str:
    """Return a query with the state of each row, and with its fields as text by the mapping's expressions."""
    carried = "".join(f", {quoted(name)}" for name in raw.carried)
    if not mapping.fields and not mapping.kept:
        texts = "".join(f", {raw_column(name)} AS {name}" for name in FIELD_NAMES)
        return f'SELECT "row file", "row state"{carried}{texts} FROM ({raw.query})'
    whole = [name for name in (WITHIN if mapping.unwrap else ("record",)) if name in mapping.columns]
    columns = [*raw_names(mapping), *whole]
    named = "".join(f", {raw_column(name)} AS {quoted(name)}" for name in columns)
    kept = [*map(quoted, raw.carried), *(raw_column(name) for name in columns if name != "record")]
    kept += [IS_WITHIN] if mapping.unwrap else []
    read = ['"row file"', '"row state"', *kept, *([BROKEN] if mapping.unwrap else [])]
    own = {column: set_apart(column, columns) for column in read}
    apart = ", ".join(f"{column} AS {name}" for column, name in own.items())
    kept_aside = "".join(f", {own[column]} AS {column}" for column in kept)
    for name, condition in mapping.doubted.items():
        kept_aside += f", TRY(coalesce(({condition}), false)) AS {quoted(name)}"
    kinds = _kinds(mapping, columns)
    fields = "".join(f", {_field(mapping, name, kinds, own)} AS {quoted(f'field {name}')}" for name in FIELD_NAMES)
    texts = "".join(f", {quoted(f'field {name}')} AS {name}" for name in FIELD_NAMES)
    # The mapping's names are in the inner query, so that a raw column may have the name of a field.
    return f"""
        SELECT "row file", "mapped state" AS "row state"{carried}{texts}{use_conditions(mapping)}
        FROM (
            SELECT {own['"row file"']} AS "row file", {_state(mapping, own)} AS "mapped state"{kept_aside}{fields}
            FROM (SELECT {apart}{named} FROM ({raw.query}))
        )"""


def _state(mapping: SourceMapping, own: Mapping[str, str]) -> str:
    """Return the SQL of a row's state, which is the first value of this list that applies, else NULL:

    - the state that the reader found,
    - `invalid:where` if the condition that selects records cannot be computed,
    - `SKIPPED` if this condition is false or NULL,
    - malformed if the inner text is no JSON object.

    `own` has the names of the query's own columns, as in `_field`.
    """
    found, broken = own['"row state"'], own.get(BROKEN, "NULL")
    if not mapping.kept:
        return f"coalesce({found}, {broken})"
    kept = f"TRY(coalesce(({mapping.kept}), false))"
    return f"""CASE
                WHEN {found} IS NOT NULL THEN {found}
                WHEN {kept} IS NULL THEN 'invalid:where'
                WHEN NOT {kept} THEN '{SKIPPED}'
                ELSE {broken}
            END"""


def _field(mapping: SourceMapping, name: str, kinds: Mapping[str, str], own: Mapping[str, str]) -> str:
    """Return the SQL of one field as text; a timestamp with time zone becomes RFC 3339 in UTC.

    If the expression fails on a record, the text is `FAILED`, which breaks the rule of the field.

    Args:
        own: the names that the columns of the raw relation have where the expressions are computed; see `set_apart`.
    """
    if not mapping.fields:
        return own[raw_column(name)]
    if name not in mapping.fields:
        return "NULL::VARCHAR"
    text = f"({mapping.fields[name]})"
    if kinds[name] == "TIMESTAMP WITH TIME ZONE":
        text = f"strftime({text} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"nullif(coalesce(TRY(coalesce({text}::VARCHAR, {_ABSENT})), {FAILED}), {_ABSENT})"


def _kinds(mapping: SourceMapping, columns: list[str]) -> dict[str, str]:
    """Return the SQL type of each field's expression."""
    typed = ", ".join(f"NULL::{'JSON' if name == 'record' else 'VARCHAR'} AS {quoted(name)}" for name in columns)
    kinds, parser = {}, expression_parser()
    for name, expression in mapping.fields.items():
        query = f"DESCRIBE SELECT ({expression}) AS value FROM (SELECT {typed or 'NULL AS nothing'})"
        try:
            kinds[name] = str(parser.execute(query).fetchall()[0][1])
        except duckdb.Error as error:
            raise UsageError(
                f"The expression of `{name}` cannot be used: {str(error).splitlines()[0]}",
                where=f"source {mapping.name}: {expression}",
                do="All raw columns are text. Part of a JSON record is record ->> '$.a.b'.",
            ) from None
    return kinds
