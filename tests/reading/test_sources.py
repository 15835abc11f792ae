"""Tests which files a source mapping reads, which faults of it are refused, and how shipped mappings read vendors'
logs.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.errors import UsageError
from pipelines.reading.sources.mapping import SourceMapping, Unwrap, format_of
from pipelines.reading.sources.mapping_use import mapping_faults
from pipelines.reading.sources.sources import load_sources
from tests.reading_bench import ReadingBench, limits
from tests.support import DAY, KEY, DataFolder, Row, as_csv, as_parquet, keyed_hash, write_line_source

CHOSEN = [
    ("a.ndjson", "canonical"), ("x/y/a.csv.gz", "canonical"), ("a.parquet", "canonical"), ("a.json.zst", "canonical"),
    ("a.LOG", "canonical"), ("umeng_sdk/a.ndjson", "umeng_sdk"), ("2026/umeng_sdk/03/a.log", "umeng_sdk"),
    ("umeng_sdk-03-10.jsonl", "umeng_sdk"), ("umeng_server/app1/a.ndjson.gz", "umeng_server"), ("a.txt", None),
    ("a.parquet.gz", None), ("README.md", None), ("a.zip!README", None), ("umeng_sdk.zip!x.log", "umeng_sdk"),
    ("day.tgz!pods/a/0.log", "cri"), ("day.zip!sls/2026/a.json", "sls"), ("2026/day.zip!x/sls/a.json", "sls"),
    # Such a name says nothing: the first bytes do.
    ("README", "canonical"), ("auth.gz", "canonical"),
]  # fmt: skip


def test_the_shipped_mappings_share_the_files(folder: DataFolder) -> None:
    sources = load_sources(folder.root)
    found = [(path, sources.for_file(path)) for path, _ in CHOSEN]
    assert [(path, mapping and mapping.name) for path, mapping in found] == CHOSEN


@pytest.mark.parametrize(
    ("path", "form"),
    [("a.ndjson", "ndjson"), ("a.jsonl.gz", "ndjson"), ("a.json", "ndjson"), ("a.log.zst", "ndjson"), ("a.CSV", "csv"),
     ("a.csv.gz", "csv"), ("a.parquet", "parquet"), ("a.parquet.gz", None), ("a.gz", "ndjson"), ("a.log.bz2", "ndjson"),
     ("a.csv.1.snappy", "csv"), ("x.zip!a.csv.gz", "csv"), ("x.tar.gz!y/a", None), ("a.txt", None),
     ("a.log.1", "ndjson"), ("a.log.2.gz", "ndjson"), ("a.log-20261124", "ndjson"), ("a.log.2026-11-24", "ndjson"),
     ("a-2026-11-24.log.zst", "ndjson"), ("a.ndjson.14.zst", "ndjson"), ("a.CSV-20261124.gz", "csv"),
     ("a.csv.2026-11-24", "csv"), ("a.log-2026112403", "ndjson"), ("a.log.2026-11-24_03-00-00", "ndjson"),
     ("a.log-20261124-1795399200.gz", "ndjson"), ("a.log.1795399200", "ndjson"), ("a.json.gz.1", "ndjson"),
     ("a.parquet.1", "parquet"), ("a.parquet.1.gz", None), ("a.1", "ndjson"), ("a.txt.1", None), ("a.log.old", None),
     ("a.log.12345", None), ("d.log/1", "ndjson")],
)  # fmt: skip
def test_the_suffix_tells_the_format(path: str, form: str | None) -> None:
    assert format_of(path) == form


# The page of a gateway in the place of the answer of the vendor.
BAD_GATEWAY = "<html><title>502 Bad Gateway</title></html>"
ROTATED = (
    "auth.log.1", "auth.log.2.gz", "auth.log-20261124", "auth.log-20261124.gz", "auth.log.2026-11-24",
    "auth-2026-11-24.log.zst", "auth.1.log", "auth-20261124.log.gz", "auth.log.gz.1", "auth.log.2026-11-24-1",
    "auth-2026-11-24-12.log.gz",
)  # fmt: skip


@pytest.mark.parametrize("files", ["auth.log", "*.log", "gw/auth.log", "gw/*"])
def test_a_pattern_also_fits_the_names_that_log_rotation_makes(folder: DataFolder, files: str) -> None:
    folder.write("sources/mine.toml", f'name = "mine"\nfiles = ["{files}"]\n')
    sources = load_sources(folder.root)
    found = [sources.for_file(f"gw/{name}") for name in ROTATED]
    assert {mapping.name for mapping in found if mapping} == {"mine"}
    assert all(found)
    assert all(sources.named("mine").matches(f"gw/{name}") for name in ROTATED)


def test_a_pattern_that_fits_the_name_as_it_is_comes_first(folder: DataFolder) -> None:
    folder.write("sources/a.toml", 'name = "a"\nfiles = ["shop.log"]\n')
    folder.write("sources/b.toml", 'name = "b"\nfiles = ["shop-*.log"]\n')
    sources = load_sources(folder.root)
    names = ("shop.log", "shop.log.1", "shop-2026-11-24.log", "shop-2026-11-24.log.1", "shop-x.log")
    found = [sources.for_file(name) for name in names]
    assert [mapping.name for mapping in found if mapping] == ["a", "a", "b", "b", "b"]


OWN = 'name = "nginx"\nfiles = ["nginx/*.log"]\nformat = "lines"\n[fields]\nevent_id = "md5(line)"\n'


def test_a_users_mapping_comes_before_the_shipped_ones(folder: DataFolder) -> None:
    folder.write("sources/nginx.toml", OWN)
    folder.write("sources/mine.toml", OWN.replace('"nginx"', '"umeng_sdk"'))
    sources = load_sources(folder.root)
    names = [mapping.name for mapping in sources.mappings]
    assert (names[:3], names[-1]) == (["nginx", "umeng_sdk", "aliyun_server"], "canonical")
    assert names[2:-1] == sorted(names[2:-1])
    assert sources.named("umeng_sdk").files == ("nginx/*.log",)
    # Also where a shipped one matches the name as it is.
    folder.write("sources/auth.toml", 'name = "auth"\nfiles = ["docker/auth.log"]\n')
    found = load_sources(folder.root).for_file("docker/auth.log.1")
    assert found
    assert found.name == "auth"


REFUSED = {
    'name = "x"\nfiles = ["*"]\n[fields]\ndevice = "a"\n': "unknown field device",
    'name = "x"\nfiles = ["*"]\nfilter = "a"\n': "`filter`",
    'name = "X y"\nfiles = ["*"]\n': "`name`",
    'name = "x"\n': "`files`",
    'name = "x"\nfiles = []\n': "`files`",
    'name = "x"\nfiles = ["*"]\nformat = "xml"\n': "`format`",
    'name = "x"\nfiles = ["*"]\ntimezone = "China"\n': "`timezone`",
    'name = "x"\nfiles = ["*"]\nformat = "lines"\n': "needs [fields]",
    'name = "x"\nfiles = "a"\n': '`files` must be a list, such as ["a", "b"]',
    'name = "x\nfiles = ["*"]\n': "not valid TOML",
    'name = "x"\nfiles = ["*"]\nwhere = "a = "\n': "not an SQL expression",
    'name = "x"\nfiles = ["*"]\n[fields]\nevent_id = "(SELECT 1)"\n': "not a query",
    'name = "x"\nfiles = ["*"]\n[fields]\nevent_id = "a) FROM read_csv(\'/etc/passwd\'"\n': "",
    'name = "x"\nfiles = ["*"]\n[fields]\nevent_id = "a); SELECT (b"\n': "",
    'name = "x"\nfiles = ["*"]\nwhere = "EXISTS (FROM t)"\n': "not a query",
    'name = "x"\nfiles = ["*"]\nwhere = "a IN (SELECT 1)"\n': "not a query",
    'name = "x"\nfiles = ["*"]\n[fields]\ndevice_id = ""\n': "one expression",
    'name = "x"\nfiles = ["*"]\n[fields]\ndevice_id = "a, b"\n': "one expression",
    'name = "x"\nfiles = ["*"]\n[fields]\ndevice_id = "a,"\n': "one expression",
    'name = "x"\nfiles = ["*"]\n[fields]\ndevice_id = "()"\n': "one expression",
    'name = "x"\nfiles = ["*"]\n[fields]\ndevice_id = "SELECT a"\n': "not a query",
    'name = "x"\nfiles = ["*"]\n[fields]\ndevice_id = "COLUMNS(*)"\n': "one expression",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_mapping_that_cannot_be_used_is_refused_with_its_place(folder: DataFolder, text: str) -> None:
    folder.write("sources/x.toml", text)
    with pytest.raises(UsageError) as refused:
        load_sources(folder.root)
    assert REFUSED[text] in str(refused.value)
    assert "x.toml" in refused.value.where or refused.value.where.startswith("source x: ")
    assert refused.value.do


def test_a_mapping_that_is_a_link_that_leads_nowhere_is_refused(folder: DataFolder) -> None:
    link = folder.write("sources/x.toml", "")
    link.unlink()
    link.symlink_to(folder.root / "nothing")
    with pytest.raises(UsageError, match="The file cannot be read") as refused:
        load_sources(folder.root)
    assert refused.value.where == str(link)


def test_two_mappings_of_one_name_are_refused(folder: DataFolder) -> None:
    folder.write("sources/a.toml", OWN)
    folder.write("sources/b.toml", OWN)
    with pytest.raises(UsageError, match="Two mappings have the name 'nginx'"):
        load_sources(folder.root)


def test_two_mappings_of_one_name_are_refused_whatever_stands_between(folder: DataFolder) -> None:
    folder.write("sources/a.toml", OWN)
    folder.write("sources/b.toml", OWN.replace('"nginx"', '"other"'))
    folder.write("sources/c.toml", OWN)
    with pytest.raises(UsageError, match="Two mappings have the name 'nginx'"):
        load_sources(folder.root)


def test_hidden_files_beside_the_mappings_are_left_alone(folder: DataFolder) -> None:
    write_line_source(folder.root, "line")
    sources = folder.root / "sources"
    (sources / "._x.toml").write_bytes(b"\0\x05\x16\x07\xff")
    (sources / ".#x.toml").symlink_to("an editor's lock")
    (sources / "old.toml").mkdir()
    assert load_sources(folder.root).for_file("a.txt") == load_sources(folder.root).named("x")


def test_an_unknown_name_lists_the_known_ones(folder: DataFolder) -> None:
    with pytest.raises(UsageError) as refused:
        load_sources(folder.root).named("umeng")
    assert "aliyun_server, canonical, cri, docker" in refused.value.do


def test_a_raw_column_keeps_its_case(bench: ReadingBench) -> None:
    mapping = SourceMapping(name="x", files=("*",), format="ndjson", fields=SAME | {"account_id": '"userId"'})
    assert mapping.columns == tuple(sorted({*SAME, "userId"}))
    read = bench.read(ndjson(good("e1") | {"userId": "u1"}, good("e2") | {"userid": "u2"}), mapping=mapping)
    assert [event["account_id"] for event in read.events] == ["u1", None]


SAME = {name: name for name in ("event_id", "event_time", "app_key", "channel", "stage", "outcome")}


def good(event_id: str) -> Row:
    return {
        "event_id": event_id,
        "event_time": f"{DAY} 10:00:00",
        "app_key": "shop",
        "channel": "qq",
        "stage": "login",
        "outcome": "success",
    }


def ndjson(*rows: Any) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def test_where_skips_what_is_no_record_and_counts_it(bench: ReadingBench) -> None:
    mapping = SourceMapping(name="x", files=("*",), format="ndjson", where="kind = 'login'", fields=SAME)
    rows = [
        good("e1") | {"kind": "login"},
        good("e2") | {"kind": "ping"},
        good("e3"),
        good("e4") | {"kind": "login", "channel": "fax"},
    ]
    read = bench.read(ndjson(*rows, b"not json"), mapping=mapping)
    assert [event["event_id"] for event in read.events] == ["e1"]
    assert read.reasons == [(4, "invalid:channel"), (5, "malformed")]
    assert (read.books.records_read, read.books.skipped) == (3, 2)


def test_a_time_without_offset_is_of_the_mappings_zone(bench: ReadingBench) -> None:
    mapping = SourceMapping(name="x", files=("*",), format="ndjson", timezone="UTC", fields=SAME)
    event = bench.read(ndjson(good("e1")), mapping=mapping, reading=limits(source_zone="UTC")).event("e1")
    assert (event["event_time"], event["day"]) == (datetime.fromisoformat("2026-03-10T10:00:00"), DAY)


def test_an_expression_that_fails_on_one_record_costs_that_field_alone(bench: ReadingBench) -> None:
    mapping = SourceMapping(
        name="x", files=("*",), format="ndjson", fields=SAME | {"latency_ms": "(seconds::DOUBLE * 1000)::INTEGER"}
    )
    read = bench.read(ndjson(good("e1") | {"seconds": 0.18}, good("e2") | {"seconds": "slow"}), mapping=mapping)
    assert [event["latency_ms"] for event in read.events] == [180, None]


def test_an_unknown_time_zone_costs_that_field_alone(bench: ReadingBench) -> None:
    time = "event_time::TIMESTAMP AT TIME ZONE"
    fields = SAME | {"event_time": f"{time} zone", "scheme_id": f"({time} 'Asia/Shangai')::VARCHAR"}
    mapping = SourceMapping(name="x", files=("*",), fields=fields)
    zones = ["Asia/Tokyo", "Mars", "", "Asia/Tokyo ", "Asia/Tokyo\v", None]
    read = bench.read(ndjson(*(good(f"e{n}") | {"zone": zone} for n, zone in enumerate(zones))), mapping=mapping)
    assert read.event("e0")["event_time"] == datetime.fromisoformat(f"{DAY}T01:00:00")
    assert read.reasons == [*((line, "invalid:event_time") for line in range(2, 6)), (6, "missing:event_time")]
    assert read.books.nulled == {"scheme_id": 1}


def test_an_empty_carrier_is_kept_by_a_mapping_because_copies_compare_it(bench: ReadingBench) -> None:
    mapping = SourceMapping(name="x", files=("*",), format="ndjson", fields=SAME | {"carrier": "operator"})
    read = bench.read(ndjson(good("e1") | {"operator": ""}, good("e2")), mapping=mapping)
    assert (read.event("e1")["carrier"], read.event("e2")["carrier"]) == ("", None)


def test_a_failed_expression_of_the_carrier_leaves_none_and_is_counted(bench: ReadingBench) -> None:
    mapping = SourceMapping(name="x", files=("*",), format="ndjson", fields=SAME | {"carrier": "seconds::INTEGER"})
    read = bench.read(ndjson(good("e1") | {"seconds": "slow"}), mapping=mapping)
    assert (read.event("e1")["carrier"], read.books.nulled) == (None, {"carrier": 1})


def test_an_expression_over_what_is_not_there_is_refused_by_name(bench: ReadingBench) -> None:
    mapping = SourceMapping(
        name="x", files=("*",), format="lines", fields=SAME | {"event_id": "no_such_function(line)"}
    )
    with pytest.raises(UsageError, match="`event_id` cannot be used"):
        bench.read(b"a line\n", mapping=mapping)


def test_lines_are_parsed_by_expressions(bench: ReadingBench) -> None:
    fields = {
        "event_id": "md5(line)", "event_time": "strptime(split_part(line, ' ', 1), '%Y-%m-%dT%H:%M:%S')",
        "app_key": "'shop'",
        "channel": "'wechat'", "stage": "'login'",
        "outcome": "CASE WHEN line LIKE '% 200 %' THEN 'success' ELSE 'error' END",
    }  # fmt: skip
    mapping = SourceMapping(name="x", files=("*",), format="lines", where="contains(line, '/login')", fields=fields)
    read = bench.read(
        b"2026-03-10T10:00:00 200 /login\n2026-03-10T10:00:01 500 /login\r\n2026-03-10T10:00:02 200 /ping\nx /login\n",
        mapping=mapping,
    )
    assert sorted((event["event_time"], event["outcome"]) for event in read.events) == [
        (datetime.fromisoformat("2026-03-10T02:00:00"), "success"),
        (datetime.fromisoformat("2026-03-10T02:00:01"), "error"),
    ]  # fmt: skip
    assert (read.reasons, read.books.skipped) == ([(4, "invalid:event_time")], 1)


def test_a_csv_column_may_be_called_as_a_field_is(bench: ReadingBench) -> None:
    fields = SAME | {
        "event_id": "id",
        "event_time": "time",
        "channel": "CASE channel WHEN '1' THEN 'qq' ELSE 'weibo' END",
    }
    mapping = SourceMapping(name="x", files=("*",), format="csv", fields=fields)
    content = (
        b"id,time,app_key,channel,stage,outcome\n"
        b"e1,2026-03-10 10:00:00,shop,1,login,success\ne2,2026-03-10 10:00:00,shop,2,login,success\n"
    )
    read = bench.read(content, "a.csv", mapping)
    assert [(event["event_id"], event["channel"]) for event in read.events] == [("e1", "qq"), ("e2", "weibo")]


def test_a_column_that_lines_do_not_have_is_absent(bench: ReadingBench) -> None:
    fields = {"event_id": "md5(line)", "event_time": "record ->> '$.time'", "app_key": "app"}
    mapping = SourceMapping(name="x", files=("*",), format="lines", fields=fields)
    read = bench.read(b"a line\n", "a.log", mapping)
    assert read.reasons == [(1, "missing:event_time")]
    assert mapping_faults(mapping, read.books) == ["column app", "empty event_time", "empty app_key"]


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_may_be_called_record(bench: ReadingBench, kind: str) -> None:
    mapping = SourceMapping(name="x", files=("*",), fields=SAME | {"result_code": "record"})
    for row in (good("e1") | {"record": "600000"}, good("e1")):
        content = as_csv([row], [*row]) if kind == "csv" else as_parquet({name: [row[name]] for name in row})
        assert bench.read(content, f"a.{kind}", mapping).event("e1")["result_code"] == row.get("record")


@pytest.mark.parametrize("key", ["file_index", "File_Index", "filename"])
def test_a_key_may_be_called_as_a_column_of_the_reader_is(bench: ReadingBench, key: str) -> None:
    mapping = SourceMapping(name="x", files=("*",), fields=SAME | {"scheme_id": key})
    read = bench.read(ndjson(good("e1") | {key: "one"}, good("e2") | {key: "two"}), mapping=mapping)
    assert [event["scheme_id"] for event in read.events] == ["one", "two"]


@pytest.mark.parametrize(
    "name", ["row file", "row state", "row line", "row text", "row cell 0", "row is within", "raw event_id", "whole"]
)
def test_a_column_may_be_called_as_a_column_of_the_query_is(bench: ReadingBench, name: str) -> None:
    mapping = SourceMapping(name="x", files=("*",), fields=SAME | {"scheme_id": f'"{name}"'})
    within = mapping.model_copy(update={"unwrap": Unwrap(record=f'"{name}"')})
    row = good("e1") | {name: "one"}
    for content, path, source in (
        (ndjson(row), "a.ndjson", mapping), (as_csv([row], [*row]), "a.csv", mapping),
        (as_parquet({column: [value] for column, value in row.items()}), "a.parquet", mapping),
        (ndjson({name: json.dumps(row)}), "a.ndjson", within),
        (as_csv([{"id": 1, name: json.dumps(row)}], ["id", name]), "a.csv", within),
    ):  # fmt: skip
        assert bench.read(content, path, source).event("e1")["scheme_id"] == "one"


def test_an_expression_may_have_words_behind_a_dollar_sign(bench: ReadingBench) -> None:
    fields = SAME | {
        "event_id": """record ->> '$.id."$oid"'""",
        "event_time": """record ->> '$.at."$date"'""",
        "scheme_id": "CASE WHEN scheme_id = '$oldest' THEN '$x' END",
    }
    mapping = SourceMapping(name="x", files=("*",), fields=fields)
    row = good("") | {"id": {"$oid": "e1"}, "at": {"$date": f"{DAY}T02:00:00Z"}, "scheme_id": "$oldest"}
    event = bench.read(ndjson(row), mapping=mapping).event("e1")
    assert (event["event_time"], event["scheme_id"]) == (datetime.fromisoformat(f"{DAY}T02:00:00"), "$x")


def test_the_clock_is_a_function_and_no_column(bench: ReadingBench) -> None:
    fields = SAME | {"scheme_id": "today() > '2026-01-01'", "os_version": "current_date"}
    mapping = SourceMapping(name="x", files=("*",), fields=fields)
    event = bench.read(ndjson(good("e1") | {"current_date": "a column"}), mapping=mapping).event("e1")
    assert (event["scheme_id"], event["os_version"]) == ("true", "a column")


def test_a_text_may_be_a_word_of_the_parser(bench: ReadingBench) -> None:
    mapping = SourceMapping(name="x", files=("*",), fields=SAME | {"scheme_id": "'SUBQUERY'", "os_version": "'STAR'"})
    event = bench.read(ndjson(good("e1")), mapping=mapping).event("e1")
    assert (event["scheme_id"], event["os_version"]) == ("SUBQUERY", "STAR")


def test_an_arrow_reaches_into_json_and_is_no_lambda(bench: ReadingBench) -> None:
    fields = SAME | {"channel": "'fax'", "scheme_id": "(record -> '$.s') ->> '$.id'", "phone": "(vendor::JSON -> 'p')"}
    mapping = SourceMapping(name="x", files=("*",), fields=fields)
    row = good("e1") | {"s": {"id": "s1"}, "vendor": {"p": "Eve"}}
    ((_, _, text),) = bench.read(ndjson(row), mapping=mapping).rejects
    assert json.loads(text)["vendor"] == "***"
    kept = mapping.model_copy(update={"fields": fields | {"channel": "'qq'"}})
    assert bench.read(ndjson(row), mapping=kept).event("e1")["scheme_id"] == "s1"


@pytest.mark.parametrize("kind", ["ndjson", "csv"])
def test_what_a_mapping_makes_devices_and_people_of_is_hidden(bench: ReadingBench, kind: str) -> None:
    # A raw column may be called as a field is: `vendor` holds devices here.
    fields = SAME | {"channel": "'fax'", "device_id": "vendor", "account_id": "scheme_id"}
    mapping = SourceMapping(name="x", files=("*",), fields=fields)
    row = good("e1") | {"vendor": "Anna's phone", "scheme_id": "Eve", "kind": "x", "os_version": "of Anna's phone"}
    content = ndjson(row) if kind == "ndjson" else as_csv([row], [*row])
    ((_, reason, text),) = bench.read(content, f"a.{kind}", mapping).rejects
    assert reason == "invalid:channel"
    seen = good("e1") | {"vendor": "***", "scheme_id": "***", "kind": "***", "os_version": "of ***"}
    assert text == (json.dumps(seen) if kind == "ndjson" else ",".join(seen.values()))


def test_of_a_line_the_device_that_a_mapping_finds_is_hidden(bench: ReadingBench) -> None:
    fields = {"event_id": "line[1:2]", "device_id": "split_part(line, '|', 2)"}
    mapping = SourceMapping(name="x", files=("*",), format="lines", fields=fields)
    ((_, _, text),) = bench.read(b"e1|Anna|login|13912350004\n", "a.log", mapping).rejects
    assert text == "e1|***|login|***"


# Tests of the shipped mappings pair a callback or a response with the record that it must become.
NOON = 1773115200000  # 2026-03-10 12:00 in Shanghai


def sdk(code: str, **more: object) -> Row:
    return {"appKey": "shop", "time": NOON, "deviceId": "d1", "requestId": f"r{code}", "code": code, **more}


def test_umeng_sdk_turns_callbacks_into_steps(bench: ReadingBench, folder: DataFolder) -> None:
    mapping = load_sources(folder.root).named("umeng_sdk")
    rows = [
        sdk("600000", vendorName="cm_zyhl", platform="Android", sdkVersion="2.13.0", token="t", eventId="authorized"),
        sdk("600001", eventId="shown"),
        sdk("600024", eventId="fetched"),
        sdk("600012", eventId="not fetched"),
        sdk("700000", eventId="gone back"),
        sdk("700003", eventId="no step"),
        {"appKey": "shop", "time": NOON, "resultCode": "600011", "os": "iOS", "eventId": "ios code"},
        {"appKey": "shop", "time": NOON, "callback": {"code": "600015", "vendorName": "CT"}, "eventId": "nested"},
        {"appKey": "shop", "time": NOON, "msg": "no code", "eventId": "no callback"},
        {"time": NOON, "code": "600000", "eventId": "no app"},
    ]
    read = bench.read(ndjson(*rows), mapping=mapping)
    found = {
        event["event_id"]: (event["stage"], event["result_code"], event["carrier"], event["platform"])
        for event in read.events
    }
    assert found == {
        "authorized": ("authorize", "600000", "cm_zyhl", "android"),
        "shown": ("page", "600001", None, None),
        "fetched": ("prefetch", "600024", None, None),
        "not fetched": ("prefetch", "600012", None, None),
        "gone back": ("authorize", "700000", None, None),
        "ios code": ("authorize", "600011", None, "ios"),
        "nested": ("authorize", "600015", "CT", None),
    }
    assert {(event["channel"], event["vendor"], event["day"]) for event in read.events} == {
        ("one_click", "umeng", date(2026, 3, 10))
    }
    assert read.event("authorized")["device_hash"] == keyed_hash("d1", KEY)
    assert (read.reasons, read.books.skipped) == ([(10, "missing:app_key")], 2)


def test_umeng_sdk_counts_as_authorized_only_what_the_token_call_answered(
    bench: ReadingBench, folder: DataFolder
) -> None:
    mapping = load_sources(folder.root).named("umeng_sdk")
    ios: Row = {"appKey": "shop", "time": NOON, "platform": "iOS", "resultCode": "600000"}
    rows = [
        ios | {"eventId": "token", "token": "t"},
        ios | {"eventId": "named", "method": "getLoginTokenWithTimeout:controller:model:complete:"},
        ios | {"eventId": "said", "stage": "authorize"},
        sdk("600000", eventId="android", platform="Android"),
        sdk("600000", eventId="android token", platform="Android", token="t"),
        sdk("600000", eventId="nested", callback={"token": "t"}),
        ios | {"eventId": "nothing"},
        ios | {"eventId": "empty token", "token": ""},
        ios | {"eventId": "check", "method": "checkEnvAvailableWithAuthType:complete:"},
        ios | {"eventId": "fetch", "method": "accelerateLoginPageWithTimeout:complete:", "token": "t"},
        ios | {"eventId": "no fetch", "method": "accelerateLoginPageWithTimeout:complete:", "resultCode": "600011"},
        ios | {"eventId": "start", "method": "setAuthSDKInfo:complete:"},
        ios | {"eventId": "number", "method": "getVerifyTokenWithTimeout:complete:", "token": "t"},
    ]
    read = bench.read(ndjson(*rows), mapping=mapping)
    stages = {event["event_id"]: event["stage"] for event in read.events}
    assert {name for name, stage in stages.items() if stage == "authorize"} == {
        "token", "named", "said", "android token", "nested", "number",
    }  # fmt: skip
    assert {name for name, stage in stages.items() if stage == "prefetch"} == {
        "nothing", "android", "empty token", "check", "fetch", "no fetch",
    }  # fmt: skip
    assert [event["event_id"] for event in read.events if event["channel"] == "local_verify"] == ["number"]
    assert (read.books.skipped, read.rejects) == (1, [])


def test_umeng_sdk_tells_a_press_without_consent(bench: ReadingBench, folder: DataFolder) -> None:
    mapping = load_sources(folder.root).named("umeng_sdk")
    rows = [
        sdk("700002", eventId="no", isChecked=False),
        sdk("700002", eventId="zero", callback={"isChecked": 0}),
        sdk("700002", eventId="in text", jsonString='{"isChecked":false}'),
        sdk("700002", eventId="yes", isChecked=True),
        sdk("700002", eventId="not said", jsonString="-"),
        sdk("600011", eventId="other", isChecked=False),
    ]
    read = bench.read(ndjson(*rows), mapping=mapping)
    assert {event["event_id"]: (event["stage"], event["outcome"]) for event in read.events} == {
        "no": ("click", "unchecked"),
        "zero": ("click", "unchecked"),
        "in text": ("click", "unchecked"),
        "yes": ("click", None),
        "not said": ("click", None),
        "other": ("authorize", None),
    }


def test_umeng_sdk_makes_a_stable_id_where_there_is_none(bench: ReadingBench, folder: DataFolder) -> None:
    mapping = load_sources(folder.root).named("umeng_sdk")
    one = bench.read(ndjson(sdk("600000"), sdk("600000", time=NOON + 1)), mapping=mapping).events
    again = bench.read(ndjson(sdk("600000")), mapping=mapping).events
    assert len({event["event_id"] for event in one}) == 2
    assert again[0]["event_id"] in {event["event_id"] for event in one}


def test_umeng_server_turns_answers_into_verifications(bench: ReadingBench, folder: DataFolder) -> None:
    mapping = load_sources(folder.root).named("umeng_server")

    def call(event_id: str, api: str, response: Row | str, **more: object) -> Row:
        return {
            "eventId": event_id,
            "time": "2026-03-10T12:00:00+08:00",
            "appKey": "shop",
            "api": f"/api/v1/mobile/{api}",
            "response": response,
            **more,
        }

    number = {"mobile": "13820888866"}
    rows = [
        call("number", "info", {"success": True, "code": "OK", "data": number}, latencyMs=180),
        call("no number", "info", {"success": True, "code": "OK", "data": {}}),
        call("refused", "info", {"success": False, "code": "isv.LIMIT"}),
        call("no answer", "info", {}),
        call("no JSON", "info", BAD_GATEWAY),
        call(
            "passed", "verify", {"success": True, "code": "OK", "data": {"verifyResult": "PASS"}}, phone="13820888866"
        ),
        call("other number", "verify", {"success": True, "code": "OK", "data": {"verifyResult": "REJECT"}}),
        call("cannot tell", "verify", {"success": True, "code": "OK", "data": {"verifyResult": "unknown"}}),
        call("not checked", "verify", {"success": False, "code": "isv.LIMIT"}),
        call("something else", "token", {"success": True}),
    ]
    read = bench.read(ndjson(*rows), mapping=mapping)
    assert {event["event_id"]: (event["channel"], event["outcome"], event["result_code"]) for event in read.events} == {
        "number": ("one_click", "success", "OK"),
        "no number": ("one_click", "error", "OK"),
        "refused": ("one_click", None, "isv.LIMIT"),
        "no answer": ("one_click", "error", None),
        "no JSON": ("one_click", "error", None),
        "passed": ("local_verify", "success", "OK"),
        "other number": ("local_verify", "mismatch", "OK"),
        "cannot tell": ("local_verify", "unknown", "OK"),
        "not checked": ("local_verify", None, "isv.LIMIT"),
    }
    assert {(event["stage"], event["vendor"]) for event in read.events} == {("verify", "umeng")}
    assert (read.event("number")["latency_ms"], read.event("number")["phone_mask"]) == (180, "138****8866")
    assert read.event("passed")["phone_hash"] == read.event("number")["phone_hash"]
    assert (read.rejects, read.books.skipped) == ([], 1)


def test_aliyun_server_turns_answers_into_records(bench: ReadingBench, folder: DataFolder) -> None:
    mapping = load_sources(folder.root).named("aliyun_server")

    def call(event_id: str, api: str, response: Row | str | None, **more: object) -> Row:
        return {"eventId": event_id, "time": NOON, "appKey": "shop", "api": api, "response": response, **more}

    def answer(result: str, **more: object) -> Row:
        return {"Code": "OK", "Success": True, "RequestId": "r", "Model": {"VerifyResult": result, **more}}

    number = {"GetMobileResultDTO": {"Mobile": "13820888866"}}
    rows = [
        call("number", "GetMobile", {"Code": "OK", **number}),
        call("no number", "GetMobile", {"Code": "OK"}),
        call("other number", "VerifyMobile", {"Code": "OK", "GateVerifyResultDTO": {"VerifyResult": "REJECT"}}),
        call("fused", "VerifyWithFusionAuthToken", answer("PASS", PhoneNumber="13820888866")),
        call("not fused", "VerifyWithFusionAuthToken", {"code": "OK", "model": {"verifyResult": "UNKNOWN"}}),
        call("fused by text", "VerifyWithFusionAuthToken", answer("PASS"), channel="sms"),
        call("no scene", "VerifyWithFusionAuthToken", {"Code": "SceneQueryFail"}),
        call("sent", "SendSmsVerifyCode", {"Code": "OK", "Model": {"OutId": "o1"}}, phone="13820888866"),
        call("too often", "SendSms", {"Code": "isv.BUSINESS_LIMIT_CONTROL"}),
        call("no answer", "SendSms", None),
        call("no JSON", "VerifyMobile", BAD_GATEWAY),
        call("right", "CheckSmsVerifyCode", answer("PASS", OutId="o1")),
        call("wrong", "CheckSmsVerifyCode", answer("UNKNOWN")),
        call("refused", "CheckSmsVerifyCode", {"Code": "isv.ValidateFail"}),
        call("something else", "GetFusionAuthToken", {"Code": "OK"}),
    ]
    read = bench.read(ndjson(*rows), mapping=mapping)
    found = {
        event["event_id"]: (event["vendor"], event["channel"], event["stage"], event["outcome"], event["result_code"])
        for event in read.events
    }
    assert found == {
        "number": ("aliyun", "one_click", "verify", "success", "OK"),
        "no number": ("aliyun", "one_click", "verify", "error", "OK"),
        "other number": ("aliyun", "local_verify", "verify", "mismatch", "OK"),
        "fused": ("aliyun", "one_click", "verify", "success", "OK"),
        "not fused": ("aliyun", "one_click", "verify", "error", "OK"),
        "fused by text": ("aliyun", "sms", "verify", "success", "OK"),
        "no scene": ("aliyun", "one_click", "verify", None, "SceneQueryFail"),
        "sent": ("aliyun_sms", "sms", "click", None, "OK"),
        "too often": ("aliyun_sms", "sms", "click", None, "isv.BUSINESS_LIMIT_CONTROL"),
        "no answer": ("aliyun_sms", "sms", "click", "error", None),
        "no JSON": ("aliyun", "local_verify", "verify", "error", None),
        "right": ("aliyun_sms", "sms", "authorize", "success", "OK"),
        "wrong": ("aliyun_sms", "sms", "authorize", "mismatch", "OK"),
        "refused": ("aliyun_sms", "sms", "authorize", None, "isv.ValidateFail"),
    }
    assert {read.event(name)["phone_mask"] for name in ("number", "fused", "sent")} == {"138****8866"}
    assert read.event("sent")["attempt_id"] == read.event("right")["attempt_id"] == "o1"
    assert (read.rejects, read.books.skipped) == ([], 1)


def test_tencent_sms_turns_answers_into_records(bench: ReadingBench, folder: DataFolder) -> None:
    mapping = load_sources(folder.root).named("tencent_sms")
    status = {"SerialNo": "5", "PhoneNumber": "+8613820888866", "Fee": 1}
    rows = [
        {"eventId": "sent", "response": {"Response": {"SendStatusSet": [status | {"Code": "Ok"}], "RequestId": "r"}}},
        {"SendStatusSet": [status | {"Code": "LimitExceeded.PhoneNumberDailyLimit"}], "RequestId": "limited"},
        {"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}, "RequestId": "refused"}},
        {"eventId": "no answer", "error": "timed out"},
        {"eventId": "no JSON", "response": BAD_GATEWAY},
    ]
    common = {"time": NOON, "appKey": "shop", "action": "SendSms"}
    read = bench.read(ndjson(*(common | row for row in rows), common | {"action": "AddSmsSign"}), mapping=mapping)
    assert {event["event_id"]: (event["outcome"], event["result_code"]) for event in read.events} == {
        "sent": (None, "Ok"),
        "limited": (None, "LimitExceeded.PhoneNumberDailyLimit"),
        "refused": (None, "AuthFailure.SignatureFailure"),
        "no answer": ("error", None),
        "no JSON": ("error", None),
    }
    assert {(event["vendor"], event["channel"], event["stage"]) for event in read.events} == {
        ("tencent_sms", "sms", "click")
    }
    assert read.event("sent")["phone_hash"] == keyed_hash("13820888866", KEY)
    assert (read.rejects, read.books.skipped) == ([], 1)


@pytest.mark.parametrize(
    "expression",
    ["count(*)", "unnest([1, 2])", "nosuchfunction(line)", "line.a.b", "gen_random_uuid()", "row_number() OVER ()"],
)
def test_an_expression_that_gives_no_value_for_each_record_is_refused(tmp_path: Path, expression: str) -> None:
    write_line_source(tmp_path, expression)
    with pytest.raises(UsageError, match="event_id"):
        load_sources(tmp_path)


def test_a_where_that_is_no_condition_is_refused(folder: DataFolder) -> None:
    text = 'name = "x"\nfiles = ["*.txt"]\nformat = "lines"\n[fields]\nevent_id = "line"\n'
    folder.write("sources/x.toml", f"where = \"regexp_extract(line, 'auth')\"\n{text}")
    with pytest.raises(UsageError, match="The expression of `where` cannot be used"):
        load_sources(folder.root)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[fields]\nresult_code = 'coalesce(\"Code\", code)'\n", "Code and code"),
        ("where = '\"Stage\" IS NULL'\n", "Stage and stage"),
        ("[fields]\nstage = 'x'\n[unwrap]\nrecord = 'coalesce(log, \"Log\")'\n", "Log and log"),
    ],
)
def test_columns_that_differ_in_case_alone_are_refused(folder: DataFolder, text: str, names: str) -> None:
    folder.write("sources/x.toml", f'name = "x"\nfiles = ["*"]\n{text}')
    with pytest.raises(UsageError, match=f"the columns {names}, which differ in case alone"):
        load_sources(folder.root)


def test_all_that_is_wrong_with_any_mapping_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    for name, text in {
        "a": 'name = "a"\nfiles = ["*"]\nwhere = "a ="\n'
        '[fields]\nevent_id = "nosuch(line)"\nphone = "count(*)"\nstage = "x"\n',
        "b": 'name = "b"\nfiles = ["*"]\n[fields]\ndevice = "a"\n',
        "c": 'name = "c"\nfiles = ["*"]\n[fields]\nevent_id = "a"\n',
        "d": 'name = "c"\nfiles = ["*"]\n',
    }.items():
        (tmp_path / "sources" / f"{name}.toml").write_text(text)
    with pytest.raises(UsageError) as refused:
        load_sources(tmp_path)
    said = refused.value.what.splitlines()
    assert said[0] == "5 faults in the source mappings:"
    words = (
        "`event_id` cannot be used",
        "`phone` cannot be used",
        "not an SQL expression",
        "unknown field device",
        "'c'",
    )
    assert all(word in line for word, line in zip(words, said[1:], strict=True))
    assert all("a.toml" in line for line in said[1:3])


def test_a_mapping_is_idle_where_no_file_is_for_it(folder: DataFolder) -> None:
    folder.write("sources/nginx.toml", OWN)
    folder.write("sources/all.toml", OWN.replace('"nginx"', '"all"').replace("nginx/*.log", "*.log"))
    sources = load_sources(folder.root)
    assert sources.idle([]) == ["all", "nginx"]
    # Both match this file: `all` is tried first and reads it, so `nginx` is idle.
    assert sources.idle(["nginx/a.log"]) == ["nginx"]
    assert sources.idle(["nginx/a.ndjson"]) == ["all", "nginx"]
