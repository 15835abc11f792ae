"""The process that reads Parquet files, as the one sees it that wants their rows: asked file by file, and started again
where a file ended it. What it does is in `parquet_rows.py`.
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
from pipelines.reading.files.landing import LandedFile, raw_file
from pipelines.reading.files.unpacking import damaged

# How far the child may read ahead, so that neither waits for the other all the time: as much as any user may ask for.
_PIPE_BYTES = 1 << 20
# A child whose pipe is broken ends by itself; if it does not, it is ended.
_LAST_SECONDS = 10


class ParquetProcess:
    """Reads one Parquet file after the other in a child, which starts with the first of them."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None

    def batches(
        self, file: LandedFile, limits: UnpackLimits, batch_rows: int, batch_bytes: int
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a file.

        Raises:
            DamagedFileError: the file is cut or corrupt, unpacks to more than the limits allow, or ended the child.
            OSError: it cannot be opened.
        """
        # A member of an archive is read where it was unpacked to.
        with raw_file(file) as raw:
            is_member = isinstance(file, MemberFile)
            path = f"/proc/{os.getpid()}/fd/{raw.fileno()}" if is_member else os.fspath(file.full)
            yield from self._batches(file, (path, not is_member), limits, (batch_rows, batch_bytes))

    def _batches(
        self, file: LandedFile, place: tuple[str, bool], limits: UnpackLimits, batch: tuple[int, int]
    ) -> Iterator[pa.RecordBatch]:
        """The rows of a file at a path, of which the child is told whether it is in landing."""
        child = self._taken()
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
                # Its pipes hold the rest of a file that nobody wants, or it is no more.
                _end(child)

    def _taken(self) -> subprocess.Popen[bytes]:
        """A child that nobody else reads from: who draws no more from a file need not say so before the next one."""
        child, self._child = self._child, None
        if child is None:
            child = subprocess.Popen(
                [sys.executable, "-m", "pipelines.reading.formats.parquet_rows"],
                cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env={**os.environ, "ARROW_DEFAULT_MEMORY_POOL": "system"},
            )  # fmt: skip
            # A user may have used up what pipes may hold, and not every system has the call: it then reads ahead less.
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
        return damaged(file.path, f"the process that reads it ended over it ({how})")


def _end(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe:
            with suppress(OSError):
                pipe.close()
    child.wait()
