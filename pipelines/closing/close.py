"""Closing: decides the as-of day, whether it may be published, and whether there is anything new to publish.

A published as-of never goes back, and a closed day stays closed: records that arrive for it later are late, and restate
it. The checks are in `warnings.py`, and the commit is in `run/daily_run.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from pipelines.closing.billing_warnings import billing_warnings
from pipelines.closing.fingerprint import inputs_fingerprint
from pipelines.closing.warnings import refuse_short_day, run_checks
from pipelines.common.days import stamp
from pipelines.contract.checks import CheckResult
from pipelines.contract.registry.registry import Registry
from pipelines.contract.settings.settings import Settings
from pipelines.store.manifest import Manifest
from pipelines.store.site_publication import last_visible_day
from pipelines.store.store import Store

if TYPE_CHECKING:
    import polars as pl


def next_as_of(manifest: Manifest, day: date) -> date:
    """Return the as-of after a run for `day`: `day`, or the published as-of if that is newer."""
    return max(day, manifest.as_of or day)


def close_days(store: Store, manifest: Manifest, settings: Settings, as_of: date) -> None:
    """Close the days up to the as-of: store in `closed_before` the last day that readers can see now.

    If readers can see no day, or if `as_of` is not newer than `manifest.as_of`, `closed_before` is not changed.

    Raises:
        AuthmeterError: a day has too few records to be published, by the setting `block_below_share`.
    """
    # The last visible day is before `manifest.as_of` if a run ended before it switched the site.
    if manifest.as_of and as_of > manifest.as_of and (published := last_visible_day(store, manifest.as_of)):
        manifest.closed_before = published
    refuse_short_day(manifest, settings, as_of)


@dataclass(frozen=True)
class PendingPublication:
    """A publication that is not stored yet: its as-of, the results of its checks, and the fingerprint of all its inputs
    (`inputs`).

    `billing` has the tables of packages, consoles and bills, so that they are computed only once; None without billing
    data.
    """

    as_of: date
    checks: list[CheckResult]
    inputs: str
    billing: "Mapping[str, pl.DataFrame] | None" = field(repr=False)


def publication_of(
    store: Store, manifest: Manifest, settings: Settings, registry: Registry, as_of: date,
    billing: "Mapping[str, pl.DataFrame] | None",
) -> PendingPublication:  # fmt: skip
    """Return the publication as of a day, from the data folder as it is now. `billing` is from `billing_as_of`."""
    checks = run_checks(manifest, settings, registry, as_of, billing_warnings(billing, settings, as_of))
    inputs = inputs_fingerprint(store, manifest, settings, registry, checks, as_of)
    return PendingPublication(as_of, checks, inputs, billing)


def publish(manifest: Manifest, publication: PendingPublication, zone: str, now: datetime) -> None:
    """Store a publication in the manifest with a new run number and the time, unless its inputs are unchanged."""
    if publication.inputs != manifest.inputs:
        manifest.as_of, manifest.inputs = publication.as_of, publication.inputs
        manifest.run += 1
        manifest.generated_at = stamp(now, zone)
