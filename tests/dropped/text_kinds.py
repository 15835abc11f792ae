"""Kinds of dropped files that differ in their text."""

from __future__ import annotations

import bz2
import json
import lzma
from datetime import date, timedelta

from tests.dropped.made import (
    Content,
    Kind,
    files,
    framed_snappy,
    gz,
    hadoop_snappy,
    lz4,
    named,
    raw_snappy,
    zipped,
    zst,
)
from tests.support import as_csv, as_parquet, columns_of, lines


def logs(day: date) -> list[Kind]:
    """Return the kinds of logs that are read without a source mapping of the folder."""
    made = Content(day)
    return [
        Kind("One JSON object a line: `a.ndjson`, `b.jsonl`, `c.json`, `D.LOG`", named({
            name: Content(day, name).log for name in ("a.ndjson", "b.jsonl", "c.json", "D.LOG")
        })),
        Kind("Packed: `a.ndjson.gz`, `b.log.zst`", files(
            a__ndjson__gz=gz(made.log), b__log__zst=zst(Content(day, "z").log)
        )),
        Kind(
            "Packed otherwise: `a.log.bz2`, `b.log.xz`, `c.csv.lz4`, `d.log.snappy` (framed), `e.log.snappy` (raw), "
            "`f.log.snappy` (of Hadoop), `auth.log.1.bz2`",
            named({
                "a.log.bz2": bz2.compress(made.log), "b.log.xz": lzma.compress(Content(day, "x").log),
                "c.csv.lz4": lz4(as_csv(Content(day, "l").rows)), "d.log.snappy": framed_snappy(Content(day, "f").log),
                "e.log.snappy": raw_snappy(Content(day, "r").log), "f.log.snappy": hadoop_snappy(Content(day, "h").log),
                "auth.log.1.bz2": bz2.compress(Content(day, "o").log),
            }),
        ),
        Kind(
            "Packed under the name of a text, or without a suffix: `a.json` and `b.csv` (gzip), `c.log` (Zstandard), "
            "`d.jsonl` (Snappy), `1459911000_e` (gzip), `f.json` (raw Snappy)",
            named({
                "a.json": gz(made.log), "b.csv": gz(as_csv(Content(day, "c").rows)),
                "c.log": zst(Content(day, "z").log),
                "d.jsonl": framed_snappy(Content(day, "f").log), "1459911000_e": gz(Content(day, "e").log),
                "f.json": raw_snappy(Content(day, "r").log),
            }),
        ),
        Kind("An object without a suffix, JSON as it is: `authlog`", named({"authlog": made.log})),
        Kind("CSV with our names in its header: `a.csv`, `b.csv.gz`", files(
            a__csv=as_csv(made.rows), b__csv__gz=gz(as_csv(Content(day, "z").rows))
        )),
        Kind("Parquet: `a.parquet`", files(a__parquet=as_parquet(columns_of(made.rows)))),
        Kind("A byte order mark, lines that end in CRLF, CSV lines that end in CR: `a.log`, `b.log`, `c.csv`", files(
            a__log=b"\xef\xbb\xbf" + made.log,
            b__log=Content(day, "b").log.replace(b"\n", b"\r\n"),
            c__csv=Content(day, "c").table(end="\r").encode(),
        )),
        Kind("Any folders and names: `登录/2026 11/日志 (1).ndjson`, `a.log/b.ndjson`", named({
            "登录/2026 11/日志 (1).ndjson": made.log, "a.log/b.ndjson": Content(day, "z").log
        })),
    ]  # fmt: skip


def tables(day: date) -> list[Kind]:
    """Return the kinds of CSV."""
    made = Content(day)
    ragged = made.table().splitlines()
    ragged[1:4] = [f"{line},one more" for line in ragged[1:4]]
    quoted = made.table().splitlines()
    quoted[2] = '"' + quoted[2]
    return [
        Kind("CSV that Chinese Excel saved (GBK): `a.csv`", files(a__csv=made.table().encode("gbk"))),
        Kind("Excel's “Unicode text” (UTF-16 with a byte order mark, tabs): `a.csv`", files(
            a__csv=made.table("\t").encode("utf-16")
        )),
        Kind("UTF-16 without a byte order mark: `a.csv`", files(a__csv=made.table().encode("utf-16-le"))),
        Kind("Cells cut by `;` or tabs, a first line `sep=;`: `a.csv`, `b.csv`, `c.csv`", files(
            a__csv=made.table(";").encode(),
            b__csv=Content(day, "b").table("\t").encode(),
            c__csv=b"sep=;\r\n" + Content(day, "c").table(";").encode(),
        )),
        Kind("Cells cut by a bar, or by SOH: `a.csv`, `b.csv`", files(
            a__csv=made.table("|").encode(), b__csv=Content(day, "b").table("\x01").encode()
        )),
        Kind("Cells cut by a caret: `a.csv`", files(a__csv=made.table("^").encode())),
        Kind("No header: `a.csv`", files(a__csv="".join(made.table().splitlines(keepends=True)[1:]).encode())),
        Kind("A header in Chinese: `a.csv`", files(a__csv=(
            "流水号,时间,应用,渠道,环节,结果,方案\r\n" + "".join(made.table().splitlines(keepends=True)[1:])
        ).encode())),
        Kind("Two CSV files in one, the header again in the middle: `a.csv`", files(
            a__csv=(made.table() + Content(day, "z").table()).encode()
        )),
        Kind("Three rows with one cell more than the header: `a.csv`", files(a__csv="\r\n".join(ragged).encode())),
        Kind("A quote that is never closed: `a.csv`", files(a__csv="\r\n".join(quoted).encode())),
        Kind("A workbook named as CSV: `a.csv`", files(a__csv=zipped("xl/workbook.xml", made.log))),
        Kind("JSON named as CSV: `a.csv`", files(a__csv=made.log)),
    ]  # fmt: skip


def json_texts(day: date) -> list[Kind]:
    """Return the kinds of JSON."""
    made = Content(day)
    return [
        Kind("A JSON array, in one line, indented, packed: `a.json`, `b.json`, `c.json.gz`", files(
            a__json=json.dumps(made.rows).encode(),
            b__json=json.dumps(Content(day, "b").rows, indent=2).encode(),
            c__json__gz=gz(json.dumps(Content(day, "c").rows).encode()),
        )),
        Kind("A JSON array that is cut, or has a number in it: `a.json`, `b.json`", files(
            a__json=json.dumps(made.rows).encode()[:-30],
            b__json=json.dumps([Content(day, "b").rows[0], 7, *Content(day, "b").rows[1:]]).encode(),
        )),
        Kind("Objects over many lines: `a.json`", files(
            a__json="\n".join(json.dumps(row, indent=2) for row in made.rows).encode()
        )),
        Kind("Keys that are nearly ours, `eventTime`, `appkey`: `a.log`", files(
            a__log=lines(made.renamed(event_time="eventTime", app_key="appkey"))
        )),
        Kind("Keys of another log, records within an object, or within a text: `a.log`, `b.log`, `c.log`", files(
            a__log=lines(made.renamed(
                event_id="reqId", event_time="ts", app_key="appName", channel="way", stage="step", outcome="ret",
                scheme_id="plan",
            )),
            b__log=lines([{"level": "INFO", "data": row} for row in made.rows]),
            c__log=lines([{"log": json.dumps(row), "stream": "stdout"} for row in made.rows]),
        )),
        Kind("JSON in GBK: `a.log`", files(a__log=made.log.decode().encode("gbk"))),
        Kind("JSON in UTF-16: `a.log`", files(a__log=made.log.decode().encode("utf-16"))),
        Kind("A channel that nobody declared, `fax`: `a.log`", files(a__log=lines(made.changed(channel="fax")))),
        Kind("A last line that is cut: `a.log`", files(a__log=made.log[:-20])),
    ]  # fmt: skip


def times(day: date) -> list[Kind]:
    """Return the kinds with different values of `event_time`."""
    made = Content(day)
    unix = 1_795_399_200 - 86_400 * (date(2026, 11, 23) - day).days
    return [
        Kind("Unix time in seconds, in milliseconds, a local time without offset: `a.log`, `b.log`, `c.log`", named({
            name: lines(Content(day, name).changed(event_time=value))
            for name, value in (("a.log", unix), ("b.log", unix * 1000), ("c.log", f"{day} 10:00:00"))
        })),
        Kind("Unix time in microseconds, times as Excel shows or shortens them: `a.log`, `b.csv`, `c.csv`", files(
            a__log=lines(made.changed(event_time=unix * 1_000_000)),
            b__csv=as_csv(Content(day, "b").changed(event_time=f"{day:%Y/%m/%d} 10:00")),
            c__csv=as_csv(Content(day, "c").changed(event_time="1.7954E+12")),
        )),
        Kind("Records of two years ago: `a.log`", files(a__log=Content(day - timedelta(days=730)).log)),
        Kind("Records of next month: `a.log`", files(a__log=Content(day + timedelta(days=31)).log)),
        Kind("Records of today, which is not over: `a.log`", files(a__log=Content(day + timedelta(days=1)).log)),
    ]  # fmt: skip


def other_texts(day: date) -> list[Kind]:
    """Return the kinds of text that are not logs, or whose names show no format."""
    texts = [
        f"INSERT INTO auth VALUES ('{row['event_id']}', '{row['event_time']}', 'shop', 'wechat');" for row in
        Content(day).rows
    ]  # fmt: skip
    dump = "\n".join(texts).encode()
    syslog = b"Nov 24 10:00:00 web1 auth[812]: id=a1 app=shop way=wechat ret=0\n" * 60
    page = b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body>" + b"<p>x</p>\n" * 200
    return [
        Kind("Lines of syslog, a dump of a database: `a.log`, `b.log`", files(a__log=syslog, b__log=dump)),
        Kind("An error page in the place of a log: `a.log`, `b.csv`", files(a__log=page, b__csv=page)),
        Kind("Under a name that says nothing: `a.txt`, `B.sql`, `c.dat`, `Makefile`, `README.md`", named({
            name: Content(day).log for name in ("a.txt", "B.sql", "c.dat", "README.md")
        } | {"Makefile": b"all:\n\ttrue\n"})),
    ]  # fmt: skip
