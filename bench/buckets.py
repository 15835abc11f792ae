"""Measures how long a fetch of many small objects from a bucket takes, against rclone, a tool made for that.

Both copy from one `rclone serve s3` on loopback into new folders.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.inputs import Cache
from bench.measure import BenchError, Run, run
from bench.tables import Row, timed

FETCH_LIMIT = 1.5
_OBJECT_BYTES = 20_000
_KEYS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "key-of-the-bench", "AWS_REGION": "us-east-1"}
_RCLONE = str(Path(sys.prefix) / "bin" / "rclone")


def fetched(cache: Cache, objects: int, rounds: int) -> list[Row]:
    """Measure `authmeter fetch` of a bucket with `objects` small objects, against `rclone copy` of the same bucket."""
    runs: dict[str, list[Run]] = {"rclone": [], "authmeter": []}
    with TemporaryDirectory(dir=cache.folder) as name:
        folder = Path(name)
        bucket = folder / "served" / "logs"
        bucket.mkdir(parents=True)
        for number in range(objects):
            (bucket / f"{number:06}.ndjson").write_bytes(os.urandom(_OBJECT_BYTES))
        with _server(folder / "served") as endpoint:
            for number in range(rounds):
                remote = f":s3,provider=Rclone,env_auth=true,endpoint='{endpoint}':logs"
                copied = [_RCLONE, "copy", "--config", os.devnull, remote, str(folder / f"copied-{number}")]
                runs["rclone"].append(run(copied, environment=_KEYS))
                data = folder / f"data-{number}"
                data.mkdir()
                (data / "authmeter.toml").write_text(
                    f'[[fetch]]\nurl = "s3://logs"\ninto = "logs"\nendpoint = "{endpoint}"\n'
                )
                command = [sys.executable, "-m", "pipelines", "fetch", "--data", str(data)]
                runs["authmeter"].append(run(command, environment=_KEYS))
                if len(list((data / "landing" / "logs").iterdir())) != objects:
                    raise BenchError("authmeter fetch did not bring all objects")
    return [
        timed(f"`rclone copy` of {objects:,} objects of 20 KB (the yardstick)", runs["rclone"], runs["rclone"]),
        timed("`authmeter fetch` of the same, brought to disk", runs["authmeter"], runs["rclone"], FETCH_LIMIT),
    ]


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    """Run an S3 server on the buckets in `folder`, in a process of its own, and return its address."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    keys = f"{_KEYS['AWS_ACCESS_KEY_ID']},{_KEYS['AWS_SECRET_ACCESS_KEY']}"
    command = [_RCLONE, "serve", "s3", str(folder), "--addr", f"127.0.0.1:{port}", "--auth-key", keys]
    process = subprocess.Popen(
        [*command, "--config", os.devnull],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = datetime.now(UTC).timestamp() + 20
        while process.poll() is None and datetime.now(UTC).timestamp() < until:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        else:
            raise BenchError("`rclone serve s3` did not start")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
