"""Tests readers while the site is switched to its next generation, and while another reader is slow."""

from __future__ import annotations

import shutil
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from tests.reports.serve.served_site import LARGE, LARGE_BYTES, publish, published_folder, write_tokens
from tests.reports.serve.server import Serving, serving


def test_readers_get_whole_files_while_the_site_is_switched(tmp_path: Path) -> None:
    data = published_folder(tmp_path / "data")
    tokens, is_over = write_tokens(tmp_path / "tokens.toml", {"shop": ["shop"]}), threading.Event()

    def read(server: Serving) -> set[bytes]:
        seen = set()
        while not is_over.is_set():
            answer = server.ask(f"/{LARGE}", "shop")
            mark = answer.body[:8]
            is_of_one_generation = answer.body == mark * (LARGE_BYTES // 8)
            assert (answer.status, len(answer.body), is_of_one_generation) == (200, LARGE_BYTES, True)
            assert server.ask("/apps/shop/index.html", "shop").status == 200
            seen.add(mark)
        return seen

    with serving(data, "--tokens", tokens, log=tmp_path / "log") as server, ThreadPoolExecutor(4) as readers:
        reading = [readers.submit(read, server) for _ in range(4)]
        for generation in range(2, 20):
            publish(data, generation)
            time.sleep(0.05)
        is_over.set()
        assert len(set().union(*(one.result() for one in reading))) > 5
        assert server.said().count("\n") == 1


def test_what_a_page_loads_is_of_its_own_generation_while_that_is_there(tmp_path: Path) -> None:
    # A folder that is reached by a link works as any folder, if the server follows the link.
    data = tmp_path / "link"
    data.symlink_to(published_folder(tmp_path / "data"))
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
        # If the generation was removed or never existed, the current one is served.
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
