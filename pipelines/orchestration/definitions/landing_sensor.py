"""A sensor that starts a run as soon as new logs in landing have stopped changing; off until somebody turns it on."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from pipelines.common.days import last_closed_day
from pipelines.contract.settings.settings import load_settings
from pipelines.orchestration.definitions.as_dagster import InstancePartitions
from pipelines.orchestration.definitions.resource import DataFolder
from pipelines.orchestration.definitions.schedule import daily_job
from pipelines.orchestration.partitions import add_days
from pipelines.reading.files.landing import scan
from pipelines.store.store import Store


def build_landing_sensor(folder: DataFolder) -> dg.SensorDefinition:
    """Return the sensor that requests a run for the last day that is over, if landing has changed since the sensor's
    last request.

    The sensor waits until two checks in a row find the same files, so that a delivery in progress causes one run. The
    cursor has the digests of landing at the last check and at the last request.
    """

    @dg.sensor(
        job=daily_job,
        minimum_interval_seconds=60,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Starts a run when new logs have arrived and are unchanged a minute later. Late records are then "
        "published within minutes instead of by the next daily run.",
    )
    def landing_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        data = folder.folder
        seen = _digest_of_landing(Store(data).landing)
        before, _, asked = (context.cursor or "").partition(" ")
        if seen in ("", asked):
            return dg.SensorResult(skip_reason="nothing new in landing", cursor=f"{seen} {asked}")
        if seen != before:
            return dg.SensorResult(skip_reason="new logs: waiting until they stop changing", cursor=f"{seen} {asked}")
        day = last_closed_day(datetime.now(UTC), load_settings(data).timezone)
        add_days(InstancePartitions(context.instance), [day])
        return dg.SensorResult([dg.RunRequest(run_key=seen, partition_key=str(day))], cursor=f"{seen} {seen}")

    return landing_sensor


def _digest_of_landing(landing: Path) -> str:
    """Return a digest of the paths and stamps (size, time, inode) of all landed files; empty if there is no file."""
    digest, is_empty = hashlib.sha256(), True
    for file in scan(landing, set()):
        digest.update(f"{file.path}\n{file.stamp}\n".encode())
        is_empty = False
    return "" if is_empty else digest.hexdigest()[:32]
