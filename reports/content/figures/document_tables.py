"""Declares the tables of a figures document (the JSON with the figures of an app's page), with their columns and types.

`sql/figures/documents.sql` writes them by column, `static/js/data/figures.ts` reads them. Both use these names; the
script's types are in `static/js/types/figure_tables.d.ts`, written by
`python -m reports.content.figures.document_tables`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from pipelines.common.project import PROJECT
from pipelines.contract.measures.counts import HEADLINE_USAGE, LOGIN_RATE, LOGINS, TECHNICAL
from pipelines.contract.measures.session_metrics import FUNNEL, WAYS
from pipelines.contract.measures.sql import SPANS
from reports.content.figures.usage import usage_parts

TYPES: Final = PROJECT / "reports" / "static" / "js" / "types" / "figure_tables.d.ts"
_VALUE, _TEXT, _ABSENT_TEXT = "Value", "string", "string | null"


def _compared(counts: Iterable[str]) -> dict[str, str]:
    """Return the columns that compare counts with an earlier span: `unmatched_…` and `counterpart_…` for each count.

    `unmatched_…` is the count over the unmatched days of the later span, `counterpart_…` the count over the
    counterparts of the matched days. The scripts compute the count of the matched days as a difference: unmatched
    counts are mostly zero, and so shorter.
    """
    counts = tuple(counts)
    return dict.fromkeys([f"{span}{count}" for span in ("unmatched_", SPANS[2]) for count in counts], _VALUE)


@dataclass(frozen=True)
class FigureTable:
    """One table of an app's figures.

    Attributes:
        relation: the SQL relation with the rows, which has a column `app_key`.
        columns: the TypeScript type of each column.
        order: sort order of the rows.
        by: a column that splits the rows into a table for each of its values; empty for a single table.
    """

    relation: str
    columns: Mapping[str, str]
    order: str
    by: str = ""

    def query(self, name: str) -> str:
        """Return a query with one row for each app from $first_app to $last_app: the key, `name`, and the table as
        JSON.

        Apps without rows in the table are left out.
        """
        values = ", ".join(f"'{column}': {_expression(column)}" for column in self.columns)
        lists = ", ".join(f"'{column}': [row.{column} for row in rows]" for column in self.columns)
        keys = f"app_key, {self.by}" if self.by else "app_key"
        query = (
            f"SELECT {keys}, to_json({{{lists}}}) AS columns FROM ("
            f"SELECT {keys}, list({{{values}}} ORDER BY {self.order}) AS rows FROM {self.relation} "
            f"WHERE app_key BETWEEN $first_app AND $last_app GROUP BY {keys})"
        )
        if self.by:
            keyed = f"to_json(map_from_entries(list(({self.by}, columns) ORDER BY {self.by})))"
            query = f"SELECT app_key, {keyed} AS columns FROM ({query}) GROUP BY app_key"
        return f"SELECT app_key, '{name}' AS name, columns FROM ({query})"


# The scripts compute the other counts as sums of these.
_WRITTEN: Final = tuple(name for name in HEADLINE_USAGE if not usage_parts(name))
_OF_VERSIONS: Final = {
    "window_days": "number",
    "value": _ABSENT_TEXT,
    "merged": "number",
    **dict.fromkeys(LOGINS, _VALUE),
    "first_seen": _ABSENT_TEXT,
}


def _versions(condition: str) -> dict[str, FigureTable]:
    """Return two tables of an app's SDK versions: their counts by window, and their technical success rate by day.

    `condition` selects the list: `is_short` is the page's short list, `NOT is_short` the list of all versions.
    """
    return {
        "versions": FigureTable(
            f"(FROM versions LEFT JOIN versions_seen USING (app_key, value) WHERE {condition})",
            _OF_VERSIONS,
            "window_days, value IS NULL, authorization_requests DESC, value",
        ),
        "version_days": FigureTable(
            f"(FROM version_days SEMI JOIN (FROM versions WHERE {condition}) AS listed USING (app_key, value))",
            {"value": _TEXT, TECHNICAL: _TEXT},
            "value",
        ),
    }


TABLES: Final = {
    "usage": FigureTable(
        "usage_periods", {"period": "PeriodKey", **dict.fromkeys(_WRITTEN, _VALUE), **_compared(_WRITTEN)}, "place"
    ),
    "breakdowns": FigureTable(
        "breakdowns",
        {"window_days": "number", "value": _TEXT, **dict.fromkeys(LOGINS, _VALUE), **_compared(LOGIN_RATE)},
        "window_days, authorization_requests DESC, value",
        "dimension",
    ),
    **_versions("is_short"),
    "releases": FigureTable("releases", {"value": _TEXT, "released": _TEXT}, "released, value"),
    "outcomes": FigureTable(
        "failed_outcomes",
        {"window_days": "number", "outcome": "number", "records": _VALUE, **_compared(["records"])},
        "window_days, records DESC, outcome_name",
        "step",
    ),
    "codes": FigureTable(
        "failed_codes",
        {
            "window_days": "number",
            "channel": "number",
            "outcome": "number",
            "records": "number",
            # Index in the code dictionary, or vendor and code if the dictionary lacks it.
            "code": "number | [string | null, string]",
        },
        "window_days, place",
        "step",
    ),
    "packages": FigureTable(
        "app_packages",
        {
            **dict.fromkeys(
                ("scheme_id", "scheme_name", "scheme_group", "package_name", "methods", "created_at"), _ABSENT_TEXT
            ),
            **{f"{count}_{days}": "number" for count in ("verifications", "authorizations") for days in (7, 30)},
        },
        "scheme_id NULLS FIRST, package_name NULLS FIRST",
    ),
    "drawn": FigureTable(
        "drawn",
        {
            "account_id": _TEXT,
            # NULL is overflow, or the packages that are not listed, which `merged` counts.
            "resource_package_id": _ABSENT_TEXT,
            "merged": _VALUE,
            "uses_7": "number",
            "uses_30": "number",
        },
        "account_id, merged IS NOT NULL, uses_30 DESC, resource_package_id NULLS FIRST",
    ),
    "incident_spans": FigureTable(
        "incident_spans",
        {
            "channel": _TEXT,
            "first_day": _TEXT,
            "last_day": _ABSENT_TEXT,
            "is_further": "boolean",
            "is_of_sessions": "boolean",
        },
        "channel, first_day, last_day NULLS LAST, is_further, is_of_sessions",
    ),
    "notes": FigureTable("own_notes", {"day": _TEXT, "text": _TEXT}, "day, text"),
}


VERSION_TABLES: Final = _versions("NOT is_short")
"""Tables with all SDK versions of an app whose page does not list all; loaded when a reader opens the full list."""

# The window of one day is only used for the sentence; the page has no table of it.
_OF_WINDOWS: Final = "WHERE window_days > 1"
SIGN_IN_TABLES: Final = {
    "ways": FigureTable(
        f"(FROM sign_in_ways {_OF_WINDOWS})",
        {"window_days": "number", "entry_channel": _TEXT, **dict.fromkeys(("sessions", *WAYS), "number")},
        "window_days, sessions DESC, entry_channel",
    ),
    "funnel": FigureTable(
        f"(FROM sign_in_funnel {_OF_WINDOWS})",
        dict.fromkeys(
            ("window_days", "sessions", *FUNNEL, "prefetches", "prefetch_successes", "text_records", "records"),
            "number",
        ),
        "window_days",
    ),
    "times": FigureTable(
        "(FROM session_times_daily WHERE day = $last)",
        {"step": _TEXT, "sessions": "number", "p50_ms": _VALUE, "p95_ms": _VALUE, "negative": "number"},
        "step",
    ),
    "paths": FigureTable(
        f"(FROM sign_in_paths {_OF_WINDOWS})",
        {
            "window_days": "number",
            **dict.fromkeys(("failed_channel", "failure", "way"), _TEXT),
            "signed_in_by": _ABSENT_TEXT,
            **dict.fromkeys(("sessions", "within_minute"), "number"),
        },
        "window_days, failed_channel, failure, way, signed_in_by",
    ),
    "stops": FigureTable(
        f"(FROM sign_in_stops {_OF_WINDOWS})",
        {"window_days": "number", **dict.fromkeys(("channel", "stage", "outcome"), _TEXT), "sessions": "number"},
        "window_days, sessions DESC, channel, stage, outcome",
    ),
    "compared": FigureTable(
        "sign_in_compared",
        {
            "window_days": "number",
            "dimension": _TEXT,
            # NULL means all other values together; `merged` is their number.
            "value": _ABSENT_TEXT,
            "merged": _VALUE,
            **dict.fromkeys(("sessions", "sign_ins", "concluded", *FUNNEL), "number"),
        },
        # Unnamed values come last: the page initially compares the first two.
        "window_days, dimension, value IS NULL OR value = 'unknown', place",
    ),
}
"""Tables of an app's sign-in sessions, which the app's page loads when a reader scrolls near their section."""


def tables_query() -> str:
    """Return a query for the tables of each app as one JSON object."""
    return _query(TABLES)


def version_tables_query() -> str:
    """Return a query for the tables of all SDK versions of each app as one JSON object."""
    return _query(VERSION_TABLES)


def sign_in_tables_query() -> str:
    """Return a query for the tables of each app's sign-in sessions as one JSON object."""
    return _query(SIGN_IN_TABLES)


def _query(of: Mapping[str, FigureTable]) -> str:
    each = " UNION ALL ".join(table.query(name) for name, table in of.items())
    # The columns are JSON already: to_json would parse them once more.
    tables = """('{' || string_agg('"' || name || '":' || columns, ',' ORDER BY name) || '}')::JSON"""
    return f"SELECT app_key, {tables} AS tables FROM ({each}) GROUP BY app_key"


def _expression(column: str) -> str:
    prefix, _, count = column.partition("_")
    return f"{count} - {SPANS[1]}{count}" if prefix == "unmatched" else column


def types() -> str:
    """Return the TypeScript declarations of the tables."""
    lines = [
        "// The tables of a figures document; written by `python -m reports.content.figures.document_tables`.",
        'import type { PeriodKey, Value } from "./basics.js";',
    ]
    for interface, tables in {"FigureTables": TABLES, "SignInTables": SIGN_IN_TABLES}.items():
        lines += ["", f"export interface {interface} {{"]
        for name, table in tables.items():
            columns = (f"{column}: {f'({kind})' if '|' in kind else kind}[]" for column, kind in table.columns.items())
            one = f"{{ {'; '.join(columns)} }}"
            lines.append(f"  {name}: {f'Record<string, {one}>' if table.by else one};")
        lines.append("}")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    TYPES.write_text(types(), "utf-8")
