"""Tests which file an address means, which files a grant opens, and that no path leads out of the site."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from pipelines.common.errors import AuthmeterError
from pipelines.store.store import Store
from reports.serve.access import site_path
from reports.serve.app import ServedSite
from reports.serve.published_site import PublishedSite
from reports.serve.responses import served
from reports.serve.tokens import TokensFile
from tests.reports.serve.served_site import (
    FOLDERS,
    SHARED,
    all_files,
    app_files,
    publish,
    published_folder,
    token_of,
    write_tokens,
)

READ = {
    b"/": ("index.html",),
    b"/usage.html": ("usage.html",),
    b"/apps/shop/": ("apps", "shop", "index.html"),
    b"/apps/shop": ("apps", "shop"),
    b"/apps/%73hop/shop_usage%5Fdetail.csv": ("apps", "shop", "shop_usage_detail.csv"),
    b"/days/2026-03-10/index.html": ("days", "2026-03-10", "index.html"),
    b"/assets/a..b.js": ("assets", "a..b.js"),
}


@pytest.mark.parametrize("raw", READ)
def test_an_address_names_a_file(raw: bytes) -> None:
    assert site_path(raw) == READ[raw]


NO_FILES = [
    b"", b"*", b"http://127.0.0.1/index.html", b"//index.html", b"/apps//shop/", b"/..", b"/../hash.key", b"/.",
    b"/./index.html", b"/apps/shop/../game/", b"/apps/shop/%2e%2e/game/", b"/apps/shop/%2E./game/", b"/apps%2fshop/",
    b"/apps/shop%2F..%2Fgame/", b"/apps/shop%5c..%5cgame/", b"/apps/shop\\..\\game/", b"/apps/shop/%252e%252e/game/",
    b"/.site/", b"/.hidden", b"/apps/.shop/", b"/index.html%00", b"/index.html%00.css", b"/index.html%0a",
    b"/index.html\xff", b"/%ff", b"/\xc3\xa9", b"/%E5%BA%94", b"/index.html;a=b", b"/index.html:stream", b"/~root/",
    b"/index.html%20", b"/ index.html", b"/c:/", b"/index.html#", b"/%", b"/%zz", b"/" + b"a" * 300,
    b"/tables/apps/apps.parquet", b"/%74ables/apps/apps.parquet", b"/Tables/", b"/tables",
]  # fmt: skip


@pytest.mark.parametrize("raw", NO_FILES)
def test_an_address_that_no_file_of_the_site_has_names_none(raw: bytes) -> None:
    assert site_path(raw) is None


# --- on disk


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return published_folder(tmp_path / "data")


def test_no_link_no_pipe_and_no_folder_is_served(data: Path) -> None:
    root = (data / "site").resolve()
    (data / "hash.key").write_text("secret")
    shop = root / "apps" / "shop"
    for link, target in (
        ("file.html", "../game/index.html"),
        ("folder", "../game"),
        ("out", "/etc"),
        ("key", data / "hash.key"),
    ):
        (shop / link).symlink_to(target)
    os.mkfifo(shop / "pipe")
    request = Request({"type": "http", "method": "GET", "headers": []})
    assert served(request, ("apps", "shop", "index.html"), root).status_code == 200
    for name in ("file.html", "folder/index.html", "out/passwd", "key", "pipe", "nothing", "index.html/more"):
        with pytest.raises(FileNotFoundError):
            served(request, ("apps", "shop", *name.split("/")), root)
    with pytest.raises(IsADirectoryError):
        served(request, ("apps", "shop"), root)


def test_folders_are_those_of_the_published_apps(data: Path) -> None:
    site = PublishedSite(Store(data))
    assert site.folders(site.root()) == FOLDERS
    assert FOLDERS["Pair"] != "Pair"


def test_without_a_site_or_its_tables_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(AuthmeterError, match="Nothing is published"):
        PublishedSite(Store(tmp_path)).root()
    publish(tmp_path)
    site = PublishedSite(Store(tmp_path))
    with pytest.raises(AuthmeterError, match="Nothing is published"):
        site.folders(site.root())


# --- any path


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> ServedSite:
    """The application on a site that contains links to other places. A token opens the apps `shop` and `Pair`."""
    data = published_folder(tmp_path_factory.mktemp("limited") / "data")
    (data / "hash.key").write_text("hash.key\n")
    root = (data / "site").resolve()
    (root / ".hidden").write_text(".hidden\n")
    for link in (root / "apps" / "shop" / "link", root / "assets" / "link"):
        link.symlink_to("../game" if "shop" in link.parts else "../apps/game")
        link.with_name("up").symlink_to(data)
        link.with_name("file").symlink_to(root / "index.html")
    tokens = write_tokens(data / "tokens.toml", {"shop": ["shop", "Pair"]})
    return ServedSite(PublishedSite(Store(data)), TokensFile(tokens), "authmeter")


@cache
def loop() -> tuple[asyncio.Runner, ThreadPoolExecutor]:
    """Return an event loop and its own thread, because the browser of other tests may run an event loop in this
    thread.
    """
    return asyncio.Runner(), ThreadPoolExecutor(max_workers=1)


def answer(app: ServedSite, raw_path: bytes, query: bytes = b"") -> tuple[int, bytes]:
    """Return status and body of the application's answer to a request with the token of `shop`."""
    scope = {
        "type": "http", "http_version": "1.1", "asgi": {"version": "3.0", "spec_version": "2.4"}, "method": "GET",
        "scheme": "http", "path": "/", "raw_path": raw_path, "query_string": query, "root_path": "",
        "headers": [(b"host", b"localhost"), (b"cookie", f"authmeter={token_of('shop')}".encode())],
        "client": None, "server": None,
    }  # fmt: skip
    sent: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, object]) -> None:
        sent.append(message)

    runner, thread = loop()
    thread.submit(runner.run, app(scope, receive, send)).result()  # type: ignore[arg-type]
    return sent[0]["status"], b"".join(message["body"] for message in sent[1:])  # type: ignore[return-value, misc]


# Misleading names, in addition to the names in the site.
ASTRAY = [
    "..", ".", "", "...", "..;", "\\", "..\\", "\0", "~", "*", "shop", "Shop", "SHOP", "shop ", "apps", "Apps",
    "assets", "link", "up", "file", ".hidden", ".site", "site", "data",
]  # fmt: skip
TARGETS = [
    *all_files(), ".hidden", "apps/shop/link/index.html", "apps/shop/file", "apps/shop/up/hash.key", "assets/file",
    "assets/link/shop/index.html", "assets/up/hash.key", "assets/up/site/index.html", "apps/shop/../../../../hash.key",
]  # fmt: skip
LEADS = ["", "", "", "apps/shop/../../", "apps/shop/../", "assets/../", "apps/shop/", "/", "./", "assets/"]


@st.composite
def paths(draw: st.DrawFn) -> bytes:
    """Generate paths to files in the site and outside, with inserted names, and characters encoded once or twice."""
    names = (draw(st.sampled_from(LEADS)) + draw(st.sampled_from(TARGETS))).split("/")
    for _ in range(draw(st.integers(0, 2))):
        place = draw(st.integers(0, len(names)))
        names[place : place + draw(st.integers(0, 1))] = [draw(st.sampled_from(ASTRAY) | st.text(max_size=3))]
    raw = [bytes([byte]) for byte in "/".join(names).encode("utf-8", "surrogatepass")]
    for _ in range(draw(st.integers(0, 3)) if raw else 0):
        place = draw(st.integers(0, len(raw) - 1))
        raw[place] = draw(st.sampled_from([b"%%%02x", b"%%%02X", b"%%25%02x"])) % raw[place][0]
    return draw(st.sampled_from([b"/", b"/", b"/", b"", b"//"])) + b"".join(raw)


@settings(max_examples=250)
@given(paths())
def test_no_path_leads_a_reader_of_apps_out_of_their_folders(limited: ServedSite, raw_path: bytes) -> None:
    status, body = answer(limited, raw_path)
    event(str(status))
    assert status in (200, 303, 403, 404)
    if status == 200:
        assert body.decode().strip() in {*app_files("shop"), *app_files("Pair"), *SHARED}
