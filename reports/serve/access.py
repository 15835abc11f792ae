"""Access rules: how a request's path is parsed, and which files of the site a grant allows.

These functions use neither files nor network. `tokens.py` finds the entry of a token, `published_site.py` reads files.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

# All names of files and folders in the site. The first character is no dot: neither `..` nor hidden files match.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,250}", re.ASCII)
_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)
# The folder of the tables for other systems, which read files. Some of these tables contain parts of records.
_TABLES = "tables"
INDEX = "index.html"
# The metrics page is public: it contains no figures of apps, and every figure of an app's page links to it.
METRICS_PAGE = ("metrics.html",)

# A file of the site: the names of its folders, then its own name.
SitePath = tuple[str, ...]


@dataclass(frozen=True)
class Grant:
    """The files that one reader may open: the whole site, or the folders of some apps, the assets and the metrics page.

    `apps` has the folder of each granted app by its key; the folder is None if no such app is published.
    """

    apps: Mapping[str, str | None] = field(default_factory=dict)
    is_whole_site: bool = False

    def may_open(self, path: SitePath) -> bool:
        """Whether the file of a path is granted; a folder counts as its index page."""
        if self.is_whole_site:
            return True
        if path == METRICS_PAGE:
            return True
        if len(path) < 2:
            return False
        return path[0] == "assets" or (path[0] == "apps" and path[1] in self.apps.values())


WHOLE_SITE = Grant(is_whole_site=True)


def site_path(raw_path: bytes) -> SitePath | None:
    """Return the file that a request's path names, decoded once. A path that ends in a slash names `index.html` there.

    Return None if no file of a site can have such a name: leading dots, an encoded slash or percent sign, empty names,
    or other characters than ASCII letters, digits and `._-`. Also return None for files under `tables/`, which this
    server does not serve.
    """
    if not raw_path.startswith(b"/"):
        return None
    names = [unquote_to_bytes(name).decode("ascii", "replace") for name in raw_path[1:].split(b"/")]
    if not names[-1]:
        names[-1] = INDEX
    if names[0].lower() == _TABLES:
        return None
    return tuple(names) if all(_NAME.fullmatch(name) for name in names) else None


def address(path: SitePath) -> str:
    """Return the address of a file on this server. It cannot point to another server, because no name is empty."""
    return "/" + "/".join(path)


def app_page(folder: str) -> SitePath:
    """Return the page of the app with that folder."""
    return ("apps", folder, INDEX)


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine. This refuses foreign names that resolve to loopback (DNS rebinding)."""
    return bool(_LOOPBACK.fullmatch(host))
