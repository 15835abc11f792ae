"""Runs the application on loopback until it is stopped: signals and messages to the operator.

`app.py` answers the requests.
"""

import signal
from pathlib import Path

import uvicorn
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from pipelines.common.process.loopback import LOOPBACK, listen
from pipelines.store.store import Store
from reports.serve.app import ServedSite
from reports.serve.published_site import PublishedSite
from reports.serve.responses import XLSX
from reports.serve.tokens import EVERY_APP, TokensFile


def serve(data: Path, port: int, tokens: Path | None) -> None:
    """Serve the published site on loopback until Ctrl-C or SIGTERM (`authmeter serve`).

    Args:
        data: the data folder.
        port: 0 takes any free port.
        tokens: file that grants apps to tokens; None: everybody who reaches the port sees the whole site.

    Raises:
        UsageError: nothing is published, or the tokens file is missing or wrong.
        AuthmeterError: the port is in use.
    """
    site = PublishedSite(Store(data))
    root, tokens_file = site.root(), TokensFile(tokens) if tokens else None
    if tokens_file:
        named = {app for entry in tokens_file.entries() for app in entry.apps if app != EVERY_APP}
        for app in sorted(named - site.folders(root).keys()):
            print(f"note: the tokens file names {app}, which is not a published app")
    listener = listen(port)
    port = listener.getsockname()[1]
    application = ServedSite(site, tokens_file, f"authmeter_{port}")
    compressed = GZipMiddleware(
        application, compresslevel=6, exclude_content_types=(*DEFAULT_EXCLUDED_CONTENT_TYPES, XLSX)
    )
    server = uvicorn.Server(
        # No access log, because an address may contain a token.
        uvicorn.Config(
            compressed, http="h11", ws="none", lifespan="off", proxy_headers=False, server_header=False,
            access_log=False, log_config=None, log_level="error", timeout_graceful_shutdown=3,
        )
    )  # fmt: skip

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn raises the signals again after it has stopped; with these handlers, they do not end in a failure.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    who = f"holders of a token in {tokens}" if tokens else "all users who can reach this port"
    print(f"{site.link} for {who}: http://{LOOPBACK}:{port}/ (stop it with Ctrl-C)", flush=True)
    server.run(sockets=[listener])
