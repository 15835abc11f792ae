"""What the trials of landed files share: a command whose memory is measured, and that rights of files may bind."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from lab.reliability.operation import Ended, environment
from pipelines.common.project import PROJECT

# From linux/prctl.h and linux/capability.h: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
_PR_CAPBSET_DROP = 24
_OVERRIDING = (1, 2)


@dataclass(frozen=True)
class Measured(Ended):
    """A command that has ended; `peak` is the most memory that it held, in bytes."""

    peak: int


def measured(*arguments: object, data: Path, is_bound_by_rights: bool = False, **more: str) -> Measured:
    """Runs a command in a process of its own; with `is_bound_by_rights` those of files hold for it even as root."""
    command = [sys.executable, "-m", "pipelines", *map(str, arguments), "--data", str(data)]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment(**more), stdin=subprocess.DEVNULL, stdout=said,
            stderr=subprocess.STDOUT, preexec_fn=_without_privileges if is_bound_by_rights else None,
        )  # fmt: skip
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return Measured(process.returncode, said.read().decode("utf-8", "replace"), usage.ru_maxrss * 1024)


def _without_privileges() -> None:
    """Gives up root's right to pass over the rights of files; who has none keeps none."""
    libc = ctypes.CDLL(None)
    for capability in _OVERRIDING:
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
