"""Tests the nginx configuration of docs/serving.md in a real nginx, with only its paths and its port replaced.

This needs `nginx` and `openssl`; `tests/browser/install.sh` installs them if it has the right to.
"""

from __future__ import annotations

import base64
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.common.project import PROJECT
from tests.reports.serve.served_site import (
    ASSETS,
    DOWNLOADS,
    HOSTILE,
    LARGE,
    LARGE_BYTES,
    OTHERS,
    SHARED,
    TABLES,
    TYPES,
    Answer,
    all_files,
    app_files,
    ask,
    publish,
    published_folder,
)

READERS = ("ann", "bob", "shop-team", "games-team", "not-shop-team", "shop-team-2")
MAIN = """
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log notice;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/temp;
    proxy_temp_path {folder}/temp;
    fastcgi_temp_path {folder}/temp;
    uwsgi_temp_path {folder}/temp;
    scgi_temp_path {folder}/temp;
    include {folder}/authmeter.conf;
}}
"""


def program(name: str) -> str:
    """Return the path of a program. Debian installs nginx in a folder that is only on the path of root."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    assert found, f"No {name}: install the package `{name}`, or run `make browser` as root."
    return found


def password(name: str) -> str:
    return f"password of {name}"


def filled_in(folder: Path, port: int) -> str:
    """Return the configuration of the docs with this folder and port."""
    (text,) = re.findall(
        r"^```nginx\n(.*?)^```$", (PROJECT / "docs" / "serving.md").read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    for documented, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("/srv/authmeter/data/site;", f"{folder}/data/site;"),
        ("/etc/nginx/authmeter/", f"{folder}/"),
    ):
        assert documented in text
        text = text.replace(documented, here)
    return text


@dataclass
class Nginx:
    """A running nginx."""

    port: int
    folder: Path
    tls: ssl.SSLContext

    def ask(self, path: str, reader: str | None = None, given: str | None = None, **more: str) -> Answer:
        """Send one request as `reader`, with the reader's own password or the password `given`."""
        word = password(reader or "") if given is None else given
        login = {"Authorization": f"Basic {base64.b64encode(f'{reader}:{word}'.encode()).decode()}"}
        return ask(self.port, path, tls=self.tls, **(login if reader is not None else {}), **more)  # type: ignore[arg-type]


def add_reader(users: Path, name: str) -> None:
    """Add a line to the password file, as in the docs."""
    word = subprocess.run(
        [program("openssl"), "passwd", "-6", "-stdin"], input=password(name), capture_output=True, text=True, check=True
    )
    with users.open("a") as lines:
        lines.write(f"{name}:{word.stdout}")


def certificate(folder: Path) -> ssl.SSLContext:
    """Create a certificate for loopback; return a TLS context that trusts it."""
    subprocess.run(
        [program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", "tls.key", "-out", "tls.crt"], cwd=folder, capture_output=True, check=True,
    )  # fmt: skip
    return ssl.create_default_context(cafile=str(folder / "tls.crt"))


@pytest.fixture(scope="module")
def nginx() -> Iterator[Nginx]:
    """Run nginx in a temporary folder, not as root."""
    folder = Path(tempfile.mkdtemp(prefix="authmeter-nginx-"))
    try:
        folder.chmod(0o755)
        published_folder(folder / "data")
        tls = certificate(folder)
        for name in READERS:
            add_reader(folder / "users", name)
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        (folder / "authmeter.conf").write_text(filled_in(folder, port))
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
        user: dict[str, object] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for path in (folder, folder / "users", folder / "tls.key"):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        command = [program("nginx"), "-e", f"{folder}/error.log", "-p", f"{folder}/", "-c", f"{folder}/nginx.conf"]
        process = subprocess.Popen(command, **user)  # type: ignore[call-overload]
        try:
            opened, until = Nginx(port, folder, tls), time.monotonic() + 30
            while not is_up(opened):
                assert process.poll() is None, (folder / "error.log").read_text()
                assert time.monotonic() < until, "nginx does not come up"
                time.sleep(0.05)
            yield opened
        finally:
            process.terminate()
            process.wait(20)
        complaints = re.findall(r"\[(?:warn|alert|crit|emerg)\].*", (folder / "error.log").read_text())
        assert complaints == []
    finally:
        shutil.rmtree(folder)


def is_up(nginx: Nginx) -> bool:
    """Return whether nginx answers."""
    try:
        return nginx.ask("/").status == 401
    except ConnectionRefusedError:
        return False


@pytest.mark.parametrize("path", [*app_files("shop"), *SHARED])
def test_a_holder_gets_the_page_the_detail_files_and_the_assets(nginx: Nginx, path: str) -> None:
    answer = nginx.ask(f"/{path}", "shop-team")
    assert (answer.status, answer.text) == (200, f"{path}\n")


def test_a_folder_is_its_index_page(nginx: Nginx) -> None:
    assert nginx.ask("/apps/shop/", "shop-team").text == "apps/shop/index.html\n"
    assert nginx.ask("/", "ann").text == "index.html\n"
    assert nginx.ask("/apps/shop", "ann").headers["location"] == "/apps/shop/"


def test_a_holder_gets_nothing_else(nginx: Nginx) -> None:
    for path in OTHERS:
        answer = nginx.ask(f"/{path}", "shop-team")
        assert (answer.status, answer.headers["x-content-type-options"]) == (403, "nosniff"), path
        assert "content-disposition" not in answer.headers, path


def test_each_holder_has_the_own_apps(nginx: Nginx) -> None:
    found = {
        (reader, app): nginx.ask(f"/apps/{app}/index.html", reader).status
        for reader in ("shop-team", "games-team", "not-shop-team", "shop-team-2")
        for app in ("shop", "game")
    }
    assert found == {
        ("shop-team", "shop"): 200, ("shop-team", "game"): 403, ("games-team", "shop"): 403,
        ("games-team", "game"): 200, ("not-shop-team", "shop"): 403, ("not-shop-team", "game"): 403,
        ("shop-team-2", "shop"): 403, ("shop-team-2", "game"): 403,
    }  # fmt: skip


@pytest.mark.parametrize("analyst", ["ann", "bob"])
def test_an_analyst_gets_all(nginx: Nginx, analyst: str) -> None:
    found = {path: nginx.ask(f"/{path}", analyst).text for path in all_files()}
    assert found == {path: f"{path}\n" for path in all_files()}


@pytest.mark.parametrize("path", [*TABLES, "tables/", "tables"])
def test_nobody_gets_the_tables_for_other_systems(nginx: Nginx, path: str) -> None:
    assert [nginx.ask(f"/{path}", reader).status for reader in ("ann", "shop-team")] == [403, 403]


def test_without_a_name_the_password_is_asked_for(nginx: Nginx) -> None:
    for path in [*all_files(), "", "nothing", "apps/", "..%2fhash.key"]:
        answer = nginx.ask(f"/{path}")
        assert answer.status in (401, 400), path
        assert path.startswith("..") or answer.headers["www-authenticate"] == 'Basic realm="authmeter"', path


@pytest.mark.parametrize(
    ("reader", "given"),
    [("ann", ""), ("ann", "wrong"), ("ann", password("bob")), ("shop-team", "wrong"), ("", ""), ("", password("ann")),
     ("Ann", password("ann")), ("ann ", password("ann")), ("annx", password("ann")), ("an", password("ann")),
     ("\nann", password("ann")), ("ann\n", password("ann")), ("ann|bob", password("ann"))],
)  # fmt: skip
def test_a_wrong_name_or_password_opens_nothing(nginx: Nginx, reader: str, given: str) -> None:
    for path in ("/index.html", "/apps/shop/index.html", f"/{ASSETS[0]}"):
        assert nginx.ask(path, reader, given).status in (401, 403)


MORE_HOSTILE = (
    "/assets/../../warehouse/authmeter.duckdb", "/assets/../../../users", "/apps/shop/%00",
    "/apps/shop/link/index.html", "/assets/out/users", "/apps/shop/file.html", "/?/apps/shop/",
    "/index.html?x=:/apps/shop/", "/apps/shop%0a/../../index.html", "/index.html#/apps/shop/",
    "/usage_all.csv?/assets/", "http://127.0.0.1/apps/shop/../game/",
)  # fmt: skip


@pytest.mark.parametrize("path", [*HOSTILE, *MORE_HOSTILE])
def test_no_way_leads_out_of_a_holders_folders(nginx: Nginx, path: str) -> None:
    root = nginx.folder / "data" / "site"
    for link, target in (
        ("apps/shop/link", "../game"),
        ("assets/out", nginx.folder),
        ("apps/shop/file.html", "../game/index.html"),
    ):
        if not (root / link).is_symlink():
            (root / link).symlink_to(target)
    assert nginx.ask(path, "shop-team").status in (400, 403, 404)


def test_for_an_analyst_too_no_way_leads_out_of_the_site(nginx: Nginx) -> None:
    for path in (
        "/../users",
        "/..%2fusers",
        "/%2e%2e/%2e%2e/users",
        "/assets/../../warehouse/authmeter.duckdb",
        "/.site/",
    ):
        assert nginx.ask(path, "ann").status in (400, 404)


@pytest.mark.parametrize("path", TYPES)
def test_a_file_has_its_type_and_the_headers_of_a_careful_server(nginx: Nginx, path: str) -> None:
    headers = nginx.ask(f"/{path}", "ann").headers
    assert headers["content-type"] == TYPES[path]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-cache"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["content-security-policy"] == "frame-ancestors 'none'"
    assert headers["server"] == "nginx"


@pytest.mark.parametrize("path", DOWNLOADS)
def test_a_file_for_a_spreadsheet_is_a_download(nginx: Nginx, path: str) -> None:
    expected = f'attachment; filename="{DOWNLOADS[path]}"' if DOWNLOADS[path] else None
    assert nginx.ask(f"/{path}", "ann").headers.get("content-disposition") == expected


def test_what_the_browser_has_is_not_sent_again_and_scripts_are_compressed(nginx: Nginx) -> None:
    first = nginx.ask("/index.html", "ann")
    assert nginx.ask("/index.html", "ann", If_None_Match=first.headers["etag"]).status == 304
    packed = nginx.ask(f"/{LARGE}", "ann", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < LARGE_BYTES / 10


def test_the_site_is_only_read(nginx: Nginx) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert nginx.ask("/index.html", "ann", method=method).status == 405


def test_a_switched_site_is_served_at_once(nginx: Nginx) -> None:
    for generation in (2, 3, 4):
        publish(nginx.folder / "data", generation)
        body = nginx.ask(f"/{LARGE}", "shop-team").body
        assert body == f"{generation:08d}".encode() * (LARGE_BYTES // 8)


def test_a_reader_whose_line_was_removed_is_refused(nginx: Nginx) -> None:
    users = nginx.folder / "users"
    add_reader(users, "games-team-2")
    assert nginx.ask(f"/{ASSETS[0]}", "games-team-2").status == 200
    users.write_text("".join(line for line in users.read_text().splitlines(True) if "games-team-2" not in line))
    assert nginx.ask(f"/{ASSETS[0]}", "games-team-2").status == 401
    assert nginx.ask(f"/{ASSETS[0]}", "games-team").status == 200
