"""Each kind of page shows the sentences, tables, cards and lines of charts that `page_texts` has for it.

The data are random logs that went through two real runs (`site_logs.py`), and the example for pages that these logs
lack. When these files were written, every number was counted a second time from the tables. After a change of a page,
write them anew with `python -m tests.browser.page_text` and read what changed.
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
