"""Reads Parquet files in a child process, which is restarted if a file makes it crash. `parquet_rows.py` runs in the
child.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from weakref import finalize

import pyarrow as pa

from pipelines.common.errors import DamagedFileError
from pipelines.common.project import PROJECT
from pipelines.reading.archives.archives import MemberFile
from pipelines.reading.files.growth import UnpackLimits
from pipelines.reading.files.landing import LandedFile
from pipelines.reading.files.unpacking import damaged

# The pipe's size, so that the child can read ahead: the largest that an unprivileged user can request.
_PIPE_BYTES = 1 << 20
# A child with a broken pipe exits by itself; after this time it is killed.
_LAST_SECONDS = 10


class ParquetProcess:
    """Reads Parquet files one after another in a child process, which starts with the first file."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def batches(
        self, file: LandedFile, limits: UnpackLimits, batch_rows: int, batch_bytes: int
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a file in batches.

        Raises:
            DamagedFileError: the file is cut or corrupt, unpacks to more than the limits allow, or crashed the child.
            OSError: the file cannot be opened.
        """
        # A member of an archive is read from its unpacked copy.
        with file.opened() as raw:
            is_member = isinstance(file, MemberFile)
            path = f"/proc/{os.getpid()}/fd/{raw.fileno()}" if is_member else os.fspath(file.full)
            yield from self._batches(file, (path, not is_member), limits, (batch_rows, batch_bytes))

    def _batches(
        self, file: LandedFile, place: tuple[str, bool], limits: UnpackLimits, batch: tuple[int, int]
    ) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a file.

        `place` has the path that the child opens, and true for the landed file or false for an unpacked copy. `batch`
        has the sizes of a batch in rows and in bytes.
        """
        child = self._idle_child()
        assert child.stdin
        assert child.stdout
        is_whole = False
        try:
            asked = (file.path, *place, file.bytes, limits.ratio, limits.bytes, *batch)
            child.stdin.write(json.dumps(asked).encode() + b"\n")
            child.stdin.flush()
            if finding := self._finding(child, file):
                is_whole = True
                raise DamagedFileError(finding, where=file.path)
            with pa.ipc.open_stream(child.stdout) as stream:
                yield from stream
            finding = self._finding(child, file)
            is_whole = True
            if finding:
                raise DamagedFileError(finding, where=file.path)
        except (pa.ArrowException, OSError) as error:
            raise self._died(child, file) from error
        finally:
            if is_whole:
                self._child = child
            else:
                # Its pipes contain unread rows, or it has exited.
                _end(child)

    def _idle_child(self) -> subprocess.Popen[bytes]:
        """Return the idle child process, or start one. A child whose rows were not all read is ended instead."""
        child, self._child = self._child, None
        if child is None:
            child = subprocess.Popen(
                [sys.executable, "-m", "pipelines.reading.formats.parquet_rows"],
                cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"},
            )  # fmt: skip
            # If the user's limit of pipe memory is reached, or the system lacks the call, the child reads ahead less.
            with suppress(OSError, AttributeError):
                fcntl.fcntl(child.stdout or -1, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
            finalize(self, _end, child)
        return child

    def _finding(self, child: subprocess.Popen[bytes], file: LandedFile) -> str | None:
        assert child.stdout
        line = child.stdout.readline()
        if not line:
            raise self._died(child, file)
        finding: str | None = json.loads(line)
        return finding

    def _died(self, child: subprocess.Popen[bytes], file: LandedFile) -> DamagedFileError:
        try:
            code = child.wait(_LAST_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            code = child.wait()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return damaged(file.path, f"the process that read it crashed ({how})")


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe:
            with suppress(OSError):
                pipe.close()
    child.wait()
