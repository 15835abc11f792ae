"""Builds responses: a file with its type and download name, a page of the server, or a redirect.

`app.py` decides which response a request gets; `pages.py` has the texts of pages.
"""

import errno
import os
import stat
from http.client import OK
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from reports.serve.access import Grant, SitePath, address
from reports.serve.pages import POLICY, page

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "csv": "text/csv; charset=utf-8", "json": "application/json", "xlsx": XLSX,
}  # fmt: skip
_DOWNLOADS = ("csv", "xlsx")
# Headers of every response.
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    # Otherwise other sites could load the figures of an app as a script, and read them.
    "cross-origin-resource-policy": "same-origin",
}


def address_without_token(request: Request, path: SitePath) -> str:
    """Return the address of `path` with the query of the request, except the token."""
    asked = parse_qsl(request.scope["query_string"].decode("latin-1"))
    rest = urlencode([(key, value) for key, value in asked if key != "token"])
    return address(path) + (f"?{rest}" if rest else "")


def redirect(request: Request, path: SitePath) -> Response:
    """Return a redirect to the address of `path`, with the query of the request except the token."""
    headers = {"location": address_without_token(request, path), "cache-control": "no-store"}
    return Response(status_code=303, headers=headers)


def own_page(status: int, grant: Grant | None = None) -> Response:
    """Return a page of the server itself; see `pages.page`."""
    return _html(status, page(status, grant=grant))


def sign_in(request: Request, path: SitePath, is_wrong: bool) -> Response:
    """Return the page with the sign-in form.

    If another site linked here, browsers do not send the cookie, so the page requests the address again: this request
    comes from this site and carries the cookie.
    """
    is_led_here = request.headers.get("sec-fetch-site") == "cross-site" and not is_wrong
    form = address_without_token(request, path)
    response = _html(401, page(401, form=form, is_wrong=is_wrong, is_once_more=is_led_here))
    response.headers["www-authenticate"] = 'Cookie realm="authmeter"'
    return response


def _html(status: int, text: str) -> Response:
    return Response(text, status, {"content-security-policy": POLICY, "cache-control": "no-store"}, "text/html")


def served(request: Request, path: SitePath, root: Path) -> Response:
    """Return a response with a file of a generation, or with nothing if the reader's copy is current.

    The file is opened after this function returns; a replaced generation stays long enough for that.

    Raises:
        FileNotFoundError: there is no such file.
        IsADirectoryError: it is a folder.
        PermissionError: the server may not read it.
    """
    files = StaticFiles(directory=root, check_dir=False)
    try:
        file, status = files.lookup_path("/".join(path))
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise FileNotFoundError(error.errno, error.strerror) from None
        raise
    if status and stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(file)
    # A link within the site could lead to the folder of another app. The path of the site itself may contain links.
    if not status or not stat.S_ISREG(status.st_mode) or Path(file) != Path(os.path.realpath(root), *path):
        raise FileNotFoundError(file)
    # Starlette would fail after it has sent the headers.
    if not os.access(file, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), file)
    response = files.file_response(file, status, request.scope)
    kind = path[-1].rpartition(".")[2]
    response.headers.update({"cache-control": "no-cache", "content-security-policy": "frame-ancestors 'none'"})
    # Weak, because the same file is also sent compressed.
    response.headers["etag"] = "W/" + response.headers["etag"]
    if response.status_code == OK:
        # The library reads types from files of the machine, which differ.
        response.headers["content-type"] = _TYPES.get(kind, "application/octet-stream")
        if kind in _DOWNLOADS:
            response.headers["content-disposition"] = f'attachment; filename="{_download_name(path)}"'
    return response


def _download_name(path: SitePath) -> str:
    """Return the file name for downloads; the file of an app's month is prefixed with the app's folder."""
    is_of_app = path[0] == "apps" and path[-2] == "monthly"
    return f"{path[1]}_{path[-1]}" if is_of_app else path[-1]
