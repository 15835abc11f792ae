"""The events of a run in Dagster's stored form: JSON with the names of Dagster's classes.

`run_records.py` writes them. A test compares them with the events that Dagster writes for the same run.
"""

import os
from dataclasses import dataclass
from typing import Any

from pipelines.contract.checks import CHECKS
from pipelines.orchestration.folder import JOB
from pipelines.orchestration.results import Columns, Evaluated, Made, Metadata, Observed, Page, Value

Json = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """One event: type, step if any, data specific to the type, and the text on the run's page."""

    type: str
    step: str | None
    specific: Json | None
    text: str | None
    asset: str | None = None
    partition: str | None = None

    @property
    def key(self) -> str | None:
        """The key of the event's asset, as stored in a database column; None for an event without an asset."""
        return key_text(self.asset) if self.asset else None

    def entry(self, run_id: str, timestamp: float) -> Json:
        """Return the event as Dagster stores it."""
        is_planned = self.type.endswith("_PLANNED")
        handle = _of("SolidHandle", name=self.step, parent=None) if self.step and not is_planned else None
        tags = {
            "job_name": JOB, "op_name": self.step, "resource_fn_name": "None", "resource_name": "None",
            "run_id": run_id, "step_key": self.step,
        }  # fmt: skip
        event = _of(
            "DagsterEvent", event_specific_data=self.specific, event_type_value=self.type,
            logging_tags=tags if handle else {}, message=self.text, pid=None if is_planned else os.getpid(),
            pipeline_name=JOB, solid_handle=handle,
            step_handle=_of("StepHandle", key=self.step, solid_handle=handle) if handle else None,
            step_key=self.step, step_kind_value="COMPUTE" if handle else None,
        )  # fmt: skip
        return _of(
            "EventLogEntry", dagster_event=event, error_info=None, level=10, message="", pipeline_name=JOB,
            run_id=run_id, step_key=self.step, timestamp=timestamp,
            user_message="" if is_planned else self.text or f"DagsterEventType.{self.type} for step {self.step}",
        )  # fmt: skip


def run_event(type: str) -> Event:
    """Return the event of a run's start or success."""
    word = "Started" if type == "PIPELINE_START" else "Finished"
    return Event(type, None, None, f'{word} execution of run for "{JOB}".')


def asset_planned(step: str, asset: str, partition: str | None) -> Event:
    """Return the event of an asset that the run plans to materialize."""
    planned = _of("AssetMaterializationPlannedData", asset_key=_key(asset), partition=partition, partitions_subset=None)
    text = f"{JOB} intends to materialize asset {key_text(asset)}"
    return Event("ASSET_MATERIALIZATION_PLANNED", step, planned, text, asset, partition)


def check_planned(step: str, check: str) -> Event:
    """Return the event of a check that the run plans to evaluate."""
    asset = CHECKS[check].asset
    planned = _of("AssetCheckEvaluationPlanned", asset_key=_key(asset), check_name=check, partitions_subset=None)
    text = f"{JOB} intends to execute asset check {check} on asset {key_text(asset)}"
    return Event("ASSET_CHECK_EVALUATION_PLANNED", step, planned, text)


def output_captured(log_key: str, steps: list[str]) -> Event:
    """Return the event that names the files with the run's output."""
    kept = _of(
        "ComputeLogsCaptureData", external_stderr_url=None, external_stdout_url=None, external_url=None,
        log_key=log_key, shell_cmd=None, step_keys=steps,
    )  # fmt: skip
    return Event("LOGS_CAPTURED", None, kept, f"Capturing logs for process (pid: {os.getpid()}).")


def step_begun(step: str) -> Event:
    """Return the event of a step's start."""
    return Event("STEP_START", step, None, f'Started execution of step "{step}".')


def step_done(step: str, seconds: float) -> Event:
    """Return the event of a step's success."""
    took = f"{seconds * 1000:.0f}ms" if seconds < 1 else f"{seconds:.2f}s"
    done = _of("StepSuccessData", duration_ms=seconds * 1000)
    return Event("STEP_SUCCESS", step, done, f'Finished execution of step "{step}" in {took}.')


def made(step: str, result: Made) -> Event:
    """Return the event of a materialized asset."""
    asset = _asset("AssetMaterialization", result.asset, result.metadata, result.partition)
    specific = _of("StepMaterializationData", asset_lineage=[], materialization=asset)
    text = f"Materialized value {result.asset}."
    return Event("ASSET_MATERIALIZATION", step, specific, text, result.asset, result.partition)


def observed(step: str, result: Observed) -> Event:
    """Return the event of an asset that the run only observed."""
    asset = _asset("AssetObservation", result.asset, result.metadata, None)
    specific = _of("AssetObservationData", asset_observation=asset)
    return Event("ASSET_OBSERVATION", step, specific, None, result.asset)


def evaluated(step: str, result: Evaluated, of: Json | None) -> Event:
    """Return the event of a check's result.

    `of` is the materialization that was checked; None if this run did not materialize the asset.
    """
    check = CHECKS[result.check]
    severity = "ERROR" if check.is_blocking else "WARN"
    specific = _of(
        "AssetCheckEvaluation", asset_key=_key(check.asset), blocking=check.is_blocking, check_name=check.name,
        description=None, metadata={name: _value(value) for name, value in result.metadata.items()}, partition=None,
        severity={"__enum__": f"AssetCheckSeverity.{severity}"}, success=result.passed,
        target_materialization_data=of and _of("AssetCheckEvaluationTargetMaterializationData", **of),
    )  # fmt: skip
    word = "passed" if result.passed else "did not pass"
    return Event("ASSET_CHECK_EVALUATION", step, specific, f"Asset check '{check.name}' on '{check.asset}' {word}.")


def record_of(entry: Json, number: int) -> Json:
    """Return an event's stored form (`entry`) together with the id of the event's row in `index.db` (`number`)."""
    return _of("EventLogRecord", event_log_entry=entry, storage_id=number)


def key_text(asset: str) -> str:
    """Return an asset's key as Dagster stores it in database columns: `["marts"]`."""
    return f'["{asset}"]'


def _asset(kind: str, asset: str, metadata: Metadata, partition: str | None) -> Json:
    entries = [
        _of("EventMetadataEntry", description=None, entry_data=_value(value), label=name)
        for name, value in metadata.items()
    ]
    return _of(kind, asset_key=_key(asset), description=None, metadata_entries=entries, partition=partition, tags={})


def _key(asset: str) -> Json:
    return _of("AssetKey", path=[asset])


def _value(value: Value) -> Json:
    if isinstance(value, str):
        return _of("TextMetadataEntryData", text=value)
    if isinstance(value, Page):
        return _of("UrlMetadataEntryData", url=value.address)
    if isinstance(value, Columns):
        return _of("TableSchemaMetadataEntryData", schema=_schema(value))
    return _of("IntMetadataEntryData" if isinstance(value, int) else "FloatMetadataEntryData", value=value)


def _schema(columns: Columns) -> Json:
    free = _of("TableColumnConstraints", nullable=True, other=[], unique=False)
    listed = [
        _of("TableColumn", constraints=free, description=None, name=name, type=kind)
        for name, kind in columns.types.items()
    ]
    other = _of("TableConstraints", other=[f"unique: {', '.join(columns.key)}"])
    return _of("TableSchema", columns=listed, constraints=other)


def _of(name: str, /, **fields: Any) -> Json:
    return {"__class__": name, **fields}
