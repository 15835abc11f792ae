"""The documentation is true: references equal the code, settings and commands exist, links have targets, queries run,
and the README's cheap commands succeed on a small published folder.
"""

import importlib.util
import re
import sqlite3
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import ModuleType

import duckdb
import pytest
import typer

from pipelines.cli import app
from pipelines.contract.checks import CHECKS, FOLDER_CHECKS
from pipelines.contract.record.channels import CHANNELS
from pipelines.contract.record.fields import FIELD_NAMES, OUTCOMES, PLATFORMS, STAGES
from pipelines.contract.registry.registry import load_registry
from pipelines.contract.settings.billing import BillingRule
from pipelines.contract.settings.bucket_settings import FetchSettings, PublishSettings
from pipelines.contract.settings.engine_settings import EngineSettings
from pipelines.contract.settings.settings import AlertSettings, Settings
from pipelines.contract.status import UNDELIVERED
from pipelines.contract.tables.tables import TABLES, VIEWS
from pipelines.run.run_end import note_end
from pipelines.sample.write import SampleSpec, write_sample
from reports.build.billing_pages import BILLING_CSVS
from reports.content.wording.words import REASON_WORDS
from tests.buckets.servers import KEY, SECRET, rclone_server
from tests.once import once_for_all
from tests.published_folder import Call
from tests.support import DataFolder, closed_day

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"
READMES = (PROJECT / "README.md", PROJECT / "README.zh-CN.md")
PAGES = sorted([*READMES, PROJECT / "CHANGELOG.md", *DOCS.rglob("*.md")])
TABLES_OF_SETTINGS = {
    "billing": BillingRule,
    "alerts": AlertSettings,
    "engine": EngineSettings,
    "fetch": FetchSettings,
    "publish": PublishSettings,
}
COMMANDS = typer.main.get_command(app)


def name_of(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced blocks of a page in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def code_of(page: Path) -> Iterator[str]:
    """Yield the code of a page: code spans, and the lines of fenced blocks."""
    text = page.read_text("utf-8")
    for block in re.findall(r"^```[\w-]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="session")
def made() -> ModuleType:
    """The script that writes the references."""
    spec = importlib.util.spec_from_file_location("docs_reference_make", DOCS / "reference" / "make.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[date], Path]:
    """Return a function that returns a data folder of sample logs published as of a day. All tests share the folder."""

    def publish(folder: Path, day: date) -> None:
        write_sample(folder, SampleSpec(days=9, apps=3, events=400, seed=1, last_day=day))
        with (folder / "authmeter.toml").open("a", encoding="utf-8") as settings:
            settings.write('tables = ["parquet"]\n')
        run = DataFolder(folder).publish(day, datetime.now(UTC))
        note_end(folder, datetime.now(UTC), day, None, run.checks, run.manifest)

    @cache
    def folder_of(day: date) -> Path:
        return once_for_all(tmp_path_factory, f"docs-{day}", lambda to: publish(to / "data", day)) / "data"

    return folder_of


@pytest.fixture
def sampled(sample_once: Callable[[date], Path]) -> Path:
    """A small data folder of sample logs, published as of the newest day that is over."""
    return sample_once(closed_day())


# ---- references


def test_a_reference_is_what_its_script_writes(made: ModuleType) -> None:
    for page in ("tables", "metrics", "rooms"):
        fresh = getattr(made, f"{page}_page")()
        assert (DOCS / "reference" / f"{page}.md").read_text("utf-8") == fresh, "run docs/reference/make.py"


def test_a_metric_names_no_table_whose_column_of_its_name_means_something_else(made: ModuleType) -> None:
    """The column `lost` of incidents counts requests, the metric counts sessions."""
    section = made.metrics_page().split("\n## lost\n")[1].split("\n## ")[0]
    assert re.findall(r"^- Column of: (.*)$", section, re.MULTILINE) == ["[`session_daily`](tables.md#session_daily)"]


def test_settings_are_all_documented_with_their_defaults() -> None:
    text = (DOCS / "settings.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| \[?`(\w+)`(?:\]\(#\w+\))? \| ([^|]+) \|", text, re.MULTILINE))
    for name, field in Settings.model_fields.items():
        assert f"## {name}\n" in text
        default = rows[name].strip().strip("`")
        if name not in TABLES_OF_SETTINGS:
            value = tomllib.loads(f"value = {default}")["value"]
            assert (tuple(value) if isinstance(value, list) else value) == field.default
    for table in TABLES_OF_SETTINGS.values():
        for name, field in table.model_fields.items():
            if field.is_required():
                assert name in rows
                continue
            value = tomllib.loads(f"value = {rows[name].strip().strip('`')}")["value"]
            assert (tuple(value) if isinstance(value, list) else value) == field.default
    headings = set(re.findall(r"^## ([a-z_]+)$", text, re.MULTILINE))
    assert headings == set(Settings.model_fields)


def test_the_examples_of_settings_are_accepted() -> None:
    examples = [*blocks(DOCS / "settings.md", "toml"), *blocks(DOCS / "scaling.md", "toml")]
    assert len(examples) > 2
    for example in examples:
        Settings.model_validate(tomllib.loads(example))


def test_environment_variables_are_all_documented() -> None:
    documented = set(re.findall(r"`(AUTHMETER_\w+)`", (DOCS / "settings.md").read_text("utf-8")))
    sources = [*(PROJECT / "pipelines").rglob("*.py"), *(PROJECT / "bench").glob("*.py")]
    sources += [PROJECT / "tests" / "browser" / "conftest.py", DOCS / "pictures" / "make.py"]
    read = {
        name
        for source in sources
        for name in re.findall(r"environ(?:\.get\(|\[)\"(AUTHMETER_\w+)\"", source.read_text("utf-8"))
    }
    assert documented == read


def test_the_record_is_all_documented() -> None:
    text = (DOCS / "log-format.md").read_text("utf-8")
    for word in (*FIELD_NAMES, *CHANNELS, *STAGES, *OUTCOMES, *PLATFORMS):
        assert f"`{word}`" in text


def test_checks_are_all_documented() -> None:
    text = (DOCS / "operator.md").read_text("utf-8")
    section = text[text.index("## Warnings, one by one") : text.index("### Faults of the data")]
    rows = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert set(CHECKS) <= set(rows)
    # Two have a fault of the data of the same name.
    assert list(dict.fromkeys(name for name in rows if name in FOLDER_CHECKS)) == [*FOLDER_CHECKS]


def test_warnings_of_the_status_are_all_documented() -> None:
    """Warnings of `status` that are no checks are about buckets, receivers and the published file."""
    text = (DOCS / "operator.md").read_text("utf-8")
    section = text[text.index("## Warnings, one by one") : text.index("### Faults of the data")]
    sources = [file.read_text("utf-8") for file in (PROJECT / "pipelines" / "run").glob("*.py")]
    warnings = {name for source in sources for name in re.findall(r'\bcheck="(\w+)"', source)}
    assert "fetch" in warnings
    assert sorted({*warnings, UNDELIVERED} - set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))) == []


def test_reasons_of_bad_rows_are_all_documented() -> None:
    text = (DOCS / "log-format.md").read_text("utf-8")
    section = text[text.index("### Bad rows") :]
    documented = set(re.findall(r"`(\w+)(?::<\w+>)?`", " ".join(re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE))))
    # Only records of logs are too old. One reason names its column.
    assert sorted(set(REASON_WORDS) - {"too_old", "unknown"} - documented) == []


def test_tables_of_the_catalogue_are_all_documented(sampled: Path) -> None:
    text = (DOCS / "engineer.md").read_text("utf-8")
    section = text[text.index("The catalogue is an SQLite file") : text.index("## Reading a foreign log")]
    documented = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)))
    with closing(sqlite3.connect(sampled / "warehouse" / "catalogue.sqlite")) as catalogue:
        names = [name for (name,) in catalogue.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert sorted(documented) == sorted(names)


def test_csv_files_of_the_site_are_all_documented(sampled: Path) -> None:
    text = (DOCS / "analyst.md").read_text("utf-8")
    section = text[text.index("## The CSV and Excel files") : text.index("### In Excel")]
    rows = " ".join(re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE))
    files = {file.name for file in (sampled / "site").glob("*.csv")} | {f"{name}.csv" for name in BILLING_CSVS}
    assert {"usage_all.csv", "limits.csv"} <= files
    assert sorted(name for name in files if f"`{name}`" not in rows) == []


def test_what_a_page_quotes_of_the_site_stands_there() -> None:
    """A text in italics that begins with a capital letter is a heading, a button or a badge of the site."""
    elsewhere = {
        "Automation",  # of Dagster
        "Data → From Text/CSV",  # of Excel
        "Meaning",  # of the change log
        "Reload definitions",  # of Dagster
        "Records of 11-25, failed first",  # with the day of an example
    }
    # The catalogue breaks long texts into several lines.
    catalogues = (PROJECT / "reports", PROJECT / "pipelines" / "incidents")
    texts = [file.read_text("utf-8").replace('"\n"', "") for one in catalogues for file in one.rglob("messages.po")]
    suffixes = {".jinja", ".py", ".ts"}
    texts += [file.read_text("utf-8") for file in (PROJECT / "reports").rglob("*") if file.suffix in suffixes]
    known = "\n".join(texts)
    quoted = {
        (name_of(page), " ".join(text.split()))
        for page in (DOCS / name for name in ("analyst.md", "bills.md", "console.md", "operator.md"))
        for text in re.findall(r"(?<![*\w])\*([A-Z][^*|`]{1,90})\*(?!\*)", page.read_text("utf-8"))
    }
    assert len(quoted) > 80
    assert sorted((page, text) for page, text in quoted if text not in known and text not in elsewhere) == []


# ---- commands, links


def unknown_names(code: str, targets: set[str]) -> Iterator[str]:
    """Yield the commands, options, make targets and scripts that a piece of code names and that do not exist."""
    if code.startswith("Description="):  # the free text of a systemd unit
        return
    for name, rest in re.findall(r"(?<![\w/.-])(?:\.venv/bin/|… )?authmeter ([a-z]+)\b([^|>&\n]*)", code):
        known = COMMANDS.commands.get(name)
        if known is None:
            yield name
        else:
            yield from set(re.findall(r"--[a-z-]+", rest)) - {word for part in known.params for word in part.opts}
    yield from set(re.findall(r"^\s*make ([a-z-]+)", code)) - targets
    for script in re.findall(r"\b((?:docs|bench|lab|tests|tools)/[\w/]+\.(?:py|sh))\b", code):
        if not (PROJECT / script).is_file():
            yield script


def test_every_command_and_option_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE))
    pieces = [(page, code) for page in PAGES for code in code_of(page)]
    assert len(pieces) > 1000
    assert [
        f"{name_of(page)}: {name} in {code}" for page, code in pieces for name in unknown_names(code, targets)
    ] == []


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def leads_somewhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return target.is_file() and (not anchor or anchor in anchors(target))


def test_every_relative_link_resolves() -> None:
    links = [
        (page, link)
        for page in PAGES
        for link in re.findall(
            r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
        )
        if "://" not in link
    ]
    assert len(links) > 100
    assert [f"{name_of(page)}: {link}" for page, link in links if not leads_somewhere(page, link)] == []


def test_both_readmes_show_the_same_commands_and_paths() -> None:
    english, chinese = READMES
    assert blocks(english, "sh") == blocks(chinese, "sh")
    rows = [re.findall(r"^\| `([^`]+)` \|", page.read_text("utf-8"), re.MULTILINE) for page in READMES]
    assert rows[0] == rows[1]


def test_followed_to_the_letter_logs_come_first_then_the_check_then_the_run() -> None:
    for page in (*READMES, DOCS / "operator.md"):
        text = page.read_text("utf-8")
        landed = text.index("data/landing/", text.index("make setup"))
        checked, ran = (text.index(f"\n.venv/bin/authmeter {name}\n") for name in ("check", "run"))
        assert landed < checked < ran, name_of(page)


def test_what_a_page_says_stands_in_a_file_does() -> None:
    """If a page has a text such as "`count_late` in `pipelines/ingest/entries.py`", that file has that name."""
    said = {
        found
        for page in PAGES
        for found in re.findall(r"`(\w+)(?:\(\))?`\s+(?:in|of)\s+`([\w/]+\.(?:py|ts|sql))`", page.read_text("utf-8"))
    }
    assert len(said) > 5
    places = ("", "pipelines", "reports", "reports/static/js")
    files = {path: [PROJECT / place / path for place in places] for _, path in said}
    assert [
        (name, path)
        for name, path in sorted(said)
        if not any(re.search(rf"\b{name}\b.*[=(]", f.read_text("utf-8")) for f in files[path] if f.is_file())
    ] == []


# ---- what runs


QUERIES = [(page, query) for page in PAGES for query in blocks(page, "sql")]


def test_queries_run(sampled: Path) -> None:
    may_be_empty = (
        "FROM restatements", "FROM unmapped_codes", "FROM incidents", "FROM incident_cells",
        "FROM withdrawn_incidents", "FROM notes", "FROM resource_package", "FROM reconciliation_",
    )  # fmt: skip
    with closing(duckdb.connect(str(sampled / "warehouse" / "authmeter.duckdb"), read_only=True)) as connection:
        for page, query in QUERIES:
            try:
                rows = connection.execute(query.replace("'data/", f"'{sampled}/")).fetchall()
            except duckdb.Error as failed:
                pytest.fail(f"{name_of(page)}: {failed}\n{query}")
            assert rows or any(part in query for part in may_be_empty), f"{name_of(page)}: no row\n{query}"


def test_python_examples_run(sampled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    examples = [example for page in PAGES for example in blocks(page, "python")]
    assert examples
    for example in examples:
        exec(re.sub(r'\bdata(?=/warehouse|/site|")', str(sampled), example), {})
        assert capsys.readouterr().out.strip() not in ("", "[]"), example


@pytest.mark.parametrize("where", ["files", "bucket"])
def test_the_examples_for_clickhouse_run(sampled: Path, where: str) -> None:
    """ClickHouse runs in a process of its own, because two databases in one process share the handlers of signals."""
    in_files, in_bucket = blocks(DOCS / "other-systems.md", "clickhouse")
    with closing(duckdb.connect(str(sampled / "warehouse" / "authmeter.duckdb"), read_only=True)) as connection:
        rows = connection.execute(
            "SELECT day, sum(authorizations)::BIGINT FROM channel_daily GROUP BY day ORDER BY day"
        ).fetchall()
    assert len(rows) > 5
    if where == "files":
        assert _answer_of_clickhouse(in_files, sampled / "site") == rows
        return
    # The tables of the site are the bucket's: an rclone server has a bucket for each folder.
    with rclone_server((sampled / "site").resolve()) as server:
        address = f"s3('{server.endpoint}/tables/channel_daily/**/*.parquet', '{KEY}', '{SECRET}', "
        example, replaced = re.subn(r"s3\('[^']+/tables/channel_daily/[^']+', ", address, in_bucket)
        assert replaced == 1
        # This server's ETags differ in their quotes, as the page says.
        unquoted = "SETTINGS s3_validate_etag_on_read = 0"
        assert unquoted in (DOCS / "other-systems.md").read_text("utf-8")
        assert _answer_of_clickhouse(f"{example.rstrip().rstrip(';')} {unquoted}", sampled) == rows


def _answer_of_clickhouse(query: str, folder: Path) -> list[tuple[date, int]]:
    done = subprocess.run(
        [sys.executable, "-c", f"import chdb; print(chdb.query({query!r}, 'CSV'))"], cwd=folder,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    cells = [line.split(",") for line in done.stdout.split()]
    assert cells, done.stderr
    return [(date.fromisoformat(day.strip('"')), int(count)) for day, count in cells]


def test_queries_name_every_table() -> None:
    named = set(re.findall(r"\bFROM (\w+)", " ".join(query for _, query in QUERIES)))
    assert {*TABLES, *VIEWS} <= named


def test_the_two_steps_from_a_card_agree(sampled: Path) -> None:
    card, by_outcome = blocks(DOCS / "analyst.md", "sql")
    with closing(duckdb.connect(str(sampled / "warehouse" / "authmeter.duckdb"), read_only=True)) as connection:
        ((total,),) = connection.execute(card).fetchall()
        rows = connection.execute(by_outcome).fetchall()
    assert total == sum(records for _, _, outcome, records in rows if outcome in ("success", "mismatch"))


_CHEAP = ("run", "check", "status", "export", "backfill", "packages", "whatif")
CHEAP = [
    line.split()[1:]
    for page in (PROJECT / "README.md", DOCS / "analyst.md", DOCS / "bills.md", DOCS / "operator.md")
    for block in blocks(page, "sh")
    for line in block.splitlines()
    if line.split()[0] == ".venv/bin/authmeter" and line.split()[1] in _CHEAP
]


@pytest.mark.parametrize("line", sorted({tuple(line) for line in CHEAP}), ids=" ".join)
def test_cheap_commands_of_the_pages_work(
    call: Call, sampled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    if line[0] == "whatif" or (line[0] == "export" and "--events" in line):
        day = max(path.name for path in (sampled / "landing").iterdir() if re.fullmatch(r"[\d-]{10}", path.name))
        line = tuple(day if re.fullmatch(r"\d{4}-\d\d-\d\d", word) else word for word in line)
    monkeypatch.chdir(tmp_path)
    done = call(*line, data=sampled)
    assert done.code == 0, done.out + done.err


def test_the_worked_example_of_a_source_gives_what_the_page_says(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = DOCS / "engineer.md"
    log, expected = blocks(page, "text")
    (mapping,) = [block for block in blocks(page, "toml") if "shop_gateway" in block]
    file = tmp_path / "gateway" / "2026-11-23.log"
    # The example must not grow too old with the page.
    settings = tmp_path / "data" / "authmeter.toml"
    sources = tmp_path / "data" / "sources"
    for path, text in (
        (file, log), (sources / "shop_gateway.toml", mapping), (settings, "retention_days = 36500\n"),
    ):  # fmt: skip
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (line,) = [block for block in blocks(page, "sh") if "check --source" in block]
    monkeypatch.chdir(tmp_path)
    done = call(*line.split()[1:], data=tmp_path / "data")
    assert done.code == 3
    assert done.out == expected
    (condition,) = blocks(page, "sql-expression")
    mended = re.sub(r"^where = .*$", lambda _: f'where = "{condition.strip()}"', mapping, flags=re.MULTILINE)
    (sources / "shop_gateway.toml").write_text(mended, "utf-8")
    done = call(*line.split()[1:], data=tmp_path / "data")
    assert done.code == 0
    assert "3 records read, 3 accepted, 0 rejected, 2 skipped" in done.out


def test_what_is_written_of_packages_consoles_and_bills_is_taken(tmp_path: Path) -> None:
    """All CSV blocks of `docs/bills.md` together are a registry without an invalid row."""
    page = DOCS / "bills.md"
    packages, readings, *statements = blocks(page, "csv")
    files = {"resource_packages.csv": packages, "resource_package_readings.csv": readings}
    for number, rows in enumerate(statements):
        files[f"{'console' if rows.startswith('day') else 'bills'}/{number}.csv"] = rows
    for path, text in files.items():
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    found = load_registry(tmp_path)
    assert found.problems == []
    assert (len(found.bought.packages), len(found.bought.readings)) == (2, 1)
    assert (len(found.statements.console), len(found.statements.bills)) == (4, 3)


def test_an_answer_of_a_provider_becomes_the_file_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    page = DOCS / "bills.md"
    examples = blocks(page, "csv")[2:4]
    for program, rows in zip(blocks(page, "python"), examples, strict=True):
        exec(program, {})
        assert capsys.readouterr().out == rows


def test_the_example_of_the_code_dictionary_is_a_good_row(tmp_path: Path) -> None:
    (rows,) = blocks(DOCS / "engineer.md", "csv")
    (tmp_path / "result_codes.csv").write_text(rows, "utf-8")
    assert load_registry(tmp_path).problems == []
