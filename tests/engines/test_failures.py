"""Failures of a cluster: the run ends with a message, the published site stays, and the next run does all the work."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.errors import AuthmeterError, UsageError
from pipelines.contract.settings.engine_settings import EngineSettings
from pipelines.contract.settings.settings import Settings
from pipelines.engines.spark import place, roller
from pipelines.engines.spark.failures import as_spark_error, no_executor
from pipelines.run.engines import local_reader
from tests.engines.conftest import needs_spark, use
from tests.engines.killing import Killing
from tests.support import DAY, CopyOf, DataFolder, morning_after, records, tree

NOW = morning_after(DAY)


def refused(folder: DataFolder) -> AuthmeterError:
    """Run the folder and return the error that ends the run. Assert that its text contains no traceback."""
    with pytest.raises(AuthmeterError) as found:
        folder.tables(DAY, NOW)
    error = found.value
    assert all((error.what, error.where, error.do))
    assert "Traceback" not in str(error)
    assert "\tat " not in str(error)
    return error


def a_published_day(folder: DataFolder) -> None:
    folder.land("a.ndjson", records(3))
    folder.publish(DAY, NOW)


@pytest.fixture
def of_spark(copy_of: CopyOf) -> DataFolder:
    """Return a folder with a day that DuckDB published, and a new file that Spark is to read."""
    folder = copy_of(a_published_day)
    use(folder, "spark")
    folder.land("b.ndjson", records(4, prefix="b"))
    return folder


@pytest.fixture
def published(of_spark: DataFolder) -> Iterator[dict[str, bytes]]:
    """Return the files of the published site, which must be unchanged at the end of the test."""
    before = tree(of_spark.store.site.resolve())
    yield before
    assert tree(of_spark.store.site.resolve()) == before
    assert of_spark.counted() == {DAY: 3}


def test_without_java(of_spark: DataFolder, published: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    error = refused(of_spark)
    assert error.what == "The engine `spark` needs Java, which is not installed."
    assert isinstance(error, UsageError)


def test_without_pyspark(of_spark: DataFolder, published: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setattr("pipelines.engines.spark.context._require_java", lambda: None)
    error = refused(of_spark)
    assert error.what == "The engine `spark` needs PySpark, which is not installed."
    assert "make spark" in error.do


@needs_spark
def test_a_cluster_that_nobody_answers_for(of_spark: DataFolder, published: object) -> None:
    of_spark.write("authmeter.toml", '[engine]\nname = "spark"\nmaster = "spark://127.0.0.1:1"\n')
    error = refused(of_spark)
    assert error.what == "The cluster cannot be reached."
    assert error.where.startswith("spark://127.0.0.1:1 ")
    assert error.do.startswith("Check that the cluster is up")


@needs_spark
@pytest.mark.lab
def test_a_data_folder_that_executors_do_not_see(of_spark: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    # The driver makes its mark elsewhere.
    monkeypatch.setattr(place.Place, "mark", property(lambda self: self.temp / "another" / "mark"))
    error = refused(of_spark)
    assert error.what == "An executor cannot see the data folder."
    assert str(of_spark.root) in error.where
    assert of_spark.counted() == {DAY: 3}
    monkeypatch.undo()
    of_spark.tables(DAY, NOW)
    assert of_spark.counted() == {DAY: 7}


@needs_spark
@pytest.mark.lab
def test_executors_that_all_die(of_spark: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roller, "count_delivered", Killing("count_delivered", None))
    error = refused(of_spark)
    assert error.what == "Executors died, and other executors could not repeat their work."
    assert of_spark.counted() == {DAY: 3}
    monkeypatch.undo()
    of_spark.tables(DAY, NOW)
    assert of_spark.counted() == {DAY: 7}


@needs_spark
@pytest.mark.lab
def test_the_java_process_of_the_driver_dies(of_spark: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    run = of_spark.open(DAY, NOW)
    run.ingest(DAY)
    from pyspark import SparkContext

    process, slices_of = SparkContext._gateway.proc, roller.slices_of

    def kill(*given: Any) -> Any:
        process.kill()
        process.wait()
        return slices_of(*given)

    monkeypatch.setattr(roller, "slices_of", kill)
    with pytest.raises(AuthmeterError, match="Spark ended, or lost its cluster"):
        run.roll_up(DAY)
    assert of_spark.counted() == {DAY: 3}
    monkeypatch.undo()
    of_spark.tables(DAY, NOW)
    assert of_spark.counted() == {DAY: 7}


SAID = {
    "SparkException: Job aborted: Total size of serialized results of 9 tasks (1.1 GiB) is bigger than "
    "spark.driver.maxResultSize (1024.0 MiB)": "Spark has too little memory.",
    "java.lang.OutOfMemoryError: Java heap space": "Spark has too little memory.",
    "ModuleNotFoundError: No module named 'duckdb'": "An executor lacks the module duckdb.",
    "Lost task 0.3: ExecutorLostFailure (executor 4 exited caused by one of the running tasks)":
    "Executors died, and other executors could not repeat their work.",
    "ResultStage 5 has failed the maximum allowable number of times: 4: MetadataFetchFailedException: Missing":
    "Executors died, and other executors could not repeat their work.",
    "[JAVA_GATEWAY_EXITED] Java gateway process exited before sending its port number.": "Java could not start Spark.",
    "Py4JNetworkError: Answer from Java side is empty": "Spark ended, or lost its cluster.",
    # A question that was under way when Java died: PySpark takes the lack of an answer for an answer.
    "PythonRDD does not exist in the JVM": "Spark ended, or lost its cluster.",
    "An error occurred while calling o51.collect": "Spark ended, or lost its cluster.",
    "[Errno 104] Connection reset by peer": "Spark ended, or lost its cluster.",
    "IllegalStateException: Cannot call methods on a stopped SparkContext.": "Spark ended, or lost its cluster.",
    # The last cause alone does not name the program.
    'java.io.IOException: Cannot run program "/opt/venv/bin/python": error=2, No such file or directory'
    "\nCaused by: java.io.IOException: error=2, No such file or directory":
    "An executor cannot run the program /opt/venv/bin/python.",
    'Traceback (most recent call last):\n  File "x.py", line 1\nOSError: it is broken\n\tat org.apache.x(Y.java:1)':
    "Spark failed: OSError: it is broken",
}  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_what_spark_says_in_our_words(said: str, tmp_path: Path) -> None:
    assert as_spark_error(said, tmp_path / "spark.log").what == SAID[said]


def test_a_wait_of_one_second(tmp_path: Path) -> None:
    assert no_executor("yarn", 1, tmp_path / "spark.log").what == "The cluster gave no executor within 1 second."


@needs_spark
def test_a_full_disk_of_an_executor_names_both_folders(
    folder: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = tmp_path / "local"
    local.mkdir()
    monkeypatch.setenv("SPARK_LOCAL_DIRS", f"{local},/elsewhere")
    task = place.Place(Settings(), folder.store.temp, folder.store.warehouse, local_reader)
    task.mark.parent.mkdir(parents=True)
    task.mark.touch()
    with pytest.raises(place.CarriedError) as found, task.on_executor():
        raise OSError(errno.ENOSPC, "No space left on device")
    error = place.carried_error(str(found.value))
    assert error
    assert error.where.startswith(f"{folder.root} or {local} on ")


REFUSED = {
    'name = "flink"': "engine.name",
    'master = "mesos://x"': "engine.master",
    "partitions = -1": "engine.partitions",
    "split_bytes = 9": "engine.split_bytes",
    "workers = 2": "engine.workers",
    '[engine.spark]\nexecutor.memory = "4g"': "executor.memory is not an option of Spark",
    '[engine.spark]\nspark.master = "yarn"': "spark.master cannot be set",
    "[engine.spark]\nspark.jars = [1]": "spark.jars must be a text",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_wrong_setting_is_refused_by_name(folder: DataFolder, text: str) -> None:
    folder.write("authmeter.toml", f"[engine]\n{text}\n")
    with pytest.raises(UsageError) as found:
        folder.open()
    assert REFUSED[text] in found.value.what


def test_options_of_spark_by_their_whole_names() -> None:
    given = {"spark": {"executor": {"memory": "4g", "cores": 2}, "speculation": True}, "spark.task.cpus": 1}
    assert EngineSettings.model_validate({"spark": given}).spark == {
        "spark.executor.memory": "4g", "spark.executor.cores": "2", "spark.speculation": "true", "spark.task.cpus": "1",
    }  # fmt: skip
