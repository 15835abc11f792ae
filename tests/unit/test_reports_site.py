"""The whole site of a small database: the files, their figures, the manifest, and the same bytes twice."""

import csv
import hashlib
import json
import re
from pathlib import Path

import duckdb
import pytest
from report_database import AS_OF, GENERATED_AT, HOSTILE_NAMES, MISSING_BACK, Database, day, example

from pipelines.errors import AuthmeterError
from reports.folders import app_folders
from reports.site import render_site

DETAIL_COLUMNS = [
    "day",
    "app_key",
    "app_name",
    "platform",
    "scheme_id",
    "package_name",
    "channel",
    "carrier",
    "authorization_requests",
    "authorizations",
    "authorizations_cancelled",
    "authorizations_failed",
    "verification_requests",
    "verifications",
    "mismatches",
    "unknowns",
    "billable_verifications",
    "authorization_rate",
]
USAGE_COLUMNS = [
    "day",
    "app_key",
    "app_name",
    "platform",
    "number_verifications",
    "one_click_verifications",
    "local_verifications",
    "third_party_authorizations",
    "wechat_authorizations",
    "qq_authorizations",
    "weibo_authorizations",
    "verification_requests",
    "billable_verifications",
    "devices",
]


@pytest.fixture(scope="module")
def database(tmp_path_factory) -> Path:
    return example(tmp_path_factory.mktemp("db") / "authmeter.duckdb")


@pytest.fixture(scope="module")
def site(database, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("site")
    render_site(database, target)
    return target


@pytest.fixture(scope="module")
def folders(database) -> dict[str, str]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return app_folders(key for (key,) in connection.sql("SELECT app_key FROM apps").fetchall())


def read_csv(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    reader = csv.DictReader(content.decode("utf-8-sig").splitlines(keepends=True), strict=True)
    rows = list(reader)
    return list(reader.fieldnames or ()), rows


def page_data(path: Path) -> dict:
    (block,) = re.findall(
        r'<script type="application/json" id="page-data">(.*?)</script>', path.read_text("utf-8"), re.S
    )
    return json.loads(block)


def card(path: Path, metric: str) -> dict[int, str]:
    (section,) = re.findall(rf'id="card-{metric}">(.*?)</section>', path.read_text("utf-8"), re.S)
    return {int(n): text for n, text in re.findall(r'<data data-window="(\d+)">(.*?)</data>', section)}


def test_holds_the_files_of_the_contract(site, folders):
    pages = {f"{name}.html" for name in ("index", "usage", "monitor", "quality", "metrics")}
    assert {path.name for path in site.iterdir()} == pages | {"usage_all.csv", "manifest.json", "apps", "assets"}
    assert {path.name for path in (site / "apps").iterdir()} == set(folders.values())
    for folder in folders.values():
        assert {p.name for p in (site / "apps" / folder).iterdir()} == {"index.html", "usage_detail.csv"}


def test_the_manifest_lists_every_other_file(site):
    manifest = json.loads((site / "manifest.json").read_bytes())
    assert (manifest["as_of"], manifest["generated_at"]) == (AS_OF.isoformat(), GENERATED_AT)
    listed = {entry["path"]: entry for entry in manifest["files"]}
    found = {p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file()}
    assert set(listed) == found - {"manifest.json"}
    assert list(listed) == sorted(listed)
    for path, entry in listed.items():
        content = (site / path).read_bytes()
        assert (entry["bytes"], entry["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
        assert ("rows" in entry) == path.endswith(".csv")
        if path.endswith(".csv"):
            assert entry["rows"] == len(read_csv(site / path)[1])


def test_the_same_database_gives_the_same_bytes(site, database, tmp_path):
    render_site(database, tmp_path)
    for path in site.rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tmp_path / path.relative_to(site)).read_bytes(), path


def test_detail_csv_sums_to_the_tables_and_the_page(site, database, folders):
    folder = site / "apps" / folders["shop"]
    columns, rows = read_csv(folder / "usage_detail.csv")
    assert columns == DETAIL_COLUMNS
    assert rows == sorted(rows, key=lambda r: (r["day"], r["platform"], r["scheme_id"], r["package_name"], r["channel"],
                                               r["carrier"]))  # fmt: skip
    assert {row["day"] for row in rows} == {day(b).isoformat() for b in range(30) if b != MISSING_BACK}
    one_click = sum(int(row["verifications"]) for row in rows if row["channel"] == "one_click")
    with duckdb.connect(str(database), read_only=True) as connection:
        (table,) = connection.execute(
            "SELECT sum(one_click_verifications) FROM usage_daily WHERE app_key = 'shop' AND day > ?", [day(30)]
        ).fetchall()
    assert one_click == table[0]
    assert card(folder / "index.html", "one_click_verifications")[30] == f"{one_click:,}"
    assert [row["authorization_rate"] for row in rows if row["channel"] == "wechat"] == ["0.75"] * 29
    assert [row["authorization_rate"] for row in rows if row["channel"] == "local_verify"] == [""] * 29


def test_usage_csv_has_the_columns_of_the_table(site):
    columns, rows = read_csv(site / "usage_all.csv")
    assert columns == USAGE_COLUMNS
    assert len(rows) == 29 * (3 + len(HOSTILE_NAMES))
    assert [(r["day"], r["app_key"]) for r in rows] == sorted((r["day"], r["app_key"]) for r in rows)


def test_formulas_in_csv_are_text(site, folders):
    _, rows = read_csv(site / "apps" / folders["cmd"] / "usage_detail.csv")
    assert {row["app_name"] for row in rows} == {"'" + HOSTILE_NAMES["cmd"]}
    _, rows = read_csv(site / "apps" / folders["ghost"] / "usage_detail.csv")
    assert {row["scheme_id"] for row in rows} == {"'=1+1"}


def test_cards_of_all_apps(site):
    # Counts of a day are the base times 1 + back % 3; day 3 is missing.
    factor = {1: 1, 7: sum(1 + b % 3 for b in range(7) if b != 3), 30: sum(1 + b % 3 for b in range(30) if b != 3)}
    base = {"one_click_verifications": 21 + 4 * len(HOSTILE_NAMES), "local_verifications": 9,
            "third_party_authorizations": 6 + 2 + 1}  # fmt: skip
    base["number_verifications"] = base["one_click_verifications"] + 9
    for page in ("index.html", "usage.html"):
        for metric, count in base.items():
            assert card(site / page, metric) == {n: f"{count * f:,}" for n, f in factor.items()}


def test_a_missing_day_is_a_gap_and_an_idle_app_is_zero(site, folders):
    shop = page_data(site / "apps" / folders["shop"] / "index.html")
    assert shop["missing"] == [29 - MISSING_BACK]
    assert shop["first"] == day(29).isoformat()
    wechat = shop["series"]["wechat"]
    assert wechat["authorizations"][-5:] == [12, None, 18, 12, 6]
    assert wechat["authorization_rate"][-5:] == [0.75, None, 0.75, 0.75, 0.75]
    assert shop["series"]["third_party_authorizations"]["count"][-5:] == [12, None, 18, 12, 6]
    idle = site / "apps" / folders["idle"]
    assert page_data(idle / "index.html")["series"]["wechat"]["authorizations"][-5:] == [0, None, 0, 0, 0]
    assert card(idle / "index.html", "number_verifications") == {1: "0", 7: "0", 30: "0"}
    assert read_csv(idle / "usage_detail.csv") == (DETAIL_COLUMNS, [])


def test_windows_carry_their_coverage(site):
    text = (site / "index.html").read_text("utf-8")
    assert "7 天中 6 天有数据" in text
    assert "29 of 30 days with data" in text


def test_every_page_says_what_is_published(site):
    for page in [*site.glob("*.html"), *site.glob("apps/*/index.html")]:
        text = page.read_text("utf-8")
        assert f'id="as-of">{AS_OF}<' in text
        assert f'id="generated-at">{GENERATED_AT}<' in text
        assert "Asia/Shanghai" in text
        assert "Synthetic data" in text
        assert "迟到记录</span>" in text
        assert "default-src 'none'" in text
        assert "connect-src 'none'" in text
        assert not re.search(r"<script(?![^>]* (src=|type=\"application/json\"))|\son\w+=\"|\sstyle=\"", text)


def test_hostile_names_are_text(site):
    everything = "".join(page.read_text("utf-8") for page in site.rglob("*.html"))
    assert "<img" not in everything
    assert "<script>" not in everything
    assert 'example.invalid/">' not in everything


def test_the_app_table_has_every_app(site, folders):
    rows = {row[1][1]: row for row in page_data(site / "usage.html")["tables"]["apps"]}
    assert set(rows) == set(folders)
    assert rows["shop"][:5] == ["android", ["商城", "shop", folders["shop"]], 2, "enabled", [30, 30 * 12, 30 * 59]]
    assert rows["ghost"][3] == "unregistered"
    assert rows["idle"][3] == "disabled"


def test_unmapped_codes_follow_the_rule_of_look_up(site):
    # Code 7 is known for iOS, and iPad reads as iOS; 600001 names another stage.
    codes = page_data(site / "quality.html")["tables"]["codes"]
    assert codes == [["umeng", "sdk", "ios", "600001", 5], ["umeng", "sdk", "android", "7", 3]]


def test_rejected_records_have_three_examples(site):
    text = (site / "quality.html").read_text("utf-8")
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") == 3


def test_a_database_without_any_data_gives_a_site(tmp_path):
    made = Database(tmp_path / "empty.duckdb")
    made.publish()
    (tmp_path / "site").mkdir()
    report = render_site(made.close(), tmp_path / "site")
    assert report.apps == 0
    assert card(tmp_path / "site" / "index.html", "number_verifications") == dict.fromkeys((1, 7, 30), "—")
    assert "badge missing" in (tmp_path / "site" / "usage.html").read_text("utf-8")


def test_an_unpublished_database_is_refused(tmp_path):
    with pytest.raises(AuthmeterError, match="Nothing is published"):
        render_site(tmp_path / "none.duckdb", tmp_path)
