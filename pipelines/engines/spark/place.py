"""What a task finds on the executor that it runs on: the data folder, room of its own, and words for what goes wrong.

What is raised on an executor comes to the driver as a text among many; an error of ours is written so that it can be
found there.
"""

import json
import os
import re
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.common.machine_limits import as_machine_error
from pipelines.contract.settings.settings import Settings
from pipelines.engines.base import FileReader

LocalReader = Callable[[Settings, Path, Path, str, Path], AbstractContextManager[FileReader]]
"""Opens a reader in this process: of settings, a folder to spill to, the store's folder, key and landing folder."""
# A traceback also holds the line that raises it.
_CARRIED = re.compile(r'authmeter error: (\{"is_usage".*\})')


class CarriedError(Exception):
    """An error of ours on its way from an executor."""


@dataclass(frozen=True)
class Place:
    """A data folder as driver and executors work on it. Tasks look for `mark`, a file that the driver made there."""

    settings: Settings
    temp: Path
    folder: Path
    local_reader: LocalReader

    @property
    def mark(self) -> Path:
        """A file by which an executor knows that it sees this data folder."""
        return self.temp / "seen-by-executors"

    @property
    def log(self) -> Path:
        """What Spark says in the driver's process."""
        return self.temp / "spark.log"

    @contextmanager
    def on_executor(self) -> Iterator[tuple[Settings, Path]]:
        """What a task works with: settings of one task, and an empty folder on the executor's own disk."""
        from pyspark import TaskContext

        host, context = socket.gethostname(), TaskContext.get()
        threads = context.cpus() if context else 1
        with _errors_carried(host):
            if not self.mark.exists():
                raise AuthmeterError(
                    "An executor does not see the data folder.",
                    where=f"{self.folder.parent} on {host}",
                    why="Executors read logs from it and write parts into it; the last good report still stands.",
                    do="Mount the data folder on every machine of the cluster, under the same path and with the right "
                    "to write, then run again.",
                )
            local = os.environ.get("SPARK_LOCAL_DIRS", "").split(",")[0] or None
            with tempfile.TemporaryDirectory(prefix="authmeter-", dir=local) as temp:
                yield self.settings.model_copy(update={"threads": threads}), Path(temp)


@contextmanager
def _errors_carried(host: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        known = error if isinstance(error, AuthmeterError) else as_machine_error(error, f"executor on {host}")
        if known is None:
            raise
        said = {name: getattr(known, name) for name in ("what", "where", "why", "do")}
        text = json.dumps({"is_usage": isinstance(known, UsageError)} | said)
        raise CarriedError(f"authmeter error: {text}") from error


def carried_error(text: str) -> AuthmeterError | None:
    """The error of ours in what Spark says of a failed task."""
    if not (found := _CARRIED.search(text)):
        return None
    said = json.loads(found[1])
    kind = UsageError if said.pop("is_usage") else AuthmeterError
    return kind(said.pop("what"), **said)
