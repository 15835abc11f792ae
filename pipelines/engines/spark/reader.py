"""Reads landed files into event parts on Spark, with one task on an executor for each call of `read`.

A task opens a reader in its own process and writes into the data folder. Each task is a Spark job of its own, so that
results can be yielded in order as soon as they are complete.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.engines.base import Answer, Asked, FileReader
from pipelines.engines.spark.context import slots_of
from pipelines.engines.spark.failures import failures_in_words
from pipelines.engines.spark.place import Place

if TYPE_CHECKING:
    from pyspark import SparkContext


class SparkReaders:
    """Calls functions with a `FileReader` on the executors of one Spark context."""

    def __init__(self, context: "SparkContext", place: Place, key: str, landing: Path) -> None:
        self._context, self._place, self._landing = context, place, landing
        # The key is sent to executors in the serialized task, which Spark neither displays nor logs.
        self._key = key

    def each(self, read: Callable[[FileReader, Asked], Answer], asked: Iterable[Asked]) -> Iterator[Answer]:
        """Yield the result of `read` for each of `asked`, in order; see `Readers`."""
        context, slots = self._context, slots_of(self._context)
        waiting: deque[Future[Answer]] = deque()
        with ThreadPoolExecutor(slots) as threads:
            try:
                for one in asked:
                    # One task more than slots, so that no executor is idle.
                    while len(waiting) > slots:
                        yield waiting.popleft().result()
                    waiting.append(threads.submit(self._read, read, one))
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for left in waiting:
                    left.cancel()
                if any(left.running() for left in waiting):
                    context.cancelAllJobs()

    def _read(self, read: Callable[[FileReader, Asked], Answer], asked: Asked) -> Answer:
        task = partial(_on_executor, self._place, self._key, self._landing, read, asked)
        with failures_in_words(self._place.log):
            (answer,) = self._context.parallelize([0], 1).map(task).collect()
        given: Answer = answer
        return given


def _on_executor(place: Place, key: str, landing: Path, read: Callable[..., Any], asked: object, _: int) -> Any:
    with (
        place.on_executor() as (settings, temp),
        place.local_reader(settings, temp, place.folder, key, landing) as reader,
    ):
        return read(reader, asked)
