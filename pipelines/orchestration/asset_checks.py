"""The checks of `contract/checks.py` as Dagster's, each on the asset that it judges."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from pipelines.common.days import last_due_day
from pipelines.contract.checks import CHECKS, FOLDER_CHECKS
from pipelines.contract.settings import load_settings
from pipelines.orchestration.holdings import published_as_of
from pipelines.run.daily_run import DailyRun
from pipelines.store.store import Store

FRESHNESS = "yesterday_is_published"


def spec_of(name: str) -> dg.AssetCheckSpec:
    """A check as Dagster knows it."""
    check = CHECKS[name]
    said = f"Fails where: {check.meaning_en} {check.to_do}\n\n{check.meaning_zh}"
    return dg.AssetCheckSpec(name, asset=check.asset, description=said, blocking=check.is_blocking)


@dg.multi_asset_check(specs=[spec_of(name) for name in FOLDER_CHECKS], can_subset=True)
def daily_checks(
    context: dg.AssetCheckExecutionContext, data: dg.ResourceParam[DailyRun]
) -> Iterator[dg.AssetCheckResult]:
    """The checks that warn, of the data folder as it stands; after a roll-up those that it has just made."""
    for key in sorted(context.selected_asset_check_keys):
        # Days that were closed together have a finding each.
        found = [result for result in data.checks if result.check_name == key.name]
        if found:
            yield dg.AssetCheckResult(
                asset_key=key.asset_key, check_name=key.name, passed=all(result.passed for result in found),
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"finding": "; ".join(result.detail_en for result in found)},
            )  # fmt: skip


@dg.multi_asset_check(specs=[spec_of(FRESHNESS)])
def freshness_check(data: dg.ResourceParam[DailyRun]) -> dg.AssetCheckResult:
    """Dagster's own freshness looks at the last materialization of any partition: a backfill would turn it green."""
    passed, finding = yesterday_is_published(data.store.data, datetime.now(UTC))
    return dg.AssetCheckResult(
        asset_key=CHECKS[FRESHNESS].asset, check_name=FRESHNESS, passed=passed,
        severity=dg.AssetCheckSeverity.WARN, metadata={"finding": finding},
    )  # fmt: skip


def yesterday_is_published(data: Path, now: datetime) -> tuple[bool, str]:
    """Whether every day that is due is published, and how it stands in words.

    What is rolled up and not yet on the site is not published.

    Raises:
        AuthmeterError: settings cannot be read.
    """
    settings = load_settings(data)
    as_of = published_as_of(Store(data).site)
    due = last_due_day(now, settings.timezone, settings.alerts.late_after)
    return as_of is not None and as_of >= due, f"published as of {as_of or 'no day'}, due by now: {due}"
