"""Builds responses: a file with its type and download name, a page of the server, or a redirect.

`app.py` decides which response a request gets; `pages.py` has the texts of pages.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

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
_CHUNK = 256 * 1024


def address_without_token(request: Request, path: SitePath) -> str:
    """Return the address of a file with the request's query, without the token."""
    asked = parse_qsl(request.scope["query_string"].decode("latin-1"))
    rest = urlencode([(key, value) for key, value in asked if key != "token"])
    return address(path) + (f"?{rest}" if rest else "")


def redirect(request: Request, path: SitePath) -> Response:
    """Return a redirect to another address of this server."""
    headers = {"location": address_without_token(request, path), "cache-control": "no-store"}
    return Response(status_code=303, headers=headers)


def own_page(status: int, grant: Grant | None = None) -> Response:
    """Return a page of the server itself; see `pages.page`."""
    return _html(status, page(status, grant=grant))


def sign_in(request: Request, path: SitePath, is_wrong: bool) -> Response:
    """Return the page with the sign-in form.

    Browsers do not send the cookie if another site linked here, even by a link with a token. The page then requests the
    address again: that request comes from this site, and carries the cookie if there is one.
    """
    is_led_here = request.headers.get("sec-fetch-site") == "cross-site" and not is_wrong
    form = address_without_token(request, path)
    response = _html(401, page(401, form=form, is_wrong=is_wrong, is_once_more=is_led_here))
    response.headers["www-authenticate"] = 'Cookie realm="authmeter"'
    return response


def _html(status: int, text: str) -> Response:
    return Response(text, status, {"content-security-policy": POLICY, "cache-control": "no-store"}, "text/html")


def served(request: Request, path: SitePath, file: BinaryIO) -> Response:
    """Return a response with an open file, and close the file at its end."""
    status = os.fstat(file.fileno())
    # Weak, because the same file is also sent compressed.
    etag = f'W/"{status.st_mtime_ns:x}-{status.st_ino:x}-{status.st_size:x}"'
    kind = path[-1].rpartition(".")[2]
    headers = {"cache-control": "no-cache", "etag": etag, "content-security-policy": "frame-ancestors 'none'"}
    known = [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in known:
        file.close()
        return Response(status_code=304, headers=headers)
    headers |= {"content-type": _TYPES.get(kind, "application/octet-stream"), "content-length": str(status.st_size)}
    if kind in _DOWNLOADS:
        headers["content-disposition"] = f'attachment; filename="{_download_name(path)}"'
    if request.method == "HEAD":
        file.close()
        return Response(headers=headers)
    return _Streamed(file, headers)


def _download_name(path: SitePath) -> str:
    """Return the file name for downloads; the file of an app's month is prefixed with the app's folder."""
    is_of_app = path[0] == "apps" and path[-2] == "monthly"
    return f"{path[1]}_{path[-1]}" if is_of_app else path[-1]


class _Streamed(StreamingResponse):
    """An open file as a response; the file is also closed if the client disconnects before the first byte."""

    def __init__(self, file: BinaryIO, headers: dict[str, str]) -> None:
        super().__init__(_chunks(file), headers=headers)
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._file.close()


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk
