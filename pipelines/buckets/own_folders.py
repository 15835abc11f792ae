"""Folders that are buckets must be other ones than those of the data folder: a run would read what it wrote."""

from pathlib import Path

from pipelines.buckets.address import Address
from pipelines.buckets.failures import BucketError
from pipelines.common.text import Bilingual
from pipelines.store.store import Store


def require_foreign(address: Address, store: Store) -> None:
    """Refuses a folder that is of the data folder, or that the data folder lies in.

    Raises:
        BucketError: it is.
    """
    if address.scheme != "file":
        return
    folder = Path(address.base)
    if own := store.own_place(folder):
        raise BucketError(Bilingual(f"这是数据目录自己的 {own.name}", f"it is {own.name} of the data folder"))
    if store.data.resolve().is_relative_to(folder.resolve()):
        raise BucketError(Bilingual("数据目录在这个文件夹里", "the data folder lies in it"))
