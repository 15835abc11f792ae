"""Reads the published site: the current generation, the folder of each app, and single files.

`access.py` decides who may open a file.
"""

import errno
import os
import stat
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from pipelines.common.errors import nothing_published
from pipelines.store.database import open_published
from pipelines.store.store import Store
from reports.content.folders import app_folders
from reports.serve.access import SitePath

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# Opening a named pipe must not wait for a writer.
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


class PublishedSite:
    """The site of one data folder, always in the generation that is current."""

    def __init__(self, store: Store) -> None:
        self.link, self._database, self._generations = store.site, store.database, store.site_generations
        self._folders: tuple[Path | None, dict[str, str]] = (None, {})

    def root(self) -> Path:
        """Return the folder of the current generation.

        Raises:
            UsageError: nothing is published.
        """
        root = Path(os.path.realpath(self.link))
        if not root.is_dir():
            raise nothing_published(self.link)
        return root

    def root_for(self, path: SitePath, version: str | None) -> Path:
        """Return the folder of the generation whose page requests the file, if it still exists; else of the current
        one.

        Pages name the version of their data scripts, and assets by a digest of the content. If the site is switched
        while a page is loading, all of its files still come from one generation.

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
        """Return the folder of each published app in that generation, by app key.

        Raises:
            UsageError: the published tables do not exist.
        """
        if self._folders[0] != root:
            with closing(open_published(self._database)) as connection:
                keys = [str(key) for (key,) in connection.execute("SELECT app_key FROM apps").fetchall()]
            self._folders = (root, app_folders(keys))
        return self._folders[1]


def open_file(root: Path, path: SitePath) -> BinaryIO:
    """Open a file of a generation; it can be read to the end even if the generation is deleted meanwhile.

    Folders are opened one by one without following links, so that nothing outside `root` can be reached.

    Raises:
        FileNotFoundError: there is no such file.
        IsADirectoryError: it is a folder.
    """
    folder = os.open(root, _FOLDER)
    try:
        for name in path[:-1]:
            inner = os.open(name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        found = os.open(path[-1], _FILE | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        # A link fails with one of the first two: as a path that is no folder, or as one link too many.
        if error.errno in (errno.ENOTDIR, errno.ELOOP, errno.ENXIO):
            raise FileNotFoundError(error.errno, "no such file", "/".join(path)) from None
        raise
    finally:
        os.close(folder)
    mode = os.fstat(found).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(found, "rb", buffering=0)
    os.close(found)
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "a folder", "/".join(path))
    raise FileNotFoundError(errno.ENOENT, "no plain file", "/".join(path))
