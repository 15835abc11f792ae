"""`authmeter serve` as a process, for tests with real requests."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.common.project import PROJECT
from tests.reports.serve.served_site import Answer, ask, token_of

GRANTS = {"shop": ["shop"], "pair": ["Pair", "shop"], "gone": ["gone", "shop"], "all": ["*"]}


@dataclass
class Serving:
    """A running server."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def ask(self, path: str, holder: str | None = None, **more: str) -> Answer:
        """Send one request, with the cookie of `holder` if given."""
        cookie = {"Cookie": f"authmeter_{self.port}={token_of(holder)}"} if holder else {}
        return ask(self.port, path, **cookie, **more)  # type: ignore[arg-type]

    def said(self) -> str:
        """Return the output of the server, of both streams."""
        return self.log.read_text()


@contextmanager
def serving(data: Path, *arguments: object, log: Path, program: Sequence[str] = (sys.executable,)) -> Iterator[Serving]:
    """Run a server on a free port and stop it at the end. It must exit with 0 and log no token."""
    command = [*program, "-m", "pipelines", "serve", "--data", str(data), "--port", "0", *map(str, arguments)]
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
