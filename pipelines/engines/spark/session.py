"""The context of Spark: started as the settings say, and kept for all that this process does.

Spark talks much. What it says goes to a file among the unfinished ones of the data folder. What goes wrong with it is
put in words by `failures.py`.
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
    # They are compressed already.
    "spark.shuffle.compress": "false",
    "spark.shuffle.spill.compress": "false",
    # A page for whoever is on the network, which nobody asked for.
    "spark.ui.enabled": "false",
    # What is shared out holds ids, and waits on disks.
    "spark.io.encryption.enabled": "true",
}
_T = TypeVar("_T")
# The one that is open, with what it was started by.
opened: "list[tuple[EngineSettings, SparkContext]]" = []


@contextmanager
def opened_context(place: Place) -> "Iterator[SparkContext]":
    """The context for a data folder.

    Raises:
        UsageError: Java or PySpark is missing.
        AuthmeterError: the cluster cannot be reached, gives no executor, or its executors have another environment.
    """
    place.mark.parent.mkdir(parents=True, exist_ok=True)
    place.mark.touch()
    yield _context_of(place)


def slots_of(context: "SparkContext") -> int:
    """How many tasks run at a time, as far as is known: of a cluster that grows with its work, those of today."""
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
            "The engine spark needs PySpark, which is not installed.",
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
    # Where Java ends before its time, these two would print how they noticed.
    logging.getLogger().addFilter(lambda record: "py4j" not in record.pathname)
    context._accumulatorServer.handle_error = lambda *_: None
    if python := options.get("spark.pyspark.python"):
        # Spark takes it from the environment alone where it was not started by spark-submit.
        context.pythonExec = python
    return context


def _of_this_machine(master: str) -> dict[str, str]:
    """What executors on this machine need to be as this process is, and to be reached from nowhere else."""
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
            "The engine spark needs Java, which is not installed.",
            where=f"JAVA_HOME, {home}" if home else "PATH",
            do="Install Java 17, such as openjdk-17-jre-headless, or name its folder in JAVA_HOME.",
        )


def _answers(master: str) -> bool:
    """Whether somebody listens where a cluster of its own should be; others are asked by Spark alone."""
    if not master.startswith("spark://"):
        return True
    for address in master.removeprefix("spark://").split(","):
        host, _, port = address.rpartition(":")
        with suppress(OSError, ValueError), socket.create_connection((host.strip("[]"), int(port)), timeout=10):
            return True
    return False


def _within(engine: EngineSettings, log: Path, do: Callable[[], _T]) -> _T:
    """What a step of the start gives; some of them wait for ever."""
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
    differing = (f"{name} is {found.get(name)} there, {own[name]} here" for name in own if found.get(name) != own[name])
    if differences := ", ".join(differing):
        raise other_environment(differences)


def _environment_of_executor(context: "SparkContext") -> dict[str, str]:
    """The first executor to be there tells what it has."""
    (found,) = context.parallelize([0], 1).map(lambda _: environment()).collect()
    return dict(found)


def environment() -> dict[str, str]:
    """What the figures depend on, beside the data: the libraries, and authmeter's own texts."""
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
    """Ends Spark, and Java with it, so that another one can be started."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    if SparkContext._active_spark_context:
        with suppress(Exception):
            SparkContext._active_spark_context.stop()
    # A context that Java left cannot be stopped: it would stand in the way of the next.
    SparkContext._active_spark_context = SparkContext._gateway = SparkContext._jvm = None
    if gateway:
        with suppress(Exception):
            gateway.shutdown()
        gateway.proc.kill()
        gateway.proc.wait()
