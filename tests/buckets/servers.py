"""Runs S3 servers in processes of their own, and a relay whose connection to a server a test can break."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

from pipelines.common.project import PROJECT

KEY, SECRET = "key-of-the-tests", "secret-of-the-tests"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "us-east-1"}
RCLONE = str(Path(sys.prefix) / "bin" / "rclone")
# S3 lists 1,000 keys a page. Moto needs a hundredth of a second for each object, so it lists fewer.
MOTO_PAGE = 20
_CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "OSS_", "RCLONE_"))} | {
    "MOTO_S3_DEFAULT_MAX_KEYS": str(MOTO_PAGE)
}


@dataclass
class Server:
    """A running server. If it stores buckets as folders, they are in `folder`; otherwise `folder` is None."""

    port: int
    process: subprocess.Popen[bytes]
    folder: Path | None = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def put(self, bucket: str, key: str, content: bytes = b"x", **headers: str) -> None:
        """Write an object under a key of any form, on a server that checks no signature."""
        self._request("PUT", f"/{bucket}/{quote(key, safe='/')}", content, **headers)

    def make_bucket(self, bucket: str) -> None:
        self._request("PUT", f"/{bucket}")

    def get(self, bucket: str, key: str) -> tuple[int, bytes, dict[str, str]]:
        """Return status, content and headers of an object, on a server that checks no signature. Header names are lower
        case.
        """
        return self._request("GET", f"/{bucket}/{quote(key, safe='/')}", accept=(200, 404))

    def _request(
        self, method: str, path: str, body: bytes = b"", accept: tuple[int, ...] = (200,), **headers: str
    ) -> tuple[int, bytes, dict[str, str]]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        # Moto looks at who asks where a key exists already, at no signature.
        signed = {"Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/s3/aws4_request"}
        connection.request(method, path, body, signed | headers)
        answer = connection.getresponse()
        content = answer.read()
        assert answer.status in accept, (method, path, answer.status, content)
        found = {name.lower(): value for name, value in answer.getheaders()}
        connection.close()
        return answer.status, content, found


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def rclone_server(folder: Path, *options: str) -> Iterator[Server]:
    """Run `rclone serve s3` over a folder. It checks signatures."""
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [
        RCLONE, "serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}",
        "--config", os.devnull, "--vfs-cache-mode", "off", *options,
    ]  # fmt: skip
    with _running(command, port) as process:
        yield Server(port, process, folder)


@contextmanager
def moto_server() -> Iterator[Server]:
    """Run Moto's server. It accepts keys of any form and checks no signature."""
    port = free_port()
    command = [str(Path(sys.prefix) / "bin" / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    with _running(command, port) as process:
        yield Server(port, process)


@contextmanager
def _running(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, env=_CLEAN, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.wait()


class Relay:
    """A proxy to a server. A test can cut its connections, slow them down or direct them to another server.

    `watch` is called with the first line of a request and the number of bytes of the answer so far. If it returns
    False, the connection is cut.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.watch: Callable[[str, int], bool] = lambda line, sent: True
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        """Pass on the requests of one connection, one after the other."""
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self.server.port)) as server:
            line, sent = "", 0

            def upstream() -> None:
                nonlocal line, sent
                with suppress(OSError):
                    while data := client.recv(65536):
                        if data.startswith((b"GET ", b"PUT ", b"HEAD ", b"DELETE ")):
                            line, sent = data.partition(b"\r\n")[0].decode(), 0
                            if not self.watch(line, 0):
                                break
                        server.sendall(data)
                _end(server)

            threading.Thread(target=upstream, daemon=True).start()
            with suppress(OSError):
                while data := server.recv(8192):
                    sent += len(data)
                    if not self.watch(line, sent):
                        break
                    client.sendall(data)
            _end(client)
            _end(server)


def _end(connection: socket.socket) -> None:
    """Shut a connection down, and wake a thread that waits for its data."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
