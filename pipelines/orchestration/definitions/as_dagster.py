"""Converts results of steps, and the partitions of days, to Dagster's types."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg

from pipelines.contract.checks import CHECKS
from pipelines.orchestration.asset_metadata import ROWS_OF_DAY
from pipelines.orchestration.partitions import BUSINESS_DAYS, run_day
from pipelines.orchestration.results import Columns, Evaluated, Metadata, Observed, Page, Value
from pipelines.orchestration.steps import Results, StepInputs
from pipelines.run.daily_run import DailyRun

Yielded = Iterator["dg.MaterializeResult[None] | dg.AssetCheckResult"]
Step = Callable[[StepInputs], Results]


def results_of(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext, data: DailyRun, step: Step
) -> Results:
    """Return the results of a step for the day of Dagster's run."""
    return step(StepInputs(data, run_day(context.run.tags, data), InstancePartitions(context.instance)))


def as_dagster(context: dg.AssetExecutionContext, data: DailyRun, step: Step) -> Yielded:
    """Run a step. Yield its results in Dagster's types, for the assets and checks that the run selected.

    Observations, and materializations of days other than the run's day, are written to Dagster's event log instead,
    because Dagster does not expect them from the step.
    """
    partition = context.partition_key if context.has_partition_key else None
    for result in results_of(context, data, step):
        if isinstance(result, Observed):
            context.log_event(dg.AssetObservation(result.asset, metadata=metadata_of(result.metadata)))
        elif isinstance(result, Evaluated):
            if check_key(result.check) in context.selected_asset_check_keys:
                yield check_result(result)
        elif result.partition not in (None, partition):
            made = dg.AssetMaterialization(
                result.asset, partition=result.partition, metadata=metadata_of(result.metadata)
            )
            context.log_event(made)
        elif dg.AssetKey(result.asset) in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=result.asset, metadata=metadata_of(result.metadata))


def check_key(check: str) -> dg.AssetCheckKey:
    """Return a check's key: its asset and its name."""
    return dg.AssetCheckKey(dg.AssetKey(CHECKS[check].asset), check)


def check_result(result: Evaluated) -> dg.AssetCheckResult:
    """Convert the result of a check; a failure is an error if the check stops the run, else a warning."""
    check = CHECKS[result.check]
    return dg.AssetCheckResult(
        asset_key=check.asset, check_name=check.name, passed=result.passed, metadata=metadata_of(result.metadata),
        severity=dg.AssetCheckSeverity.ERROR if check.is_blocking else dg.AssetCheckSeverity.WARN,
    )  # fmt: skip


def metadata_of(metadata: Metadata) -> dict[str, Any]:
    """Return metadata with links and columns in Dagster's types."""
    return {name: _value(value) for name, value in metadata.items()}


def _value(value: Value) -> Any:
    if isinstance(value, Page):
        return dg.MetadataValue.url(value.address)
    if isinstance(value, Columns):
        columns = [dg.TableColumn(name, kind) for name, kind in value.types.items()]
        return dg.TableSchema(columns, dg.TableConstraints([f"unique: {', '.join(value.key)}"]))
    return value


class InstancePartitions:
    """Partitions of the days in a Dagster instance; implements `partitions.Partitions`."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance

    def names(self) -> list[str]:
        """Return the names of all partitions, in the order in which they were added."""
        return list(self._instance.get_dynamic_partitions(BUSINESS_DAYS))

    def add(self, names: list[str]) -> None:
        """Add partitions; names that exist already are skipped."""
        self._instance.add_dynamic_partitions(BUSINESS_DAYS, names)

    def remove(self, name: str) -> None:
        """Remove a partition."""
        self._instance.delete_dynamic_partition(BUSINESS_DAYS, name)

    def recorded_rows(self, asset: str) -> Mapping[str, object]:
        """Return the row count of each partition of an asset in its newest record; None if the record has none."""
        key, made = dg.AssetKey(asset), dg.DagsterEventType.ASSET_MATERIALIZATION
        newest = list(self._instance.get_latest_storage_id_by_partition(key, made).values())
        rows: dict[str, object] = {}
        if newest:
            asked = dg.AssetRecordsFilter(key, storage_ids=newest)
            for record in self._instance.fetch_materializations(asked, limit=len(newest)).records:
                if (found := record.asset_materialization) and found.partition:
                    count = found.metadata.get(ROWS_OF_DAY)
                    rows[found.partition] = count.value if count else None
        return rows
