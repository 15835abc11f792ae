"""Extracts log records from the lines of a log shipper by the `[unwrap]` expression of a source mapping.

A shipper wraps each line of an application in a line of its own, with a time, a host and tags: the envelope. The
`[unwrap]` expression returns the application's line. If the expression returns NULL, the shipper's line itself is read
as the record: it can have the application's fields as top-level keys.
"""

from pipelines.common.sql import quoted
from pipelines.contract.record.fields import MALFORMED
from pipelines.reading.raw_relations import BLANKS, LINE_END, RawRelation, raw_column, raw_names, set_apart, shape_of
from pipelines.reading.sources.mapping import OWN_NAMES, SourceMapping, Unwrap

LOGGED = ("formattedMessage", "message", "log", "json")
"""Keys of loggers and shippers whose value is the line that the application logged."""
BROKEN = '"row broken"'
"""Column: the rejection reason if the inner text is no JSON object. It applies unless `where` excludes the record."""
IS_WITHIN = '"row is within"'
"""Column: whether the `[unwrap]` expression returned a text."""


# SQL over `outer_text`, the text that `[unwrap]` returned. A service in a container may print the line of a logger, so
# that the record is a text within the text. Its keys are escaped there, and a search for them is cheap.
_HAS_ESCAPED_KEY = " OR ".join(f"contains(outer_text, '{name}\\\"')" for name in OWN_NAMES)
INNERMOST = f"""
    CASE WHEN ({_HAS_ESCAPED_KEY}) AND TRY(outer_text ->> '$.event_id') IS NULL THEN coalesce(
        TRY(list_filter(
            [outer_text ->> key FOR key IN {[f"$.{key}" for key in LOGGED]}],
            lambda text: starts_with(ltrim(text, {BLANKS}), '{{') AND regexp_matches(text, '"({"|".join(OWN_NAMES)})"')
        )[1]),
        outer_text
    ) ELSE outer_text END"""


def unwrapped(mapping: SourceMapping, raw: RawRelation) -> RawRelation:
    """Return the relation of a file's inner records, in order; `raw` unchanged if the mapping has no `[unwrap]`.

    The inner text of a line is the text that `[unwrap]` returns, else the whole line. The columns are:
    - `raw <name>`: the column `name` of the inner record.
    - `raw line`: the inner text.
    - `raw record`: the inner text as JSON; NULL if it is no JSON object.
    - `raw envelope`: the shipper's line; NULL in CSV and Parquet.
    - the columns of the constants `BROKEN` and `IS_WITHIN`.
    - `row file`, `row state` and the carried columns of `raw`; `row text` becomes the inner text.
    """
    unwrap = mapping.unwrap
    if unwrap is None:
        return raw
    names = raw_names(mapping)
    whole = (
        '"raw record"::VARCHAR' if raw.has_record else '"raw line"' if mapping.format == "lines" else "NULL::VARCHAR"
    )
    # CSV and Parquet have no whole line: if nothing is found, the record has the columns of the row.
    own = [] if raw.has_record or mapping.format == "lines" else list(names)
    kept = [name for name in (*raw.carried, "row file", "row state") if name != "row text"]
    text = ', coalesce(within, "row text") AS "row text"' if "row text" in raw.carried else ""
    is_json = unwrap.format == "ndjson"
    bare = f"trim(coalesce(found, whole), {BLANKS})" if is_json else f"rtrim(coalesce(found, whole), {LINE_END})"
    is_broken = f"CASE WHEN within IS NOT NULL AND NOT is_object THEN '{MALFORMED}' END"
    return RawRelation(
        f"""
        SELECT {", ".join(map(quoted, kept))}{text},
            {is_broken if is_json else "NULL::VARCHAR"} AS {BROKEN},
            found IS NOT NULL AS {IS_WITHIN}, within AS "raw line", whole AS "raw envelope",
            CASE WHEN is_object THEN within::JSON END AS "raw record"
            {"".join(f", {_column(name, own)} AS {raw_column(name)}" for name in names)}
        FROM (
            SELECT *, CASE WHEN is_object THEN json_transform(within, {shape_of(names)}) END AS picked
            FROM (
                -- A failing cast costs an exception, so texts that are no JSON are not cast.
                SELECT *, coalesce(starts_with(within, '{{') AND json_valid(within), false) AS is_object
                FROM (
                    SELECT *, {bare} AS within FROM ({_found(unwrap, mapping, raw, own, whole)})
                )
            )
        )""",
        raw.carried,
    )


def _found(unwrap: Unwrap, mapping: SourceMapping, raw: RawRelation, own: list[str], whole: str) -> str:
    """Return a query that adds two columns to the raw records: `found`, the text that `[unwrap]` extracts, and `whole`,
    the shipper's line. The query keeps the raw columns in `own`; the argument `whole` is the SQL of the shipper's line.
    """
    named = "".join(f", {raw_column(name)} AS {quoted(name)}" for name in mapping.unwrap_columns)
    kept = [*map(quoted, (*raw.carried, "row file", "row state")), *map(raw_column, own)]
    apart = {column: set_apart(column, mapping.unwrap_columns) for column in (*kept, quoted("whole"))}
    aside = ", ".join(f"{column} AS {name}" for column, name in apart.items() if column in kept)
    back = ", ".join(f"{name} AS {column}" for column, name in apart.items())
    found = INNERMOST if unwrap.format == "ndjson" and not mapping.fields else "outer_text"
    return f"""
        SELECT {", ".join(kept)}, whole, {found} AS found
        FROM (
            SELECT {back}, TRY(({unwrap.record})::VARCHAR) AS outer_text
            FROM (SELECT {aside}, {whole} AS {apart[quoted("whole")]}{named} FROM ({raw.query}))
        )"""


def _column(name: str, own: list[str]) -> str:
    """Return the SQL of the column `name` of the inner record. A column in `own` is read from the row of the CSV or
    Parquet file if `[unwrap]` found no text.
    """
    picked = f"picked.{quoted(name)}"
    return f"CASE WHEN found IS NULL THEN {raw_column(name)} ELSE {picked} END" if name in own else picked
