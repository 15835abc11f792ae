"""A token opens the apps that it names and the shared files, and no path leads out of them."""

from __future__ import annotations

import re
import socket
from contextlib import closing

import pytest

from tests.reports.serve.served_site import FOLDERS, HOSTILE, LARGE, OTHERS, SHARED, all_files, app_files, token_of
from tests.reports.serve.server import Serving


@pytest.mark.parametrize("cookie", [{}, {"Cookie": "authmeter_PORT=wrong"}], ids=["no cookie", "a wrong one"])
def test_without_a_token_there_is_nothing_but_the_form(limited: Serving, cookie: dict[str, str]) -> None:
    headers = {name: text.replace("PORT", str(limited.port)) for name, text in cookie.items()}
    for path in [*all_files(), LARGE, "nothing", "..%2fhash.key"]:
        answer = limited.ask(f"/{path}", **headers)
        assert answer.status == 401, path
        assert "withdrawn" not in answer.text, path
        assert path not in answer.text.replace(f'action="/{path}"', "")


@pytest.mark.parametrize("path", [*app_files("shop"), *SHARED])
def test_a_holder_gets_the_files_of_the_app_and_the_assets(limited: Serving, path: str) -> None:
    answer = limited.ask(f"/{path}", "shop")
    assert (answer.status, answer.text) == (200, f"{path}\n")
    assert answer.headers["cache-control"] == "no-cache"


# Names in another case or without their folder.
MORE_OTHERS = ("Apps/shop/index.html", "shop/index.html", "apps/index.html", "Assets/report.js", "data/apps/shop")


def test_a_holder_gets_nothing_else(limited: Serving) -> None:
    for path in (*OTHERS, *MORE_OTHERS):
        head, answer = (limited.ask(f"/{path}", "shop", method=method) for method in ("HEAD", "GET"))
        assert (head.status, answer.status) == (403, 403), path
        assert not {"content-disposition"} & (head.headers.keys() | answer.headers.keys()), path
        assert '<a href="/apps/shop/index.html">shop</a>' in answer.text
        assert answer.text.count("<li>") == 1
        assert "无权查看此页" in answer.text
        assert "Not for this token" in answer.text


MORE_HOSTILE = (
    "/assets/../../data/hash.key", "/apps/shop/../../../hash.key", "/apps/shop;/../game/index.html",
    "/apps/shop/%00/../../game/index.html", "/apps/shop/%c0%ae%c0%ae/game/index.html",
    "/apps/shop/index.html/../../game/index.html", "/apps/shop/...", "*", "index.html", "apps/shop/",
    "/apps/shop/\xa0/index.html".encode().decode("latin-1"),
)  # fmt: skip


@pytest.mark.parametrize("path", [*HOSTILE, *MORE_HOSTILE])
def test_no_way_leads_out_of_a_holders_folders(limited: Serving, path: str) -> None:
    with closing(socket.create_connection(("127.0.0.1", limited.port), 10)) as connection:
        cookie = f"authmeter_{limited.port}={token_of('shop')}"
        connection.sendall(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode("latin-1")
        )
        with connection.makefile("rb") as answer:
            assert re.match(rb"HTTP/1\.1 (400|403|404) ", answer.read())


def test_a_case_twin_has_its_own_folder(limited: Serving) -> None:
    assert limited.ask(f"/apps/{FOLDERS['Pair']}/", "pair").status == 200
    assert limited.ask(f"/apps/{FOLDERS['pair']}/", "pair").status == 403
    assert f'<a href="/apps/{FOLDERS["Pair"]}/index.html">Pair</a>' in limited.ask("/", "pair").text


def test_an_app_that_is_not_published_is_listed_as_such(limited: Serving) -> None:
    text = limited.ask("/", "gone").text
    assert "尚未发布" in text
    assert "/apps/gone" not in text
    for folder in ("gone", "None"):
        assert limited.ask(f"/apps/{folder}/", "gone").status == 403
    assert "note: the tokens file names gone" in limited.said()


def test_a_token_for_the_whole_site_opens_all(limited: Serving) -> None:
    found = {path: limited.ask(f"/{path}", "all").text for path in all_files()}
    assert found == {path: f"{path}\n" for path in all_files()}
