"""Compares the text of each kind of page with its file in `page_texts`.

The data are random logs that two real runs read (`site_logs.py`), and the example for pages that these logs lack. After
a change of a page, write the files anew with `python -m tests.browser.page_text` and review the differences.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.conftest import Reader
from tests.browser.page_text import TEXT_OF, TEXTS, file_of


@pytest.mark.parametrize("name", TEXT_OF)
def test_a_page_has_its_text(read_site: Callable[..., Reader], name: str) -> None:
    text = TEXT_OF[name]
    assert text.read(read_site(text.world)) == file_of(name).read_text("utf-8")


def test_every_text_is_of_a_page() -> None:
    assert sorted(TEXTS.iterdir()) == sorted(map(file_of, TEXT_OF))
