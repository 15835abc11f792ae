"""`authmeter verify`: checks the stored files and computes published days again.

It prints how much it compared, and the first differences.
"""

from datetime import date
from pathlib import Path

from pipelines.common.days import Window
from pipelines.common.errors import nothing_published, require_order
from pipelines.common.text import counted
from pipelines.contract.registry.registry import load_registry
from pipelines.contract.settings.settings import load_settings
from pipelines.store.store import Store

_LISTED = 20
_TO_DO = """\
what to do: the catalogue: restore warehouse from the backup. A part: restore its folder under warehouse/events from the
  backup, or, where its log is still in landing, read it again. Restatements: restore the file from the backup. Tables
  of a day: remove that folder under warehouse/days, or, if its events are no longer stored, restore it from the backup.
  A published table: remove warehouse/authmeter.duckdb. Then `authmeter run`, and verify again."""


def run_verify(data: Path, first: date | None, last: date | None) -> int:
    """Verify the days from `first` to `last`; return 0 if everything is as computed, 1 if something differs. Without
    `first`, all days are verified; without `last`, only the day `first`.

    Raises:
        UsageError: the span ends before it begins, or nothing is published yet.
    """
    from pipelines.run.verify import verify

    span = Window(first, last or first) if first else None
    if span:
        require_order(span.first, span.last, do="Give the earlier day first.")
    store, settings = Store(data), load_settings(data)
    if not store.warehouse.is_dir():
        raise nothing_published(data)
    with store.held("verify", settings.timezone):
        report = verify(store, settings, load_registry(store.registry, settings.timezone), span)
    found = "were compared" if report.differences else "match what was written"
    print(f"files         {counted(report.parts, 'part')} and the tables of every day {found}")
    if report.without_checksum:
        print(f"              {counted(report.without_checksum, 'part')} from a version that stored no checksum")
    compared = f"{counted(report.tables, 'table')}, {counted(report.rows, 'row')} compared"
    print(f"recomputed    {counted(report.days, 'day')}; {compared}")
    if report.without_events:
        print(f"              {counted(report.without_events, 'day')} whose events were removed by retention")
    for difference in report.differences[:_LISTED]:
        print(f"differs       {difference}")
    if len(report.differences) > _LISTED:
        print(f"              … (+{len(report.differences) - _LISTED})")
    if report.differences:
        print(_TO_DO)
        return 1
    print("all the same")
    return 0
