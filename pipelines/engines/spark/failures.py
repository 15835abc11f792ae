"""Converts Spark's errors to messages for users. Spark has no types for them, so they are recognized by their texts."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.common.text import counted
from pipelines.contract.record.masking import masked_text
from pipelines.engines.spark.place import carried_error

_STAYS = "The step did not finish; the last good report stays published."
_EXECUTORS_LOST = re.compile(
    r"ExecutorLostFailure|executor \d+ exited|Python worker exited unexpectedly|Remote RPC client disassociated|"
    # A dead executor had data that other tasks need.
    r"FetchFailedException"
)
_SPARK_ENDED = re.compile(
    r"Answer from Java side is empty|Error while (sending|receiving)|Connection refused|connect to the Java server|"
    r"stopped SparkContext|SparkContext (was|has been) (shut down|stopped)|\[Errno (32|104)\]|"
    # PySpark misreads a missing answer of Java.
    r"does not exist in the JVM|An error occurred while calling \S+\Z"
)
_NOT_STARTED = "JAVA_GATEWAY_EXITED"
_NO_MODULE = re.compile(r"No module named '?(\w+)")
_NO_PROGRAM = re.compile(r'Cannot run program "([^"]+)"')
_MEMORY = re.compile(r"OutOfMemoryError|Java heap space|GC overhead")
_RESULT = re.compile(r"maxResultSize")
_CAUSE = re.compile(r"(Caused by: |: )?[\w.]+(Error|Exception): .")


@contextmanager
def failures_in_words(log: Path) -> Iterator[None]:
    """Convert exceptions of Spark to `AuthmeterError`; `log` is Spark's log file."""
    try:
        yield
    except Exception as error:
        is_sparks = type(error).__module__.partition(".")[0] in ("py4j", "pyspark")
        if not is_sparks and not isinstance(error, ConnectionError | EOFError):
            raise
        raise as_spark_error(str(error), log) from None


def as_spark_error(message: str, log: Path) -> AuthmeterError:
    """Return the error for a message of Spark. Most of these errors name Spark's log file, `log`, if it exists."""
    if known := carried_error(message):
        return known
    if _NOT_STARTED in message:
        return UsageError(
            "Java could not start Spark.",
            where=_where(log),
            why=_STAYS,
            do="Check that it is Java 17 or newer and that Spark supports the options in [engine.spark], then run "
            "again.",
        )
    if found := _NO_PROGRAM.search(message):
        return _of_environment(
            f"An executor cannot run the program {found[1]}.",
            "Executors run authmeter's own steps in Python.",
            " (spark.pyspark.python in [engine.spark])",
        )
    if found := _NO_MODULE.search(message):
        return _of_environment(
            f"An executor lacks the module {found[1]}.",
            "Executors run authmeter's own steps and need the same packages.",
        )
    if _EXECUTORS_LOST.search(message):
        return AuthmeterError(
            "Executors died, and other executors could not repeat their work.",
            where=_where(log),
            why=_STAYS,
            do="Run again. If it fails again, give executors more memory (spark.executor.memoryOverhead in "
            "[engine.spark]), or lower memory_limit, which each task can use.",
        )
    if _SPARK_ENDED.search(message):
        return AuthmeterError(
            "Spark ended, or lost its cluster.",
            where=_where(log),
            why=_STAYS,
            do="Check that the cluster is up, then run again. Nothing else is needed.",
        )
    if _RESULT.search(message) or _MEMORY.search(message):
        return AuthmeterError(
            "Spark has too little memory.",
            where=_where(log),
            why=_STAYS,
            do="Raise spark.executor.memory, or spark.driver.memory and spark.driver.maxResultSize, in [engine.spark].",
        )
    return AuthmeterError(
        f"Spark failed: {_cause(message)}",
        where=_where(log),
        why=_STAYS,
        do="Correct the reported cause, then run again.",
    )


def no_connection(master: str) -> AuthmeterError:
    """Return the error for a master at whose address nothing listens."""
    return AuthmeterError(
        "The cluster cannot be reached.",
        where=f"{master} (master in [engine] of authmeter.toml)",
        why="No step was completed; the last good report stays published.",
        do="Check that the cluster is up and can be reached from here, then run again.",
    )


def no_executor(master: str, seconds: int, log: Path) -> AuthmeterError:
    """Return the error for a cluster that started no executor in time."""
    return AuthmeterError(
        f"The cluster gave no executor within {counted(seconds, 'second')}.",
        where=f"{master} (master in [engine] of authmeter.toml), {_where(log)}",
        why="No step was completed; the last good report stays published.",
        do="Check that it has room for the requested executors, or raise wait_seconds, then run again.",
    )


def other_environment(differences: str) -> UsageError:
    """Return the error for an executor with other libraries or another version of authmeter."""
    return _of_environment(
        f"An executor has a different environment: {differences}.", "Its figures could differ from earlier ones."
    )


def _of_environment(what: str, why: str, setting: str = "") -> UsageError:
    return UsageError(
        what,
        where=f"the Python environment of the executors{setting}",
        why=why,
        do="Give the executors this environment: see docs/scaling.md.",
    )


def _where(log: Path) -> str:
    return f"Spark; its output is in {log}" if log.exists() else "Spark"


def _cause(message: str) -> str:
    """Return the last line that names an error: the end of a Python traceback, or the last cause in a Java one. If no
    line names an error, return the first line.
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    causes = [line for line in lines if _CAUSE.match(line)]
    return masked_text((causes or lines or ["it gave no reason"])[-1 if causes else 0])[:300]
