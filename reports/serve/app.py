"""The web application: answers a request with a file of the site, a page of the server, or a redirect.

It checks host, method, token, grant and existence in this order, and sets the cookie. The checks are in `access.py`,
`tokens.py` and `published_site.py`; `responses.py` builds the responses.
"""

import sys
from pathlib import Path
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pipelines.common.errors import AuthmeterError
from reports.serve.access import INDEX, WHOLE_SITE, Grant, SitePath, app_page, is_loopback, site_path
from reports.serve.published_site import PublishedSite
from reports.serve.responses import HEADERS, own_page, redirect, served, sign_in
from reports.serve.tokens import EVERY_APP, TokenEntry, TokensFile

_FORM_LIMIT = 4096
# Answers that need both the site and the tokens file: a file, a part of it, an unchanged file, a finished sign-in.
_SERVED = {200, 206, 303, 304}


class ServedSite:
    """The application: serves a data folder's site to the readers in the tokens file; without one, to everybody."""

    def __init__(self, site: PublishedSite, tokens: TokensFile | None, cookie: str) -> None:
        self._site, self._tokens, self._cookie = site, tokens, cookie
        self._methods = ("GET", "HEAD") if tokens is None else ("GET", "HEAD", "POST")
        self._logged, self._is_out = "", False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            form = await _form(request)
        except ClientDisconnect:
            return
        response = await run_in_threadpool(self._answer, request, form)
        response.headers.update(HEADERS)
        await response(scope, receive, send)

    def _answer(self, request: Request, form: bytes) -> Response:
        try:
            response = self._checked(request, form)
        except AuthmeterError as error:
            self._log(str(error))
            self._is_out = True
            return own_page(503)
        except Exception as error:  # last resort: the reader gets a page, the operator a line, and the server continues
            self._log(f"This should not happen: {type(error).__name__}: {error}")
            return own_page(500)
        if self._is_out and response.status_code in _SERVED:
            # The cause is gone; if it comes back, it is printed again.
            self._is_out, self._logged = False, ""
        return response

    def _checked(self, request: Request, form: bytes) -> Response:
        if not is_loopback(request.headers.get("host", "")):
            return own_page(421)
        if request.method not in self._methods:
            refused = own_page(405)
            refused.headers["allow"] = ", ".join(self._methods)
            return refused
        if len(form) > _FORM_LIMIT:
            return own_page(413)
        path = site_path(request.scope["raw_path"])
        if self._tokens is None:
            return self._file(request, path, None)
        given = _given_token(request, form)
        entry = self._tokens.find(request.cookies.get(self._cookie, "") if given is None else given)
        if entry is None:
            return sign_in(request, path or (INDEX,), is_wrong=given is not None)
        return self._file(request, path, entry) if given is None else self._signed_in(request, path, entry, given)

    def _signed_in(self, request: Request, path: SitePath | None, entry: TokenEntry, token: str) -> Response:
        """Store the token in a cookie, and redirect to the requested address without the token.

        If the token opens a single app, a request for the start page is redirected to the app's page.
        """
        grant = self._grant(entry, self._site.root())
        target, folders = path or (INDEX,), list(grant.apps.values())
        if target == (INDEX,) and len(folders) == 1 and folders[0]:
            target = app_page(folders[0])
        response = redirect(request, target)
        response.set_cookie(self._cookie, token, httponly=True, samesite="strict")
        return response

    def _grant(self, entry: TokenEntry | None, root: Path) -> Grant:
        if entry is None or EVERY_APP in entry.apps:
            return WHOLE_SITE
        folders = self._site.folders(root)
        return Grant({key: folders.get(key) for key in entry.apps})

    def _file(self, request: Request, path: SitePath | None, entry: TokenEntry | None) -> Response:
        root = self._site.root()
        grant = self._grant(entry, root)
        if not grant.is_whole_site and not (path and grant.may_open(path)):
            return own_page(403, grant)
        try:
            if not path:
                return own_page(404)
            return served(request, path, self._site.root_for(path, request.query_params.get("v")))
        except IsADirectoryError:
            return redirect(request, (*(path or ()), INDEX))
        except FileNotFoundError:
            # A run may have switched the site and deleted this generation.
            return own_page(404) if self._site.root() == root else self._file(request, path, entry)

    def _log(self, text: str) -> None:
        if text != self._logged:
            self._logged = text
            print(f"authmeter: {text}", file=sys.stderr, flush=True)


async def _form(request: Request) -> bytes:
    """Return the body of a POST request, else an empty one; reading stops once the body exceeds `_FORM_LIMIT`."""
    body = b""
    if request.method == "POST":
        async for chunk in request.stream():
            body += chunk
            if len(body) > _FORM_LIMIT:
                break
    return body


def _given_token(request: Request, form: bytes) -> str | None:
    """Return the token in the sign-in form (POST) or the address; without one, "" for POST, None for other methods."""
    if request.method == "POST":
        return parse_qs(form.decode("latin-1")).get("token", [""])[0].strip()
    return request.query_params.get("token")
