"""Records in the lines of log shippers are read as if they were plain records, and the books count all other lines."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from pipelines.common.errors import UsageError
from pipelines.reading.sources.mapping import SourceMapping, Unwrap
from pipelines.reading.sources.mapping_use import fault_words, mapping_faults
from pipelines.reading.sources.sources import load_sources, shipped_mappings
from tests.reading_bench import ReadingBench
from tests.support import DataFolder, Row, as_csv, as_parquet, lines, record

SHIPPED = {mapping.name: mapping for mapping in shipped_mappings()}
# The line that each shipper writes for a line of the application.
WRAPPED: dict[str, Callable[[str], str]] = {
    "sls": lambda text: json.dumps(
        {"__time__": 1773115200, "__topic__": "", "__tag__:__path__": "/a", "content": text}
    ),
    "fluent": lambda text: json.dumps({"@timestamp": "2026-03-10T02:00:00.1Z", "log": text, "kubernetes": {"a": "b"}}),
    "filebeat": lambda text: json.dumps(
        {"@timestamp": "2026-03-10T02:00:00.1Z", "log": {"offset": 1}, "message": text}
    ),
    "vector": lambda text: json.dumps({"file": "/a", "host": "h", "message": text, "source_type": "file"}),
    "docker": lambda text: json.dumps({"log": f"{text}\n", "stream": "stdout", "time": "2026-03-10T02:00:00.123456Z"}),
    "cri": lambda text: f"2026-03-10T02:00:00.123456789Z stdout F {text}",
    "logback": lambda text: json.dumps({"level": "INFO", "message": "{}", "formattedMessage": text, "logger": "auth"}),
}
# One of each class: a key, the first of several keys, what Java prints, lines of text.
CLASSES = ("docker", "fluent", "logback", "cri")
NAMES = [
    ("sls/2026/11/24/09/30_1795.json.gz", "sls"), ("fluent_bit/auth.log", "fluent"), ("a/fluentd/b.log", "fluent"),
    ("filebeat/auth-20261124.ndjson", "filebeat"), ("elastic/a.ndjson", "filebeat"), ("vector/a.log", "vector"),
    ("docker/auth.log", "docker"), (f"web/{'0123456789abcdef' * 4}-json.log.1", "docker"),
    ("auth-json.log", "canonical"), ("pods/shop_auth_1/auth/0.log.20261124-031500.gz", "cri"),
    ("node-1/cri/0.log", "cri"), ("log4j/auth-2026-11-24.log", "logback"), ("auth.log", "canonical"),
    ("crisis.csv", "canonical"), ("pods/a.parquet", "canonical"),
    # A folder precedes the name of the file, and an outer folder an inner one.
    ("vector/docker.log", "vector"), ("logback/docker-registry.log", "logback"), ("fluent_bit/docker.log.1", "fluent"),
    ("docker/filebeat/sls.json", "docker"), ("web-1/filebeat/logback.log", "filebeat"), ("web/docker.log", "docker"),
    ("pods/shop_docker-1/fluent/0.log", "cri"), ("sls/a.zip!docker.log", "sls"), ("web/a.zip!docker/b.log", "docker"),
]  # fmt: skip


def wrapped(shipper: str, texts: list[str]) -> bytes:
    return "".join(f"{WRAPPED[shipper](text)}\n" for text in texts).encode()


def test_a_file_is_matched_to_its_shipper_by_its_name(folder: DataFolder) -> None:
    sources = load_sources(folder.root)
    found = [(path, sources.for_file(path)) for path, _ in NAMES]
    assert [(path, mapping and mapping.name) for path, mapping in found] == NAMES


def test_a_mapping_without_an_envelope_reads_as_before() -> None:
    """The digest of a mapping without an envelope is still the same, so that its files are not read again."""
    assert (SHIPPED["canonical"].fingerprint, SHIPPED["umeng_sdk"].fingerprint) == (
        "0ce4802c6b8465ea", "5f8dcc8941948717",
    )  # fmt: skip


@pytest.mark.parametrize("shipper", WRAPPED)
def test_a_record_is_the_same_with_its_envelope_and_without(bench: ReadingBench, shipper: str) -> None:
    rows = [
        record("e1", device_id="d1", phone="13812341234", latency_ms=12, scheme_id='商城 "x"\\'),
        record("e2", latency_ms=None, platform="palm", extra={"a": [1]}),
        record("flat"),
    ]
    texts = [json.dumps(row, ensure_ascii=bool(number)) for number, row in enumerate(rows)]
    # White space around a record changes nothing. A line without the shipper's envelope is a record, too.
    around = [f"{blank}{text}{blank}" for blank, text in zip(("\t", " \v", "   "), texts, strict=True)]
    content = wrapped(shipper, around) + f"{texts[2]}\n".encode()
    within, plain = bench.read(content, mapping=SHIPPED[shipper]), bench.read(lines([*rows, rows[2]]))
    assert within.events == plain.events
    assert (within.books.nulled, within.rejects) == (plain.books.nulled, [])


ODD = (
    "NaN", r'"\ud800"', r'"\ud83d\ude00"', "1.50", "12345678901234567890123", '{"a": [1, 2]}', '"a\tb"', r'"a\u0000"',
)  # fmt: skip
GOOD = json.dumps(record("e1"))
TEXTS = [GOOD.replace('"e1"', odd) for odd in ODD] + [
    f"{GOOD[:-1]},}}", f'{{"event_id": null, {GOOD[1:]}', GOOD * 2,
    "[" * 100_000, '{"a":' * 50_000 + "1" + "}" * 50_000, "[1]", '"x"', "null", "{}",
]  # fmt: skip


def test_a_text_is_held_to_the_rules_of_a_line(bench: ReadingBench) -> None:
    everything = SourceMapping(name="x", files=("*",), where="true", unwrap=Unwrap(record="log"))
    within, plain = bench.read(wrapped("docker", TEXTS), mapping=everything), bench.read("\n".join(TEXTS).encode())
    assert (within.events, within.reasons) == (plain.events, plain.reasons)
    assert len(within.events) > 5
    assert len(within.reasons) > 5


@pytest.mark.parametrize("shipper", WRAPPED)
def test_every_line_is_accepted_rejected_or_skipped(bench: ReadingBench, shipper: str) -> None:
    good = json.dumps(record("e1"))
    bad = json.dumps(record("e2", channel="fax", phone="13812341234", note="of Anna"))
    texts = [
        good,
        "pool: 7 of 20 in use",
        bad,
        good[:40],
        '{"level": "info"}',
        "",
        json.dumps({"event_id": "e3"}),
        good,
    ]
    read = bench.read(wrapped(shipper, texts), mapping=SHIPPED[shipper])
    masked = {**record("e2", channel="fax"), "phone": "***", "note": "***"}
    assert [(line, reason) for line, reason, _ in read.rejects] == [
        (3, "invalid:channel"), (4, "malformed"), (7, "missing:event_time"),
    ]  # fmt: skip
    assert json.loads(read.rejects[0][2]) == masked
    assert read.rejects[1][2] == good[:40]
    assert (read.books.accepted, read.books.rejected, read.books.skipped) == (2, 3, 3)


@pytest.mark.parametrize("shipper", CLASSES)
def test_a_text_that_only_begins_like_an_object_is_skipped(bench: ReadingBench, shipper: str) -> None:
    """A Java logger may write the pattern of a message, or a map, into its line. A cut record, however, begins with a
    key.
    """
    others = ["{} users signed in", "{0} of {1}", "{id=5, name=x}", "{}"]
    cut = ['{"event_id": "e', '{ "event_id"', "{"]
    # A record that was escaped twice, or printed by Python or JavaScript. A map that Java prints has no quotes either.
    faulty = [r"{\"event_id\": \"e1\"}", "{'event_id': 'e1'}"] + (shipper != "logback") * ['{event_id: "e1"}']
    read = bench.read(wrapped(shipper, [*others, *cut, *faulty, json.dumps(record("e1"))]), mapping=SHIPPED[shipper])
    assert read.reasons == [(place, "malformed") for place in range(5, 8 + len(faulty))]
    assert (read.books.accepted, read.books.skipped) == (1, 4)


@pytest.mark.parametrize("shipper", ["fluent", "docker", "cri"])
def test_a_line_of_a_logger_within_that_of_a_shipper_is_unwrapped(bench: ReadingBench, shipper: str) -> None:
    """A Java service in a container prints its record in a line of JSON, which the container's log wraps once more."""
    rows = [record("e1", phone="13812341234", scheme_id='商城 "x"\\'), record("e2", channel="fax")]
    rows += [{name: value for name, value in record("").items() if name != "event_id"}]
    plain = bench.read(lines(rows))
    for logger in ("logback", "filebeat", "docker"):
        texts = [WRAPPED[logger](json.dumps(row, ensure_ascii=False)) for row in rows]
        texts += [WRAPPED[logger]("pool: 7 of 20 in use"), WRAPPED[logger]('no record, but "event_id" in a text')]
        read = bench.read(wrapped(shipper, texts), mapping=SHIPPED[shipper])
        assert (read.events, read.rejects) == (plain.events, plain.rejects), logger
        assert (read.books.accepted, read.books.rejected, read.books.skipped) == (1, 2, 2), logger


def test_the_context_of_a_logger_does_not_hide_the_record_in_its_line(bench: ReadingBench) -> None:
    line = {"message": f"\n{json.dumps(record('e1'))}", "mdc": {"event_id": "4711"}}
    read = bench.read(wrapped("docker", [json.dumps(line)]), mapping=SHIPPED["docker"])
    assert [event["event_id"] for event in read.events] == ["e1"]


def test_another_object_in_a_line_is_not_read_in_place_of_the_record(bench: ReadingBench) -> None:
    answer = json.dumps({"code": 200})
    logged = {"message": answer, "log": json.dumps(record("e1"))}
    without_id = record("") | {"message": answer, "extra": json.dumps({"app_key": "shop"})}
    del without_id["event_id"]
    read = bench.read(wrapped("docker", [json.dumps(logged), json.dumps(without_id)]), mapping=SHIPPED["docker"])
    assert [event["event_id"] for event in read.events] == ["e1"]
    assert [reason for _, reason, _ in read.rejects] == ["missing:event_id"]


def test_a_pod_on_docker_logs_lines_of_docker(bench: ReadingBench) -> None:
    read = bench.read(wrapped("docker", [json.dumps(record("e1")), "pool"]), mapping=SHIPPED["cri"])
    assert (read.books.accepted, read.books.skipped, read.rejects) == (1, 1, [])


@pytest.mark.parametrize("shipper", CLASSES)
def test_an_object_with_one_common_key_is_another_log(bench: ReadingBench, shipper: str) -> None:
    others = [{"message": "x", "channel": "app"}, {"stage": "init"}]
    texts = [json.dumps(other) for other in others]
    read = bench.read(wrapped(shipper, [*texts, json.dumps(record("e1", app_key=None))]), mapping=SHIPPED[shipper])
    assert (read.reasons, read.books.skipped) == ([(3, "missing:app_key")], 2)


def test_a_key_of_its_own_holds_the_line_that_fluent_bit_parsed(bench: ReadingBench) -> None:
    """Fluent Bit has the setting `Merge_Log_Key log_processed`, with `Keep_Log` on (the text is kept) or off."""
    lines_of_it = [
        {"date": 1773115200.12, "log_processed": record("e1"), "kubernetes": {"pod_name": "auth-7d9"}},
        {"date": 1773115200.12, "log": json.dumps(record("e2")), "log_processed": record("e2")},
        {"date": 1773115200.12, "log": "pool", "log_processed": record("e3")},
    ]
    read = bench.read(lines(lines_of_it), mapping=SHIPPED["fluent"])
    assert [event["event_id"] for event in read.events] == ["e1", "e2", "e3"]


def test_a_printed_map_does_not_hide_the_keys_of_a_java_loggers_line(bench: ReadingBench) -> None:
    """`log.info("{}", entries(map))` writes the map twice: as keys of the line, and in Java's form into `message`."""
    printed = "{" + ", ".join(f"{name}={value}" for name, value in record("e1").items()) + "}"
    line = {"@timestamp": "2026-03-10T10:00:00+08:00", "@version": "1", "message": printed, **record("e1")}
    assert [event["event_id"] for event in bench.read(lines([line]), mapping=SHIPPED["logback"]).events] == ["e1"]


@pytest.mark.parametrize("shipper", CLASSES[:3])
def test_a_broken_line_of_a_shipper_is_malformed(bench: ReadingBench, shipper: str) -> None:
    whole = wrapped(shipper, [json.dumps(record("e1"))])
    read = bench.read(whole + whole[:60] + b"\n[1]\n" + whole, mapping=SHIPPED[shipper])
    assert read.reasons == [(2, "malformed"), (3, "malformed")]
    assert (read.books.accepted, read.books.skipped) == (2, 0)


def test_a_line_of_kubernetes_that_is_no_utf_8_is_malformed(bench: ReadingBench) -> None:
    content = wrapped("cri", [json.dumps(record("e1", scheme_id="x"))]).replace(b'"x"', b'"\xff"')
    assert bench.read(content, mapping=SHIPPED["cri"]).reasons == [(1, "malformed")]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_holds_the_record(bench: ReadingBench, kind: str) -> None:
    rows: list[Row] = [
        {"__time__": "1", "content": json.dumps(record("e1"))},
        {"__time__": "2", "content": "pool: 7"},
        {"__time__": "3", "content": json.dumps(record("e2", stage="fax"))},
        {"__time__": "4", "content": '{"event_id": "e'},
    ]
    names = ["__time__", "content"]
    content = (
        as_csv(rows, names) if kind == "csv" else as_parquet({name: [row[name] for row in rows] for name in names})
    )
    read = bench.read(content, f"sls/a.{kind}", SHIPPED["sls"])
    first = 2 if kind == "csv" else 1
    assert [event["event_id"] for event in read.events] == ["e1"]
    assert read.reasons == [(first + 2, "invalid:stage"), (first + 3, "malformed")]
    assert read.books.skipped == 1
    flat = (
        as_csv([record("e1")]) if kind == "csv" else as_parquet({name: [text] for name, text in record("e1").items()})
    )
    assert bench.read(flat, f"sls/a.{kind}", SHIPPED["sls"]).events == bench.read(lines([record("e1")])).events


FOREIGN = {"event_id": "id", "app_key": "'shop'", "channel": "'qq'", "stage": "'login'", "outcome": "'success'"}


def test_a_foreign_record_is_mapped_within_its_envelope(bench: ReadingBench) -> None:
    mapping = SourceMapping(
        name="x", files=("*",), where="kind = 'auth' AND contains(line, 'id')", unwrap=Unwrap(record="log"),
        fields=FOREIGN | {
            "event_time": "envelope ->> '$.time'", "device_id": "record ->> '$.user.device'", "os_version": "log",
        },
    )  # fmt: skip
    texts = [
        json.dumps({"kind": "auth", "id": "e1", "user": {"device": "Anna"}, "log": "inner"}),
        "no JSON",
        json.dumps({"kind": "auth", "id": "", "user": {"device": "Anna"}, "log": "of Anna"}),
    ]
    read = bench.read(wrapped("docker", texts), mapping=mapping)
    assert [(event["event_id"], event["os_version"], str(event["event_time"])) for event in read.events] == [
        ("e1", "inner", "2026-03-10 02:00:00.123000")
    ]
    assert read.rejects == [(3, "invalid:event_id", '{"kind": "***", "id": "***", "user": "***", "log": "***"}')]
    assert (read.books.skipped, mapping_faults(mapping, read.books)) == (1, ["often event_id"])


def test_a_plain_line_is_mapped_within_its_envelope(bench: ReadingBench) -> None:
    unwrap = Unwrap(record="log", format="lines")
    fields = FOREIGN | {"event_id": "split_part(line, ' ', 2)", "event_time": "envelope ->> '$.time'"}
    mapping = SourceMapping(name="x", files=("*",), where="starts_with(line, 'auth ')", unwrap=unwrap, fields=fields)
    read = bench.read(wrapped("docker", ["auth e1", "pool 7", "auth "]), mapping=mapping)
    assert [event["event_id"] for event in read.events] == ["e1"]
    assert (read.rejects, read.books.skipped) == ([(3, "invalid:event_id", "auth ")], 1)


@pytest.mark.parametrize("fields", [{}, FOREIGN | {"event_id": "event_id", "event_time": "event_time"}])
def test_an_unwrap_that_finds_nothing_is_a_fault(bench: ReadingBench, fields: dict[str, str]) -> None:
    mapping = SourceMapping(name="x", files=("*",), unwrap=Unwrap(record="payload"), fields=fields)
    content = wrapped("docker", [json.dumps(record("e1"))])
    faults = mapping_faults(mapping, bench.read(content, mapping=mapping).books)
    assert faults[0] == "unwrap"
    assert fault_words("unwrap").en == "`[unwrap]` finds a text in no record"
    sound = SourceMapping(name="x", files=("*",), unwrap=Unwrap(record="log"), fields=fields)
    assert mapping_faults(sound, bench.read(content, mapping=sound).books) == []


@pytest.mark.parametrize(
    ("unwrap", "what"),
    [('record = "log ="', "not an SQL expression"), ('record = "count(*)"', "`unwrap` cannot be used"),
     ('field = "log"', "field"), ('record = "log"\nformat = "lines"', r"needs \[fields\]")],
)  # fmt: skip
def test_a_wrong_unwrap_is_refused(folder: DataFolder, unwrap: str, what: str) -> None:
    folder.write("sources/x.toml", f'name = "x"\nfiles = ["*"]\n[unwrap]\n{unwrap}\n')
    with pytest.raises(UsageError, match=what):
        load_sources(folder.root)


def test_together_files_keep_their_own_books(bench: ReadingBench) -> None:
    good = json.dumps(record("e1"))
    contents = [wrapped("docker", [good]), wrapped("docker", ["x", good, "{"]), b"", wrapped("docker", ["{"])]
    books = bench.read_together(contents, SHIPPED["docker"])
    assert [(one.accepted, one.rejected, one.skipped) for one in books] == [(1, 0, 0), (1, 1, 1), (0, 0, 0), (0, 1, 0)]
