"""`authmeter serve` as a process with real requests: who gets what, what it says of itself, how it begins and ends."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.common.project import PROJECT
from tests.published_folder import Ended, authmeter
from tests.reports.serve.served_site import (
    APPS,
    ASSETS,
    FOLDERS,
    FOR_ALL,
    LARGE,
    LARGE_BYTES,
    SHARED,
    Answer,
    all_files,
    app_files,
    ask,
    publish,
    published_folder,
    token_of,
    write_tokens,
)

GRANTS = {"shop": ["shop"], "pair": ["Pair", "shop"], "gone": ["gone", "shop"], "all": ["*"]}


@dataclass
class Serving:
    """A running server."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def ask(self, path: str, holder: str | None = None, **more: str) -> Answer:
        """One request, with the cookie of a holder."""
        cookie = {"Cookie": f"authmeter_{self.port}={token_of(holder)}"} if holder else {}
        return ask(self.port, path, **cookie, **more)  # type: ignore[arg-type]

    def said(self) -> str:
        """What it wrote, to either stream."""
        return self.log.read_text()


@contextmanager
def serving(data: Path, *arguments: object, log: Path) -> Iterator[Serving]:
    """A server on a free port, stopped in the end; it must not have said anything but where it is."""
    command = [sys.executable, "-m", "pipelines", "serve", "--data", str(data), "--port", "0", *map(str, arguments)]
    with log.open("w") as out, subprocess.Popen(command, cwd=PROJECT, stdout=out, stderr=out, text=True) as process:
        try:
            until = time.monotonic() + 60
            while not (found := re.search(r"http://127\.0\.0\.1:(\d+)/", log.read_text())):
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < until, "the server does not come up"
                time.sleep(0.02)
            yield Serving(process, int(found[1]), log)
        finally:
            if process.poll() is None:
                process.terminate()
            assert process.wait(20) == 0, log.read_text()
    assert not [name for name in GRANTS if token_of(name) in log.read_text()], "a token was logged"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published folder that no test changes."""
    return published_folder(tmp_path_factory.mktemp("served") / "data")


@pytest.fixture(scope="module")
def whole(data: Path) -> Iterator[Serving]:
    """The whole site for everybody."""
    with serving(data, log=data.parent / "whole.log") as opened:
        yield opened
    assert "Traceback" not in opened.said()


@pytest.fixture(scope="module")
def limited(data: Path) -> Iterator[Serving]:
    """The site for the holders of tokens."""
    tokens = write_tokens(data.parent / "tokens.toml", GRANTS)
    with serving(data, "--tokens", tokens, log=data.parent / "limited.log") as opened:
        yield opened
    assert "Traceback" not in opened.said()


# --- the whole site


@pytest.mark.parametrize("path", all_files())
def test_without_tokens_every_file_is_served(whole: Serving, path: str) -> None:
    answer = whole.ask(f"/{path}")
    assert (answer.status, answer.text) == (200, f"{path}\n")


TYPES = {
    "index.html": "text/html; charset=utf-8",
    ASSETS[0]: "text/javascript; charset=utf-8",
    ASSETS[1]: "text/css; charset=utf-8",
    "usage_all.csv": "text/csv; charset=utf-8",
    "manifest.json": "application/json",
    "apps/shop/usage_detail.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


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


DOWNLOADS = {
    "usage_all.csv": "usage_all.csv",
    "apps/shop/usage_detail.csv": "shop_usage_detail.csv",
    "apps/shop/usage_detail.xlsx": "shop_usage_detail.xlsx",
    f"apps/{FOLDERS['Pair']}/usage_detail.csv": f"{FOLDERS['Pair']}_usage_detail.csv",
}


@pytest.mark.parametrize("path", DOWNLOADS)
def test_a_detail_file_is_a_download_with_the_name_of_its_app(whole: Serving, path: str) -> None:
    assert whole.ask(f"/{path}").headers["content-disposition"] == f'attachment; filename="{DOWNLOADS[path]}"'


def test_a_page_is_no_download(whole: Serving) -> None:
    assert "content-disposition" not in whole.ask("/apps/shop/figures.js").headers


def test_a_folder_is_its_index_page(whole: Serving) -> None:
    assert whole.ask("/").text == "index.html\n"
    assert whole.ask("/apps/shop/").text == "apps/shop/index.html\n"
    # With a slash behind it, or the page's own links would lead elsewhere.
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
    "/apps%2fshop/index.html", "/apps\\shop/index.html", "/~", "//apps/shop/", "/" + "a/" * 300,
]  # fmt: skip


@pytest.mark.parametrize("path", NOWHERE)
def test_what_is_no_file_of_the_site_is_not_found(whole: Serving, path: str) -> None:
    answer = whole.ask(path)
    assert answer.status == 404
    assert "没有这个文件" in answer.text
    assert "No such file" in answer.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
def test_the_site_is_only_read(whole: Serving, method: str) -> None:
    answer = whole.ask("/index.html", method=method)
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


# --- this machine only


def listening(process: int) -> list[str]:
    """The addresses at which a process listens, as /proc tells: in hex, of both families."""
    links = [os.readlink(link) for link in Path(f"/proc/{process}/fd").iterdir() if link.is_symlink()]
    sockets = {match[1] for link in links if (match := re.fullmatch(r"socket:\[(\d+)\]", link))}
    rows = [
        line.split()
        for family in ("tcp", "tcp6")
        for line in Path(f"/proc/{process}/net/{family}").read_text().splitlines()[1:]
    ]
    return [row[1] for row in rows if row[3] == "0A" and row[9] in sockets]


def test_it_listens_on_loopback_and_nowhere_else(whole: Serving) -> None:
    assert listening(whole.process.pid) == [f"0100007F:{whole.port:04X}"]


@pytest.mark.parametrize("host", ["127.0.0.1:1234", "localhost", "LOCALHOST:8650", "[::1]:8650"])
def test_a_name_of_this_machine_is_answered(whole: Serving, host: str) -> None:
    assert whole.ask("/index.html", host=host).status == 200


@pytest.mark.parametrize(
    "host", ["example.com", "127.0.0.1.example.com", "localhost.", "192.168.1.1", "::1", "x@localhost"]
)
def test_any_other_name_is_refused(whole: Serving, limited: Serving, host: str) -> None:
    assert whole.ask("/index.html", host=host).status == 421
    signing_in = limited.ask(f"/?token={token_of('all')}", host=host)
    assert signing_in.status == 421
    assert "set-cookie" not in signing_in.headers


def test_a_request_without_a_name_is_refused(whole: Serving) -> None:
    for request in (
        b"GET /index.html HTTP/1.0\r\n\r\n",
        b"GET /index.html HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01 no HTTP\r\n\r\n",
    ):
        with closing(socket.create_connection(("127.0.0.1", whole.port), 10)) as connection:
            connection.sendall(request)
            connection.settimeout(10)
            assert re.match(rb"HTTP/1\.1 4(21|00) ", connection.recv(1000))


# --- tokens


def test_a_token_in_the_address_goes_into_a_cookie_and_out_of_the_address(limited: Serving) -> None:
    answer = limited.ask(f"/apps/shop/index.html?lang=en&token={token_of('shop')}&x=%26")
    assert (answer.status, answer.headers["location"]) == (303, "/apps/shop/index.html?lang=en&x=%26")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    kept, *flags = answer.headers["set-cookie"].split("; ")
    assert {flag.lower() for flag in flags} == {"httponly", "samesite=strict", "path=/"}
    assert ask(limited.port, "/apps/shop/", Cookie=kept).text == "apps/shop/index.html\n"


@pytest.mark.parametrize("path", ["//example.com/", "/\\example.com/", "/%2f%2fexample.com/", "/..//example.com"])
def test_signing_in_leads_to_no_other_server(limited: Serving, path: str) -> None:
    assert limited.ask(f"{path}?token={token_of('all')}").headers["location"] == "/index.html"


def test_the_start_page_leads_to_an_only_app(limited: Serving) -> None:
    assert limited.ask(f"/?token={token_of('shop')}").headers["location"] == "/apps/shop/index.html"
    assert limited.ask(f"/?token={token_of('pair')}").headers["location"] == "/index.html"
    assert limited.ask(f"/?token={token_of('all')}").headers["location"] == "/index.html"


def test_the_form_signs_in_as_the_address_does(limited: Serving) -> None:
    form = limited.ask("/apps/shop/?lang=en")
    assert form.status == 401
    assert '<form method="post" action="/apps/shop/index.html?lang=en">' in form.text
    assert "<script" not in form.text
    assert "form-action 'self'" in form.headers["content-security-policy"]
    assert "default-src 'none'" in form.headers["content-security-policy"]
    sent = limited.ask("/apps/shop/index.html?lang=en", method="POST", body=f"token=+{token_of('shop')}%0D%0A")
    assert (sent.status, sent.headers["location"]) == (303, "/apps/shop/index.html?lang=en")
    assert token_of("shop") in sent.headers["set-cookie"]


@pytest.mark.parametrize("token", ["", "wrong", token_of("nobody"), token_of("shop")[:-1], "%00%ff", "é" * 20])
def test_a_wrong_token_opens_nothing_and_is_not_kept(limited: Serving, token: str) -> None:
    in_address = limited.ask(f"/apps/shop/?token={token.encode().hex() if not token.isascii() else token}")
    in_form = limited.ask("/apps/shop/", method="POST", body=f"token={token}" if token.isascii() else "token=%C3%A9")
    for answer in (in_address, in_form):
        assert answer.status == 401
        assert "set-cookie" not in answer.headers
        assert "withdrawn" in answer.text
        assert '<form method="post" action="/apps/shop/index.html">' in answer.text


@pytest.mark.parametrize("path", [*all_files(), LARGE, "nothing", "..%2fhash.key"])
def test_without_a_token_there_is_nothing_but_the_form(limited: Serving, path: str) -> None:
    for answer in (limited.ask(f"/{path}"), limited.ask(f"/{path}", Cookie=f"authmeter_{limited.port}=wrong")):
        assert answer.status == 401
        assert "withdrawn" not in answer.text
        assert path not in answer.text.replace(f'action="/{path}"', "")


@pytest.mark.parametrize("path", [*app_files("shop"), *SHARED])
def test_a_holder_gets_the_files_of_the_app_and_the_assets(limited: Serving, path: str) -> None:
    answer = limited.ask(f"/{path}", "shop")
    assert (answer.status, answer.text) == (200, f"{path}\n")
    assert answer.headers["cache-control"] == "no-cache"


OTHERS = [
    *FOR_ALL, *(file for key in ("game", "pair", "Pair") for file in app_files(key)), "", "apps/", "apps", "assets",
    "data/", "days/", "apps/nothing/index.html", "apps/Shop/index.html", "APPS/game/index.html", "nothing.html",
]  # fmt: skip


@pytest.mark.parametrize("path", OTHERS)
def test_a_holder_gets_nothing_else(limited: Serving, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = limited.ask(f"/{path}", "shop", method=method)
        assert answer.status == 403
        assert "content-disposition" not in answer.headers
    refused = limited.ask(f"/{path}", "shop").text
    assert '<a href="/apps/shop/index.html">shop</a>' in refused
    assert refused.count("<li>") == 1
    assert "无权查看此页" in refused
    assert "Not for this token" in refused


HOSTILE = [
    "/apps/shop/../game/index.html", "/apps/shop/..%2fgame/index.html", "/apps/shop/%2e%2e/game/index.html",
    "/apps/shop%2f..%2fgame%2findex.html", "/apps/shop/%2e%2e%2fgame/index.html", "/apps/shop/..%5cgame%5cindex.html",
    "/apps/shop\\..\\game\\index.html", "/apps/shop/%252e%252e/game/index.html", "/apps/shop/./../game/index.html",
    "//apps/game/index.html", "/apps//game/index.html", "/assets/../index.html", "/assets/%2e%2e/usage_all.csv",
    "/assets/..%2findex.html", "/assets/../../data/hash.key", "/apps/shop/../../../hash.key", "/apps/shop/.hidden",
    "/apps/shop;/../game/index.html", "/apps/shop/..;/game/index.html", "/apps/shop/%00/../../game/index.html",
    "/apps/shop/%c0%ae%c0%ae/game/index.html", "/apps/game/index.html%20", "/apps/game%2findex.html",
    "/apps/shop/index.html/../../game/index.html", "/apps/shop/..", "/apps/shop/...", "*", "index.html", "apps/shop/",
    "http://127.0.0.1/apps/game/index.html", "/apps/shop/\xa0/index.html".encode().decode("latin-1"),
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
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
    assert limited.ask("/apps/gone/", "gone").status == 403
    assert "note: the tokens file names gone" in limited.said()


@pytest.mark.parametrize("path", all_files())
def test_a_token_for_the_whole_site_opens_all(limited: Serving, path: str) -> None:
    assert limited.ask(f"/{path}", "all").text == f"{path}\n"


def test_a_reader_that_another_site_led_here_is_asked_for_again(limited: Serving) -> None:
    led = limited.ask("/apps/shop/?lang=en", Sec_Fetch_Site="cross-site")
    assert led.status == 401
    assert '<meta http-equiv="refresh" content="0; url=/apps/shop/index.html?lang=en">' in led.text
    for own in ("same-origin", "none"):
        assert "refresh" not in limited.ask("/apps/shop/", Sec_Fetch_Site=own).text
    assert "refresh" not in limited.ask("/?token=wrong", Sec_Fetch_Site="cross-site").text


def test_a_form_that_is_too_long_or_breaks_off_does_no_harm(limited: Serving) -> None:
    assert limited.ask("/", method="POST", body="token=" + "a" * 100_000).status == 413
    with closing(socket.create_connection(("127.0.0.1", limited.port), 10)) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\ntoken=")
    assert limited.ask("/", method="PUT").headers["allow"] == "GET, HEAD, POST"
    assert limited.ask("/apps/shop/", "shop").status == 200


def test_a_token_is_withdrawn_without_a_restart(data: Path, tmp_path: Path) -> None:
    tokens = write_tokens(tmp_path / "tokens.toml", {"shop": ["shop"], "all": ["*"]})
    with serving(data, "--tokens", tokens, log=tmp_path / "log") as server:
        assert server.ask("/apps/shop/", "shop").status == 200
        write_tokens(tokens, {"all": ["*"], "pair": ["pair"]})
        assert server.ask("/apps/shop/", "shop").status == 401
        assert server.ask("/apps/shop/", "all").status == 200
        assert server.ask(f"/apps/{FOLDERS['pair']}/", "pair").status == 200
        tokens.chmod(0o644)
        assert server.ask("/apps/shop/", "all").status == 503
        assert server.ask("/apps/shop/").status == 503
        tokens.unlink()
        assert server.ask("/apps/shop/", "all").status == 503
        write_tokens(tokens, {"all": ["*"]})
        assert server.ask("/apps/shop/", "all").status == 200
        assert server.said().count("can be read or changed by others") == 1
        assert "cannot be read" in server.said()
        assert "Traceback" not in server.said()


# --- beside a run


def test_readers_get_whole_files_while_the_site_is_switched(tmp_path: Path) -> None:
    data = published_folder(tmp_path / "data")
    tokens, is_over = write_tokens(tmp_path / "tokens.toml", {"shop": ["shop"]}), threading.Event()

    def read(server: Serving) -> set[bytes]:
        seen = set()
        while not is_over.is_set():
            answer = server.ask(f"/{LARGE}", "shop")
            marks = {answer.body[place : place + 8] for place in range(0, LARGE_BYTES, 8)}
            assert (answer.status, len(answer.body), len(marks)) == (200, LARGE_BYTES, 1)
            assert server.ask("/apps/shop/index.html", "shop").status == 200
            seen |= marks
        return seen

    with serving(data, "--tokens", tokens, log=tmp_path / "log") as server, ThreadPoolExecutor(4) as readers:
        reading = [readers.submit(read, server) for _ in range(4)]
        for generation in range(2, 40):
            publish(data, generation)
            time.sleep(0.05)
        is_over.set()
        assert len(set().union(*(one.result() for one in reading))) > 5
        assert server.said().count("\n") == 1


def test_what_a_page_loads_is_of_its_own_generation_while_that_is_there(tmp_path: Path) -> None:
    data = published_folder(tmp_path / "data")
    old, new = data / ".site" / "00000001-0123abcd", data / ".site" / "00000002-89abcdef"
    shutil.copytree(old, new)
    (old / "assets" / "site-old.js").write_text("old")
    for folder in (old, new):
        (folder / "data" / "figures.js").write_text(folder.name)
    (data / "site").unlink()
    (data / "site").symlink_to(Path(".site") / new.name)
    with serving(data, log=tmp_path / "log") as server:
        assert server.ask("/data/figures.js").text == new.name
        assert server.ask("/data/figures.js?v=89abcdef").text == new.name
        assert server.ask("/data/figures.js?v=0123abcd").text == old.name
        # Of a generation that is gone, or never was: the one that stands.
        for version in ("76543210", "", "*", "../x"):
            assert server.ask(f"/data/figures.js?v={version}").text == new.name
        assert server.ask("/assets/site-old.js").text == "old"
        assert server.ask("/assets/never.js").status == 404
        shutil.rmtree(old)
        assert server.ask("/data/figures.js?v=0123abcd").text == new.name
        assert server.ask("/assets/site-old.js").status == 404


def test_a_slow_reader_holds_nobody_up(whole: Serving) -> None:
    with closing(socket.create_connection(("127.0.0.1", whole.port), 10)) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(f"GET /{LARGE} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        with ThreadPoolExecutor(8) as readers:
            answers = list(readers.map(lambda _: whole.ask("/index.html").status, range(40)))
    assert answers == [200] * 40


# --- begin and end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly_when_it_is_stopped(data: Path, tmp_path: Path, number: int) -> None:
    with serving(data, log=tmp_path / "log") as server:
        kept = socket.create_connection(("127.0.0.1", server.port), 10)
        kept.sendall(b"GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert kept.recv(100)
        server.process.send_signal(number)
        assert server.process.wait(20) == 0
        kept.close()
        assert server.said().count("\n") == 1


def test_a_port_that_is_taken_is_said(whole: Serving, data: Path) -> None:
    ended = authmeter("serve", "--port", whole.port, data=data)
    assert ended.code == 1
    assert f"Port {whole.port} cannot be had" in ended.err
    assert "--port" in ended.err


def test_nothing_published_is_said(tmp_path: Path) -> None:
    ended = authmeter("serve", data=tmp_path)
    assert ended.code == 2
    assert "Nothing is published yet." in ended.err


Call = Callable[..., Ended]


@pytest.mark.parametrize(
    "arguments", [("--port", "65536"), ("--port", "-1"), ("--port", "http"), ("--token", "x"), ("all",)]
)
def test_wrong_use_ends_with_2(call: Call, data: Path, arguments: tuple[str, ...]) -> None:
    assert call("serve", *arguments, data=data).code == 2


def test_a_wrong_tokens_file_ends_with_2(call: Call, data: Path, tmp_path: Path) -> None:
    file = write_tokens(tmp_path / "tokens.toml", {"shop": ["shop"]})
    file.chmod(0o640)
    readable = call("serve", "--tokens", file, data=data)
    file.chmod(0o600)
    file.write_text('[[token]]\napps = "*"\nuser = "ann"\n')
    unknown = call("serve", "--tokens", file, data=data)
    missing = call("serve", "--tokens", tmp_path / "nothing", data=data)
    assert [ended.code for ended in (readable, unknown, missing)] == [2, 2, 2]
    assert "by others" in readable.err
    assert "`token.0.user`" in unknown.err
    assert "cannot be read" in missing.err


def test_a_new_token_opens_what_it_was_made_for(call: Call, data: Path, tmp_path: Path) -> None:
    made = call("serve", "--new-token", "shop", "--new-token", "pair")
    assert made.code == 0
    tokens = tmp_path / "tokens.toml"
    tokens.touch(0o600)
    tokens.write_text(made.out)
    token = made.err.split()[-1]
    assert call("serve", "--new-token", "no app").code == 2
    with serving(data, "--tokens", tokens, log=tmp_path / "log") as server:
        signed_in = server.ask(f"/?token={token}")
        assert signed_in.status == 303
        kept = signed_in.headers["set-cookie"].partition(";")[0]
        found = {key: ask(server.port, f"/apps/{FOLDERS[key]}/", Cookie=kept).status for key in APPS}
    assert found == {"shop": 200, "pair": 200, "Pair": 403, "game": 403}


def test_the_command_tells_its_use(call: Call) -> None:
    ended = call("serve", "--help")
    assert ended.code == 0
    assert all(option in ended.out for option in ("--data", "--port", "--tokens", "--new-token", "8650"))


def test_the_command_line_loads_no_server_for_other_commands() -> None:
    script = "import sys, pipelines.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, text=True, check=True)
    assert not {"uvicorn", "starlette", "duckdb"} & set(done.stdout.split())
