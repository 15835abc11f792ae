"""The findings of a fetch: objects that were not downloaded, and a damaged ledger."""

from collections.abc import Sequence
from typing import Final

from pipelines.common.text import Bilingual, counted, listed

NOT_THERE: Final = Bilingual(
    "按列出的名称找不到：刚被删除，或名称以 / 开头或结尾",
    "not found under its listed name: it was just deleted, or its name begins or ends with /",
)
DAMAGED: Final = Bilingual(
    "warehouse/buckets.sqlite 已损坏：删除它，下次运行会重新取回全部对象，不会重复计数",
    "warehouse/buckets.sqlite is damaged: remove it, and the next run fetches all objects again; no record counts "
    "twice",
)


def refused(names: Sequence[str]) -> Bilingual:
    """Return the finding on objects whose names cannot be file names."""
    return Bilingual(
        f"{len(names):,} 个对象的名称不能作为文件名（空路径段、. 或 ..、控制字符），未取回：{listed(names)}",
        f"{counted(len(names), 'object')} not fetched, because their names cannot be file names (an empty part, `.` or "
        f"`..`, control characters): {listed(names)}",
    )


def omitted(names: Sequence[str]) -> Bilingual:
    """Return the finding on files of a folder that obstore does not list, because their names end in `#` and digits."""
    return Bilingual(
        f"{len(names):,} 个对象的名称以 # 加数字结尾，会被当作未写完的文件，未取回，请改名：{listed(names)}",
        f"{counted(len(names), 'object')} not fetched, because their names end in # and digits like unfinished files; "
        f"rename them: {listed(names)}",
    )


def not_fetched(names: Sequence[str], why: Bilingual) -> Bilingual:
    """Return the finding on objects that could not be downloaded (`why`), after which the fetch went on with others."""
    return Bilingual(
        f"{len(names):,} 个对象未取回（{why.zh}）：{listed(names)}",
        f"{counted(len(names), 'object')} not fetched ({why.en}): {listed(names)}",
    )


def ended(done: int, due: int, why: Bilingual) -> Bilingual:
    """Return the finding on a bucket that became unavailable (`why`) after `done` of `due` objects were downloaded."""
    return Bilingual(
        f"取回 {done:,} / {due:,} 个对象后中断（{why.zh}），其余留待下次运行",
        f"ended after {done:,} of {counted(due, 'object')} ({why.en}): the rest stays for the next run",
    )


def bounded(max_gb: int, waiting: int, size: int) -> Bilingual:
    """Return the finding on `waiting` objects of `size` bytes together, which `max_gb` leaves for the next run."""
    gb = f"{size / 10**9:,.1f} GB"
    return Bilingual(
        f"达到 max_gb = {max_gb}，其余 {waiting:,} 个对象（{gb}）留待下次运行",
        f"max_gb = {max_gb} is reached: {counted(waiting, 'object')} ({gb}) wait for the next run",
    )
