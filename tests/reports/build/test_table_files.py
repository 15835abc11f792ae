"""The Parquet files equal the published tables, by month if a table has days. Files of unchanged months are links."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import duckdb

from pipelines.contract.settings.settings import Settings
from pipelines.contract.tables.tables import TABLES, VIEWS
from reports.build.site import render_site


def test_every_table_has_the_rows_and_types_that_are_published_in_the_order_of_its_key(
    site: Path, database: Path
) -> None:
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        for name, table in TABLES.items():
            connection.execute(
                f"CREATE TEMP VIEW files AS FROM read_parquet('{site}/tables/{name}/**/*.parquet', "
                "hive_partitioning = false, file_row_number = false)"
            )
            written, published = (connection.sql(f"FROM {each}") for each in ("files", name))
            assert (written.columns, written.types) == (published.columns, published.types)
            assert written.columns == list(table.columns)
            assert sorted(map(repr, written.fetchall())) == sorted(map(repr, published.fetchall())), name
            for file in sorted((site / "tables" / name).rglob("*.parquet")):
                rows = connection.sql(f"SELECT {', '.join(table.columns)} FROM '{file}'").fetchall()
                assert rows == connection.sql(table.query(f"'{file}'")).fetchall()
            connection.execute("DROP VIEW files")
    assert not any((site / "tables" / name).exists() for name in VIEWS)


def test_tables_of_days_lie_by_month_and_all_others_in_one_file(site: Path) -> None:
    found = {path.relative_to(site / "tables").as_posix() for path in (site / "tables").rglob("*.parquet")}
    of_days = {path for path in found if path.startswith("channel_daily/")}
    assert of_days == {f"channel_daily/month=2026-0{month}/channel_daily.parquet" for month in (2, 3)}
    assert {path for path in found if path.startswith("apps/")} == {"apps/apps.parquet"}


def test_the_manifest_lists_them_with_size_digest_and_rows(site: Path, database: Path) -> None:
    files = {one["path"]: one for one in json.loads((site / "manifest.json").read_bytes())["files"]}
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        for name in TABLES:
            rows = connection.execute(f"SELECT count(*) FROM {name}").fetchone()
            assert rows == (sum(one["rows"] for path, one in files.items() if path.startswith(f"tables/{name}/")),)
    for path in (site / "tables").rglob("*.parquet"):
        entry = files[path.relative_to(site).as_posix()]
        assert (entry["bytes"], entry["sha256"]) == (path.stat().st_size, sha256(path.read_bytes()).hexdigest())


def test_a_month_is_a_link_until_its_rows_change_or_somebody_removes_it(
    site: Path, database: Path, tmp_path: Path
) -> None:
    before = Path(shutil.copytree(site, tmp_path / "before"))
    shutil.rmtree(before / "tables" / "outcome_daily")
    changed = Path(shutil.copy(database, tmp_path))
    changed.chmod(0o600)
    with closing(duckdb.connect(str(changed))) as connection:
        connection.execute("UPDATE channel_daily SET unknowns = unknowns + 1 WHERE day = DATE '2026-02-27'")
    after = tmp_path / "site"
    after.mkdir()
    render_site(changed, after, settings=Settings(tables=("parquet",)), before=before)
    anew = {
        path.relative_to(after / "tables").as_posix()
        for path in (after / "tables").rglob("month=*/*.parquet")
        if not (old := before / path.relative_to(after)).exists() or not os.path.samefile(path, old)
    }
    removed = {f"outcome_daily/month=2026-0{month}/outcome_daily.parquet" for month in (2, 3)}
    assert anew == {"channel_daily/month=2026-02/channel_daily.parquet", *removed}
    for path in removed:
        assert (site / "tables" / path).read_bytes() == (after / "tables" / path).read_bytes()
