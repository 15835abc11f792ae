"""Who may open what: how an address is read, and which files of the site a grant opens.

Lives here: rules without files and without network. Does not belong here: whose token it is (`tokens.py`), what stands
under an address (`published_site.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

# Every name that the site gives to a file or folder. It starts with no dot: neither `..` nor a hidden file fits.
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,250}", re.ASCII)
_LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?", re.ASCII | re.IGNORECASE)
INDEX = "index.html"
# What the figures mean is no secret: it holds none, and every figure of an app's page points to it.
METRICS_PAGE = ("metrics.html",)

# A file of the site: the names of its folders, then its own.
SitePath = tuple[str, ...]


@dataclass(frozen=True)
class Grant:
    """What one reader may open: the whole site, or the folders of some apps and what all pages share: assets and the
    page of the metrics.

    `apps` gives the folder of each granted app key, None where the published site has no such app.
    """

    apps: Mapping[str, str | None] = field(default_factory=dict)
    is_whole_site: bool = False

    def may_open(self, path: SitePath) -> bool:
        """Whether that file is granted; a folder counts as its own index page."""
        if self.is_whole_site:
            return True
        if path == METRICS_PAGE:
            return True
        if len(path) < 2:
            return False
        return path[0] == "assets" or (path[0] == "apps" and path[1] in self.apps.values())


WHOLE_SITE = Grant(is_whole_site=True)


def site_path(raw_path: bytes) -> SitePath | None:
    """The file that a request's path names, decoded once; the index page where it ends in a slash.

    None where no file of any site has such a name: dots at the front, a slash or a percent sign behind the encoding,
    empty names, anything but ASCII letters, digits and `._-`.
    """
    if not raw_path.startswith(b"/"):
        return None
    names = [unquote_to_bytes(name).decode("ascii", "replace") for name in raw_path[1:].split(b"/")]
    if not names[-1]:
        names[-1] = INDEX
    return tuple(names) if all(_NAME.fullmatch(name) for name in names) else None


def address(path: SitePath) -> str:
    """The address of a file on this server; never that of another server, since no name of it is empty."""
    return "/" + "/".join(path)


def app_page(folder: str) -> SitePath:
    """The page of the app with that folder."""
    return ("apps", folder, INDEX)


def is_loopback(host: str) -> bool:
    """Whether a Host header names this machine: a foreign name that was bent to loopback (DNS rebinding) does not."""
    return bool(_LOOPBACK.fullmatch(host))
