"""Promise 11: personal data stays in landing, hostile names do no harm, and nothing connects out or listens.

Made-up phone numbers and device ids are searched for in every byte that a run writes outside landing, also in
compressed contents: Parquet, DuckDB, xlsx and the compressed values of Dagster's databases. strace watches the network;
a second run has no network, if the system permits a network namespace.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import uuid
import zlib
from collections.abc import Iterator
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import duckdb
import polars as pl

from lab.reliability.harness import Result, Tally, some
from lab.reliability.operation import authmeter, environment, stored_files
from pipelines.common.errors import AuthmeterError
from pipelines.common.project import PROJECT
from tests.support import DAY, DataFolder, Row, days_before, lines, record

# ---- personal data


class Marked:
    """Made-up phone numbers and device ids, and a search for them."""

    def __init__(self, count: int) -> None:
        draw = random.Random(11)
        self.phones = {f"166{draw.randrange(10**8):08d}" for _ in range(count)}
        self.devices = [
            f"Marked-{draw.randrange(16**8):08x}",
            *(str(uuid.UUID(int=draw.getrandbits(128), version=4)) for _ in range(count // 3)),
            *(f"86{draw.randrange(10**13):013d}" for _ in range(count // 3)),
            *(f"Marked-{draw.randrange(16**8):08x}" for _ in range(count // 3)),
        ]
        self._all = {*self.phones, *self.devices}
        self._like = re.compile(
            rb"(?<!\d)166\d{8}(?!\d)|[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17}|86\d{13}|Marked-[0-9a-f]{8}"
        )

    def found_in(self, content: bytes) -> list[str]:
        """Return the made-up numbers and device ids that some bytes contain."""
        return [text for text in (m.decode() for m in self._like.findall(content)) if text in self._all]

    def rows(self) -> Iterator[Row]:
        """Yield records that together contain every made-up number and device id."""
        phones = sorted(self.phones)
        for number, device in enumerate(self.devices):
            phone = phones[number % len(phones)]
            yield record(f"m{number}", DAY, stage="login", device_id=device, phone=phone, scheme_id="s")
        for number, phone in enumerate(phones[len(self.devices) :]):
            yield record(f"n{number}", DAY, stage="login", phone=phone)


def spoilt(row: Row, draw: random.Random) -> bytes:
    """Return a record as a line that is rejected, for a random one of many reasons."""
    text = json.dumps(row, ensure_ascii=False)
    ways = [
        lambda: text[: draw.randrange(20, len(text))],
        lambda: json.dumps(row | {"channel": "fax"}),
        lambda: json.dumps(row | {"event_time": "yesterday"}),
        lambda: json.dumps({name: value for name, value in row.items() if name != "app_key"}),
        lambda: json.dumps(row | {"phone": [row.get("phone")], "device_id": {"id": row.get("device_id")}, "stage": 1}),
        lambda: json.dumps(row | {"phone": int(row.get("phone") or 1), "outcome": "?"}),
        lambda: text.replace('"', "'"),
        lambda: text.replace(":", "=").replace(",", "&"),
        lambda: f"GET /login?phone={row.get('phone')}&device_id={row.get('device_id')} 500",
        lambda: f"[{text}]",
    ]
    return draw.choice(ways)().encode()


def personal_data(scale: float, work: Path) -> Result:
    """Search for personal data in what runs, exports and other commands write and print."""
    marked, draw = Marked(some(10_000, scale, 300)), random.Random(111)
    folder, rows = DataFolder(work / "personal" / "data"), []
    rows = list(marked.rows())
    folder.land("good.ndjson", rows)
    folder.land("bad.ndjson", b"\n".join(spoilt(row, draw) for row in rows) + b"\n")
    folder.land("good.csv", _csv([row | {"event_id": f"c{row['event_id']}"} for row in rows]))
    folder.land("bad.csv", _csv([row | {"channel": "fax", "event_id": f"d{row['event_id']}"} for row in rows]))
    sink = io.BytesIO()
    pl.DataFrame([row | {"stage": draw.choice(["login", "?"])} for row in rows]).write_parquet(sink)
    folder.land("mixed.parquet", sink.getvalue())
    folder.land("cut.ndjson.gz", b"\x1f\x8b\x08\x00" + lines(rows)[:5000])
    said = ""
    for command in (("run", "--day", DAY), ("status",), ("status", "--json"), ("verify",),
                    ("check", folder.store.landing / "bad.ndjson"), ("run", "--day", days_before(DAY, 1)),
                    *(("trace", "--app", "shop", "--device", device, "--json") for device in marked.devices[:2]),
                    *(("trace", "--app", "shop", "--phone", phone) for phone in sorted(marked.phones)[:2]),
                    ):  # fmt: skip
        said += authmeter(*command, data=folder.root).said
    for name in ("csv", "parquet", "xlsx"):
        target = folder.root / f"events.{name}"
        said += authmeter("export", "--app", "shop", "--from", DAY, "--to", DAY, "--format", name, "--events", "--out",
                          target, data=folder.root).said  # fmt: skip
    tally = Tally(11, "Marked numbers and devices, searched in every byte outside landing and in what commands say")
    looked = [("what the commands said", said.encode())]
    size = 0
    for path in stored_files(folder.root, but=("landing",)):
        looked += ((str(path.relative_to(folder.root)), content) for content in contents(path))
    for name, content in looked:
        size += len(content)
        if found := marked.found_in(content):
            tally.failed(f"{len(found)} in {name}, such as {found[0][:6]}…")
    tally.tried(len(marked.phones) + len(marked.devices))
    counted = folder.rows("SELECT sum(records)::INTEGER FROM outcome_daily")[0][0]
    tally.check(counted >= 2 * len(rows), f"only {counted} records were counted")
    return tally.result(
        f"{len(looked)} contents of {size >> 20} MiB; devices and numbers in 6 files, half of it rejected"
    )


def _csv(rows: list[Row]) -> bytes:
    out = io.StringIO(newline="")
    columns = sorted({name for row in rows for name in row})
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def contents(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, then the unpacked contents of a Parquet, DuckDB, xlsx or SQLite file."""
    raw = path.read_bytes()
    yield raw
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        yield frame.select(pl.exclude(pl.Binary)).write_csv().encode()
        for values in frame.select(pl.col(pl.Binary)):
            yield b"\n".join(value for value in values if value is not None)
    elif path.suffix == ".duckdb":
        with closing(duckdb.connect(str(path), read_only=True)) as connection:
            for (table,) in connection.execute("SELECT table_name FROM information_schema.tables").fetchall():
                yield repr(connection.execute(f'SELECT * FROM "{table}"').fetchall()).encode()
    elif path.suffix == ".xlsx":
        with ZipFile(path) as book:
            yield from (book.read(name) for name in book.namelist())
    elif raw.startswith(b"SQLite format 3"):
        with closing(sqlite3.connect(path)) as connection:
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    for value in row:
                        if isinstance(value, bytes) and value[:1] == b"x":
                            yield zlib.decompress(value)


# ---- hostile names

TEXTS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"><svg onload=alert(1)>", "javascript:alert(1)",
    "=HYPERLINK(\"http://127.0.0.1\")", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "＝1+1", "'; DROP TABLE apps; --",
    "$as_of", "{{ 7 * 7 }}", "{% raw %}", "%s%n", "../../../out", "\u202egnp.exe", "]]></x>",
]  # fmt: skip
KEYS = ["x..", "-rf", "__proto__", "constructor", "CON", "con", "aux.txt", "a.", "a..", "A", "a", "0", "_", "x" * 64]
FILES = [
    "'; DROP TABLE apps; --.ndjson", "<script>alert(1)</script.ndjson", "$(touch out).ndjson", "`touch out`.ndjson",
    "=cmd|' /C calc'!A0.csv.ndjson", "*.ndjson", "[a-z]?{1,2}.ndjson", "-rf.ndjson", "a\nb.ndjson",
    "%2e%2e%2fout.ndjson",
    "x..\\..\\out.ndjson", "\u202e.ndjson", "{{ 7 * 7 }}.ndjson", "x" * 200 + ".ndjson",
]  # fmt: skip


class _Page(HTMLParser):
    """Parses a page, and collects in `bad` the parts that could run a script or lead to another site."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: list[str] = []
        self.runs = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.runs = tag == "script" and dict(attrs).get("type") != "application/json"
        for name, value in attrs:
            target = (value or "").strip().lower()
            if name.startswith("on") or (
                name in ("src", "href", "action") and re.match(r"(javascript|data|https?):(?!,$)", target)
            ):
                self.bad.append(f"{tag} {name}={target[:40]}")

    def handle_data(self, data: str) -> None:
        if self.runs and "alert(" in data:
            self.bad.append(data[:40])


def hostile_names(work: Path) -> Result:
    """Publish logs with hostile app keys, texts and file names. Check pages, CSV, workbooks, tables and folders."""
    tally = Tally(11, "Hostile app keys, names, codes and file names through a run: pages, CSV, xlsx, SQL and folders")
    around = work / "hostile"
    folder = DataFolder(around / "data")
    names = [TEXTS[n % len(TEXTS)] for n in range(len(KEYS))]
    rows = [["app_key", "app_name", "platform", "account_id", "created_at", "status"]]
    rows += [[key, name, "ios", "", "", ""] for key, name in zip(KEYS, names, strict=True)]
    schemes = [["scheme_id", "scheme_group", "app_key", "scheme_name", "package_name", "methods", "created_at"]]
    schemes += [[f"s{n}{text}", text, "a", text, "p", "number", ""] for n, text in enumerate(TEXTS)]
    for name, table in (("apps", rows), ("schemes", schemes)):
        out = io.StringIO(newline="")
        csv.writer(out).writerows(table)
        folder.write(f"registry/{name}.csv", out.getvalue())
    for number, name in enumerate(FILES):
        hostile = [record(f"{number}-{n}", app_key=key, scheme_id=f"s{TEXTS[n]}") for n, key in enumerate(KEYS)]
        for n, text in enumerate(TEXTS):
            hostile += [
                record(f"{number}-t{n}", sdk_version=text, result_code=text, vendor=text, carrier=text, outcome=None),
                record(f"{number}-r{n}", app_key=text),
            ]
        folder.land(name, hostile)
    folder.write("authmeter.toml", 'xlsx_apps = ["*"]\n')
    folder.publish(DAY)
    good = len(FILES) * (len(KEYS) + len(TEXTS))
    counted = folder.rows("SELECT sum(records)::INTEGER FROM outcome_daily")[0][0]
    tally.check(counted == good, f"{counted} of {good} records")
    read = dict(folder.rows("SELECT path, status FROM input_files"))
    tally.check(len(read) == len(FILES) and set(read.values()) == {"read"}, f"files: {read}")
    tally.check({path.name for path in around.iterdir()} == {"data"}, "something was written outside the data folder")
    site = folder.store.site.resolve()
    for path in stored_files(site):
        case = str(path.relative_to(site))
        if path.suffix == ".html":
            page = _Page()
            page.feed(path.read_text("utf-8"))
            tally.check(not page.bad, f"{case}: {page.bad[:2]}")
        elif path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as opened:
                cells = [cell for row in csv.reader(opened) for cell in row]
            bad = [c for c in cells if re.match(r"\s*[=+@＝＋－＠-]", c) and not re.fullmatch(r"-?[\d.]+", c)]
            tally.check(not bad, f"{case}: {bad[:2]}")
        elif path.suffix == ".xlsx":
            with ZipFile(path) as book:
                inside = b"".join(book.read(name) for name in book.namelist())
            tally.check(b"<f>" not in inside and b"<hyperlink " not in inside, f"{case}: a formula or a link")
    return tally.result(f"{len(KEYS)} keys, {len(TEXTS)} texts, {len(FILES)} file names")


# ---- DuckDB's folders


def locked_folders(work: Path) -> Result:
    """Run mappings whose expressions try to access files, settings or tables outside their record."""
    tally = Tally(11, "Mapping expressions that reach for files, settings, the environment or other tables")
    secret = work / "secret.txt"
    secret.write_text("hush-hush-4711")
    os.environ["AUTHMETER_TRIAL"] = "hush-hush-4711"
    read = "(SELECT content FROM read_text('{}'))"
    reaching = [
        read.format(secret),
        read.format("/etc/passwd"),
        read.format(work / "locked" / ".." / "secret.txt"),
        read.format("{data}/hash.key"),
        read.format("{data}/warehouse/../hash.key"),
        f"(SELECT first(column0) FROM read_csv('{secret}', header = false))",
        f"(SELECT content::VARCHAR FROM read_blob('{secret}'))",
        f"(SELECT file FROM glob('{work}/*') LIMIT 1)",
        f"(SELECT count(*)::VARCHAR FROM read_json('{work}/*'))",
        f"read_text('x'); COPY (SELECT 1) TO '{work}/out'",
        f"'a' || (SELECT sql FROM sqlite_scan('{secret}', 'x'))",
        "getenv('AUTHMETER_TRIAL')",
        "(SELECT value FROM duckdb_settings() WHERE name = 'temp_directory')",
        "(SELECT * FROM 'http://127.0.0.1:9/x.parquet')",
    ]
    for number, expression in enumerate(reaching):
        folder = DataFolder(work / "locked")
        text = expression.replace("{data}", str(folder.root))
        fields = {
            "event_id": "id", "event_time": f"'{DAY}T10:00:00+08:00'", "app_key": "'shop'", "channel": "'one_click'",
            "stage": "'authorize'", "outcome": "'success'", "account_id": text,
        }  # fmt: skip
        entries = "\n".join(f"{name} = {json.dumps(value)}" for name, value in fields.items())
        folder.write(
            "sources/evil.toml", f'name = "evil"\nfiles = ["*.ndjson"]\nformat = "ndjson"\n[fields]\n{entries}\n'
        )
        folder.land("a.ndjson", b'{"id": "1"}\n')
        try:
            folder.tables(DAY)
            end = "it ran"
        except AuthmeterError as error:
            end = str(error)
        kept = b"".join(
            c for path in stored_files(folder.root, but=("sources", "landing", "hash.key")) for c in contents(path)
        )
        leaked = [word for word in (b"hush-hush-4711", b"root:x:0", b"a key for tests") if word in kept + end.encode()]
        tally.check(not leaked and not (work / "out").exists(), f"{number}: {text}: {leaked}, {end[:200]}")
        shutil.rmtree(folder.root)
    return tally.result()


# ---- network

CALL = re.compile(r"(connect|sendto|bind|listen)\(\d+(?:<[^>]*>)?, ?(.*)")


def network(work: Path) -> list[Result]:
    """Run once under strace, and once without a network. Return a result for each."""
    folder = DataFolder(work / "network" / "data")
    folder.land("a.ndjson", [record(f"e{n}", DAY) for n in range(50)])
    quiet = Tally(11, "A run under strace: no connection and no listening socket but of this machine")
    log, command = work / "network" / "strace.log", [sys.executable, "-m", "pipelines", "run", "--day", str(DAY)]
    if shutil.which("strace"):
        traced = ["strace", "-f", "-qq", "-e", "trace=network", "-o", str(log), *command, "--data", str(folder.root)]
        done = subprocess.run(traced, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False)
        quiet.check(done.returncode in (0, 3), f"exit {done.returncode}: {done.stderr[-300:]}")
        for line in log.read_text("utf-8", "replace").splitlines():
            if call := CALL.search(line):
                is_local = (
                    "AF_INET" not in call[2] or re.search(r'127\.0\.0\.1|"::1"', call[2]) or "AF_UNSPEC" in call[2]
                )
                quiet.check(bool(is_local), line[:200])
    else:
        quiet.tried()
    without = Tally(11, "A run in a network namespace of its own, which has no network")
    shutil.rmtree(folder.store.warehouse, ignore_errors=True)
    cut_off = ["unshare", "-n", *command, "--data", str(folder.root)]
    done = subprocess.run(cut_off, cwd=PROJECT, env=environment(), capture_output=True, text=True, check=False)
    is_permitted = done.returncode in (0, 3) or "unshare" not in done.stderr
    without.check(done.returncode in (0, 3) or not is_permitted, f"exit {done.returncode}: {done.stderr[-300:]}")
    note = "" if is_permitted else "a namespace is not permitted here: nothing was tried"
    traced_note = (
        "each call of connect, sendto, bind and listen is a try" if shutil.which("strace") else "no strace here"
    )
    return [quiet.result(traced_note), without.result(note)]


def trial(scale: float, work: Path) -> list[Result]:
    """Try personal data, names, folders and network."""
    return [personal_data(scale, work), hostile_names(work), locked_folders(work), *network(work)]
