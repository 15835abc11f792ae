"""No waiting for the disk in a process of tests: a core stands idle meanwhile, some tenths of a second for each run.

What has to be on disk, and when, is shown by tests that watch the calls, some in processes of their own.
"""

from __future__ import annotations

import os


def wait_for_no_disk() -> None:
    """From now on this process leaves it to the system when bytes go to the disk."""
    os.fsync = lambda _: None
    os.sync = lambda: None
