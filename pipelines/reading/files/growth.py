"""Limits the size that a compressed file may unpack to."""

from dataclasses import dataclass

from pipelines.common.errors import DamagedFileError
from pipelines.reading.files.landing import LandedFile

# Always allowed, whatever the ratio: short logs of one repeated line compress very well.
FREE_BYTES = 100_000_000


@dataclass(frozen=True)
class UnpackLimits:
    """The size to which a file may unpack: the larger of `ratio` times its size and `FREE_BYTES`, at most `bytes`."""

    # Logs compress up to about 40 to 1, zip bombs 1,000 to 1 and more.
    ratio: int = 200
    bytes: int = 100_000_000_000


LIMITS = UnpackLimits()


class GrowthGuard:
    """Counts the unpacked bytes of a file against the limits."""

    def __init__(self, file: LandedFile, limits: UnpackLimits) -> None:
        self._file, self._unpacked = file, 0
        by_ratio = max(FREE_BYTES, file.bytes * limits.ratio)
        self._most = min(by_ratio, limits.bytes)
        self._setting = "max_unpacked_gb" if limits.bytes < by_ratio else "max_unpack_ratio"

    def grew(self, count: int) -> None:
        """Add unpacked bytes. Raises DamagedFileError if the sum exceeds the limits."""
        self._unpacked += count
        if self._unpacked > self._most:
            raise DamagedFileError(
                f"The file unpacks to more than {self._most:,} bytes, from {self._file.bytes:,}: no log compresses so "
                "well.",
                where=self._file.path,
                why="None of its records count: a file made to fill memory or disk would block all other files.",
                do=f"If it is a log, raise {self._setting} in authmeter.toml, then `authmeter reread`.",
            )
