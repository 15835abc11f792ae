"""Warnings about buckets for `status`, from the findings of the last fetch and of the last copy of the site."""

from collections.abc import Iterator

from pipelines.buckets.notes import Kind, findings_of
from pipelines.common.text import NO_TEXT, Bilingual
from pipelines.contract.settings.settings import Settings
from pipelines.contract.status import Warned
from pipelines.store.store import Store


def bucket_warnings(store: Store, settings: Settings) -> Iterator[Warned]:
    """Yield a warning for each bucket that has a finding and is still named in the settings."""
    fetched = {one.url for one in settings.fetch}
    published = {settings.publish.url, settings.publish.tables_url}
    incomplete = Bilingual(
        "；其中的内容是较早的，或不完整", "; it contains the files of an earlier run, or a part of this one"
    )
    advice = "Follow the advice in the warning, then run `authmeter fetch`. The next run also fetches again."
    yield from _warnings(store, "fetch", fetched, NO_TEXT, advice)
    advice = "Check that the bucket can be written to. The next run continues the copy."
    yield from _warnings(store, "publish", published, incomplete, advice)


def _warnings(store: Store, check: Kind, named: set[str], also: Bilingual, advice: str) -> Iterator[Warned]:
    """Yield a warning for each of the `named` buckets with a finding of a step; `also` ends each text."""
    for url, words in findings_of(store, check).items():
        if url in named:
            yield Warned(
                check=check, severity="warn", day=None, do=advice,
                detail_en=f"{url}: {words.en}{also.en}", detail_zh=f"{url}：{words.zh}{also.zh}",
            )  # fmt: skip
