"""Warnings about buckets for `status`, from the findings of the last fetch and of the last copy of the site."""

from collections.abc import Iterator

from pipelines.buckets.notes import findings_of
from pipelines.contract.settings.settings import Settings
from pipelines.contract.status import Warned
from pipelines.store.store import Store


def bucket_warnings(store: Store, settings: Settings) -> Iterator[Warned]:
    """Yield a warning for each bucket that has a finding and is still named in the settings."""
    named = {one.url for one in settings.fetch}
    for url, words in findings_of(store, "fetch").items():
        if url in named:
            yield Warned(
                check="fetch", severity="warn", day=None,
                detail_en=f"{url}: {words.en}",
                detail_zh=f"{url}：{words.zh}",
                do="Follow the advice in the warning, then run `authmeter fetch`. The next run also fetches again.",
            )  # fmt: skip
    for url, words in findings_of(store, "publish").items():
        if url in (settings.publish.url, settings.publish.tables_url):
            yield Warned(
                check="publish", severity="warn", day=None,
                detail_en=f"{url}: {words.en}; it contains the files of an earlier run, or a part of this one",
                detail_zh=f"{url}：{words.zh}；其中的内容是较早的，或不完整",
                do="Check that the bucket can be written to. The next run continues the copy.",
            )  # fmt: skip
