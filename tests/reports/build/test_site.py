"""Tests the site of a small database: its files, manifest, CSV and data scripts, and that equal databases give equal
bytes. The browser tests cover the displayed pages. `test_figures.py` and the browser tests, which read figures from
the pages, test the figures.
"""

from __future__ import annotations

import csv
import gc
import hashlib
import html
import json
import re
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from pipelines.common.errors import AuthmeterError
from pipelines.contract.settings.settings import Settings
from reports.build import app_files
from reports.build import static_files as assets
from reports.build.site import render_site
from reports.content.folders import app_folders
from reports.serve.access import Grant
from tests.data.made_database import GENERATED_AT, Database
from tests.data.published_tables import (
    AS_OF,
    ENDED_INCIDENTS,
    FIRST_BACK,
    HOSTILE_NAMES,
    MISSING_BACK,
    OPEN_INCIDENTS,
    day,
    full,
    incident,
    many,
    steady,
)
from tests.support import damage_blocks

PAGES = {
    f"{name}.html"
    for name in (
        "index", "usage", "monitor", "signin", "quality", "metrics", "files", "packages", "reconciliation", "limits",
    )
}  # fmt: skip
MANY = 60
COUNT_COLUMNS = [
    "authorization_requests", "authorizations", "authorizations_cancelled", "authorizations_failed",
    "verification_requests", "verifications", "mismatches", "unknowns", "billable_verifications",
]  # fmt: skip
DETAIL_COLUMNS = [
    "day", "app_key", "app_name", "platform", "scheme_id", "package_name", "channel", "carrier", *COUNT_COLUMNS,
    "authorization_rate",
]  # fmt: skip
USAGE_COLUMNS = [
    "day", "app_key", "app_name", "platform", "number_verifications", "one_click_verifications", "local_verifications",
    "third_party_authorizations", "wechat_authorizations", "qq_authorizations", "weibo_authorizations",
    "verification_requests", "billable_verifications", "devices",
]  # fmt: skip


def rendered(database: Path) -> Path:
    """Render the site of a database into a new folder next to the database, and return the folder."""
    target = database.parent / "site"
    target.mkdir()
    render_site(database, target)
    return target


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of 150 days of one app, with ended incidents, a withdrawn one and a restated day.

    A second app stopped 100 days ago.
    """

    def add(made: Database) -> None:
        made.add("incidents", *(
            incident(key, back, state="recovered", last_day=day(back - 3)) for key, back in (("old", 140), ("new", 20))
        ))  # fmt: skip
        made.add("withdrawn_incidents", incident("gone", 9, state="withdrawn", last_day=day(8), run=1))

    database = tmp_path_factory.mktemp("calm") / "authmeter.duckdb"
    return rendered(steady(database, days=150, restated=(2,), stopped={"old": 100}, more=add))


@pytest.fixture(scope="module")
def folders(database: Path) -> dict[str, str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return app_folders(key for (key,) in connection.sql("SELECT app_key FROM apps").fetchall())


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def read_csv(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    reader = csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True), strict=True)
    rows = list(reader)
    return list(reader.fieldnames or ()), rows


def script_data(path: Path) -> Any:
    """Return the value that a script of the site assigns to its one variable."""
    (content,) = re.findall(r"^window\.AUTHMETER_[A-Z]+=(.*);$", path.read_text("utf-8"), re.DOTALL)
    return json.loads(content)


def columns(path: Path) -> dict[str, Any]:
    """Return the columns of a script with a list of all apps. The script has each column as a string of JSON."""
    text = path.read_bytes().decode("ascii")
    assert "<" not in text
    found: dict[str, Any] = {}
    for line in text.splitlines()[1:-1]:
        name, _, strings = line.rstrip(",").partition(":")
        values = [
            json.loads(json.loads(f'"{one}"'.replace("\\'", "'")))
            for one in re.findall(r"'((?:[^'\\]|\\.)*)'", strings.replace('"', '\\"'))
        ]
        found[json.loads(name)] = values if strings.startswith("[") else values[0]
    return found


# ---- files


def test_holds_the_files_of_the_contract(site: Path, folders: dict[str, str]) -> None:
    assert names(site) == PAGES | {
        "usage_all.csv", "packages.csv", "package_usage.csv", "reconciliation_daily.csv",
        "reconciliation_monthly.csv", "limits.csv", "sessions.csv", "session_paths.csv", "session_stops.csv",
        "funnel.csv", "manifest.json", "apps", "assets", "data", "days", "monthly", "tables",
    }  # fmt: skip
    assert names(site / "data") == {"all.js", "apps.js", "logins.js", "files.js", "sign_ins.js"}
    assert names(site / "apps") == set(folders.values())


def test_without_the_setting_there_are_no_tables_for_other_systems(calm: Path) -> None:
    assert not (calm / "tables").exists()


def test_a_workbook_is_there_for_the_apps_that_are_named(site: Path, folders: dict[str, str]) -> None:
    for key, folder in folders.items():
        more = {f"{folder}_usage_detail.xlsx"} if key == "Shop" else set()
        more |= {"monthly"} if key not in ("idle", "CON") else set()
        # Only apps with sign-in records have a file of sessions.
        more |= {"sign_ins.js"} if key in ("shop", "img") else set()
        assert names(site / "apps" / folder) == {"index.html", "figures.js", f"{folder}_usage_detail.csv"} | more, key
        assert script_data(site / "apps" / folder / "figures.js").get("has_sign_ins", False) == ("sign_ins.js" in more)
    listed = columns(site / "data" / "apps.js")
    assert [key for key, has in zip(listed["key"], listed["has_xlsx"], strict=True) if has] == ["Shop"]


def test_each_day_from_the_first_record_on_has_a_page(site: Path) -> None:
    assert names(site / "days") == {f"{day(back)}.html" for back in range(FIRST_BACK + 1)}


def test_each_day_that_charts_show_has_a_page_and_the_first_days_of_older_incidents(calm: Path) -> None:
    assert names(calm / "days") == {f"{day(back)}.html" for back in [*range(90), 140]}
    assert incidents_in(calm / "days" / f"{day(140)}.html") == ["old"]
    newest, oldest = ((calm / "days" / f"{day(back)}.html").read_text("utf-8") for back in (89, 140))
    # A page links to the next existing one, however many days are between.
    assert f'rel="prev" href="{day(140)}.html"' in newest
    assert f'rel="next" href="{day(89)}.html"' in oldest
    assert 'rel="prev"' not in oldest


def test_the_manifest_lists_every_other_file(site: Path) -> None:
    manifest = json.loads((site / "manifest.json").read_bytes())
    assert (manifest["as_of"], manifest["generated_at"]) == (AS_OF.isoformat(), GENERATED_AT)
    listed = {entry["path"]: entry for entry in manifest["files"]}
    found = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert set(listed) == found - {"manifest.json"}
    assert list(listed) == sorted(listed)
    for path, entry in listed.items():
        content = (site / path).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert ("rows" in entry) == path.endswith((".csv", ".parquet"))
        if path.endswith(".csv"):
            assert entry["rows"] == len(read_csv(site / path)[1])


def test_the_same_database_gives_the_same_bytes_on_any_number_of_threads(
    site: Path, database: Path, tmp_path: Path
) -> None:
    render_site(database, tmp_path, ("nobody", "Shop"), settings=Settings(tables=("parquet",), threads=1))
    found = sorted(path.relative_to(site) for path in site.rglob("*") if path.is_file())
    assert found == sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file())
    for path in found:
        assert (site / path).read_bytes() == (tmp_path / path).read_bytes(), path


def test_a_name_or_a_version_changes_with_what_it_names(site: Path) -> None:
    """A browser must not combine a new page with an old script: names of assets have a digest, data has a version."""
    for path in (site / "assets").iterdir():
        if path.name == "site.js":
            # Made anew by each run: a page opened just before the switch must still find it.
            continue
        assert path.stem.rpartition("-")[2] == hashlib.sha256(path.read_bytes()).hexdigest()[:10]
    version = script_data(site / "assets" / "site.js")["version"]
    assert version == hashlib.sha256(f"{AS_OF} {GENERATED_AT}".encode()).hexdigest()[:8]
    for path in site.rglob("*.html"):
        for source in re.findall(r'<script[^>]* src="([^"]*)"', path.read_text("utf-8")):
            is_named_by_digest = "assets/" in source and not source.split("?")[0].endswith("/site.js")
            assert is_named_by_digest or source.endswith(f"?v={version}"), (path, source)


def test_every_script_and_style_is_part_of_the_site() -> None:
    """A module that no other module imports, or a style sheet that is not listed, would be left out silently."""
    bundled = re.findall(r"^ *// reports/static/js/([\w/]+\.ts)$", assets.BUNDLE.read_text("utf-8"), re.MULTILINE)
    # The script of workbooks is a bundle of its own, without comments.
    modules = [path for path in (assets.STATIC / "js").rglob("*.ts") if not path.name.endswith(".d.ts")]
    assert sorted([*bundled, "workbook.ts"]) == sorted(
        path.relative_to(assets.STATIC / "js").as_posix() for path in modules
    )
    assert b"AUTHMETER_WORKBOOK" in assets.WORKBOOK.read_bytes()
    assert sorted(assets.STYLES) == sorted(path.stem for path in (assets.STATIC / "css").iterdir())


def test_one_script_alone_reads_a_clock() -> None:
    """Pages show the same at any time, except for the age beside a date."""
    scripts = (assets.STATIC / "js").rglob("*.ts")
    clock = re.compile(r"new Date\(\)|Date\.now|\bperformance\.")
    assert [path.name for path in scripts if clock.search(path.read_text("utf-8"))] == ["age.ts"]


def test_the_pages_say_which_incident_was_withdrawn_and_on_which_days_it_was(calm: Path) -> None:
    pages = {str(file.relative_to(calm)): file.read_text() for file in calm.rglob("*.html")}
    saying = {path for path, text in pages.items() if 'data-withdrawn="gone"' in text}
    assert saying == {"index.html", "apps/shop/index.html", f"days/{day(9)}.html", f"days/{day(8)}.html"}
    for path in saying:
        assert "已撤回，按现有数字不成立" in pages[path]
        assert 'data-incident="gone"' not in pages[path]


def test_an_unpublished_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuthmeterError, match="Nothing is published"):
        render_site(tmp_path / "none.duckdb", tmp_path)


@pytest.mark.parametrize(("part", "is_enabled"), [("LIBRARIES", True), ("BUNDLE", False)])
def test_without_a_part_of_the_front_end_it_says_what_to_do_and_leaves_the_collector_of_cycles_as_it_was(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, is_enabled: bool
) -> None:
    was_enabled = gc.isenabled()
    (gc.enable if is_enabled else gc.disable)()
    monkeypatch.setattr(assets, part, tmp_path / "nowhere")
    try:
        with pytest.raises(AuthmeterError) as refused:
            render_site(database, tmp_path)
        assert "make setup" in str(refused.value.do)
        assert gc.isenabled() == is_enabled
    finally:
        (gc.enable if was_enabled else gc.disable)()


def test_many_apps_have_their_files_and_rows(tmp_path: Path) -> None:
    database = many(tmp_path / "authmeter.duckdb", MANY)
    (tmp_path / "site").mkdir()
    report = render_site(database, tmp_path / "site")
    site = tmp_path / "site"
    assert report.apps == MANY
    assert report.files == sum(path.is_file() for path in site.rglob("*"))
    assert report.bytes == sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    keys = {f"app-{number:04}" for number in range(MANY)}
    for key in keys:
        assert script_data(site / "apps" / key / "figures.js")["key"] == key
    for name in ("apps", "logins", "files"):
        assert set(columns(site / "data" / f"{name}.js")["key"]) == keys
    listed = columns(site / "data" / "apps.js")
    counts = dict(zip(listed["key"], listed["number_verifications"][0], strict=True))
    assert counts == {f"app-{number:04}": number if number % 5 else 0 for number in range(MANY)}


def test_apps_of_a_large_site_have_no_older_days(calm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {path.parent.name for path in calm.rglob(app_files.OLDER_DAYS_FILE)} == {"shop", "old"}
    assert script_data(calm / "assets" / "site.js")["has_older_days"] is True
    monkeypatch.setattr(app_files, "_MOST_APPS_WITH_OLDER_DAYS", 2)
    assert app_files.has_older_days(2)
    monkeypatch.setattr(app_files, "_MOST_APPS_WITH_OLDER_DAYS", 1)
    render_site(calm.parent / "authmeter.duckdb", tmp_path)
    assert list(tmp_path.rglob(app_files.OLDER_DAYS_FILE)) == []
    assert script_data(tmp_path / "assets" / "site.js")["has_older_days"] is False


def test_an_app_with_everything_has_small_files(tmp_path: Path) -> None:
    """There may be a hundred thousand apps, so a page and its figures together stay within 20 kB."""
    database, site = full(tmp_path / "authmeter.duckdb"), tmp_path / "site"
    with duckdb.connect(str(database), read_only=True) as connection:
        ((key,),) = connection.execute("SELECT app_key FROM apps").fetchall()
    site.mkdir()
    render_site(database, site, records={key: pl.DataFrame({"event_id": ["a"] * 1000})})
    (app,) = (site / "apps").iterdir()
    assert (app / f"{key}_records_{AS_OF}.csv").is_file()
    evidence = script_data(app / "figures.js")["evidence"]
    assert [len(one["cells"]["value"]) for one in evidence.values()] == [8, 8], "the cells of its incidents"
    assert sum((app / name).stat().st_size for name in ("index.html", "figures.js")) <= 20_000


# ---- CSV


def detail_of(site: Path, folder: str) -> Path:
    return site / "apps" / folder / f"{folder}_usage_detail.csv"


def test_detail_csv_sums_to_the_tables(site: Path, database: Path, folders: dict[str, str]) -> None:
    found, rows = read_csv(detail_of(site, folders["shop"]))
    assert found == DETAIL_COLUMNS
    assert rows == sorted(rows, key=lambda r: (r["day"], r["platform"], r["scheme_id"], r["package_name"], r["channel"],
                                               r["carrier"]))  # fmt: skip
    assert {row["day"] for row in rows} == {day(back).isoformat() for back in range(30) if back != MISSING_BACK}
    one_click = sum(int(row["verifications"]) for row in rows if row["channel"] == "one_click")
    with duckdb.connect(str(database), read_only=True) as connection:
        (table,) = connection.execute(
            "SELECT sum(one_click_verifications) FROM usage_daily WHERE app_key = 'shop' AND day > ?", [day(30)]
        ).fetchall()
    assert one_click == table[0]
    assert [row["authorization_rate"] for row in rows if row["channel"] == "wechat"] == ["0.75"] * 29
    assert [row["authorization_rate"] for row in rows if row["channel"] == "local_verify"] == [""] * 29


def test_an_idle_app_has_a_csv_of_headings(site: Path, folders: dict[str, str]) -> None:
    assert read_csv(detail_of(site, folders["idle"])) == (DETAIL_COLUMNS, [])


def test_usage_csv_has_the_columns_of_the_table(site: Path) -> None:
    found, rows = read_csv(site / "usage_all.csv")
    assert found == USAGE_COLUMNS
    assert len(rows) == 29 * (3 + len(HOSTILE_NAMES))
    assert [(row["day"], row["app_key"]) for row in rows] == sorted((row["day"], row["app_key"]) for row in rows)


def test_the_csv_of_a_month_has_the_rows_and_columns_of_the_view(site: Path, database: Path) -> None:
    assert names(site / "monthly") == {"usage_2026-02.csv", "usage_2026-03.csv"}
    with duckdb.connect(str(database), read_only=True) as connection:
        for month in ("2026-02", "2026-03"):
            file = site / "monthly" / f"usage_{month}.csv"
            found, rows = read_csv(file)
            expected = connection.execute(
                "SELECT COLUMNS(*)::VARCHAR FROM usage_month WHERE month = $first::DATE ORDER BY app_key",
                {"first": f"{month}-01"},
            ).fetchall()
            assert found == [column[0] for column in connection.description]
            # The CSV has an apostrophe before values that a spreadsheet would execute.
            assert [[cell.removeprefix("'") for cell in row.values()] for row in rows] == [
                list(row) for row in expected
            ]
            assert rows
            assert file.read_bytes().startswith(b"\xef\xbb\xbfmonth,app_key,app_name,")
            assert file.read_bytes().count(b"\r\n") == len(rows) + 1
            assert f'<a href="monthly/usage_{month}.csv" download>CSV</a>' in (site / "usage.html").read_text("utf-8")


def test_formulas_in_csv_are_text(site: Path, folders: dict[str, str]) -> None:
    _, rows = read_csv(detail_of(site, folders["cmd"]))
    assert {row["app_name"] for row in rows} == {"'" + HOSTILE_NAMES["cmd"]}
    _, rows = read_csv(site / "monthly" / "usage_2026-03.csv")
    assert {row["app_name"] for row in rows if row["app_key"] == "cmd"} == {"'" + HOSTILE_NAMES["cmd"]}
    _, rows = read_csv(detail_of(site, folders["ghost"]))
    assert {row["scheme_id"] for row in rows} == {"'=1+1"}


# ---- pages and data scripts


def test_every_page_says_what_is_published(site: Path) -> None:
    pages = [*site.rglob("*.html")]
    assert len(pages) == len(PAGES) + FIRST_BACK + 1 + 5 + len(HOSTILE_NAMES)
    for page in pages:
        text = page.read_text("utf-8")
        day_of_page = page.stem if page.parent.name == "days" else AS_OF
        assert f'id="as-of" datetime="{day_of_page}">' in text
        assert f'id="generated-at" datetime="{GENERATED_AT}">' in text
        assert "Asia/Shanghai" in text
        assert "Synthetic data" in text
        # Late records may belong to other apps, so pages that any reader may open do not mention them.
        is_for_all = page.parent == site and page.name != "metrics.html"
        assert ("badge late" in text) == (is_for_all or page.stem == str(AS_OF))
        assert ("badge restated" in text.split("</summary>")[0]) == (page.stem == str(day(4)))


def test_every_bar_says_how_much_of_a_usual_day_is_there(site: Path) -> None:
    for page in [*site.glob("*.html"), *site.glob("days/*.html")]:
        bar = page.read_text("utf-8").split("</summary>")[0]
        if page.stem == str(day(MISSING_BACK)):
            continue
        assert re.search(r"1[23]\d% of usual", bar), page
        # A reader of a few apps may open this one: a share has no number of other apps in it.
        counts = re.search(r"<b>[45]\d\d</b>", bar)
        assert (counts is None) == (page.name == "metrics.html"), page


def test_every_page_runs_the_sites_own_scripts_only(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
        rules = {name: values for name, *values in (rule.split() for rule in html.unescape(policy).split(";"))}
        assert rules["default-src"] == rules["connect-src"] == rules["form-action"] == rules["base-uri"] == ["'none'"]
        assert rules["script-src"] == ["'self'"]
        # Plotly adds one empty style element, which the digest of the empty text allows.
        assert rules["style-src"] == ["'self'", "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"]
        assert not re.search(r"<script(?![^>]*( src=|type=\"application/json\"))", text), page
        assert not re.search(r"<[^>]* (on\w+|style)=", text), page
        assert not re.search(r'<[^>]* (?:src|href|srcset|action|data|poster)="(?:\w+:)?//', text), page


def test_hostile_names_are_text(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert "<img" not in text, page
        assert "<script>" not in text, page
        assert "</script><script>" not in text.replace("&lt;/script&gt;", ""), page
        assert 'example.invalid/">' not in text, page


def test_every_link_leads_to_a_file_and_a_place_in_it(site: Path) -> None:
    places = {page: set(re.findall(r' id="([^"]*)"', page.read_text("utf-8"))) for page in site.rglob("*.html")}
    for page, own in places.items():
        for link in re.findall(r'<a [^>]*href="([^"]*)"', page.read_text("utf-8")):
            path, _, place = html.unescape(link).partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.is_file() or target.name.endswith("_usage_detail.xlsx"), (page, link)
            # Drawn by the script of an app's page.
            if place and place not in ("records", "sign-ins"):
                assert place in (places[target] if path else own), (page, link)


def test_the_lists_have_every_app_in_the_order_of_names(site: Path, folders: dict[str, str]) -> None:
    listed = columns(site / "data" / "apps.js")
    assert sorted(listed["key"]) == sorted(folders)
    plain = [name for name in listed["name"] if name in ("Console", "Idle", "Shop twin", "ghost", "商城")]
    assert plain == ["Console", "ghost", "Idle", "Shop twin", "商城"]
    place = listed["key"].index("shop")
    assert listed["pinyin"][place] == "ShangCheng"
    assert [listed[name]["values"][listed[name]["of"][place]] for name in ("platform", "account", "status")] == [
        "android", "", "enabled",
    ]  # fmt: skip
    assert listed["folder"][place] == folders["shop"]
    assert listed["folder"][listed["key"].index("ghost")] == 0
    # Counts of a day are 30 times 1 + back % 3; the highest days are level z, the missing one is a dot.
    assert [values[place] for values in listed["number_verifications"][:3]] == [30, 30 * 12, 30 * 59]
    line = "".join("." if back == MISSING_BACK else "bnz"[back % 3] for back in reversed(range(30)))
    assert listed["sparkline"][place] == line


def test_what_every_reader_may_load_tells_nothing_of_an_app(site: Path, database: Path) -> None:
    """All readers load the shared scripts, including readers who may see only some apps."""
    with duckdb.connect(str(database), read_only=True) as connection:
        keys = [key for (key,) in connection.sql("SELECT app_key FROM apps").fetchall()]
        accepted = connection.execute("SELECT records_accepted FROM day_quality WHERE day = ?", [AS_OF]).fetchall()
    path = site / "assets" / "site.js"
    text = path.read_text("utf-8")
    for word in [*HOSTILE_NAMES.values(), *keys, "商城", "Fewer records", "ndjson", str(accepted[0][0])]:
        assert not re.search(rf"(?<![\w-]){re.escape(json.dumps(word, ensure_ascii=False)[1:-1])}(?![\w-])", text), word


def incidents_in(page: Path) -> list[str]:
    """Return the ids of the incidents that have an element of their own in a page, in the order of the page."""
    return re.findall(r' data-incident="([^"]*)"', page.read_text("utf-8"))


def test_the_same_incidents_stand_on_every_page_that_they_concern(site: Path, folders: dict[str, str]) -> None:
    assert incidents_in(site / "index.html") == [*OPEN_INCIDENTS, *ENDED_INCIDENTS]
    of_days = {
        0: OPEN_INCIDENTS, 2: OPEN_INCIDENTS, 3: ("all-rate", "shop-rate", "missing-day"), 5: ("all-rate", "shop-rate"),
        10: ("shop-rate",), 11: (), 23: ("shop-volume",), 25: ("shop-volume",), 26: (),
    }  # fmt: skip
    for back, expected in of_days.items():
        page = site / "days" / f"{day(back)}.html"
        assert incidents_in(page) == list(expected), back
        assert ("No incident on this day" in page.read_text("utf-8")) == (not expected)
    of_apps = {"shop": ["shop-rate", "shop-verify", "shop-volume"], "ghost": ["ghost-rate"], "img": ["odd-rate"]}
    for key, folder in folders.items():
        assert incidents_in(site / "apps" / folder / "index.html") == of_apps.get(key, []), key


def test_who_may_open_one_app_reads_of_no_incident_of_another(site: Path, folders: dict[str, str]) -> None:
    of_others = ("all-rate", "ghost", "odd-rate", "missing-day", "An earlier", "Shop twin", "onerror", "owned")
    grant = Grant({"shop": folders["shop"]})
    opened = [path for path in site.rglob("*") if path.is_file() and grant.may_open(path.relative_to(site).parts)]
    assert site / "apps" / folders["shop"] / "figures.js" in opened
    for path in opened:
        if path.suffix not in (".html", ".js") or path.name.startswith(("plotly", "report", "charts", "texts")):
            continue
        text = path.read_text("utf-8")
        assert [word for word in of_others if word in text] == [], path


def test_an_incident_of_restated_days_says_so_and_so_does_a_day_without_one(site: Path, calm: Path) -> None:
    text = (site / "days" / f"{day(4)}.html").read_text("utf-8")
    assert "Figures of 1 of its days were changed" in text
    said = {back: (calm / "days" / f"{day(back)}.html").read_text("utf-8") for back in (1, 2)}
    assert [("which were changed after publication" in said[back]) for back in (1, 2)] == [False, True]
    assert all("当日没有异常" in text for text in said.values())


def test_rejected_records_have_three_examples(site: Path) -> None:
    text = (site / "quality.html").read_text("utf-8")
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") == 3
    # The count of the last stored example includes the records after it, which are not stored.
    assert re.search(r"<code>malformed</code>.*<b>1,000</b>", text)


def test_a_site_without_number_verification_shows_third_party_counts(tmp_path: Path) -> None:
    zero = "number_verifications = 0, one_click_verifications = 0, local_verifications = 0"
    site = rendered(steady(
        tmp_path / "authmeter.duckdb", won=lambda back: 80 if back else 60, more=lambda made: made.connection.execute(
            f"UPDATE usage_daily SET {zero}, third_party_authorizations = 50 + day(day)"
        ),
    ))  # fmt: skip
    page = (site / "files.html").read_text("utf-8")
    assert page.count('data-metric="third_party_authorizations"') == 1
    assert 'data-metric="number_verifications"' not in page
    assert f'data-compact="{50 + AS_OF.day}"' in page
    # A week moves it by seven.
    page = (site / "index.html").read_text("utf-8")
    assert "三方授权量</span><span lang=en>Third-party authorizations</span> · " in page
    assert "+7</td>" in page


def test_a_damaged_published_file_is_no_fault_of_authmeter(tmp_path: Path) -> None:
    damaged = steady(tmp_path / "authmeter.duckdb")
    damage_blocks(damaged, every=1)
    (tmp_path / "site").mkdir()
    with pytest.raises(AuthmeterError, match="The published file cannot be read"):
        render_site(damaged, tmp_path / "site")
