"""Files of the seven shippers as their programs write them, with the expected result (*fate*) of each line.

A fate is `ACCEPTED`, `SKIPPED`, or the reason of a rejection. In addition to the examples of docs/shippers.md, there
are long lines, split as Docker splits them; stack traces; metadata with nested objects; records that a shipper parsed;
and bad records. Some files are named like objects of a bucket, others like rotated logs.
"""

from __future__ import annotations

import gzip
import itertools
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

import cramjam

from tests.support import Row, record

ACCEPTED, SKIPPED = "accepted", "skipped"
MALFORMED, BAD_CHANNEL = "malformed", "invalid:channel"
TRACE = (
    "java.lang.IllegalStateException: {broken}\n\tat com.shop.Auth.run(Auth.java:42)\n"
    'Caused by: java.io.IOException: {"code": 7}\n\t... 12 more'
)
# The piece size of Docker and of the container runtimes of Kubernetes.
_PIECE = 16 << 10
_CONTAINER = "4f1c" * 16
Line = tuple[str, str]


class Shipped(NamedTuple):
    """A file: its path under landing, its source, its lines with their fates, and the function that compresses it."""

    path: str
    source: str
    lines: list[Line]
    pack: Callable[[bytes], bytes] = bytes

    @property
    def content(self) -> bytes:
        """The packed bytes of the file."""
        return self.pack("".join(f"{line}\n" for line, _ in self.lines).encode())

    def count(self, fate: str) -> int:
        """Return the number of lines with a fate."""
        return sum(one == fate for _, one in self.lines)

    @property
    def rejected(self) -> list[tuple[int, str]]:
        """Line number and reason of each rejected line."""
        return [(n, fate) for n, (_, fate) in enumerate(self.lines, 1) if fate not in (ACCEPTED, SKIPPED)]


def shipped(day: date) -> Iterator[Shipped]:
    """Yield files whose records are all of one day and have different ids."""
    ids = itertools.count()

    def row(**changes: object) -> Row:
        return record(f"r{next(ids)}", day, device_id="d", phone="13812345678", **changes)

    def bodies(wrap: Callable[[str], str]) -> list[Line]:
        """Return the six lines that every shipper has. `wrap` returns a text as the shipper writes it into its line."""
        return [
            (wrap(json.dumps(row())), ACCEPTED),
            (wrap(f"  {json.dumps(row(scheme_id='商城'), ensure_ascii=False)} "), ACCEPTED),
            (wrap("connection pool: 7 of 20 in use"), SKIPPED),
            (wrap("{} users signed in"), SKIPPED),
            (wrap(json.dumps(row(channel="fax"))), BAD_CHANNEL),
            (wrap(json.dumps(row())[:60]), MALFORMED),
        ]

    def pieces(text: str) -> list[str]:
        return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)]

    tags = {"__tag__:__hostname__": "iZbp1", "__tag__:__path__": "/var/log/auth.log", "__tag__:__pack_id__": "A-1"}

    def sls(text: str, **more: object) -> str:
        head = {"__time__": 1795829400, "__topic__": "auth", "__source__": "10.170.1.2", **tags}
        return _json({**head, "content": text, **more})

    # The JSON mode of Logtail has all values as text.
    of_sls = [
        *bodies(sls), (sls(TRACE, __time__="1795829400"), SKIPPED),
        (_json({"__time__": "1795829400", **tags, **{name: str(value) for name, value in row().items()}}), ACCEPTED),
    ]  # fmt: skip
    yield Shipped("sls/auth/2026/11/28/09/30_1795829400000000000_937", "sls", of_sls)
    yield Shipped("sls/auth/2026/11/28/09/31_1795829460000000000_938.snappy", "sls", bodies(sls), _snappy)
    yield Shipped("sls/auth/2026/11/28/09/32_1795829520000000000_939.json.gz", "sls", bodies(sls), gzip.compress)
    # With a suffix of one's own, nothing in the name says how the object is compressed.
    yield Shipped("sls/auth/2026/11/28/09/33_1795829580000000000_940.json", "sls", bodies(sls), _snappy)

    kubernetes = {"pod_name": "auth-7d9", "labels": {"app": "auth"}, "annotations": {"a": '{"event_id": "no"}'}}
    now = {"date": 1795829400.120456}
    yield Shipped("fluent_bit/auth.log", "fluent", [
        *bodies(lambda text: _json({**now, "log": text})),
        *bodies(lambda text: _json({**now, "stream": "stdout", "log": f"{text}\n", "kubernetes": kubernetes})),
        (_json({"@timestamp": "2026-11-28T01:30:00.120Z", "message": json.dumps(row()), "logtag": "F"}), ACCEPTED),
        (_json({**now, **row(), "kubernetes": kubernetes}), ACCEPTED),
        (_json({**now, "log_processed": row(), "kubernetes": kubernetes}), ACCEPTED),
        (_json({**now, "log": TRACE, "kubernetes": kubernetes}), SKIPPED),
    ])  # fmt: skip
    of_fluentd = bodies(lambda text: _json({"message": text, "@timestamp": "2026-11-28T09:30:00.120+0800"}))
    yield Shipped("fluentd/auth.20261128_0.log.gz", "fluent", of_fluentd, gzip.compress)
    # The default formats of both programs, which the page asks to change.
    yield Shipped("fluentd/out_file.20261128.log", "fluent", [
        (f"2026-11-28T09:30:00+08:00\tauth\t{_json({'message': json.dumps(row())})}", MALFORMED),
        (f"auth: [1795829400.120456000, {_json({'log': json.dumps(row())})}]", MALFORMED),
    ])  # fmt: skip

    def filebeat(**more: object) -> str:
        return _json({
            "@timestamp": "2026-11-28T01:30:00.121Z",
            "@metadata": {"beat": "filebeat", "type": "_doc", "version": "9.2.0"},
            "log": {"offset": 0, "file": {"path": "/var/log/auth.log", "inode": "131", "device_id": "2049"}},
            "input": {"type": "filestream"}, "ecs": {"version": "8.0.0"}, "agent": {"type": "filebeat", "id": "9c"},
            "host": {"name": "web-1", "os": {"family": "debian"}, "ip": ["10.0.0.8"]}, **more,
        })  # fmt: skip

    yield Shipped("filebeat/auth-20261128-1.ndjson", "filebeat", [
        *bodies(lambda text: filebeat(message=text)),
        (filebeat(json=row()), ACCEPTED), (filebeat(**row()), ACCEPTED), (filebeat(message=row()), ACCEPTED),
        (filebeat(message=json.dumps(row()), stream="stdout", kubernetes={"pod": {"name": "p"}}), ACCEPTED),
        (filebeat(message=TRACE), SKIPPED),
        (filebeat(json={}, error={"message": "Error decoding JSON", "type": "json"}), SKIPPED),
    ])  # fmt: skip

    def vector(message: object, **more: object) -> str:
        return _json({"file": "/var/log/auth.log", "message": message, "timestamp": "2026-11-28T01:30:00Z", **more})

    yield Shipped("vector/auth-2026-11-28.log", "vector", [
        *bodies(vector), (vector(row()), ACCEPTED), (vector(TRACE), SKIPPED), (vector(None, **row()), ACCEPTED),
        (vector(json.dumps(row()), source_type="docker_logs", stream="stdout", label={"a": "b"}), ACCEPTED),
    ])  # fmt: skip
    yield Shipped("vector/date=2026-11-28/1795829400-8f3c.log.gz", "vector", bodies(vector), gzip.compress)

    def docker(text: str) -> str:
        time = "2026-11-28T01:30:00.120456789Z"
        return _json({"log": text, "stream": "stdout", "attrs": {"tag": "auth"}, "time": time})

    first, *rest = pieces(json.dumps(row(note="x" * 40_000)) + "\n")
    yield Shipped(f"docker/{_CONTAINER}-json.log", "docker", [
        *bodies(lambda text: docker(f"{text}\n")), (docker("\n"), SKIPPED),
        (docker(first), MALFORMED), *((docker(piece), SKIPPED) for piece in rest),
        *((docker(f"{line}\r\n"), SKIPPED) for line in TRACE.split("\n")), (docker(json.dumps(row())), ACCEPTED),
    ])  # fmt: skip
    rotated = bodies(lambda text: docker(f"{text}\n"))
    yield Shipped(f"web-1/{_CONTAINER}-json.log.2.gz", "docker", rotated, gzip.compress)

    def cri(text: str, tag: str = "F", stream: str = "stdout") -> str:
        return f"2026-11-28T09:30:00.120456789+08:00 {stream} {tag} {text}"

    first, *middle, last = pieces(json.dumps(row(note="x" * 40_000)))
    yield Shipped("pods/shop_auth-7d9_4f1c/auth/0.log", "cri", [
        *bodies(cri), (cri(""), SKIPPED), (cri("").rstrip(), SKIPPED),
        (cri(first, "P"), MALFORMED), *((cri(piece, "P"), SKIPPED) for piece in middle), (cri(last), SKIPPED),
        *((cri(line, stream="stderr"), SKIPPED) for line in TRACE.split("\n")), (cri(json.dumps(row())), ACCEPTED),
    ])  # fmt: skip
    yield Shipped("pods/shop_auth-7d9_4f1c/auth/0.log.20261128-031500.gz", "cri", bodies(cri), gzip.compress)

    def logstash(message: str, **more: object) -> str:
        return _json({
            "@timestamp": "2026-11-28T09:30:00.121+08:00", "@version": "1", "message": message, "logger_name": "auth",
            "thread_name": "http-7", "level": "INFO", "level_value": 20000, **more,
        })  # fmt: skip

    def logback(**more: object) -> str:
        return _json({"sequenceNumber": 0, "timestamp": 1795829402005, "nanoseconds": 5000000, "level": "INFO", **more})

    yield Shipped("logback/auth.log.2026-11-28", "logback", [
        *bodies(logstash), (logstash(json.dumps(row()), stack_trace=TRACE, tags=["AUTH"]), ACCEPTED),
        (logstash("failed", stack_trace=TRACE), SKIPPED), (logstash("signed in", **row()), ACCEPTED),
        *bodies(lambda text: logback(message=text, throwable=None)),
        (logback(message="{}", arguments=["…"], formattedMessage=json.dumps(row())), ACCEPTED),
        (logback(message="{} failed", throwable={"className": "java.lang.X", "stepArray": [{}]}), SKIPPED),
    ])  # fmt: skip

    def log4j(text: str) -> str:
        return _json({"@timestamp": "2026-11-28T01:30:00.121Z", "ecs.version": "1.2.0", "message": text})

    yield Shipped("log4j/auth-2026-11-28.log", "logback", [
        *bodies(log4j), (_json({"message": "boom", "exception": {"stacktrace": TRACE}}), SKIPPED),
        (_json({"instant": {"epochSecond": 1795829400}, "message": json.dumps(row()), "endOfBatch": False}), ACCEPTED),
    ])  # fmt: skip


def _json(value: Row) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _snappy(content: bytes) -> bytes:
    return bytes(cramjam.snappy.compress_raw(content))
