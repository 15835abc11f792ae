"""Data folders of either engine, and the Spark of the tests, whose executors are processes on this machine."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from pipelines.engines.spark.context import end, opened
from tests.support import DataFolder

# Two executors of one core. Java's second compiler, parallel collectors and the verification of Spark's classes would
# cost more than they save in a few short jobs; Spark's page needs a network.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote"
EVENT_LOG = Path(tempfile.mkdtemp(prefix="authmeter-spark-"))
SPARK = f"""
[engine]
name = "spark"
master = "local-cluster[2,1,1024]"
partitions = 2
split_bytes = 1048576
[engine.spark]
spark.task.maxFailures = 2
spark.eventLog.enabled = true
spark.eventLog.dir = "file://{EVENT_LOG}"
spark.eventLog.compress = false
spark.driver.extraJavaOptions = "{_JAVA}"
spark.executor.extraJavaOptions = "{_JAVA}"
"""


@cache
def missing() -> str | None:
    """Return what Spark lacks on this machine, as a text with what to do; None if Spark can run."""
    found = importlib.util.find_spec("pyspark")
    # The folder of an uninstalled package can contain files of earlier executors.
    if found is None or found.origin is None:
        return "PySpark is not installed: make spark"
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if java is None:
        return "Java is not installed: tests/engines/install.sh says what to install"
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    if 'version "1' in said and int(said.split('version "')[1].split(".")[0]) < 17:
        return f"Java is older than 17: {said.splitlines()[0]}"
    return None


needs_spark = pytest.mark.skipif(missing() is not None, reason=str(missing()))


def use(folder: DataFolder, engine: str, settings: str = "") -> None:
    """Let a data folder use an engine from the next run on. `settings` are the other settings."""
    folder.write("authmeter.toml", settings + (SPARK if engine == "spark" else ""))


@pytest.fixture(scope="session", autouse=True)
def spark_leaves_nothing() -> Iterator[None]:
    """Stop Spark and remove its event log after the tests."""
    yield
    if opened:
        end()
    shutil.rmtree(EVENT_LOG)


@pytest.fixture
def made(tmp_path: Path) -> Callable[[str], DataFolder]:
    """Return a function that makes a data folder with a name."""
    return lambda name: DataFolder(tmp_path / name)
