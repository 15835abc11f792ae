"""Closing: which day is then the as-of, whether it may be published, and whether anything new is to be.

Lives here: the decisions, on the manifest of a run whose days are rolled up. Does not belong here: what a check says
(`warnings.py`), which days checks look at (`examined.py`), the roll-up, and the commit (`run/daily_run.py`).

A published as-of never goes back, and a day that is closed stays closed: what comes for it later is late, and restates
it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.closing.billing_warnings import billing_warnings
from pipelines.closing.fingerprint import inputs_fingerprint
from pipelines.closing.warnings import refuse_thin_day, run_checks
from pipelines.common.days import stamp
from pipelines.contract.checks import CheckResult
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.store.manifest import Manifest
from pipelines.store.store import Store

if TYPE_CHECKING:
    import polars as pl


def next_as_of(manifest: Manifest, day: date) -> date:
    """The as-of after a run for a day: the newer one of that day and what is published."""
    return max(day, manifest.as_of or day)


def close_days(manifest: Manifest, settings: Settings, as_of: date) -> None:
    """Closes the days up to the as-of: notes which one was the last before them.

    Raises:
        AuthmeterError: one of them has too few records to be published, by `block_below_share`.
    """
    if manifest.as_of and as_of > manifest.as_of:
        manifest.closed_before = manifest.as_of
    refuse_thin_day(manifest, settings, as_of)


@dataclass(frozen=True)
class PendingPublication:
    """What a run publishes: the checks of the days that it closed, and the fingerprint of all that goes in; and the
    tables of packages, consoles and bills, which are computed once, None where there is none of that.
    """

    as_of: date
    checks: list[CheckResult]
    inputs: str
    billing: "Mapping[str, pl.DataFrame] | None" = field(repr=False)


def publication_of(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, as_of: date,
    billing: "Mapping[str, pl.DataFrame] | None",
) -> PendingPublication:  # fmt: skip
    """What the data folder, as it is, would publish as of a day; `billing` are the tables as `billing_as_of` gives
    them.
    """
    checks = run_checks(manifest, settings, registry, as_of, billing_warnings(billing, settings, as_of))
    inputs = inputs_fingerprint(store, manifest, settings, registry, checks, as_of)
    return PendingPublication(as_of, checks, inputs, billing)


def publish(manifest: Manifest, publication: PendingPublication, zone: str, now: datetime) -> None:
    """Makes it the manifest's publication where it is another one than before: a new run number, and its time."""
    if publication.inputs != manifest.inputs:
        manifest.as_of, manifest.inputs = publication.as_of, publication.inputs
        manifest.run += 1
        manifest.generated_at = stamp(now, zone)
