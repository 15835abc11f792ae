"""Prepares a task on an executor: checks that the data folder is mounted, and creates a temporary folder.

Also carries an `AuthmeterError` of the task to the driver. The driver receives exceptions only as text, so the error is
sent as JSON within that text.
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
from pipelines.common.process.machine_limits import as_machine_error, is_disk_full
from pipelines.contract.settings.settings import Settings
from pipelines.engines.base import FileReader

LocalReader = Callable[[Settings, Path, Path, str, Path], AbstractContextManager[FileReader]]
"""Opens a reader in this process, given the settings, a folder to spill to, the store's folder, the hash key and the
landing folder.
"""
# A traceback also contains the source line that raises the error, which must not match.
_CARRIED = re.compile(r'authmeter error: (\{"is_usage".*\})')


class CarriedError(Exception):
    """Carries an `AuthmeterError` from an executor to the driver as text."""


@dataclass(frozen=True)
class Place:
    """A data folder that driver and executors share. Tasks check that `mark`, a file that the driver made, exists."""

    settings: Settings
    temp: Path
    folder: Path
    local_reader: LocalReader

    @property
    def mark(self) -> Path:
        """A file by which an executor checks that it has mounted this data folder."""
        return self.temp / "seen-by-executors"

    @property
    def log(self) -> Path:
        """The log file of Spark in the driver's process."""
        return self.temp / "spark.log"

    @contextmanager
    def on_executor(self) -> Iterator[tuple[Settings, Path]]:
        """Yield the settings for one task, and an empty folder on the executor's own disk."""
        from pyspark import TaskContext

        host, context = socket.gethostname(), TaskContext.get()
        threads = context.cpus() if context else 1
        local = os.environ.get("SPARK_LOCAL_DIRS", "").split(",")[0] or None
        with _errors_carried(str(self.folder.parent), local, host):
            if not self.mark.exists():
                raise AuthmeterError(
                    "An executor cannot see the data folder.",
                    where=f"{self.folder.parent} on {host}",
                    why="Executors read logs from it and write parts to it; the last good report stays published.",
                    do="Mount the data folder on every machine of the cluster, under the same path and writable, then "
                    "run again.",
                )
            with tempfile.TemporaryDirectory(prefix="authmeter-", dir=local) as temp:
                yield self.settings.model_copy(update={"threads": threads}), Path(temp)


@contextmanager
def _errors_carried(folder: str, local: str | None, host: str) -> Iterator[None]:
    """Raise an `AuthmeterError`, or an error of the machine such as a full disk, as a `CarriedError`; other errors stay
    unchanged. `folder` is the data folder, `local` the folder on the executor's own disk (None for that of temporary
    files), and `host` the executor's machine.
    """
    try:
        yield
    except Exception as error:
        limit = None if isinstance(error, AuthmeterError) else as_machine_error(error, folder)
        known = limit or error
        if not isinstance(known, AuthmeterError):
            raise
        said = {name: getattr(known, name) for name in ("what", "where", "why", "do")}
        if limit:
            # The error of a failed write names no folder, and the files on the executor's own disk are removed by now.
            other = (
                f" or {local or 'the folder for temporary files'}"
                if is_disk_full(error) and said["where"] == folder
                else ""
            )
            said["where"] += f"{other} on {host}"
        text = json.dumps({"is_usage": isinstance(known, UsageError)} | said)
        raise CarriedError(f"authmeter error: {text}") from error


def carried_error(text: str) -> AuthmeterError | None:
    """Return the `AuthmeterError` that Spark's message about a failed task contains; None if it contains none."""
    if not (found := _CARRIED.search(text)):
        return None
    said = json.loads(found[1])
    kind = UsageError if said.pop("is_usage") else AuthmeterError
    return kind(said.pop("what"), **said)
