"""Tests that `docs/buckets-tried.md` is current, and that the tests behind it run in `make test`."""

from __future__ import annotations

import pytest

from pipelines.contract.settings.bucket_settings import SCHEMES, FetchSettings
from tests.buckets.page import PAGE, TESTS, page
from tests.buckets.tried import KINDS, TRIED


def test_the_page_shows_what_is_tried() -> None:
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.buckets.page`"


def test_the_page_names_only_tests_that_make_test_runs() -> None:
    tests = {f"{module.__name__}.{name}": test for module in TESTS for name, test in vars(module).items()}
    for name in {name for names in TRIED.values() for name in names}:
        assert name.rpartition(".")[2].startswith("test_"), name
        marks = {mark.name for mark in getattr(tests[name], "pytestmark", [])}
        assert not marks & {"lab", "skip", "skipif", "xfail"}, name


def test_each_scheme_has_a_column() -> None:
    assert {kind.partition(":")[0].lstrip("`") for kind in KINDS} == {*SCHEMES, "sftp"}
    with pytest.raises(ValueError, match="sftp:// is not supported"):
        FetchSettings(url="sftp://host/logs", into="in")
