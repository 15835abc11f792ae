"""Finds the generation of the published site that a request reads, and the folder of each app.

`access.py` decides who may open a file; `responses.py` sends it.
"""

import os
from pathlib import Path

from pipelines.common.errors import nothing_published
from pipelines.store.published_file import published_tables
from pipelines.store.store import Store
from reports.content.folders import app_folders
from reports.serve.access import SitePath


class PublishedSite:
    """The published site of one data folder: its current generation, and older ones that still exist."""

    def __init__(self, store: Store) -> None:
        self.link, self._database, self._generations = store.site, store.database, store.site_generations
        self._folders: tuple[Path | None, dict[str, str]] = (None, {})

    def root(self) -> Path:
        """Return the folder of the current generation. Raises UsageError if nothing is published."""
        root = Path(os.path.realpath(self.link))
        if not root.is_dir():
            raise nothing_published(self.link)
        return root

    def root_for(self, path: SitePath, version: str | None) -> Path:
        """Return the folder of the generation from which a requested file is served.

        A page that was loaded before the site was switched still gets files of its own generation. Data scripts are
        found by the version in their address (`version`), assets by their name, which contains a digest. All other
        files, and files whose generation no longer exists, come from the current generation.

        Raises:
            UsageError: nothing is published.
        """
        root = self.root()
        is_asset = path[0] == "assets"
        if root.name.endswith(f"-{version}") if version else not is_asset or root.joinpath(*path).exists():
            return root
        others = sorted(self._generations.glob("[0-9]*-*"), reverse=True)
        return next(
            (
                other
                for other in others
                if (other.name.endswith(f"-{version}") if version else other.joinpath(*path).exists())
            ),
            root,
        )

    def folders(self, root: Path) -> dict[str, str]:
        """Return the folder of each published app, by app key.

        The published tables are read again when `root`, the folder of a generation, has changed.

        Raises:
            UsageError: the published tables do not exist.
        """
        if self._folders[0] != root:
            with published_tables(self._database) as connection:
                keys = [str(key) for (key,) in connection.execute("SELECT app_key FROM apps").fetchall()]
            self._folders = (root, app_folders(keys))
        return self._folders[1]
