"""All kinds of files that people drop into landing, by their heading on the page. Their contents are the same every
time.

`seen.py` runs the commands on them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tests.dropped import file_kinds, text_kinds
from tests.dropped.made import APP, Content, Kind, Lay
from tests.support import lines

_MAPPING = """
name = "gateway"
files = {files}
where = "{where}"
[fields]
event_id = "id"
event_time = "{time}"
app_key = "app"
channel = "way"
stage = "'authorize'"
outcome = "'success'"
"""


def kinds(day: date) -> dict[str, list[Kind]]:
    """Return all kinds in the order of the page. Their records are of `day`."""
    return {
        "Logs": text_kinds.logs(day),
        "Rotation, and files that change": file_kinds.that_change(day),
        "CSV": text_kinds.tables(day),
        "JSON": text_kinds.json_texts(day),
        "Times": text_kinds.times(day),
        "Other texts": text_kinds.other_texts(day),
        "No logs": file_kinds.no_logs(day),
        "Archives": file_kinds.archives(day),
        "Damaged and locked files": file_kinds.damaged(day),
        "Files without a record": file_kinds.without_a_record(),
        "Names and links that are ignored": file_kinds.left_alone(day),
        "Source mappings": _mappings(day),
    }


def _mappings(day: date) -> list[Kind]:
    def gateway(files: Sequence[str] = ("gw*.log",), where: str = "kind = 'auth'", time: str = "ts") -> Lay:
        rows = [
            {"kind": "auth", "id": row["event_id"], "ts": row["event_time"] if number % 2 else "-", "app": APP,
             "way": "wechat"}
            for number, row in enumerate(Content(day).rows)
        ]  # fmt: skip

        def lay(landing: Path) -> None:
            sources = landing.parent / "sources"
            sources.mkdir()
            text = _MAPPING.format(files=json.dumps(files), where=where, time=time)
            (sources / "gateway.toml").write_text(text)
            (landing / "gw1.log").write_bytes(lines(rows))

        return lay

    return [
        Kind("A source mapping whose `where` keeps nothing: `gw1.log`", gateway(where="kind = 'login'")),
        Kind("A `where` on a column that is not there: `gw1.log`", gateway(where="typ = 'auth'")),
        Kind("A `where` that fails on every record: `gw1.log`", gateway(where="id::INTEGER > 0")),
        Kind(
            "An expression that fails on every second record: `gw1.log`", gateway(time="concat(ts::DATE, 'T10:00:00')")
        ),
        Kind("A mapping whose `files` match nothing: `gw1.log`", gateway(files=("gateway/*.log",))),
    ]
