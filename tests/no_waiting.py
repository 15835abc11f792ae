"""Disables waiting for the disk in test processes: it would leave a core idle for some tenths of a second for each run.

Other tests check which files are on disk, and when: they record the system calls, some of them in their own processes.
"""

from __future__ import annotations

import os


def wait_for_no_disk() -> None:
    """Replace `fsync` and `sync` in this process by functions that do nothing."""
    os.fsync = lambda _: None
    os.sync = lambda: None
