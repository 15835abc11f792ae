"""The checks of `contract/checks.py` as Dagster checks, each on its asset."""

from collections.abc import Iterator

import dagster as dg

from pipelines.contract.checks import CHECKS, FOLDER_CHECKS
from pipelines.orchestration import steps
from pipelines.orchestration.definitions.as_dagster import Step, check_key, check_result, results_of
from pipelines.orchestration.results import Evaluated
from pipelines.orchestration.steps import FRESHNESS
from pipelines.run.daily_run import DailyRun


def spec_of(name: str) -> dg.AssetCheckSpec:
    """Return a check's specification for Dagster."""
    check = CHECKS[name]
    said = f"Fails if: {check.meaning_en} {check.to_do}\n\n{check.meaning_zh}"
    return dg.AssetCheckSpec(name, asset=check.asset, description=said, blocking=check.is_blocking)


@dg.multi_asset_check(
    specs=[spec_of(name) for name in FOLDER_CHECKS], can_subset=True, description=steps.daily_checks.__doc__
)
def daily_checks(
    context: dg.AssetCheckExecutionContext, data: dg.ResourceParam[DailyRun]
) -> Iterator[dg.AssetCheckResult]:
    """Evaluate the checks of the run's data folder."""
    yield from _chosen(context, data, steps.daily_checks)


@dg.multi_asset_check(specs=[spec_of(FRESHNESS)], description=steps.freshness.__doc__)
def freshness_check(
    context: dg.AssetCheckExecutionContext, data: dg.ResourceParam[DailyRun]
) -> Iterator[dg.AssetCheckResult]:
    """Evaluate whether the last day that is due is published."""
    yield from _chosen(context, data, steps.freshness)


def _chosen(context: dg.AssetCheckExecutionContext, data: DailyRun, step: Step) -> Iterator[dg.AssetCheckResult]:
    for result in results_of(context, data, step):
        if isinstance(result, Evaluated) and check_key(result.check) in context.selected_asset_check_keys:
            yield check_result(result)
