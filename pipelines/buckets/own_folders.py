"""Refuses local folders as buckets if they overlap with authmeter's own files in the data folder, because a run would
read or overwrite its own files.
"""

from pathlib import Path

from pipelines.buckets.address import Address
from pipelines.buckets.failures import BucketError
from pipelines.common.text import Bilingual
from pipelines.store.store import Store


def require_foreign(address: Address, store: Store) -> None:
    """Refuse a `file` address that contains the data folder, or that is within authmeter's own folders, such as landing
    or the site. Other folders in the data folder are accepted.

    Raises:
        BucketError: the address is refused.
    """
    if address.scheme != "file":
        return
    folder = Path(address.base)
    if own := store.own_place(folder):
        raise BucketError(Bilingual(f"这是数据目录自己的 {own.name}", f"it is the data folder's own {own.name}"))
    if store.data.resolve().is_relative_to(folder.resolve()):
        raise BucketError(Bilingual("数据目录在这个文件夹里", "it contains the data folder"))
