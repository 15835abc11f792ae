"""One published folder and two servers over it, the same for all tests of serving; no test changes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reports.serve.served_site import published_folder, write_tokens
from tests.reports.serve.server import GRANTS, Serving, serving


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published folder that no test may change."""
    return published_folder(tmp_path_factory.mktemp("served") / "data")


@pytest.fixture(scope="session")
def whole(data: Path) -> Iterator[Serving]:
    """Serve the whole site to everybody."""
    with serving(data, log=data.parent / "whole.log") as opened:
        yield opened
    assert "Traceback" not in opened.said()


@pytest.fixture(scope="session")
def limited(data: Path) -> Iterator[Serving]:
    """Serve the site to the holders of tokens (`GRANTS`)."""
    tokens = write_tokens(data.parent / "tokens.toml", GRANTS)
    with serving(data, "--tokens", tokens, log=data.parent / "limited.log") as opened:
        yield opened
    assert "Traceback" not in opened.said()
