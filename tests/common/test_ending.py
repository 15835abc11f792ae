"""A signal ends a command at any time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.published_folder import Call

# DuckDB raises its own error where the signal interrupts the query, or lets it end.
QUERY = """
import duckdb

threading.Timer(0.1, os.kill, (os.getpid(), NUMBER)).start()
try:
    duckdb.sql("SELECT sum(a.i * b.i) FROM range(15_000) a(i), range(15_000) b(i)").fetchall()
finally:
    print("cleaned up")
"""
# Python drops an exception here, as a library does.
DROPPED = """
class Dropping:
    def __del__(self):
        os.kill(os.getpid(), NUMBER)

sys.unraisablehook = lambda dropped: print("dropped")
Dropping()
print("goes on")
try:
    with end_noticed():
        print("a next step begins")
finally:
    with end_noticed():
        print("cleaned up")
"""
IMPORT = """
try:
    import interrupted
    time.sleep(60)
finally:
    print("imported whole" if interrupted.is_whole else "imported in part")
"""
# The last act of the work, after which Python itself ends.
LAST_IMPORT = """
import interrupted
print("imported whole", flush=True)
sys.exit(128 + NUMBER)
"""
GENERATOR = """
def steps():
    with end_noticed():
        yield 1

for _ in steps():
    os.kill(os.getpid(), NUMBER)
"""
WORK = """
import os, signal, sys, threading, time
from pipelines.common.process.ending import end_noticed, ends_in_order

NUMBER = int(sys.argv[1])
try:
    with ends_in_order(signal.Signals(NUMBER)):
        exec(sys.argv[2])
except KeyboardInterrupt:
    sys.exit(128 + signal.SIGINT)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    ("work", "printed"),
    [
        pytest.param(QUERY, "cleaned up\n", id="in a query"),
        pytest.param(DROPPED, "dropped\ngoes on\ncleaned up\n", id="where a library drops exceptions"),
        pytest.param(IMPORT, "imported whole\n", id="in an import"),
        pytest.param(LAST_IMPORT, "imported whole\n", id="in an import at the end"),
        pytest.param(GENERATOR, "", id="between the steps of a generator"),
    ],
)
def test_a_signal_ends_the_process_wherever_it_arrives(
    tmp_path: Path, work: str, printed: str, number: signal.Signals
) -> None:
    (tmp_path / "interrupted.py").write_text(
        f"import os, time\nos.kill(os.getpid(), {int(number)})\ntime.sleep(0.05)\nis_whole = True\n"
    )
    command = [sys.executable, "-c", WORK, str(int(number)), work]
    paths = os.pathsep.join(filter(None, (str(tmp_path), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": paths}
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, env=environment)
    assert (ended.returncode, ended.stdout, ended.stderr) == (128 + number, printed, "")


def test_ctrl_c_ends_a_command_before_its_arguments_are_read(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("typer.main.get_command", interrupted)
    ended = call("status")
    assert (ended.code, ended.err) == (1, "authmeter: stopped; the last good report stays published\n")
