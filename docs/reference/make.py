"""Writes `tables.md` and `metrics.md` from the declarations in `pipelines/contract/`, and `rooms.md` from the imports.

    .venv/bin/python docs/reference/make.py

Run it after a change of declarations or imports; `tests/conventions/test_docs.py` compares the files with fresh output.
"""

from pathlib import Path

import grimp

from pipelines.contract.measures.measure import Measure
from pipelines.contract.measures.metrics import METRICS
from pipelines.contract.tables.column_comments import column_words
from pipelines.contract.tables.table import Table
from pipelines.contract.tables.tables import TABLES, VIEWS

HERE = Path(__file__).resolve().parent
_NOTE = "<!-- Written by docs/reference/make.py. Do not edit: run that script. -->"


def tables_page() -> str:
    """Return the text of `tables.md`."""
    index, views = (
        "\n".join(f"| [`{t.name}`](#{t.name}) | {t.grain} |" for t in listed.values()) for listed in (TABLES, VIEWS)
    )
    sections = "\n\n".join(_table_section(table) for table in (TABLES | VIEWS).values())
    return f"""{_NOTE}

# Tables

The tables and views of `<data>/warehouse/authmeter.duckdb`, schema `main`. How to open them, with example queries, is
in the [engineer's guide](../engineer.md#the-duckdb-file); what the metrics mean is in [metrics](metrics.md). Rows are
sorted by the key, except in `metrics` and `check_results`. The key is unique; where a column of it may be NULL, NULL is
one value. Every table, view and column has its meaning as a comment in the file, too.

| table | one row is |
| --- | --- |
{index}

| view | one row is |
| --- | --- |
{views}

{sections}
"""


def _table_section(table: Table) -> str:
    rows = "\n".join(
        f"| `{column}` | {kind}{' or NULL' if column in table.nullable else ''} | {column_words(table.name, column)} |"
        for column, kind in table.columns.items()
    )
    key = ", ".join(f"`{name}`" for name in table.key)
    return f"""## {table.name}

Grain: {table.grain}. Key: {key}.

| column | type | meaning |
| --- | --- | --- |
{rows}"""


def metrics_page() -> str:
    """Return the text of `metrics.md`."""
    index = "\n".join(f"| [`{m.name}`](#{m.name}) | {m.label.zh} | {m.label.en} |" for m in METRICS.values())
    sections = "\n\n".join(_metric_section(metric) for metric in METRICS.values())
    return f"""{_NOTE}

# Metrics

Each metric is declared once, in `pipelines/contract/measures/metrics.py`; the pages, the table `metrics` and this page
use this declaration. A *record* is an accepted log record, counted once per `event_id` and business day. Counts add up;
a share is a sum over a sum, and NULL if the denominator is 0. Formulas are SQL over these records, or over other
metrics. `$billed` lists the combinations of vendor, channel and outcome that the day's billing rules bill, and
`$billed_vendors` the vendors with their own rule.

| metric | 中文 | English |
| --- | --- | --- |
{index}

{sections}
"""


def _metric_section(metric: Measure) -> str:
    lines = [f"## {metric.name}", "", f"{metric.label.zh} · {metric.label.en}", "", metric.meaning.en]
    lines += ["", metric.meaning.zh, "", f"- Formula: `{metric.formula}`"]
    lines.append(f"- Unit: {metric.unit}; {'adds up' if metric.is_additive else 'does not add up'}")
    if metric.numerator:
        lines.append(f"- Share: sum of `{metric.numerator}` over sum of `{metric.denominator}`")
    if metric.caveat.en:
        lines += [f"- Keep in mind: {metric.caveat.en}", f"- 注意：{metric.caveat.zh}"]
    # A column may have the name of a metric and another meaning.
    tables = [
        f"[`{t.name}`](tables.md#{t.name})"
        for t in (TABLES | VIEWS).values()
        if metric.name in t.columns and f"(metrics.md#{metric.name})" in column_words(t.name, metric.name)
    ]
    lines.append(f"- Column of: {', '.join(tables) if tables else 'no table: derive it from its parts'}")
    return "\n".join(lines)


def _node(room: str) -> str:
    return room.replace(".", "_")


def rooms_page() -> str:
    """Return the text of `rooms.md`: a diagram of the packages, with an arrow from each package to those that it
    imports.

    An import that is also possible through a third package has no arrow of its own.
    """
    graph = grimp.build_graph("pipelines", "reports")
    rooms = sorted({".".join(name.split(".")[:2]) for name in graph.modules if "." in name and "__" not in name})
    for room in rooms:
        graph.squash_module(room)
    imported = {room: graph.find_modules_directly_imported_by(room) & {*rooms} for room in rooms}

    def reached(room: str) -> set[str]:
        return imported[room].union(*map(reached, imported[room]))

    arrows = [
        f"  {_node(one)} --> {_node(other)}"
        for one in rooms
        for other in sorted(imported[one] - set().union(*map(reached, imported[one])))
    ]
    sides = "\n".join(
        f"  subgraph {side}\n{named}\n  end"
        for side in ("pipelines", "reports")
        if (named := "\n".join(f'    {_node(one)}["{one.partition(".")[2]}"]' for one in rooms if one.startswith(side)))
    )
    lines = "\n".join(arrows)
    return f"""{_NOTE}

# Rooms

Which package imports which, from the commands at the top to the definitions at the bottom. An import that also goes by
way of another package has no arrow. What each package does is in [architecture](../architecture.md#packages);
`make lint` refuses an import against the layers.

```mermaid
flowchart TD
{sides}
{lines}
```
"""


if __name__ == "__main__":
    (HERE / "rooms.md").write_text(rooms_page(), "utf-8")
    (HERE / "tables.md").write_text(tables_page(), "utf-8")
    (HERE / "metrics.md").write_text(metrics_page(), "utf-8")
