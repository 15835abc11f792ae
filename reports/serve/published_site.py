"""The published site as files: which generation stands now, the folder of each app, and opening one file.

Lives here: what touches the disk. Does not belong here: who may open it (`access.py`).
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
# Not to wait for a writer where the name is a pipe's.
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC


class PublishedSite:
    """The site of one data folder, whichever generation the runs have switched it to."""

    def __init__(self, store: Store) -> None:
        self.link, self._database, self._generations = store.site, store.database, store.site_generations
        self._folders: tuple[Path | None, dict[str, str]] = (None, {})

    def root(self) -> Path:
        """The folder of the generation that stands now.

        Raises:
            UsageError: nothing is published.
        """
        root = Path(os.path.realpath(self.link))
        if not root.is_dir():
            raise nothing_published(self.link)
        return root

    def root_for(self, path: SitePath, version: str | None) -> Path:
        """The folder of the generation whose page asks for the file, while it is there; else the one that stands.

        A page names the version of its data scripts, and its assets by their content. Where the site is switched while
        a page is being loaded, all of it is then of one generation.

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
        """The folder of each published app in that generation, by app key.

        Raises:
            UsageError: the published tables are not there.
        """
        if self._folders[0] != root:
            with closing(open_published(self._database)) as connection:
                keys = [str(key) for (key,) in connection.execute("SELECT app_key FROM apps").fetchall()]
            self._folders = (root, app_folders(keys))
        return self._folders[1]


def open_file(root: Path, path: SitePath) -> BinaryIO:
    """Opens a file of a generation, whole even when that generation is cleared away meanwhile.

    It goes from folder to folder and follows no link, so that nothing outside `root` can be reached.

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
        # A link is refused with the first two: as something that is no folder, or as one link too many.
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
