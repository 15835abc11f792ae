"""The server serves every file of a site with its type and headers, and nothing else."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.reports.serve.served_site import DOWNLOADS, LARGE, LARGE_BYTES, TABLES, TYPES, all_files, published_folder
from tests.reports.serve.server import Serving, serving
from tests.rights import python_bound_by_rights


def test_without_tokens_every_file_is_served(whole: Serving) -> None:
    answers = {path: whole.ask(f"/{path}") for path in all_files()}
    found = {path: (answer.status, answer.text) for path, answer in answers.items()}
    assert found == {path: (200, f"{path}\n") for path in all_files()}


@pytest.mark.parametrize("path", TYPES)
def test_a_file_has_its_type_and_the_headers_of_a_careful_server(whole: Serving, path: str) -> None:
    headers = whole.ask(f"/{path}").headers
    assert headers["content-type"] == TYPES[path]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-cache"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "server" not in headers


@pytest.mark.parametrize("path", DOWNLOADS)
def test_a_file_for_a_spreadsheet_is_a_download(whole: Serving, path: str) -> None:
    expected = f'attachment; filename="{DOWNLOADS[path]}"' if DOWNLOADS[path] else None
    assert whole.ask(f"/{path}").headers.get("content-disposition") == expected


def test_a_folder_is_its_index_page(whole: Serving) -> None:
    assert whole.ask("/").text == "index.html\n"
    assert whole.ask("/apps/shop/").text == "apps/shop/index.html\n"
    # Without the slash at the end, relative links of the page would lead elsewhere.
    answer = whole.ask("/apps/shop?lang=en")
    assert (answer.status, answer.headers["location"]) == (303, "/apps/shop/index.html?lang=en")


def test_what_the_browser_has_is_not_sent_again(whole: Serving) -> None:
    first = whole.ask("/index.html")
    again = whole.ask("/index.html", If_None_Match=f'"other", {first.headers["etag"]}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert whole.ask("/usage.html", If_None_Match=first.headers["etag"]).status == 200


def test_head_tells_the_same_without_the_body(whole: Serving) -> None:
    head, get = (whole.ask(f"/{LARGE}", method=method) for method in ("HEAD", "GET"))
    assert head.status == get.status == 200
    assert head.body == b""
    assert head.headers["etag"] == get.headers["etag"]
    assert head.headers["content-type"] == get.headers["content-type"]
    assert int(head.headers["content-length"]) == len(get.body) == LARGE_BYTES


def test_scripts_and_pages_are_compressed_where_the_browser_can(whole: Serving, data: Path) -> None:
    answer = whole.ask(f"/{LARGE}", Accept_Encoding="gzip")
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(answer.body) == (data / "site" / LARGE).read_bytes()
    plain = whole.ask(f"/{LARGE}")
    assert plain.headers["etag"] == answer.headers["etag"]
    assert "content-encoding" not in plain.headers


NOWHERE = [
    "/nothing.html", "/apps/", "/apps/Shop/", "/assets/", "/.site/", "/.", "/../data/hash.key", "/..%2fhash.key",
    "/%2e%2e/hash.key", "/apps/shop/%2e%2e/game/index.html", "/index.html%00", "/index.html/", "/index.html/x", "/%ff",
    "/apps%2fshop/index.html", "/apps\\shop/index.html", "/~", "//apps/shop/", "/" + "a/" * 300, "/" + "a/" * 2500,
]  # fmt: skip


@pytest.mark.parametrize("path", [*NOWHERE, *(f"/{path}" for path in TABLES)])
def test_what_is_no_file_of_the_site_is_not_found(whole: Serving, path: str) -> None:
    answer = whole.ask(path)
    assert answer.status == 404
    assert "没有这个文件" in answer.text
    assert "No such file" in answer.text


def test_a_file_that_cannot_be_read_is_an_error_with_a_page_and_a_line_for_the_operator(tmp_path: Path) -> None:
    data = published_folder(tmp_path / "data")
    (data / "site" / "usage.html").chmod(0)
    with serving(data, log=tmp_path / "log", program=python_bound_by_rights()) as server:
        for method in ("GET", "HEAD"):
            assert server.ask("/usage.html", method=method).status == 500
        assert "for the cause" in server.ask("/usage.html").text
        assert "usage.html" in server.said()
        assert server.ask("/index.html").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_the_site_is_only_read(whole: Serving, method: str) -> None:
    answer = whole.ask("/index.html", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
