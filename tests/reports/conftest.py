"""The database of `example` and its site, made once for all tests of the reports."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.contract.settings.settings import Settings
from reports.build.site import render_site
from tests.data.published_tables import example


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of `example`. No test may change it."""
    return example(tmp_path_factory.mktemp("example") / "authmeter.duckdb")


@pytest.fixture(scope="session")
def site(database: Path) -> Path:
    """The site of `database`, with Parquet files and a workbook of the app `Shop`. No test may change it."""
    target = database.parent / "site"
    target.mkdir()
    render_site(database, target, ("Shop", "nobody"), settings=Settings(tables=("parquet",)))
    return target
