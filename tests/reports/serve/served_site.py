"""A small published folder for the tests of `authmeter serve` and of the nginx configuration, made without a run.

Each text file of its site contains its own path. Other functions switch the site to its next generation, write a tokens
file, and send a plain HTTP request.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import shutil
import ssl
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from reports.content.folders import app_folders

# `pair` and `Pair` are case twins: their folders are digests.
APPS = ("game", "pair", "Pair", "shop")
FOLDERS = app_folders(APPS)
FOR_ALL = (
    "index.html", "usage.html", "monitor.html", "signin.html", "quality.html", "files.html", "packages.html",
    "reconciliation.html", "limits.html", "usage_all.csv", "sessions.csv", "packages.csv", "manifest.json",
    "data/figures.js", "monthly/usage_2026-03.csv",
    "days/2026-03-10/index.html",
)  # fmt: skip
OF_AN_APP = ("index.html", "figures.js", "{}_usage_detail.csv", "{}_usage_detail.xlsx", "monthly/2026-03.csv")
ASSETS = ("assets/report-0a1b2c3d4e.js", "assets/report-0a1b2c3d4e.css")
# Every holder of a token may open these files.
SHARED = ("metrics.html", *ASSETS)
# This file is larger than one chunk of a response, and differs between generations.
LARGE = "assets/plotly-0a1b2c3d4e.js"
# Tables for other systems, which are files of the site and are not served.
TABLES = ("tables/apps/apps.parquet", "tables/rejected_records/rejected_records.parquet")
LARGE_BYTES = 1_200_000


# Files that a holder of a token for `shop` may not open; "" is the briefing.
OTHERS = (
    *FOR_ALL, *(f"apps/{FOLDERS[key]}/{name.format(FOLDERS[key])}" for key in ("game", "pair", "Pair")
                for name in OF_AN_APP),
    "", "apps/", "assets", "data/", "days/", "apps/Shop/index.html", "APPS/game/index.html", "nothing.html",
)  # fmt: skip
# Addresses that try to lead from the folder of `shop`, or from the shared files, to others.
HOSTILE = (
    "/apps/shop/../game/index.html", "/apps/shop/..%2fgame/index.html", "/apps/shop/%2e%2e/game/index.html",
    "/apps/shop%2f..%2fgame%2findex.html", "/apps/shop/%2e%2e%2fgame/index.html", "/apps/shop/..%5cgame%5cindex.html",
    "/apps/shop/..\\game\\index.html", "/apps/shop/%252e%252e/game/index.html", "/apps/shop/./../game/index.html",
    "//apps/game/index.html", "/apps//game/index.html", "/assets/../index.html", "/assets/%2e%2e/usage_all.csv",
    "/assets/..%2findex.html", "/apps/shop/.hidden", "/apps/shop/..;/game/index.html", "/apps/game/index.html%20",
    "/apps/game%2findex.html", "/apps/shop/..", "http://127.0.0.1/apps/game/index.html",
)  # fmt: skip
TYPES = {
    "index.html": "text/html; charset=utf-8",
    ASSETS[0]: "text/javascript; charset=utf-8",
    ASSETS[1]: "text/css; charset=utf-8",
    "usage_all.csv": "text/csv; charset=utf-8",
    "manifest.json": "application/json",
    "apps/shop/shop_usage_detail.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# The name under which a browser saves a file; None if it shows the file.
DOWNLOADS = {
    "usage_all.csv": "usage_all.csv", "monthly/usage_2026-03.csv": "usage_2026-03.csv",
    "apps/shop/shop_usage_detail.csv": "shop_usage_detail.csv", "apps/shop/monthly/2026-03.csv": "shop_2026-03.csv",
    "apps/shop/shop_usage_detail.xlsx": "shop_usage_detail.xlsx", "apps/shop/figures.js": None, "index.html": None,
}  # fmt: skip


def app_files(key: str) -> list[str]:
    """Return the paths of the files in an app's folder."""
    return [f"apps/{FOLDERS[key]}/{name.format(FOLDERS[key])}" for name in OF_AN_APP]


def all_files() -> list[str]:
    """Return the paths of all text files of the site."""
    return [*FOR_ALL, *SHARED, *(file for key in APPS for file in app_files(key))]


def publish(data: Path, generation: int = 1) -> Path:
    """Publish a generation of the site, remove all but the newest five, and return its folder."""
    folder = data / ".site" / f"{generation:08d}-0123abcd"
    for path in (*all_files(), *TABLES):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"{path}\n")
    (folder / LARGE).write_text(f"{generation:08d}" * (LARGE_BYTES // 8))
    link = data / ".site.new"
    link.symlink_to(Path(".site") / folder.name)
    os.replace(link, data / "site")
    for old in sorted(folder.parent.iterdir())[:-5]:
        shutil.rmtree(old)
    return folder


def published_folder(data: Path, keys: Iterable[str] = APPS) -> Path:
    """Create a data folder with one generation of the site and the table `apps`; return the folder."""
    publish(data)
    (data / "warehouse").mkdir()
    with closing(duckdb.connect(str(data / "warehouse" / "authmeter.duckdb"))) as connection:
        connection.execute("CREATE TABLE apps (app_key VARCHAR)")
        connection.executemany("INSERT INTO apps VALUES (?)", [[key] for key in keys])
    return data


def token_of(name: str) -> str:
    """Return the token for a name, always the same."""
    return f"token-of-{name}-0123456789"


def write_tokens(file: Path, grants: dict[str, list[str]]) -> Path:
    """Write a tokens file that grants apps (`*` for all) to the token of each name, and return its path."""
    entries = [
        f'[[token]]\nsha256 = "{hashlib.sha256(token_of(name).encode()).hexdigest()}"\napps = {apps}\n'
        for name, apps in grants.items()
    ]
    fresh = file.with_suffix(".fresh")
    fresh.touch(0o600)
    fresh.write_text("\n".join(entries).replace("'", '"'))
    fresh.replace(file)
    return file


@dataclass(frozen=True)
class Answer:
    """An answer of a server. Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


def ask(
    port: int,
    path: str,
    *,
    method: str = "GET",
    body: str | None = None,
    tls: ssl.SSLContext | None = None,
    host: str | None = None,
    **headers: str,
) -> Answer:
    """Send one request with exactly this path. `_` in a header's name becomes `-`; `host` replaces the usual `Host`."""
    connection = (
        http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=tls)
        if tls
        else http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    )
    with closing(connection):
        connection.putrequest(method, path, skip_host=host is not None, skip_accept_encoding=True)
        if host:
            connection.putheader("Host", host)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
            connection.putheader("Content-Type", "application/x-www-form-urlencoded")
        for name, value in headers.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders(body.encode() if body is not None else None)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
