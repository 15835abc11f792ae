"""The database of `example` and its site, made once for all tests of the reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.contract.settings.settings import Settings
from reports.build.site import render_site
from tests.data.published_tables import example
from tests.once import once_for_all


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of `example`. No test may change it."""
    name = "authmeter.duckdb"
    return once_for_all(tmp_path_factory, "example", lambda folder: example(folder / name)) / name


@pytest.fixture(scope="session")
def site(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of `database`, with Parquet files and a workbook of the app `Shop`. No test may change it."""

    def make(folder: Path) -> None:
        render_site(database, folder, ("Shop", "nobody"), settings=Settings(tables=("parquet",)))

    return once_for_all(tmp_path_factory, "example-site", make)
