"""`authmeter demo`: writes sample logs into a folder of their own, and runs on them."""

import shutil
from pathlib import Path

from pipelines.commands.operation.run import run_daily
from pipelines.commands.operation.sample import yesterday
from pipelines.sample.folder import is_of_other_sample
from pipelines.sample.write import SampleSpec, write_sample
from pipelines.store.store import Store


def run_demo(data: Path) -> int:
    """Write 60 days of sample logs into `data` and run. Return the exit code 0, also if the run has warnings."""
    print(f"Making 60 days of synthetic logs in {data} …")
    spec = SampleSpec(days=60, apps=8, events=20_000, seed=1, last_day=yesterday())
    store = Store(data)
    if is_of_other_sample(store.landing, spec.command):
        # The new files have the names of the old ones. With the old store, a run would hold most of them, because they
        # would remove records of closed days.
        _remove_stored(store)
    write_sample(data, spec)
    run_daily(data, None)
    return 0


def _remove_stored(store: Store) -> None:
    """Remove the store of an earlier demo, except its lock."""
    with store.held("demo"):
        for path in store.warehouse.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path != store.lock:
                path.unlink()
