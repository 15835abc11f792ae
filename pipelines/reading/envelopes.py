"""Log records within the lines of a shipper: what the `[unwrap]` of a mapping finds in the raw records of a file.

A shipper wraps each line of an application in a line of its own, with a time, a host and tags around it: the envelope.
The expression of `[unwrap]` gives the application's line. Where it gives nothing, the shipper's line is the record
itself: the application's fields may stand flat in it.
"""

from pipelines.common.sql import quoted
from pipelines.contract.record.fields import MALFORMED
from pipelines.reading.raw_relations import BLANKS, LINE_END, RawRelation, raw_names, shape_of
from pipelines.reading.sources.sources import SourceMapping

BROKEN = '"row broken"'
"""The column with the reason of a text that is no JSON object. It counts unless `where` leaves the record out."""
IS_WITHIN = '"row is within"'
"""The column that says whether the expression of `[unwrap]` gave a text."""


def unwrapped(mapping: SourceMapping, raw: RawRelation) -> RawRelation:
    """The relation of the records within the raw records of a file, in their order; the same without `[unwrap]`.

    It has the columns of the records as `raw <name>`, `raw record` (JSON), `raw line` (the text within), `raw envelope`
    (the text of the shipper's line, where a line is at hand), `BROKEN` and `IS_WITHIN`. Its `row text` is the text
    within.
    """
    if mapping.unwrap is None:
        return raw
    names = raw_names(mapping)
    whole = (
        '"raw record"::VARCHAR' if raw.has_record else '"raw line"' if mapping.format == "lines" else "NULL::VARCHAR"
    )
    # Of CSV and Parquet there is no whole line: where nothing is found, the columns are those of the row.
    own = [] if raw.has_record or mapping.format == "lines" else list(names)
    kept = [name for name in (*raw.carried, "row file", "row state") if name != "row text"]
    text = ', coalesce(within, "row text") AS "row text"' if "row text" in raw.carried else ""
    is_json = mapping.unwrap.format == "ndjson"
    bare = f"trim(coalesce(found, whole), {BLANKS})" if is_json else f"rtrim(coalesce(found, whole), {LINE_END})"
    is_broken = f"CASE WHEN within IS NOT NULL AND NOT is_object THEN '{MALFORMED}' END"
    return RawRelation(
        f"""
        SELECT {", ".join(map(quoted, kept))}{text},
            {is_broken if is_json else "NULL::VARCHAR"} AS {BROKEN},
            found IS NOT NULL AS {IS_WITHIN}, within AS "raw line", whole AS "raw envelope",
            CASE WHEN is_object THEN within::JSON END AS "raw record"
            {"".join(f", {_column(name, own)} AS {_raw(name)}" for name in names)}
        FROM (
            SELECT *, CASE WHEN is_object THEN json_transform(within, {shape_of(names)}) END AS picked
            FROM (
                -- Each text that fails costs an exception: those that are no JSON are not tried.
                SELECT *, coalesce(starts_with(within, '{{') AND json_valid(within), false) AS is_object
                FROM (
                    SELECT *, {bare} AS within FROM ({_found(mapping, raw, own, whole)})
                )
            )
        )""",
        raw.carried,
    )


def _found(mapping: SourceMapping, raw: RawRelation, own: list[str], whole: str) -> str:
    """The raw records with the text that `[unwrap]` finds in each, as `found`, and the shipper's line, as `whole`."""
    named = "".join(f", {_raw(name)} AS {quoted(name)}" for name in mapping.unwrap_columns)
    kept = [*map(quoted, (*raw.carried, "row file", "row state")), *map(_raw, own)]
    expression = mapping.unwrap.record if mapping.unwrap else "NULL"
    return f"""
        SELECT {", ".join(kept)}, {whole} AS whole, TRY(({expression})::VARCHAR) AS found
        FROM (SELECT *{named} FROM ({raw.query}))"""


def _column(name: str, own: list[str]) -> str:
    """A column of the record: from the text within, else from the shipper's line."""
    picked = f"picked.{quoted(name)}"
    return f"CASE WHEN found IS NULL THEN {_raw(name)} ELSE {picked} END" if name in own else picked


def _raw(name: str) -> str:
    return quoted(f"raw {name}")
