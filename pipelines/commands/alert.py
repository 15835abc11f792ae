"""`authmeter alert`: says that days are late, or tries the receivers."""

from datetime import UTC, datetime
from pathlib import Path

from pipelines.alerts.due import alert_if_late, alert_test, undelivered
from pipelines.common.errors import WARNED


def run_alert(data: Path, test: bool) -> int:
    """`authmeter alert`: tells that days are late, or sends a message to try the receivers. Gives the exit code."""
    now = datetime.now(UTC)
    if not test:
        print("sent: days are late" if alert_if_late(data, now) else "nothing to send")
        return WARNED if undelivered(data) else 0
    if finding := alert_test(data, now):
        print(f"not everybody took the test message: {finding}")
        return WARNED
    print("everybody took the test message")
    return 0
