"""`authmeter status`: what is published, what is late, what is wrong. Reads only; a run may be under way."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from pipelines.checks import CheckResult, run_checks
from pipelines.days import last_closed_day
from pipelines.registry import load_registry
from pipelines.settings import load_settings
from pipelines.store import Store
from pipelines.warehouse import open_published


def warnings_of(store: Store) -> list[CheckResult]:
    """The warning checks that fire on the data folder as it is."""
    manifest = store.read_manifest()
    if manifest.as_of is None:
        return []
    checks = run_checks(manifest, load_settings(store.data), load_registry(store.registry), manifest.as_of)
    return [check for check in checks if not check.passed]


def print_status(data: Path) -> int:
    """Prints the state of a data folder; gives the exit code: 0 all well, 3 something to look at."""
    store, settings = Store(data), load_settings(data)
    manifest = store.read_manifest()
    over = last_closed_day(datetime.now(UTC), settings.timezone)
    print(f"data folder   {data}")
    if manifest.as_of is None:
        print("published     nothing yet: run `authmeter run`")
        return WARNED
    overdue = (over - manifest.as_of).days
    print(f"published     as of {manifest.as_of}, generated at {manifest.generated_at} (run {manifest.run})")
    print(f"overdue       {f'{overdue} days, up to {over}' if overdue > 0 else 'nothing'}")
    late = sum(rows.late for entry in manifest.live_files() for rows in entry.days.values())
    print(f"late records  {late:,}")
    with closing(open_published(store.database)) as connection:
        restated, missing = connection.execute(
            "SELECT count(*) FILTER (restated), count(*) FILTER (day_state = 'missing') FROM day_quality"
        ).fetchall()[0]
    print(f"days          {len(manifest.days):,} with records, {missing} missing, {restated} restated")
    warnings = warnings_of(store)
    for warning in warnings:
        print(f"warning       {warning.check_name}: {warning.detail_en}")
    return WARNED if warnings or overdue > 0 else 0


WARNED = 3
