"""The process title does not contain an id that was given as an argument."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pipelines.common.project import PROJECT

PROGRAM = """
import sys
from pathlib import Path
from pipelines.common.process.process_title import hide_in_title
hide_in_title(sys.argv[2])
print(Path("/proc/self/cmdline").read_bytes().split(b"\\0")[-4:-1])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep the arguments elsewhere")
def test_an_argument_is_overwritten_in_both_forms() -> None:
    command = [sys.executable, "-c", PROGRAM, "--device", "设备-42", "--device=设备-42"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    stars = "*" * len("设备-42".encode())
    assert done.stdout.strip() == str([b"--device", stars.encode(), f"--device={stars}".encode()])
