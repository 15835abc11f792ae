"""Commands that a signal ends."""

from __future__ import annotations

import signal
import subprocess
import sys

# DuckDB raises its own error where the signal interrupts the query, which takes a second, or lets it end.
WORK = """
import os, signal, threading
import duckdb
from pipelines.common.process.ending import ends_in_order

@ends_in_order()
def work():
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
    try:
        duckdb.sql("SELECT sum(a.i * b.i) FROM range(25_000) a(i), range(25_000) b(i)").fetchall()
    finally:
        print("cleaned up")

work()
"""


def test_a_signal_during_a_query_ends_the_process_as_at_any_other_time() -> None:
    ended = subprocess.run([sys.executable, "-c", WORK], capture_output=True, text=True, check=False, timeout=100)
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + signal.SIGTERM, "cleaned up\n", "")
