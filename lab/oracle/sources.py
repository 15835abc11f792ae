"""The source mappings of the random landing folders: each as SQL for the product, and as plain Python for this count.
`records.py` has the rules of a field, `random_foreign.py` makes the logs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from lab.oracle.raw_rows import Fields

# An expression that fails makes its field break its rule: this text breaks all of them. A carrier has none.
BROKEN = ""


class FailedError(Exception):
    """An SQL expression fails on a record."""


class Source(NamedTuple):
    """A source, which reads the files in the folder of its name.

    Attributes:
        mapping: its TOML text for the product.
        zone: the zone of times without offset; None for the business time zone.
        keeps, fields: its condition and its fields for a raw record, in Python.
    """

    name: str
    mapping: str
    format: str | None
    zone: ZoneInfo | None
    keeps: Callable[[Fields], bool]
    fields: Callable[[Fields], Fields]


def source_of(path: str) -> Source | None:
    """Return the source of a landed path; None if no mapping selects the file."""
    return next((source for source in SOURCES if path.startswith(f"{source.name}/")), None)


GATEWAY = r"""
name = "gateway"
files = ["gateway/*"]
format = "lines"
timezone = "America/New_York"
where = "contains(line, ' auth ')"
[fields]
event_id = "nullif(regexp_extract(line, ' id=([^ ]+)', 1), '')"
event_time = "strptime(line[1:19], '%Y-%m-%d %H:%M:%S')"
app_key = "nullif(regexp_extract(line, ' app=([^ ]+)', 1), '')"
channel = "CASE regexp_extract(line, ' way=([^ ]+)', 1) WHEN 'wx' THEN 'wechat' WHEN 'phone' THEN 'one_click' END"
stage = "CASE WHEN contains(line, ' way=phone ') THEN 'login' ELSE 'authorize' END"
result_code = "nullif(regexp_extract(line, ' ret=([^ ]+)', 1), '')"
device_id = "nullif(regexp_extract(line, ' dev=([^ ]+)', 1), '')"
latency_ms = "nullif(regexp_extract(line, ' cost=([^ ]+)', 1), '')"
"""


def _is_auth(raw: Fields) -> bool:
    return " auth " in str(raw["line"])


def _gateway(raw: Fields) -> Fields:
    line = str(raw["line"])

    def word(name: str) -> str | None:
        found = re.search(f" {name}=([^ ]+)", line)
        return found[1] if found else None

    is_time = re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", line[:19])
    return {
        "event_id": word("id"),
        "event_time": line[:19] if is_time else BROKEN,
        "app_key": word("app"),
        "channel": {"wx": "wechat", "phone": "one_click"}.get(word("way") or ""),
        "stage": "login" if " way=phone " in line else "authorize",
        "result_code": word("ret"),
        "device_id": word("dev"),
        "latency_ms": word("cost"),
    }


CALLBACKS = r"""
name = "callbacks"
files = ["callbacks/*"]
format = "ndjson"
where = "level::INTEGER >= 3"
[fields]
event_id = "id"
event_time = '"Time"'
app_key = "record ->> '$.app.key'"
channel = "coalesce(way, 'one_click')"
stage = "stage"
outcome = "CASE WHEN ok::BOOLEAN THEN 'success' ELSE 'error' END"
carrier = "operator"
phone = "phone"
latency_ms = "cost::INTEGER"
sdk_version = "v"
account_id = "app"
"""


def _is_callback(raw: Fields) -> bool:
    level = raw.get("level")
    if level is not None and not level.isdecimal():
        raise FailedError
    return level is not None and int(level) >= 3


def _callback(raw: Fields) -> Fields:
    cost = raw.get("cost")
    key = json.loads(raw.get("app") or "{}").get("key")
    return {
        "event_id": raw.get("id"),
        "event_time": raw.get("Time"),
        "app_key": None if key is None else str(key),
        "channel": raw.get("way") or "one_click",
        "stage": raw.get("stage"),
        "outcome": {"true": "success", "false": "error", None: "error"}.get(raw.get("ok"), BROKEN),
        "carrier": raw.get("operator"),
        "phone": raw.get("phone"),
        "latency_ms": cost if cost is None or cost.isdecimal() else BROKEN,
        "sdk_version": raw.get("v"),
        "account_id": raw.get("app"),
    }


LEGACY = r"""
name = "legacy"
files = ["legacy/*"]
[fields]
event_id = '"Event ID"'
event_time = '"at"'
app_key = "lower(app)"
channel = "'local_verify'"
stage = "'verify'"
outcome = "CASE channel WHEN '1' THEN 'success' WHEN '2' THEN 'mismatch' ELSE channel END"
latency_ms = "cost"
os_version = "os"
"""


def _legacy(raw: Fields) -> Fields:
    app, answer = raw["app"], raw["channel"]
    return {
        "event_id": raw["Event ID"],
        "event_time": raw["at"],
        "app_key": None if app is None else app.lower(),
        "channel": "local_verify",
        "stage": "verify",
        "outcome": {"1": "success", "2": "mismatch"}.get(answer or "", answer),
        "latency_ms": raw["cost"],
        "os_version": raw["os"],
    }


SOURCES = (
    Source("gateway", GATEWAY, "lines", ZoneInfo("America/New_York"), _is_auth, _gateway),
    Source("callbacks", CALLBACKS, "ndjson", None, _is_callback, _callback),
    Source("legacy", LEGACY, None, None, lambda raw: True, _legacy),
)
