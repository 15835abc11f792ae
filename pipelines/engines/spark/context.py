"""Starts a Spark context by the settings and keeps it for the rest of this process.

Spark's log output is written to a file in the store's temporary folder. `failures.py` converts Spark's errors to
messages for users.
"""

import hashlib
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.common.project import PROJECT
from pipelines.contract.settings.engine_settings import EngineSettings
from pipelines.engines.spark.failures import failures_in_words, no_connection, no_executor, other_environment
from pipelines.engines.spark.place import Place

if TYPE_CHECKING:
    from pyspark import SparkConf, SparkContext

_OPTIONS = {
    # The values are compressed already.
    "spark.shuffle.compress": "false",
    "spark.shuffle.spill.compress": "false",
    # A web page that is open to the network.
    "spark.ui.enabled": "false",
    # Shuffled data contains ids and is written to disks.
    "spark.io.encryption.enabled": "true",
}
_T = TypeVar("_T")
# The open context with its settings; empty if there is none.
opened: "list[tuple[EngineSettings, SparkContext]]" = []


@contextmanager
def opened_context(place: Place) -> "Iterator[SparkContext]":
    """Yield a Spark context for tasks on a data folder. It stays open for later steps.

    Raises:
        UsageError: Java or PySpark is missing.
        AuthmeterError: the cluster cannot be reached, gives no executor, or its executors have another environment.
    """
    place.mark.parent.mkdir(parents=True, exist_ok=True)
    place.mark.touch()
    yield _context_of(place)


def slots_of(context: "SparkContext") -> int:
    """Return how many tasks can run at a time; for a cluster that scales with its load, the present number."""
    return max(1, int(context.defaultParallelism))


def _context_of(place: Place) -> "SparkContext":
    engine = place.settings.engine
    while opened:
        settings, context = opened.pop()
        if settings == engine and _is_alive(context):
            opened.append((settings, context))
            return context
        end()
    context = _started(engine, place.log)
    opened.append((engine, context))
    return context


def _started(engine: EngineSettings, log: Path) -> "SparkContext":
    _require_java()
    try:
        from pyspark import SparkConf
    except ImportError:
        raise UsageError(
            "The engine `spark` needs PySpark, which is not installed.",
            where="name in [engine] of authmeter.toml",
            do="Install the extra: `make spark`, or `pip install --require-hashes -r requirements-spark.lock`.",
        ) from None
    if not _answers(engine.master):
        raise no_connection(engine.master)
    options = SparkConf().setMaster(engine.master).setAppName("authmeter")
    for name, value in {**_OPTIONS, **_of_this_machine(engine.master), **engine.spark}.items():
        options.set(name, value)
    try:
        context = _within(engine, log, lambda: _context(options, log))
        _require_same_environment(_within(engine, log, lambda: _environment_of_executor(context)))
    except AuthmeterError:
        end()
        raise
    return context


def _context(options: "SparkConf", log: Path) -> "SparkContext":
    from pyspark import SparkContext
    from pyspark.java_gateway import launch_gateway

    with log.open("ab") as said:
        gateway = launch_gateway(options, {"stdout": said, "stderr": subprocess.STDOUT})
    context = SparkContext(conf=options, gateway=gateway)
    # If Java exits early, these two would print errors.
    logging.getLogger().addFilter(lambda record: "py4j" not in record.pathname)
    context._accumulatorServer.handle_error = lambda *_: None
    if python := options.get("spark.pyspark.python"):
        # Without spark-submit, Spark reads it only from the environment.
        context.pythonExec = python
    return context


def _of_this_machine(master: str) -> dict[str, str]:
    """Return options for executors on this machine: the same Python as this process, and no ports that other machines
    can reach. Return no options if `master` is a cluster.
    """
    if not master.startswith("local"):
        return {}
    return {
        "spark.pyspark.python": sys.executable,
        "spark.executorEnv.PYTHONPATH": str(PROJECT),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
    }


def _require_java() -> None:
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java", path=f"{home}/bin" if home else None):
        raise UsageError(
            "The engine `spark` needs Java, which is not installed.",
            where=f"JAVA_HOME, {home}" if home else "PATH",
            do="Install Java 17, such as openjdk-17-jre-headless, or set JAVA_HOME to its folder.",
        )


def _answers(master: str) -> bool:
    """Return whether the master of a standalone cluster accepts connections.

    Return true for other clusters, which only Spark can check.
    """
    if not master.startswith("spark://"):
        return True
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        with suppress(OSError, ValueError), socket.create_connection((host.strip("[]"), int(port)), timeout=10):
            return True
    return False


def _within(engine: EngineSettings, log: Path, do: Callable[[], _T]) -> _T:
    """Call `do`, a step of starting Spark. Raise an error after `wait_seconds`, as some steps can wait forever."""
    found: list[Any] = []

    def work() -> None:
        try:
            with failures_in_words(log):
                found.append(do())
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(engine.wait_seconds)
    if not found:
        raise no_executor(engine.master, engine.wait_seconds, log)
    if isinstance(found[0], Exception):
        raise found[0]
    given: _T = found[0]
    return given


def _require_same_environment(found: dict[str, str]) -> None:
    own = environment()
    differing = (
        f"{name} is {found.get(name)} there and {own[name]} here" for name in own if found.get(name) != own[name]
    )
    if differences := ", ".join(differing):
        raise other_environment(differences)


def _environment_of_executor(context: "SparkContext") -> dict[str, str]:
    """Return the result of `environment` on the first available executor."""
    (found,) = context.parallelize([0], 1).map(lambda _: environment()).collect()
    return dict(found)


def environment() -> dict[str, str]:
    """Return the versions of the libraries and a digest of authmeter's own files, on which the figures depend."""
    texts = hashlib.sha256()
    for file in sorted((PROJECT / "pipelines").rglob("*")):
        if file.suffix in (".py", ".sql", ".toml", ".csv"):
            texts.update(file.relative_to(PROJECT).as_posix().encode() + file.read_bytes())
    return {name: version(name) for name in ("duckdb", "polars", "pyarrow")} | {"authmeter": texts.hexdigest()[:16]}


def _is_alive(context: "SparkContext") -> bool:
    with suppress(Exception):
        return not context._jsc.sc().isStopped()
    return False


def end() -> None:
    """Stop Spark and its Java process, so that another one can be started."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    if SparkContext._active_spark_context:
        with suppress(Exception):
            SparkContext._active_spark_context.stop()
    # A context without Java cannot be stopped, and would prevent the start of the next one.
    SparkContext._active_spark_context = SparkContext._gateway = SparkContext._jvm = None
    if gateway:
        with suppress(Exception):
            gateway.shutdown()
        gateway.proc.kill()
        gateway.proc.wait()
